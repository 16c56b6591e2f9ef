"""Films and photos of which only the moment is known are filed by the clock that photos nearby were taken by."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.home import Home
from PIL import Image

from haven_fs import say
from haven_fs.testing import picture

SYDNEY = (-33.8568, 151.2153)
TOKYO = (35.68, 139.76)
FILM = "PXL_20231231_133000123.jpg"
"""By its name of 13:30 UTC: half past midnight in Sydney, in another year."""


def taken(home: Home, file: str = FILM) -> tuple[str, int | None]:
    query = (
        "SELECT datetime(p.taken, 'unixepoch'), p.taken_offset FROM photo p JOIN original o ON o.id = p.main_id"
        " WHERE o.file = ?"
    )
    (row,) = home.query(query, os.fsencode(file))
    return tuple(row)  # type: ignore[return-value]


def add(home: Home, path: str, when: str, offset: str) -> Path:
    """Make a photo whose EXIF has the zone."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Haven", "Phone"
    exif.get_ifd(0x8769)[0x9003], exif.get_ifd(0x8769)[0x9011] = when.replace("-", ":"), offset
    file = home.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    picture(path).save(file, "JPEG", exif=exif)
    return file


AS_IT_IS = ("2023-12-31 13:30:00", None)
IN_SYDNEY = ("2024-01-01 00:30:00", 660)

Neighbours = Callable[[Home], object]


@pytest.mark.parametrize(
    ("neighbours", "wanted"),
    [
        (lambda home: add(home, "a.jpg", "2024-01-01 00:10:00", "+11:00"), IN_SYDNEY),
        (lambda home: home.add("a.jpg", "2024-01-01 00:10:00", position=SYDNEY), IN_SYDNEY),
        (lambda home: add(home, "a.jpg", "2024-01-01 09:10:00", "+11:00"), IN_SYDNEY),  # the next morning
        (lambda home: add(home, "a.jpg", "2024-01-05 00:10:00", "+11:00"), AS_IT_IS),
        (lambda home: add(home, "other/a.jpg", "2024-01-01 00:10:00", "+11:00"), AS_IT_IS),
        (
            lambda home: (
                add(home, "a.jpg", "2024-01-01 00:28:00", "+11:00"),
                add(home, "b.jpg", "2023-12-31 16:10:00", "+09:00"),
            ),
            IN_SYDNEY,
        ),
        # What has its own clock from others tells nobody else's.
        (lambda home: home.add("PXL_20231231_132900123.jpg", None), AS_IT_IS),
        # The file's own time is that of the server.
        (lambda home: home.add("a.jpg", None), AS_IT_IS),
    ],
)
def test_the_zone_of_a_moment(home: Home, neighbours: Neighbours, wanted: tuple[str, int | None]) -> None:
    home.add(FILM, None)
    neighbours(home)
    home.index()
    home.indexer().idle()
    assert taken(home) == wanted


def test_the_same_camera_in_another_folder(home: Home) -> None:
    home.add(FILM, None, camera=("Haven", "Phone"))
    add(home, "other/a.jpg", "2024-01-01 00:10:00", "+11:00")
    home.index()
    assert taken(home) == IN_SYDNEY
    assert home.list("/Timeline/2024/2024-01") == ["a.jpg", FILM]


def test_a_zone_far_from_the_film_s_day(home: Home) -> None:
    home.add("VID-20240101-WA0001.jpg", None)
    home.add("20231231.jpg", "2024-01-01 00:10:00", position=SYDNEY)
    home.index()
    assert taken(home, "VID-20240101-WA0001.jpg")[0] == "2024-01-01 12:00:00"


def test_neighbours_that_come_later_change_and_go(home: Home) -> None:
    home.add(FILM, None)
    home.index()
    assert taken(home) == AS_IT_IS
    first = add(home, "a.jpg", "2023-12-31 21:00:00", "+09:00")
    home.index()
    assert taken(home) == ("2023-12-31 22:30:00", 540)
    nearer = add(home, "b.jpg", "2024-01-01 00:31:00", "+11:00")
    home.index()
    assert taken(home) == IN_SYDNEY
    nearer.unlink()
    home.index(accept_missing=True)
    home.indexer().idle()
    assert taken(home) == ("2023-12-31 22:30:00", 540)
    first.unlink()
    home.index(accept_missing=True)
    home.indexer().idle()
    assert taken(home) == AS_IT_IS


def test_where_the_owner_says_it_was_taken_counts(home: Home) -> None:
    home.add(FILM, None)
    add(home, "a.jpg", "2023-12-31 22:31:00", "+09:00")
    home.index()
    assert taken(home) == ("2023-12-31 22:30:00", 540)
    with home.catalog.write() as w:
        (id_,) = w.db.execute("SELECT photo_id FROM original WHERE file = ?", (os.fsencode(FILM),)).fetchone()
        say(w, id_, {"latitude": SYDNEY[0], "longitude": SYDNEY[1]}, "taken then", when="")
    home.indexer().idle()
    assert taken(home) == IN_SYDNEY


def test_what_the_owner_says_of_its_date_stays(home: Home) -> None:
    home.add(FILM, None)
    home.index()
    with home.catalog.write() as w:
        (id_,) = w.db.execute("SELECT photo_id FROM original WHERE file = ?", (os.fsencode(FILM),)).fetchone()
        say(w, id_, {"taken": 0, "taken_offset": None, "taken_source": "owner"}, "taken then", when="")
    add(home, "a.jpg", "2024-01-01 00:10:00", "+11:00")
    home.index()
    assert taken(home) == ("1970-01-01 00:00:00", None)


def test_google_s_moments_too(home: Home) -> None:
    home.add("b.jpg", None)
    (home.root / "b.jpg.json").write_text('{"title": "b.jpg", "photoTakenTime": {"timestamp": "1704029400"}}')
    add(home, "a.jpg", "2024-01-01 00:10:00", "+11:00")
    home.index()
    assert taken(home, "b.jpg") == IN_SYDNEY


def test_any_order_gives_the_same(home: Home, tmp_path: Path) -> None:
    def files(at: Home, order: list[int]) -> tuple[str, int | None]:
        makers: list[Callable[[], object]] = [
            lambda: at.add(FILM, None),
            lambda: add(at, "a.jpg", "2023-12-31 21:00:00", "+09:00"),
            lambda: add(at, "b.jpg", "2024-01-01 00:31:00", "+11:00"),
            lambda: at.add("c.jpg", "2023-12-31 22:33:00", position=TOKYO),
        ]
        for number in order:
            makers[number]()
            at.index()
        return taken(at)

    found = {files(home, [0, 1, 2, 3])}
    for number, order in enumerate([[3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]]):
        with Home(tmp_path / f"again{number}") as again:
            found.add(files(again, order))
    assert found == {IN_SYDNEY}
