"""Who signed in, who tried to, and what became of passwords: one line each in audit.log, and in the log.

The file is the owner's alone and holds no passwords. It is at most twice LARGEST bytes with its predecessor,
audit.log.1. Names that strangers send are escaped, so that none begins a line of its own, and shortened. Failures are
gathered: the first is written at once, what follows once a minute.
"""

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from haven_fs.errors import why

logger = logging.getLogger(__name__)

LARGEST = 512 * 1024
GATHER_SECONDS = 60.0
MOST = 64
"""Different failures that are told apart in a minute; how many more there were is counted."""
SHOWN = 5


class Audit:
    """The audit log of a data folder; safe between threads and processes. Never raises.

    `aloud`: each line goes to the log as well.
    """

    def __init__(self, path: Path, *, aloud: bool = True) -> None:
        self._path = path
        self._aloud = aloud
        self._lock = threading.Lock()
        self._failures: Counter[tuple[str, str]] = Counter()
        self._more = 0
        self._since = float("-inf")

    def note(self, words: str) -> None:
        """Write one line. What comes from outside must be in it as escaped() returns it."""
        if self._aloud:
            logger.info("Sign-in: %s", words)
        line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {words}\n".encode("utf-8", "backslashreplace")
        try:
            with self._lock:
                if self._path.exists() and self._path.stat().st_size + len(line) > LARGEST:
                    self._path.replace(self._path.with_name(self._path.name + ".1"))
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
                descriptor = os.open(self._path, flags, 0o600)
                try:
                    os.write(descriptor, line)
                finally:
                    os.close(descriptor)
        except OSError as error:
            logger.warning("%s cannot be written: %s", self._path, why(error))

    def failed(self, name: str, address: str, later: Callable[[float, Callable[[], None]], object]) -> None:
        """Count a wrong password; `later` is given when to call what writes down those that followed the first."""
        with self._lock:
            if len(self._failures) < MOST or (name, address) in self._failures:
                self._failures[name, address] += 1
            else:
                self._more += 1
            first = time.monotonic() - self._since >= GATHER_SECONDS
            alone = not self._more and self._failures.total() == 1
        if first:
            self.flush()
        elif alone:
            later(GATHER_SECONDS, self.flush)

    def flush(self) -> None:
        """Write down the failures that were counted."""
        with self._lock:
            failures, more = self._failures, self._more
            self._failures, self._more, self._since = Counter(), 0, time.monotonic()
        if not failures:
            return
        shown = failures.most_common(SHOWN)
        total = failures.total() + more
        told = ", ".join(f"{count} for {escaped(name)} from {escaped(address)}" for (name, address), count in shown)
        rest = total - sum(count for _, count in shown)
        self.note(f"{total} failed: {told}{f', {rest} others' if rest else ''}")


def escaped(text: str) -> str:
    """Return a name in quotes, with nothing in it that ends a line or writes from right to left, and not too long."""
    short = text if len(text) <= 64 else text[:63] + "…"
    return '"' + "".join(map(_harmless, short)) + '"'


def _harmless(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()
