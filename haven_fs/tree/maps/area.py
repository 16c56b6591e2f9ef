"""Folders of what was taken in a part of the world: "Area 38.6,-9.3 to 38.8,-9.0", typed in any folder of photos.

Nothing lists them. The map leads to one where there are more photos in one spot than it shows by itself, and so they
can be looked at, copied and narrowed like those of any other folder.
"""

import json
import re
from datetime import date

from haven_fs.tree.maps.cells import Box, Cells
from haven_fs.tree.maps.positions import Days
from haven_fs.tree.nodes import PathPattern, View
from haven_fs.tree.photofolders import PhotoFolder
from haven_fs.tree.photoset import PhotoSet

_NUMBER = r"(-?\d{1,3}(?:\.\d{1,9})?)"
_DAY = r"(\d{4}-\d\d-\d\d)"
_NAME = re.compile(rf"area {_NUMBER},{_NUMBER} to {_NUMBER},{_NUMBER}(?:, {_DAY} to {_DAY})?", re.IGNORECASE | re.ASCII)
_DIGITS = 5
_FEW_CELLS = 16


def area_name(box: Box, days: Days | None = None) -> str:
    """Return the name of the folder of what was taken in a box, from the first to the last day if `days` are given."""
    sides = (box.south, -1), (box.west, -1), (box.north, 1), (box.east if box.east <= 180 else box.east - 360, 1)
    south, west, north, east = (_spelled(degrees, outward) for degrees, outward in sides)
    when = "" if days is None else ", " + " to ".join(f"{d // 10000:04}-{d // 100 % 100:02}-{d % 100:02}" for d in days)
    return f"Area {south},{west} to {north},{east}{when}"


def _spelled(degrees: float, outward: int) -> str:
    """Return degrees to about a metre, up or down so that nothing is left outside."""
    near = round(degrees, _DIGITS)
    if (degrees - near) * outward > 0:
        near += outward * 10**-_DIGITS
    return f"{near:.{_DIGITS}f}".rstrip("0").rstrip(".")


def photos_in(photos: PhotoSet, box: Box) -> PhotoSet:
    """Return those of a set that were taken in a box."""
    level = 20
    while len(cells := Cells.touching(box, level)) > _FEW_CELLS:
        level -= 1
    sides = "q.longitude BETWEEN ? AND ?" if box.east <= 180 else "(q.longitude >= ? OR q.longitude <= ?)"
    return photos.narrowed(
        "p.id IN (SELECT q.id FROM json_each(?) r CROSS JOIN photo q INDEXED BY photo_quadkey ON q.shown = 1"
        " AND q.quadkey >= json_extract(r.value, '$[0]') AND q.quadkey < json_extract(r.value, '$[1]')"
        f" AND q.latitude BETWEEN ? AND ? AND {sides})",
        json.dumps(cells.ranges()),
        box.south,
        box.north,
        box.west,
        box.east if box.east <= 180 else box.east - 360,
    )


def open_area(view: View, match: re.Match[str]) -> PhotoFolder | None:
    """Open the folder of an area; None if its name makes no sense. One that ends west of its beginning goes round."""
    south, west, north, east = (float(match[number]) for number in range(1, 5))
    if not (-90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180):
        return None
    photos = photos_in(view.within, Box(west, south, east if east >= west else east + 360, north))
    if match[5] is not None:
        try:
            days = [date.fromisoformat(match[number]) for number in (5, 6)]
        except ValueError:
            return None
        photos = photos.narrowed("p.day BETWEEN ? AND ?", *(int(f"{day:%Y%m%d}") for day in days))
    return PhotoFolder(view, photos)


AREA = PathPattern(_NAME, open_area)
