"""Parts of the day that photos are of: by the sun, by the clock, and as the owner has corrected when and where."""

from calendar import timegm
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from helpers.catalogs import open_catalog
from helpers.home import Home

from haven_fs import Scalar, say, settle
from haven_time.daytime import parts_of

PARIS, TROMSO, MADRID = (48.8584, 2.2945), (69.6492, 18.9553), (40.4168, -3.7038)
MIDNIGHT_SUN = "2023-06-21 00:30:00"


def parts(when: str, where: tuple[float, float] | None = None, source: str = "exif") -> set[str]:
    facts: dict[str, Scalar] = {"taken": timegm(datetime.fromisoformat(when).timetuple()), "taken_source": source}
    if where is not None:
        facts |= {"latitude": where[0], "longitude": where[1]}
    return set(parts_of(facts))


@pytest.mark.parametrize(
    ("when", "where", "expected"),
    [
        ("2019-07-14 06:05:00", PARIS, {"sunrise", "morning", "day"}),
        ("2019-07-14 10:00:00", PARIS, {"morning", "day"}),
        ("2019-07-14 13:50:00", PARIS, {"noon", "afternoon", "day"}),
        ("2019-07-14 16:00:00", PARIS, {"afternoon", "day"}),
        ("2019-07-14 21:45:00", PARIS, {"sunset", "evening", "day"}),
        ("2019-07-14 23:30:00", PARIS, {"night"}),
        ("2019-12-14 18:30:00", PARIS, {"evening"}),
        ("2019-12-14 20:30:00", PARIS, {"evening", "night"}),
        ("2019-07-14 22:30:00", PARIS, {"sunset", "night"}),
        ("2019-12-14 16:50:00", PARIS, {"sunset", "afternoon", "day"}),
        ("2019-07-14 21:30:00", MADRID, {"sunset", "evening", "day"}),
        (MIDNIGHT_SUN, TROMSO, {"sunset", "day"}),
        ("2023-12-21 14:00:00", TROMSO, {"afternoon"}),
        ("2019-07-14 06:05:00", None, {"sunrise", "morning"}),
        ("2019-07-14 20:05:00", None, {"sunset", "evening"}),
        ("2019-07-14 03:05:00", None, {"night"}),
        ("2019-07-14 12:00:00", None, {"noon", "afternoon", "day"}),
    ],
)
def test_parts(when: str, where: tuple[float, float] | None, expected: set[str]) -> None:
    assert parts(when, where) == expected


def test_no_part_where_the_time_is_not_known() -> None:
    assert parts("2019-07-14 12:00:00", source="name") == set()
    assert parts("2019-07-14 00:00:00") == set()
    assert parts("2019-07-14 21:00:00", source="file") == set()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    made.add("evening.jpg", "2019-07-14 20:00:00", position=PARIS)
    made.index()
    yield made
    made.close()


def daytimes(home: Home) -> set[str]:
    query = "SELECT v.key FROM value v JOIN member m ON m.value_id = v.id WHERE v.facet = 'daytime'"
    with home.catalog.read() as db:
        return {key for (key,) in db.execute(query)}


def test_a_correction_of_when_and_where_counts(home: Home) -> None:
    assert daytimes(home) == {"evening", "day"}
    photo = home.seen()["evening.jpg"].photo
    assert photo is not None
    with home.catalog.write(by="") as w:
        say(w, photo, {"taken": timegm((2019, 12, 14, 20, 0, 0)), "taken_source": "owner"}, "taken then", when="")
        settle(w, [photo])
    assert daytimes(home) == {"evening", "night"}
    with home.catalog.write(by="") as w:
        say(w, photo, {"latitude": -33.86, "longitude": 151.21, "taken_offset": None}, "taken then", when="")
        settle(w, [photo])
    assert daytimes(home) == {"sunset", "evening", "day"}


def test_photos_that_were_there_before_have_theirs_too(home: Home) -> None:
    with home.catalog.write() as w:
        w.db.execute("DELETE FROM member WHERE value_id IN (SELECT id FROM value WHERE facet = 'daytime')")
        w.db.execute("DELETE FROM facet WHERE name = 'daytime'")
    open_catalog(home.data).close()  # as the next start does
    home.index()
    assert daytimes(home) == {"evening", "day"}
