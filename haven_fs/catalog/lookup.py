"""Finding what the catalog knows a file on disk as."""

import os
import sqlite3
from pathlib import Path
from typing import Any

from haven_fs.catalog.schema import LOCATED


def original_at(db: sqlite3.Connection, file: Path, columns: str) -> tuple[Any, ...] | None:
    """Return columns of the original `o` that is at a path, None if it is in no library or not indexed yet."""
    path = os.fsencode(file.absolute().parent.resolve() / file.name)
    found: tuple[Any, ...] | None = db.execute(
        f"SELECT {columns} FROM original o {LOCATED} WHERE o.gone IS NULL AND o.file = ?"
        " AND CAST(l.root || '/' || d.path || iif(d.path = x'', '', '/') || o.file AS BLOB) = ?",
        (path.rpartition(b"/")[2], path),
    ).fetchone()
    return found
