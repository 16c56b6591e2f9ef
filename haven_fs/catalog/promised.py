"""Display names that photos had in a catalog that was lost: they get them again, and nobody else does.

Who wrote to a folder knows a photo by its name. Where two are called alike, one has a number, and which depends on
which was found first. So the names that lines of the record tell are kept for these photos until they are found.
"""

import os
import re
import sqlite3

from haven_fs.catalog import names
from haven_fs.catalog.portable import ORIGINAL, PHOTO, Told, wanted
from haven_fs.catalog.schema import LOCATED

_NUMBER = re.compile(r" \(\d+\)$")


def promise(db: sqlite3.Connection, told: Told) -> None:
    """Keep the names of all photos in something that is told, unless they have been given already."""
    if isinstance(told, dict):
        for kind in (PHOTO, ORIGINAL):
            if isinstance(told.get(kind), list):
                _promise(db, told[kind])
        told = list(told.values())
    if isinstance(told, list):
        for one in told:
            promise(db, one)


def _promise(db: sqlite3.Connection, told: Told) -> None:
    root, below, _, _, name = told
    want = wanted(told)
    if not name or not want:
        return
    fold, stem = names.fold(name), names.split_ending(name)[0]
    base = names.fold(_NUMBER.sub("", stem))
    given = db.execute("INSERT OR IGNORE INTO name VALUES (?, ?, ?, 0, 0)", (fold, names.fold(stem), base)).rowcount
    if given:
        db.execute("INSERT OR REPLACE INTO promised VALUES (?, ?, ?)", (want, name, f"{root}/{below}"))


def is_any_promised(db: sqlite3.Connection) -> bool:
    """Tell whether a name is kept for any photo, so that not every new one has to ask for its own."""
    return db.execute("SELECT 1 FROM promised LIMIT 1").fetchone() is not None


def promised(db: sqlite3.Connection, original_id: int, print_: bytes) -> str | None:
    """Return the name that is kept for a new photo, which is given to it now; None if there is none."""
    query = f"SELECT o.size, l.root, d.path, o.file FROM original o {LOCATED} WHERE o.id = ?"
    size, *place = db.execute(query, (original_id,)).fetchone()
    path = os.fsdecode(b"/".join(part for part in place if part))
    row = db.execute(
        "SELECT want, name FROM promised WHERE want = ? ORDER BY place <> ?, name LIMIT 1",
        (f"{size} {print_.hex()}", path),
    ).fetchone()
    if row is None:
        return None
    db.execute("DELETE FROM promised WHERE want = ? AND name = ?", row)
    db.execute("DELETE FROM name WHERE fold = ? AND photo_id = 0", (names.fold(row[1]),))
    return str(row[1])
