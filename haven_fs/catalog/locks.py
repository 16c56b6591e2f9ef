"""Locks that programs take on what they write to (RFC 4918, 6 and 7), kept in the catalog so that they outlast a start.

A lock is kept under one path of the tree. It is on that, and on all below if it is `deep`. One that has run out is as
good as gone at once, and is deleted when the next one is taken. A catalog that is only read keeps its locks in memory.
"""

import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from haven_fs.catalog.catalog import Catalog
from haven_fs.catalog.schema import MIGRATIONS
from haven_fs.errors import Refused

LONGEST_SECONDS = 3600
"""Seconds that a lock is granted for at a time."""
MOST = 24_000
MOST_OF_ONE = 12_000
"""Locks that may be held in all, and by one user."""
_SWEPT = 1000
"""Locks that have run out and are deleted at a time."""
_COLUMNS = "token, root, shown, deep, shared, only_root, owner, by, program, taken, until, seconds"


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock. `until`, `taken`: seconds since the epoch; `seconds`: how long it is granted each time.

    `root`: the path it is kept under, "/" for the whole drive; `shown`: the one that it was taken by. `only_root`: it
    is on a folder of Haven's own, and keeps nobody from what is in there. `owner`: what the program says of who it is,
    an XML element or "". `by`: the user, "" if nobody signed in.
    """

    token: str
    root: str
    shown: str
    deep: bool
    shared: bool
    only_root: bool
    owner: str
    by: str
    program: str
    taken: float
    until: float
    seconds: int

    def covers(self, path: str) -> bool:
        """Tell whether a path is in the scope of the lock, even if it keeps nobody from it."""
        return path == self.root or (self.deep and path.startswith(f"{self.root.rstrip('/')}/"))

    def holds(self, path: str) -> bool:
        """Tell whether the lock keeps others from changing what is at a path."""
        return self.covers(path) and (path == self.root or not self.only_root)


class TooManyLocks(Refused):
    """So many locks are held that no other is granted."""


class Locks:
    """The locks of one catalog. Thread-safe; other processes see a change at once."""

    def __init__(self, catalog: Catalog, clock: Callable[[], float] = time.time) -> None:
        self._catalog = catalog
        self._clock = clock
        self._guard = threading.RLock()
        self._memory: sqlite3.Connection | None = None

    @contextmanager
    def _own(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            if self._memory is None:
                self._memory = sqlite3.connect(":memory:", check_same_thread=False)
                self._memory.executescript(next(script for script in MIGRATIONS if "CREATE TABLE lock " in script))
            with self._memory:
                yield self._memory

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._catalog.read() if self._catalog.writable else self._own()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self._catalog.writable:
            with self._catalog.write(quiet=True) as w:
                yield w.db
        else:
            with self._own() as db:
                yield db

    def any(self) -> bool:
        """Tell whether there is a lock at all."""
        with self._reading() as db:
            return db.execute("SELECT 1 FROM lock WHERE until > ? LIMIT 1", (self._clock(),)).fetchone() is not None

    def all(self) -> list[Lock]:
        """Return every lock, by path."""
        with self._reading() as db:
            return self._select(db, "1")

    def covering(self, paths: Iterable[str]) -> list[Lock]:
        """Return the locks that have one of these paths in their scope."""
        with self._reading() as db:
            return self._covering(db, paths)

    def below(self, paths: Iterable[str]) -> list[Lock]:
        """Return the locks on what is below one of these paths."""
        with self._reading() as db:
            return self._below(db, paths)

    def grant(self, wanted: Lock, paths: Sequence[str], conflicts: Callable[[list[Lock]], list[Lock]]) -> list[Lock]:
        """Keep a lock unless another is in its way; return those that are. Raises TooManyLocks.

        `paths`: all that the thing has; `conflicts` picks, from the locks on them and below, those in the way.
        """
        with self._writing() as db:
            self._sweep(db)
            found = self._covering(db, paths) + (self._below(db, paths) if wanted.deep else [])
            if in_the_way := conflicts(found):
                return in_the_way
            self._check_count(db, wanted.by)
            values = tuple(getattr(wanted, name) for name in _COLUMNS.split(", "))
            db.execute(f"INSERT INTO lock ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})", values)
            return []

    def refresh(self, lock: Lock, seconds: int | None) -> Lock | None:
        """Have a lock last as long as asked from now on, or as before; None if it has just run out."""
        now = self._clock()
        again = replace(lock, seconds=seconds or lock.seconds, until=now + (seconds or lock.seconds))
        with self._writing() as db:
            changed = db.execute(
                "UPDATE lock SET until = ?, seconds = ? WHERE token = ? AND until > ?",
                (again.until, again.seconds, lock.token, now),
            ).rowcount
        return again if changed else None

    def release(self, locks: Iterable[Lock]) -> int:
        """Give locks back; return how many there were."""
        tokens = [(lock.token,) for lock in locks]
        if not tokens:
            return 0
        with self._writing() as db:
            return db.executemany("DELETE FROM lock WHERE token = ?", tokens).rowcount

    def forget(self, paths: Sequence[str]) -> None:
        """Give back the locks on these paths and below them: nothing is there any more."""
        if not paths or not self.any():
            return
        with self._reading() as db:
            roots = ", ".join("?" * len(paths))
            gone = self._select(db, f"root IN ({roots})", *paths) + self._below(db, paths)
        self.release(gone)

    def made(self, root: str, shown: str, *, by: str, program: str, owner: str, seconds: int, **kind: bool) -> Lock:
        """Return a new lock, which is not granted yet. `kind`: `deep`, `shared` and `only_root`."""
        now = self._clock()
        token = f"opaquelocktoken:{uuid.uuid4()}"
        return Lock(token, root, shown, kind["deep"], kind["shared"], kind["only_root"], owner, by, program, now,
                    now + seconds, seconds)  # fmt: skip

    def left(self, lock: Lock) -> int:
        """Return the whole seconds until a lock runs out, those begun counted too; never more than it was granted."""
        return max(0, min(lock.seconds, -int(-(lock.until - self._clock()) // 1)))

    def _select(self, db: sqlite3.Connection, where: str, *params: object) -> list[Lock]:
        rows = db.execute(
            f"SELECT {_COLUMNS} FROM lock WHERE {where} AND until > ? ORDER BY root, taken", (*params, self._clock())
        )
        return [Lock(*row[:3], *map(bool, row[3:6]), *row[6:]) for row in rows]

    def _covering(self, db: sqlite3.Connection, paths: Iterable[str]) -> list[Lock]:
        paths = list(paths)
        roots = list(dict.fromkeys(above for path in paths for above in _upwards(path)))
        found = self._select(db, f"root IN ({', '.join('?' * len(roots))})", *roots)
        return [lock for lock in found if any(lock.covers(path) for path in paths)]

    def _below(self, db: sqlite3.Connection, paths: Iterable[str]) -> list[Lock]:
        found: dict[str, Lock] = {}
        for path in paths:
            start = path.rstrip("/")
            for lock in self._select(db, "root > ? AND root < ?", f"{start}/", f"{start}0"):  # "0" follows "/"
                found[lock.token] = lock
        return list(found.values())

    def _sweep(self, db: sqlite3.Connection) -> None:
        query = "DELETE FROM lock WHERE token IN (SELECT token FROM lock WHERE until <= ? LIMIT ?)"
        db.execute(query, (self._clock(), _SWEPT))

    def _check_count(self, db: sqlite3.Connection, by: str) -> None:
        held = db.execute("SELECT count(*) FROM lock").fetchone()[0]
        own = db.execute("SELECT count(*) FROM lock WHERE by = ?", (by,)).fetchone()[0]
        if held >= MOST or own >= MOST_OF_ONE:
            most, whose = (MOST_OF_ONE, "You hold") if own >= MOST_OF_ONE else (MOST, "Programs hold")
            raise TooManyLocks(
                f"{whose} {most:,} locks already, which is the most. Wait an hour, or run: haven locks break --all"
            )


def _upwards(path: str) -> Iterator[str]:
    """Give a path and those of the folders it is in, "/" last."""
    yield path
    while path != "/":
        path = path.rpartition("/")[0] or "/"
        yield path
