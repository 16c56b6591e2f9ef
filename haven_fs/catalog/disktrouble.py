"""What it means that SQLite cannot read or write the catalog: the one place that turns its errors into refusals.

Full, over quota and too large are DiskFull. A damaged page, an error of the disk, a disk that takes no writes and a
file that another program keeps locked are Unavailable. Everything else is a mistake of ours and stays what it is.
"""

import logging
import shutil
import sqlite3
import time
from pathlib import Path

from haven_fs import sqlitefile
from haven_fs.errors import DiskFull, Refused, Unavailable

logger = logging.getLogger(__name__)

FULL = "The disk that Haven keeps its own data on is full. Make room on it, then do this again."
DAMAGED = "The catalog is damaged. Stop Haven and run `haven repair`."
_QUIET_SECONDS = 60.0
_LEAST_FREE = 256 << 10
"""Bytes below which nothing new is begun."""
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Damaged(Unavailable):
    """What is kept of the photos is damaged; only a repair changes that."""


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the content of a database is damaged."""
    return _primary(error) in _BROKEN


def _primary(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF  # the rest says which step of it has failed


class DiskTrouble:
    """The troubles of one catalog, at `path`. `damage`: a sentence once it is known to be damaged. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._logged: dict[str, float] = {}
        self.damage: str | None = None

    def refusal_of(self, error: sqlite3.Error) -> Refused | None:
        """Return the refusal that explains an error, which the log tells once a minute; None if no disk is to blame."""
        primary = _primary(error)
        if primary in _BROKEN:
            self.found_damaged(str(error))
            return Damaged(DAMAGED)
        if primary == sqlite3.SQLITE_FULL or (primary in _DISK and sqlitefile.has_no_room(self._path.parent)):
            self._log(FULL)
            return DiskFull(FULL)
        if primary in _DISK:
            said = f"Haven cannot read or write its own data: {error}. Check the disk that {self._path.parent} is on."
        elif primary in _LOCKED:
            said = "Another program keeps Haven's own data locked. Wait a while, then do this again."
        elif primary == sqlite3.SQLITE_NOMEM:
            said = "There is not enough memory for this now. Wait a while, then do this again."
        else:
            return None
        self._log(said)
        return Unavailable(said)

    def found_damaged(self, how: str) -> None:
        """Note that the catalog is damaged: from now on nothing is written to it."""
        if self.damage is None:
            self.damage = DAMAGED
            logger.error("%s is damaged (%s). %s", self._path, how, "Nothing more is written to it. " + DAMAGED)

    def check(self) -> None:
        """Raise Damaged if nothing may be written, DiskFull if there is hardly any room."""
        if self.damage is not None:
            raise Damaged(self.damage)
        try:
            free = shutil.disk_usage(self._path.parent).free
        except OSError:
            return  # whoever writes will be told why not
        if free < _LEAST_FREE:
            raise DiskFull(FULL)

    def _log(self, said: str) -> None:
        now = time.monotonic()
        if now - self._logged.get(said, float("-inf")) > _QUIET_SECONDS:
            self._logged[said] = now
            logger.error("%s", said)
