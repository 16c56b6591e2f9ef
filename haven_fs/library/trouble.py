"""Troubles that pass: a disk that fails, rights that are missing. The file is not to blame: it may be read tomorrow."""

import errno
from collections.abc import Iterator
from pathlib import Path

from haven_fs.library.beneath import Beneath, listing

ABSENT = frozenset(
    {
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ELOOP,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ENODEV,
        errno.ENXIO,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
    }
)
"""The file or its disk is not there now, but a link perhaps: nothing is known of it."""
DENIED = frozenset({errno.EACCES, errno.EPERM})
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk is full, or a quota is used up."""
OF_DISKS = NO_ROOM | {errno.EIO, errno.EROFS}
"""The disk's doing and nobody's mistake, whatever was to be done."""
PASSING = ABSENT | DENIED | {errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EBUSY, errno.EAGAIN}

GONE = "The folder {} is not there. Is its disk connected?"
EMPTY = "The folder {} is empty now. Is its disk connected?"
_AGAIN = "Haven tries again each time it looks through the library."
_MOST_READ = 256 << 20
_BLOCK = 1 << 20


def passing(error: BaseException, path: Path, *, doubtful: bool = False) -> OSError | None:
    """Return the passing trouble with the file at `path` that an error came of; None if its content is to blame.

    `doubtful`: read the file to its end before it is blamed, since not every decoder says why it gave up.
    """
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno in PASSING and cause.filename in (None, str(path)):
            if type(cause).__module__.partition(".")[0] != "av":
                return cause
            doubtful = True  # libav says this of files that are cut short, too
    return _read_through(path) if doubtful else None


def in_words(error: OSError) -> str:
    """Return a sentence for the owner of a file that cannot be read now."""
    if error.errno in DENIED:
        return f"Haven is not allowed to read this file. Give the user it runs as permission. {_AGAIN}"
    return f"The disk could not give this file: {error.strerror or error}. {_AGAIN}"


def missing_disk(path: Beneath) -> str | None:
    """Return why a file that is not there may be there again, as a sentence; None if it is gone.

    Its folder may be the empty one that a disk is mounted on at other times. That it is not there either may be as well
    for such a disk, so the next walk is to judge: it knows where disks were mounted.
    """
    folder = Beneath(path.top, path.below.rpartition("/")[0])
    try:
        with listing(folder) as entries:
            is_empty = next(entries, None) is None
    except (FileNotFoundError, NotADirectoryError):
        return GONE.format(folder)
    except OSError as error:
        return in_words(error)
    return EMPTY.format(folder) if is_empty else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        one = todo.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [one.__context__, one.__cause__]


def _read_through(path: Path) -> OSError | None:
    try:
        with path.open("rb") as file:
            for _ in range(_MOST_READ // _BLOCK):
                if not file.read(_BLOCK):
                    break
    except OSError as error:
        return error
    return None
