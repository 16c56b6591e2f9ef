"""Reads single dates out of the words of a phrase: "2019", "14 July 2019", "March", "summer 2019", "the 90s".

What comes back every year ("March", "Christmas") is read as that, with how far to doubt that a date is meant.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from haven_search import dates, periods, relative
from haven_search.cues import Cues
from haven_search.dates import Span, Stretch, Yearly, day_of
from haven_search.feasts import Feasts
from haven_search.vocabulary import NOT_AMONG_WORDS, NOT_BEFORE_WORDS, SURE, WITH_NUMBER

FIRST_YEAR = 1826
"""The year of the oldest photograph there is."""
_LONGEST_NAME = 8
CERTAIN = -1
"""The doubt of what has a number in it or says "last" or "before": nothing else is meant."""

_YMD = re.compile(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?|(\d{4})[年년](?:(\d{1,2})[月월](?:(\d{1,2})[日일号])?)?")
_DMY = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2})")
_MY = re.compile(r"(\d{1,2})[-./](\d{4})")
_YEARS = re.compile(r"(\d{4})(?:-|/|\.\.)(\d{4}|\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DECADE = re.compile(r"((?:18|19|20)?)(\d0)(?:'?s|er[ns]?|-?tal(?:l?et)?)")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e|o|a)?")
_DAYS = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date that was read. `end`: the place after its words; `stretches`: any of them is meant.

    `doubt`: as in vocabulary, or CERTAIN; `bound`: it only bounds other dates ("before 2010"); `named`: it is a season
    or feast without a year, which may only say more of a thing ("smell of summer").
    """

    end: int
    stretches: tuple[Stretch, ...]
    doubt: int = CERTAIN
    bound: bool = False
    named: bool = False


