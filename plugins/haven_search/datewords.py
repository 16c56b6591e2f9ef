"""Reads dates out of the words of a phrase: "2019", "14 July 2019", "last summer", "between 2015 and 2018", "the 90s".

What comes back every year ("in March", "Christmas") is read as that, and the planner decides by the words around
whether it is meant as a date at all.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from haven_search import dates, relative
from haven_search.cues import Cues
from haven_search.dates import Span, Stretch, Yearly, day_of, number
from haven_search.vocabulary import AFTER_CUE, SURE, WITH_NUMBER

FIRST_YEAR = 1826
"""The year of the oldest photograph there is."""
CERTAIN = -1
"""The doubt of what has a number in it or says "last" or "before": nothing else is meant."""

_YMD = re.compile(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?|(\d{4})[年년](?:(\d{1,2})[月월](?:(\d{1,2})[日일号])?)?")
_DMY = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4}|\d{2})")
_MY = re.compile(r"(\d{1,2})[-./](\d{4})")
_YEARS = re.compile(r"(\d{4})(?:-|/|\.\.)(\d{4}|\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DECADE = re.compile(r"((?:18|19|20)?)(\d0)(?:'?s|er|-?tal(?:l?et)?)")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e|o|a)?")
_DAYS = re.compile(r"(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Moment:
    """A date that was read. `end`: the place after its words; `stretches`: any of them is meant.

    `doubt`: as in vocabulary, or CERTAIN; `bound`: it only bounds other dates ("before 2010").
    """

    end: int
    stretches: tuple[Stretch, ...]
    doubt: int = CERTAIN
    bound: bool = False


class DateReader:
    """Reads dates for one phrase, as of `today`."""

    def __init__(self, cues: Cues, today: date) -> None:
        self._cues = cues
        self._words = cues.words
        self._today = today
        self._years = range(FIRST_YEAR, today.year + 2)

    def find(self, place: int) -> Moment | None:
        """Return the date that the words from `place` on are, the longest there is; None if they are none."""
        return self._relative(place) or self._between(place) or self._bound(place) or self._stretch(place)

    def whole(self, bound: str = "") -> Moment | None:
        """Return the date that stands at the beginning, or what is before, after, since or until it."""
        moment = self._relative(0) or self._stretch(0)
        return self._bounded(moment, bound) if moment is not None and bound else moment

    def _between(self, place: int) -> Moment | None:
        opened = self._cues.find(place, "between", "from")
        if opened is None:
            return None
        start = self._cues.after(opened[0], "article", "at", "on")
        return self._stretch(start, needs_end=True, between=opened[1].role == "between")

    def _bound(self, place: int) -> Moment | None:
        for role in ("before", "after", "since", "until"):
            opened = self._cues.find(place, role)
            if opened is None:
                continue
            start = self._cues.after(opened[0], "article", "at", "on")
            moment = self._relative(start) or self._point(start)
            if moment is not None and (bounded := self._bounded(moment, role)) is not None:
                return bounded
        return None

    def _bounded(self, moment: Moment, role: str) -> Moment | None:
        """Return what is before, after, since or until a date."""
        span = self._whole(moment)
        if moment.doubt == WITH_NUMBER or span is None or span.first is None or span.last is None:
            return None
        bounds = {
            "before": Span(None, dates.day_before(span.first)),
            "until": Span(None, span.last),
            "since": Span(span.first, None),
            "after": Span(dates.day_after(span.last), None),
        }
        return Moment(moment.end, (bounds[role],), bound=True)

    def _whole(self, moment: Moment) -> Span | None:
        """Return a moment as one stretch; of what comes back the latest that has begun."""
        spans = [s if isinstance(s, Span) else relative.latest(s, self._today, begun=True) for s in moment.stretches]
        known = [span for span in spans if span is not None]
        return Span(known[0].first, known[-1].last) if known else None

    def _stretch(self, place: int, *, needs_end: bool = False, between: bool = False) -> Moment | None:
        start = self._point(place)
        if start is None:
            return None
        to = self._cues.find(start.end, "to", "and") if between else self._cues.find(start.end, "to")
        if to is not None:
            after = self._cues.after(to[0], "article", "at", "on")
            end = self._relative(after) or self._point(after)
            joined = self._joined(start, end) if end is not None else None
            if joined is not None:
                return joined
        return None if needs_end or start.doubt == WITH_NUMBER else start

    def _joined(self, start: Moment, end: Moment) -> Moment | None:
        """Return the stretch from one date to another; "June to August 2019" has its year from the end."""
        first, last = start.stretches[0], end.stretches[-1]
        if isinstance(first, Yearly) and isinstance(last, Yearly):
            if first.kind != "month" or last.kind != "month":
                return None
            months, month = [first.values[0]], first.values[0]
            while month != last.values[-1]:
                month = month % 12 + 1
                months.append(month)
            return Moment(end.end, (dates.months(months),), max(start.doubt, end.doubt))
        if isinstance(last, Yearly):
            return None
        if isinstance(first, Yearly):
            if first.kind not in ("month", "mmdd") or last.first is None or last.last is None:
                return None
            begins = first.spans(last.last // 10000)[0].first or 0
            first = Span(begins if begins <= last.last else begins - 10000, None)
        if first.first is None or last.last is None:
            return None
        if first.first > last.last:
            first, last = last, first
        return Moment(end.end, (Span(first.first, last.last),))

    def _point(self, place: int) -> Moment | None:
        """Return a single date: a day, a month, a year, a season, a feast."""
        if place >= len(self._words) or self._words[place].quoted or self._words[place].field is not None:
            return None
        return self._day_month(place) or self._numbers(place) or self._named(place)

    def _numbers(self, place: int) -> Moment | None:
        key = self._words[place].key
        if key[:1].isdigit():
            span = self._date(key)
            if span is not None:
                return self._year_first(place, span) or Moment(place + 1, (span,))
            decade = self._decade(key)
            if decade is not None:
                told = len(key) > 4 or self._cues.has(place - 1, "article", "at", "on")
                return Moment(place + 1, (decade,), CERTAIN if told else 1)
        opened = self._cues.find(place, "decades")
        if opened is not None and opened[0] < len(self._words):
            decade = self._decade(f"{self._words[opened[0]].key}s")
            return Moment(opened[0] + 1, (decade,)) if decade is not None else None
        return None

    def _date(self, key: str) -> Span | None:
        """Return what a date in numbers means, None if it is none."""
        if re.fullmatch(r"\d{4}", key):
            return dates.year_span(int(key)) if int(key) in self._years else None
        if match := _YMD.fullmatch(key):
            year, month, day = match[1] or match[4], match[2] or match[5], match[3] or match[6]
            if (span := self._calendar(year, month, day)) is not None:
                return span
        if match := _DMY.fullmatch(key):
            day, month, year = match.groups()
            if len(year) == 2:
                year = str((2000 if int(year) <= self._today.year % 100 else 1900) + int(year))
            if int(month) > 12 or ("/" in key and self._cues.vocabulary.month_first and int(day) <= 12):
                day, month = month, day
            return self._calendar(year, month, day)
        if match := _MY.fullmatch(key):
            return self._calendar(match[2], match[1], None)
        if match := _YEARS.fullmatch(key):
            first = int(match[1])
            last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
            return dates.year_span(first, last) if first in self._years and first < last < first + 200 else None
        if match := _COMPACT.fullmatch(key):
            return self._calendar(*match.groups())
        return None

    def _calendar(self, year: str, month: str | None, day: str | None) -> Span | None:
        if int(year) not in self._years:
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
            century = "20" if 2000 + tens <= self._today.year else "19"
        first = int(century) * 100 + tens
        return dates.year_span(first, first + (99 if match[1] in ("18", "19") and not tens else 9))

    def _year_at(self, place: int) -> tuple[int, int] | None:
        """Return the year at `place`, or after an "of" there, with the place after it."""
        place = self._cues.after(place, "of", "at", "article")
        if place < len(self._words):
            word = self._words[place]
            match = re.fullmatch(r"(\d{4})年?", word.key)
            if match and not word.out and not word.quoted and word.field is None and int(match[1]) in self._years:
                return place + 1, int(match[1])
        return None

    def _year_first(self, place: int, span: Span) -> Moment | None:
        """Return "2019 summer", "2019 March" as they are the other way round."""
        if span.first is None or span != dates.year_span(span.first // 10000):
            return None
        named = self._named(place + 1, year=span.first // 10000)
        return named if named is not None and all(isinstance(s, Span) for s in named.stretches) else None

    def _days_at(self, place: int) -> tuple[int, int, int] | None:
        """Return the first and last day of a month that stand at `place`, with the place after them."""
        if place >= len(self._words) or self._words[place].quoted or self._words[place].field is not None:
            return None
        key = self._words[place].key
        if match := _DAYS.fullmatch(key):
            return place + 1, int(match[1]), int(match[2])
        match = _DAY.fullmatch(key)
        if match is None:
            return None
        to = self._cues.find(place + 1, "to")
        if to is not None and to[0] < len(self._words) and (other := _DAY.fullmatch(self._words[to[0]].key)):
            return to[0] + 1, int(match[1]), int(other[1])
        return place + 1, int(match[1]), int(match[1])

    def _day_month(self, place: int) -> Moment | None:
        """Return "14 July 2019", "14th of July", "July 14, 2019", "14-16 July"."""
        days = self._days_at(place)
        if days is not None:
            end, first, last = days
            month = self._cues.find(self._cues.after(end, "of", "article", "at"), "month")
            return self._in_month(month[1].value, first, last, month[0]) if month is not None else None
        month = self._cues.find(place, "month")
        days = self._days_at(month[0]) if month is not None else None
        if month is None or days is None or self._words[month[0]].comma:
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

    def _named(self, place: int, year: int | None = None) -> Moment | None:
        """Return a month, season, feast or weekday, with its year if one follows or is given."""
        found = self._cues.find(place, "month", "season", "feast", "weekday")
        if found is None:
            weekend = self._cues.find(place, "unit")
            if weekend is not None and weekend[1].value == "weekend":
                return Moment(weekend[0], (relative.weekend(),), AFTER_CUE)
            return self._hyphened(place)
        end, sense = found
        if sense.role == "weekday":
            return Moment(end, (dates.weekdays((sense.value,)),), AFTER_CUE)
        if sense.role == "month":
            return self._months(end, [sense.value], sense.doubt, year)
        if year is None and sense.value == "winter" and (turn := self._turn_at(end)) is not None:
            return Moment(end + 1, tuple(dates.month_spans(turn, dates.SEASONS["winter"])))
        yearly = dates.season(sense.value) if sense.role == "season" else dates.feast(sense.value, self._years)
        dated = (end, year) if year is not None else self._year_at(end)
        if dated is None:
            return Moment(end, (yearly,), sense.doubt)
        spans = yearly.spans(dated[1])
        if sense.value in ("winter", "new-year"):  # either of two that lie partly in the year
            spans = [*yearly.spans(dated[1] - 1), *spans]
        return Moment(dated[0], tuple(spans))

    def _turn_at(self, place: int) -> int | None:
        """Return 2019 if "2019/20" stands at `place`."""
        match = _YEARS.fullmatch(self._words[place].key) if place < len(self._words) else None
        if match is None or int(match[1]) not in self._years or int(match[2]) % 100 != (int(match[1]) + 1) % 100:
            return None
        return int(match[1])

    def _months(self, end: int, months: list[int], doubt: int, year: int | None) -> Moment | None:
        """Return months: one, or a list such as "March and April 2019"."""
        while end < len(self._words):
            joint = self._cues.find(end, "and", "or")
            start = joint[0] if joint is not None else end
            more = self._cues.find(start, "month")
            if more is None or (joint is None and not self._words[end].comma) or more[1].doubt == WITH_NUMBER:
                break
            end, doubt = more[0], min(doubt, more[1].doubt)
            months.append(more[1].value)
        dated = (end, year) if year is not None else self._year_at(end)
        if dated is not None:
            return Moment(dated[0], tuple(dates.month_spans(dated[1], sorted(set(months)))))
        return Moment(end, (dates.months(sorted(set(months))),), doubt)

    def _hyphened(self, place: int) -> Moment | None:
        """Return "June-August", written as one word."""
        if place >= len(self._words) or self._words[place].key.count("-") != 1:
            return None
        senses = [self._cues.vocabulary.senses.get((piece,), ()) for piece in self._words[place].pieces]
        months = [next((sense.value for sense in found if sense.role == "month"), None) for found in senses]
        if len(months) != 2 or None in months:
            return None
        first, last = (Moment(place + 1, (dates.months([month or 1]),), SURE) for month in months)
        dated = self._year_at(place + 1)
        if dated is not None:
            last = Moment(dated[0], tuple(dates.month_spans(dated[1], [months[1] or 1])))
        return self._joined(first, last)

    def _relative(self, place: int) -> Moment | None:
        """Return what is counted from today."""
        today = self._today
        if (found := self._cues.find(place, "relative")) is not None:
            spans = {
                "today": Span(number(today), number(today)),
                "yesterday": relative.ago("day", 1, today),
                "day-before-yesterday": relative.ago("day", 2, today),
                "last-year": relative.last("year", today),
            }
            return self._spanned(found[0], spans[found[1].value])
        return self._ago(place) or self._last(place) or self._this(place)

    def _spanned(self, end: int, span: Span | None) -> Moment | None:
        return Moment(end, (span,)) if span is not None else None

    def _count_at(self, place: int) -> tuple[int, int] | None:
        if place < len(self._words) and re.fullmatch(r"\d{1,3}", self._words[place].key):
            return place + 1, int(self._words[place].key)
        if (found := self._cues.find(place, "number")) is not None:
            return found[0], found[1].value
        return None

    def _ago(self, place: int) -> Moment | None:
        """Return "3 years ago", "vor einem Jahr"."""
        before = self._cues.find(place, "ago-before")
        start = before[0] if before is not None else place
        counted = self._count_at(start)
        if counted is None and (article := self._cues.find(start, "article")) is not None:
            counted = (article[0], 1)
        unit = self._cues.find(counted[0], "unit") if counted is not None else None
        if counted is None or unit is None:
            return None
        after = self._cues.find(unit[0], "ago")
        if before is None and after is None:
            return None
        return self._spanned(after[0] if after else unit[0], relative.ago(unit[1].value, counted[1], self._today))

    def _last(self, place: int) -> Moment | None:
        """Return "last summer", "last 3 weeks", "été dernier"."""
        opened = self._cues.find(place, "last", "past")
        if opened is not None:
            counted = self._count_at(opened[0])
            if counted is not None and (unit := self._cues.find(counted[0], "unit")) is not None:
                return self._spanned(unit[0], relative.past(unit[1].value, counted[1], self._today))
            calendar = self._cues.find(place, "last") is not None
            return self._before_now(opened[0], calendar=calendar)
        moment = self._before_now(place)
        bygone = self._cues.find(moment.end, "bygone") if moment is not None else None
        return replace(moment, end=bygone[0]) if moment is not None and bygone is not None else None

    def _before_now(self, place: int, *, calendar: bool = True) -> Moment | None:
        """Return the last of the unit, season, feast, month or weekday at `place`."""
        if (unit := self._cues.find(place, "unit")) is not None:
            if calendar:
                return self._spanned(unit[0], relative.last(unit[1].value, self._today))
            return self._spanned(unit[0], relative.past(unit[1].value, 1, self._today))
        named = self._named(place)
        if named is None or not isinstance(named.stretches[0], Yearly):
            return None
        return self._spanned(named.end, relative.latest(named.stretches[0], self._today))

    def _this(self, place: int) -> Moment | None:
        opened = self._cues.find(place, "this")
        if opened is None:
            return None
        if (unit := self._cues.find(opened[0], "unit")) is not None:
            return self._spanned(unit[0], relative.this(unit[1].value, self._today))
        named = self._named(opened[0])
        if named is None or not isinstance(named.stretches[0], Yearly):
            return None
        return self._spanned(named.end, relative.present(named.stretches[0], self._today))
