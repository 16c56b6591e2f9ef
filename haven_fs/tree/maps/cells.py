"""Parts of the map: boxes in degrees, and the squares of a grid that are in one, as ranges of quadkeys.

A grid of level 3 has 8 by 8 squares, that of level 4 cuts each in four. A square's code is its quadkey in its grid.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from haven_fs.catalog.quadkeys import BITS, interleave, latitude_at, longitude_at, map_x, map_y, split


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the map in degrees. `east` is more than 180 if it goes across the date line, and at most `west` + 360.

    `west` is from -180 to 180.
    """

    west: float
    south: float
    east: float
    north: float

    @property
    def columns(self) -> tuple[float, float]:
        """How far right its sides are on the map, from 0 to 1 and from 0 to 2."""
        return self.west / 360 + 0.5, self.east / 360 + 0.5

    @property
    def rows(self) -> tuple[float, float]:
        """How far down its sides are on the map, from 0 to 1."""
        return map_y(self.north), map_y(self.south)


WORLD = Box(-180.0, -85.05, 180.0, 85.05)


@dataclass(frozen=True, slots=True)
class Cells:
    """The squares of a grid that touch a box: columns and rows from the first to the last; columns may go round."""

    level: int
    left: int
    right: int
    top: int
    bottom: int

    @classmethod
    def touching(cls, box: Box, level: int) -> "Cells":
        """Return the squares of a level that touch a box."""
        side = 1 << level
        (west, east), (north, south) = box.columns, box.rows
        left = min(int(west * side), side - 1)
        right = min(max(left, int(east * side)), left + side - 1)
        return cls(level, left, right, int(north * side), min(int(south * side), side - 1))

    def __len__(self) -> int:
        return (self.right - self.left + 1) * (self.bottom - self.top + 1)

    def __contains__(self, code: int) -> bool:
        x, y = split(code)
        side = 1 << self.level
        return self.top <= y <= self.bottom and (x - self.left) % side <= self.right - self.left

    def ranges(self) -> list[tuple[int, int]]:
        """Return the squares as ranges of quadkeys, each from the first to before the last, in their order."""
        side = 1 << self.level
        parts = [(self.left, min(self.right, side - 1))]
        if self.right >= side:
            parts = [(0, self.right - side), (self.left, side - 1)]
        merged: list[tuple[int, int]] = []
        for first, last in sorted(found for left, right in parts for found in self._ranges(left, right, 0, 0, 0)):
            if merged and merged[-1][1] == first:
                merged[-1] = (merged[-1][0], last)
            else:
                merged.append((first, last))
        return merged

    def _ranges(self, left: int, right: int, level: int, x: int, y: int) -> Iterator[tuple[int, int]]:
        """Give the ranges of what lies in one square of a coarser grid."""
        cut = self.level - level
        inner = x << cut, (x + 1 << cut) - 1, y << cut, (y + 1 << cut) - 1
        if inner[0] > right or inner[1] < left or inner[2] > self.bottom or inner[3] < self.top:
            return
        if inner[0] >= left and inner[1] <= right and inner[2] >= self.top and inner[3] <= self.bottom:
            yield range_of(level, interleave(x, y))
            return
        for down in (0, 1):
            for aside in (0, 1):
                yield from self._ranges(left, right, level + 1, 2 * x + aside, 2 * y + down)


def range_of(level: int, code: int) -> tuple[int, int]:
    """Return the quadkeys of a square, from the first to before the last."""
    shift = 2 * (BITS - level)
    return code << shift, code + 1 << shift


def box_of(level: int, code: int) -> Box:
    """Return a square as a box."""
    x, y = split(code)
    side = 1 << level
    return Box(longitude_at(x / side), latitude_at((y + 1) / side), longitude_at((x + 1) / side), latitude_at(y / side))


def same_turn(longitude: float) -> float:
    """Return a meridian from -180 up to but not including 180."""
    return longitude_at(map_x(longitude))
