"""What is tried again at each walk: files that could not be read, and what was judged by the clock.

Neither is due in between, so that a run ends and nothing counts as pending that cannot be done. What is to be tried is
found by partial indexes over the few rows that say so.
"""

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.disk import mark_due
from haven_fs.catalog.schema import LOCATED
from haven_fs.library.text import as_text

_THERE = "o.gone IS NULL AND l.gone IS NULL AND l.away IS NULL"
_FAILED = (
    f"FROM analysis a JOIN photo p ON p.id = a.photo_id JOIN original o ON o.id = p.main_id {LOCATED}"
    f" WHERE a.again = 0 AND a.failed IS NOT NULL AND {_THERE}"
)
_TROUBLED = f"FROM original o {LOCATED} WHERE o.trouble > '' AND {_THERE}"
FAILING = f"SELECT a.photo_id {_FAILED} UNION SELECT o.photo_id {_TROUBLED}"
"""The photos of which something cannot be read now, though their library is there."""

_SET_BACK = 3600.0
"""Seconds by which a clock may differ from what it said before without having been wrong."""
_FUTURE = timedelta(days=3)
"""Dates so far ahead of the clock are no matter of zones."""


class Trouble(NamedTuple):
    """Something that cannot be read: where it is, why, and whether it is tried again by itself."""

    path: str
    reason: str
    passing: bool


def make_due(w: Writer, now: float, before: float) -> None:
    """Make due what is to be tried again after a walk, of libraries that are there. `before`: when the last one was."""
    groups = w.db.execute(f"SELECT o.dir_id, o.stem {_TROUBLED}").fetchall()
    for dir_id, stem in dict.fromkeys(groups):
        mark_due(w, dir_id, [stem])
    w.db.execute(
        "UPDATE analysis SET version = -1 WHERE again <= ? AND EXISTS (SELECT 1 FROM photo p"
        f" JOIN original o ON o.id = p.main_id {LOCATED} WHERE p.id = analysis.photo_id AND {_THERE})",
        (now,),
    )
    if now < before - _SET_BACK:
        # The clock ran ahead and was set right: what was taken for a date then may be one that is yet to come.
        latest = datetime.fromtimestamp(now, UTC) + _FUTURE
        w.db.execute(
            "UPDATE analysis SET version = -1 WHERE json_extract(facts, '$.values.taken') > ? AND photo_id IN"
            " (SELECT id FROM photo WHERE shown = 1 AND day >= ?)",
            (latest.timestamp(), int(latest.strftime("%Y%m%d"))),
        )


def troubles(db: sqlite3.Connection) -> list[Trouble]:
    """Return all that cannot be read, what may pass first."""
    found: dict[str, Trouble] = {}
    at = "l.root, d.path, o.file"
    queries = (
        f"SELECT {at}, p.unreadable, o.trouble IS NOT NULL FROM photo p JOIN original o ON o.id = p.main_id {LOCATED}"
        " WHERE p.unreadable IS NOT NULL AND o.gone IS NULL AND l.gone IS NULL",
        f"SELECT {at}, o.trouble, 1 {_TROUBLED}",
        f"SELECT {at}, a.failed, 1 {_FAILED}",
        f"SELECT {at}, a.failed, 0 FROM analysis a INDEXED BY analysis_unopened JOIN photo p ON p.id = a.photo_id"
        f" JOIN original o ON o.id = p.main_id {LOCATED} WHERE a.unopened = 1 AND o.gone IS NULL AND l.gone IS NULL",
    )
    for query in queries:
        for *parts, reason, passing in db.execute(query):
            path = as_text(os.fsdecode(b"/".join(part for part in parts if part)))
            found.setdefault(path, Trouble(path, reason, bool(passing)))
    for root, closed in db.execute("SELECT root, closed FROM library WHERE gone IS NULL AND closed <> '[]'"):
        for folder, reason in json.loads(closed):
            path = as_text(str(Path(os.fsdecode(root)) / folder))
            found[path] = Trouble(path, f"This folder cannot be listed: {reason}.", True)
    return sorted(found.values(), key=lambda one: (not one.passing, one.path))


def ahead_of_clock(db: sqlite3.Connection, now: float) -> int:
    """Return how many photos say dates that the clock has yet to reach."""
    return int(db.execute("SELECT count(DISTINCT photo_id) FROM analysis WHERE again > ?", (now,)).fetchone()[0])
