"""Stretches of time as conditions over `photo AS p` and as words a person reads.

Days are numbers yyyymmdd, as the catalog has them; a stretch is a first and a last day, both included. Seasons are
those of the north, by whole months: spring is March to May. A winter is December to February; "winter 2019" may be
either of the two that lie partly in 2019, so both are meant.
"""

import json
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SEASONS = {"spring": (3, 4, 5), "summer": (6, 7, 8), "autumn": (9, 10, 11), "winter": (12, 1, 2)}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# The day of the week from the numbers of a day, Monday being 0, so that the index of days answers alone: the formula of
# Keith and Craver (1990), whose year begins in March.
_WEEKDAY = (
    "((23 * ({p}day / 100 % 100) / 9 + {p}day % 100 + 3 + {p}day / 10000 - 2 * ({p}day / 100 % 100 > 2)"
    " + ({p}day / 10000 - ({p}day / 100 % 100 < 3)) / 4 - ({p}day / 10000 - ({p}day / 100 % 100 < 3)) / 100"
    " + ({p}day / 10000 - ({p}day / 100 % 100 < 3)) / 400) % 7)"
)
WEEKDAY_INDEX = f"CREATE INDEX photo_weekday ON photo ({_WEEKDAY.format(p='')}, seq) WHERE shown = 1 AND day > 0;"
"""The migration by which weekends are found without going through all days."""
_YEARLY = {
    "month": "p.day / 100 % 100",
    "mmdd": "p.day % 10000",
    "monthday": "p.day % 100",
    "weekday": _WEEKDAY.format(p="p."),
}


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`, yyyymmdd; None: open."""

    first: int | None
    last: int | None

    def sql(self) -> tuple[str, tuple[int, ...]]:
        """Return the condition and its parameters."""
        if self.first is None:
            return "p.day <= ?", (self.last or 0,)
        return (
            ("p.day >= ?", (self.first,)) if self.last is None else ("p.day BETWEEN ? AND ?", (self.first, self.last))
        )

    def say(self) -> str:
        """Return it in words: "taken in 2019"."""
        if self.first is None:
            after = day_after(self.last or 0)
            return f"taken before {_year_or_day(after)}"
        if self.last is None:
            return (
                f"taken in {self.first // 10000} or later"
                if self.first % 10000 == 101
                else f"taken on {say_day(self.first)} or later"
            )
        first, last = self.first, self.last
        if first == last:
            return f"taken on {say_day(first)}"
        if first % 10000 == 101 and last % 10000 == 1231:
            years = (first // 10000, last // 10000)
            return f"taken in {years[0]}" if years[0] == years[1] else f"taken from {years[0]} to {years[1]}"
        if first % 100 == 1 and last == _month_end(last // 10000, last // 100 % 100):
            months = [f"{MONTHS[day // 100 % 100 - 1]} {day // 10000}" for day in (first, last)]
            return f"taken in {months[0]}" if months[0] == months[1] else f"taken from {months[0]} to {months[1]}"
        return f"taken from {say_day(first)} to {say_day(last)}"


@dataclass(frozen=True, slots=True)
class Yearly:
    """What comes back: `kind` is a key of _YEARLY, `values` those of it that count, `words` how to say it.

    The kind "day" is for what comes on another day each year: `values` are the days, yyyymmdd in order.
    """

    kind: str
    values: tuple[int, ...]
    words: str

    def sql(self) -> tuple[str, tuple[str, ...]]:
        """Return the condition and its parameters; what numbers are ours stands in it."""
        if self.kind == "day":
            return "p.day IN (SELECT value FROM json_each(?))", (json.dumps(self.values),)
        # The range has the index of days answer alone.
        return f"(p.day > 0 AND {_YEARLY[self.kind]} IN ({','.join(map(str, self.values))}))", ()

    def say(self) -> str:
        """Return it in words: "taken in March of any year"."""
        return f"taken {self.words}"

    def spans(self, year: int) -> list[Span]:
        """Return when it begins in a year and how long it lasts; of moving feasts and weekdays nothing."""
        if self.kind == "month":
            return month_spans(year, self.values)
        if self.kind == "mmdd":
            first, last = self.values[0], self.values[-1]
            return [Span(year * 10000 + first, (year + (last < first)) * 10000 + last)]
        if self.kind == "day":
            return self._days_of(year)
        return []

    def _days_of(self, year: int) -> list[Span]:
        """Return the days of the kind "day" in stretches without a gap, those that begin in a year."""
        place = bisect_left(self.values, year * 10000)
        while 0 < place < len(self.values) and self.values[place] == day_after(self.values[place - 1]):
            place += 1  # what began in the year before
        spans: list[Span] = []
        for day in self.values[place:]:
            if spans and day == day_after(spans[-1].last or 0):
                spans[-1] = Span(spans[-1].first, day)
            elif day // 10000 == year:
                spans.append(Span(day, day))
            else:
                break
        return spans


Stretch = Span | Yearly


def number(day: date) -> int:
    """Return a day as yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day


def day_of(number_: int) -> date | None:
    """Return the day of a number yyyymmdd, None if the calendar has not that day."""
    try:
        return date(number_ // 10000, number_ // 100 % 100, number_ % 100)
    except ValueError:
        return None


def day_after(number_: int) -> int:
    """Return the day after; of the calendar's last, itself."""
    day = day_of(number_)
    return number_ if day is None or day == date.max else number(day + timedelta(1))


def day_before(number_: int) -> int:
    """Return the day before; of the calendar's first, itself."""
    day = day_of(number_)
    return number_ if day is None or day == date.min else number(day - timedelta(1))


def last_day(year: int, month: int) -> int:
    """Return how many days a month has."""
    return monthrange(year, month)[1]


def _month_end(year: int, month: int) -> int:
    return year * 10000 + month * 100 + last_day(year, month)


def year_span(first: int, last: int | None = None) -> Span:
    """Return a year, or the years from `first` to `last`."""
    return Span(first * 10000 + 101, (last or first) * 10000 + 1231)


def month_spans(year: int, months: Sequence[int]) -> list[Span]:
    """Return the months of a year as few stretches; of months that go over New Year (12, 1, 2), one from that year."""
    spans: list[Span] = []
    before = 0
    for month in months:
        if before and month < before:
            year += 1
        first, last = year * 10000 + month * 100 + 1, _month_end(year, month)
        if spans and day_after(spans[-1].last or 0) == first:
            spans[-1] = Span(spans[-1].first, last)
        else:
            spans.append(Span(first, last))
        before = month
    return spans


def season(key: str) -> Yearly:
    """Return a season of any year."""
    return Yearly("month", SEASONS[key], f"in {key} of any year")


def months(values: Sequence[int]) -> Yearly:
    """Return months of any year."""
    names = [MONTHS[month - 1] for month in values]
    words = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return Yearly("month", tuple(values), f"in {words} of any year")


def weekdays(values: Sequence[int]) -> Yearly:
    """Return days of the week, Monday being 0."""
    return Yearly("weekday", tuple(values), f"on a {' or '.join(WEEKDAYS[value] for value in values)}")


def days_of_year(month: int, first: int, last: int) -> Yearly:
    """Return days of a month, of any year."""
    words = f"{first} {MONTHS[month - 1]}" if first == last else f"{first} to {last} {MONTHS[month - 1]}"
    return Yearly("mmdd", tuple(month * 100 + day for day in range(first, last + 1)), f"on {words} of any year")


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year, by the anonymous computus (Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def say_day(day: int) -> str:
    """Return a day in words: "14 July 2019"."""
    return f"{day % 100} {MONTHS[day // 100 % 100 - 1]} {day // 10000}"


def _year_or_day(day: int) -> str:
    return str(day // 10000) if day % 10000 == 101 else say_day(day)
