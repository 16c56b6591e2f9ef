"""Which part of the map shows a set of photos, as people would choose it.

Strays do not count: what a device without a fix writes, 0 degrees north and east, and the most lonely of the photos, up
to a hundredth of all. A set on both sides of the Pacific is shown across the date line.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from haven_fs.catalog.quadkeys import latitude_at, longitude_at, split
from haven_fs.tree.maps.cells import WORLD, Box, Cells
from haven_fs.tree.maps.positions import Positions

NEAREST = 12.0
"""The zoom at which one spot is shown: a town and what is around it."""
_TILE = 256.0
_STRAYS = 0.01
_FIRST, _LAST = 5, 14
_WANTED = 32
"""Squares across a part of the map that tell its sides well enough."""
_MIDDLE = 1 << _LAST - 1
_NOWHERE = Cells(_LAST, _MIDDLE - 1, _MIDDLE, _MIDDLE - 1, _MIDDLE)
"""The squares around 0 degrees north and east."""
_AROUND_NOWHERE = Cells(_FIRST, (1 << _FIRST - 1) - 1, 1 << _FIRST - 1, (1 << _FIRST - 1) - 1, 1 << _FIRST - 1)
"""The same in the first grid."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where photos are: the part of the map that shows them, how many there are, and their days, yyyymmdd."""

    box: Box
    count: int
    first: int | None
    last: int | None


def extent_of(positions: Positions) -> Extent | None:
    """Return where photos are, None if there are none."""
    level = _FIRST
    rows = positions.summed(Cells.touching(WORLD, level), "count(*), min(p.day), max(p.day)")
    if not rows:
        return None
    total = sum(row[0] for _, row in rows)
    days = [day for _, row in rows for day in row[1:] if day is not None]
    counts = {code: row[0] for code, row in rows}
    nowhere: dict[int, int] = {}
    if any(code in _AROUND_NOWHERE for code in counts):
        nowhere = {code: row[0] for code, row in positions.summed(_NOWHERE, "count(*)")}
    if sum(nowhere.values()) == total:
        nowhere = {}
    somewhere = total - sum(nowhere.values())
    while True:
        box = _around(level, _kept(_without(counts, nowhere, level), somewhere))
        finer = _finer(box, level)
        if finer == level:
            return Extent(box, total, min(days, default=None), max(days, default=None))
        level = finer
        counts = {code: row[0] for code, row in positions.summed(Cells.touching(box, level), "count(*)")}


def zoom_for(box: Box, width: float, height: float) -> float:
    """Return the zoom at which a box fills so many pixels; NEAREST at most."""
    (west, east), (north, south) = box.columns, box.rows
    spans = ((width, east - west), (height, south - north))
    return max(0.0, min(NEAREST, *(math.log2(pixels / (span * _TILE)) for pixels, span in spans if span > 0)))


def _without(counts: Mapping[int, int], nowhere: Mapping[int, int], level: int) -> dict[int, int]:
    """Return counts by squares less those that are nowhere."""
    left = dict(counts)
    for code, count in nowhere.items():
        square = code >> 2 * (_LAST - level)
        left[square] = left.get(square, 0) - count
    return {code: count for code, count in left.items() if count > 0}


def _kept(counts: Mapping[int, int], total: int) -> list[int]:
    """Return the squares without the most lonely photos; what is in none of the squares is left out already."""
    kept: list[int] = []
    spare = _STRAYS * total - (total - sum(counts.values()))
    for code, count in sorted(counts.items(), key=lambda item: (item[1], item[0])):
        if kept or count > spare:
            kept.append(code)
        else:
            spare -= count
    return kept


def _around(level: int, codes: Iterable[int]) -> Box:
    side = 1 << level
    columns, rows = zip(*map(split, codes), strict=True)
    left, right = _columns(sorted(set(columns)), side)
    return Box(
        longitude_at(left / side),
        latitude_at((max(rows) + 1) / side),
        longitude_at((right + 1) / side),
        latitude_at(min(rows) / side),
    )


def _columns(columns: list[int], side: int) -> tuple[int, int]:
    """Return the first and the last of columns: across the date line if they are less than half the world then."""
    left, right = columns[0], columns[-1]
    width = right - left
    for last, first in pairwise(columns):
        around = last + side - first
        if around < min(width, side // 2):
            left, right, width = first, last + side, around
    return left, right


def _finer(box: Box, level: int) -> int:
    """Return the level at which a box is some squares wide or high; the same if it is now."""
    (west, east), (north, south) = box.columns, box.rows
    span = max(east - west, south - north)
    return max(level, min(_LAST, int(math.log2(_WANTED / span))))
