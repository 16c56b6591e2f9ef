"""Calls of the system that Python does not offer: opening below a folder without links, renaming without replacing."""

import ctypes
import errno
import os
import sys
from collections.abc import Callable


class _How(ctypes.Structure):
    """Linux' struct open_how, see openat2(2)."""

    _fields_ = [("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64)]


def linux_open() -> Callable[[int, bytes, int, int], int | None] | None:
    """Return openat2, which gives None where the system turns out not to have it or not to let us call it."""
    number, no_symlinks, beneath = 437, 0x04, 0x08
    call = getattr(ctypes.CDLL(None, use_errno=True), "syscall", None)
    if call is None:
        return None
    call.restype = ctypes.c_long
    size = ctypes.c_size_t(ctypes.sizeof(_How))
    missing = [False]

    def openat2(folder: int, below: bytes, flags: int, mode: int) -> int | None:
        if missing[0]:
            return None
        how = _How(flags & ~os.O_NOFOLLOW, mode if flags & os.O_CREAT else 0, no_symlinks | beneath)
        # Without O_NOFOLLOW, with which a link could be opened as such, a link is an error here.
        while (found := call(ctypes.c_long(number), folder, below, ctypes.byref(how), size)) < 0:
            failed = ctypes.get_errno()
            if failed == errno.ENOSYS:
                missing[0] = True
            if failed in (errno.ENOSYS, errno.EPERM, errno.EINVAL, errno.EAGAIN):
                return None  # the other way says whether it is the call or the file
            if failed != errno.EINTR:
                raise OSError(failed, os.strerror(failed), os.fsdecode(below))
        return int(found)

    return openat2


def system_rename() -> Callable[[int | None, bytes, int | None, bytes], int] | None:
    """Return the call that renames without replacing, by open folders and names in them; None if there is none."""
    if sys.platform == "linux":
        linux = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        return linux and (lambda there, old, here, new: int(linux(there, old, here, new, 1)))
    if sys.platform == "darwin":
        mac = getattr(ctypes.CDLL(None, use_errno=True), "renameatx_np", None)
        return mac and (lambda there, old, here, new: int(mac(there, old, here, new, 4)))
    return None
