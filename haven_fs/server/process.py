"""What a server asks of the system for its own process: to keep little memory, to hold many connections."""

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


def allow_many_files() -> None:
    """Raise the number of files that may be open to what the system allows: each download under way takes two."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65536
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, 65536), hard))
        except (OSError, ValueError):
            return
