"""The processes in which renditions are made when somebody asks: few, at low priority, and gone when nobody does.

A picture that crashes or hangs its decoder costs one tile. When a process dies, nobody knows which of the pictures in
work was to blame, so each of them is tried again alone; the one that ends its process then is not opened again.
"""

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any

from haven_fs.processes import be_worker, without_interrupts
from haven_fs.renditions.orders import Made, NotNow, Order

logger = logging.getLogger(__name__)

_NICENESS = 5
"""Below the server, above indexing: somebody is waiting."""
HANGS_AFTER = 60.0
"""Seconds after which a picture in work is taken to hang."""
IDLE_SECONDS = 60.0
"""Seconds after which processes with nothing to do are ended."""
MOST_WAITING = 4096
_LOOK_EVERY = 1.0
CRASHED = "The program that reads pictures crashed on this one. The file may be damaged."


@dataclass(slots=True, eq=False)
class _Task:
    job: Callable[..., Any]
    arguments: tuple[Any, ...]
    fallback: Callable[[], Any]
    future: "Future[Any]" = field(default_factory=Future)
    since: float = 0.0


class Makers:
    """Makes what is asked for in at most `most` processes; the newest wish comes first. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._lock = threading.Lock()
        self._waiting: list[_Task] = []
        self._suspects: list[_Task] = []
        self._working: dict[Future[Any], _Task] = {}
        self._executor: ProcessPoolExecutor | None = None
        self._idle_since = time.monotonic()
        self._stopping = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def make(self, order: Order, kind: str, format_: str) -> "Future[Made]":
        """Return a rendition to be. `kind`, `format_`: of the original, for the tile. Raises NotNow."""
        return self.do(_make, order, fallback=lambda: _tile(order, kind, format_))

    def do(self, job: Callable[..., Any], *arguments: Any, fallback: Callable[[], Any]) -> "Future[Any]":
        """Have a picklable job done in a process. Raises NotNow.

        `fallback`: gives the result if the job ends its process.
        """
        task = _Task(job, arguments, fallback)
        with self._lock:
            if self._stopping or len(self._waiting) >= MOST_WAITING:
                raise NotNow("Haven is busy making pictures. Try again in a moment.")
            self._waiting.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="renditions", daemon=True)
                self._thread.start()
        self._feed()
        return task.future

    def stop(self) -> None:
        """End the processes; what was not made is cancelled."""
        with self._lock:
            self._stopping = True
            waiting, self._waiting = [*self._waiting, *self._suspects], []
            self._suspects = []
        for task in waiting:
            task.future.cancel()
        self._wake.set()
        self._kill()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self._close()

    def _feed(self) -> None:
        """Give work to processes that have none."""
        while True:
            with self._lock:
                alone = bool(self._suspects)
                room = not self._working if alone else len(self._working) < self._most
                if self._stopping or not room or not (self._suspects or self._waiting):
                    return
                task = self._suspects[0] if alone else self._waiting.pop()
                task.since = time.monotonic()
                try:
                    with without_interrupts():
                        done = self._pool().submit(task.job, *task.arguments)
                except (BrokenProcessPool, OSError, RuntimeError) as error:
                    logger.warning("No process for pictures could be started: %s", error)
                    self._executor = None
                    if alone:
                        self._suspects.pop(0)
                    task.future.set_exception(error)
                    continue
                self._working[done] = task
            done.add_done_callback(self._done)

    def _done(self, done: "Future[Any]") -> None:
        with self._lock:
            task = self._working.pop(done)
            was_suspect = bool(self._suspects) and task is self._suspects[0]
            error = None if done.cancelled() else done.exception()
            broken = isinstance(error, BrokenProcessPool) or done.cancelled()
            if was_suspect:
                self._suspects.pop(0)
            if broken:
                self._executor = None
                if not was_suspect and not self._stopping:
                    self._suspects.append(task)
            self._idle_since = time.monotonic()
        if broken and self._stopping:
            task.future.cancel()
        elif broken and was_suspect:
            logger.warning("A process ended while it read %s", task.arguments[:1])
            task.future.set_result(task.fallback())
        elif not broken and error is not None:
            task.future.set_exception(error)
        elif not broken:
            task.future.set_result(done.result())
        self._feed()

    def _pool(self) -> ProcessPoolExecutor:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._most, mp_context=multiprocessing.get_context("spawn"), initializer=_start
            )
        return self._executor

    def _watch(self) -> None:
        """End what hangs, and processes that have had nothing to do for a while."""
        while not self._stopping:
            self._wake.wait(_LOOK_EVERY)
            now = time.monotonic()
            with self._lock:
                hangs = any(now - task.since > HANGS_AFTER for task in self._working.values())
                idle = not self._working and self._executor is not None and now - self._idle_since > IDLE_SECONDS
            if hangs:
                logger.warning("A picture took longer than %.0f seconds and was given up", HANGS_AFTER)
                self._kill()
            elif idle:
                self._close()

    def _kill(self) -> None:
        for process in list((getattr(self._executor, "_processes", None) or {}).values()):
            process.kill()

    def _close(self) -> None:
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(wait=False, cancel_futures=True)


def _start() -> None:
    """Make this process one that reads pictures."""
    be_worker(_NICENESS)


# What reads pictures is loaded where that is done, and not by the process that serves.


def _make(order: Order) -> Made:
    from haven_fs.renditions.making import make

    return make(order)


def _tile(order: Order, kind: str, format_: str) -> Made:
    from haven_fs.renditions.making import tile_for

    return tile_for(order, kind, format_, CRASHED)
