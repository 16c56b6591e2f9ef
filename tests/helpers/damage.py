"""Damage to databases as disks do it: pages that are zero or garbage, and files that end too soon."""

import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path


def settle_log(path: Path) -> None:
    """Have all of a database in its one file; nobody may have it open."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def page_size(path: Path) -> int:
    """Return the bytes of a page."""
    with path.open("rb") as file:
        size = struct.unpack(">H", file.read(18)[16:])[0]
    return 65536 if size == 1 else int(size)


def leaves_of(path: Path, name: str) -> list[int]:
    """Return the numbers of the pages that hold the rows of a table or index, from 1, in their order."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    size = page_size(path)
    data = path.read_bytes()
    found: list[int] = []

    def descend(page: int) -> None:
        start = (page - 1) * size
        kind = data[start]
        if kind in (10, 13):
            found.append(page)
            return
        cells = struct.unpack(">H", data[start + 3 : start + 5])[0]
        for cell in range(cells):
            (offset,) = struct.unpack(">H", data[start + 12 + 2 * cell : start + 14 + 2 * cell])
            descend(struct.unpack(">I", data[start + offset : start + offset + 4])[0])
        descend(struct.unpack(">I", data[start + 8 : start + 12])[0])

    descend(int(root))
    return found


def overwrite(path: Path, page: int, content: bytes | None = None) -> None:
    """Fill a page with zeros, or with other content."""
    size = page_size(path)
    with path.open("rb+") as file:
        file.seek((page - 1) * size)
        file.write(content or bytes(size))


def spoil(path: Path, name: str, *, garbage: bool = False, which: float = 0.5) -> None:
    """Damage a page of a table or index, the middle one unless `which` part of the way is given."""
    settle_log(path)
    leaves = leaves_of(path, name)
    page = leaves[min(int(len(leaves) * which), len(leaves) - 1)]
    overwrite(path, page, os.urandom(page_size(path)) if garbage else None)


def cut(path: Path, part: float = 0.5) -> None:
    """Have a file end after a part of it."""
    with path.open("rb+") as file:
        file.truncate(int(path.stat().st_size * part))
