"""Which photos are in which album, nested ones counted: what settling makes values of the facet "album" of.

The folders read the tables themselves; the facet is for phrases, and for plugins that ask what a photo belongs to.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable

from haven_fs.catalog.changes import Change

ALBUM = "album"
"""The facet of albums; its keys are their ids."""
BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT value FROM json_each(?)"
    " UNION SELECT a.id FROM album a JOIN below b ON a.parent_id = b.id)"
)
"""SQL before a query in which `below` is the ids of albums, and of all that are nested in them; takes a JSON list."""
_ABOVE = (
    "WITH RECURSIVE above (id) AS ({}"
    " UNION SELECT a.parent_id FROM above JOIN album a ON a.id = above.id WHERE a.parent_id <> 0)"
)
_OF_PHOTO = _ABOVE.format("SELECT album_id FROM album_photo WHERE photo_id = ?")
_OF_ALBUM = _ABOVE.format("SELECT parent_id FROM album WHERE id = ?")


def albums_of(db: sqlite3.Connection, photo_id: int) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Return the albums that a photo is in, and those that these are nested in, as tags: facet, key; name, parent."""
    rows = db.execute(
        f"{_OF_PHOTO} SELECT a.id, a.name, a.parent_id FROM above JOIN album a ON a.id = above.id", (photo_id,)
    )
    return {(ALBUM, str(id_)): (name, str(parent) if parent else None) for id_, name, parent in rows}


def albums_above(db: sqlite3.Connection, album_id: int) -> set[int]:
    """Return the albums that one is nested in, at any depth."""
    return {int(id_) for (id_,) in db.execute(f"{_OF_ALBUM} SELECT id FROM above WHERE id <> 0", (album_id,))}


def photos_in(db: sqlite3.Connection, album_ids: Collection[int]) -> list[int]:
    """Return the photos in albums and in those nested in them."""
    query = f"{BELOW} SELECT DISTINCT photo_id FROM album_photo WHERE album_id IN (SELECT id FROM below)"
    return [int(id_) for (id_,) in db.execute(query, (json.dumps(list(album_ids)),))]


def follow_albums(db: sqlite3.Connection, changes: Iterable[Change], seq: int) -> list[int]:
    """Prepare for rows of albums having been changed beside what writes them; return the photos to settle.

    Two albums may have each other's name now, so their values give up theirs until the photos are settled. Of two that
    were moved into each other at different times, one goes to the top.
    """
    changes = list(changes)
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
    return photos_in(db, ids)
