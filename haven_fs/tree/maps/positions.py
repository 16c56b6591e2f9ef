"""Sums over photos in the squares of a grid, made inside the database.

A large set is answered from the index over quadkeys. The database steps from one square in which there is a photo to
the next and sums up each as one range, so a million photos are never sorted; and if all that is asked of them is in the
index, no row of theirs is read. A small set is cheaper looked up by what makes it one, such as the photos of a person,
and grouped.
"""

import json
import re
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from haven_fs.catalog.quadkeys import BITS, latitude_at, longitude_at
from haven_fs.tree.maps.cells import Cells
from haven_fs.tree.photoset import PhotoSet

_MANY = 10_000
"""Photos of a set from which on the index over quadkeys is gone through, if it has all that is asked of them."""
_SHARE = 5
"""The part of all photos, a fifth, from which on it is gone through at any rate."""
_COLUMN = re.compile(r"\bp\.(\w+)")
_IN_INDEX = frozenset({"id", "shown", "day", "placed", "quadkey", "latitude", "longitude"})
_SLACK = 1e-6

Days = tuple[int, int]
"""The first and the last day, as yyyymmdd."""


class Positions:
    """Those of a set of photos that are on the map, and were taken on certain `days` if any are given."""

    def __init__(self, db: sqlite3.Connection, photos: PhotoSet, days: Days | None = None) -> None:
        self.db = db
        photos = photos.narrowed("p.quadkey IS NOT NULL")
        self.photos = photos if days is None else photos.narrowed("p.day BETWEEN ? AND ?", *days)

    @cached_property
    def is_broad(self) -> bool:
        """Whether there are so many that they are looked for by where they are."""
        if not self.photos.shown:
            return False  # the index has none but those that are shown
        most = _MANY
        if "SELECT" in self.photos.condition or not _IN_INDEX.issuperset(_COLUMN.findall(self.photos.condition)):
            newest = self.db.execute("SELECT max(id) FROM photo").fetchone()[0] or 0
            most = max(most, newest // _SHARE)
        query = f"SELECT count(*) FROM (SELECT 1 FROM photo p {self._hint} WHERE {self.photos.condition} LIMIT ?)"
        return bool(self.db.execute(query, (*self.photos.params, most)).fetchone()[0] == most)

    @property
    def _hint(self) -> str:
        """What keeps SQLite from looking for photos by anything but their ids, if these are known."""
        return "NOT INDEXED" if any(one.startswith("p.id IN (") for one in self.photos.where) else ""

    def summed(self, cells: Cells, what: str) -> list[tuple[int, list[Any]]]:
        """Return the squares that have photos, by their codes, each with `what`, SQL for sums over `photo AS p`."""
        rows = self._stepped(cells, what) if self.is_broad else self._grouped(cells, what)
        return [(code, json.loads(text)) for code, text in rows if code in cells]

    def _stepped(self, cells: Cells, what: str) -> sqlite3.Cursor:
        shift = 2 * (BITS - cells.level)
        source = f"FROM photo p INDEXED BY photo_quadkey WHERE {self.photos.condition}"
        first = "p.quadkey >= r.low AND p.quadkey < r.high ORDER BY 1 LIMIT 1"
        following = f"p.quadkey >= c.code + 1 << {shift} AND p.quadkey < c.high ORDER BY 1 LIMIT 1"
        inside = f"p.quadkey >= c.code << {shift} AND p.quadkey < c.code + 1 << {shift}"
        query = (
            "WITH RECURSIVE r (low, high) AS"
            " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)),"
            f" c (code, high) AS (SELECT (SELECT p.quadkey {source} AND {first}) >> {shift}, r.high FROM r"
            f" UNION ALL SELECT (SELECT p.quadkey {source} AND {following}) >> {shift}, c.high FROM c"
            " WHERE c.code IS NOT NULL)"
            f" SELECT c.code, (SELECT json_array({what}) {source} AND {inside}) FROM c WHERE c.code IS NOT NULL"
        )
        return self.db.execute(query, (json.dumps(cells.ranges()), *self.photos.params * 3))

    def _grouped(self, cells: Cells, what: str) -> sqlite3.Cursor:
        condition, params = _beside(cells)
        # The pluses keep SQLite from the index over quadkeys, which is the long way round for a small set.
        query = (
            f"SELECT +p.quadkey >> {2 * (BITS - cells.level)}, json_array({what}) FROM photo p {self._hint}"
            f" WHERE {self.photos.condition} AND {condition} GROUP BY 1"
        )
        return self.db.execute(query, (*self.photos.params, *params))


def _beside(cells: Cells) -> tuple[str, Sequence[float]]:
    """Return the condition that a photo is in squares, or just beside them."""
    side = 1 << cells.level
    # What is beyond the ends of the map is in its last rows.
    north = latitude_at(cells.top / side) + _SLACK if cells.top else 90.0
    south = latitude_at((cells.bottom + 1) / side) - _SLACK if cells.bottom + 1 < side else -90.0
    west, east = longitude_at(cells.left / side) - _SLACK, longitude_at((cells.right + 1) / side) + _SLACK
    condition = "+p.latitude BETWEEN ? AND ?"
    if east - west >= 360:
        return condition, (south, north)
    if east > 180:
        return f"{condition} AND (p.longitude >= ? OR p.longitude <= ?)", (south, north, west, east - 360)
    return f"{condition} AND p.longitude BETWEEN ? AND ?", (south, north, west, east)
