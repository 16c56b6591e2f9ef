"""Writing files into a library so that each is there whole or not at all, and nothing that was there is lost.

A file is written as a draft beside its place, under a name that walks never show, synced, and then moved to its place
(haven_fs.library.fileops). What a killed process leaves is a draft at most; `sweep` removes those of others.
"""

import errno
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import psutil

from haven_fs.library import beneath, filecalls
from haven_fs.library.beneath import Beneath
from haven_fs.library.fingerprint import SPAN

logger = logging.getLogger(__name__)

DRAFT = ".haven-part-"
"""What the names of drafts begin with; see haven_fs.library.ignore."""
_TOKEN = secrets.token_hex(4)
_MADE_BY = re.compile(rf"{re.escape(DRAFT)}[0-9a-f]{{8}}([0-9a-f]{{1,8}})-[0-9a-f]{{16}}")
"""The name of a draft: a token, the id of the process, and a number."""


def _ours() -> str:
    """Return what the names of this process's drafts begin with; a forked process has the same token."""
    return f"{DRAFT}{_TOKEN}{os.getpid():x}-"


def draft_path(folder: Path, prefix: str = "") -> Path:
    """Return a name for a draft in a folder, which nothing has; `prefix`: other than those of this process."""
    return folder / f"{prefix or _ours()}{secrets.token_hex(8)}"


class Draft:
    """A file that is being written in `folder`; `discard` it if it was not moved to its place. Raises OSError.

    `began`: when that was, seconds since the epoch. `sha256`, `tail`: the digest and the last SPAN bytes of what was
    written so far, so that nobody has to read it again for them. `inode`: its device and number, once it is finished.
    """

    def __init__(self, folder: Path, length: int | None = None, *, prefix: str = "") -> None:
        """`length`: how many bytes will come, if that is known: there must be room. `prefix`: of its name."""
        if length and beneath.room_in(folder) < length:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        self.path = draft_path(folder, prefix)
        descriptor = beneath.open_file(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        self._file: BinaryIO = os.fdopen(descriptor, "w+b", buffering=0)
        self.size, self.sha256, self.tail = 0, sha256(), b""
        self.began = time.time()
        self.inode = 0, 0

    def write(self, block: bytes | memoryview) -> None:
        """Add bytes at its end."""
        rest = memoryview(block)
        while rest:
            rest = rest[self._file.write(rest) :]
        self.size += len(block)
        self.sha256.update(block)
        self.tail = (self.tail + block)[-SPAN:] if len(block) < SPAN else bytes(block[-SPAN:])

    def fileno(self) -> int:
        """Return the descriptor of the file until it is finished."""
        return self._file.fileno()

    def finish(self, mtime: float | None = None) -> None:
        """Have all of it on the disk; `mtime`: its modification time, seconds since the epoch."""
        if mtime is not None:
            os.utime(self.fileno() if os.utime in os.supports_fd else self.path, (mtime, mtime))
        os.fsync(self._file.fileno())
        state = os.fstat(self._file.fileno())
        self.inode = state.st_dev, state.st_ino
        self._file.close()

    def discard(self) -> None:
        """Remove it, unless it is in its place by now. What cannot be removed now is by the next start's `sweep`."""
        self._file.close()
        _remove_later(self.path)


def replace_with(file: Path, target: Path) -> None:
    """Put a file, maybe a draft, in place of another, which was kept elsewhere by now; at no moment is there none.

    Meanwhile the other has the name of a draft, too. Raises OSError; then both are where they were, as far as the disk
    allows. `target` may be new.
    """
    is_new = not beneath.is_taken(target)
    old = None if is_new else _second_name(target, draft_path(target.parent))
    try:
        beneath.replace(file, target)
        try:
            sync_folder(target.parent)
        except OSError:
            if is_new or old is not None:
                beneath.replace(target, file)
            if old is not None:
                beneath.replace(old, target)
            raise
    finally:
        if old is not None:
            _remove_later(old)


def _second_name(file: Path, name: Path) -> Path | None:
    """Give a file a second name and return it; None on a disk that has no links."""
    try:
        filecalls.link(file, name)
    except OSError:
        return None
    return name


def _remove_later(draft: Path) -> None:
    """Remove a draft, now or, if that fails, by the next start's `sweep`."""
    try:
        draft.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("%s is left over until Haven starts again: %s", draft, error)


def make_folders(root: Path, below: str) -> Beneath:
    """Make the folder `below` a root, with those above it that are not there, durably. Raises OSError."""
    folder = Beneath(root)
    for part in below.split("/") if below else ():
        above, folder = folder, folder / part
        if not folder.is_dir():
            try:
                folder.mkdir(exist_ok=True)
            except FileExistsError:
                os.close(beneath.open_folder(folder))  # which says what is wrong with it, such as that it is a link
                raise
            sync_folder(above)
    return folder


@contextmanager
def new_folders(root: Path, below: str) -> Iterator[Path]:
    """Give the folder `below` a root, made durably if it is not there; if the block raises, none was made."""
    made: list[Path] = []
    folder = Beneath(root)
    for part in below.split("/") if below else ():
        folder = folder / part
        if not folder.is_dir():
            made.append(folder)
    try:
        yield make_folders(root, below)
    except BaseException:
        for one in reversed(made):
            with suppress(OSError):  # somebody else has put something there
                one.rmdir()
        raise


def sync_folder(folder: Path) -> None:
    """Have what a folder lists on the disk. Systems that cannot are left alone."""
    if os.name != "posix":
        return
    descriptor = beneath.open_folder(folder)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def _is_others(name: str) -> bool:
    """Tell whether a draft is of another process than this."""
    return not name.startswith(_ours())


def is_left(name: str) -> bool:
    """Tell whether a draft is of a process that runs no more on this machine."""
    made_by = _MADE_BY.match(name)
    return made_by is not None and not psutil.pid_exists(int(made_by[1], 16))


def sweep(root: Path, goes: Callable[[str], bool] = _is_others) -> int:
    """Remove the drafts that processes before this one have left below a root; return how many there were.

    `goes`: which of them, by their names: where others may be writing now, those that `is_left`.
    """
    found = 0
    waiting = [Beneath(root)]
    while waiting:
        folder = waiting.pop()
        drafts: list[str] = []
        try:
            with beneath.listing(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(DRAFT):
                        drafts += [entry.name] if goes(entry.name) else []
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append(folder / entry.name)
        except OSError:
            continue  # it is gone, or not for Haven to see
        for name in drafts:
            try:
                filecalls.remove(folder / name)
                found += 1
            except OSError as error:
                logger.warning("%s is left over from an upload and cannot be deleted: %s", folder / name, error)
    return found
