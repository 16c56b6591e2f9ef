"""The brake: what takes a folder's photos out by the hundred is stopped half way, until the owner says go on.

A sync tool that was pointed at an empty folder, or a mount that somebody clears by mistake, removes photo by photo.
What it did until then can be taken back with `haven undo`.
"""

import sqlite3
import time

from haven_fs.catalog.catalog import Writer

MOST = 100
"""Removals in one gesture before the brake looks at how many are left."""
_ALLOWED = "removals_allowed"


def is_braked(db: sqlite3.Connection, removed: int, left: int) -> bool:
    """Tell whether one more removal is to be stopped: so many were made in one go, so many photos are left."""
    return removed >= MOST and removed >= left and allowed_until(db) < time.time()


def allowed_until(db: sqlite3.Connection) -> float:
    """Return until when the brake is off, seconds since the epoch; 0 if it never was."""
    row = db.execute("SELECT value FROM state WHERE key = ?", (_ALLOWED,)).fetchone()
    return float(row[0]) if row else 0.0


def allow(w: Writer, until: float) -> None:
    """Take the brake off until then."""
    w.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (_ALLOWED, until))
