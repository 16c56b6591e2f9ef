"""What /Recently Removed holds: real files and folders that were put away, and photos that the owner has hidden.

A removed file's original stays in the catalog as gone, and its row here says which one it was: brought back, it is
that photo again, with its people and albums. See haven_fs.library.trash for where the bytes are.
"""

import errno
import logging
import os
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Catalog, Writer
from haven_fs.catalog.disk import Row, drop
from haven_fs.catalog.identity import take_up_former
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.moving import drop_dirs, file_at, files_below
from haven_fs.catalog.places import LATELY
from haven_fs.library import fileops, trash
from haven_fs.library.beneath import Beneath, is_taken

logger = logging.getLogger(__name__)

DAY = 86400.0
MANY = 100
"""Files: this many removed in a day, and half of a library, are erased by `haven purge` alone."""


@dataclass(frozen=True, slots=True)
class Trashed:
    """One thing that was removed; `path` is where it was below the library's root, `name` what it is called now."""

    id: int
    library_id: int
    root: Path
    token: str
    path: str
    is_folder: bool
    name: str
    files: int
    size: int
    at: float
    by: str
    held: bool
    away: str | None
    seq: int
    writable: bool

    @property
    def place(self) -> Beneath:
        """Where it is on disk."""
        return trash.found(self.root, self.token, self.path)


_COLUMNS = (
    "SELECT r.id, r.library_id, l.root, r.token, r.path, r.is_folder, r.name, r.files, r.size, r.at, r.by, r.held,"
    " l.away, r.seq, l.writable FROM trash r JOIN library l ON l.id = r.library_id AND l.gone IS NULL"
)


def _trashed(row: tuple[Any, ...]) -> Trashed:
    return Trashed(row[0], row[1], Path(os.fsdecode(row[2])), row[3], os.fsdecode(row[4]), bool(row[5]), *row[6:])


def all_trashed(db: sqlite3.Connection, *, before: float | None = None) -> list[Trashed]:
    """Return what was removed, before a moment if one is given, the names in their order."""
    rows = db.execute(f"{_COLUMNS} WHERE ? IS NULL OR r.at < ? ORDER BY r.fold", (before, before))
    return [_trashed(row) for row in rows]


@dataclass(frozen=True, slots=True)
class RemovedFile:
    """A file that was removed, or the old bytes of one that was replaced: where it is below its library's root.

    `digest`: what its bytes are, as far as anybody has read them.
    """

    trashed_id: int
    original_id: int | None
    root: Path
    below: str
    digest: bytes | None


def removed_files(db: sqlite3.Connection) -> list[RemovedFile]:
    """Return the files in /Recently Removed, of libraries that are there, with what is known of their bytes."""
    rows = db.execute(
        "SELECT r.id, f.original_id, l.root, r.token, r.path, f.path, iif(f.trash_id IS NULL, r.digest, c.digest)"
        " FROM trash r JOIN library l ON l.id = r.library_id AND l.gone IS NULL AND l.away IS NULL"
        " LEFT JOIN trash_file f ON f.trash_id = r.id LEFT JOIN checksum c ON c.original_id = f.original_id"
        " WHERE f.trash_id IS NOT NULL OR NOT r.is_folder"
    )
    return [
        RemovedFile(id_, original_id, Path(os.fsdecode(root)), _below(token, path, part), digest)
        for id_, original_id, root, token, path, part, digest in rows
    ]


def _below(token: str, path: bytes, part: bytes | None) -> str:
    parts = [trash.REMOVED, token, os.fsdecode(path), os.fsdecode(part or b"")]
    return "/".join(one for one in parts if one)


def keep_digest(w: Writer, one: RemovedFile, digest: bytes) -> None:
    """Keep what the bytes of a removed file are, which nobody had read before."""
    if one.original_id is None:
        w.db.execute("UPDATE trash SET digest = ? WHERE id = ? AND digest IS NULL", (digest, one.trashed_id))


def find_trashed(db: sqlite3.Connection, name: str) -> Trashed | None:
    """Return what has a name in /Recently Removed."""
    row = db.execute(f"{_COLUMNS} WHERE r.fold = ?", (names.fold(name),)).fetchone()
    return _trashed(row) if row else None


def note_trashed(
    w: Writer, library_id: int, token: str, path: bytes, *, is_folder: bool, at: float | None = None, name: str = ""
) -> int:
    """Have what was just put away in the catalog: gone from where it was, and here; return its row.

    `name`: what it is called here, if not as it was.
    """
    if is_folder:
        rows = files_below(w.db, library_id, path)
    else:
        row = file_at(w.db, library_id, path)
        rows = [] if row is None else [row]
    trashed_id = _insert(w, library_id, token, path, rows, is_folder=is_folder, at=at, name=name)
    _note_gone(w, library_id, trashed_id, path, rows)
    if is_folder:
        inside = w.db.execute(
            "SELECT id FROM dir WHERE library_id = ? AND (path = ? OR path >= ? AND path < ?)",
            (library_id, path, path + b"/", path + b"0"),
        ).fetchall()
        drop_dirs(w, library_id, path)
        w.db.executemany("DELETE FROM property WHERE owner = ?", [(f"dir {dir_id}",) for (dir_id,) in inside])
    return trashed_id


