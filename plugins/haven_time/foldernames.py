"""The time that folders give their photos: "1987-08 Italy", "2011/12/24", "Sommer 1987", "1985 Grandparents".

Families wrote when their prints and films were taken on the box, and so on the folder. That is a guess for each photo
in it, but a better one than the day of the scan. The innermost folder with a date counts; one with a month or a day
alone goes on from the year above it. Not read as dates: numbers that are no year, and folders that say when something
was done with photos: "Scans 2015", "Backup 2019-03-02". Decades and spans are read by haven_time.folderspans.
"""

import re
from collections.abc import Sequence
from functools import partial

from haven_time.calendarwords import MONTHS, easter, spoken, time_called
from haven_time.clock import Instant, Nonsense, Span, clock_of, span_of
from haven_time.folderspans import Part, between, decade_of, years

_YEAR = r"(?:(?<![^\W_])(?<!\d\.)|(?<=[^\W\d_]{4}))((?:18[3-9]|19\d|20\d)\d)"
_END = r"(?![^\W_])"  # no letter or digit
_ISO = re.compile(_YEAR + r"([-_. ]?)(0[1-9]|1[0-2])\2([0-2]\d|3[01])" + _END)
_ISO_MONTH = re.compile(_YEAR + r"(?:[-_.]|[-_. ]{2,3}| (?=0\d))(0?[1-9]|1[0-2])" + _END + r"(?![-_.]\d)")
_COMPACT_MONTH = re.compile(r"^((?:19|20)\d\d)(0[1-9]|1[0-2])" + _END)
_DAY_FIRST = re.compile(r"(?<![\w.])(\d?\d)[._-] ?(\d?\d)[._-] ?((?:19|20)\d\d)" + _END)
_MONTH_FIRST = re.compile(r"(?<![\w.])(0?[1-9]|1[0-2])[-_./]((?:19|20)\d\d)" + _END)
_EAST = re.compile(r"((?:19|20)\d\d)年(?:(\d?\d)月)?(?:(\d?\d)日)?")
_ONLY_YEAR = re.compile(_YEAR + _END)
_SHORT_YEAR = re.compile(r"[’'´`](\d\d)" + _END)
_SPAN = re.compile(_YEAR + r" ?(?:-|–|—|/|_|to|bis|till?) ?((?:\d\d)?\d\d)" + _END)
_DECADE = re.compile(r"(?<!\d)(?:\d\d)?\d0['’]?(?:er|s|ies)(?![^\W\d_])|\bdecade\b|\byears\b|\bjahre\b", re.IGNORECASE)
_DONE = re.compile(
    r"(?<![^\W\d_])(?:scan\w*|gescannt|digitali[sz]\w*|numeris\w*|back-?up\w*|sicherung\w*|sauvegarde\w*|import\w*|"
    r"export\w*|takeout|upload\w*|download\w*|sync\w*|restor\w*|recover\w*|archiv\w*|migrat\w*|trash|papierkorb)"
    r"(?![^\W\d_])"
)
_NO_YEAR = re.compile(
    r"\b(?:room|zimmer|chambre|habitacion|stanza|kamer|raum|route|highway|flight|flug|gate|windows|office|peugeot|boeing|"
    r"no|nr|number|nummer|before|after|until|since|vor|nach|bis|seit|avant|apres|depuis|jusqu'en|antes de|despues de|"
    r"desde|prima del|dopo il|dal|voor|sinds|tot)[ .#_-]*$"
)
"""What stands before figures that are no year, or before a year that it was not."""
_DCF = re.compile(r"[1-9]\d\d[a-z_][a-z\d_]{4}")
"""A camera's own folder (DCF, JEITA CP-3461): 100CANON, 101_2005."""
_WORD = re.compile(r"[^\W\d_]+")
_BARE = re.compile(r"(\d?\d)[.)]?([-_. ]+[^\W\d_].*)?")
_SHORT_DAY = re.compile(r"(?<![\w.])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(\d\d)(?![\w.])")
_SHORT_WINTER = re.compile(r"(?<!\d)(\d\d) ?[-–_/] ?(\d\d)(?!\d)")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])[-_.](0[1-9]|[12]\d|3[01])" + _END)
_NAMES_TOO = {"may", "april", "june", "mai", "august", "jan", "mar", "mart", "marco", "nov", "jun", "mars"}
"""Months that people and planets are called as well, so that they only count beside the year."""


