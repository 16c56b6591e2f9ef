"""Asks the C library to give memory back: a server on a small NAS lives beside others."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8


def keep_small() -> None:
    """Have glibc return large blocks to the system at once and share two heaps among all threads.

    By default each thread gets a heap of its own, and the threshold above which a block is given back rises to 32 MB
    with use: 48 threads that each answered one large listing would keep hundreds of megabytes. Elsewhere nothing is
    done: macOS and musl do not hoard so.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_ARENA_MAX, 2)
    mallopt(_M_MMAP_THRESHOLD, 256 * 1024)
    mallopt(_M_TRIM_THRESHOLD, 256 * 1024)
