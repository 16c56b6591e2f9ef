"""Days counted from today: last summer, this week, three years ago.

A week begins on Monday. "Last" is the whole one before the present: said in July, last summer is that of the year
before. "Last 3 weeks" and "past month" end today.
"""

from datetime import date, timedelta

from haven_search.dates import Span, Yearly, month_spans, number, year_span

DAYS_OF = {"weekend": (5, 6), "workday": (0, 1, 2, 3, 4)}
"""The units that are days of the week, Monday being 0."""
FEW = (2, 5)
"""How many "a few years ago" are, at least and at most."""
_MOST = 400  # years, months, weeks or days back; before that there are no photos


def last(unit: str, today: date) -> Span | None:
    """Return the year, month, week or weekend before the present one."""
    monday = today - timedelta(today.weekday())
    if unit == "year":
        return year_span(today.year - 1)
    if unit == "month":
        return ago("month", 1, today)
    if unit == "week":
        return _days(monday - timedelta(7), 7)
    return _days(monday - timedelta(2), 2) if unit == "weekend" else None


def this(unit: str, today: date) -> Span | None:
    """Return the present year, month, week or weekend; the weekend of this week, begun or not."""
    monday = today - timedelta(today.weekday())
    if unit == "year":
        return year_span(today.year)
    if unit == "month":
        return month_spans(today.year, [today.month])[0]
    if unit == "week":
        return _days(monday, 7)
    return _days(monday + timedelta(5), 2) if unit == "weekend" else None


def past(unit: str, count: int, today: date) -> Span | None:
    """Return the last `count` days, weeks, months or years up to today."""
    if not 0 < count <= _MOST:
        return None
    if unit in ("day", "week", "weekend"):
        first = today - timedelta(count if unit == "day" else 7 * count)
    else:
        year, month = divmod(today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1), 12)
        first = date(year, month + 1, min(today.day, 28))
    return Span(number(first), number(today))


def ago(unit: str, count: int, today: date) -> Span | None:
    """Return the day, week, month or year that was so many before the present one."""
    if not 0 < count <= _MOST:
        return None
    if unit == "day":
        return _days(today - timedelta(count), 1)
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 - count, 12)
        return month_spans(year, [month + 1])[0]
    if unit == "workday":
        return None
    if unit == "year":
        return year_span(today.year - count)
    return _days(today - timedelta(today.weekday() + 7 * count), 7)


def latest(yearly: Yearly, today: date, *, begun: bool = False) -> Span | None:
    """Return the latest of what comes back that is over, or that has at least begun."""
    if yearly.kind == "weekday":
        behind = min((today.weekday() - day - (not begun)) % 7 + (not begun) for day in yearly.values)
        return _days(today - timedelta(behind), 1)
    for year in range(today.year, today.year - 9, -1):
        for span in reversed(yearly.spans(year)):
            edge = span.first if begun else span.last
            if edge is not None and (edge <= number(today) if begun else edge < number(today)):
                return span
    return None


def present(yearly: Yearly, today: date) -> Span | None:
    """Return this year's one of what comes back; of a winter the one that goes on, or the next."""
    if yearly.kind == "weekday":
        return _days(today - timedelta(today.weekday() - yearly.values[0]), 1)
    before = [span for span in yearly.spans(today.year - 1) if (span.last or 0) >= number(today)]
    return next(iter([*before, *yearly.spans(today.year)]), None)


def _days(first: date, count: int) -> Span:
    return Span(number(first), number(first + timedelta(count - 1)))
