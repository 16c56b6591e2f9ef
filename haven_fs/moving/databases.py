"""Databases of other programs, which are only read, and only while nobody writes to them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from haven_fs.errors import UserError


@contextmanager
def reading(database: Path, *, is_open: str, is_wrong: str) -> Iterator[sqlite3.Connection]:
    """Open a database of SQLite as it lies on the disk.

    Raises UserError: `is_open` if a program still writes to it, `is_wrong` and why if the block meets what it cannot
    read.
    """
    wal = database.with_name(f"{database.name}-wal")
    if wal.exists() and wal.stat().st_size:
        raise UserError(is_open)
    try:
        with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro&immutable=1", uri=True)) as db:
            yield db
    except sqlite3.Error as error:
        raise UserError(f"{is_wrong}: {error}.") from error
