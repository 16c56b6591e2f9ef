"""Photos on a map, gathered into clusters: so few that a page can show them all, however many photos there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from haven_fs.tree.maps.cells import Cells
from haven_fs.tree.maps.positions import Positions

MOST = 400
"""Clusters in one answer."""
FINEST = 22
"""The finest grid, whose squares are 10 m wide at the equator."""
_MOST_CELLS = 1600
"""Squares that are looked into for one answer."""
_SOME = 61
"""Of large sets one photo in so many is looked at for what is common."""
_FEW = 8


@dataclass(frozen=True, slots=True)
class Cluster:
    """Photos in one square of a grid: how many, their mean position, their days as yyyymmdd if any has one.

    `level` and `code` say which square; `photo_id` is one of the newest, `others` are a few more, for what is common.
    """

    level: int
    code: int
    count: int
    latitude: float
    longitude: float
    first: int | None
    last: int | None
    photo_id: int
    others: tuple[int, ...] = ()


def level_for(zoom: float) -> int:
    """Return the grid for a zoom, whose squares are then 64 to 128 pixels wide."""
    return max(0, min(FINEST, int(zoom) + 2))


def clusters(positions: Positions, cells: Cells) -> list[Cluster]:
    """Return photos by the squares of a grid, or of a coarser one if there are too many; the largest first."""
    cells = _coarser(cells)
    some = f"FILTER (WHERE p.id % {_SOME if positions.is_broad else 1} = 0)"
    what = (
        "count(*), avg(p.latitude), avg(p.longitude), min(p.day), max(coalesce(p.day, 0) << 32 | p.id),"
        f" min(p.id) {some}, max(p.id) {some}"
    )
    found = []
    for code, (count, north, east, first, newest, *others) in positions.summed(cells, what):
        last, photo_id = newest >> 32 or None, newest & 0xFFFFFFFF
        few = tuple(id_ for id_ in others if id_ is not None)
        found.append(Cluster(cells.level, code, count, north, east, first, last, photo_id, few))
    while len(found) > MOST:
        found = _gathered(found)
    return sorted(found, key=lambda one: (-one.count, one.code))


def _coarser(cells: Cells) -> Cells:
    """Return the squares of a grid so coarse that they are not too many and hold all of these."""
    while len(cells) > _MOST_CELLS:
        level = cells.level - 1
        left = cells.left // 2
        right = min(cells.right // 2, left + (1 << level) - 1)
        cells = Cells(level, left, right, cells.top // 2, cells.bottom // 2)
    return cells


def _gathered(found: Sequence[Cluster]) -> list[Cluster]:
    """Return clusters by the squares of the next coarser grid."""
    by_code: dict[int, Cluster] = {}
    for one in found:
        one = replace(one, level=one.level - 1, code=one.code >> 2)
        by_code[one.code] = _joined(by_code[one.code], one) if one.code in by_code else one
    return list(by_code.values())


def _joined(one: Cluster, other: Cluster) -> Cluster:
    """Return the photos of two clusters as one in the square of the first."""
    count = one.count + other.count
    newest = max(one, other, key=lambda each: (each.last or 0, each.photo_id))
    return replace(
        one,
        count=count,
        latitude=(one.latitude * one.count + other.latitude * other.count) / count,
        longitude=(one.longitude * one.count + other.longitude * other.count) / count,
        first=min((day for day in (one.first, other.first) if day is not None), default=None),
        last=newest.last,
        photo_id=newest.photo_id,
        others=(*one.others, other.photo_id, *other.others)[:_FEW],
    )
