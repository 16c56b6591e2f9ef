"""Connections to the catalog: many readers, one writer, and the clock that orders what they see.

A reader gets its thread's own read-only connection inside one read transaction, so that a request sees one state
however much is written meanwhile. The writer is one connection behind a lock: `with catalog.write() as w:` is one
transaction, committed at its end, rolled back if the block raises, along with what it did to files (`undo_by`).
Durability is SQLite's WAL with synchronous=NORMAL: a killed process loses nothing committed; after a power cut the last
moments may be gone, whole transactions at a time, and are found again on disk by the next walk. A disk that fails or is
full, and a damaged catalog, raise Refused from either (haven_fs.catalog.disktrouble).
"""

import json
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haven_fs.catalog.changes import prepare_changes, watch_changes
from haven_fs.catalog.corrections import Act, erase_corrections, gesture_of, note_correction, note_rest
from haven_fs.catalog.disktrouble import Damaged, DiskTrouble
from haven_fs.catalog.facets import Facet, Facets
from haven_fs.catalog.librarylist import bring_back, keep_list
from haven_fs.catalog.migrations import known_facets, migrate, ready
from haven_fs.catalog.portable import Portable
from haven_fs.catalog.record import FILE, Line, Record
from haven_fs.catalog.reserve import Reserve
from haven_fs.catalog.soundness import REPAIR, check_file, check_kind
from haven_fs.errors import Refused, UserError
from haven_fs.sqlitefile import has_log

if TYPE_CHECKING:
    from haven_fs.vectors import Vectors

logger = logging.getLogger(__name__)

MADE = "made"
"""The folder beside the catalog for files that are made of what it knows, and can be made again."""

_READ_PRAGMAS = "PRAGMA query_only=1; PRAGMA mmap_size=268435456; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY"


