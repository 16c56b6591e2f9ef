"""Single calls on files and folders that are reached by the folder they are in, see haven_fs.library.beneath."""

import ctypes
import errno
import os
import shutil
import stat
import sys
from pathlib import Path

from haven_fs.library.beneath import HAS_DIR_FD, holding, open_folder
from haven_fs.library.systemcalls import system_rename


def copy_state(source: Path, target: Path) -> None:
    """Give a folder the rights and times of another, and what else the system keeps of it. Raises OSError."""
    if not HAS_DIR_FD:
        shutil.copystat(source, target, follow_symlinks=False)
        return
    old = open_folder(source)
    try:
        new = open_folder(target)
        try:
            copy_open_state(old, new)
        finally:
            os.close(new)
    finally:
        os.close(old)


def copy_open_state(source: int, target: int) -> None:
    """Do the same for what is open. Raises OSError."""
    if sys.platform == "linux":
        shutil.copystat(source, target)  # type: ignore[arg-type] # which takes descriptors
        return
    state = os.fstat(source)
    if hasattr(os, "fchmod"):
        os.fchmod(target, stat.S_IMODE(state.st_mode))
    if os.utime in os.supports_fd:
        os.utime(target, ns=(state.st_atime_ns, state.st_mtime_ns))


def link(source: Path, target: Path) -> None:
    """Give a file a second name. Raises OSError."""
    with holding(source) as (source_folder, old), holding(target) as (folder, new):
        os.link(old, new, src_dir_fd=source_folder, dst_dir_fd=folder, follow_symlinks=False)


def rename_exclusively(source: Path, target: Path) -> bool:
    """Rename as the system does it without replacing; False where it cannot. Raises OSError."""
    call = system_rename()
    if call is None:
        return False
    with holding(source) as (old_folder, old), holding(target) as (new_folder, new):
        if call(old_folder, os.fsencode(old), new_folder, os.fsencode(new)) == 0:
            return True
        number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(target))


def remove(path: Path) -> None:
    """Remove a file or a whole folder. Raises OSError, FileNotFoundError if it is not there."""
    with holding(path) as (folder, name):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)
