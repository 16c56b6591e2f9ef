"""What Haven itself moves in a writable library: the catalog follows in the same transaction, and nothing is found out.

An original keeps its row, and so its photo and all that was said of it, wherever it goes. Folders get the row of their
new path, since a row that is gone may have that already.
"""

import os
import sqlite3
from pathlib import Path

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.disk import Mirror, Row, drop, hide_if_empty, mark_due, stem_of, touch
from haven_fs.catalog.places import put_into, replace_row, slot_of, vacate
from haven_fs.catalog.respell import respell
from haven_fs.catalog.settle import settle
from haven_fs.library.walk import FileStat

_BELOW = "d.library_id = ? AND (d.path = ? OR d.path >= ? AND d.path < ?)"


def file_stat(path: Path) -> FileStat:
    """Return a file as a walk sees it. Raises OSError."""
    return FileStat.of(path.name, path.lstat())


def _span(library_id: int, folder: bytes) -> tuple[int, bytes, bytes, bytes]:
    return (library_id, folder, folder + b"/", folder + b"0") if folder else (library_id, b"", b"", b"\xff" * 8)


def files_below(db: sqlite3.Connection, library_id: int, folder: bytes) -> list[Row]:
    """Return the originals in a folder and below it; their paths are below the library's root."""
    rows = db.execute(
        "SELECT o.id, o.dir_id, d.path, o.file, o.size FROM dir d JOIN original o ON o.dir_id = d.id"
        f" WHERE {_BELOW} AND o.gone IS NULL",
        _span(library_id, folder),
    )
    return [Row(id_, dir_id, path + b"/" + file if path else file, size) for id_, dir_id, path, file, size in rows]


def file_at(db: sqlite3.Connection, library_id: int, path: bytes) -> Row | None:
    """Return the original at a path."""
    folder, _, file = path.rpartition(b"/")
    row = db.execute(
        "SELECT o.id, o.dir_id, o.size FROM dir d JOIN original o ON o.dir_id = d.id"
        " WHERE d.library_id = ? AND d.path = ? AND o.file = ? AND o.gone IS NULL",
        (library_id, folder, file),
    ).fetchone()
    return Row(row[0], row[1], path, row[2]) if row else None


def due_beside(db: sqlite3.Connection, row: Row | None) -> list[int]:
    """Return one of the files that are, or were, in a group with a file and are due to be looked into, if any is.

    With a file that goes or comes they may be other photos than before, or none: what was its backup, say. The file
    itself counts if it was no photo. `row`: where it is, or was.
    """
    if row is None:
        return []
    found = db.execute(
        "SELECT id FROM original WHERE dir_id = ? AND stem = ? AND gone IS NULL AND probed = 0"
        " AND (id <> ? OR photo_id IS NULL) LIMIT 1",
        (row.dir_id, stem_of(os.fsdecode(row.path.rpartition(b"/")[2])), row.id),
    ).fetchone()
    return [found[0]] if found else []


def dir_at(db: sqlite3.Connection, library_id: int, path: bytes) -> int | None:
    """Return the row of the folder at a path."""
    row = db.execute(
        "SELECT id FROM dir WHERE library_id = ? AND path = ? AND gone IS NULL", (library_id, path)
    ).fetchone()
    return int(row[0]) if row else None


def place_file(w: Writer, library_id: int, path: bytes, stat: FileStat, original_id: int | None = None) -> int:
    """Have a file that was just put at a path in the catalog, as the original that it was, and return its row."""
    ghost = file_at(w.db, library_id, path)
    if ghost is not None and ghost.id != original_id:
        drop(w, [ghost])
    folder = path.rpartition(b"/")[0]
    mirror = Mirror(w, library_id, all_folders=False)
    if original_id is None:
        return mirror.put_file(w, folder, stat).id
    old_dir, stem, photo_id, was_gone = w.db.execute(
        "SELECT dir_id, stem, photo_id, gone FROM original WHERE id = ?", (original_id,)
    ).fetchone()
    # Its name here is free while it is gone.
    w.db.execute("UPDATE original SET gone = ? WHERE id = ?", (w.seq, original_id))
    new = mirror.put_file(w, folder, stat)
    take_place(w, original_id, new.id)
    mark_due(w, old_dir, [stem])
    touch(w, {old_dir, new.dir_id})
    respell(w, {old_dir, new.dir_id})
    if photo_id is not None and was_gone is not None:
        settle(w, [photo_id])
    return original_id


def take_place(w: Writer, original_id: int, new: int) -> None:
    """Have an original be where another is, which was made for its file and is no more."""
    slot = slot_of(w, new)
    photo_id = replace_row(w, new, original_id)
    put_into(w, {original_id: slot})
    if photo_id is not None:
        # What was taken for another photo is this one.
        mark_due(w, slot[0], [slot[2]])
        hide_if_empty(w, photo_id)


def add_folder(w: Writer, library_id: int, path: bytes) -> int:
    """Have a folder that was just made in the catalog, and return its row."""
    return Mirror(w, library_id, all_folders=False).add_folder(w, path)


def move_folder(w: Writer, old_library: int, old: bytes, library_id: int, new: bytes) -> None:
    """Follow a folder that was just moved, with all that is in it."""
    drop(w, files_below(w.db, library_id, new))
    dirs = _dirs_below(w, old_library, old)
    parents = drop_dirs(w, old_library, old)
    mirror = Mirror(w, library_id, all_folders=False)
    for dir_id, path in dirs:
        moved = mirror.add_folder(w, new + path[len(old) :])
        files = w.db.execute("SELECT id, file FROM original WHERE dir_id = ? AND gone IS NULL", (dir_id,)).fetchall()
        vacate(w, [(id_, moved, file) for id_, file in files])
        # Due again, as after a move that a walk finds: the names of folders are read as dates.
        w.db.execute(
            "UPDATE original SET dir_id = ?, seq = ?, probed = 0 WHERE dir_id = ? AND gone IS NULL",
            (moved, w.seq, dir_id),
        )
        w.db.execute("UPDATE OR REPLACE property SET owner = ? WHERE owner = ?", (f"dir {moved}", f"dir {dir_id}"))
        w.db.execute("UPDATE OR REPLACE alias SET place = ? WHERE place = ?", (f"inbox {moved}", f"inbox {dir_id}"))
    respell(w, parents)


def _dirs_below(w: Writer, library_id: int, folder: bytes) -> list[tuple[int, bytes]]:
    return w.db.execute(
        f"SELECT d.id, d.path FROM dir d WHERE {_BELOW} AND d.gone IS NULL ORDER BY d.path", _span(library_id, folder)
    ).fetchall()


def drop_dirs(w: Writer, library_id: int, folder: bytes) -> set[int]:
    """Mark a folder and those below it as gone, and return the row of the folder that it was in."""
    rows = _dirs_below(w, library_id, folder)
    touch(w, [dir_id for dir_id, _ in rows])
    w.db.executemany("UPDATE dir SET gone = ? WHERE id = ?", [(w.seq, dir_id) for dir_id, _ in rows])
    parents = {
        row[0]
        for dir_id, path in rows
        if path == folder
        for row in w.db.execute("SELECT parent_id FROM dir WHERE id = ? AND parent_id IS NOT NULL", (dir_id,))
    }
    w.note_removal()
    return parents
