"""Parts of dates, and stretches from one date to another: "early May", "late 2019", "between Easter and summer"."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from haven_search import dates
from haven_search.dates import Span, Stretch, Yearly, day_of, number

_FIRST = 1900
EDGES = {"first-day": (False, 1), "last-day": (True, 1), "first-week": (False, 7), "last-week": (True, 7)}
_LEAP = 2000
"""A year that has all days."""


def part_of(stretches: Sequence[Stretch], part: str) -> tuple[Stretch, ...] | None:
    """Return the "early", "mid" or "late" third of each stretch, of a month ten days; None if one has no such parts."""
    found = [_part_of_span(one, part) if isinstance(one, Span) else _part_of_yearly(one, part) for one in stretches]
    return None if None in found else tuple(one for one in found if one is not None)


def _part_of_span(span: Span, part: str) -> Span | None:
    first, last = (day_of(edge) if edge is not None else None for edge in (span.first, span.last))
    if first is None or last is None:
        return None
    if part in EDGES:
        at_end, days = EDGES[part]
        length = timedelta(days - 1)
        return (
            Span(number(max(first, last - length)), number(last))
            if at_end
            else Span(number(first), number(min(last, first + length)))
        )
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    whole = first.day == 1 and (last + timedelta(1)).day == 1
    if whole and months == 1:
        start, end = _days_of_month(part, last.day)
        return Span(number(first.replace(day=start)), number(first.replace(day=end)))
    if whole and months > 2:
        unit = 12 if months > 12 and not months % 12 else 1
        start, end = _third(part, months // unit)
        begins = _month_after(first, start * unit)
        return Span(number(begins), number(_month_after(first, end * unit) - timedelta(1)))
    days = (last - first).days + 1
    if days < 3:
        return None
    start, end = _third(part, days)
    return Span(number(first + timedelta(start)), number(first + timedelta(end - 1)))


def _part_of_yearly(yearly: Yearly, part: str) -> Yearly | None:
    if yearly.kind != "month":
        return None
    if len(yearly.values) == 1 or part in EDGES:
        month = yearly.values[-1 if EDGES.get(part, (False, 0))[0] else 0]
        start, end = _days_of_month(part, 29 if month == 2 else dates.last_day(_LEAP, month))
        return dates.days_of_year(month, start, end)
    if len(yearly.values) < 3:
        return None
    start, end = _third(part, len(yearly.values))
    return dates.months(yearly.values[start:end])


def _days_of_month(part: str, last: int) -> tuple[int, int]:
    if part in EDGES:
        at_end, days = EDGES[part]
        return (last - days + 1, last) if at_end else (1, days)
    return {"early": (1, 10), "mid": (11, 20)}.get(part, (21, last))


def _third(part: str, count: int) -> tuple[int, int]:
    """Return where a third of `count` things begins and ends; what cannot be shared out goes to the first."""
    third = count // 3
    rest = count - 2 * third
    return {"early": (0, rest), "mid": (rest, rest + third)}.get(part, (rest + third, count))


def _month_after(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def between(first: Yearly, last: Yearly, *, until: bool) -> Yearly | None:
    """Return what lies between two things that come back, both counted; `until`: the second not, as of a season."""
    kinds = {first.kind, last.kind}
    if not kinds <= {"month", "mmdd", "day"}:
        return None
    if "day" not in kinds:
        return Yearly("mmdd", tuple(_all_days(_edge(first, 0), _edge(last, -1))), _words(first, last))
    years = sorted({day // 10000 for one in (first, last) if one.kind == "day" for day in one.values})
    days = [day for year in years if year >= _FIRST for day in _days_in(year, first, last, until=until)]
    return Yearly("day", tuple(sorted(set(days))), _words(first, last))


def _words(first: Yearly, last: Yearly) -> str:
    called = [one.words.removesuffix(" of any year") for one in (first, last)]
    for lead in ("at ", "on ", "in "):
        called = [one.removeprefix(lead) for one in called]
    return f"between {called[0]} and {called[1]} of any year"


def _edge(yearly: Yearly, place: int) -> tuple[int, int]:
    """Return the first or last day of what comes back as month and day; of a last month its last day."""
    value = yearly.values[place]
    if yearly.kind == "mmdd":
        return value // 100, value % 100
    return (value, 1) if place == 0 else (value, dates.last_day(_LEAP, value))


def _all_days(start: tuple[int, int], end: tuple[int, int]) -> Iterator[int]:
    """Give the days from one to another as month and day, over New Year where the second is earlier."""
    day, last = date(_LEAP, *start), date(_LEAP, *end)
    while day != last:
        yield day.month * 100 + day.day
        day = (day + timedelta(1)).replace(year=_LEAP)
    yield last.month * 100 + last.day


def _days_in(year: int, first: Yearly, last: Yearly, *, until: bool) -> Iterator[int]:
    begun = first.spans(year)
    start = day_of(begun[0].first or 0) if begun else None
    if start is None:
        return
    end = _next_edge(last.spans, start, until=until)
    while end is not None and start <= end:
        yield number(start)
        start += timedelta(1)


def _next_edge(spans: Callable[[int], list[Span]], start: date, *, until: bool) -> date | None:
    """Return the last day of the first span that begins after a day; `until`: the day before it begins."""
    for year in (start.year, start.year + 1):
        for span in spans(year):
            first, last = day_of(span.first or 0), day_of(span.last or 0)
            if first is not None and last is not None and first > start:
                return first - timedelta(1) if until else last
    return None
