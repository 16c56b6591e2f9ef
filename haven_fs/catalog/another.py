"""Whether new bytes at a path are another picture, as when a camera begins to count anew, and no edit.

They are if both say when a camera took them, which is not the same moment, and they end otherwise: a program that
corrects a date leaves the picture as it is, and one that changes the picture leaves its date.
"""

import os
import sqlite3
from pathlib import Path

from haven_fs.library.camera import camera_times
from haven_fs.library.fingerprint import ending_of, read_ends


def is_another(db: sqlite3.Connection, original_id: int, path: Path) -> bool:
    """Tell whether a file is another picture than an original is, by what the catalog knows of that."""
    said = _said(db, original_id)
    if said is None:
        return False
    taken, ending = said
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            now = ending_of(read_ends(file, size)[1], size)
    except OSError:
        return False
    times = camera_times(path) if now != ending else set()
    return bool(times) and all(abs(time - taken) >= 1 for time in times)


def differ(db: sqlite3.Connection, original_id: int, other: int) -> bool:
    """Tell whether two originals are two pictures, by what the catalog knows of both."""
    one, two = _said(db, original_id), _said(db, other)
    return one is not None and two is not None and abs(one[0] - two[0]) >= 1 and one[1] != two[1]


def _said(db: sqlite3.Connection, original_id: int) -> tuple[float, bytes] | None:
    """Return when a camera says that it took a picture, whatever the owner says, and how the file ends."""
    row = db.execute(
        "SELECT json_extract(a.facts, '$.values.taken'), o.ending FROM original o"
        " JOIN photo p ON p.main_id = o.id AND p.make IS NOT NULL JOIN analysis a ON a.photo_id = p.id"
        " WHERE o.id = ? AND o.ending IS NOT NULL AND json_extract(a.facts, '$.values.taken_source') = 'exif'",
        (original_id,),
    ).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])
