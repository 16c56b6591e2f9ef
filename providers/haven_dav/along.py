"""Files that go along with their photo: a photo may be several files, and programs write and delete each of them.

What is said of one file is said of the photo, so the others are there, or gone, before their own request comes: the
film of a live photo, the picture beside a RAW. Such a request is answered as if it had done what has been done.
"""

import re
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence

from haven_fs.catalog import names
from haven_fs.catalog.corrections import GESTURE

_RANK = re.compile(r"\d+ ")
_MOST = 2000


class Along:
    """What was written by name lately. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: OrderedDict[tuple[str, str], float] = OrderedDict()

    def note(self, by: str, parts: Sequence[str]) -> None:
        """Note that a user has written a photo to a path."""
        with self._lock:
            self._written[by, _folded(parts)] = time.monotonic()
            while len(self._written) > _MOST:
                self._written.popitem(last=False)

    def came(self, db: sqlite3.Connection, by: str, parts: Sequence[str], photo_id: int | None) -> bool:
        """Tell whether what is at a path came there just now with its photo, rather than by a request of its own."""
        with self._lock:
            written = self._written.get((by, _folded(parts)))
        lately = written is not None and time.monotonic() - written < GESTURE
        return not lately and photo_id is not None and _just_said(db, by, photo_id)

    def went(self, db: sqlite3.Connection, by: str, name: str) -> bool:
        """Tell whether what a path named was taken away just now with its photo."""
        spelled = [name, *([name[rank.end() :]] if (rank := _RANK.match(name)) else [])]
        rows = db.execute(
            "SELECT photo_id FROM original WHERE name_fold IN (?, ?) AND photo_id IS NOT NULL AND gone IS NULL",
            (names.fold(spelled[0]), names.fold(spelled[-1])),
        ).fetchall()
        return any(_is_of_several(db, photo_id) and _just_said(db, by, photo_id) for (photo_id,) in rows)


def _folded(parts: Sequence[str]) -> str:
    return "/".join(names.fold(part) for part in parts)


def _is_of_several(db: sqlite3.Connection, photo_id: int) -> bool:
    row = db.execute(
        "SELECT count(*) FROM original WHERE photo_id = ? AND gone IS NULL AND name IS NOT NULL", (photo_id,)
    )
    return bool(row.fetchone()[0] > 1)


def _just_said(db: sqlite3.Connection, by: str, photo_id: int) -> bool:
    query = "SELECT 1 FROM correction WHERE by = ? AND at > ? AND photo_id = ? AND undone IS NULL LIMIT 1"
    return db.execute(query, (by, time.time() - GESTURE, photo_id)).fetchone() is not None
