"""How far a long run is: a bar on a terminal, a line a minute in a log."""

import logging
import sys
import time
from typing import Never

from tqdm import tqdm

logger = logging.getLogger(__name__)

_LOG_EVERY = 60.0


class Progress:
    """One run after another; call begin, advance, end. With `bar` false, or where there is no terminal, it logs."""

    def __init__(self, *, bar: bool = False) -> None:
        self._wanted = bar and sys.stderr.isatty()
        self._bar: tqdm[Never] | None = None
        self._what = ""
        self._total = 0
        self._done = 0
        self._logged = 0.0

    def begin(self, what: str, total: int) -> None:
        """Start to show a run over `total` things."""
        self._what, self._total, self._done, self._logged = what, total, 0, time.monotonic()
        if self._wanted:
            self._bar = tqdm(total=total, desc=what, unit=" files", dynamic_ncols=True)

    def advance(self, count: int) -> None:
        """Note that `count` more are done."""
        self._done += count
        if self._bar is not None:
            self._bar.update(count)
        elif time.monotonic() - self._logged > _LOG_EVERY:
            self._logged = time.monotonic()
            logger.info("%s: %d of %d", self._what, self._done, self._total)

    def end(self) -> None:
        """Finish the run shown."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
