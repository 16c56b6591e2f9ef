"""One file fetched whole: gone on with where it broke off, tried again when the connection breaks.

What lies under the path may be a part of the file from an earlier time; it is continued, never trusted. Whoever calls
checks the whole.
"""

import errno
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path

from haven_fs import UserError
from haven_models import hub

TRIES = 5
"""Times in a row that a connection may give nothing before it is given up."""
WAIT = 1.0
"""Seconds before the second try; each further wait is twice as long."""
_CHUNK = 256 * 1024


def fetch(snapshot: hub.Snapshot, file: hub.RemoteFile, path: Path, progress: Callable[[int], object]) -> None:
    """Fetch a file to `path`, telling `progress` of bytes as they come (less than 0: they have to come again).

    Raises UserError: no network, the host refuses, the disk is full. What came stays for the next time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    idle = 0
    while (have := _size(path)) < file.size or not path.exists():
        try:
            _more(snapshot.url(file.path), path, have, file.size, progress)
        except urllib.error.HTTPError as error:
            if error.code == 416:  # there is no more than we have: it is another file now
                path.unlink()
                progress(-have)
            elif error.code not in (408, 429) and error.code < 500:
                raise hub.refusal(error, snapshot.host, snapshot.repository) from error
            problem: Exception = hub.refusal(error, snapshot.host, snapshot.repository)
        except hub.BROKEN as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                path.unlink(missing_ok=True)  # a full disk stops more than this
                raise disk_full(path) from error
            problem = hub.no_network(error, snapshot.host)
        else:
            problem = hub.no_network(ConnectionError("it closed the connection too early"), snapshot.host)
        idle = 0 if _size(path) > have else idle + 1
        if idle == TRIES:
            raise problem
        if idle:
            time.sleep(WAIT * 2 ** (idle - 1))


def _more(url: str, path: Path, have: int, size: int, progress: Callable[[int], object]) -> None:
    """Add to what is there what one connection gives. Raises what the connection and the disk raise."""
    with hub.open_url(url, have) as answer:
        if have and answer.status != 206:  # the host cannot go on in the middle
            progress(-have)
            have = 0
        with path.open("ab" if have else "wb") as out:
            # One byte more than promised tells that it is another file.
            left = size - have + 1
            while left and (chunk := answer.read(min(_CHUNK, left))):
                out.write(chunk)
                progress(len(chunk))
                left -= len(chunk)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def disk_full(path: Path) -> UserError:
    """Return the words for a disk without room."""
    return UserError(
        f"The disk is full: the model does not fit in {path.parent}. Free some space, or set HAVEN_MODELS to a folder"
        " on another disk, and try again."
    )
