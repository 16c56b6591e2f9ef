"""Notice changes in libraries while serving: which folders to look at again, a fraction of a second later.

This makes the catalog quick, not right: a system's queue of changes may overflow, a network disk announces only what
this machine does to it, so the regular walk is what finds everything. Hence nothing here ever raises into the server;
trouble is logged once, in words, and tried again.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from haven_fs.library.notify import Notices, RootAwayError, WatchError

logger = logging.getLogger(__name__)

OnChange = Callable[[Path, set[str] | None], None]
"""Called with a root as it was given and the folders, relative to it, whose listing may have changed: `walk`'s `only`.

None means that changes may have been missed (the root went or came back, the system gave up): walk
all of it. A folder that was deleted or moved away is told by its parent alone, which lists it no more. Called in
a thread of the watcher, one call at a time for each root; for a file that is being written, a few times a second.
"""

_WALK_ONLY = "Changes in %s are only found by the regular walk: %s"
_CHECK_ROOT_EVERY = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 3600.0  # between tries of a watch that fails, doubling
_WORKED = 60.0  # after so long a watch that fails had worked
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "9p", "ceph", "glusterfs", "afs", "davfs"}
_REMOTE |= {f"fuse.{name}" for name in ("sshfs", "rclone", "davfs", "davfs2", "glusterfs", "s3fs", "curlftpfs")}


class Watcher:
    """Watches library roots, a daemon thread each, from `start` to `stop`."""

    def __init__(self, roots: Iterable[Path], on_change: OnChange, *, retry: float = 30.0) -> None:
        """`retry`: seconds between looks for a root that is away."""
        self._stopping = threading.Event()
        self._watches = [_RootWatch(root, on_change, self._stopping, retry) for root in roots]

    def start(self) -> None:
        """Start to watch and return at once."""
        for watch in self._watches:
            watch.start()

    def wait_until_watching(self, timeout: float) -> bool:
        """Wait until every root is watched, or known not to be possible just now; False if that takes too long.

        Changes after this are told, so a walk begun after it misses nothing.
        """
        until = time.monotonic() + timeout
        return all(watch.settled.wait(max(0.0, until - time.monotonic())) for watch in self._watches)

    def stop(self) -> None:
        """Stop to watch and wait for the threads to end: a step, or as long as a callback that is running takes."""
        self._stopping.set()
        for watch in self._watches:
            if watch.is_alive():
                watch.join()


class _RootWatch(threading.Thread):
    def __init__(self, root: Path, on_change: OnChange, stopping: threading.Event, retry: float) -> None:
        super().__init__(name=f"watch {root.name}", daemon=True)
        self.settled = threading.Event()
        self._root = root
        self._on_change = on_change
        self._stopping = stopping
        self._retry = retry
        self._said: set[str] = set()
        self._away = False

    def run(self) -> None:
        pause = first = min(_FIRST_PAUSE, self._retry)
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._watch()
            except RootAwayError as away:
                if not self._away:
                    logger.warning(_WALK_ONLY, self._root, away)
                self._away = True
            except WatchError as lost:
                self._say(_WALK_ONLY, str(lost))
            except Exception:
                logger.exception("Watching %s failed", self._root)
            self.settled.set()
            if self._away:
                self._stopping.wait(self._retry)
                continue
            if time.monotonic() - began > _WORKED:
                pause = first
            self._stopping.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _watch(self) -> None:
        """Watch until told to stop. Raises WatchError."""
        notices = Notices(self._root, self._stopping)
        try:
            self._mention_limits(notices)
            if self._away:
                logger.info("%s is back and is being watched again", self._root)
            self._away = False
            if self.settled.is_set():  # not the first time
                self._tell(None)
            self.settled.set()
            while not self._stopping.is_set():
                folders = notices.wait(_CHECK_ROOT_EVERY)
                if folders and not self._stopping.is_set():
                    self._tell(folders)
        except RootAwayError:
            self._tell(None)
            raise
        finally:
            notices.close()

    def _tell(self, folders: set[str] | None) -> None:
        try:
            self._on_change(self._root, folders)
        except Exception:
            logger.exception("Changes in %s were noticed but could not be handled", self._root)

    def _mention_limits(self, notices: Notices) -> None:
        kind = _file_system(os.path.realpath(self._root))
        if kind in _REMOTE:
            self._say(
                "What other computers change in %s is only found by the regular walk: it is on a disk of type %s", kind
            )
        if notices.not_watched:
            self._say(_WALK_ONLY, "some of its names are not UTF-8, and folders that contain one are not watched")

    def _say(self, message: str, detail: str) -> None:
        """Log a warning, but each only once."""
        if message + detail not in self._said:
            self._said.add(message + detail)
            logger.warning(message, self._root, detail)


def _file_system(path: str) -> str:
    """Return the type of the file system that holds `path`, in the system's word for it; empty if not known."""
    try:
        disks = psutil.disk_partitions(all=True)
    except (OSError, RuntimeError):
        return ""
    holding = [d for d in disks if path == d.mountpoint or path.startswith(d.mountpoint.rstrip(os.sep) + os.sep)]
    return str(max(holding, key=lambda d: len(d.mountpoint)).fstype) if holding else ""