def time_of_folders(folders: Sequence[str], this_year: int) -> Instant | None:
    """Return the time that the names of the folders around a photo give it, outermost first; None if none does.

    `this_year`: what "'87" is told by.
    """
    below: list[Part] = []
    for name in reversed(folders):
        part = _read(name, this_year)
        if part is None:
            below = []
        elif part.year is None:
            below.insert(0, part)
        else:
            return _instant(part, below)
        if part is not None and len(below) > 2:
            return None
    return None


def time_of_title(stem: str, this_year: int) -> Instant | None:
    """Return what a file's name says in the same way, "1987-08 Italy 003", if it is no camera's: IMG_1985.

    Days in figures are read by haven_time.names, which knows what only looks like one.
    """
    if _ISO.search(stem) or _DAY_FIRST.search(stem):
        return None
    part = _read(stem, this_year)
    if part is None or part.year is None or _COMPACT_MONTH.match(stem) or (part.span and part.month is None):
        return None
    if part.month is None and part.time is None:
        match = _ONLY_YEAR.match(stem)
        # "2000 metres" is a height oftener than "1985 Oma" is none of a year.
        if part.year >= 2000 or not (match and _WORD.match(stem[match.end() :].lstrip(" _-,."))):
            return None
    return _instant(part, [])


def _instant(part: Part, below: Sequence[Part]) -> Instant | None:
    year, month, day, time = part.year, part.month, part.day, part.time
    if part.span is not None:
        return Instant(part.span.first + 43_200, None, part.span)
    for lower in below:
        if lower.number is not None:
            if month is None and lower.number <= 12 and not lower.loose:
                month = lower.number
            elif month is not None and day is None:
                day = lower.number
        else:
            month, day, time = lower.month or month, lower.day or day, lower.time or time
    assert year is not None
    try:
        if time is not None and month is None:
            if time.day is not None:
                return _whole(year, time.stands, time.day)
            span = Span(span_of(year, time.first).first, span_of(year, time.last).last)
            return Instant(clock_of(year, *(easter(year) if time.is_easter else (time.stands, 1))), None, span)
        return _whole(year, month, day if month else None)
    except Nonsense:
        return None


def _whole(year: int, month: int | None, day: int | None) -> Instant:
    return Instant(clock_of(year, month or 1, day or 1), None, span_of(year, month, day))


def _read(name: str, this_year: int) -> Part | None:
    """Return what one folder's name says, None if it says nothing."""
    text = spoken(name)
    if _DONE.search(text) or _DCF.fullmatch(text):
        return None
    if decade := decade_of(text, partial(_century, this_year=this_year)):
        return decade
    if _DECADE.search(text):
        return None
    read = partial(_date, this_year=this_year)
    return between(text, read) or read(text)


