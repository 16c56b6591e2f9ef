"""The brake: what takes a folder's photos out by the hundred is stopped half way, until the owner says go on.

A sync tool that was pointed at an empty folder, or a mount that somebody clears by mistake, removes photo by photo.
What it did until then can be taken back with `haven undo`.
"""

import sqlite3
import time

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.corrections import GESTURE

MOST = 100
"""Removals in one gesture before the brake looks at how many are left."""
_ALLOWED = "removals_allowed"


def is_braked(db: sqlite3.Connection, by: str, place: str, left: int) -> int | None:
    """Return how many were removed in one go, if one more is to be stopped; None if not.

    `by`, `place`: who removes, in which folder; `left`: how many photos are still in it.
    """
    now = time.time()
    gesture = db.execute(
        "SELECT gesture FROM correction WHERE by = ? AND place = ? AND at > ? ORDER BY id DESC LIMIT 1",
        (by, place, now - GESTURE),
    ).fetchone()
    if gesture is None:
        return None
    count = int(
        db.execute("SELECT count(*) FROM correction WHERE gesture = ? AND undone IS NULL", gesture).fetchone()[0]
    )
    if count < MOST or count < left or allowed_until(db) > now:
        return None
    return count


def allowed_until(db: sqlite3.Connection) -> float:
    """Return until when the brake is off, seconds since the epoch; 0 if it never was."""
    row = db.execute("SELECT value FROM state WHERE key = ?", (_ALLOWED,)).fetchone()
    return float(row[0]) if row else 0.0


def allow(w: Writer, until: float) -> None:
    """Take the brake off until then."""
    w.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (_ALLOWED, until))
