"""Finding what the catalog knows a file on disk as, and where /Originals shows an original."""

import json
import os
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any

from haven_fs.catalog.schema import LOCATED
from haven_fs.errors import UserError
from haven_fs.library.beneath import placed
from haven_fs.library.fileops import are_same
from haven_fs.library.fingerprint import fingerprint


def original_at(db: sqlite3.Connection, file: Path, columns: str) -> tuple[Any, ...] | None:
    """Return columns of the original `o` that is at a path, None if it is in no library or not indexed yet."""
    path = os.fsencode(file.absolute().parent.resolve() / file.name)
    found: tuple[Any, ...] | None = db.execute(
        f"SELECT {columns} FROM original o {LOCATED} WHERE o.gone IS NULL AND o.file = ?"
        " AND CAST(l.root || '/' || d.path || iif(d.path = x'', '', '/') || o.file AS BLOB) = ?",
        (path.rpartition(b"/")[2], path),
    ).fetchone()
    return found


def photo_at(db: sqlite3.Connection, file: Path) -> int:
    """Return the photo that the file at a path belongs to. Raises UserError if there is none."""
    row = original_at(db, file, "o.photo_id")
    if row is None or row[0] is None:
        raise UserError(f"{file} is not a photo in your libraries, or has not been indexed yet.")
    return int(row[0])


def photo_with_bytes(db: sqlite3.Connection, file: Path) -> int | None:
    """Return the photo whose main original has exactly the bytes of a file. Raises OSError if that cannot be read."""
    size = file.stat().st_size
    rows = db.execute(
        f"SELECT o.photo_id, l.root, d.path, o.file FROM original o {LOCATED} WHERE o.size = ? AND o.fingerprint = ?"
        " AND o.gone IS NULL AND o.role = 'main'",
        (size, fingerprint(file, size)),
    )
    for photo_id, *place in rows.fetchall():
        try:
            if are_same(placed(*place), file):
                return int(photo_id)
        except OSError:
            continue
    return None


def originals_paths(db: sqlite3.Connection, original_ids: Collection[int]) -> dict[int, str]:
    """Return where /Originals shows originals, by their ids, such as "/Originals/Photos/a.jpg"; gone ones nowhere."""
    rows = db.execute(
        f"SELECT o.id, o.shown, o.dir_id, l.name FROM json_each(?) j CROSS JOIN original o ON o.id = j.value {LOCATED}"
        " WHERE o.gone IS NULL",
        (json.dumps(list(original_ids)),),
    ).fetchall()
    folders: dict[int, str] = {}

    def path_of(dir_id: int) -> str:
        if dir_id not in folders:
            shown, parent_id = db.execute("SELECT shown, parent_id FROM dir WHERE id = ?", (dir_id,)).fetchone()
            folders[dir_id] = "" if parent_id is None else f"{path_of(parent_id)}{shown}/"
        return folders[dir_id]

    return {id_: f"/Originals/{library}/{path_of(dir_id)}{shown}" for id_, shown, dir_id, library in rows}
