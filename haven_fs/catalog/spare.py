"""Backups that programs leave beside photos, such as "a.jpg~": which of them are photos of their own all the same."""

import logging
import os
import sqlite3
from collections.abc import Collection

from haven_fs.catalog.corrections import is_said_of
from haven_fs.library.backups import is_backup, may_be_backup
from haven_fs.library.text import as_text

logger = logging.getLogger(__name__)


def is_kept(
    db: sqlite3.Connection,
    photo_id: int | None,
    file: bytes,
    dir_id: int,
    *,
    taken: Collection[int | None],
    is_new: bool,
) -> bool:
    """Tell whether a backup beside its photo is one, too: something was said of it, or it is hidden.

    A new one is if what it is of is hidden, and is hidden with it. So both hold when the other is moved away.
    `photo_id`: the photo that it was. `taken`: those that the other files of its group were.
    """
    if is_new:
        return _hidden_before(db, file, dir_id) is not None
    if photo_id is None or photo_id in taken:
        return False
    is_hidden = db.execute("SELECT 1 FROM hidden WHERE photo_id = ?", (photo_id,)).fetchone() is not None
    return is_hidden or is_said_of(db, photo_id)


def hide_backup(db: sqlite3.Connection, photo_id: int, file: bytes, dir_id: int) -> bool:
    """Hide a photo if it is what a program kept of one that is hidden; tell whether it is."""
    said = _hidden_before(db, file, dir_id)
    if said is None:
        return False
    of, at, by = said
    db.execute("INSERT INTO hidden (photo_id, at, by) VALUES (?, ?, ?)", (photo_id, at, by))
    name, kept = as_text(os.fsdecode(file)), as_text(os.fsdecode(of))
    logger.info("%s is in Recently Removed, as %s is: it seems to be its backup", name, kept)
    return True


def _hidden_before(db: sqlite3.Connection, file: bytes, dir_id: int) -> tuple[bytes, float, str] | None:
    """Return the hidden file beside it that a file is a backup of, and when and by whom it was hidden."""
    name = os.fsdecode(file)
    if not may_be_backup(name):
        return None
    rows = db.execute(
        "SELECT o.file, h.at, h.by FROM hidden h CROSS JOIN original o ON o.photo_id = h.photo_id"
        " WHERE o.dir_id = ? AND o.gone IS NULL",
        (dir_id,),
    )
    return next((row for row in rows if is_backup(name, os.fsdecode(row[0]))), None)
