"""A catalog that cannot be written when it is opened, such as after a power cut on a full disk: it is read as it lies.

Readers then see the files as they are, without any of SQLite's means against a writer. So whoever opens the catalog for
writing after all must be alone with it: nobody reads meanwhile, and none of those connections is used again.
"""

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haven_fs.errors import DiskFull, Refused

logger = logging.getLogger(__name__)

_TRY_EVERY = 1.0
"""Seconds between tries to write after all."""
_LEAST_FREE = 512 << 10
"""Bytes that it takes to open a catalog."""
_WAIT = 1.0
"""Seconds for which readers are waited for; they keep nobody longer than that."""


class Frozen:
    """Whether the catalog in `folder` is read as it lies, and why: `refusal`, None if it is not. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.refusal: Refused | None = None
        self._folder = folder
        self._changed = threading.Condition()
        self._readers = 0
        self._alone: int | None = None
        self._tried = time.monotonic()

    def check(self) -> None:
        """Raise what is wrong, if the catalog is frozen."""
        if self.refusal is not None:
            raise type(self.refusal)(self.refusal.reason)

    def may_try(self) -> bool:
        """Tell whether to try to write: a disk that was full has room. Others are mended while Haven is stopped."""
        if not isinstance(self.refusal, DiskFull) or time.monotonic() - self._tried < _TRY_EVERY:
            return False
        self._tried = time.monotonic()
        try:
            return shutil.disk_usage(self._folder).free >= _LEAST_FREE
        except OSError as error:
            logger.debug("nobody can tell how much room there is: %s", error)
            return False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read within the block; waits while somebody is `alone`."""
        if self.refusal is None or self._alone == threading.get_ident():
            yield
            return
        with self._changed:
            self._changed.wait_for(lambda: self._alone is None)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep all other threads from reading for the block; gives False if one of them does not end."""
        with self._changed:
            self._alone = threading.get_ident()
            is_alone = self._changed.wait_for(lambda: not self._readers, timeout=_WAIT)
        try:
            yield is_alone
        finally:
            with self._changed:
                self._alone = None
                self._changed.notify_all()
