"""Files whose bytes are not where the catalog has them, and files that may have those bytes now.

What haven_fs.catalog.exchange asks the catalog and the disk of them.
"""

import errno
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from haven_fs.catalog.schema import LOCATED
from haven_fs.library.beneath import Beneath, placed
from haven_fs.library.fingerprint import fingerprint
from haven_fs.library.walk import FileStat


@dataclass(frozen=True, slots=True, eq=False)
class FoundFile:
    """A file whose bytes are not those that the catalog has at its path.

    `id`: the original there, which is new, or was other bytes before. `stat`: the file as it is now, if that was seen
    by this walk and is not in the catalog. `photo_id`: the photo it was taken for already.
    """

    id: int
    dir_id: int
    file: bytes
    path: Beneath
    size: int
    stat: FileStat | None = None
    photo_id: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LostFile:
    """An original whose bytes are not where the catalog has it. `left_empty`: no other bytes are there."""

    id: int
    dir_id: int
    file: bytes
    stem: str
    fingerprint: bytes
    photo_id: int | None
    gone: int | None
    left_empty: bool = False


def found_files(db: sqlite3.Connection, condition: str, *params: Any) -> Iterator[tuple[FoundFile, bytes | None]]:
    """Give the originals for which a condition holds, as files of which nothing is known, with their fingerprints."""
    rows = db.execute(
        "SELECT o.id, o.dir_id, l.root, d.path, o.file, o.size, o.photo_id, iif(o.probed, o.fingerprint, NULL)"
        f" FROM original o {LOCATED} LEFT JOIN photo p ON p.id = o.photo_id"
        f" WHERE o.gone IS NULL AND l.gone IS NULL AND {condition}",
        params,
    )
    for id_, dir_id, root, path, file, size, photo_id, print_ in rows:
        yield FoundFile(id_, dir_id, file, placed(root, path, file), size, None, photo_id), print_


def lost_files(db: sqlite3.Connection, ids: Iterable[int], left_empty: set[int]) -> Iterator[LostFile]:
    """Give originals by their ids, those that are not gone first. `left_empty`: those at whose paths nothing is."""
    rows = db.execute(
        "SELECT o.id, o.dir_id, o.file, o.stem, ifnull(o.fingerprint, x''), o.photo_id, o.gone"
        " FROM json_each(?) j CROSS JOIN original o ON o.id = j.value ORDER BY o.gone IS NOT NULL, o.id",
        (json.dumps(list(ids)),),
    ).fetchall()
    return (replace(LostFile(*row), left_empty=row[0] in left_empty) for row in rows)


def known_sizes(db: sqlite3.Connection, sizes: set[int]) -> set[int]:
    """Return those of these sizes that a file has, or had, which was looked into."""
    rows = db.execute(
        "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM original WHERE size = value AND gone IS NOT NULL"
        " AND fingerprint IS NOT NULL) OR EXISTS (SELECT 1 FROM original WHERE size = value AND gone IS NULL"
        " AND fingerprint IS NOT NULL)",
        (json.dumps(list(sizes)),),
    )
    return {size for (size,) in rows}


def lacks(db: sqlite3.Connection, one: LostFile) -> tuple[int, bool] | None:
    """Return the library of an original whose bytes are not at its path any more, and whether nothing is there.

    None if they are there, or the library's disk is away.
    """
    row = db.execute(
        f"SELECT l.id, l.root, l.device, l.inode, d.path, o.size, o.mtime_ns FROM original o {LOCATED} WHERE o.id = ?"
        " AND l.gone IS NULL",
        (one.id,),
    ).fetchone()
    if row is None:
        return None
    library_id, root, device, inode, below, size, mtime_ns = row
    path = placed(root, below, one.file)
    on_disk = path.top
    try:
        there = on_disk.stat()
        is_other = there.st_dev != (device or there.st_dev)
        if is_other or (there.st_ino != inode and next(on_disk.iterdir(), None) is None):
            return None
        state = path.lstat()
        if state.st_size == size and (state.st_mtime_ns == mtime_ns or fingerprint(path, size) == one.fingerprint):
            return None
    except OSError as error:
        is_gone = error.errno == errno.ELOOP or isinstance(error, FileNotFoundError | NotADirectoryError)
        return (library_id, True) if is_gone and on_disk.is_dir() else None
    return library_id, False


def pair(files: Sequence[FoundFile], candidates: Sequence[LostFile]) -> dict[FoundFile, LostFile]:
    """Pair files with originals that have the same bytes.

    A file that is back where it was comes before its copies elsewhere; then those that bear the same name, or lie in
    the same folder, are the likeliest to be meant.
    """
    paired: dict[FoundFile, LostFile] = {}
    free = {one.id: one for one in candidates}
    keys: tuple[Callable[[Any], object], ...] = (
        lambda one: (one.dir_id, one.file),
        lambda one: one.file,
        lambda one: one.dir_id,
        lambda one: None,
    )
    for key in keys:
        waiting: dict[object, list[LostFile]] = {}
        for candidate in reversed(free.values()):
            waiting.setdefault(key(candidate), []).append(candidate)
        for file in files:
            likely = waiting.get(key(file))
            # A file that is a photo already was copied from an older one, which was then removed, not edited.
            while file not in paired and likely:
                candidate = likely.pop()
                is_older = candidate.left_empty and (candidate.photo_id or 0) < (file.photo_id or 0)
                if candidate.id != file.id and (file.photo_id is None or is_older):
                    paired[file] = free.pop(candidate.id)
    return paired
