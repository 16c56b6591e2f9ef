"""How far a long run is: a bar on a terminal, a line a minute in a log, and whoever asks from another thread."""

import logging
import sys
import time
from dataclasses import dataclass
from typing import Never

from tqdm import tqdm

logger = logging.getLogger(__name__)

_LOG_EVERY = 60.0
_SURE_AFTER, _SURE_WITH = 5.0, 20
"""Seconds of a run, and things done, after which its speed so far says when it will end: the first take longest."""


@dataclass(frozen=True, slots=True)
class Doing:
    """A run that is under way: what is done, of how many things, and the seconds it will still take, if known.

    `trouble`: a sentence for the owner if nothing goes on since something is wrong.
    """

    what: str
    done: int
    total: int
    seconds_left: float | None = None
    trouble: str = ""


class Progress:
    """One run after another; call begin, advance, end. With `bar` false, or where there is no terminal, it logs."""

    def __init__(self, *, bar: bool = False) -> None:
        self._wanted = bar and sys.stderr.isatty()
        self._bar: tqdm[Never] | None = None
        self._what = ""
        self._total = 0
        self._done = 0
        self._logged = 0.0
        self._begun: float | None = None
        self.trouble = ""
        """A sentence for the owner if indexing cannot go on; whoever runs it sets it."""

    def begin(self, what: str, total: int) -> None:
        """Start to show a run over `total` things."""
        self._what, self._total, self._done, self._logged = what, total, 0, time.monotonic()
        self._begun = self._logged
        if self._wanted:
            self._bar = tqdm(total=total, desc=what, unit=" files", dynamic_ncols=True)

    def advance(self, count: int) -> None:
        """Note that `count` more are done. More than were to be are work that came up meanwhile."""
        self._done += count
        self._total = max(self._total, self._done)
        if self._bar is not None:
            self._bar.total = self._total
            self._bar.update(count)
        elif time.monotonic() - self._logged > _LOG_EVERY:
            self._logged = time.monotonic()
            logger.info("%s: %d of %d", self._what, self._done, self._total)

    def end(self) -> None:
        """Finish the run shown."""
        self._begun = None
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def now(self) -> Doing | None:
        """Return the run that is under way, None if there is none. For any thread."""
        if self.trouble:
            return Doing("", 0, 0, trouble=self.trouble)
        begun, done, total = self._begun, self._done, self._total
        if begun is None:
            return None
        taken = time.monotonic() - begun
        sure = done >= _SURE_WITH and taken > _SURE_AFTER
        # The two are read one after the other.
        return Doing(self._what, min(done, total), total, taken / done * max(total - done, 0) if sure else None)
