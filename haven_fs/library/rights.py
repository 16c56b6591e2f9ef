"""Who may read what Haven makes: its own data its user alone, files in libraries whoever the user's umask lets.

A process of Haven runs with umask 077 (`private`), which holds for all that it makes: databases and what SQLite puts
beside them, files of plugins and of packages, and those of its child processes. Only what is made in a library is given
the rights that it would have had (`as_meant`). What an older Haven has made is mended when the data folder is locked.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OTHERS = 0o077
_ACL = "system.posix_acl_access"
_MOST_MENDED = 100_000

_users: list[int] = []
"""The umask that this process was started with, while it runs with another."""


@contextmanager
def private() -> Iterator[None]:
    """Have what this process and its children make be its user's alone, but for libraries."""
    if os.name != "posix":
        yield
        return
    before = os.umask(_OTHERS)
    _users.append(before)
    try:
        yield
    finally:
        _users.pop()
        os.umask(before)


@contextmanager
def users_umask() -> Iterator[None]:
    """Have what is made meanwhile be as the user wants files to be. Only where no other thread makes anything."""
    if not _users:
        yield
        return
    before = os.umask(_users[0])
    try:
        yield
    finally:
        os.umask(before)


def as_meant(descriptor: int, wanted: int) -> None:
    """Give a file or folder that was just made in a library the rights that it has without `private`.

    `wanted`: those that it was made with, before any umask. Where the library's own rules (ACLs) decide, they stay.
    """
    meant = wanted & ~_users[0] if _users else wanted & ~_OTHERS
    if meant == wanted & ~_OTHERS:
        return
    with suppress(OSError):  # such as of a disk that keeps no rights
        mode = os.fstat(descriptor).st_mode
        has_rules = hasattr(os, "listxattr") and _ACL in os.listxattr(descriptor)
        if stat.S_IMODE(mode) & 0o777 == wanted & ~_OTHERS and not has_rules:
            os.fchmod(descriptor, stat.S_IMODE(mode) | meant)


def make_private(folder: Path) -> None:
    """Make a data folder, or mend the rights of one that is there and all in it. Raises OSError if it cannot be made.

    One that is another user's, or that all may write to, such as /tmp, is left as it is.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = folder.stat()
    if os.name != "posix" or state.st_uid != os.geteuid() or state.st_mode & stat.S_ISVTX:
        return
    with suppress(OSError):
        if state.st_mode & _OTHERS:
            folder.chmod(stat.S_IMODE(state.st_mode) & ~_OTHERS)  # which hides all that is in it at once
    left = _MOST_MENDED
    waiting = [folder]
    while waiting and left:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                left -= 1
                with suppress(OSError):
                    mode = entry.stat(follow_symlinks=False).st_mode
                    if stat.S_ISDIR(mode):
                        waiting.append(Path(entry.path))
                    if mode & _OTHERS and (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                        Path(entry.path).chmod(stat.S_IMODE(mode) & ~_OTHERS)


def exposed(folder: Path) -> str | None:
    """Return a sentence about who else may get at a data folder, None if nobody may."""
    if os.name != "posix":
        return None
    state = folder.stat()
    if state.st_uid != os.geteuid():
        return (
            f"The data folder {folder} belongs to another user of this computer, who can read and change all that Haven"
            " knows. Run Haven as that user, or give the folder to the one it runs as."
        )
    if not state.st_mode & _OTHERS:
        return None
    what = "change" if state.st_mode & 0o022 else "read"
    return (
        f"Other users of this computer may {what} what is in the data folder {folder}, passwords' hashes among it."
        f" Haven closes it to them when it starts; if this stays, the disk keeps no rights (as FAT and some network"
        " disks), or all may write to that folder: choose another one with --data."
    )