def _note_gone(w: Writer, library_id: int, trashed_id: int, path: bytes, rows: Sequence[Row]) -> None:
    """Have originals gone from where they were, and in a removed thing, which was at `path`."""
    still = take_up_former(w, [row.id for row in rows])
    gone = [row for row in rows if row.id not in still]
    w.db.executemany(
        "INSERT INTO trash_file VALUES (?, ?, ?)",
        [(trashed_id, row.path[len(path) + 1 :], row.id) for row in gone],
    )
    drop(w, gone)
    w.db.executemany("DELETE FROM property WHERE owner = ?", [(f"original {row.id}",) for row in gone])
    _hold(w, library_id)


def keep_old(w: Writer, library: Library, path: bytes) -> None:
    """Have a file here as it is now, before it is replaced; it and its original stay where they are. Raises OSError."""
    file = Beneath(library.root, os.fsdecode(path))
    if not file.lstat().st_size:
        w.undo_by(lambda: file.open("ab").close())
        return  # there is nothing to lose
    row = file_at(w.db, library.id, path)
    token = trash.keep_old(library.root, os.fsdecode(path))
    w.undo_by(lambda: trash.put_old_back(library.root, token, os.fsdecode(path)))
    kept = _insert(w, library.id, token, path, [] if row is None else [row], is_folder=False)
    if row is not None:
        w.db.execute(
            "UPDATE trash SET digest = (SELECT c.digest FROM checksum c JOIN original o ON o.id = c.original_id"
            " WHERE o.id = ? AND o.hashed = o.mtime_ns AND c.mtime_ns = o.mtime_ns) WHERE id = ?",
            (row.id, kept),
        )
    _hold(w, library.id)


def _insert(
    w: Writer,
    library_id: int,
    token: str,
    path: bytes,
    rows: Sequence[Row],
    *,
    is_folder: bool,
    at: float | None = None,
    name: str = "",
) -> int:
    wanted = names.shown(name or os.fsdecode(path.rpartition(b"/")[2]))
    name = _free_name(w.db, wanted)
    row = w.db.execute(
        "INSERT INTO trash (library_id, token, path, is_folder, name, fold, files, size, at, by, seq)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (library_id, token, path, is_folder, name, names.fold(name), len(rows), sum(row.size for row in rows),
         time.time() if at is None else at, w.by, w.seq),
    ).fetchone()  # fmt: skip
    return int(row[0])


def make_room(w: Writer, name: str) -> None:
    """Give what has a name here another one, since something else is put here by that name."""
    one = find_trashed(w.db, name)
    if one is not None:
        other = _free_name(w.db, one.name)
        w.db.execute(
            "UPDATE trash SET name = ?, fold = ?, seq = ? WHERE id = ?", (other, names.fold(other), w.seq, one.id)
        )


