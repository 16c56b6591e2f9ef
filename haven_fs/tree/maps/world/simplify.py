"""Leaves out points of lines that nobody would miss, and rounds off the corners of lines that have too few.

Which points may go is decided as Visvalingam and Whyatt do (1993): that one first which makes the smallest triangle
with its neighbours. Beyond the polar circles, of which the map makes much and photos are few, more may go.
"""

import heapq

from haven_fs.catalog.quadkeys import map_y
from haven_fs.tree.maps.world.topology import Line, Point

_NORTH, _SOUTH = map_y(69.0), map_y(-60.0)
_POLAR = 25.0
"""How many times larger than elsewhere the triangles may be that go beyond these parallels."""


def simplified(line: Line, least: float) -> Line:
    """Return a line without the points that make triangles smaller than `least`, a part of the map; its ends stay."""
    before = list(range(-1, len(line) - 1))
    after = list(range(1, len(line) + 1))
    gone = [False] * len(line)
    sizes = [0.0] * len(line)
    heap: list[tuple[float, int]] = []
    for at in range(1, len(line) - 1):
        sizes[at] = _triangle(line[at - 1], line[at], line[at + 1])
        heap.append((sizes[at], at))
    heapq.heapify(heap)
    while heap:
        size, at = heapq.heappop(heap)
        if gone[at] or size != sizes[at]:
            continue
        if size >= least:
            break
        gone[at] = True
        left, right = before[at], after[at]
        after[left], before[right] = right, left
        for one in (left, right):
            if 0 < one < len(line) - 1:
                # Never less than what went before, or a smooth bend would go point by point.
                sizes[one] = max(size, _triangle(line[before[one]], line[one], line[after[one]]))
                heapq.heappush(heap, (sizes[one], one))
    return [point for point, dropped in zip(line, gone, strict=True) if not dropped]


def rounded(ring: Line, times: int = 1) -> Line:
    """Return a ring with its corners cut off (Chaikin, 1974), so that a coarse one does not look like stairs."""
    for _ in range(times):
        cut: Line = []
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            cut += [(0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by), (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by)]
        ring = cut
    return ring


def _triangle(a: Point, b: Point, c: Point) -> float:
    size = abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
    return size if _NORTH < b[1] < _SOUTH else size / _POLAR
