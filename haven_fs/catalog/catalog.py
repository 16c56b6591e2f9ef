"""Connections to the catalog: many readers, one writer, and the clock that orders what they see.

A reader gets its thread's own read-only connection inside one read transaction, so that a request sees one state
however much is written meanwhile. The writer is one connection behind a lock: `with catalog.write() as w:` is one
transaction, committed at its end, rolled back if the block raises, along with what it did to files (`undo_by`).
Durability is SQLite's WAL with synchronous=NORMAL: a killed process loses nothing committed; after a power cut the last
moments may be gone, whole transactions at a time, and are found again on disk by the next walk. A disk that fails or is
full, and a damaged catalog, raise Refused from either (haven_fs.catalog.disktrouble); what cannot be written when it is
opened can be read all the same (haven_fs.catalog.frozen).
"""

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from haven_fs.catalog.changes import prepare_changes, watch_changes
from haven_fs.catalog.corrections import Act, note_rest
from haven_fs.catalog.disktrouble import DAMAGED, REPLACED, Damaged, DiskTrouble, is_damage
from haven_fs.catalog.facets import Facet, Facets
from haven_fs.catalog.librarylist import bring_back, keep_list
from haven_fs.catalog.migrations import known_facets, migrate, ready
from haven_fs.catalog.openfiles import OpenFiles
from haven_fs.catalog.portable import Portable
from haven_fs.catalog.record import FILE, Line, Record
from haven_fs.catalog.reserve import Reserve
from haven_fs.catalog.soundness import REPAIR, check_file, check_kind, no_catalog
from haven_fs.catalog.writer import Writer as Writer
from haven_fs.errors import Refused, Unavailable, UserError
from haven_fs.sqlitefile import frozen_reader, has_log, live_reader, reader

if TYPE_CHECKING:
    from haven_fs.vectors import Vectors

MADE = "made"
"""The folder beside the catalog for files that are made of what it knows, and can be made again."""

# No mmap_size: a disk that fails, or a file that is cut short, would end the process (SIGBUS) where a read says so.
_READ_PRAGMAS = "PRAGMA query_only=1; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY"


