"""All positions of a library in a few hundred kilobytes, for a map that has no server to ask.

If there are few, each photo is a point of its own; of many, those of one square of a grid and one month are one, or of
one year, in a grid so coarse that there are not too many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haven_fs.catalog.quadkeys import BITS, map_x, map_y
from haven_fs.tree.maps.positions import Positions
from haven_fs.tree.maps.world.encode import packed

MOST = 20_000
"""Points in one file."""
_BITS = 24
_STEPS = (
    *((level, "p.day / 100") for level in (24, 18, 15, 13, 11, 9)),
    *((level, "p.day / 10000") for level in (9, 7, 6)),
    (5, "NULL"),
)
"""The grids, from the finest on, and what of a day is told apart: the month, the year, nothing."""
_GROUPS = tuple(f"GROUP BY +p.quadkey >> {2 * (BITS - level)}, {days}" for level, days in _STEPS)


@dataclass(frozen=True, slots=True)
class Point:
    """Photos that are shown as one: where on the map, in parts of 2 ** 24; the month as yyyymm, 0 if not known.

    `photo_id` is the newest of them.
    """

    x: int
    y: int
    month: int
    count: int
    photo_id: int


def points_of(positions: Positions) -> list[Point]:
    """Return all photos as MOST points at most, in the order of their quadkeys."""
    index = "INDEXED BY photo_quadkey" if positions.is_broad else ""
    source = f"FROM photo p {index} WHERE {positions.photos.condition}"
    groups = ""
    for groups in ("GROUP BY p.quadkey, p.id", *_GROUPS):
        query = f"SELECT count(*) FROM (SELECT 1 {source} {groups} LIMIT ?)"
        if positions.db.execute(query, (*positions.photos.params, MOST + 1)).fetchone()[0] <= MOST:
            break
    rows = positions.db.execute(
        "SELECT count(*), avg(p.latitude), avg(p.longitude), max(coalesce(p.day, 0) << 32 | p.id)"
        f" {source} {groups} LIMIT ?",
        (*positions.photos.params, MOST),
    )
    side = 1 << _BITS
    return [
        Point(
            int(map_x(longitude) * side), int(map_y(latitude) * side), (newest >> 32) // 100, count, newest & 0xFFFFFFFF
        )
        for count, latitude, longitude, newest in rows
    ]


def packed_points(points: Sequence[Point], places: Sequence[int], photos: Sequence[int]) -> bytes:
    """Return points as map.js reads them: a row of whole numbers, written as in world/encode.py.

    `places` and `photos`: the number of each point's place and picture, from 1; 0 if it has none.
    """
    months = [point.month // 100 * 12 + point.month % 100 - 1 for point in points if point.month]
    first = min(months, default=0)
    numbers = [_BITS, first, len(points)]
    x = y = 0
    for point, place, photo in zip(points, places, photos, strict=True):
        month = point.month // 100 * 12 + point.month % 100 - first if point.month else 0
        numbers += [_signed(point.x - x), _signed(point.y - y), month, point.count, place, photo]
        x, y = point.x, point.y
    return packed(numbers)


def in_turn(points: Sequence[Point]) -> Iterable[int]:
    """Give the points by their numbers, so that the first few have one in each part of the world that is not empty.

    The next few then have one in each quarter of such a part, and so on: wherever one looks, and however close, the
    first ones are spread over what is seen.
    """
    given = [False] * len(points)
    for cut in range(_BITS - 3, -1, -1):
        seen = {(point.x >> cut, point.y >> cut) for point, done in zip(points, given, strict=True) if done}
        for number, point in sorted(enumerate(points), key=lambda item: -item[1].count):
            square = point.x >> cut, point.y >> cut
            if square not in seen:
                seen.add(square)
                given[number] = True
                yield number
    yield from (number for number, done in enumerate(given) if not done)


def _signed(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1
