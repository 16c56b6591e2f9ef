"""Runs jobs on an executor and survives what they do: a photo that kills its worker costs that photo, not the run.

A killed or hung worker breaks the whole pool of processes. Then a new pool is made and the jobs that were in flight
are retried one photo at a time; what dies alone twice is given up and marked.
"""

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from haven_fs.analysis.worker import start
from haven_fs.config import Settings

logger = logging.getLogger(__name__)

T = TypeVar("T")

NICENESS = 10
HANGS_AFTER = 300.0
"""Seconds after which a job that has not come back is taken to hang; a batch of huge pictures takes under a minute."""


class Pool:
    """A pool of worker processes that is made at the first job and ends with `close`."""

    def __init__(self, settings: Settings, plugin_names: Sequence[str], *, niceness: int = NICENESS) -> None:
        self.workers = int(settings["index.workers"]) or os.cpu_count() or 1
        self._initargs = (dict(settings), list(plugin_names), niceness)
        self._executor: Executor | None = None
        self._stopping = False

    def run(
        self, job: Callable[[Sequence[T]], Sequence[Any]], batches: Iterable[Sequence[T]]
    ) -> Iterator[tuple[T, Any]]:
        """Run `job` on batches of items and give each item with its result, in no order.

        `job` must return one result for each item. For an item that kills its worker the result is a Crashed.
        """
        source = iter(batches)
        retry: deque[tuple[Sequence[T], int]] = deque()
        flying: dict[Future[Sequence[Any]], tuple[Sequence[T], int]] = {}
        exhausted = False
        while not self._stopping:
            # Suspects fly alone, so that a crash says which of them it was.
            alone = bool(retry)
            while not exhausted and not alone and len(flying) < self.workers * 2:
                batch = next(source, None)
                if batch is None:
                    exhausted = True
                else:
                    flying[self._submit(job, batch)] = (batch, 0)
            if alone and not flying:
                batch, crashes = retry.popleft()
                flying[self._submit(job, batch)] = (batch, crashes)
            if not flying:
                if exhausted:
                    return
                continue
            done, _ = wait(flying, timeout=HANGS_AFTER, return_when=FIRST_COMPLETED)
            if not done:
                logger.warning("A worker did not answer for %.0f seconds and is ended", HANGS_AFTER)
                self._kill()
                done, _ = wait(flying, timeout=10)
            broken = False
            for future in done:
                batch, crashes = flying.pop(future)
                try:
                    results = future.result()
                except BrokenProcessPool:
                    broken = True
                    yield from self._after_crash(batch, crashes, retry)
                except Exception:
                    logger.exception("A job failed on %s", batch)
                    yield from self._after_crash(batch, crashes, retry)
                else:
                    yield from zip(batch, results, strict=True)
            if broken:
                for batch, crashes in flying.values():
                    yield from self._after_crash(batch, crashes, retry, innocent=True)
                flying.clear()
                self.close()

    @staticmethod
    def _after_crash(
        batch: Sequence[T], crashes: int, retry: deque[tuple[Sequence[T], int]], *, innocent: bool = False
    ) -> Iterator[tuple[T, "Crashed"]]:
        if len(batch) > 1:
            retry.extend(([item], 0) for item in batch)
        elif crashes and not innocent:
            yield batch[0], Crashed()
        else:
            retry.append((batch, crashes if innocent else crashes + 1))

    def _submit(self, job: Callable[..., Any], batch: Sequence[Any]) -> Future[Any]:
        if self._executor is None:
            # Spawned, not forked: a fork of a process with threads inherits locks that nobody will release.
            self._executor = ProcessPoolExecutor(
                self.workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=start,
                initargs=self._initargs,
            )
        return self._executor.submit(job, batch)

    def _kill(self) -> None:
        for process in list((getattr(self._executor, "_processes", None) or {}).values()):
            process.kill()

    def close(self) -> None:
        """End the workers and give their memory back; a later job makes new ones."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def stop(self) -> None:
        """Make `run` end soon, from another thread; what was in flight is lost and due again."""
        self._stopping = True
        self._kill()


class Crashed:
    """The result of an item that ended its worker process, or its job, twice."""