class Catalog:
    """The catalog in `path`, made and migrated when first opened for writing.

    `facets`: the plugins' parts of it; without them their tables are left alone. `chroma`: where the index over the
    photos' vectors is, see Vectors. `patient`: if its disk is full or takes no writes, it is read as it lies until
    `thaw` can write. Raises UserError if it was made by a newer Haven, is not a catalog, or is plainly damaged: see
    haven_fs.catalog.soundness.
    """

    def __init__(
        self,
        path: Path,
        facets: Iterable[Facet] = (),
        *,
        readonly: bool = False,
        patient: bool = False,
        chroma: str = "off",
    ) -> None:
        self.path = path
        self._facets = list(facets)
        self._local = threading.local()
        self._lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._files: OpenFiles | None = None
        self._idle: list[sqlite3.Connection] = []
        self._vectors: Vectors | None = None
        self._chroma = chroma
        self.trouble = DiskTrouble(path)
        """What is known to be wrong with the catalog or its disk."""
        self._frozen = self.trouble.frozen
        self.undone = 0
        """How many transactions were undone after they had done something to files: who looked meanwhile saw that."""
        self.reserve = Reserve(path.parent)
        self.closed_well = not has_log(path)
        """Whether the process before closed it, as far as can be told; else there is more reason to read it through."""
        self.record = Record(path.with_name(FILE))
        check_file(path)
        if readonly:
            if not path.exists():
                raise no_catalog(path.parent)
            self.facets = Facets(self._check_readable())  # what is away matters to those who write
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._begin()
        except Refused as refused:
            if not patient or not path.exists():
                raise UserError(refused.reason) from refused
            self._frozen.refusal = refused
            self.facets = Facets(self._check_readable())

    def _begin(self) -> None:
        """Open the catalog for writing, and bring it and what lies beside it up to date. Raises Refused."""
        with suppress(OSError):  # which SQLite will have words for
            self.path.touch(mode=0o600)  # what SQLite puts beside it gets the same rights
        self.reserve.help_to_open()
        try:
            with self._in_words():
                self._writer, usable = self._open_writer()
                self.facets = Facets(usable, known_facets(self._writer))
                self._files = OpenFiles(self.path, self._writer)
                prepare_changes(self._writer, self.facets.owned)
                bring_back(self.path.parent, self._writer)
                keep_list(self.path.parent, self._writer)
                self.record.portable = Portable(self.facets)
                self.record.catch_up(self._writer)
                self._replay()
        except BaseException:
            self._end()
            raise
        self.reserve.keep()

    def thaw(self) -> bool:
        """Begin to write if that was not possible before and is now. Return whether it can be written to."""
        with self._lock:
            if self._frozen.refusal is None:
                return self._writer is not None
            if self.is_reading or not self._frozen.may_try():
                return False
            with self._frozen.alone() as is_alone:
                if not is_alone:
                    return False
                self._end()
                try:
                    self._begin()
                except Refused:
                    return False  # as before
                except UserError as error:
                    self._frozen.refusal = Unavailable(str(error))
                    return False
                self._frozen.refusal = None
            return True

    def _replay(self) -> None:
        """Do what the record says and a catalog lacks that was lost or is an older one, as far as it can be done."""
        db = self._writer
        assert db is not None
        if db.execute("SELECT 1 FROM waiting WHERE want IS NULL LIMIT 1").fetchone() is not None:
            from haven_fs.catalog.replay import replay_new  # which builds on this module

            replay_new(self)

    @property
    def writable(self) -> bool:
        """Whether this process is the one that writes the catalog, if only once its disk has room."""
        return self._writer is not None or self._frozen.refusal is not None

    @property
    def is_reading(self) -> bool:
        """Whether this thread is in a read transaction, and so sees the catalog as it was when that began."""
        return getattr(self._local, "db", None) is not None

    @property
    def vectors(self) -> "Vectors":
        """The photos' vectors, in a folder beside the catalog: read and written as the catalog is."""
        with self._lock:
            if self._vectors is None:
                from haven_fs.vectors import Vectors  # which no worker process and few commands have a use for

                folder = self.path.parent / "vectors"
                self._vectors = Vectors(folder, readonly=self._writer is None, chroma=self._chroma)
            return self._vectors

    def _open_writer(self) -> tuple[sqlite3.Connection, list[Facet]]:
        db = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=30, cached_statements=256
        )
        try:
            check_kind(db, self.path)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA cache_size=-16384")
            db.execute("PRAGMA journal_size_limit=16777216")
            usable = migrate(db, self.path, self._facets)
            db.execute("BEGIN IMMEDIATE")  # which a file that can only be read refuses
            db.execute("ROLLBACK")
            return db, usable
        except sqlite3.DatabaseError as error:
            db.close()
            raise self._no_catalog(error) from error
        except UserError:
            db.close()
            raise

    def _check_readable(self) -> list[Facet]:
        try:
            with self.read() as db:
                check_kind(db, self.path)
                return ready(db, self.path, self._facets)
        except sqlite3.DatabaseError as error:
            raise self._no_catalog(error) from error
        except Refused as refused:
            self.close()
            raise UserError(refused.reason) from refused
        except UserError:
            self.close()
            raise

    def _no_catalog(self, error: sqlite3.Error) -> UserError | Refused:
        refused = self.trouble.refusal_of(error)
        if isinstance(refused, Damaged):
            return UserError(f"The catalog {self.path} is damaged ({error}). {REPAIR}")
        return refused or UserError(f"{self.path} cannot be opened: {error}.")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection inside a read transaction; nested uses in one thread share the outer one."""
        outer: sqlite3.Connection | None = getattr(self._local, "db", None)
        if outer is not None:
            yield outer
            return
        if not self.trouble.readable:
            self.trouble.check()
        with self._in_words(), self._frozen.reading():
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
            if is_damage(error):
                self.look()  # what another program has done to the file is told from a disk that fails
            refused = self.trouble.refusal_of(error)
            if refused is None:
                self.look()  # an empty file is one without tables
                raise
            raise refused from error

    def look(self) -> None:
        """Raise Damaged if the catalog is, or if its files are not those that this process opened for writing."""
        with self._lock:
            if self._files is not None and self.trouble.damage is None and (found := self._files.look()) is not None:
                words = DAMAGED if found.repair else REPLACED
                self.trouble.found_damaged(found.how, words, readable=found.readable)
            if self.trouble.damage is not None:
                self.trouble.check()

    def _open_reader(self) -> sqlite3.Connection:
        if self._files is not None and not self._files.are_there():
            self.look()
        is_frozen = self._frozen.refusal is not None
        db = (live_reader if self._files is not None else frozen_reader if is_frozen else reader)(self.path)
        try:
            db.executescript(_READ_PRAGMAS)
        except sqlite3.DatabaseError:
            db.close()
            raise
        return db

    @contextmanager
    def write(
        self,
        *,
        quiet: bool = False,
        by: str | None = None,
        place: str = "",
        act: str = "",
        gesture: int | None = None,
        undoing: bool = False,
    ) -> Iterator[Writer]:
        """Give the writer inside one transaction; other writers wait.

        `by`: the user whose write it is, "" if nobody signed in, None if it is Haven's own. `place`: the folder of the
        tree it is in. `act`: what kind of act it is a part of, see haven_fs.catalog.corrections; a transaction without
        is a gesture of its own. `gesture`: the one that it goes on with, however long ago that was. `undoing`: it takes
        back what another one did, so the reserve is there for it.

        The clock moves on if a row was changed, unless the change is `quiet`: one that no folder shows. Raises Refused
        if the disk is full or fails, or the catalog is damaged; then nothing of the transaction is there.
        """
        if not self.writable:
            raise UserError("This catalog was opened for reading only.")
        with self._lock, self._in_words():
            self.look()
            if self._writer is None and not self.thaw():
                self.trouble.check()
            db = self._writer
            assert db is not None
            if undoing:
                self.reserve.give_up()
            db.execute("BEGIN IMMEDIATE")
            writer: Writer | None = None
            try:
                watch_changes(db, on=by is not None)
                last, changes = db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0], db.total_changes
                seq = max(last + 1, time.time_ns() // 1_000_000)
                writer = Writer(db, seq, self.facets, Act(by or "", place, act), gesture)
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
                if writer is not None and writer.undo():
                    self.undone += 1
                raise
            if undoing:
                self.reserve.keep()
            if writer.corrected or self.record.is_behind:
                self.record.catch_up(db)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Have nobody in this process write while the block runs: files are where the catalog now says they are."""
        with self._lock:
            yield

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
        if self._writer is not None:
            with suppress(sqlite3.Error, OSError):  # a full disk or a damaged page is no reason not to end
                if self.trouble.damage is None:
                    keep_list(self.path.parent, self._writer)
                    self._writer.execute("PRAGMA optimize")
        self._end()

    def _end(self) -> None:
        while self._idle:
            self._idle.pop().close()
        if self._vectors is not None:
            self._vectors.close()
            self._vectors = None
        if self._writer is not None:
            self._writer.close()
            self._writer = self._files = None
