"""Albums in albums: which photos are in one, those nested in it counted, and what an album is nested in."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence

from haven_fs import Tag, names

ALBUM = "album"
"""The facet of albums; its keys are their ids."""
BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT value FROM json_each(?)"
    " UNION SELECT a.id FROM album a JOIN below b ON a.parent_id = b.id)"
)
"""SQL before a query in which `below` is the ids of albums, and of all that are nested in them; takes a JSON list."""
_OF_PHOTOS = (
    "WITH RECURSIVE above (photo_id, id) AS"
    " (SELECT x.photo_id, x.album_id FROM json_each(?) j CROSS JOIN album_photo x ON x.photo_id = j.value"
    " UNION SELECT photo_id, a.parent_id FROM above JOIN album a ON a.id = above.id WHERE a.parent_id <> 0)"
    " SELECT photo_id, a.id, a.name, a.parent_id FROM above JOIN album a ON a.id = above.id"
)
_OF_ALBUM = (
    "WITH RECURSIVE above (id) AS (SELECT parent_id FROM album WHERE id = ?"
    " UNION SELECT a.parent_id FROM above JOIN album a ON a.id = above.id) SELECT id FROM above WHERE id <> 0"
)


def albums_of(db: sqlite3.Connection, photo_ids: Collection[int]) -> Iterator[tuple[int, Tag]]:
    """Give each of these photos with each album that it is in, and those that these are nested in."""
    for photo_id, id_, name, parent in db.execute(_OF_PHOTOS, (json.dumps(list(photo_ids)),)):
        yield photo_id, Tag(ALBUM, str(id_), name, str(parent) if parent else None)


def albums_above(db: sqlite3.Connection, album_id: int) -> set[int]:
    """Return the albums that one is nested in, at any depth."""
    return {int(id_) for (id_,) in db.execute(_OF_ALBUM, (album_id,))}


def album_path(db: sqlite3.Connection, album_id: int) -> tuple[str, ...] | None:
    """Return the name of an album after those of the ones that it is nested in, the outermost first; None if gone."""
    path: tuple[str, ...] = ()
    while album_id:
        row = db.execute("SELECT name, parent_id FROM album WHERE id = ?", (album_id,)).fetchone()
        if row is None:
            return None
        path, album_id = (row[0], *path), row[1]
    return path or None


def album_at(db: sqlite3.Connection, path: Sequence[str]) -> int | None:
    """Return the album that names lead to, the outermost first; None if there is none."""
    album_id = 0
    for name in path:
        query = "SELECT id FROM album WHERE parent_id = ? AND fold = ?"
        row = db.execute(query, (album_id, names.fold(name))).fetchone()
        if row is None:
            return None
        album_id = int(row[0])
    return album_id or None


def photos_in(db: sqlite3.Connection, album_ids: Collection[int]) -> list[int]:
    """Return the photos in albums and in those nested in them."""
    query = f"{BELOW} SELECT DISTINCT photo_id FROM album_photo WHERE album_id IN (SELECT id FROM below)"
    return [int(id_) for (id_,) in db.execute(query, (json.dumps(list(album_ids)),))]
