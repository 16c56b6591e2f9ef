"""Where renditions are kept: one SQLite file in the data folder, bounded; what was used longest ago goes first.

All of it can be made again, so it may be deleted at any time, and a damaged file is. A disk that is full, or read-only,
costs the keeping and nothing else; what is kept is shown. Thread-safe; another process may use the same file.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from haven_fs import sqlitefile
from haven_fs.library.seldom import Seldom

logger = logging.getLogger(__name__)

_SCHEMA = """
    CREATE TABLE rendition (
        id INTEGER PRIMARY KEY,
        original_id INTEGER NOT NULL,
        what TEXT NOT NULL,     -- "tile", "grid", "screen", "small", "tv", "grid 0.1,0.2,0.3,0.4", "film 3"
        tag TEXT NOT NULL,      -- of which state of the original, and of what is said of its photo
        used INTEGER NOT NULL,  -- seconds since the epoch
        size INTEGER NOT NULL,
        data BLOB NOT NULL
    );
    CREATE UNIQUE INDEX rendition_of ON rendition (original_id, what);
    CREATE INDEX rendition_used ON rendition (used, size);
"""
_VERSION = 2
_NOTED_EVERY = 3600
"""Seconds within which another use of a rendition is not noted."""
_SPARE = 0.05
"""Share of the bound that is made free at once, so that not every new one has to drop an old one."""
_AT_ONCE = 200
_QUIET_SECONDS = 600.0
_TRY_EVERY = 30.0
"""Seconds after which it is tried again to write to a file that could not be opened for that."""

Key = tuple[int, str]
"""An original's row and what is made of it."""


