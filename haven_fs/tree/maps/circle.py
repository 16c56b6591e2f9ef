"""What was taken within some distance of a position, as a condition that an index answers.

The index over quadkeys gives what is in a box around the circle; what is left in its corners goes by the distance. That
takes the degrees of longitude as long as they are half way between the two, which is within 0.5 % of the distance over
a round earth up to 200 km, and within 2 % up to 1,000 km and latitude 60.
"""

import json
import math

from haven_fs.tree.maps.cells import Box, Cells

KM_PER_DEGREE = 111.195
_FEW_CELLS = 24
_LONGEST = 5000.0


def within_km(latitude: float, longitude: float, km: float) -> tuple[str, tuple[object, ...]]:
    """Return the condition, SQL over `photo AS p`, that a photo was taken within `km` of a position in degrees, and its
    parameters. Photos without a position were not."""
    half = min(km, _LONGEST) / KM_PER_DEGREE
    box = _box_around(latitude, longitude, half)
    level = 20
    while len(cells := Cells.touching(box, level)) > _FEW_CELLS:
        level -= 1
    rad = math.radians(1)
    cosine, sine = math.cos(latitude * rad), math.sin(latitude * rad)
    # cos(latitude + d / 2), without the functions that not every SQLite has
    shrink = "(?3 - ?4 * (q.latitude - ?1) - ?5 * (q.latitude - ?1) * (q.latitude - ?1))"
    aside = "min(abs(q.longitude - ?2), 360.0 - abs(q.longitude - ?2))"
    apart = f"(q.latitude - ?1) * (q.latitude - ?1) + ({aside} * {shrink}) * ({aside} * {shrink})"
    # Most lie in the square inside the circle, for which that is not worked out.
    inner, across = half / math.sqrt(2), half / math.sqrt(2) / max(_widest_cosine(latitude, half), 0.02)
    middle = f"abs(q.latitude - ?1) <= {inner!r} AND abs(q.longitude - ?2) <= {across!r}"
    numbers = {"?1": latitude, "?2": longitude, "?3": cosine, "?4": sine * rad / 2, "?5": cosine * rad * rad / 8}
    for mark, number in numbers.items():
        apart, middle = (text.replace(mark, f"({number!r})") for text in (apart, middle))
    sql = (
        "p.id IN (SELECT q.id FROM json_each(?) r CROSS JOIN photo q INDEXED BY photo_quadkey ON q.shown = 1"
        " AND q.quadkey >= json_extract(r.value, '$[0]') AND q.quadkey < json_extract(r.value, '$[1]')"
        f" AND ({middle} OR {apart} <= ?))"
    )
    return sql, (json.dumps(cells.ranges()), half * half)


def _widest_cosine(latitude: float, half: float) -> float:
    """Return how long a degree of longitude is at most within so many degrees of a parallel, of one at the equator."""
    nearest = 0.0 if abs(latitude) <= half else abs(latitude) - half
    return math.cos(math.radians(nearest))


def _box_around(latitude: float, longitude: float, half: float) -> Box:
    south, north = max(latitude - half, -90.0), min(latitude + half, 90.0)
    widest = max(abs(south), abs(north))
    aside = 180.0 if widest > 89 else half / math.cos(math.radians(widest))
    if aside >= 180:
        return Box(-180.0, south, 180.0, north)
    west = (longitude - aside + 180) % 360 - 180
    return Box(west, south, west + 2 * aside, north)
