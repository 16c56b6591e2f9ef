"""File operations in libraries: moved without replacing anything, copied whole, and no link followed anywhere."""

import ctypes
import errno
import os
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from haven_fs.library.ignore import is_noise
from haven_fs.library.storing import Draft, draft_path, sync_folder

NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EXDEV}

Failed = Callable[[Path, OSError], None]
"""Called with what could not be copied, and why."""


def reach(root: Path, below: str) -> Path:
    """Return the path of something below a root, there or not. Raises OSError if a folder on the way is a link."""
    path = root / below if below else root
    above = path.parent if below else root
    if os.path.realpath(above) != os.path.join(os.path.realpath(root), *below.split("/")[:-1]):  # noqa: PTH118
        raise OSError(errno.ELOOP, "A folder on the way there is now a link, which Haven does not follow", str(path))
    return path


def rename_new(source: Path, target: Path) -> None:
    """Rename a file or folder on one disk. Raises FileExistsError if the name is taken, and any other OSError."""
    if _respells(source, target):
        source.rename(target)
        return
    if _exclusive(os.fsencode(source), os.fsencode(target)):
        return
    if os.name == "nt":
        source.rename(target)  # which there replaces nothing
        return
    if not stat.S_ISDIR(source.lstat().st_mode):
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in NO_LINKS or error.errno == errno.EXDEV:
                raise
            # FAT has no links: the name is taken first, and then given to the file.
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            source.replace(target)
        else:
            source.unlink()
        return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    source.rename(target)


def _respells(source: Path, target: Path) -> bool:
    """Tell whether a disk that does not mind case takes two names for one."""
    alike = source.parent == target.parent and source.name.casefold() == target.name.casefold()
    return alike and os.path.lexists(target) and source.samefile(target)


def _exclusive(source: bytes, target: bytes) -> bool:
    """Rename as the system does it without replacing; False where it cannot. Raises OSError."""
    call = _system_rename()
    if call is None:
        return False
    if call(source, target) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(number, os.strerror(number), os.fsdecode(source), None, os.fsdecode(target))


def _system_rename() -> Callable[[bytes, bytes], int] | None:
    if sys.platform == "linux":
        here, no_replace = -100, 1
        linux = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        return linux and (lambda old, new: int(linux(here, old, here, new, no_replace)))
    if sys.platform == "darwin":
        exclusive = 4
        mac = getattr(ctypes.CDLL(None, use_errno=True), "renamex_np", None)
        return mac and (lambda old, new: int(mac(old, new, exclusive)))
    return None


def move(source: Path, target: Path) -> None:
    """Move a file or a whole folder durably, to another disk too. Raises FileExistsError, and any other OSError."""
    try:
        rename_new(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        before = source.lstat()
        draft = copy(source, target.parent, everything=True)
        try:
            now = source.lstat()
            if (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size):
                raise OSError(errno.EBUSY, "It changed while it was being moved", str(source)) from error
            rename_new(draft, target)
        except BaseException:
            discard(draft)
            raise
        sync_folder(target.parent)
        discard(source)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)


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
                    _copy_file(path, target, everything).rename(target / path.name)
            elif everything:
                if not stat.S_ISLNK(kind):
                    raise OSError(errno.ENOTSUP, "This is not a file that can be moved to another disk", str(path))
                (target / path.name).symlink_to(path.readlink())
        except OSError as error:
            if failed is None or error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            failed(path, error)
    if everything:
        shutil.copystat(source, target, follow_symlinks=False)
    sync_folder(target)


def _copy_file(source: Path, folder: Path, everything: bool) -> Path:
    descriptor = os.open(
        source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        state = os.fstat(descriptor)
        draft = Draft(folder, state.st_size)
        try:
            while block := file.read(1 << 20):
                draft.write(block)
            if everything:
                shutil.copystat(source, draft.path, follow_symlinks=False)
            os.utime(draft.path, ns=(state.st_mtime_ns, state.st_mtime_ns))
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
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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
