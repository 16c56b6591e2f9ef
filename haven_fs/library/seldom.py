"""Saying once in a while what happens often: a disk that fails has a hundred thousand files that cannot be read."""

import logging
import threading
import time
from collections.abc import Hashable

EVERY = 3600.0
_MOST = 1000
"""Things that are remembered at most; then all may be said anew."""


class Seldom:
    """Logs the first of each kind of thing, then no more until `every` seconds later, with how many there were."""

    def __init__(self, logger: logging.Logger, every: float = EVERY) -> None:
        self._logger, self._every = logger, every
        self._said: dict[Hashable, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def say(self, kind: Hashable, message: str, *args: object, level: int = logging.WARNING) -> None:
        """Log a message of its kind, or count it."""
        now = time.monotonic()
        with self._lock:
            if len(self._said) >= _MOST:
                self._said.clear()
            at, more = self._said.get(kind, (float("-inf"), 0))
            if now - at <= self._every:
                self._said[kind] = at, more + 1
                return
            self._said[kind] = now, 0
        self._logger.log(level, message + (f" (and {more:,} more like this before)" if more else ""), *args)
