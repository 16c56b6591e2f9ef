"""What the map in a browser asks of the server, and the answers, as plain data for JSON.

    ?clusters=W,S,E,N&zoom=Z            photos by the squares of a grid in a part of the world
    ?clusters=photos&cells=9.1a2b,...   where exactly the photos of some squares are, and the newest of them

Both take `from` and `to`, days as yyyymmdd. Longitudes go on beyond 180 across the date line.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from haven_fs.catalog import names
from haven_fs.catalog.quadkeys import BITS
from haven_fs.catalog.spelling import picture_name
from haven_fs.errors import Malformed
from haven_fs.tree.maps.area import area_name
from haven_fs.tree.maps.cells import Box, Cells, range_of, same_turn
from haven_fs.tree.maps.clusters import MOST, Cluster, clusters, level_for
from haven_fs.tree.maps.extent import extent_of, zoom_for
from haven_fs.tree.maps.positions import Days, Positions
from haven_fs.tree.nodes import View
from haven_fs.tree.photoset import PhotoSet
from haven_fs.tree.spoken import facets_led_by

Answer = dict[str, Any]

_PHOTOS = 60
"""Photos that are named in one answer."""


def first_answer(view: View, photos: PhotoSet, width: int = 960, height: int = 560) -> Answer:
    """Return what a map of so many pixels is opened with: all that `clusters_json` gives, and where to look.

    `fit` is that part of the world, without strays; `count` how many photos are on the map, `days` the first and the
    last day of them. The clusters are those for `zoom` in `box`, which is somewhat more.
    """
    positions = Positions(view.db, photos)
    extent = extent_of(positions)
    if extent is None:
        return {"count": 0, "clusters": []}
    zoom, box = int(zoom_for(extent.box, width, height)), _wider(extent.box)
    found = clusters(positions, Cells.touching(box, level_for(zoom)))
    return {
        "fit": _sides(extent.box),
        "box": _sides(box),
        "zoom": zoom,
        "count": extent.count,
        "days": [extent.first, extent.last],
        "clusters": _described(view, found),
    }


def clusters_json(view: View, photos: PhotoSet, query: Mapping[str, str]) -> Answer:
    """Return what a map asks for by the query of its URL, see above. Raises Malformed.

    A cluster is `cell`, its square; `count`; `lat` and `lon`, the mean position; `from` and `to`, its first and last
    day; `pic`, which picture stands for it; `name`, the place where most of it was taken. What is not known is not
    there.
    """
    days = _days(query)
    if query.get("clusters") == "photos":
        return _photos(view, photos, _cells(query.get("cells", "")), days)
    cells = Cells.touching(_box(query.get("clusters", "")), level_for(_number(query.get("zoom", ""))))
    return {"clusters": _described(view, clusters(Positions(view.db, photos, days), cells))}


def _sides(box: Box) -> list[float]:
    return [round(degrees, 5) for degrees in (box.west, box.south, box.east, box.north)]


def _wider(box: Box) -> Box:
    """Return a box with some of what is around it, which a map shows as well."""
    aside = (box.east - box.west) * 0.3
    up = (box.north - box.south) * 0.3
    if box.east - box.west + 2 * aside >= 360:
        west, east = -180.0, 180.0
    else:
        west = same_turn(box.west - aside)
        east = west + box.east - box.west + 2 * aside
    return Box(west, max(-90.0, box.south - up), east, min(90.0, box.north + up))


def _described(view: View, found: Sequence[Cluster]) -> list[Answer]:
    """Return clusters with their pictures and names."""
    pictures = pictures_of(view, [one.photo_id for one in found])
    places = places_of(view, [id_ for one in found for id_ in (one.photo_id, *one.others)])
    described = []
    for one in found:
        cluster = {
            "cell": f"{one.level}.{one.code:x}",
            "count": one.count,
            "lat": round(one.latitude, 5),
            "lon": round(one.longitude, 5),
            "from": one.first,
            "to": one.last,
            "pic": pictures.get(one.photo_id),
            "name": _common(places, one),
        }
        described.append({name: value for name, value in cluster.items() if value is not None})
    return described


def _common(places: Mapping[int, str], cluster: Cluster) -> str | None:
    """Return the place that most of the photos that were looked at were taken in; of several the newest's."""
    named = [places[id_] for id_ in dict.fromkeys((cluster.photo_id, *cluster.others)) if id_ in places]
    return max(named, key=named.count) if named else None


def pictures_of(view: View, photo_ids: Sequence[int]) -> dict[int, str]:
    """Return the pictures that photos are looked at by, as URLs of small ones name them: "12-1a2b-3c4d"."""
    rows = view.db.execute(
        "SELECT p.id, o.id, o.etag FROM json_each(?) j CROSS JOIN photo p ON p.id = j.value"
        " CROSS JOIN original o ON o.id = p.main_id WHERE o.gone IS NULL",
        (json.dumps(list(photo_ids)),),
    )
    return {photo_id: picture_name(id_, etag) for photo_id, id_, etag in rows}


