"""Reads TopoJSON, and gives lines and rings on the map: the recipe's first step.

A topology has each line once, however many areas it bounds, so lines that are simplified one by one still fit.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from haven_fs.catalog.quadkeys import map_y

Point = tuple[float, float]
"""x and y on the map, from 0 to 1."""
Line = list[Point]
Ring = list[tuple[int, bool]]
"""Lines by their numbers, each with whether it is taken backwards."""


@dataclass(slots=True)
class Area:
    """An area, such as a country: its ISO 3166 number, or else its name; its rings by polygon, the outer ones first."""

    known_as: str
    polygons: list[list[Ring]]


class Topology:
    """A file of TopoJSON: its `lines`, and the areas of its objects."""

    def __init__(self, path: Path) -> None:
        self._data: dict[str, Any] = json.loads(path.read_bytes())
        (self._right, self._up), (self._left, self._low) = (
            self._data["transform"]["scale"],
            self._data["transform"]["translate"],
        )
        self.lines = [self._line(arc) for arc in self._data["arcs"]]

    def _line(self, arc: list[list[int]]) -> Line:
        line, column, row = [], 0, 0
        for right, up in arc:
            column, row = column + right, row + up
            longitude, latitude = self._left + column * self._right, self._low + row * self._up
            # Both sides of the date line, which `map_x` takes for one.
            line.append((min(max(longitude / 360 + 0.5, 0.0), 1.0), map_y(latitude)))
        return line

    def areas(self, name: str) -> Iterator[Area]:
        """Give the areas of an object."""
        geometry = self._data["objects"][name]
        for one in geometry["geometries"] if geometry["type"] == "GeometryCollection" else [geometry]:
            polygons = {"Polygon": [one.get("arcs")], "MultiPolygon": one.get("arcs")}.get(one["type"], [])
            yield Area(
                one.get("id") or one.get("properties", {}).get("name", ""),
                [[_ring(ring) for ring in polygon] for polygon in polygons],
            )

    def points(self, ring: Ring, lines: Sequence[Line] | None = None) -> Line:
        """Return the points of a ring, the first one only once; `lines`: what its lines are now, if not as they were.

        A ring that crosses the date line goes on beyond the side of the map.
        """
        found: Line = []
        for number, backwards in ring:
            line = (lines or self.lines)[number]
            found += (line[::-1] if backwards else line)[:-1]
        turn, unrolled = 0, found[:1]
        for (before, _), (x, y) in pairwise(found):
            turn += (before - x > 0.5) - (x - before > 0.5)
            unrolled.append((x + turn, y))
        first, last = unrolled[0], unrolled[-1]
        if abs(last[0] - first[0]) > 0.5:
            # It goes around a pole, the south one, and is closed below the map.
            end = first[0] + round(last[0] - first[0])
            unrolled += [(end, first[1]), (end, 1.0), (first[0], 1.0)]
        return unrolled


def _ring(references: list[int]) -> Ring:
    return [(~one, True) if one < 0 else (one, False) for one in references]


def on_the_map(ring: Line) -> list[Line]:
    """Return a ring that may go on beyond the sides of the map as rings that lie on it."""
    found = []
    for turn in range(math.floor(min(x for x, _ in ring)), math.ceil(max(x for x, _ in ring))):
        moved = [(x - turn, y) for x, y in ring]
        part = _cut(_cut(moved, 0.0, keep_right=True), 1.0, keep_right=False)
        if len(part) > 2:
            found.append(part)
    return found


def _cut(ring: Line, at: float, *, keep_right: bool) -> Line:
    """Return what of a ring is on one side of a meridian (Sutherland and Hodgman, 1974)."""
    found: Line = []
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        a_in, b_in = (ax >= at, bx >= at) if keep_right else (ax <= at, bx <= at)
        if a_in:
            found.append((ax, ay))
        if a_in != b_in:
            found.append((at, ay + (by - ay) * (at - ax) / (bx - ax)))
    return found


def area_of(points: Line) -> float:
    """Return how much of the map a ring takes up, whichever way round it is."""
    turns = zip(points, points[1:] + points[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in turns)) / 2
