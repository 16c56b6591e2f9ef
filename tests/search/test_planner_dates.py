"""Dates counted from today on many days, feasts, and days of the week as SQL counts them."""

import sqlite3
from calendar import timegm
from datetime import date, datetime, timedelta

import pytest
from little_library import plan

from haven_search import dates, relative
from haven_search.dates import Span, easter, number


@pytest.mark.parametrize(
    ("phrase", "now", "meaning"),
    [
        ("last summer", "2024-07-03", "taken from June 2023 to August 2023"),
        ("last summer", "2024-08-31", "taken from June 2023 to August 2023"),
        ("last summer", "2024-09-01", "taken from June 2024 to August 2024"),
        ("last summer", "2025-02-01", "taken from June 2024 to August 2024"),
        ("this summer", "2024-02-01", "taken from June 2024 to August 2024"),
        ("last winter", "2024-01-15", "taken from December 2022 to February 2023"),
        ("last winter", "2024-03-01", "taken from December 2023 to February 2024"),
        ("this winter", "2024-01-15", "taken from December 2023 to February 2024"),
        ("this winter", "2024-11-15", "taken from December 2024 to February 2025"),
        ("last christmas", "2024-12-25", "taken from 24 December 2023 to 26 December 2023"),
        ("last christmas", "2024-12-27", "taken from 24 December 2024 to 26 December 2024"),
        ("last easter", "2024-07-03", "taken from 29 March 2024 to 1 April 2024"),
        ("last month", "2024-01-31", "taken in December 2023"),
        ("last week", "2024-01-01", "taken from 25 December 2023 to 31 December 2023"),
        ("last weekend", "2024-06-30", "taken from 22 June 2024 to 23 June 2024"),
        ("last weekend", "2024-07-01", "taken from 29 June 2024 to 30 June 2024"),
        ("last monday", "2024-07-01", "taken on 24 June 2024"),
        ("this monday", "2024-07-03", "taken on 1 July 2024"),
        ("last february", "2024-03-01", "taken in February 2024"),
        ("last 2 years", "2024-02-29", "taken from 28 February 2022 to 29 February 2024"),
        ("1 month ago", "2024-01-31", "taken in December 2023"),
        ("3 weeks ago", "2024-07-03", "taken from 10 June 2024 to 16 June 2024"),
        ("since march", "2024-02-01", "taken on 1 March 2023 or later"),
        ("before march", "2024-07-03", "taken before 1 March 2024"),
        ("the 20s", "2024-07-03", "taken from 2020 to 2029"),
        ("the 20s", "2019-07-03", "taken from 1920 to 1929"),
        ("1.5.24", "2024-07-03", "taken on 1 May 2024"),
        ("1.5.85", "2024-07-03", "taken on 1 May 1985"),
        ("2025", "2024-07-03", "taken in 2025"),
        ("since winter 2020", "2024-07-03", "taken on 1 December 2019 or later"),
    ],
)
def test_what_a_date_means_depends_on_today(db: sqlite3.Connection, phrase: str, now: str, meaning: str) -> None:
    made = plan(db, phrase, now=datetime.fromisoformat(now))
    assert [one.meaning for one in made.understood] == [meaning]


@pytest.mark.parametrize(
    "phrase", ["2026", "400 years ago", "999 weeks ago", "last 0 days", "31 April", "the 25s", "13/2019"]
)
def test_what_no_photo_can_be_of_is_no_date(db: sqlite3.Connection, phrase: str) -> None:
    kinds = [one.kind for one in plan(db, phrase, now=datetime(2024, 7, 3)).understood]
    assert kinds == (["date"] if phrase == "31 April" else [])  # April is left


@pytest.mark.parametrize(("language", "month"), [("en", 4), ("en-US", 4), ("en-GB", 7), ("de", 7), ("fr", 7)])
def test_which_number_is_the_month(db: sqlite3.Connection, language: str, month: int) -> None:
    made = plan(db, "4/7/2019", now=datetime(2024, 7, 3), language=language)
    name = {4: "7 April", 7: "4 July"}[month]
    assert [one.meaning for one in made.understood] == [f"taken on {name} 2019"]


@pytest.mark.parametrize(
    "sunday",
    [
        "1818-03-22",
        "1943-04-25",
        "1954-04-18",
        "2000-04-23",
        "2008-03-23",
        "2019-04-21",
        "2024-03-31",
        "2038-04-25",
        "2285-03-22",
    ],
)
def test_easter(sunday: str) -> None:
    day = date.fromisoformat(sunday)
    assert easter(day.year) == day


def test_days_of_the_week_in_sql() -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY, day INTEGER, taken INTEGER)")
    days = [date(1895, 1, 1) + timedelta(days=37 * step) for step in range(1400)]
    for day in days:
        for hour in (0, 23):
            taken = timegm((day.year, day.month, day.day, hour, 59 * (hour // 23), 59 * (hour // 23)))
            db.execute("INSERT INTO photo (day, taken) VALUES (?, ?)", (number(day), taken))
    db.execute("INSERT INTO photo (day, taken) VALUES (NULL, NULL)")
    for weekday in range(7):
        condition, params = dates.weekdays((weekday,)).sql()
        found = [day for (day,) in db.execute(f"SELECT day FROM photo p WHERE {condition} ORDER BY id", params)]
        assert found == [number(day) for day in days if day.weekday() == weekday for _ in range(2)]
    db.close()


def test_months_over_new_year_are_one_stretch() -> None:
    assert dates.month_spans(2019, (12, 1, 2)) == [Span(20191201, 20200229)]
    assert dates.month_spans(2019, (3, 5)) == [Span(20190301, 20190331), Span(20190501, 20190531)]


def test_the_ends_of_the_calendar() -> None:
    assert dates.day_after(99991231) == 99991231
    assert dates.day_before(10101) == 10101
    assert relative.past("day", 100_000, date(2024, 7, 3)) is None
