"""Runs jobs on an executor and survives what they do: a photo that kills its worker costs that photo, not the run.

A killed or hung worker breaks the whole pool of processes. Then a new pool is made and the jobs that were in flight
are retried one photo at a time; what dies alone twice is given up and marked.
"""

import logging
import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from haven_fs.analysis.worker import NICENESS, Job, do, start
from haven_fs.config import Settings
from haven_fs.processes import without_interrupts

logger = logging.getLogger(__name__)

T = TypeVar("T")

LEISURE_NICENESS = 15
"""Of a worker that nobody waits for: it gets a thirtieth of a core that another process wants."""
HANGS_AFTER = 300.0
"""Seconds after which a job that has not come back is taken to hang; a batch of huge pictures takes under a minute."""
LEISURE_HANGS_AFTER = 3600.0
"""The same of one that may have to wait for others all the time."""
MOST_HELD = 64
"""Batches whose results may wait for those of an earlier one."""
_UNKNOWN = object()


class Workers(Protocol):
    """What does the jobs of one indexer."""

    @property
    def stopping(self) -> bool:
        """Whether somebody asked for the end."""
        ...

    def run(self, job: Job, batches: Iterable[Sequence[T]]) -> Iterator[tuple[T, Any]]:
        """Run `job` on batches of items and give each item with its result, in the order of the batches."""
        ...

    def close(self) -> None:
        """Give back what the jobs took; a later job takes it anew."""
        ...

    def stop(self) -> None:
        """Make `run` end soon, from another thread."""
        ...


class Pool:
    """A pool of worker processes that is made at the first job and ends with `close`."""

    def __init__(
        self, settings: Settings, plugin_names: Sequence[str], *, niceness: int = NICENESS, workers: int | None = None
    ) -> None:
        self.workers = workers or int(settings["index.workers"]) or os.cpu_count() or 1
        self._hangs_after = HANGS_AFTER if niceness <= NICENESS else LEISURE_HANGS_AFTER
        self._initargs = (dict(settings), list(plugin_names), niceness)
        self._executor: Executor | None = None
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stopping

    def run(self, job: Job, batches: Iterable[Sequence[T]]) -> Iterator[tuple[T, Any]]:
        """Run `job` on batches of items and give each item with its result, in the order of the batches.

        For an item that kills its worker the result is a Crashed. What
        photos are named depends on the order they come in, so it must not depend on which worker was faster; only a
        batch that is later than MOST_HELD others is not waited for.
        """
        whole: dict[int, list[tuple[T, Any]]] = {}
        early: set[int] = set()
        turn = 0
        for number, results in self._in_any_order(job, batches):
            whole[number] = results
            while whole and (turn in whole or len(whole) > MOST_HELD):
                first = min(whole)
                yield from whole.pop(first)
                early.add(first)
                while turn in early:
                    early.remove(turn)
                    turn += 1

    def _in_any_order(self, job: Job, batches: Iterable[Sequence[T]]) -> Iterator[tuple[int, list[tuple[T, Any]]]]:
        """Give each batch's number with all its items and their results, as soon as the last of them is there."""
        source = enumerate(batches)
        parts: dict[int, list[Any]] = {}
        retry: deque[_Part[T]] = deque()
        flying: dict[Future[Sequence[Any]], _Part[T]] = {}
        exhausted = False
        while not self._stopping:
            # Suspects fly alone, so that a crash says which of them it was.
            alone = bool(retry)
            while not exhausted and not alone and len(flying) < self.workers * 2:
                number, batch = next(source, (0, None))
                if batch is None:
                    exhausted = True
                else:
                    flying[self._submit(job, batch)] = _Part(number, 0, batch, batch)
            if alone and not flying:
                part = retry.popleft()
                flying[self._submit(job, part.items)] = part
            if not flying:
                if exhausted:
                    return
                continue
            done, _ = wait(flying, timeout=self._hangs_after, return_when=FIRST_COMPLETED)
            if not done:
                logger.warning("A worker did not answer for %.0f seconds and was stopped", self._hangs_after)
                self._kill()
                done, _ = wait(flying, timeout=10)
            answers: list[tuple[_Part[T], Sequence[Any] | None]] = []
            broken = False
            for future in done:
                part = flying.pop(future)
                try:
                    answers.append((part, future.result()))
                except BrokenProcessPool:
                    broken = True
                    answers.append((part, _retried(part, retry)))
                except Exception:
                    logger.exception("A job failed on %s", part.items)
                    answers.append((part, _retried(part, retry)))
            if broken:
                retry.extend(one for part in flying.values() for one in part.alone())
                flying.clear()
                self.close()
            for part, results in answers:
                if results is not None:
                    known = parts.setdefault(part.number, [_UNKNOWN] * len(part.batch))
                    known[part.start : part.start + len(part.items)] = results
                    if _UNKNOWN not in known:
                        yield part.number, list(zip(part.batch, parts.pop(part.number), strict=True))

    def _submit(self, job: Job, batch: Sequence[Any]) -> Future[Any]:
        if self._executor is None:
            # Spawned, not forked: a fork of a process with threads inherits locks that nobody will release.
            self._executor = ProcessPoolExecutor(
                self.workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=start,
                initargs=self._initargs,
            )
        try:
            with without_interrupts():
                return self._executor.submit(do, job, batch)
        except BrokenProcessPool:
            # A worker died since the last answer; whatever was in flight will say so.
            self.close()
            return self._submit(job, batch)

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


@dataclass(frozen=True, slots=True)
class _Part(Generic[T]):
    """Items of the batch of that number, from its item `start` on; how often they ended a worker when alone."""

    number: int
    start: int
    items: Sequence[T]
    batch: Sequence[T]
    crashes: int = 0

    def alone(self) -> "list[_Part[T]]":
        """Return a part for each of the items."""
        if len(self.items) == 1:
            return [self]
        return [_Part(self.number, self.start + i, [item], self.batch) for i, item in enumerate(self.items)]


def _retried(part: _Part[T], retry: "deque[_Part[T]]") -> list[Crashed] | None:
    """Put what ended its worker among what is to be tried again; return its results if there is an end to that."""
    if len(part.items) == 1 and part.crashes:
        return [Crashed()]
    one_more = part.crashes + (len(part.items) == 1)
    retry.extend(replace(one, crashes=one_more) for one in part.alone())
    return None
