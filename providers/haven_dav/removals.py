"""What was just taken out of folders: to take it back if it is written again, and to count for the brake.

A photo that is deleted and written again under its name was never meant to go: editors save so, and sync tools. What
such a deletion said is taken back before the write is looked at, which then meets the photo as it was.
"""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from haven_dav.send import Environ
from haven_fs.catalog import Writer, names
from haven_fs.catalog.corrections import GESTURE
from haven_fs.catalog.undo import corrections, undo

SECONDS = 60.0
_MOST = 1000
_Key = tuple[str, tuple[str, ...]]
"""A user, and a path in folded names."""


class Removals:
    """The removals of the last minute, by user and path. `changing` opens an owner's transaction."""

    def __init__(self, changing: Callable[[Environ], AbstractContextManager[Writer]]) -> None:
        self._changing = changing
        self._made: dict[_Key, tuple[float, int]] = {}
        self._runs: dict[_Key, tuple[float, int]] = {}  # of a folder: the last removal, how many in one go
        self._lock = threading.Lock()

    def note(self, environ: Environ, w: Writer, parts: list[str]) -> None:
        """Note what was just taken out, in its transaction."""
        newest = w.db.execute("SELECT max(id) FROM correction").fetchone()[0]
        if newest is None or not w.corrected:
            return
        run = self.in_one_go(environ, parts[:-1]) + 1
        with self._lock:
            self._made[_key(environ, parts)] = (time.monotonic(), int(newest))
            self._runs[_key(environ, parts[:-1])] = (time.monotonic(), run)
            for kept in (self._made, self._runs):
                while len(kept) > _MOST:
                    kept.pop(next(iter(kept)))

    def in_one_go(self, environ: Environ, folder: list[str]) -> int:
        """Return how many this user has taken out of a folder in one gesture that goes on."""
        with self._lock:
            at, count = self._runs.get(_key(environ, folder), (0.0, 0))
        return count if time.monotonic() - at < GESTURE else 0

    def void(self, environ: Environ, parts: list[str]) -> None:
        """Take a removal back if the same user now writes to where it was."""
        with self._lock:
            at, correction = self._made.pop(_key(environ, parts), (0.0, 0))
        if correction and time.monotonic() - at < SECONDS:
            with self._changing(environ) as w:
                undo(w, corrections(w.db, ids=[correction]), time.time())


def _key(environ: Environ, parts: list[str]) -> _Key:
    return str(environ.get("wsgidav.auth.user_name", "")), tuple(names.fold(part) for part in parts)
