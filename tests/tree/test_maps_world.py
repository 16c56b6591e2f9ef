"""The lines of the world: the files say what is land, and the recipe keeps its promises on small shapes."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haven_fs.catalog.quadkeys import map_y
from haven_fs.tree.maps.enclosed import Point, in_turn, packed_points
from haven_fs.tree.maps.statics import static_files
from haven_fs.tree.maps.world.encode import World, encoded, packed, pieces
from haven_fs.tree.maps.world.simplify import rounded, simplified
from haven_fs.tree.maps.world.topology import Topology, area_of, on_the_map
from haven_fs.tree.maps.world.towns import chosen_towns

Ring = list[tuple[float, float]]


@dataclass
class Read:
    """A file of lines, read as its format says."""

    coasts: int
    borders: int
    land: list[Ring]
    lakes: list[Ring]
    names: dict[str, tuple[float, float]]


def numbers_in(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0


def signed(value: int) -> int:
    return -(value + 1) // 2 if value % 2 else value // 2


def read(data: bytes) -> Read:
    numbers = numbers_in(data)
    unit = 2.0 ** -next(numbers)
    kinds = [next(numbers) for _ in range(3)]
    lines: list[Ring] = []
    x = y = 0
    for _ in range(sum(kinds)):
        line: Ring = []
        for _ in range(next(numbers)):
            x, y = x + signed(next(numbers)), y + signed(next(numbers))
            line.append((x * unit, y * unit))
        lines.append(line)
    counts = next(numbers), next(numbers)
    rings: list[list[Ring]] = []
    for count in counts:
        some = []
        for _ in range(count):
            first, length = next(numbers), next(numbers)
            some.append([point for line in lines[first : first + length] for point in line])
        rings.append(some)
    names = {}
    for _ in range(next(numbers)):
        code = chr(next(numbers)) + chr(next(numbers))
        assert code not in names
        names[code] = (next(numbers) * unit, next(numbers) * unit)
        next(numbers)
    assert next(numbers, None) is None
    return Read(kinds[0], kinds[1], rings[0], rings[1], names)


def is_in(rings: list[Ring], x: float, y: float) -> bool:
    """Tell whether a point is inside an odd number of rings."""
    crossings = 0
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            if (ay < y) != (by < y) and ax + (bx - ax) * (y - ay) / (by - ay) > x:
                crossings += 1
    return crossings % 2 == 1


@pytest.fixture(scope="module", params=["coarse", "fine"])
def world(request: pytest.FixtureRequest) -> Read:
    return read(static_files()[f"map-{request.param}.bin"].read())


@pytest.mark.parametrize(
    ("latitude", "longitude", "land", "lake"),
    [
        (40.0, -4.0, True, False),  # Spain
        (50.1, 8.7, True, False),  # Frankfurt
        (-29.5, 28.2, True, False),  # Lesotho, inside South Africa
        (66.5, 178.0, True, False),  # Chukotka, on this side of the date line
        (66.5, -173.0, True, False),  # and on the other
        (-80.0, 0.0, True, False),  # the Antarctic
        (-84.9, 170.0, True, False),
        (-17.8, 178.0, True, False),  # Fiji
        (0.0, -30.0, False, False),  # the Atlantic
        (45.0, 160.0, False, False),  # the Pacific
        (70.0, 40.0, False, False),  # the Barents Sea
        (41.9, 51.0, False, False),  # the Caspian Sea
        (43.5, -87.0, True, True),  # Lake Michigan
        (-1.0, 33.0, True, True),  # Lake Victoria
    ],
)
def test_what_is_land(world: Read, latitude: float, longitude: float, land: bool, lake: bool) -> None:
    x, y = longitude / 360 + 0.5, map_y(latitude)
    assert is_in(world.land, x, y) == land
    assert is_in(world.lakes, x, y) == lake


def test_names_of_countries_are_on_their_land(world: Read) -> None:
    assert {"PT", "DE", "RU", "US", "FJ", "NZ", "XK", "ZA"} <= world.names.keys()
    for code in ("PT", "DE", "RU", "US", "BR", "AU", "NO", "CL", "FR"):
        assert is_in(world.land, *world.names[code]), code
    x, _ = world.names["RU"]
    assert 0.6 < x < 0.95, "Russia goes on beyond the date line, and its name does not stand in Canada"
    assert world.coasts > 100 and world.borders > 200


def test_lines_stay_on_the_map(world: Read) -> None:
    for ring in (*world.land, *world.lakes):
        assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in ring)
        # None goes all the way across: it would be a bar over the whole map.
        assert all(abs(a[0] - b[0]) < 0.6 or a[1] > 0.99 for a, b in pairwise(ring))
        assert ring[0] == ring[-1]


def test_towns_are_where_they_are() -> None:
    towns = json.loads(static_files()["map-towns.json"].read())
    assert 1500 <= len(towns) <= 4000
    zooms = [zoom for _, _, _, zoom in towns]
    assert zooms == sorted(zooms)
    found = {name: (x / 65536 * 360 - 180, y / 65536) for name, x, y, _ in reversed(towns)}
    assert found["Lisbon"] == (pytest.approx(-9.14, abs=0.1), pytest.approx(map_y(38.72), abs=0.001))
    assert found["Sydney"] == (pytest.approx(151.2, abs=0.1), pytest.approx(map_y(-33.87), abs=0.001))


# The recipe

POINT = st.tuples(st.floats(0, 1), st.floats(0.2, 0.8))


@settings(deadline=None)
@given(st.lists(POINT, min_size=2, max_size=40), st.floats(0, 0.1))
def test_simplified_lines_keep_their_ends_and_some_of_their_points(line: Ring, least: float) -> None:
    found = simplified(line, least)
    assert (found[0], found[-1]) == (line[0], line[-1])
    left = iter(line)
    assert all(point in left for point in found)


def test_what_nobody_would_miss_is_left_out() -> None:
    straight = [(number / 100, 0.5) for number in range(101)]
    assert simplified(straight, 1e-12) == [straight[0], straight[-1]]
    bump = [*straight[:50], (0.5, 0.4), *straight[51:]]
    assert (0.5, 0.4) in simplified(bump, 1e-4)
    assert simplified(bump, 0.2) == [straight[0], straight[-1]]
    polar = [(x, map_y(80) + (y - 0.5)) for x, y in bump]
    assert len(simplified(polar, 1e-4)) < len(simplified(bump, 1e-4)) or (0.5, polar[50][1]) not in simplified(
        polar, 1e-4
    )


def test_rounded_corners() -> None:
    square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    assert len(rounded(square)) == 8
    assert area_of(square) == 1
    assert 0.8 < area_of(rounded(square, 2)) < 0.95


def test_a_ring_across_the_date_line_is_cut() -> None:
    ring = [(0.9, 0.4), (1.1, 0.4), (1.1, 0.6), (0.9, 0.6)]
    parts = on_the_map(ring)
    assert len(parts) == 2
    assert all(area_of(part) == pytest.approx(0.02) for part in parts)
    assert {round(x, 6) for part in parts for x, _ in part} == {0.0, 0.1, 0.9, 1.0}
    inside = [(0.1, 0.4), (0.2, 0.4), (0.2, 0.6)]
    assert on_the_map(inside) == [inside]


def topology(path: Path, arcs: list[list[list[int]]], rings: list[list[int]]) -> Topology:
    """Write a file of TopoJSON in whole degrees, and read it."""
    deltas = [[[x - a[0], y - a[1]] for a, (x, y) in zip([[0, 0], *arc], arc, strict=False)] for arc in arcs]
    geometry = {"type": "Polygon", "id": "123", "arcs": rings}
    data = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": deltas,
        "objects": {"countries": {"type": "GeometryCollection", "geometries": [geometry]}},
    }
    path.write_text(json.dumps(data), encoding="utf-8")
    return Topology(path)


def test_topology_is_read(tmp_path: Path) -> None:
    # A square of two lines, the second of which is taken backwards.
    made = topology(tmp_path / "a.json", [[[0, 0], [10, 0], [10, 10]], [[0, 0], [0, 10], [10, 10]]], [[0, ~1]])
    (area,) = made.areas("countries")
    assert area.known_as == "123"
    points = made.points(area.polygons[0][0])
    assert [round(x * 360 - 180, 6) for x, _ in points] == [0, 10, 10, 0]
    assert points[2][1] == pytest.approx(map_y(10))


def test_rings_around_the_pole_and_across_the_date_line(tmp_path: Path) -> None:
    pole = topology(tmp_path / "a.json", [[[-180, -70], [-60, -70], [60, -70], [180, -70]]], [[0]])
    (ring,) = next(iter(pole.areas("countries"))).polygons[0]
    parts = on_the_map(pole.points(ring))
    assert sum(map(area_of, parts)) == pytest.approx(1 - map_y(-70))
    island = topology(tmp_path / "b.json", [[[170, 0], [-170, 0], [-170, 10], [170, 10], [170, 0]]], [[0]])
    (ring,) = next(iter(island.areas("countries"))).polygons[0]
    points = island.points(ring)
    assert max(x for x, _ in points) == pytest.approx(1 + 10 / 360)
    assert sum(map(area_of, on_the_map(points))) == pytest.approx(20 / 360 * (0.5 - map_y(10)))


def test_what_is_written_is_read() -> None:
    square = [(0, 0), (100, 0), (100, 90), (0, 90), (0, 0)]
    world = World(7, [[square[:3], square[2:]], [[(5, 5), (7, 300 % 128)]], []], [[0, 1]], [], [("PT", 3, 4, 5)])
    found = read(encoded(world))
    assert (found.coasts, found.borders) == (2, 1)
    assert found.land == [[(x / 128, y / 128) for x, y in (*square[:3], *square[2:])]]
    assert found.names == {"PT": (3 / 128, 4 / 128)}


@given(st.lists(st.integers(0, 2**40), max_size=50))
def test_numbers_are_packed(numbers: list[int]) -> None:
    assert list(numbers_in(packed(numbers))) == numbers


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=60), st.integers(2, 9))
def test_pieces_share_their_ends(line: list[tuple[int, int]], longest: int) -> None:
    parts = pieces(line, longest)
    assert all(len(part) <= longest for part in parts)
    assert [part[0] for part in parts[1:]] == [part[-1] for part in parts[:-1]]
    assert [*parts[0], *(point for part in parts[1:] for point in part[1:])] == line


def test_towns_do_not_crowd_out_larger_ones(tmp_path: Path) -> None:
    cities = {
        "1": {"name": "Metropolis", "latitude": 0.0, "longitude": 0.0, "population": 5_000_000, "countrycode": "AA"},
        "2": {"name": "Suburb", "latitude": 0.1, "longitude": 0.1, "population": 400_000, "countrycode": "AA"},
        "3": {"name": "Town", "latitude": 30.0, "longitude": 30.0, "population": 300_000, "countrycode": "AA"},
        "4": {"name": "Village", "latitude": 50.0, "longitude": 50.0, "population": 800, "countrycode": "AA"},
    }
    (tmp_path / "cities.json").write_text(json.dumps(cities), encoding="utf-8")
    found = chosen_towns(tmp_path / "cities.json", {"AA": "Town"})
    assert [name for name, *_ in found] == ["Metropolis", "Town", "Suburb"]


# Points of a map that stands alone


def test_points_are_packed_as_they_are_read() -> None:
    points = [Point(5, 9, 201907, 3, 1), Point(2, 100, 0, 1, 2), Point(2**24 - 1, 0, 200012, 70_000, 3)]
    numbers = list(numbers_in(packed_points(points, [1, 0, 2], [0, 1, 0])))
    assert numbers[:3] == [24, 2000 * 12 + 11, 3]
    assert [signed(numbers[3]), signed(numbers[4]), *numbers[5:9]] == [5, 9, (19 * 12 + 6) - 11 + 1, 3, 1, 0]
    assert [signed(numbers[9]), signed(numbers[10]), *numbers[11:15]] == [-3, 91, 0, 1, 0, 1]
    assert numbers[17] == 1
    assert len(numbers) == 3 + 6 * 3


def test_pictures_go_to_every_part_of_the_world_first() -> None:
    far, near = [(1 << 23, 1 << 23), (1 << 22, 1 << 22), (3 << 22, 1 << 22)], 1 << 10
    points = [Point(x + near * number, y, 0, 1 + number, 0) for x, y in far for number in range(5)]
    order = list(in_turn(points))
    assert sorted(order) == list(range(15))
    assert {number // 5 for number in order[:3]} == {0, 1, 2}
    same = [Point(7, 7, 0, 1, 0)] * 4
    assert sorted(in_turn(same)) == [0, 1, 2, 3]
    assert math.isfinite(sum(order))