class Cache:
    """The renditions in the file `path`, of at most `most` bytes in all; `most` may be changed at any time."""

    def __init__(self, path: Path, most: int) -> None:
        self.path = path
        self.most = most
        self._lock = threading.Lock()
        self._used: dict[Key, int] = {}
        self._log = Seldom(logger, _QUIET_SECONDS)
        self._total = 0
        self._db: sqlite3.Connection | None = None
        self._tried: float | None = None
        """When it could not be opened for writing; None if it could be, or is closed."""
        with self._lock:
            self._open()

    @property
    def total(self) -> int:
        """Bytes of all that is kept."""
        return self._total

    def get(self, key: Key, tag: str) -> bytes | None:
        """Return what is kept, if it is of that state."""
        with self._lock:
            try:
                if self._db is None:
                    return None
                row = self._db.execute(
                    "SELECT tag, used, data FROM rendition WHERE original_id = ? AND what = ?", key
                ).fetchone()
            except sqlite3.Error as error:
                self._failed(error)
                return None
            if row is None or row[0] != tag:
                return None
            now = int(time.time())
            if now - row[1] > _NOTED_EVERY:
                self._used[key] = now
            data: bytes = row[2]
            return data

    def put(self, items: Sequence[tuple[Key, str, bytes]]) -> None:
        """Keep renditions, each under its key and tag, in place of what was kept there; others may go for them."""
        if not items:
            return
        now = int(time.time())
        with self._lock:
            try:
                if not self._can_write() or self._db is None:
                    return
                self._drop_rows([key for key, _, _ in items])
                self._db.executemany(
                    "INSERT INTO rendition (original_id, what, tag, used, size, data) VALUES (?, ?, ?, ?, ?, ?)",
                    [(*key, tag, now, len(data), data) for key, tag, data in items],
                )
                added = sum(len(data) for _, _, data in items)
                self._note_uses()
                freed = self._make_room(self._total + added) if self._total + added > self.most else 0
                self._db.commit()
                self._total += added - freed
            except sqlite3.Error as error:
                self._failed(error)

    def drop(self, original_ids: Iterable[int]) -> None:
        """Forget all that was made of some originals."""
        with self._lock:
            try:
                if not self._can_write() or self._db is None:
                    return
                for original_id in original_ids:
                    sizes = self._db.execute(
                        "DELETE FROM rendition WHERE original_id = ? RETURNING size", (original_id,)
                    ).fetchall()
                    self._total -= sum(size for (size,) in sizes)
                self._db.commit()
            except sqlite3.Error as error:
                self._failed(error)

    def drop_parts(self) -> None:
        """Forget all parts that were cut out of pictures, such as faces."""
        with self._lock:
            try:
                if self._can_write() and self._db is not None:
                    self._db.execute("DELETE FROM rendition WHERE instr(what, ',')")
                    self._db.commit()
                    self._total = self._db.execute("SELECT ifnull(sum(size), 0) FROM rendition").fetchone()[0]
            except sqlite3.Error as error:
                self._failed(error)

    def scrub(self) -> None:
        """Write the file anew, so that nothing of what was forgotten is left in it."""
        with self._lock:
            try:
                if self._can_write() and self._db is not None:
                    self._db.execute("VACUUM")
                    self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                self._failed(error)

    def originals(self) -> list[int]:
        """Return the originals that anything is kept of."""
        return [row[0] for row in self._ask("SELECT DISTINCT original_id FROM rendition")]

    def close(self) -> None:
        """Close the file; nothing is kept or found any more."""
        with self._lock:
            if self._db is not None:
                try:
                    if self._tried is None:
                        self._note_uses()
                    self._db.commit()
                    self._db.close()
                except sqlite3.Error as error:
                    logger.debug("the cache was not closed well: %s", error)
            self._db = self._tried = None

    def _ask(self, query: str, *params: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._db.execute(query, params).fetchall() if self._db is not None else []
            except sqlite3.Error as error:
                self._failed(error)
                return []

    def _open(self) -> None:
        for again in (False, True):
            try:
                self._db, self._tried = self._connected(), None
                return
            except sqlite3.DatabaseError as error:
                if self._db is not None:
                    self._db.close()
                self._db = None
                if again or isinstance(error, sqlite3.OperationalError):
                    # Such as a disk that is full or read-only: what is not there is made each time, then.
                    self._complain(error)
                    self._tried, self._db = time.monotonic(), self._frozen()
                    return
                self._delete(error)

    def _frozen(self) -> sqlite3.Connection | None:
        """Return what finds things in a file that nobody can write to now, None if nothing can be found in it."""
        try:
            db = sqlitefile.frozen_reader(self.path)
            if db.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
                return db
            db.close()
        except sqlite3.Error as error:
            logger.debug("nothing can be read, either: %s", error)
        return None

    def _can_write(self) -> bool:
        """Tell whether the file is open and can be written; what could not be is opened again now and then."""
        if self._tried is not None and time.monotonic() - self._tried > _TRY_EVERY:
            if self._db is not None:
                self._db.close()
                self._db = None
            self._open()
        return self._db is not None and self._tried is None

    def _complain(self, error: sqlite3.Error) -> None:
        self._log.say("keep", "Small pictures cannot be kept in %s now: %s", self.path, error)

    def _connected(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(OSError):
            self.path.touch(mode=0o600)  # what SQLite puts beside it gets the same rights
        db = sqlite3.connect(self.path, check_same_thread=False, timeout=5.0)
        self._db = db
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if tables:
                raise sqlite3.DatabaseError(f"version {version}")
            db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
        self._total = db.execute("SELECT ifnull(sum(size), 0) FROM rendition").fetchone()[0]
        return db

    def _delete(self, error: sqlite3.Error) -> None:
        logger.warning("The small pictures in %s are damaged (%s) and will be made again", self.path, error)
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self._total = 0

    def _failed(self, error: sqlite3.Error) -> None:
        """Go on after an error: without what is damaged, or without keeping what there is no room for."""
        if self._db is not None:
            try:
                self._db.rollback()
            except sqlite3.Error:
                logger.debug("no rollback", exc_info=True)
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            if self._db is not None:
                self._db.close()
                self._db = None
            self._delete(error)
            self._open()
        else:
            self._complain(error)

    def _drop_rows(self, keys: Sequence[Key]) -> None:
        assert self._db is not None
        for key in keys:
            row = self._db.execute(
                "DELETE FROM rendition WHERE original_id = ? AND what = ? RETURNING size", key
            ).fetchone()
            self._total -= row[0] if row else 0

    def _note_uses(self) -> None:
        assert self._db is not None
        used, self._used = self._used, {}
        self._db.executemany(
            "UPDATE rendition SET used = ? WHERE original_id = ? AND what = ?",
            [(when, *key) for key, when in used.items()],
        )

    def _make_room(self, total: int) -> int:
        """Drop what was used longest ago and return how many bytes that were."""
        assert self._db is not None
        freed = 0
        while total - freed > self.most * (1 - _SPARE):
            oldest = self._db.execute(
                "SELECT id, size FROM rendition ORDER BY used, id LIMIT ?", (_AT_ONCE,)
            ).fetchall()
            if not oldest:
                break
            going = []
            for id_, size in oldest:
                if total - freed <= self.most * (1 - _SPARE):
                    break
                going.append((id_,))
                freed += size
            self._db.executemany("DELETE FROM rendition WHERE id = ?", going)
        self._db.execute("PRAGMA incremental_vacuum(64)")
        return freed