class PointReader:
    """Reads single dates for one phrase, as of `today`. `country`: returns the owner's, as an ISO code, or ""."""

    def __init__(self, cues: Cues, today: date, country: Callable[[], str] = str) -> None:
        self.cues = cues
        self.words = cues.words
        self.today = today
        self.years = range(FIRST_YEAR, today.year + 2)
        self.feasts = Feasts(country, cues.vocabulary.language, self.years)

    def point(self, place: int, *, listed: bool = True) -> Moment | None:
        """Return a single date: a day, a month, a year, a season, a feast; `listed`: or a list of months."""
        if place >= len(self.words) or self.words[place].quoted or self.words[place].field is not None:
            return None
        return (
            self._part(place) or self._day_month(place) or self._numbers(place) or self._decade_named(place)
            or self.named(place, listed=listed)
        )  # fmt: skip

    def anchor(self, place: int) -> Moment | None:
        """Return the date that a part is of: "early" of "early May"."""
        return self.point(place, listed=False)

    def _part(self, place: int) -> Moment | None:
        """Return "early May", "end of June 2019", "mid-August", "late 80s"."""
        opened = self.cues.find(place, "part")
        if opened is None:
            return self._hyphened_part(place)
        of = self.anchor(self.cues.after(opened[0], "article", "of", "at"))
        return self._cut(of, opened[1].value) if of is not None else None

    def _hyphened_part(self, place: int) -> Moment | None:
        head, dash, rest = self.words[place].key.partition("-")
        senses = self.cues.vocabulary.senses
        part = next((sense.value for sense in senses.get((head,), ()) if sense.role == "part"), None)
        if not dash or part is None:
            return None
        decade = self._decade(rest)
        if decade is not None:
            return self._cut(Moment(place + 1, (decade,)), part)
        for sense in senses.get((rest,), ()):
            if sense.role == "month":
                return self._cut(self._months(place + 1, [sense.value], SURE, None, listed=False), part)
            if sense.role == "season":
                year = self._year_at(place + 1)
                return self._cut(self._seasonal(year[0] if year else place + 1, sense.value, year), part)
        return None

    def _seasonal(self, end: int, key: str, year: tuple[int, int] | None) -> Moment:
        season = dates.season(key)
        return Moment(end, (season,) if year is None else tuple(season.spans(year[1])), NOT_BEFORE_WORDS)

    def _cut(self, moment: Moment | None, part: str) -> Moment | None:
        stretches = periods.part_of(moment.stretches, part) if moment is not None else None
        if moment is None or stretches is None:
            return None
        return Moment(moment.end, stretches, moment.doubt if moment.named else CERTAIN)

    def _decade_named(self, place: int) -> Moment | None:
        """Return "the eighties", "années soixante"."""
        found = self.cues.find(place, "decade")
        decade = self._decade(f"{found[1].value}s") if found is not None else None
        if found is None or decade is None:
            return None
        told = found[0] > place + 1 or self.cues.has(place - 1, "article", "at", "on")
        return Moment(found[0], (decade,), CERTAIN if told else NOT_BEFORE_WORDS)

    def _numbers(self, place: int) -> Moment | None:
        key = self.words[place].key
        if (year := self._short_year(key)) in self.years:
            return Moment(place + 1, (dates.year_span(year),))
        if key[:1].isdigit():
            span = self._date(key)
            if span is not None:
                return self._year_first(place, span) or Moment(place + 1, (span,))
            decade = self._decade(key)
            if decade is not None:
                told = len(key) > 4 or self.cues.has(place - 1, "article", "at", "on")
                unit = self.cues.find(place + 1, "unit")
                end = unit[0] if unit is not None and unit[1].value == "year" else place + 1  # "90er Jahre"
                return Moment(end, (decade,), CERTAIN if told else NOT_BEFORE_WORDS)
        opened = self.cues.find(place, "decades")
        if opened is not None and opened[0] < len(self.words):
            tens = self.words[opened[0]].key.lstrip("'")
            decade = self._decade(f"{tens}s")
            return Moment(opened[0] + 1, (decade,)) if decade is not None else None
        return None

    def _date(self, key: str) -> Span | None:
        """Return what a date in numbers means, None if it is none."""
        if re.fullmatch(r"\d{4}", key):
            return dates.year_span(int(key)) if int(key) in self.years else None
        if match := _YMD.fullmatch(key):
            year, month, day = match[1] or match[4], match[2] or match[5], match[3] or match[6]
            if (span := self._calendar(year, month, day)) is not None:
                return span
        if match := _DMY.fullmatch(key):
            day, month, year = match.groups()
            if len(year) == 2:
                year = str((2000 if int(year) <= self.today.year % 100 else 1900) + int(year))
            if int(month) > 12 or ("/" in key and self.cues.vocabulary.month_first and int(day) <= 12):
                day, month = month, day
            return self._calendar(year, month, day)
        if match := _MY.fullmatch(key):
            return self._calendar(match[2], match[1], None)
        if match := _YEARS.fullmatch(key):
            first = int(match[1])
            last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
            return dates.year_span(first, last) if first in self.years and first < last < first + 200 else None
        if match := _COMPACT.fullmatch(key):
            return self._calendar(*match.groups())
        return None

    def _calendar(self, year: str, month: str | None, day: str | None) -> Span | None:
        if int(year) not in self.years:
            return None
        if month is None:
            return dates.year_span(int(year))
        if not 1 <= int(month) <= 12:
            return None
        if day is None:
            return dates.month_spans(int(year), [int(month)])[0]
        whole = int(year) * 10000 + int(month) * 100 + int(day)
        return Span(whole, whole) if day_of(whole) else None

    def _decade(self, key: str) -> Span | None:
        match = _DECADE.fullmatch(key)
        if match is None:
            return None
        century, tens = match[1], int(match[2])
        if not century:
            century = "20" if 2000 + tens <= self.today.year else "19"
        first = int(century) * 100 + tens
        return dates.year_span(first, first + (99 if match[1] in ("18", "19") and not tens else 9))

    def _year_at(self, place: int) -> tuple[int, int] | None:
        """Return the year at `place`, or after an "of" there, with the place after it."""
        place = self.cues.after(place, "of", "at", "article")
        if place < len(self.words):
            word = self.words[place]
            match = re.fullmatch(r"(\d{4})年?", word.key)
            year = int(match[1]) if match else self._short_year(word.key)
            if year in self.years and not word.out and not word.quoted and word.field is None:
                return place + 1, year
        return None

    def _short_year(self, key: str) -> int:
        """Return the year of "'19", the latest that has begun; 0 if that is none."""
        match = re.fullmatch(r"'(\d\d)", key)
        century = 1900 if match and int(match[1]) > self.today.year % 100 else 2000
        return century + int(match[1]) if match else 0

    def _year_first(self, place: int, span: Span) -> Moment | None:
        """Return "2019 summer", "2019 March" as they are the other way round."""
        if span.first is None or span != dates.year_span(span.first // 10000):
            return None
        named = self.named(place + 1, year=span.first // 10000)
        return named if named is not None and all(isinstance(s, Span) for s in named.stretches) else None

    def _days_at(self, place: int) -> tuple[int, int, int] | None:
        """Return the first and last day of a month that stand at `place`, with the place after them."""
        if place >= len(self.words) or self.words[place].quoted or self.words[place].field is not None:
            return None
        key = self.words[place].key
        if match := _DAYS.fullmatch(key):
            return place + 1, int(match[1]), int(match[2])
        match = _DAY.fullmatch(key)
        if match is None:
            return None
        to = self.cues.find(place + 1, "to")
        if to is not None and to[0] < len(self.words) and (other := _DAY.fullmatch(self.words[to[0]].key)):
            return to[0] + 1, int(match[1]), int(other[1])
        return place + 1, int(match[1]), int(match[1])

    def _day_month(self, place: int) -> Moment | None:
        """Return "14 July 2019", "14th of July", "July 14, 2019", "14-16 July"."""
        days = self._days_at(place)
        if days is not None:
            end, first, last = days
            month = self.cues.find(self.cues.after(end, "of", "article", "at"), "month")
            return self._in_month(month[1].value, first, last, month[0]) if month is not None else None
        month = self.cues.find(place, "month")
        days = self._days_at(month[0]) if month is not None else None
        if month is None or days is None or self.words[month[0]].comma:
            return None
        return self._in_month(month[1].value, days[1], days[2], days[0])

    def _in_month(self, month: int, first: int, last: int, end: int) -> Moment | None:
        if not 1 <= first <= last <= 31 or not all(day_of(20000000 + month * 100 + day) for day in (first, last)):
            return None
        year = self._year_at(end)
        if year is None:
            return Moment(end, (dates.days_of_year(month, first, last),))
        base = year[1] * 10000 + month * 100
        return Moment(year[0], (Span(base + first, base + last),)) if day_of(base + last) else None

    def named(self, place: int, year: int | None = None, *, listed: bool = True) -> Moment | None:
        """Return a month, season, feast or weekday, with its year if one follows or is given."""
        found = self.cues.find(place, "month", "season", "feast", "weekday", "holiday")
        holiday = self._holiday(place, found[0] if found is not None else place)
        if holiday is not None:
            return self._yearly(holiday[0], holiday[1], SURE if holiday[0] > place + 1 else NOT_BEFORE_WORDS, year)
        if found is None:
            return self._unit_of_days(place) or self._hyphened(place)
        end, sense = found
        if sense.role == "weekday":
            return Moment(end, (dates.weekdays((sense.value,)),), NOT_AMONG_WORDS)
        if sense.role == "month":
            return self._months(end, [sense.value], sense.doubt, year, listed=listed)
        if year is None and sense.value == "winter" and (turn := self._turn_at(end)) is not None:
            return Moment(end + 1, tuple(dates.month_spans(turn, dates.SEASONS["winter"])))
        if sense.role == "season":
            return self._yearly(end, dates.season(sense.value), sense.doubt, year, either=sense.value == "winter")
        feast = self.feasts.public() if sense.role == "holiday" else self.feasts.by_key(sense.value)
        if feast is None:
            return None
        return self._yearly(end, feast, sense.doubt, year, either=sense.value == "new-year")

    def _yearly(self, end: int, yearly: Yearly, doubt: int, year: int | None, *, either: bool = False) -> Moment | None:
        """Return what comes back, or that of the year which follows; `either`: of two that lie partly in the year."""
        dated = (end, year) if year is not None else self._year_at(end)
        if dated is None:
            return Moment(end, (yearly,), doubt, named=True)
        spans = [*(yearly.spans(dated[1] - 1) if either else ()), *yearly.spans(dated[1])]
        return Moment(dated[0], tuple(spans)) if spans else None

    def _holiday(self, place: int, end: int) -> tuple[int, Yearly] | None:
        """Return a public holiday of the owner's country that is named by more words than those up to `end`."""
        found: tuple[int, Yearly] | None = None
        key: tuple[str, ...] = ()
        for last in range(place, min(place + _LONGEST_NAME, len(self.words))):
            word = self.words[last]
            if word.quoted or word.field is not None or (last > place and (word.comma or word.out)):
                break
            key = (*key, *word.pieces)
            if last >= end and (yearly := self.feasts.called(key)) is not None:
                found = last + 1, yearly
        return found

    def _unit_of_days(self, place: int) -> Moment | None:
        """Return weekends, or the days between them."""
        unit = self.cues.find(place, "unit")
        days = relative.DAYS_OF.get(unit[1].value) if unit is not None else None
        return Moment(unit[0], (dates.weekdays(days),), NOT_AMONG_WORDS) if unit is not None and days else None

    def _turn_at(self, place: int) -> int | None:
        """Return 2019 if "2019/20" stands at `place`."""
        match = _YEARS.fullmatch(self.words[place].key) if place < len(self.words) else None
        if match is None or int(match[1]) not in self.years or int(match[2]) % 100 != (int(match[1]) + 1) % 100:
            return None
        return int(match[1])

    def _months(self, end: int, months: list[int], doubt: int, year: int | None, *, listed: bool) -> Moment | None:
        """Return months: one, or a list such as "March and April 2019"."""
        while listed and end < len(self.words):
            joint = self.cues.find(end, "and", "or")
            start = joint[0] if joint is not None else end
            more = self.cues.find(start, "month")
            if more is None or (joint is None and not self.words[end].comma) or more[1].doubt == WITH_NUMBER:
                break
            end, doubt = more[0], min(doubt, more[1].doubt)
            months.append(more[1].value)
        dated = (end, year) if year is not None else self._year_at(end)
        if dated is not None:
            return Moment(dated[0], tuple(dates.month_spans(dated[1], sorted(set(months)))))
        return Moment(end, (dates.months(sorted(set(months))),), doubt)

    def _hyphened(self, place: int) -> Moment | None:
        """Return "June-August", written as one word."""
        if place >= len(self.words) or self.words[place].key.count("-") != 1:
            return None
        senses = [self.cues.vocabulary.senses.get((piece,), ()) for piece in self.words[place].pieces]
        months = [next((sense.value for sense in found if sense.role == "month"), None) for found in senses]
        if len(months) != 2 or None in months:
            return None
        first, last = (Moment(place + 1, (dates.months([month or 1]),), SURE) for month in months)
        dated = self._year_at(place + 1)
        if dated is not None:
            last = Moment(dated[0], tuple(dates.month_spans(dated[1], [months[1] or 1])))
        return joined(first, last)


def joined(start: Moment, end: Moment) -> Moment | None:
    """Return the stretch from one date to another; "June to August 2019" has its year from the end."""
    first, last = start.stretches[0], end.stretches[-1]
    if isinstance(first, Yearly) and isinstance(last, Yearly):
        if first.kind != "month" or last.kind != "month":
            # Seasons begin on another day for everybody, so until summer is until it begins.
            whole = periods.between(first, last, until=end.named and last.kind == "month")
            return Moment(end.end, (whole,), SURE) if whole is not None else None
        months, month = [first.values[0]], first.values[0]
        while month != last.values[-1]:
            month = month % 12 + 1
            months.append(month)
        return Moment(end.end, (dates.months(months),), max(start.doubt, end.doubt))
    if isinstance(last, Yearly):
        return None
    if isinstance(first, Yearly):
        if last.first is None or last.last is None or not (begun := first.spans(last.last // 10000)):
            return None
        begins = begun[0].first or 0
        first = Span(begins if begins <= last.last else begins - 10000, None)
    if first.first is None or last.last is None:
        return None
    if first.first > last.last:
        first, last = last, first
    return Moment(end.end, (Span(first.first, last.last),))
