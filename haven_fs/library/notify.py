"""The system's change notices of one library, turned into the folders whose listing may have changed.

On Linux a watch is set on each folder by itself. The recursive watch of the library beneath would follow links out of
the library and spend the system's watches on what `ignore` skips, such as Synology's @eaDir with a folder a photo.
It would also break for good at the first name that is not UTF-8, if only somebody opens that file; so a folder that
holds such a name has no watch. macOS and Windows watch a whole tree at no cost, so there a library has one watch.
"""

import os
import stat
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from watchfiles import Change
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from haven_fs.library.ignore import SAYING, RuleBook
from haven_fs.library.walk import folders, is_utf8

STEP = 0.15
"""Seconds between looks at what the system reported; changes are told when one step brings nothing new after them."""

_LONGEST_GATHERING = 1.0
_FOLDER_BY_FOLDER = sys.platform == "linux"


class WatchError(Exception):
    """The library cannot be watched, or no longer; the message says why, for the owner to read."""


class RootAwayError(WatchError):
    """The root is not there, or no longer the folder it was."""


class Notices:
    """The watches of one library. Used by one thread; `close` it in the end."""

    def __init__(self, root: Path, stopping: threading.Event) -> None:
        """Set the watches. Raises WatchError. `stopping`: once set, `wait` returns within a step."""
        self._root = root
        self._stopping = stopping
        self._identity = self._look()
        self._base = os.path.realpath(root).rstrip(os.sep)  # every path the system reports starts with it
        self._known = self._below({""})  # relative path → whether it can be watched
        self._not_before = 0.0
        self._system = self._set_watches()
        # Folders that have come and, with all in them, have no watch yet; some may have come while this was at work.
        self._unwatched = self._below({""}).keys() - self._known.keys() if _FOLDER_BY_FOLDER else set()

    @property
    def not_watched(self) -> bool:
        """Whether some folder cannot be watched, for a name in it or above it that is not UTF-8."""
        return not all(self._known.values())

    def wait(self, timeout: float) -> set[str]:
        """Return folders, relative to the root, whose listing may have changed; none after `timeout` seconds.

        Raises RootAwayError if the root is not the folder it was, WatchError if changes were missed: begin anew.
        """
        if self._unwatched:
            timeout = min(timeout, max(STEP, self._not_before - time.monotonic()))
        touched = self._judge(self._changes(timeout, self._stopping))
        if self._look() != self._identity:
            raise RootAwayError("the folder has been replaced by another")
        if self._unwatched and time.monotonic() >= self._not_before:
            touched |= self._watch_the_new()
        return touched

    def close(self) -> None:
        """Take the watches away."""
        self._system.close()

    def _look(self) -> tuple[int, int]:
        try:
            with os.scandir(self._root):
                status = self._root.stat()
        except OSError as error:
            raise RootAwayError(f"the folder cannot be opened ({error.strerror})") from error
        return status.st_dev, status.st_ino

    def _below(self, tops: Iterable[str]) -> dict[str, bool]:
        """Return these folders and all under them that are not skipped, and whether each can be watched."""
        found: dict[str, bool] = {}
        for top in tops:
            for folder, plain in folders(self._root, top):
                found[folder] = plain
                if self._stopping.is_set():
                    return found
        return found

    def _set_watches(self) -> RustNotify:
        if not is_utf8(self._base):
            raise WatchError("its path is not UTF-8")
        for _ in range(3):
            paths = [self._base or os.sep]
            if _FOLDER_BY_FOLDER:
                paths = [f"{self._base}/{folder}" for folder, plain in self._known.items() if plain]
            try:
                return RustNotify(paths, False, False, 0, not _FOLDER_BY_FOLDER, False)
            except FileNotFoundError:  # a folder went since it was listed
                self._known = {f: plain for f, plain in self._known.items() if _is_folder(f"{self._base}/{f}")}
            except (OSError, WatchfilesRustInternalError) as error:
                raise WatchError(_explain(error, len(paths))) from error
        raise WatchError("folders in it come and go too quickly")

    def _watch_the_new(self) -> set[str]:
        """Set watches on the folders that have come; return them and what changed in the meantime.

        The watching library cannot add to its watches, so all are set anew, before the old ones go. That holds the
        interpreter for some 50 µs a folder, so it is done so seldom that it takes a twentieth of the time at most.
        """
        began = time.monotonic()
        tops, self._unwatched = self._unwatched, set()
        come = self._below(tops)
        self._known |= come
        newer = self._set_watches()
        try:
            touched = self._judge(self._changes(0.001, None))
        finally:
            self._system.close()
            self._system = newer
        # What was made after the list above and before the watches nobody would see otherwise.
        self._unwatched |= self._below(tops).keys() - self._known.keys()
        self._not_before = time.monotonic() + 20 * (time.monotonic() - began)
        return touched | come.keys() | self._unwatched

    def _changes(self, timeout: float, stopping: threading.Event | None) -> set[tuple[int, str]]:
        step = min(STEP, timeout)
        try:
            changes = self._system.watch(
                int(_LONGEST_GATHERING * 1000), max(1, int(step * 1000)), max(1, int(timeout * 1000)), stopping
            )
        except WatchfilesRustInternalError as error:
            raise WatchError(_explain(error, len(self._known))) from error
        return changes if isinstance(changes, set) else set()

    def _judge(self, changes: set[tuple[int, str]]) -> set[str]:
        """Return the folders that these changes touch, and remember the folders that have come with them."""
        book = RuleBook(Path(self._base or os.sep))
        touched: set[str] = set()
        come: set[str] = set()
        for change, path in changes:
            relative = path.removeprefix(self._base).replace(os.sep, "/").strip("/")
            parent, _, name = relative.rpartition("/")
            if name in SAYING:
                if book.inside(parent):
                    come.add(parent)  # it may have let folders in
                else:
                    touched.add(parent)
                continue
            folder = _is_folder(path)
            if not relative or book.skips(relative, folder=folder):
                continue
            touched.add(parent)
            if folder and (change == Change.added or (_FOLDER_BY_FOLDER and relative not in self._known)):
                come.add(relative)
            elif folder:
                touched.add(relative)
        if come and _FOLDER_BY_FOLDER:
            self._unwatched |= come
        return touched | self._below(come).keys()


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _explain(error: Exception, watches: int) -> str:
    text = str(error)
    if "watch limit" in text or "No space left" in text:
        return (
            f"it needs {watches} of the system's watches, but there are not that many left; "
            "raise fs.inotify.max_user_watches"
        )
    if "Too many open files" in text:
        return "the system allows no more watchers; raise fs.inotify.max_user_instances"
    if "Unable to decode" in text:
        return "a new name that is not UTF-8 has broken the watch, which starts again without that folder"
    return text
