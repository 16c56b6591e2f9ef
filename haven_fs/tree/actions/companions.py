"""Files that go along with their photo: a photo may consist of several files, and programs write and delete each one.

What is said about one file is said about the photo, so the others, such as a live photo's video or the JPEG beside a
RAW, have come or gone before their own request arrives. That request is answered as if it had done so itself.
"""

import re
import sqlite3
import time

from haven_fs.catalog import names
from haven_fs.catalog.corrections import GESTURE

_RANK = re.compile(r"\d+ ")


def came_along(db: sqlite3.Connection, by: str, photo_id: int | None) -> bool:
    """Tell whether a photo has just been written, and all its files with it."""
    return photo_id is not None and _just_said(db, by, photo_id)


def went_along(db: sqlite3.Connection, by: str, name: str) -> bool:
    """Tell whether the file of that name has just been taken away with its photo."""
    spelled = [name, *([name[rank.end() :]] if (rank := _RANK.match(name)) else [])]
    rows = db.execute(
        "SELECT photo_id FROM original WHERE name_fold IN (?, ?) AND photo_id IS NOT NULL AND gone IS NULL",
        (names.fold(spelled[0]), names.fold(spelled[-1])),
    ).fetchall()
    return any(_is_of_several(db, photo_id) and _just_said(db, by, photo_id) for (photo_id,) in rows)


def _is_of_several(db: sqlite3.Connection, photo_id: int) -> bool:
    row = db.execute(
        "SELECT count(*) FROM original WHERE photo_id = ? AND gone IS NULL AND name IS NOT NULL", (photo_id,)
    )
    return bool(row.fetchone()[0] > 1)


def _just_said(db: sqlite3.Connection, by: str, photo_id: int) -> bool:
    query = "SELECT 1 FROM correction WHERE by = ? AND at > ? AND photo_id = ? AND undone IS NULL LIMIT 1"
    return db.execute(query, (by, time.time() - GESTURE, photo_id)).fetchone() is not None
