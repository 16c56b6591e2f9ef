"""Whether the files of an open catalog are still those that were opened, and no other program has written over them.

SQLite goes on with what it has open. If a catalog is deleted or another file is put in its place meanwhile, all that is
written goes where nobody finds it again; if an older copy is written over it, page by page of both become one file.
So whoever writes looks first. That takes four calls of the system and, after the file has been written to, one row:
the clock as it stands in the file alone, without the write-ahead log. It never goes back.

No descriptor of these files may be opened but by SQLite: closing it would let go all locks that this process has.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger(__name__)

_SUFFIXES = ("", "-wal", "-shm")
_PART = ".older.sqlite"
Identity = tuple[int, int]


class Found(NamedTuple):
    """What has become of the files. `how`: for the log. `repair`: whether that takes a repair, not only a start.

    `readable`: whether what this process has open is whole.
    """

    how: str
    repair: bool = False
    readable: bool = True


class OpenFiles:
    """The files of the catalog at `path`, as they are when this is made: `db`, its writer, must have read from it.

    Whoever calls `look` holds the catalog's lock.
    """

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        self._path = path
        self._db = db
        self._known: dict[str, Identity] = {}
        self._known = {suffix: found for suffix in _SUFFIXES if (found := self._identity(suffix)) is not None}
        self._state = -1, -1
        self._state = self._state_now()
        try:
            self._clock: int | None = self._stored_clock()
        except sqlite3.Error:
            self._clock = None  # of a new catalog, all may be in the log

    def are_there(self) -> bool:
        """Tell whether the files that were opened are still at their paths. Any thread may ask."""
        return all(self._identity(suffix) == known for suffix, known in self._known.items())

    def look(self) -> Found | None:
        """Return what has become of the files; None if they are as they should be.

        Of what is not, as much is put right as can be: the next start finds what was put there, and only that.
        """
        for suffix, known in self._known.items():
            if (now := self._identity(suffix)) != known:
                self._part(suffix)
                did = "deleted" if now is None else "replaced"
                return Found(f"{self._path.name}{suffix} was {did} by another program")
        state = self._state_now()
        if state == self._state:
            return None
        try:
            clock = self._stored_clock()
        except sqlite3.Error as error:
            # While readers keep part of the log from being written back, the file alone may make no sense.
            is_other = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_NOTADB
            if not is_other and state[0] >= self._state[0]:
                return None
            return Found(f"another program wrote to it: {error}", repair=True)
        if clock and self._clock is not None and clock < self._clock:
            self._part_from_older()
            return Found("an older copy was written over it", readable=False)
        self._state, self._clock = state, clock or self._clock
        return None

    def _part(self, suffix: str) -> None:
        """Part from a file that was replaced, and have the rest of what this process has where it belongs."""
        try:
            if suffix:
                self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")  # whoever is asking may be reading, too
            else:
                self._remove_log()
        except (OSError, sqlite3.Error) as error:
            logger.error("What is in the log of %s cannot be put where it belongs: %s", self._path, error)

    def _part_from_older(self) -> None:
        """Leave what was written over to this process alone, and put a copy of the older state in its place."""
        part = self._path.with_name(_PART)
        try:
            part.unlink(missing_ok=True)
            with closing(self._alone()) as old, closing(sqlite3.connect(part)) as new:
                old.backup(new)
            part.chmod(0o600)
            part.replace(self._path)
            self._remove_log()
        except (OSError, sqlite3.Error) as error:
            logger.error("%s cannot be kept apart from what was written over it: %s", self._path, error)

    def _remove_log(self) -> None:
        for suffix in _SUFFIXES[1:]:
            if self._identity(suffix) == self._known.get(suffix):
                self._at(suffix).unlink(missing_ok=True)

    def _at(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def _identity(self, suffix: str) -> Identity | None:
        try:
            found = self._at(suffix).stat()
        except FileNotFoundError:
            return None
        except OSError:  # a disk that fails: whoever reads will be told
            return self._known.get(suffix)
        return found.st_dev, found.st_ino

    def _state_now(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return self._state
        return found.st_size, found.st_mtime_ns

    def _alone(self) -> sqlite3.Connection:
        """Open the file for reading as if it had no log."""
        return sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)

    def _stored_clock(self) -> int:
        with closing(self._alone()) as db:
            return int(db.execute("SELECT max(value) FROM state WHERE key = 'seq'").fetchone()[0] or 0)