def _date(text: str, this_year: int) -> Part | None:
    """Return the one date that a plain text has."""
    if match := _ISO.search(text):
        return Part(int(match[1]), int(match[3]), int(match[4]))
    if match := _EAST.search(text):
        year, month, day = (int(part) if part else None for part in match.groups())
        return Part(year, month, day)
    if part := _day_first(text):
        return part
    if match := _SHORT_DAY.search(text):
        return Part(_century(int(match[3]), this_year), int(match[2]), int(match[1]))
    words = _WORD.findall(text)
    season = next((time for word in words if (time := time_called(word))), None)
    spans = _SPAN.search(text)
    if spans and season is not None and (season.stands == 1 or season.first == 12):
        # The winter of two years is that of the second's January, and so is New Year; its eve is of the first.
        return Part(int(spans[1]) + (season.stands == 1), time=season)
    if match := _ISO_MONTH.search(text) or _COMPACT_MONTH.search(text):
        return Part(int(match[1]), int(match[2]))
    if match := _MONTH_FIRST.search(text):
        return Part(int(match[2]), int(match[1]))
    if spans:
        end = spans[2] if len(spans[2]) == 4 else spans[1][:2] + spans[2]
        return years(int(spans[1]), int(end) + (100 if end < spans[1] and len(spans[2]) == 2 else 0))
    if season is not None and season.stands == 1 and (match := _SHORT_WINTER.search(text)):
        return Part(_century(int(match[2]), this_year), time=season)
    found = {int(match[1]) for match in _ONLY_YEAR.finditer(text) if not _NO_YEAR.search(text[: match.start()])}
    years_text = "|".join(map(str, found))
    if not found and (match := _SHORT_YEAR.search(text)):
        found, years_text = {_century(int(match[1]), this_year)}, match[1]
    if not found and (match := re.fullmatch(r".*?([^\W\d_]+)[ _.-]*(\d\d)", text)) and _is_time(match[1]):
        found, years_text = {_century(int(match[2]), this_year)}, match[2]
    if len(found) > 1:
        return years(min(found), max(found))
    year = found.pop() if found else None
    month, day = _named_month(text, words, years_text)
    if year is not None or month is not None or season is not None:
        # "Aunt May" is no month, "08 May" and "Summer in Rome" below a year are.
        if year is None and len(words) > 1 and (words[0] in _NAMES_TOO or not _is_time(words[0])):
            return None
        return Part(year, month, day, None if month else season)
    return _number(text)


def _is_time(word: str) -> bool:
    return word in MONTHS or time_called(word) is not None


def _century(year: int, this_year: int) -> int:
    return this_year // 100 * 100 + year - (100 if year > this_year % 100 else 0)


def _day_first(text: str) -> Part | None:
    """Read 24.12.2011, and with dashes only what can be read in one way."""
    match = _DAY_FIRST.search(text)
    if match is None:
        return None
    day, month, year = (int(part) for part in match.groups())
    if "." not in match[0] and day <= 12 and month <= 12 and day != month:
        return Part(year)
    if month > 12:
        day, month = month, day
    return Part(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _named_month(text: str, words: Sequence[str], year: str) -> tuple[int | None, int | None]:
    """Return the month that is named, and the day if one is beside it: "24. Dezember 2011", "December 24, 2011"."""
    spaced = text.replace("_", " ")
    for word in words:
        month = MONTHS.get(word)
        if month is None:
            continue
        before, after = r"(?:(\d?\d)(?:st|nd|rd|th|er|\.)?[ -]*(?:de )?)?", r"(?:(\d?\d)(?:st|nd|rd|th)?(?!\d))?"
        day_beside = re.search(rf"(?<!\d){before}\b{word}\b[ ._-]*{after}", spaced)
        close = year and re.search(
            rf"\b{word}\b[ ,.'’`()-]*(?:de |\d\d?(?:st|nd|rd|th)?,? )?(?:{year})"
            rf"|(?:{year})[ ,.()-]*(?:\d\d?[ .-]+)?{word}\b",
            spaced,
        )
        if word in _NAMES_TOO and year and not close:
            continue
        numbers = [int(number) for number in (day_beside.groups() if day_beside else ()) if number]
        day = numbers[0] if numbers and close and 1 <= numbers[0] <= 31 and str(numbers[0]) != year else None
        return month, None if day == month and f"{month:02}" in spaced else day  # "08 August"
    return None, None


def _number(text: str) -> Part | None:
    """Read what goes on from a year: "08", "08 August", "12-24 Heiligabend"."""
    if match := _MONTH_DAY.match(text):
        return Part(month=int(match[1]), day=int(match[2]))
    match = _BARE.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= 31:
        return None
    return Part(number=int(match[1]), loose=bool(match[2]))
