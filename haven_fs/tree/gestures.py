"""What each user has just done at which path, which helps to tell what the next request means.

Programs take several requests for what a person does in one go: they copy a photo's files one by one, empty a folder
photo by photo, or save a file by deleting it and writing it again. This memory is short and does not survive a restart.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from haven_fs.catalog import names
from haven_fs.catalog.corrections import GESTURE
from haven_fs.catalog.places import LATELY
from haven_fs.library.text import as_text

logger = logging.getLogger(__name__)

_MOST = 2000
_RETRIES = 20
"""Refusals of one path that are remembered."""
_SAID_AGAIN = 3600.0
"""Seconds after which the log says again that writes to a folder are refused."""
_Key = tuple[str, tuple[str, ...]]
"""A user, and a path in folded names."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a file that was sent: the original it is. `is_new`: it was stored; else it was there already."""

    original_id: int
    is_new: bool


class Gestures:
    """What was written and taken out lately, by user and path. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: OrderedDict[_Key, float] = OrderedDict()
        self._taken_out: OrderedDict[_Key, tuple[float, int]] = OrderedDict()
        self._runs: OrderedDict[_Key, tuple[float, int]] = OrderedDict()  # of a folder: the last removal, how many
        self._sent: OrderedDict[_Key, tuple[float, Sent]] = OrderedDict()
        self._refused: OrderedDict[_Key, tuple[float, ...]] = OrderedDict()  # each: until when it is remembered
        self._logged: OrderedDict[_Key, float] = OrderedDict()  # by folder and reason

    def note_written(self, by: str, path: Sequence[str]) -> None:
        """Note that a user wrote a photo to a path."""
        with self._lock:
            _keep(self._written, _key(by, path), time.monotonic())

    def wrote(self, by: str, path: Sequence[str]) -> bool:
        """Tell whether a user wrote to a path as part of a gesture that is still going on."""
        with self._lock:
            at = self._written.get(_key(by, path))
        return at is not None and time.monotonic() - at < GESTURE

    def note_sent(self, by: str, path: Sequence[str], sent: "Sent") -> None:
        """Note that a user sent a file to a path, and what became of it."""
        with self._lock:
            _keep(self._sent, _key(by, path), (time.monotonic(), sent))

    def sent(self, by: str, path: Sequence[str]) -> "Sent | None":
        """Return what a user sent to a path a moment ago."""
        with self._lock:
            at, sent = self._sent.get(_key(by, path), (float("-inf"), None))
        return sent if time.monotonic() - at < LATELY else None

    def note_refused(self, by: str, path: Sequence[str], *, arrived: bool) -> None:
        """Note that a file that a user sent to a path was refused, or did not arrive, which its program learns later.

        Each is one more: two programs may have sent it.
        """
        key, until = _key(by, path), time.monotonic() + (GESTURE if arrived else LATELY)
        with self._lock:
            _keep(self._refused, key, (*self._still_refused(key)[-_RETRIES:], until))

    def was_refused(self, by: str, path: Sequence[str]) -> bool:
        """Tell whether a file that a user sent to a path a moment ago was refused, and was not cleaned up yet."""
        with self._lock:
            return bool(self._still_refused(_key(by, path)))

    def forget_refused(self, by: str, path: Sequence[str], *, all_: bool) -> None:
        """Forget that files were refused, all of them or the first."""
        key = _key(by, path)
        with self._lock:
            left = () if all_ else self._still_refused(key)[1:]
            self._refused[key] = left
            if not left:
                del self._refused[key]

    def _still_refused(self, key: _Key) -> tuple[float, ...]:
        now = time.monotonic()
        return tuple(until for until in self._refused.get(key, ()) if until > now)

    def log_refusal(self, path: Sequence[str], why: str) -> None:
        """Say in the log that a write to a path was refused: once an hour for a folder and a reason."""
        key = _key(why, path[:-1])
        with self._lock:
            at = self._logged.get(key, float("-inf"))
            if time.monotonic() - at < _SAID_AGAIN:
                return
            _keep(self._logged, key, time.monotonic())
        logger.warning("/%s was refused: %s", as_text("/".join(path)), why)

    def note_taken_out(self, by: str, path: Sequence[str], correction: int) -> None:
        """Note that a user took out what was at a path, and which correction records it."""
        run = self.taken_out_of(by, path[:-1]) + 1
        with self._lock:
            _keep(self._taken_out, _key(by, path), (time.monotonic(), correction))
            _keep(self._runs, _key(by, path[:-1]), (time.monotonic(), run))

    def taken_out_of(self, by: str, folder: Sequence[str]) -> int:
        """Return how many photos a user has taken out of a folder in the gesture that is still going on."""
        with self._lock:
            at, count = self._runs.get(_key(by, folder), (0.0, 0))
        return count if time.monotonic() - at < GESTURE else 0

    def took_out(self, by: str, path: Sequence[str]) -> bool:
        """Tell whether a user took something out of a path a moment ago."""
        with self._lock:
            at, _ = self._taken_out.get(_key(by, path), (float("-inf"), 0))
        return time.monotonic() - at < LATELY

    def pop_taken_out(self, by: str, path: Sequence[str]) -> int | None:
        """Return, and forget, the correction with which a user took something out of a path a moment ago."""
        with self._lock:
            at, correction = self._taken_out.pop(_key(by, path), (0.0, 0))
        return correction if correction and time.monotonic() - at < LATELY else None


def _key(by: str, path: Sequence[str]) -> _Key:
    return by, tuple(names.fold(part) for part in path)


def _keep(kept: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _MOST:
        kept.popitem(last=False)
