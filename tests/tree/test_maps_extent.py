"""Where a map looks when it is opened: at all photos but strays, the short way round the earth."""

import random
from pathlib import Path

import pytest
from helpers.mapping import Spot, catalog_of, scattered

from haven_fs.tree.maps.cells import Box
from haven_fs.tree.maps.extent import NEAREST, Extent, extent_of, zoom_for
from haven_fs.tree.maps.positions import Positions
from haven_fs.tree.photoset import PhotoSet

LISBON, PORTO, AUCKLAND, HONOLULU, PARIS, NEW_YORK = (
    (38.72, -9.14),
    (41.15, -8.61),
    (-36.85, 174.76),
    (21.31, -157.86),
    (48.85, 2.35),
    (40.71, -74.01),
)


def heap(place: tuple[float, float], count: int, first: int = 1, day: int | None = 20200101) -> list[Spot]:
    """Return photos in and around a place."""
    chance = random.Random(first)
    return [
        Spot(first + n, place[0] + chance.gauss(0, 0.02), place[1] + chance.gauss(0, 0.02), day) for n in range(count)
    ]


def extent(data: Path, spots: list[Spot]) -> Extent:
    catalog = catalog_of(data, spots)
    try:
        with catalog.read() as db:
            found = extent_of(Positions(db, PhotoSet()))
    finally:
        catalog.close()
    assert found is not None
    return found


def holds(box: Box, place: tuple[float, float], slack: float = 0.0) -> bool:
    east = place[1] if place[1] >= box.west - slack else place[1] + 360
    return box.south - slack <= place[0] <= box.north + slack and box.west - slack <= east <= box.east + slack


@pytest.mark.parametrize("many", [1, 10**9])
def test_all_photos_are_seen_and_not_much_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    monkeypatch.setattr("haven_fs.tree.maps.positions._MANY", many)
    found = extent(tmp_path, [*heap(LISBON, 30, day=20190501), *heap(PORTO, 30, 100, day=20210803)])
    assert (found.count, found.first, found.last) == (60, 20190501, 20210803)
    assert holds(found.box, LISBON) and holds(found.box, PORTO)
    assert found.box.north - found.box.south < 3.2
    assert found.box.east - found.box.west < 1.6


@pytest.mark.parametrize("stray", [(0.0, 0.0), (0.0004, -0.0003), (-0.001, 0.001)])
@pytest.mark.parametrize("count", [1, 5, 400])
def test_a_device_that_does_not_know_where_it_is(tmp_path: Path, stray: tuple[float, float], count: int) -> None:
    found = extent(tmp_path, [*heap(LISBON, count), Spot(9000, *stray, 20200101)])
    assert found.count == count + 1
    assert holds(found.box, LISBON, slack=0.05)
    assert not holds(found.box, stray)
    assert found.box.east < -8.5


def test_photos_that_all_lie_there_are_shown_there(tmp_path: Path) -> None:
    found = extent(tmp_path, [Spot(n, 0.0, 0.0) for n in range(1, 4)])
    assert holds(found.box, (0.0, 0.0))
    assert (found.count, found.first, found.last) == (3, None, None)


def test_one_in_a_hundred_may_be_far_away(tmp_path: Path) -> None:
    found = extent(tmp_path / "a", [*heap(LISBON, 399), *heap(AUCKLAND, 1, 9000)])
    assert not holds(found.box, AUCKLAND, slack=5)
    found = extent(tmp_path / "b", [*heap(LISBON, 30), *heap(AUCKLAND, 1, 9000)])
    assert holds(found.box, AUCKLAND, slack=0.1)


def test_no_more_than_that_however_close_one_looks(tmp_path: Path) -> None:
    spots = [Spot(n, 40 + n * 0.001, -8.0) for n in range(1, 1001)]
    box = extent(tmp_path, spots).box
    assert sum(holds(box, (spot.latitude, spot.longitude)) for spot in spots) >= 990


def test_the_short_way_round(tmp_path: Path) -> None:
    found = extent(tmp_path / "a", [*heap(AUCKLAND, 20), *heap(HONOLULU, 20, 100)])
    assert 170 < found.box.west < 174.76 < 360 - 157.86 < found.box.east < 208
    found = extent(tmp_path / "b", [*heap(PARIS, 20), *heap(NEW_YORK, 20, 100), *heap(AUCKLAND, 20, 200)])
    assert -86 < found.box.west < -74.01 < 174.76 < found.box.east <= 180


def test_a_spot_is_shown_with_its_town(tmp_path: Path) -> None:
    found = extent(tmp_path, [Spot(1, *LISBON), Spot(2, *LISBON)])
    assert holds(found.box, LISBON)
    assert zoom_for(found.box, 900, 500) == NEAREST


def test_photos_of_the_whole_world(tmp_path: Path) -> None:
    found = extent(tmp_path, scattered(2000))
    assert found.count == 2000
    assert found.box.east - found.box.west > 270
    assert 0 <= zoom_for(found.box, 900, 500) < 3


def test_no_photo_has_a_position(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, [])
    with catalog.read() as db:
        assert extent_of(Positions(db, PhotoSet())) is None
    catalog.close()
