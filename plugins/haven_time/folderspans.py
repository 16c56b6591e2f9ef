"""Spans that families write on boxes: "1998-2001", "1970s", "July - August 2014", "24.-26. Dezember 2011".

They say too little to file a picture by, but that it is of then and of no other time: what else is known of it counts
if it lies in them, and is worse than their beginning if not. A life ("1921-2004") or another span of more than twenty
years tells nothing.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from haven_time.calendarwords import Time
from haven_time.clock import Nonsense, Span, span_of

_MOST_YEARS = 20


class Part(NamedTuple):
    """What one name says; `number`: a month or a day, which the folders above decide; `loose`: a day or nothing;
    `span`: how long it lasted, if that is no day, month or year.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    time: Time | None = None
    number: int | None = None
    loose: bool = False
    span: Span | None = None


Read = Callable[[str], Part | None]
"""Reads one date."""

_IN_WORDS = {
    word: 1920 + 10 * number
    for words in (
        "twenties thirties forties fifties sixties seventies eighties nineties",
        "zwanziger dreissiger vierziger funfziger sechziger siebziger achtziger neunziger",
    )
    for number, word in enumerate(words.split())
}
_WORDS = re.compile(rf"\b({'|'.join(_IN_WORDS)})\b")
_DECADES = re.compile(
    r"(?<![\d.])((?:18|19|20)\d0)['’]?(?:s|er|ies|[- ]?tal(?:l?et)?|[- ]?luku)(?![^\W\d_])"
    r"|\b(?:annees|anni|anos|jaren|lata) ['’]?((?:18|19|20)?\d0)(?!\d)"
    r"|(?<!\d)(\d0)(?:er[- ]?jahre|[- ]?tal(?:l?et)?|[- ]?luku)(?![^\W\d_])"
    r"|(?:^|\b(?:the|die|les) )['’]?([5-9]0)['’]?(?:s|er|ies)?(?<=\D)$"
)
_SEPARATOR = re.compile(
    r"\s+(?:[-–—/&]|to|bis|till?|until|thru|through|tot|t/m|tm|til|au|al?|ate|do|och|and|und|et|[yei]|en)\s+"
    r"|(?<=[^\W\d_])\s?[-–/&]\s?(?=[^\W\d_])"  # July-August
    r"|(?<=\d\.)\s?[-–]\s?(?=\d)"  # 24.-26.
    r"|(?<=\d)\s?[-–]\s?(?=\d?\d\.?(?:st|nd|rd|th)? ?[^\W\d_])"  # 5-19 July
    r"|(?<=\d)(?:--|_)(?=(?:19|20)\d\d)|(?<=\d{8})-(?=\d{8})"
)
_FULL_YEAR = re.compile(r"\d{4}")
_DAY_YEAR = re.compile(r"(\d?\d)(?:st|nd|rd|th|\.)?,? (?:\d{4})(?!\d)")
_DAY_MONTH = re.compile(r"(\d?\d)\.(\d?\d)\.?")


def decade_of(text: str, century: Callable[[int], int]) -> Part | None:
    """Return the ten years that a plain text names: "1970s", "70er jahre". `century`: makes a year of two figures."""
    if word := _WORDS.search(text):
        return years(_IN_WORDS[word[1]], None, 9)
    match = _DECADES.search(text)
    if match is None:
        return None
    first = int(next(part for part in match.groups() if part))
    return years(first if first > 99 else century(first), None, 9)


def years(first: int, last: int | None, more: int = 0) -> Part | None:
    """Return whole years, from one to another or so many `more`; None if they are too many."""
    last = first + more if last is None else last
    if not first <= last <= first + _MOST_YEARS:
        return None
    return Part(first, span=Span(span_of(first).first, span_of(last).last))


def between(text: str, read: Read) -> Part | None:
    """Return the days or months from one date in a plain text to another, None if there are no such two."""
    for match in _SEPARATOR.finditer(text):
        first, last = text[: match.start()].strip(), text[match.end() :].strip()
        if (ends := _ends(first, last, read)) is None:
            continue
        try:
            span = Span(*(pick for one, pick in zip(ends, _sides(ends), strict=True)))
        except Nonsense:
            continue
        if span.first < span.last <= span.first + _MOST_YEARS * 366 * 86400:
            return ends[0]._replace(span=span)
    return None


def _sides(ends: tuple[Part, Part]) -> Iterator[int]:
    first, last = (span_of(one.year or 0, one.month, one.day) for one in ends)
    yield first.first
    yield last.last


def _ends(first: str, last: str, read: Read) -> tuple[Part, Part] | None:
    """Read both, each with what only the other says: the year, the month."""
    one, other = read(first), read(last)
    if other is None or other.span or other.time:
        return None
    if (match := _DAY_MONTH.fullmatch(first)) and other.day:
        one = Part(month=int(match[2]), day=int(match[1]))
    # "June 28" is a day only with the year.
    if other.year and not _FULL_YEAR.search(first) and (filled := read(f"{first} {other.year}")) and filled.month:
        one = filled._replace(year=None)
        if one.day and other.month is None and (match := _DAY_YEAR.match(last)):
            other = Part(other.year, one.month, int(match[1]))
    if one is None or one.span or one.time:
        return None
    if one.number is not None:
        if not other.day or one.loose:
            return None
        one = Part(month=other.month, day=one.number)
    if other.number is not None:
        if not one.day or other.loose:
            return None
        other = Part(one.year, one.month, other.number)
    if one.month is None or other.month is None:
        return None
    turns = one.month > other.month
    if one.year is None and other.year is not None:
        one = one._replace(year=other.year - turns)
    elif other.year is None and one.year is not None:
        other = other._replace(year=one.year + turns)
    return None if one.year is None else (one, other)
