"""The map of a library as one file that needs no server: everything it shows is in it, and nothing is fetched.

It stays within LARGEST, whatever the library: points are thinned out (enclosed.py), and pictures are put in while there
is room, so that each part of the world that has photos has one before any has two.
"""

import base64
import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from itertools import islice
from typing import Any, Protocol

from haven_fs.catalog.wording import counted
from haven_fs.tree.maps.enclosed import Point, in_turn, packed_points, points_of
from haven_fs.tree.maps.extent import extent_of
from haven_fs.tree.maps.positions import Positions
from haven_fs.tree.maps.statics import static_files
from haven_fs.tree.photoset import PhotoSet

_FORMAT = 1  # raise it when what is written changes
LARGEST = 3_000_000
"""Bytes of a file."""
MOST_PICTURES = 500
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
html, body { height: 100%; margin: 0; }
.haven-map { height: 100%; border: 0; border-radius: 0; }
:root { color-scheme: light dark; }
"""


class Sights(Protocol):
    """What a map says of photos besides where they are; links lead from the file's own folder."""

    def places(self, photo_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        """Return where photos were taken, by name, and a link to that place."""
        ...

    def photo(self, photo_id: int) -> tuple[str, str] | None:
        """Return a link to a photo, and its name; None if it cannot be looked at."""
        ...

    def pictures(self, photo_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return small pictures of photos as JPEGs, of those that have one."""
        ...


def map_file(db: sqlite3.Connection, photos: PhotoSet, sights: Sights, language: str = "en") -> bytes:
    """Return the map of photos as HTML. `language`: that of countries' names."""
    positions = Positions(db, photos)
    points, extent = points_of(positions), extent_of(positions)
    places = sights.places([point.photo_id for point in points])
    listed = list(dict.fromkeys(places.values()))
    numbers = {place: number for number, place in enumerate(listed, 1)}
    data: dict[str, Any] = {"count": sum(point.count for point in points), "language": language, "places": listed}
    if extent is not None:
        box = extent.box
        data["fit"] = [round(degrees, 5) for degrees in (box.west, box.south, box.east, box.north)]
        data["days"] = [extent.first, extent.last]
    for name in ("coarse", "fine"):
        data[name] = _text(static_files()[f"map-{name}.bin"].read())
    data["towns"] = json.loads(static_files()["map-towns.json"].read())
    text = _text_of(points, places)
    without = len(_page({**data, "photos": [], "points": ""}, text)) + len(points) * 24
    pictures, of_points = _pictures(points, sights, LARGEST - without)
    of_places = [numbers.get(places.get(point.photo_id, ("", "")), 0) for point in points]
    data["photos"], data["points"] = pictures, _text(packed_points(points, of_places, of_points))
    return _page(data, text)


def _pictures(points: Sequence[Point], sights: Sights, room: int) -> tuple[list[list[str]], list[int]]:
    """Return pictures with links and names, for so many bytes, and the number of each point's picture from 1, or 0."""
    found: list[list[str]] = []
    of_points = [0] * len(points)
    numbers = list(islice(in_turn(points), MOST_PICTURES))
    pictures = sights.pictures([points[number].photo_id for number in numbers])
    for number in numbers:
        picture = pictures.get(points[number].photo_id, b"")
        link = sights.photo(points[number].photo_id) if picture else None
        if link is None:
            continue
        entry = [f"data:image/jpeg;base64,{_text(picture)}", *link]
        size = len(json.dumps(entry, ensure_ascii=False).encode()) + 1
        if size > room:
            break
        room -= size
        found.append(entry)
        of_points[number] = len(found)
    return found, of_points


def _text_of(points: Sequence[Point], places: Mapping[int, tuple[str, str]]) -> str:
    """Return the list of places for browsers without a script."""
    counts: Counter[tuple[str, str]] = Counter()
    for point in points:
        if point.photo_id in places:
            counts[places[point.photo_id]] += point.count
    items = (
        f'<li><a href="{escape(href)}">{escape(name)}</a>, {counted(count, "photo")}</li>'
        for (name, href), count in counts.most_common(500)
    )
    return f"<ul>{''.join(items)}</ul>"


def map_version() -> str:
    """Return another text for every version of Haven that makes another file of the same photos."""
    return f"{_FORMAT} {' '.join(file.version for file in static_files().values())}"


def _page(data: Mapping[str, Any], text: str) -> bytes:
    files = static_files()
    # No text of a name may end the script it stands in.
    script = "".join(files[name].read().decode() for name in ("map-world.js", "map-enclosed.js", "map.js"))
    enclosed = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Map - Haven</title>'
        f"<style>{files['map.css'].read().decode()}{_STYLE}</style></head><body>"
        f'<main class="haven-map" aria-label="Map"><div class="map-text">{text}</div>'
        f'<script type="application/json">{enclosed}</script></main>'
        f"<script>{script}</script></body></html>\n"
    ).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
