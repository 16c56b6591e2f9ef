"""What it means that SQLite cannot read or write the catalog: the one place that turns its errors into refusals.

Full, over quota and too large are DiskFull. A damaged page, an error of the disk, a disk that takes no writes and a
file that another program keeps locked are Unavailable. Everything else is a mistake of ours and stays what it is.
"""

import logging
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from haven_fs import sqlitefile
from haven_fs.catalog.frozen import Frozen
from haven_fs.errors import DiskFailed, DiskFull, Refused, Unavailable
from haven_fs.library.seldom import Seldom

logger = logging.getLogger(__name__)

FULL = "The disk that Haven keeps its own data on is full. Make room on it, then do this again."
DAMAGED = "The catalog is damaged. Stop Haven and run `haven repair`."
REPLACED = (
    "Another program deleted the catalog or wrote over it while Haven was using it. Stop Haven and start it again: what"
    " the catalog then lacks comes back from corrections.jsonl and your photos."
)
READ_ONLY = (
    "The disk of Haven's data folder {} is read-only, so nothing can be changed. Mount it so that Haven may write, then"
    " start Haven again."
)
READ_ONLY_LOG = (
    "The disk of Haven's data folder {} is read-only, and what was written last is in catalog.sqlite-wal, which cannot"
    " be read without writing beside it. Mount it so that Haven may write, or give a copy of the folder to --data."
)
_QUIET_SECONDS = 60.0
_DOUBTS, _DOUBTS_SECONDS, _LOOK_SECONDS = 3, 3600.0, 1.0
"""How often in how long damage is looked for before it is believed, and for how long each time."""
_LEAST_FREE = 256 << 10
"""Bytes below which nothing new is begun."""
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Damaged(Unavailable):
    """What is kept of the photos is damaged or not there any more; only a repair or a new start changes that."""


def is_damage(error: sqlite3.Error) -> bool:
    """Tell whether an error says that the content of a database is damaged."""
    return _primary(error) in _BROKEN


def is_trouble(error: Exception) -> bool:
    """Tell whether an error is the catalog's or its disk's, and not the fault of the code in which it came up."""
    codes = (*_BROKEN, *_DISK, *_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM)
    refused = Unavailable, DiskFull, DiskFailed
    return isinstance(error, refused) or (isinstance(error, sqlite3.Error) and _primary(error) in codes)


def _primary(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF  # the rest says which step of it has failed


class DiskTrouble:
    """The troubles of one catalog, at `path`. Thread-safe.

    `damage`: a sentence once it is known to be damaged. `readable`: what can be read of it is right all the same.
    `frozen`: whether it could not be opened for writing, and so is only read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = Seldom(logger, _QUIET_SECONDS)
        self._doubts: list[float] = []
        self.damage: str | None = None
        self.readable = True
        self.frozen = Frozen(path.parent)

    def refusal_of(self, error: sqlite3.Error) -> Refused | None:
        """Return the refusal that explains an error, which the log tells once a minute; None if no disk is to blame."""
        primary = _primary(error)
        if primary in _BROKEN and not self._was_unreadable(error):
            return Damaged(self.found_damaged(str(error)))
        if primary == sqlite3.SQLITE_FULL or (primary in _DISK and sqlitefile.has_no_room(self._path.parent)):
            self._log.say(FULL, FULL, level=logging.ERROR)
            return DiskFull(FULL)
        if primary in _DISK and sqlitefile.is_readonly(self._path.parent):
            said = (READ_ONLY_LOG if sqlitefile.is_log_closed(self._path) else READ_ONLY).format(self._path.parent)
        elif primary in (*_DISK, *_BROKEN):
            said = f"Haven cannot read or write its own data: {error}. Check the disk that {self._path.parent} is on."
        elif primary in _LOCKED:
            said = "Another program keeps Haven's own data locked. Wait a while, then do this again."
        elif primary == sqlite3.SQLITE_NOMEM:
            said = "There is not enough memory for this now. Wait a while, then do this again."
        elif self.damage is not None:
            return Damaged(self.damage)  # such as a file without its tables
        else:
            return None
        self._log.say(said, "%s", said, level=logging.ERROR)
        return Unavailable(said)

    def _was_unreadable(self, error: sqlite3.Error) -> bool:
        """Tell whether the disk gave an error once, and all is well again.

        SQLite calls EIO in reading damage, and does not say which it was (unixRead in its os_unix.c). What is called so
        again and again is damage, and so is what cannot be looked through in a moment.
        """
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_CORRUPT or self.damage is not None:
            return False
        now = time.monotonic()
        self._doubts = [one for one in self._doubts if now - one < _DOUBTS_SECONDS]
        if len(self._doubts) >= _DOUBTS:
            return False
        self._doubts.append(now)
        try:
            with closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as db:
                db.set_progress_handler(lambda: time.monotonic() > now + _LOOK_SECONDS, 1000)
                return bool(db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        except sqlite3.Error:
            return False

    def found_damaged(self, how: str, words: str = DAMAGED, *, readable: bool = True) -> str:
        """Note that the catalog is damaged: from now on nothing is written to it. Return what is known of that."""
        if self.damage is None:
            self.damage, self.readable = words, readable
            logger.error("%s is damaged (%s). Nothing more is written to it. %s", self._path, how, words)
        return self.damage

    def check(self) -> None:
        """Raise Damaged if nothing may be written, why it is frozen if it is, DiskFull if there is hardly any room."""
        if self.damage is not None:
            raise Damaged(self.damage)
        self.frozen.check()
        try:
            free = shutil.disk_usage(self._path.parent).free
        except OSError:
            return  # whoever writes will be told why not
        if free < _LEAST_FREE:
            raise DiskFull(FULL)