class Writer:
    """One write transaction: its connection `db`, and `seq`, the clock's value for everything it changes.

    `act`: whose write it is, in which folder of the tree, and what it is part of. What an owner's transaction changes
    is noted, so that it can be taken back. `facets`: the plugins' parts of the catalog.
    """

    __slots__ = ("_act", "_gesture", "_undo", "_void", "corrected", "db", "facets", "removed", "seq")

    def __init__(self, db: sqlite3.Connection, seq: int, facets: Facets, act: Act) -> None:
        self.db = db
        self.seq = seq
        self.facets = facets
        self._act = act
        self._gesture: int | None = None
        self.removed = False
        self.corrected = False
        self._void: list[int] = []
        self._undo: list[Callable[[], object]] = []

    @property
    def by(self) -> str:
        """The user whose write it is, "" if nobody signed in or it is Haven's own."""
        return self._act.by

    def note_removal(self) -> None:
        """Say that something left a folder in this transaction, so that folders' modification times move on."""
        self.removed = True

    def undo_by(self, act: Callable[[], object]) -> None:
        """Have `act` put back what was done to a file just now, if this transaction is not committed after all.

        The last one is called first. What one raises is logged, and the others are called all the same.
        """
        self._undo.append(act)

    def undo(self) -> None:
        """Put back what was done to files; for the catalog alone."""
        while self._undo:
            try:
                self._undo.pop()()
            except (OSError, Refused) as error:
                logger.error("What was done to a file could not be undone, and stays as it is: %s", error)

    def touch(self, photo_ids: Iterable[int]) -> None:
        """Say that photos show otherwise now, so that all folders they are in are new."""
        ids = json.dumps(list(photo_ids))
        self.db.execute("UPDATE photo SET seq = ? WHERE id IN (SELECT value FROM json_each(?))", (self.seq, ids))

    def correct(self, kind: str, photo_id: int | None = None, **data: Any) -> int:
        """Note what the owner says by what was changed since the last call; see haven_fs.catalog.corrections.

        `data`: plain values, among them those that the words for this kind name, see haven_fs.catalog.wording. Return
        the correction's id.
        """
        if not self.corrected:
            self.corrected = True
            self._gesture = gesture_of(self.db, self._act)
        if self._void:
            data["void"], self._void = self._void, []
        id_, self._gesture = note_correction(self.db, self._act, self._gesture, kind, photo_id, data)
        return id_

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what the block changes in a transaction of Haven's own, as if it were an owner's, for `correct`."""
        watch_changes(self.db, on=True)
        try:
            yield
        finally:
            watch_changes(self.db, on=False)

    def void(self, ids: Collection[int]) -> None:
        """Take corrections back without a word of their own: the next that is noted says that they are void."""
        query = "UPDATE correction SET undone = ? WHERE id IN (SELECT value FROM json_each(?))"
        self.db.execute(query, (time.time(), json.dumps(list(ids))))
        self._void += ids

    def erase_corrections(self, ids: Collection[int]) -> None:
        """Erase what the owner said, as if it never was; `Catalog.scrub` then takes it out of the record."""
        erase_corrections(self.db, ids)


class Catalog:
    """The catalog in `path`, made and migrated when first opened for writing.

    `facets`: the plugins' parts of it; without them their tables are left alone. `chroma`: where the index over the
    photos' vectors is, see Vectors. Raises UserError if it was made by a newer Haven, is not a catalog, or is plainly
    damaged: see haven_fs.catalog.soundness.
    """

    def __init__(
        self, path: Path, facets: Iterable[Facet] = (), *, readonly: bool = False, chroma: str = "off"
    ) -> None:
        self.path = path
        self._local = threading.local()
        self._lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._idle: list[sqlite3.Connection] = []
        self._vectors: Vectors | None = None
        self._chroma = chroma
        self.trouble = DiskTrouble(path)
        """What is known to be wrong with the catalog or its disk."""
        self.reserve = Reserve(path.parent)
        self.closed_well = not has_log(path)
        """Whether the process before closed it, as far as can be told; else there is more reason to read it through."""
        self.record = Record(path.with_name(FILE))
        check_file(path)
        if readonly:
            if not path.exists():
                raise UserError(
                    f"There is no catalog in {path.parent} yet. Run `haven index FOLDER` or `haven serve FOLDER` first."
                )
            self.facets = Facets(self._check_readable(facets))  # what is away matters to those who write
        else:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(OSError):  # which SQLite will have words for
                path.touch(mode=0o600)  # what SQLite puts beside it gets the same rights
            self.reserve.help_to_open()
            self._writer, usable = self._open_writer(facets)
            self.facets = Facets(usable, known_facets(self._writer))
            prepare_changes(self._writer, self.facets.owned)
            bring_back(path.parent, self._writer)
            keep_list(path.parent, self._writer)
            self.record.portable = Portable(self.facets)
            self.record.catch_up(self._writer)
            self._replay()
            self.reserve.keep()

    def _replay(self) -> None:
        """Do what the record says and a catalog lacks that was lost or is an older one, as far as it can be done."""
        db = self._writer
        assert db is not None
        if db.execute("SELECT 1 FROM waiting WHERE want IS NULL LIMIT 1").fetchone() is not None:
            from haven_fs.catalog.replay import replay_new  # which builds on this module

            replay_new(self)

    @property
    def writable(self) -> bool:
        """Whether this process is the one that writes the catalog."""
        return self._writer is not None

    @property
    def vectors(self) -> "Vectors":
        """The photos' vectors, in a folder beside the catalog: read and written as the catalog is."""
        with self._lock:
            if self._vectors is None:
                from haven_fs.vectors import Vectors  # which no worker process and few commands have a use for

                folder = self.path.parent / "vectors"
                self._vectors = Vectors(folder, readonly=not self.writable, chroma=self._chroma)
            return self._vectors

    def _open_writer(self, facets: Iterable[Facet]) -> tuple[sqlite3.Connection, list[Facet]]:
        db = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=30, cached_statements=256
        )
        try:
            check_kind(db, self.path)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA cache_size=-16384")
            db.execute("PRAGMA journal_size_limit=16777216")
            return db, migrate(db, self.path, facets)
        except sqlite3.DatabaseError as error:
            db.close()
            raise self._no_catalog(error) from error
        except UserError:
            db.close()
            raise

    def _check_readable(self, facets: Iterable[Facet]) -> list[Facet]:
        try:
            with self.read() as db:
                check_kind(db, self.path)
                return ready(db, self.path, facets)
        except sqlite3.DatabaseError as error:
            raise self._no_catalog(error) from error
        except Refused as refused:
            self.close()
            raise UserError(refused.reason) from refused
        except UserError:
            self.close()
            raise

    def _no_catalog(self, error: sqlite3.Error) -> UserError:
        refused = self.trouble.refusal_of(error)
        if isinstance(refused, Damaged):
            return UserError(f"The catalog {self.path} is damaged ({error}). {REPAIR}")
        return UserError(refused.reason if refused is not None else f"{self.path} cannot be opened: {error}.")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside a read transaction; nested uses in one thread share the outer one."""
        outer: sqlite3.Connection | None = getattr(self._local, "db", None)
        if outer is not None:
            yield outer
            return
        with self._in_words():
            try:
                db = self._idle.pop()
            except IndexError:
                db = self._open_reader()
            self._local.db = db
            try:
                db.execute("BEGIN")
                yield db
            except sqlite3.Error:
                self._local.db = None
                db.close()  # it may have kept something of what cannot be read
                raise
            finally:
                if self._local.db is not None:
                    self._local.db = None
                    db.execute("COMMIT")
                    # Last in, first out: a quiet server keeps to one connection and one page cache.
                    self._idle.append(db)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            refused = self.trouble.refusal_of(error)
            if refused is None:
                raise
            raise refused from error

    def _open_reader(self) -> sqlite3.Connection:
        uri = f"{self.path.resolve().as_uri()}?mode=rw"
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            db.executescript(_READ_PRAGMAS)
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    @contextmanager
    def write(
        self, *, quiet: bool = False, by: str | None = None, place: str = "", act: str = "", undoing: bool = False
    ) -> Iterator[Writer]:
        """Give the writer inside one transaction; other writers wait.

        `by`: the user whose write it is, "" if nobody signed in, None if it is Haven's own. `place`: the folder of the
        tree it is in. `act`: what kind of act it is a part of, see haven_fs.catalog.corrections; a transaction without
        is a gesture of its own. `undoing`: it takes back what another one did, so the reserve is there for it.

        The clock moves on if a row was changed, unless the change is `quiet`: one that no folder shows. Raises Refused
        if the disk is full or fails, or the catalog is damaged; then nothing of the transaction is there.
        """
        if self._writer is None:
            raise UserError("This catalog was opened for reading only.")
        with self._lock, self._in_words():
            if self.trouble.damage is not None:
                self.trouble.check()
            db = self._writer
            if undoing:
                self.reserve.give_up()
            db.execute("BEGIN IMMEDIATE")
            writer: Writer | None = None
            try:
                watch_changes(db, on=by is not None)
                last, changes = db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0], db.total_changes
                seq = max(last + 1, time.time_ns() // 1_000_000)
                writer = Writer(db, seq, self.facets, Act(by or "", place, act))
                yield writer
                if writer.corrected:
                    note_rest(db)
                if db.total_changes != changes and not quiet:
                    db.execute("UPDATE state SET value = ? WHERE key = 'seq'", (writer.seq,))
                if writer.removed:
                    db.execute("UPDATE state SET value = ? WHERE key = 'last_removal'", (writer.seq,))
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite may have ended it, as when the disk is full
                    db.execute("ROLLBACK")
                if writer is not None:
                    writer.undo()
                raise
            if undoing:
                self.reserve.keep()
            if writer.corrected or self.record.is_behind:
                self.record.catch_up(db)

    def scrub(self, erase: Callable[[Line], bool]) -> None:
        """Leave nothing on the disk of what was erased: no vector, and no row in the catalog, its log or the record.

        `erase`: whether a line of the record is to go that the catalog does not know, see Record.rewrite. The index of
        vectors is made anew, since what is deleted in it stays in its files, and so is whatever lies in MADE. Raises
        OSError.
        """
        if self._writer is None:
            raise UserError("This catalog was opened for reading only.")
        self.vectors.store.scrub()
        self.vectors.chroma.discard()
        if (made := self.path.with_name(MADE)).exists():
            shutil.rmtree(made)
        with self._lock:
            self.record.rewrite(self._writer, erase)
            self._writer.execute("INSERT INTO words (words) VALUES ('optimize')")
            self._writer.execute("VACUUM")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection; no thread may be using one."""
        while self._idle:
            self._idle.pop().close()
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None
        if self._writer is not None:
            with suppress(sqlite3.Error, OSError):  # a full disk or a damaged page is no reason not to end
                keep_list(self.path.parent, self._writer)
                self._writer.execute("PRAGMA optimize")
            self._writer.close()
            self._writer = None
