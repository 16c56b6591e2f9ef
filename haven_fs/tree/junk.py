"""What systems leave beside each file they write: kept for them, shown to nobody, and forgotten when there is much.

Finder sends `._NAME` with every copy and gives the copy up if that is refused; Explorer and others look for their own
`desktop.ini` or `.DS_Store` again. None of it says anything about a photo, so it lies apart, and only there. Programs
that send a file under a name such as `x.jpg.part` have it here until they give it its own name.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from haven_fs.catalog import names
from haven_fs.errors import Unavailable
from haven_fs.library.fileops import copy
from haven_fs.library.ignore import is_noise
from haven_fs.library.storing import draft_path
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Text
from haven_fs.tree.writes import Upload

INCOMING = "incoming"
"""The folder in the data folder of what is sent and is no photo, or not yet."""
MOST = 500
"""Files kept; the longest unwritten go first."""
HALF_KEPT = 86400.0
"""Seconds that half a file is kept that is larger than what systems leave."""
DRAFT = ".part-"
"""What the name of a file begins with while it is received."""
_HALF = (".part", ".partial", ".tmp", ".filepart", ".crdownload")
CALM = Text(".metadata_never_index", "")
"""A file at the root that is not listed: macOS, which asks for it, then does not read every photo to index it."""


def is_half(name: str) -> bool:
    """Return whether a name is one under which programs write a file that gets its own name when it is whole."""
    return name.lower().endswith(_HALF) or (name.startswith(".") and not is_noise(name))


def is_junk(name: str) -> bool:
    """Return whether a name is one that programs make for themselves, never people, or that hides a file."""
    return is_noise(name) or name.startswith(".")


class JunkStore:
    """Files by the path they were written to, in `folder`. Thread-safe; what a path held may be gone at any time.

    How long one has been kept its change time tells: its modification time is the one that it was sent with.
    """

    largest = 1 << 20

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def find(self, parts: Sequence[str]) -> File | None:
        """Return the file that was written to a path."""
        if not parts or not is_junk(parts[-1]):
            return None
        path = self._path(parts)
        try:
            state = path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error.strerror}. Check the disk that it is on.") from error
        return File.plain(parts[-1], path, self.folder, state.st_size, state.st_mtime_ns)

    def put(self, parts: Sequence[str], upload: Upload) -> None:
        """Keep an upload under a path. Raises OSError."""
        with self._lock:
            upload.path.replace(self._path(parts))
            self._sweep()
            kept = sorted(self.folder.glob("junk-*"), key=lambda path: path.stat().st_ctime_ns)
            for path in kept[:-MOST]:
                path.unlink(missing_ok=True)
            for path in kept[-MOST:]:
                state = path.stat()
                if state.st_size > self.largest and state.st_ctime < time.time() - HALF_KEPT:
                    path.unlink()

    def keep(self, parts: Sequence[str], file: Path) -> None:
        """Keep a copy of a file under a path. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        copy(file, self.folder).replace(self._path(parts))

    def _sweep(self) -> None:
        """Remove what killed processes have left of files that were sent."""
        for path in self.folder.glob(f"{DRAFT}*"):
            if path.stat().st_ctime < time.time() - HALF_KEPT:
                path.unlink(missing_ok=True)

    def put_empty(self, parts: Sequence[str]) -> None:
        """Keep a path for what a system is about to write there. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path(parts).touch()

    def move(self, parts: Sequence[str], to: Sequence[str]) -> None:
        """Keep what is under a path under another one."""
        with self._lock:
            self._path(parts).replace(self._path(to))

    def remove(self, parts: Sequence[str]) -> None:
        """Forget what is under a path."""
        self._path(parts).unlink(missing_ok=True)

    @contextmanager
    def taking(self, parts: Sequence[str]) -> Iterator[Callable[[], None]]:
        """Give what takes away what is under a path; if the block raises, it is there again. Raises OSError.

        To be called once the bytes are safe elsewhere, and before anybody is told.
        """
        path, taken = self._path(parts), draft_path(self.folder, DRAFT)

        def take() -> None:
            if path.exists():
                path.replace(taken)

        try:
            yield take
        except BaseException:
            if taken.exists():
                taken.replace(path)
            raise
        with suppress(OSError):  # another day will do
            taken.unlink(missing_ok=True)

    def _path(self, parts: Sequence[str]) -> Path:
        folded = "/".join(names.fold(part) for part in parts)
        return self.folder / f"junk-{hashlib.sha256(folded.encode(errors='surrogatepass')).hexdigest()[:32]}"
