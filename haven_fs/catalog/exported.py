"""What Haven wrote into sidecars, so that what the owner takes back goes from them again, and nothing else does.

It is kept in the catalog, since it ends with it: a catalog that was made anew from sidecars has no word of the owner's
behind what they say, and must not take that for taken back.
"""

import json
import os
import sqlite3
from collections.abc import Iterable

from haven_fs.catalog.catalog import Writer
from haven_fs.library.xmp_texts import Wrote

OWN = (
    "(SELECT e.wrote FROM exported e WHERE e.place = '' AND e.library_id = d.library_id"
    " AND e.file = CAST(iif(length(d.path), d.path || x'2f' || o.file, o.file) AS BLOB))"
)
"""SQL for what was written into an original `o` in a folder `d`, NULL if it is no such sidecar."""
BESIDE = ""
"""The place of sidecars that lie beside their photos; that of others is the folder that they were exported to."""
OF_NO_PHOTO = 0
"""The `photo_id` of the files of Haven's own; what was written is their digest."""


def exported_photos(db: sqlite3.Connection, place: str) -> list[int]:
    """Return the photos of which something was written to a place."""
    query = "SELECT DISTINCT photo_id FROM exported WHERE place = ? AND photo_id <> ?"
    return [id_ for (id_,) in db.execute(query, (place, OF_NO_PHOTO))]


def exported_to(db: sqlite3.Connection, place: str, library_id: int, file: str) -> Wrote:
    """Return what was written into a sidecar, by its path below the library's folder."""
    query = "SELECT wrote FROM exported WHERE place = ? AND library_id = ? AND file = ?"
    row = db.execute(query, (place, library_id, os.fsencode(file))).fetchone()
    return Wrote() if row is None else Wrote.loads(row[0])


def had_written(db: sqlite3.Connection, digest: str) -> bool:
    """Tell whether this catalog had a file of Haven's own written, by what is in it."""
    query = "SELECT 1 FROM exported WHERE photo_id = ? AND wrote = ?"
    return db.execute(query, (OF_NO_PHOTO, json.dumps(digest))).fetchone() is not None


def note_own(w: Writer, place: str, library_id: int, file: str, digest: str) -> None:
    """Keep what is written of a library that is of no photo."""
    row = place, library_id, os.fsencode(file), OF_NO_PHOTO, json.dumps(digest)
    w.db.execute("INSERT OR REPLACE INTO exported VALUES (?, ?, ?, ?, ?)", row)


def note_exported(w: Writer, place: str, rows: Iterable[tuple[int, str, int, Wrote]]) -> None:
    """Keep what is written into sidecars: the library's id, the path below it, the photo, and that."""
    for library_id, file, photo_id, wrote in rows:
        key = place, library_id, os.fsencode(file)
        if wrote.is_nothing:
            w.db.execute("DELETE FROM exported WHERE place = ? AND library_id = ? AND file = ?", key)
        else:
            w.db.execute("INSERT OR REPLACE INTO exported VALUES (?, ?, ?, ?, ?)", (*key, photo_id, wrote.dumps()))
