"""Clusters of photos are what one counts by hand: in large sets and small ones, by days, across the date line."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from helpers.mapping import Spot, catalog_of, scattered
from hypothesis import given, settings
from hypothesis import strategies as st

from haven_fs.catalog import Catalog
from haven_fs.catalog.quadkeys import BITS, quadkey_of, split
from haven_fs.tree.maps.cells import WORLD, Box, Cells, box_of, range_of, same_turn
from haven_fs.tree.maps.clusters import MOST, Cluster, clusters, level_for
from haven_fs.tree.maps.positions import Positions
from haven_fs.tree.photoset import PhotoSet

SPOTS = scattered(3000)
HIDDEN = [Spot(9000 + number, 10.0, 20.0, 20200101) for number in range(50)]
BOXES = {
    "the world": WORLD,
    "Europe": Box(-11, 35, 30, 60),
    "a small part": Box(9.9, 49.9, 10.1, 50.1),
    "across the date line": Box(170, -20, 195, 30),
    "the far north": Box(-180, 80, 180, 90),
    "almost all the way round": Box(10, -80, 369, 80),
}


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    made = catalog_of(tmp_path_factory.mktemp("data"), SPOTS, HIDDEN)
    yield made
    made.close()


@pytest.fixture(params=["large", "small"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have all sets pass for large ones, or for small ones: either way is to give the same."""
    monkeypatch.setattr("haven_fs.tree.maps.positions._MANY", 1 if request.param == "large" else 10**9)
    monkeypatch.setattr("haven_fs.tree.maps.positions._SHARE", 10**9)
    return str(request.param)


def by_hand(spots: Sequence[Spot], cells: Cells) -> dict[int, tuple[object, ...]]:
    """Count photos square by square."""
    found: dict[int, list[Spot]] = defaultdict(list)
    for spot in spots:
        quadkey = quadkey_of(spot.latitude, spot.longitude)
        assert quadkey is not None
        if (code := quadkey >> 2 * (BITS - cells.level)) in cells:
            found[code].append(spot)
    counted: dict[int, tuple[object, ...]] = {}
    for code, there in found.items():
        days = [spot.day for spot in there if spot.day]
        newest = max(there, key=lambda spot: (spot.day or 0, spot.id))
        north = sum(spot.latitude for spot in there) / len(there)
        east = sum(spot.longitude for spot in there) / len(there)
        counted[code] = len(there), round(north, 6), round(east, 6), min(days, default=None), newest.day, newest.id
    return counted


def as_counted(found: Sequence[Cluster]) -> dict[int, tuple[object, ...]]:
    return {c.code: (c.count, round(c.latitude, 6), round(c.longitude, 6), c.first, c.last, c.photo_id) for c in found}


@pytest.mark.parametrize(
    ("where", "level"),
    [
        ("the world", 0),
        ("the world", 2),
        ("the world", 5),
        ("Europe", 6),
        ("Europe", 8),
        ("a small part", 20),
        ("across the date line", 3),
        ("across the date line", 8),
        ("the far north", 4),
        ("almost all the way round", 4),
    ],
)
def test_clusters_are_what_one_counts(catalog: Catalog, size: str, where: str, level: int) -> None:
    cells = Cells.touching(BOXES[where], level)
    with catalog.read() as db:
        positions = Positions(db, PhotoSet())
        assert positions.is_broad == (size == "large")
        found = clusters(positions, cells)
    assert as_counted(found) == by_hand(SPOTS, cells)
    assert found or where == "a small part"
    assert {c.level for c in found} <= {level}
    assert [c.count for c in found] == sorted((c.count for c in found), reverse=True)


def test_too_many_clusters_become_larger_ones(catalog: Catalog, size: str) -> None:
    with catalog.read() as db:
        for level in (7, 9, 16, 22):
            found = clusters(Positions(db, PhotoSet()), Cells.touching(WORLD, level))
            assert 0 < len(found) <= MOST
            assert as_counted(found) == by_hand(SPOTS, Cells.touching(WORLD, found[0].level))


def test_clusters_of_some_days(catalog: Catalog, size: str) -> None:
    cells, days = Cells.touching(WORLD, 3), (20050301, 20071231)
    with catalog.read() as db:
        found = clusters(Positions(db, PhotoSet(), days), cells)
        assert clusters(Positions(db, PhotoSet(), (19000101, 19001231)), cells) == []
    assert as_counted(found) == by_hand([s for s in SPOTS if s.day and days[0] <= s.day <= days[1]], cells)


