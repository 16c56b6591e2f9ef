"""What can be told of a SQLite file without reading all of it: its head and its length.

https://www.sqlite.org/fileformat2.html, 1.3 and 4.1. Whatever is not plainly wrong counts as sound here.
"""

import errno
import os
import struct
import tempfile
from pathlib import Path

_MAGIC = b"SQLite format 3\0"
_WAL_HEAD = 32
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WAL_MAGIC = (0x377F0682, 0x377F0683)

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


def remove(path: Path) -> None:
    """Delete a database with its log. Raises OSError."""
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def has_no_room(folder: Path) -> bool:
    """Tell whether nothing can be written to a folder because its disk is full or a quota is used up."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(1 << 16))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.errno in _NO_ROOM
    return False
