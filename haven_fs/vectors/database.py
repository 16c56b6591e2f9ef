"""Connections to vectors.sqlite: any number of readers, one writer, and what fails said in words.

Nothing is made on disk before the first write. A reader is a connection in one read transaction, so that it sees one
state however much is written meanwhile, in this process or another. All of it can be made again from the photos, so a
file that turns out to be damaged is thrown away by the process that writes it; a new one has another `born`, by which
the catalog notices that photos are due again.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haven_fs import sqlitefile
from haven_fs.errors import DiskFull, Unavailable, UserError
from haven_fs.vectors.schema import MIGRATIONS, PAGE_SIZE

# No mmap_size, as in haven_fs.catalog.catalog.
_READ_PRAGMAS = "PRAGMA query_only=1; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY"

logger = logging.getLogger(__name__)

LOST = (
    "What your photos show is being worked out again, since the file it was in was damaged. Until that is done, search"
    " by words finds only some of them."
)
_TABLES = {"state", "space", "vector", "removed", "memo"}


class Database:
    """The file `path`, made and migrated at the first write.

    Raises UserError if it was made by a newer Haven, or is damaged and only read here; DiskFull, and Unavailable if the
    disk fails, or if the file was damaged and has been thrown away just now.
    """

    def __init__(self, path: Path, *, readonly: bool) -> None:
        self.path = path
        self.readonly = readonly
        self.lock = threading.RLock()
        """Held while writing; `write` takes it by itself."""
        self._writer: sqlite3.Connection | None = None
        self._idle: list[sqlite3.Connection] = []
        self._checked = False
        self._thrown = 0
        """How many files were thrown away: a connection to one of them says nothing of the one that is there now."""
        if path.exists():
            try:
                with self._words():
                    if readonly:
                        with self.read():
                            pass
                    else:
                        self._open_writer()
            except Unavailable:
                if path.exists():
                    raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection | None]:
        """Give a connection inside a read transaction, None if there is no file yet."""
        if not self._checked and not self.path.exists():
            yield None
            return
        with self._words():
            thrown = self._thrown
            try:
                db = self._idle.pop()
            except IndexError:
                opened = self._open_reader()
                if opened is None:
                    yield None
                    return
                db = opened
            try:
                db.execute("BEGIN")
                yield db
            finally:
                if db.in_transaction:
                    db.execute("COMMIT")
                if thrown == self._thrown:
                    self._idle.append(db)
                else:
                    db.close()

    def _open_reader(self) -> sqlite3.Connection | None:
        db = (sqlitefile.reader if self.readonly else sqlitefile.live_reader)(self.path)
        try:
            db.executescript(_READ_PRAGMAS)
            if not self._checked:
                self._check(db)
            version = len(MIGRATIONS) if self._checked else self._version(db)
            if version == 0:  # its writer is about to fill it
                db.close()
                return None
            if version < len(MIGRATIONS):
                raise UserError(
                    f"{self.path} was made by an older version of Haven FS. Run `haven index` or `haven serve` once."
                )
        except BaseException:
            db.close()
            raise
        self._checked = True
        return db

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give the writer inside one transaction, rolled back if the block raises; other writers wait."""
        if self.readonly:
            raise UserError(f"{self.path} was opened read-only.")
        with self.lock, self._words():
            db = self._open_writer()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def _open_writer(self) -> sqlite3.Connection:
        if self._writer is not None:
            return self._writer
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)  # what SQLite puts beside it gets the same rights
        except OSError as error:
            raise UserError(
                f"The folder {self.path.parent} cannot be used: {error.strerror}. If a file is in its place, move that"
                " away."
            ) from error
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
        try:
            self._check(db)
            db.execute(f"PRAGMA page_size={PAGE_SIZE}")
            db.execute("PRAGMA auto_vacuum=INCREMENTAL")  # a model that is replaced leaves half the file empty
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA cache_size=-8192")
            db.execute("PRAGMA journal_size_limit=16777216")
            for number, script in enumerate(MIGRATIONS[self._version(db) :], start=self._version(db) + 1):
                db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version={number}; COMMIT")
        except BaseException:
            db.close()
            raise
        self._writer, self._checked = db, True
        return db

    def _check(self, db: sqlite3.Connection) -> None:
        """Raise Broken of a file that is plainly no store of vectors, or not all of one."""
        trouble = sqlitefile.trouble_of(self.path)
        if trouble not in (None, sqlitefile.EMPTY):
            raise Broken(trouble)
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if (version or tables) and not (version and tables >= _TABLES):
            raise Broken("it has other tables")

    def _version(self, db: sqlite3.Connection) -> int:
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise UserError(
                f"{self.path} was made by a newer version of Haven FS. Update this one: `pip install -U haven-fs`."
            )
        return version

    @contextmanager
    def _words(self) -> Iterator[None]:
        thrown = self._thrown
        try:
            yield
        except Broken as error:
            raise self._damaged(str(error), thrown) from error
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise self._damaged(str(error), thrown) from error
            if code == sqlite3.SQLITE_FULL or (code in _DISK and sqlitefile.has_no_room(self.path.parent)):
                raise DiskFull(
                    f"The disk that {self.path} is on is full. Make room on it, then do this again."
                ) from error
            if code in _DISK:
                raise Unavailable(
                    f"{self.path} cannot be used ({error}). Check that the disk is healthy and has space."
                ) from error
            raise

    def _damaged(self, how: str, thrown: int) -> Exception:
        """Throw the file away if this process writes it, and return what to raise."""
        if self.readonly:
            return UserError(f"{self.path} is damaged ({how}). `haven serve` or `haven index` makes it again.")
        with self.lock:
            if thrown == self._thrown:
                self._thrown += 1
                self.close()
                try:
                    sqlitefile.remove(self.path)
                except OSError as error:
                    return Unavailable(f"{self.path} is damaged ({how}) and cannot be deleted: {error.strerror}.")
                logger.error("%s was damaged (%s) and is thrown away: photos are looked at again", self.path, how)
        return VectorsLost(LOST)

    def vacuum(self) -> None:
        """Give the room of removed rows back to the disk."""
        with self.lock, self._words():
            self._open_writer().executescript("PRAGMA incremental_vacuum")  # `execute` frees one page

    def rewrite(self) -> None:
        """Make the file anew without what was removed, so that nothing of it is left in it or in its log."""
        with self.lock, self._words():
            db = self._open_writer()
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection; no thread may be using one."""
        while self._idle:
            self._idle.pop().close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._checked = False


class VectorsLost(Unavailable):
    """The file was damaged and has been thrown away just now."""


class Broken(Exception):
    """The file is no store of vectors."""


_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def tick(db: sqlite3.Connection) -> int:
    """Move the clock on within a write transaction and return its value."""
    now = time.time_ns() // 1_000_000
    row = db.execute("UPDATE state SET value = max(value + 1, ?) WHERE key = 'seq' RETURNING value", (now,)).fetchone()
    return int(row[0])