def _free_name(db: sqlite3.Connection, wanted: str) -> str:
    """Return a name that nothing in /Recently Removed has: the wanted one, or with a number."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM trash WHERE fold = ?1) OR EXISTS (SELECT 1 FROM original o JOIN hidden h"
        " ON h.photo_id = o.photo_id WHERE o.name_fold = ?1 AND o.gone IS NULL AND o.name IS NOT NULL)"
    )
    return names.free(wanted, lambda fold: bool(db.execute(query, (fold,)).fetchone()[0]))


def _hold(w: Writer, library_id: int) -> None:
    """Keep what was removed in a day from being erased by itself, if it is much of a library."""
    since = time.time() - DAY
    gone = w.db.execute(
        "SELECT coalesce(sum(files), 0) FROM trash WHERE library_id = ? AND at > ?", (library_id, since)
    ).fetchone()[0]
    if gone <= MANY:
        return
    left = w.db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM original o JOIN dir d ON d.id = o.dir_id"
        " WHERE d.library_id = ? AND o.gone IS NULL LIMIT ?)",
        (library_id, gone + 1),  # more is not needed, and a library may be large
    ).fetchone()[0]
    if gone >= left:
        w.db.execute("UPDATE trash SET held = 1 WHERE library_id = ? AND at > ?", (library_id, since))


def lately_removed(
    db: sqlite3.Connection, by: str | None, library_id: int, path: bytes, began: float
) -> tuple[int, float] | None:
    """Return the original that a user removed from a path, and when, if it was a moment before something `began`.

    Programs that save a file may delete the old one first. If another has been there since, it is not what they meant.
    `by`: None for whoever it was.
    """
    row = db.execute(
        "SELECT f.original_id, r.at FROM trash r JOIN trash_file f ON f.trash_id = r.id AND f.path = x''"
        " JOIN original o ON o.id = f.original_id AND o.gone IS NOT NULL WHERE r.library_id = ? AND r.path = ?"
        " AND r.by = ifnull(?, r.by) AND r.at > ? AND NOT r.is_folder AND NOT EXISTS"
        " (SELECT 1 FROM vacated v WHERE v.dir_id = o.dir_id AND v.file = o.file AND v.at > r.at)"
        " ORDER BY r.at DESC LIMIT 1",
        (library_id, path, by, began - LATELY),
    ).fetchone()
    return (int(row[0]), float(row[1])) if row else None


def files_of(db: sqlite3.Connection, trashed_id: int) -> dict[bytes, int]:
    """Return which originals the files of a removed thing were, by their paths in it; empty for the thing itself."""
    return dict(db.execute("SELECT path, original_id FROM trash_file WHERE trash_id = ?", (trashed_id,)).fetchall())


def forget_part(w: Writer, trashed_id: int, paths: Sequence[bytes]) -> None:
    """Note that files of a removed thing are back, and the rest of it is not."""
    for path in paths:
        w.db.execute("DELETE FROM trash_file WHERE trash_id = ? AND path = ?", (trashed_id, path))
    w.db.execute("UPDATE trash SET files = files - ?, seq = ? WHERE id = ?", (len(paths), w.seq, trashed_id))
    w.note_removal()


def forget(w: Writer, trashed_id: int) -> None:
    """Have a thing in /Recently Removed no more, since it is back or erased."""
    w.db.execute("DELETE FROM trash_file WHERE trash_id = ?", (trashed_id,))
    w.db.execute("DELETE FROM trash WHERE id = ?", (trashed_id,))
    w.note_removal()


def erase(catalog: Catalog, one: Trashed) -> int:
    """Erase a removed thing for good, and return how many bytes that were. Raises OSError if its disk is away."""
    size = fileops.size_of(one.place)
    if one.away or not any(one.root.iterdir()):
        raise OSError(errno.ENODEV, one.away or "its disk is away", str(one.root))
    draft: Path | None = None
    with catalog.write() as w:
        if w.db.execute("SELECT 1 FROM trash WHERE id = ?", (one.id,)).fetchone() is None:
            return 0  # it is back
        try:
            given_up = draft = trash.give_up(one.root, one.token)
            w.undo_by(lambda: given_up.rename(Beneath(one.root, f"{trash.REMOVED}/{one.token}")))
        except FileNotFoundError:
            logger.info("%s was erased by somebody else", one.place)
        forget(w, one.id)
    if draft is not None:
        fileops.erase(draft)
    return size


def expire(catalog: Catalog, days: float) -> int:
    """Erase what was removed longer ago, but for what is held; return how many things that were."""
    with catalog.read() as db:
        old = [one for one in all_trashed(db, before=time.time() - days * DAY) if one.writable and not one.held]
    count = 0
    for one in old:
        try:
            erase(catalog, one)
        except OSError as error:
            logger.info("%s is not erased yet: %s", one.place, error)
        else:
            count += 1
    if count:
        logger.info("%d things that were removed more than %g days ago were erased", count, days)
    return count


def adopt(catalog: Catalog, library: Library) -> int:
    """Bring /Recently Removed in step with the disk, after a kill or a lost catalog; return how many were not known."""
    if not Beneath(library.root, trash.REMOVED).is_dir():
        return 0  # never was, or the disk is away
    with catalog.write() as w:
        # What is removed meanwhile waits for this transaction.
        there = {one.token: one for one in trash.put_aways(library.root)}
        known = dict(w.db.execute("SELECT token, id FROM trash WHERE library_id = ?", (library.id,)).fetchall())
        for token, id_ in known.items():
            if token not in there:
                forget(w, id_)
        new = [one for token, one in there.items() if token not in known]
        # What lay in a folder was removed before that, since after it there was nothing.
        for one in sorted(new, key=lambda one: -one.path.count("/")):
            path, kept = Beneath(library.root, one.path), trash.found(library.root, one.token, one.path)
            if not is_taken(path):
                note_trashed(w, library.id, one.token, os.fsencode(one.path), is_folder=one.is_folder, at=one.at)
            elif not one.is_folder and os.path.samestat(path.lstat(), kept.lstat()):
                fileops.discard(trash.give_up(library.root, one.token))  # kept for what did not come
            else:
                rows = _left_behind(w.db, library, one) if one.is_folder else []
                below = os.fsencode(one.path)
                trashed_id = _insert(w, library.id, one.token, below, rows, is_folder=one.is_folder, at=one.at)
                _note_gone(w, library.id, trashed_id, below, rows)
    return len(new)


def _left_behind(db: sqlite3.Connection, library: Library, one: trash.PutAway) -> list[Row]:
    """Return the originals that a folder held which another folder has replaced, and that are not in that one."""
    return [
        row
        for row in files_below(db, library.id, os.fsencode(one.path))
        if is_taken(trash.found(library.root, one.token, os.fsdecode(row.path)))
        and not is_taken(Beneath(library.root, os.fsdecode(row.path)))
    ]
