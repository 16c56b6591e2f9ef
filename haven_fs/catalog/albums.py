"""Which photos are in which album, nested ones counted: what settling makes values of the facet "album" of.

The folders read the tables themselves; the facet is for phrases, and for plugins that ask what a photo belongs to.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence

from haven_fs.catalog.changes import Change

ALBUM = "album"
"""The facet of albums; its keys are their ids."""
OF_PHOTOS = frozenset({"album_photo", "favorite"})
"""Tables whose rows are of photos and bear on nothing of these but the facet, and that they are listed."""
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

Album = tuple[str, str, str | None]
"""An album as a value of the facet: its key, its name, the key of the album that it is nested in."""


def albums_of(db: sqlite3.Connection, photo_ids: Collection[int]) -> Iterator[tuple[int, Album]]:
    """Give each of these photos with each album that it is in, and those that these are nested in."""
    for photo_id, id_, name, parent in db.execute(_OF_PHOTOS, (json.dumps(list(photo_ids)),)):
        yield photo_id, (str(id_), name, str(parent) if parent else None)


def albums_above(db: sqlite3.Connection, album_id: int) -> set[int]:
    """Return the albums that one is nested in, at any depth."""
    return {int(id_) for (id_,) in db.execute(_OF_ALBUM, (album_id,))}


def photos_in(db: sqlite3.Connection, album_ids: Collection[int]) -> list[int]:
    """Return the photos in albums and in those nested in them."""
    query = f"{BELOW} SELECT DISTINCT photo_id FROM album_photo WHERE album_id IN (SELECT id FROM below)"
    return [int(id_) for (id_,) in db.execute(query, (json.dumps(list(album_ids)),))]


def follow_albums(db: sqlite3.Connection, changes: Sequence[Change], seq: int) -> set[int]:
    """Prepare for rows of albums having been changed beside what writes them; return the photos whose albums to settle.

    Two albums may have each other's name now, so their values give up theirs until the photos are settled. Of two that
    were moved into each other at different times, one goes to the top.
    """
    for change in changes:
        if change["table"] == "album_note":
            db.execute("UPDATE album SET seq = ? WHERE id = ?", (seq, change["key"]["album_id"]))
    ids = {int(change["key"]["id"]) for change in changes if change["table"] == ALBUM}
    for album_id in sorted(ids):
        db.execute(
            "UPDATE value SET name = '', fold = 'album ' || key || ' renamed', seq = ? WHERE facet = ? AND key = ?",
            (seq, ALBUM, str(album_id)),
        )
        if album_id in albums_above(db, album_id):
            db.execute("UPDATE OR IGNORE album SET parent_id = 0, seq = ? WHERE id = ?", (seq, album_id))
    changed = {int(change["key"]["photo_id"]) for change in changes if change["table"] in OF_PHOTOS}
    return changed.union(photos_in(db, ids))
