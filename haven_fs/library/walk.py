"""Walk a library: folder by folder, top down, every file's name, size, time and inode, and nothing else.

Links are never followed: one that leads out of the library would show what is not in it, one that stays inside would
show a file twice. (The root itself may be a link.) Neither are pipes, sockets and devices. What `ignore` skips is not
there. A folder that cannot be read costs that folder and is said so; the walk goes on. Names that are not UTF-8 come
as os.fsdecode makes them. Disks mounted inside a library belong to it.
"""

import errno
import os
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from haven_fs.library import beneath
from haven_fs.library.beneath import Beneath
from haven_fs.library.ignore import RuleBook, Rules, read_patterns

_FARTHEST = (1 << 63) - 1
"""Nanoseconds before and after the epoch, about the years 1677 and 2262: disks know more, SQLite does not."""


class FileStat(NamedTuple):
    """A file of a folder. `size` in bytes, `mtime_ns` since the epoch; `inode` and `device` are 0 on Windows."""

    name: str
    size: int
    mtime_ns: int
    inode: int
    device: int

    @classmethod
    def of(cls, name: str, status: os.stat_result) -> "FileStat":
        """Return a file's state as the system gives it, its time within what the catalog's integers hold."""
        mtime_ns = min(max(status.st_mtime_ns, -_FARTHEST), _FARTHEST)
        return cls(name, status.st_size, mtime_ns, status.st_ino, status.st_dev)


@dataclass(slots=True)
class Listing:
    """What lies in one folder: `path` relative to the root with "/", "" for the root; names sorted.

    `error`: why the folder could not be read. `gone`: the folder is not there (any more), or is skipped. Either way
    `folders` and `files` are empty, and after an error that says nothing about what the folder holds.
    """

    path: str
    folders: list[str] = field(default_factory=list)
    files: list[FileStat] = field(default_factory=list)
    error: str | None = None
    gone: bool = False


def walk(root: Path, *, only: Collection[str] | None = None) -> Iterator[Listing]:
    """Yield the listing of every folder of the library at `root`, a folder before those in it.

    `only`: these folders instead, relative to the root, each by itself without what is below it. A root that is not
    there or not readable is a listing with `error`, never `gone`.
    """
    if only is None:
        waiting = [("", Rules())]
        while waiting:
            path, above = waiting.pop()
            folder = Beneath(root, path)
            rules = above.entering(path, read_patterns(folder))
            listing = _listing(folder, rules)
            yield listing
            waiting.extend((_join(path, name), rules) for name in reversed(listing.folders))
        return
    book = RuleBook(root)
    for path in sorted(only):
        inside = book.inside(path)
        yield Listing(path, gone=True) if inside is None else _listing(Beneath(root, path), inside)


def folders(root: Path, below: str = "") -> Iterator[tuple[str, bool]]:
    """Yield `below` and the path of every folder under it, relative to `root`, and whether all names in it are UTF-8.

    No file is asked for its size. Folders that are skipped or cannot be read are left out.
    """
    rules = RuleBook(root).inside(below)
    waiting = [(below, rules)] if rules else []
    while waiting:
        path, rules = waiting.pop()
        children = []
        plain = is_utf8(path)
        try:
            with beneath.listing(Beneath(root, path)) as entries:
                for entry in entries:
                    plain = plain and is_utf8(entry.name)
                    child = _join(path, entry.name)
                    if _is_folder(entry) and not rules.skips(child, folder=True):
                        children.append(child)
        except OSError:
            continue
        yield path, plain
        children.sort(reverse=True)
        waiting.extend((child, rules.entering(child, read_patterns(Beneath(root, child)))) for child in children)


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def is_utf8(name: str) -> bool:
    """Tell whether a name is text, and not bytes that os.fsdecode could only wrap."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    if sys.platform == "win32" and sys.version_info >= (3, 12) and entry.is_junction():
        return False  # a link to a folder, which is_dir says yes to
    return entry.is_dir(follow_symlinks=False)


def _listing(folder: Beneath, rules: Rules) -> Listing:
    path = folder.below
    names: list[str] = []
    files: list[FileStat] = []
    prefix = _join(path, "")
    try:
        with beneath.listing(folder) as entries:
            for entry in entries:
                if _is_folder(entry):
                    if not rules.skips(prefix + entry.name, folder=True):
                        names.append(entry.name)
                elif entry.is_file(follow_symlinks=False) and not rules.skips(prefix + entry.name, folder=False):
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # deleted since its name was read
                        continue
                    files.append(FileStat.of(entry.name, status))
    except OSError as error:
        # A link is not what was there, and the walk of everything does not enter it.
        is_gone = error.errno == errno.ELOOP or isinstance(error, FileNotFoundError | NotADirectoryError)
        return Listing(path, gone=True) if path and is_gone else Listing(path, error=_reason(error))
    names.sort()
    files.sort()
    return Listing(path, names, files)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
