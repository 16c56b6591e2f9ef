"""Files on which an analyzer failed for a reason that does not pass by itself: mostly a bad plugin.

Those whose pictures nobody can open are UNOPENED, and among what cannot be read.
"""

import os
import sqlite3
from typing import NamedTuple

from haven_fs.catalog.schema import LOCATED
from haven_fs.library.text import as_text

# Found by a partial index over the few rows that say so.
_FAILED = (
    "FROM analysis a INDEXED BY analysis_failed JOIN photo p ON p.id = a.photo_id"
    f" JOIN original o ON o.id = p.main_id {LOCATED}"
    " WHERE a.failed IS NOT NULL AND a.again IS NULL AND a.unopened = 0 AND o.gone IS NULL AND l.gone IS NULL"
)

UNOPENED = "SELECT photo_id FROM analysis INDEXED BY analysis_unopened WHERE unopened = 1"
"""The photos whose pictures could not be opened, so that analyzers have not seen them."""


class Failure(NamedTuple):
    """The main original of a photo, the analyzers that failed on it, and why."""

    path: str
    analyzers: tuple[str, ...]
    reason: str


def failures(db: sqlite3.Connection, most: int) -> tuple[list[Failure], int]:
    """Return up to so many of the files on which analyzers failed, in the order they were found, and how many more."""
    total = int(db.execute(f"SELECT count(DISTINCT a.photo_id) {_FAILED}").fetchone()[0])
    found: dict[str, dict[str, str]] = {}
    query = f"SELECT l.root, d.path, o.file, a.analyzer, a.failed {_FAILED}"
    some = f"SELECT DISTINCT a.photo_id {_FAILED} ORDER BY 1 LIMIT ?"
    for *parts, analyzer, reason in db.execute(f"{query} AND a.photo_id IN ({some}) ORDER BY a.photo_id, 4", (most,)):
        path = as_text(os.fsdecode(b"/".join(part for part in parts if part)))
        found.setdefault(path, {})[analyzer] = reason
    return [
        Failure(path, tuple(why), " ".join(dict.fromkeys(why.values()))) for path, why in found.items()
    ], total - len(found)
