"""Checks of passwords that are made later: when their turn has come, one at a time, by one thread that is not a worker.

So a sign-in that has to wait holds no worker (see haven_fs.later), and argon2's memory is needed once.
"""

import heapq
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

MOST = 256
"""Checks that may wait; about 0.5 MB."""
IDLE_SECONDS = 10.0

T = TypeVar("T")


class Checks:
    """Runs functions at their time; safe between threads. The thread is there while there is something to do."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._due: list[tuple[float, int, Callable[[], Any], Future[Any]]] = []
        self._running = False

    def after(self, seconds: float, check: Callable[[], T]) -> Future[T] | None:
        """Run `check` in so many seconds or, if others are before it, later; None if too many wait."""
        future: Future[T] = Future()
        with self._changed:
            if len(self._due) >= MOST:
                return None
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), check, future))
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="passwords", daemon=True).start()
            self._changed.notify()
        return future

    def _run(self) -> None:
        if sys.platform == "linux":
            # Of this thread alone: whoever tries passwords is not to slow down those who look at photos.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        while (due := self._next()) is not None:
            check, future = due
            try:
                future.set_result(check())
            except Exception as error:
                future.set_exception(error)

    def _next(self) -> tuple[Callable[[], Any], Future[Any]] | None:
        """Wait for the next check whose time has come; None if there was none for a while."""
        with self._changed:
            idle_until = time.monotonic() + IDLE_SECONDS
            while True:
                now = time.monotonic()
                if self._due and self._due[0][0] <= now:
                    return heapq.heappop(self._due)[2:]
                if not self._due and now >= idle_until:
                    self._running = False
                    return None
                self._changed.wait((self._due[0][0] if self._due else idle_until) - now)