def places_of(view: View, photo_ids: Sequence[int]) -> dict[int, str]:
    """Return what is called by name where photos were taken, the closest first: a town rather than its country."""
    found: dict[int, str] = {}
    for facet in reversed(facets_led_by(view.spoken, "in")):
        rows = view.db.execute(
            "SELECT m.photo_id, v.name FROM json_each(?) j CROSS JOIN member m ON m.photo_id = j.value"
            " CROSS JOIN value v ON v.id = m.value_id WHERE v.facet = ? ORDER BY v.id",
            (json.dumps(list(photo_ids)), facet),
        )
        found.update(rows.fetchall())
    return found


def _photos(view: View, photos: PhotoSet, cells: Sequence[tuple[int, int]], days: Days | None) -> Answer:
    """Return where exactly the photos of some squares are, the newest of them, and the folder of them all."""
    chosen = Positions(view.db, photos, days).photos
    index = "INDEXED BY photo_quadkey" if chosen.shown else ""
    source = (
        f"FROM json_each(?) r CROSS JOIN photo p {index} ON p.quadkey >= json_extract(r.value, '$[0]')"
        f" AND p.quadkey < json_extract(r.value, '$[1]') WHERE {chosen.condition}"
    )
    params = (json.dumps([range_of(level, code) for level, code in cells]), *chosen.params)
    sides = "count(*), min(p.longitude), min(p.latitude), max(p.longitude), max(p.latitude)"
    parts = view.db.execute(f"SELECT {sides} {source} GROUP BY r.key", params).fetchall()
    if not parts:
        return {"count": 0, "photos": []}
    box = _around([Box(*sides) for _, *sides in parts])
    rows = view.db.execute(
        "SELECT picked.id, picked.day, o.name, o.href FROM"
        f" (SELECT p.id, p.day, p.main_id {source} ORDER BY p.day DESC, p.id DESC LIMIT {_PHOTOS}) AS picked"
        " CROSS JOIN original o ON o.id = picked.main_id WHERE o.gone IS NULL AND o.name IS NOT NULL",
        params,
    ).fetchall()
    pictures = pictures_of(view, [row[0] for row in rows])
    return {
        "count": sum(part[0] for part in parts),
        "box": [box.west, box.south, box.east, box.north],  # to the last digit: JSON has all of a number
        "folder": f"{names.href(area_name(box, days))}/",
        "photos": [
            {"name": name, "href": href, "pic": pictures.get(id_), **({"day": day} if day else {})}
            for id_, day, name, href in rows
        ],
    }


def _around(boxes: Sequence[Box]) -> Box:
    """Return the box around some that are near each other, perhaps on both sides of the date line."""
    turns = [360 if box.west - boxes[0].west < -180 else -360 if box.west - boxes[0].west > 180 else 0 for box in boxes]
    west = min(box.west + turn for box, turn in zip(boxes, turns, strict=True))
    east = max(box.east + turn for box, turn in zip(boxes, turns, strict=True))
    back = 360 if west < -180 else 0
    return Box(west + back, min(box.south for box in boxes), east + back, max(box.north for box in boxes))


# Reading queries


def _box(text: str) -> Box:
    numbers = [_number(part) for part in text.split(",")]
    if len(numbers) != 4:
        raise Malformed("A part of the world has four numbers: west, south, east, north.")
    west, south, east, north = numbers
    if not (-90 <= south <= north <= 90 and west <= east and abs(west) <= 1e6 and abs(east) <= 1e6):
        raise Malformed("There is no such part of the world.")
    start = same_turn(west)
    return Box(start, south, start + min(east - west, 360.0), north)


def _cells(text: str) -> list[tuple[int, int]]:
    found = [re.fullmatch(r"(\d{1,2})\.([0-9a-f]{1,13})", part) for part in text.split(",", MOST)]
    cells = [(int(one[1]), int(one[2], 16)) for one in found if one is not None]
    if len(cells) < len(found) or any(level > BITS or code >> 2 * level for level, code in cells):
        raise Malformed("There are no such squares on the map.")
    return cells


def _days(query: Mapping[str, str]) -> Days | None:
    if "from" not in query and "to" not in query:
        return None
    first, last = query.get("from", "0"), query.get("to", "99991231")
    if not all(re.fullmatch(r"\d{1,8}", day, re.ASCII) for day in (first, last)):
        raise Malformed("A day is given as in 20240706.")
    return int(first), int(last)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise Malformed(f"The map was asked for {text[:40]!r}, which is not a number.")
    return number
