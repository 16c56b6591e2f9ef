"""SQLite files of others' making: what their head and length tell, and how to read one that nobody can write to.

https://www.sqlite.org/fileformat2.html, 1.3 and 4.1. Whatever is not plainly wrong counts as sound here.

To read a database that has a write-ahead log, SQLite makes an index of the log beside it, on the disk. Where that
cannot be made, since the disk is full or read-only, each connection can keep an index of its own in memory
(`readonly_shm`), if there is at least an empty file in the index's place. Without a log, the file is all there is
(`immutable`). https://www.sqlite.org/wal.html, "Read-Only Databases".
"""

import os
import sqlite3
import struct
import tempfile
from contextlib import suppress
from pathlib import Path

from haven_fs.library.trouble import NO_ROOM

_MAGIC = b"SQLite format 3\0"
_WAL_HEAD = 32
_WAL_MAGIC = (0x377F0682, 0x377F0683)

_UNWRITABLE = sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY

EMPTY, FOREIGN, SHORT = "it is empty", "it is not a SQLite database", "its end is missing"


def trouble_of(path: Path) -> str | None:
    """Return what is plainly wrong with a database: EMPTY, FOREIGN or SHORT; None if nothing is. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(100)
        size = file.seek(0, os.SEEK_END)
    if not size:
        return EMPTY
    if len(head) < 100 or not head.startswith(_MAGIC):
        return FOREIGN
    page, counter, pages = struct.unpack(">H", head[16:18])[0], head[24:28], struct.unpack(">I", head[28:32])[0]
    page = 65536 if page == 1 else page
    # What a write-ahead log holds may be more of the file than is in it, after a kill while that was written back.
    if counter == head[92:96] and pages * page > size and not has_log(path):
        return SHORT
    return None


def has_log(path: Path) -> bool:
    """Tell whether a write-ahead log with anything in it lies beside a database."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > _WAL_HEAD
    except OSError:
        return False


def log_is_readable(path: Path) -> bool:
    """Tell whether a database's write-ahead log, if there is one, begins as one does. Raises OSError."""
    if not has_log(path):
        return True
    with path.with_name(f"{path.name}-wal").open("rb") as file:
        return int.from_bytes(file.read(4), "big") in _WAL_MAGIC


def is_log_closed(path: Path) -> bool:
    """Tell whether a database's log cannot be read where nothing can be written."""
    return has_log(path) and not path.with_name(f"{path.name}-shm").exists()


def reader(path: Path) -> sqlite3.Connection:
    """Open a database to be read, as it lies if nothing can be written beside it. Raises sqlite3.Error."""
    try:
        return live_reader(path)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _UNWRITABLE:
            raise
    return frozen_reader(path)


def live_reader(path: Path) -> sqlite3.Connection:
    """Open a database to be read while it is written to. Raises sqlite3.Error."""
    return _opened(path, "mode=rw")


def frozen_reader(path: Path) -> sqlite3.Connection:
    """Open a database to be read as it lies, and write nothing. Nobody may write to it. Raises sqlite3.Error."""
    log, index = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    if has_log(path) and not index.exists():
        with suppress(OSError):
            index.touch(mode=0o600)
    is_indexed = has_log(path) or (log.exists() and index.exists())
    return _opened(path, "mode=ro&readonly_shm=1" if is_indexed else "mode=ro&immutable=1")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?{how}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30, check_same_thread=False)
    try:
        db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # nothing is opened before something is read
    except sqlite3.Error:
        db.close()
        raise
    return db


def remove(path: Path) -> None:
    """Delete a database with its log. Raises OSError."""
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def has_no_room(folder: Path) -> bool:
    """Tell whether nothing can be written to a folder because its disk is full or a quota is used up."""
    try:
        try_writing(folder)
    except OSError as error:
        return error.errno in NO_ROOM
    return False


def is_readonly(folder: Path) -> bool:
    """Tell whether a folder is on a disk that is mounted read-only."""
    try:
        return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def try_writing(folder: Path) -> None:
    """Have a little written to the disk of a folder, and nothing left of it. Raises OSError."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(1 << 16))
        file.flush()
        os.fsync(file.fileno())
