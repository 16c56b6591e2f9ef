"""The process that owns Chroma, as the rest of Haven sees it: started when asked, ended when nobody asks for a while.

One question is asked at a time. What runs in it is owner.py.
"""

import threading
import time
from pathlib import Path
from typing import Any

from haven_fs.vectors.childprocess import ChildLost, ChildProcess, Frame, How

CLOSE_SECONDS = 15.0


class Later(Exception):
    """It cannot be asked now, though nothing is known to be wrong."""


class OwnerProcess:
    """The process over the vectors in `folder`, with Chroma at `where`. Thread-safe."""

    def __init__(self, folder: Path, where: str, idle_seconds: float) -> None:
        self._folder = folder.absolute()
        self._where = where
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._number = 0
        self._used = 0.0
        self._timer: threading.Timer | None = None
        self._closed = False

    @property
    def number(self) -> int:
        """How many processes there were when this one was started; 0 while none runs."""
        return self._number if self._child is not None else 0

    @property
    def pid(self) -> int | None:
        """The process id, None while there is none."""
        child = self._child
        return child.pid if child is not None else None

    def ask(self, words: dict[str, Any], data: bytes = b"", *, timeout: float, patiently: bool) -> Frame:
        """Ask, and return the answer; `patiently`: start the process if there is none, and wait while it is busy.

        Raises ChildLost if it ends, does not answer within `timeout` seconds or says that the collection is broken, and
        Later if it cannot be asked or says that its server is away.
        """
        if not self._lock.acquire(blocking=patiently):
            raise Later("it is busy")
        try:
            if self._closed or (self._child is None and not patiently):
                raise Later("it does not run")
            child = self._child or self._start()
            self._used = time.monotonic()
            try:
                said, answer = child.ask(words, data, timeout=timeout)
            except ChildLost:
                self._child = None
                raise
            self._used = time.monotonic()
            if "broken" in said:
                self._end()  # a panic may have left anything behind
                raise ChildLost(said["broken"], How.BROKEN)
            if "away" in said:
                raise Later(said["away"])
            return said, answer
        finally:
            self._lock.release()

    def _start(self) -> ChildProcess:
        place = self._folder / "chroma"
        try:
            place.mkdir(parents=True, exist_ok=True)
            child = ChildProcess("haven_fs.vectors.owner", [str(self._folder), self._where], place / "log.txt")
        except OSError as error:
            raise Later(f"its process cannot be started: {error}") from error
        self._child = child
        self._number += 1
        self._watch()
        return child

    def _watch(self) -> None:
        self._timer = threading.Timer(self._idle_seconds, self._end_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _end_if_idle(self) -> None:
        with self._lock:
            if self._child is None or self._closed:
                return
            if time.monotonic() - self._used >= self._idle_seconds:
                self._end()
            else:
                self._watch()

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None

    def release(self) -> None:
        """End the process, which gives its memory back."""
        with self._lock:
            self._end()

    def close(self) -> None:
        """End the process for good, after what it is doing if that ends within some seconds."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        while not self._lock.acquire(timeout=CLOSE_SECONDS):
            if self._child is not None:
                self._child.kill()
        self._end()
        self._lock.release()
