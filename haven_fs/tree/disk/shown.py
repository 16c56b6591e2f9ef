"""Files of the inbox that are only shown there, since another file has their bytes: what happens when that one changes.

Bytes that were sent twice are stored once. So before a file is removed or gets other bytes, what shows it under another
name is given a file of its own: somebody was told that it is there.
"""

import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haven_fs.catalog import Writer
from haven_fs.catalog.libraries import find_library
from haven_fs.catalog.moving import file_stat, place_file
from haven_fs.errors import Refused
from haven_fs.library import fileops
from haven_fs.library.beneath import Beneath, is_taken
from haven_fs.tree.disk.place import DiskPlace, check_library, reach


@dataclass(frozen=True, slots=True)
class Shown:
    """A name in the inbox by which an original is shown; `below` is its path below the library's root."""

    original_id: int
    place: str
    name: str
    library_id: int
    root: Path
    below: bytes

    @property
    def on_disk(self) -> Beneath:
        """Where a file of that name would be."""
        return Beneath(self.root, os.fsdecode(self.below))


def shown_as(db: sqlite3.Connection, original_ids: Sequence[int]) -> list[Shown]:
    """Return the names by which originals are shown in folders of the inbox that are there."""
    rows = db.execute(
        "SELECT a.original_id, a.place, a.name, l.id, l.root, d.path FROM json_each(?) j"
        " CROSS JOIN alias a ON a.original_id = j.value AND a.place LIKE 'inbox %'"
        " JOIN dir d ON d.id = CAST(substr(a.place, 7) AS INTEGER) AND d.gone IS NULL"
        " JOIN library l ON l.id = d.library_id AND l.gone IS NULL AND l.writable"
        " ORDER BY a.place, a.name",
        (json.dumps(list(original_ids)),),
    ).fetchall()
    found = [
        Shown(id_, place, name, library, Path(os.fsdecode(root)), b"/".join(p for p in (path, os.fsencode(name)) if p))
        for id_, place, name, library, root, path in rows
    ]
    return [one for one in found if _can_be_written(db, one)]


def _can_be_written(db: sqlite3.Connection, one: Shown) -> bool:
    """Tell whether a file can be put where a name is shown: its disk may be away."""
    try:
        check_library(find_library(db, one.library_id))
        reach(DiskPlace(find_library(db, one.library_id), os.fsdecode(one.below)))
    except (Refused, OSError):
        return False
    return True


def copy_to(w: Writer, one: Shown, file: Path) -> int | None:
    """Give a name that shows a file a copy of it, and return its original; None if there is a file of that name."""
    if is_taken(one.on_disk):
        return None
    draft = fileops.copy(file, one.on_disk.parent)
    try:
        fileops.rename_new(draft, one.on_disk)
    except BaseException:
        fileops.discard(draft)
        raise
    w.undo_by(one.on_disk.unlink)
    _forget(w, one)
    return place_file(w, one.library_id, one.below, file_stat(one.on_disk))


def move_to(w: Writer, one: Shown, file: Path) -> bool:
    """Move a file to a name that shows it, as the original that it is; False if there is a file of that name."""
    if is_taken(one.on_disk):
        return False
    fileops.move(file, one.on_disk)
    w.undo_by(lambda: fileops.move(one.on_disk, file))
    _forget(w, one)
    place_file(w, one.library_id, one.below, file_stat(one.on_disk), one.original_id)
    return True


def _forget(w: Writer, one: Shown) -> None:
    w.db.execute("DELETE FROM alias WHERE place = ? AND name = ?", (one.place, one.name))
