"""File operations in libraries: moved without replacing anything, copied whole, and no link followed anywhere."""

import errno
import logging
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from haven_fs.library import beneath, filecalls
from haven_fs.library.beneath import Beneath, holding
from haven_fs.library.ignore import is_noise
from haven_fs.library.storing import Draft, draft_path, sync_folder

logger = logging.getLogger(__name__)

NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EXDEV}

Failed = Callable[[Path, OSError], None]
"""Called with what could not be copied, and why."""


def reach(root: Path, below: str) -> Beneath:
    """Return the path of something below a root, there or not. Raises OSError if a folder on the way is a link."""
    path = Beneath(root, below)
    if below:
        with holding(path):
            pass
    return path


def rename_new(source: Path, target: Path) -> None:
    """Rename a file or folder on one disk. Raises FileExistsError if the name is taken, and any other OSError."""
    if _respells(source, target):
        beneath.replace(source, target)
        return
    if filecalls.rename_exclusively(source, target):
        return
    if os.name == "nt":
        source.rename(target)  # which there replaces nothing
        return
    if not stat.S_ISDIR(source.lstat().st_mode):
        try:
            filecalls.link(source, target)
        except OSError as error:
            if error.errno not in NO_LINKS or error.errno == errno.EXDEV:
                raise
            # FAT has no links: the name is taken first, and then given to the file.
            os.close(beneath.open_file(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            with _or_back(target.unlink):
                beneath.replace(source, target)
        else:
            with _or_back(target.unlink):
                source.unlink()
        return
    if beneath.is_taken(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    beneath.replace(source, target)


def _respells(source: Path, target: Path) -> bool:
    """Tell whether a disk that does not mind case takes two names for one."""
    if source.parent != target.parent or source.name.casefold() != target.name.casefold():
        return False
    return beneath.is_taken(target) and os.path.samestat(source.lstat(), target.lstat())


def move(source: Path, target: Path) -> None:
    """Move a file or a whole folder durably, to another disk too. Raises FileExistsError, and any other OSError.

    If it raises, all is where it was, as far as the disk allows.
    """
    try:
        rename_new(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _move_elsewhere(source, target)
        return
    with _or_back(lambda: rename_new(target, source)):
        sync_folder(target.parent)
        if source.parent != target.parent:
            sync_folder(source.parent)


def _move_elsewhere(source: Path, target: Path) -> None:
    """Move to another disk. The source goes by one rename, once all of it is there, and is erased after that."""
    before = source.lstat()
    draft = copy(source, target.parent, everything=True)
    with _or_back(lambda: discard(draft)):
        now = source.lstat()
        if (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size):
            raise OSError(errno.EBUSY, "It changed while it was being moved", str(source))
        rename_new(draft, target)
    with _or_back(lambda: discard(target) if is_there(source) else None):
        sync_folder(target.parent)
        left = retire(source)
    erase(left)


def is_there(path: Path) -> bool:
    """Tell whether something is in its place for certain, so that a copy of it can be given up."""
    try:
        return beneath.is_taken(path)
    except OSError:
        return False


def retire(source: Path) -> Path:
    """Take what has been copied elsewhere out of its place by one rename, durably, and return what to `erase`.

    A killed process leaves a draft, which the next start removes. Raises OSError; then it is still in its place.
    """
    left = draft_path(source.parent)
    rename_new(source, left)
    with _or_back(lambda: rename_new(left, source)):
        sync_folder(source.parent)
    return left


def erase(left: Path) -> None:
    """Remove what was retired or given up; what cannot be removed now is removed by the next start."""
    try:
        discard(left)
    except OSError as error:
        logger.warning("%s is left over until Haven starts again: %s", left, error)


@contextmanager
def _or_back(back: Callable[[], object]) -> Iterator[None]:
    """Call `back` if the block raises, so that what is refused has not been done either."""
    try:
        yield
    except BaseException:
        try:
            back()
        except OSError as error:
            logger.error("What could not be finished could not be taken back either: %s", error)
        raise


def copy(source: Path, folder: Path, *, everything: bool = False, failed: Failed | None = None) -> Path:
    """Copy a file or a whole folder as a draft into another folder, durably, and return the draft.

    `everything`: with rights, links and what walks do not look at, as it has to be if the source is then removed.
    `failed`: told of what cannot be copied, which is left out; without it that raises OSError.
    """
    if not stat.S_ISDIR(source.lstat().st_mode):
        return _copy_file(source, folder, everything)
    draft = draft_path(folder)
    draft.mkdir()
    try:
        _copy_folder(source, draft, everything, failed)
    except BaseException:
        discard(draft)
        raise
    return draft


def _copy_folder(source: Path, target: Path, everything: bool, failed: Failed | None) -> None:
    for path in sorted(source.iterdir()):
        try:
            kind = path.lstat().st_mode
            if stat.S_ISDIR(kind):
                if everything or not is_noise(path.name):
                    (target / path.name).mkdir()
                    _copy_folder(path, target / path.name, everything, failed)
            elif stat.S_ISREG(kind):
                if everything or not is_noise(path.name):
                    beneath.replace(_copy_file(path, target, everything), target / path.name)
            elif everything:
                if not stat.S_ISLNK(kind):
                    raise OSError(errno.ENOTSUP, "This is not a file that can be moved to another disk", str(path))
                (target / path.name).symlink_to(path.readlink())
        except OSError as error:
            if failed is None or error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            failed(path, error)
    if everything:
        filecalls.copy_state(source, target)
    sync_folder(target)


def _copy_file(source: Path, folder: Path, everything: bool) -> Path:
    with os.fdopen(beneath.open_file(source), "rb", buffering=0) as file:
        state = os.fstat(file.fileno())
        draft = Draft(folder, state.st_size)
        try:
            while block := file.read(1 << 20):
                draft.write(block)
            if everything:
                filecalls.copy_open_state(file.fileno(), draft.fileno())
            os.utime(draft.fileno(), ns=(state.st_mtime_ns, state.st_mtime_ns))
            draft.finish()
        except BaseException:
            draft.discard()
            raise
    return draft.path


def are_same(first: Path, second: Path) -> bool:
    """Tell whether two files have the same bytes, all of which are read now. Raises OSError."""
    with first.open("rb", buffering=0) as one, second.open("rb", buffering=0) as other:
        if os.fstat(one.fileno()).st_size != os.fstat(other.fileno()).st_size:
            return False
        while True:
            block, opposite = one.read(1 << 20), other.read(1 << 20)
            if block != opposite:
                return False
            if not block:
                return True


def discard(path: Path) -> None:
    """Remove a file or a whole folder of Haven's own, if it is there. Raises OSError."""
    with suppress(FileNotFoundError):
        filecalls.remove(path)


def size_of(path: Path) -> int:
    """Return the bytes of the files in a folder or of a file, as far as they can be told."""
    total = 0
    waiting = [path]
    while waiting:
        one = waiting.pop()
        try:
            state = one.lstat()
            if stat.S_ISDIR(state.st_mode):
                waiting += one.iterdir()
            else:
                total += state.st_size
        except OSError:
            continue
    return total