@pytest.mark.parametrize(
    "condition", ["p.id IN (SELECT value FROM json_each(?))", "NOT (p.id NOT IN (SELECT value FROM json_each(?)))"]
)
def test_clusters_of_a_part_of_the_photos(catalog: Catalog, size: str, condition: str) -> None:
    chosen = [spot for spot in SPOTS if spot.id % 7 == 3]
    photos = PhotoSet().narrowed(condition, json.dumps([spot.id for spot in chosen]))
    with catalog.read() as db:
        for where, level in (("the world", 4), ("Europe", 7), ("across the date line", 6)):
            cells = Cells.touching(BOXES[where], level)
            assert as_counted(clusters(Positions(db, photos), cells)) == by_hand(chosen, cells)


def test_photos_that_are_not_shown_can_be_asked_for(catalog: Catalog, size: str) -> None:
    with catalog.read() as db:
        positions = Positions(db, PhotoSet(("p.shown = 0",), shown=False))
        assert [c.count for c in clusters(positions, Cells.touching(WORLD, 9))] == [len(HIDDEN)]


def test_what_makes_a_set_large(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that the index answers alone is large sooner than one that takes a look at each photo."""
    monkeypatch.setattr("haven_fs.tree.maps.positions._MANY", 50)
    photos = PhotoSet()
    with catalog.read() as db:
        share = db.execute("SELECT max(id) FROM photo").fetchone()[0] // 5
        assert Positions(db, photos.narrowed("p.day BETWEEN ? AND ?", 20020101, 20021231)).is_broad
        assert not Positions(db, photos.narrowed("p.day = ?", SPOTS[0].day)).is_broad
        few, many = (f"p.id IN (SELECT id FROM photo WHERE id <= {number})" for number in (share - 1, share))
        assert not Positions(db, photos.narrowed(few)).is_broad
        assert Positions(db, photos.narrowed(many)).is_broad
        assert not Positions(db, photos.narrowed(f"p.kind = 'image' AND p.id < {share}")).is_broad
        assert not Positions(db, PhotoSet(shown=False)).is_broad


def test_a_large_set_is_not_sorted(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million photos are answered from one index, range by range."""
    monkeypatch.setattr("haven_fs.tree.maps.positions._MANY", 1)
    statements: list[str] = []
    with catalog.read() as db:
        positions = Positions(db, PhotoSet().narrowed("p.placed = 1"), (20010101, 20201231))
        assert positions.is_broad
        db.set_trace_callback(statements.append)
        clusters(positions, Cells.touching(WORLD, 4))
        db.set_trace_callback(None)
        steps = [row[3] for sql in statements for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert any("COVERING INDEX photo_quadkey" in step for step in steps)
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN p")]
    assert all("photo_quadkey" in step for step in steps if step.split()[:2] == ["SEARCH", "p"])


@settings(deadline=None)
@given(st.floats(-180, 179.9), st.floats(0, 360), st.floats(-90, 90), st.floats(-90, 90), st.integers(0, 6))
def test_ranges_are_the_squares_that_touch_a_box(west: float, wide: float, a: float, b: float, level: int) -> None:
    box = Box(west, min(a, b), west + wide, max(a, b))
    cells = Cells.touching(box, level)
    ranges = cells.ranges()
    assert ranges == sorted(ranges)
    assert all(first < last for first, last in ranges)
    assert all(last < following for (_, last), (following, _) in pairwise(ranges))
    codes = {code for code in range(4**level) if code in cells}
    assert len(codes) == len(cells)
    covered = {
        code for first, last in ranges for code in range(first >> 2 * (BITS - level), last >> 2 * (BITS - level))
    }
    assert covered == codes


@settings(deadline=None)
@given(st.floats(-180, 179.9), st.floats(0, 359), st.floats(-85, 85), st.integers(0, 18))
def test_the_sides_of_a_box_are_in_its_squares(west: float, wide: float, north: float, level: int) -> None:
    cells = Cells.touching(Box(west, -40, west + wide, max(north, -40)), level)
    for latitude, longitude in ((max(north, -40), west), (-40, same_turn(west + wide))):
        quadkey = quadkey_of(latitude, longitude)
        assert quadkey is not None
        assert quadkey >> 2 * (BITS - level) in cells


@settings(deadline=None)
@given(st.integers(0, 20), st.data())
def test_a_square_as_a_box_is_that_square(level: int, data: st.DataObject) -> None:
    code = data.draw(st.integers(0, 4**level - 1))
    box = box_of(level, code)
    quadkey = quadkey_of((box.south + box.north) / 2, (box.west + box.east) / 2)
    assert quadkey is not None
    first, last = range_of(level, code)
    assert first <= quadkey < last
    assert split(code)[0] == int((box.west + 180) / 360 * 2**level + 0.5)


def test_squares_of_a_grid_are_as_wide_as_a_few_pictures() -> None:
    for zoom in (0, 0.5, 1.9, 6.3, 18):
        assert 64 <= 256 * 2**zoom / 2 ** level_for(zoom) <= 128
    assert level_for(40) == 22
    assert level_for(-5) == 0
