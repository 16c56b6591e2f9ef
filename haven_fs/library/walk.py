"""Walk a library: folder by folder, top down, every file's name, size, time and inode, and nothing else.

Links are never followed: one that leads out of the library would show what is not in it, one that stays inside would
show a file twice. (The root itself may be a link.) Neither are pipes, sockets and devices. What `ignore` skips is not
there, and is counted by the reason; so are links by which somebody may expect to see photos. A folder that cannot be
read costs that folder and is said so; the walk goes on. Names that are not UTF-8 come as os.fsdecode makes them. Disks
mounted inside a library belong to it.
"""

import errno
import os
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from haven_fs.library import beneath
from haven_fs.library.beneath import Beneath
from haven_fs.library.ignore import IGNORE_FILE, SAYING, RuleBook, Rules, read_patterns
from haven_fs.library.kinds import claims_media, ending
from haven_fs.library.leavings import MARKERS, noise

_FARTHEST = (1 << 63) - 1
"""Nanoseconds before and after the epoch, about the years 1677 and 2262: disks know more, SQLite does not."""


class FileStat(NamedTuple):
    """A file of a folder. `size` in bytes, `mtime_ns` since the epoch; `inode` and `device` are 0 on Windows.

    `ctime_ns`: when its bytes, its name or its rights changed last, by the disk's clock, which no program can set back;
    0 where the system knows none.
    """

    name: str
    size: int
    mtime_ns: int
    inode: int
    device: int
    ctime_ns: int = 0

    @classmethod
    def of(cls, name: str, status: os.stat_result) -> "FileStat":
        """Return a file's state as the system gives it, its time within what the catalog's integers hold."""
        mtime_ns = min(max(status.st_mtime_ns, -_FARTHEST), _FARTHEST)
        # On Windows this is when the file was made.
        ctime_ns = 0 if sys.platform == "win32" else min(max(status.st_ctime_ns, -_FARTHEST), _FARTHEST)
        return cls(name, status.st_size, mtime_ns, status.st_ino, status.st_dev, ctime_ns)


@dataclass(slots=True)
class Listing:
    """What lies in one folder: `path` relative to the root with "/", "" for the root; names sorted.

    `error`: why the folder could not be read. `gone`: the folder is not there (any more), or is skipped. Either way
    `folders` and `files` are empty, and after an error that says nothing about what the folder holds. `skipped`: how
    many files (False) and folders (True) in it are passed over, by the reason, one of leavings.REASONS.
    """

    path: str
    folders: list[str] = field(default_factory=list)
    files: list[FileStat] = field(default_factory=list)
    error: str | None = None
    gone: bool = False
    skipped: Counter[tuple[str, bool]] = field(default_factory=Counter)


def walk(root: Path, *, only: Collection[str] | None = None) -> Iterator[Listing]:
    """Yield the listing of every folder of the library at `root`, a folder before those in it.

    `only`: these folders instead, relative to the root, each by itself without what is below it. A root that is not
    there or not readable is a listing with `error`, never `gone`.
    """
    if only is None:
        waiting = [("", Rules.of(root))]
        while waiting:
            path, above = waiting.pop()
            listing, rules = _listing(Beneath(root, path), above)
            yield listing
            waiting.extend((_join(path, name), rules) for name in reversed(listing.folders))
        return
    book = RuleBook(root)
    for path in sorted(only):
        rules_above = book.above(path)
        yield Listing(path, gone=True) if rules_above is None else _listing(Beneath(root, path), rules_above)[0]


def folders(root: Path, below: str = "") -> Iterator[tuple[str, bool]]:
    """Yield `below` and the path of every folder under it, relative to `root`, and whether all names in it are UTF-8.

    No file is asked for its size. Folders that are skipped or cannot be read are left out.
    """
    start = RuleBook(root).above(below)
    waiting = [] if start is None else [(below, start)]
    while waiting:
        path, above = waiting.pop()
        folder = Beneath(root, path)
        plain = is_utf8(path)
        try:
            with beneath.listing(folder) as found:
                entries = list(found)
        except OSError:
            continue
        rules = _rules_in(folder, above, {entry.name for entry in entries})
        if not isinstance(rules, Rules):
            continue
        children = []
        for entry in entries:
            plain = plain and is_utf8(entry.name)
            child = _join(path, entry.name)
            if _is_folder(entry) and not rules.skips(child, folder=True):
                children.append(child)
        yield path, plain
        children.sort(reverse=True)
        waiting.extend((child, rules) for child in children)


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


def _rules_in(folder: Beneath, above: Rules, names: Collection[str]) -> Rules | str:
    """Return the rules in a folder that has files of these names, or why it is skipped for one of them."""
    rules = above.entering(folder.below, read_patterns(folder)) if IGNORE_FILE in names else above
    return rules.closed(folder.below, [marker for marker in MARKERS if marker in names]) or rules


def _listing(folder: Beneath, above: Rules) -> tuple[Listing, Rules]:
    """Return what lies in a folder, and the rules for the folders in it."""
    path = folder.below
    listing = Listing(path)
    prefix = _join(path, "")
    try:
        with beneath.listing(folder) as found:
            entries = list(found)
            rules = _rules_in(folder, above, {entry.name for entry in entries})
            if not isinstance(rules, Rules):
                return Listing(path, gone=True, skipped=_count(rules, entries)), above
            for entry in entries:
                if _is_folder(entry):
                    if reason := rules.skips(prefix + entry.name, folder=True):
                        listing.skipped[reason, True] += 1
                    else:
                        listing.folders.append(entry.name)
                elif entry.is_file(follow_symlinks=False):
                    if reason := rules.skips(prefix + entry.name, folder=False):
                        listing.skipped[reason, False] += entry.name not in SAYING
                        continue
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # deleted since its name was read
                        continue
                    listing.files.append(FileStat.of(entry.name, status))
                elif entry.is_symlink() and not rules.skips(prefix + entry.name, folder=False):
                    listing.skipped["link", False] += _is_missed(folder, entry.name)
    except OSError as error:
        # A link is not what was there, and the walk of everything does not enter it.
        is_gone = error.errno == errno.ELOOP or isinstance(error, FileNotFoundError | NotADirectoryError)
        return Listing(path, gone=True) if path and is_gone else Listing(path, error=_reason(error)), above
    listing.folders.sort()
    listing.files.sort()
    listing.skipped = +listing.skipped
    return listing, rules


def _count(reason: str, entries: "Sequence[os.DirEntry[str]]") -> Counter[tuple[str, bool]]:
    """Return what a folder has that is skipped as a whole."""
    return Counter((reason, _is_folder(entry)) for entry in entries if entry.name not in SAYING)


def _is_missed(folder: Beneath, name: str) -> bool:
    """Tell whether a link seems to lead to photos that the library does not have at their own place.

    Only what the link says is looked at, since the disk that it leads to may be slow, or away.
    """
    if ending(name) and not claims_media(name):
        return False
    here = Path(folder.top, folder.below)
    try:
        to = Path(os.path.normpath(here / (here / name).readlink()))
    except OSError:
        return False
    for top in (Path(os.path.realpath(folder.top)), Path(os.path.normpath(folder.top))):
        if to.is_relative_to(top):
            return any(part.startswith(".") or noise(part) for part in to.relative_to(top).parts)
    return True


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
