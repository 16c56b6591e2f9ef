"""The hidden folder of a writable library that what is deleted or replaced goes to: `.haven-removed/TOKEN/PATH`.

A thing goes there by one rename, under the path that it had: so a process that is killed, even a catalog that is lost,
leaves everything where it can be found again. A walk never looks there (haven_fs.library.ignore).
"""

import errno
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haven_fs.library import beneath, filecalls
from haven_fs.library.beneath import Beneath
from haven_fs.library.fileops import NO_LINKS, are_same, copy, move, reach, rename_new
from haven_fs.library.storing import draft_path, make_folders, sync_folder

REMOVED = ".haven-removed"
_TOKEN = re.compile(r"(\d{8}T\d{6})-[0-9a-f]{8}-(\d+)")


@dataclass(frozen=True, slots=True)
class PutAway:
    """One thing in `.haven-removed`: `path` is where it was below the root, `at` when, seconds since the epoch."""

    token: str
    path: str
    is_folder: bool
    at: float


def put_away(root: Path, below: str) -> str:
    """Take a file or a whole folder out of a library into `.haven-removed`; return the token. Raises OSError."""
    path = reach(root, below)
    token = _new_token(root, below)
    try:
        move(path, found(root, token, below))
    except BaseException:
        prune(root, token, below)
        raise
    return token


def put_back(root: Path, token: str, below: str) -> None:
    """Put what was put away a moment ago back to where it was. Raises OSError, also if something else is there."""
    move(found(root, token, below), Beneath(root, below))
    prune(root, token, below)


def keep_old(root: Path, below: str) -> str:
    """Have a file in `.haven-removed` too, where it stays as it is now when it is replaced; return the token."""
    path = reach(root, below)
    token = _new_token(root, below)
    kept = found(root, token, below)
    try:
        try:
            filecalls.link(path, kept)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            rename_new(copy(path, kept.parent), kept)
        sync_folder(kept.parent)
    except BaseException:
        with suppress(OSError):
            kept.unlink(missing_ok=True)  # the file itself is still in its place
        prune(root, token, below)
        raise
    return token


def put_old_back(root: Path, token: str, below: str) -> None:
    """Take back `keep_old`: if the file was moved away since, what was kept is it again. Raises OSError."""
    kept, path = found(root, token, below), Beneath(root, below)
    if not beneath.is_taken(path):
        move(kept, path)
    elif os.path.samestat(kept.lstat(), path.lstat()) or are_same(kept, path):
        kept.unlink()
    else:
        return  # somebody else was there: it is found in the trash
    prune(root, token, below)


def _new_token(root: Path, below: str) -> str:
    holder = Beneath(root, REMOVED)
    if holder.is_symlink():
        raise OSError(errno.ELOOP, f"{holder} is a link, so nothing can be removed", str(holder))
    token = f"{datetime.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}-{below.count('/')}"
    make_folders(root, "/".join([REMOVED, token, *below.split("/")[:-1]]))
    return token


def found(root: Path, token: str, path: str) -> Beneath:
    """Return where a removed thing is."""
    return Beneath(root, f"{REMOVED}/{token}/{path}")


def prune(root: Path, token: str, path: str) -> None:
    """Remove the empty folders that a removed thing has left behind; what is not empty stays."""
    folder = found(root, token, path).parent
    try:
        while folder.name != REMOVED:
            folder.rmdir()
            folder = folder.parent
    except OSError:
        return


def give_up(root: Path, token: str) -> Path:
    """Take a removed thing out of sight for good, and return what to `discard`: the next start does, if nobody has.

    Raises OSError; FileNotFoundError if it is not there.
    """
    holder = Beneath(root, REMOVED)
    if _TOKEN.fullmatch(token) is None or holder.is_symlink():
        raise OSError(errno.ELOOP, "This is not what Haven removed", str(holder / token))
    draft = draft_path(holder)
    rename_new(holder / token, draft)
    return draft


def put_aways(root: Path) -> Iterator[PutAway]:
    """Give all that is in `.haven-removed`, as it can be told without the catalog."""
    holder = Beneath(root, REMOVED)
    if not holder.is_dir():
        return
    for folder in sorted(holder.iterdir()):
        match = _TOKEN.fullmatch(folder.name)
        if match is None or folder.is_symlink():
            continue
        path: Path | None = folder
        for _ in range(int(match[2]) + 1):
            path = next(iter(sorted(path.iterdir())), None) if path is not None and path.is_dir() else None
        if path is None:
            prune(root, folder.name, "x")  # killed before anything was put there
        else:
            at = datetime.strptime(match[1], "%Y%m%dT%H%M%S").timestamp()
            is_folder = path.is_dir()
            yield PutAway(folder.name, path.relative_to(folder).as_posix(), is_folder, at)
