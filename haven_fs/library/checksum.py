"""Reading a file whole for its SHA-256, a little at a time, from the disk and not from what memory keeps of it.

SHA-256, since processors of the last years have instructions for it, which make it the fastest of those that have
standing, and since any system can take it too (`sha256sum`). Reading a disk is slower than it in any case.
"""

import errno
import os
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from haven_fs.library.beneath import Beneath, open_file
from haven_fs.library.fingerprint import SPAN, ending_of

BLOCK = 1 << 20
_State = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Checksum:
    """What all bytes of a file are, and the file's state when they were read; times in nanoseconds since the epoch.

    `ending`: what stands for its last bytes, see haven_fs.library.fingerprint.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    digest: bytes
    ending: bytes


class Pace:
    """How fast files are read: for a `share` of the time, and at most `limit` bytes a second if that is given."""

    def __init__(self, share: float = 1.0, limit: float | None = None) -> None:
        self._rest, self._limit = 1.0 / share - 1.0, limit

    def rest(self, taken: float, read: int) -> None:
        """Wait, after `read` bytes were read in `taken` seconds."""
        wanted = taken * self._rest
        if self._limit is not None:
            wanted = max(wanted, read / self._limit - taken)
        if wanted > 0:
            time.sleep(min(wanted, 5.0))


class Reading:
    """One file that is read whole; it may be paused in between, and no descriptor is open then. Raises OSError.

    If the file is written or replaced meanwhile, that is an OSError with the number ESTALE.
    """

    def __init__(self, root: Path, below: str) -> None:
        self._path = Beneath(root, below)
        self._sum, self._done, self._tail = sha256(), 0, b""
        self._file: int | None = None
        self._state: _State | None = None

    def step(self, pace: Pace) -> bool:
        """Read the next block, then rest; tell whether there may be more."""
        began = time.monotonic()
        file = self._open()
        block = os.read(file, BLOCK)
        self._sum.update(block)
        self._done += len(block)
        self._tail = (self._tail + block)[-SPAN:] if len(block) < SPAN else block[-SPAN:]
        if block:
            pace.rest(time.monotonic() - began, len(block))
        return bool(block)

    def _open(self) -> int:
        if self._file is None:
            self._file = open_file(self._path)
            state = _state(os.fstat(self._file))
            if self._state not in (None, state):
                raise _changed(self._path)
            self._state = state
            if hasattr(os, "posix_fadvise"):
                # What memory has of the file says nothing about the disk.
                os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)
                os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_SEQUENTIAL)
            os.lseek(self._file, self._done, os.SEEK_SET)
        return self._file

    def finish(self) -> Checksum:
        """Return what all bytes are, once `step` said that there are no more."""
        now = _state(os.fstat(self._open()))
        if now != self._state or _state(self._path.lstat()) != now or now[1] != self._done:
            raise _changed(self._path)
        self.pause()
        return Checksum(now[1], now[2], now[3], self._sum.digest(), ending_of(self._tail, now[1]))

    def pause(self) -> None:
        """Let go of the file; the next step goes on where it was."""
        if self._file is not None:
            if hasattr(os, "posix_fadvise"):
                # A terabyte of photos that nobody looked at must not take the place of what is in use.
                os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(self._file)
            self._file = None


def checksum_of(root: Path, below: str, pace: Pace | None = None) -> Checksum:
    """Read a file below a root whole. Raises OSError, of number ESTALE if the file was changed meanwhile."""
    reading, pace = Reading(root, below), pace or Pace()
    try:
        while reading.step(pace):
            pass
        return reading.finish()
    finally:
        reading.pause()


def _state(found: os.stat_result) -> _State:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _changed(path: Path) -> OSError:
    return OSError(errno.ESTALE, "The file was changed while it was read", str(path))
