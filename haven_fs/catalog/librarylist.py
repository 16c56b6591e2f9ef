"""`libraries.json`: which libraries there are, beside the catalog, for the day that is lost.

Which folders hold photos, which of them may be changed and where uploads go is said by commands, not in the drive, so
it is not in the record of corrections. A new catalog beside such a list begins with these libraries.
"""

import json
import logging
import os
import sqlite3
from pathlib import Path
from typing import Any

from haven_fs.catalog import names
from haven_fs.errors import why
from haven_fs.library.whole import written_whole

logger = logging.getLogger(__name__)

FILE = "libraries.json"
_KINDS = {"root": str, "name": str, "writable": bool, "inbox": bool}


def keep_list(folder: Path, db: sqlite3.Connection) -> None:
    """Write the list if it is another one. What fails is logged: the catalog has it."""
    path, libraries = folder / FILE, _of(db)
    if not libraries or libraries == _read(path):
        return
    try:
        with written_whole(path) as file:
            file.write(json.dumps(libraries, indent=1).encode() + b"\n")
    except OSError as error:
        logger.warning("%s cannot be written: %s", path, why(error))


def bring_back(folder: Path, db: sqlite3.Connection) -> None:
    """Have a catalog that never had a library begin with those of the list, if there is one."""
    if db.execute("SELECT 1 FROM library LIMIT 1").fetchone() is not None:
        return
    for one in _read(folder / FILE):
        db.execute(
            "INSERT OR IGNORE INTO library (root, name, fold, writable, inbox) VALUES (?, ?, ?, ?, ?)",
            (os.fsencode(one["root"]), one["name"], names.fold(one["name"]), one["writable"], one["inbox"]),
        )
        logger.warning("The catalog is new: the library %s is known from %s", one["root"], FILE)


def is_listed(folder: Path) -> bool:
    """Return whether a new catalog in a folder would begin with libraries."""
    return bool(_read(folder / FILE))


def _of(db: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = db.execute("SELECT root, name, writable, inbox FROM library WHERE gone IS NULL ORDER BY id")
    return [
        {"root": os.fsdecode(root), "name": name, "writable": bool(writable), "inbox": bool(inbox)}
        for root, name, writable, inbox in rows
    ]


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [{name: _checked(one[name], kind) for name, kind in _KINDS.items()} for one in found]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError, TypeError, KeyError) as error:
        logger.warning("%s cannot be read: %s", path, why(error))
        return []


def _checked(value: object, kind: type) -> object:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value
