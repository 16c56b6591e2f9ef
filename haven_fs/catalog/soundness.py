"""Whether the catalog is sound: what can be told at once, before it is opened, and what reading all of it tells.

A catalog that is empty, cut short or no catalog at all is never filled as if it were new: that would hide what was
lost. Reading all of it takes seconds or minutes, so the server does it at leisure, and not at every start.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from haven_fs import sqlitefile
from haven_fs.catalog import librarylist
from haven_fs.catalog.migrations import LATEST
from haven_fs.catalog.record import FILE
from haven_fs.catalog.schema import ADOPTED
from haven_fs.errors import Refused, UserError

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Catalog

logger = logging.getLogger(__name__)

CATALOG = "catalog.sqlite"
FIRST = "Run `haven index FOLDER` or `haven serve FOLDER` first."
"""What to do where there is no catalog yet."""
EVERY = 7 * 86400.0
"""Seconds after which a catalog that was found sound is read again."""
REPAIR = "Run `haven repair`: it keeps the damaged file, saves what is in it, and makes a new catalog."
_TABLES = {"state", "library", "dir", "original", "photo"}
_REST = 1.0
"""Seconds of rest for each second that is spent reading."""
_WATCH = 0.2
"""Seconds after which it is noticed that a check is to stop."""


def check_file(path: Path) -> None:
    """Raise UserError of a catalog that is plainly not whole, or not one of Haven's. Nothing is changed."""
    if path.is_dir():
        raise UserError(
            f"{path} is a folder, in place of the catalog. Move it away, then start Haven: it makes a new catalog from"
            f" {FILE} and your photos."
        )
    try:
        trouble = sqlitefile.trouble_of(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UserError(
            f"The catalog {path} cannot be read: {error.strerror}. Check the disk that it is on."
        ) from error
    if trouble is None or (trouble == sqlitefile.EMPTY and not _was_used(path)):
        return
    raise UserError(f"The catalog {path} is damaged: {trouble}. {REPAIR}")


def _was_used(path: Path) -> bool:
    """Tell whether a data folder has more than what a first start that was killed leaves."""
    if sqlitefile.has_log(path):
        return True  # SQLite makes a file of one page before it writes a log, and deletes one beside an empty file
    record = path.with_name(FILE)
    vectors = path.parent / "vectors" / "vectors.sqlite"
    return vectors.exists() or (record.exists() and record.stat().st_size > 0)


def is_data_folder(folder: Path) -> bool:
    """Return whether there is a catalog in a folder, or was one: what owners said, or which libraries there are."""
    return (folder / CATALOG).exists() or _has_rest(folder)


def no_catalog(folder: Path, advice: str = FIRST) -> UserError:
    """Return what to say where there is no catalog: `advice` if there never was one, else how it comes back."""
    if not _has_rest(folder):
        return UserError(f"There is no catalog in {folder} yet. {advice}")
    commands = "plain `haven serve` or `haven index`"
    if not librarylist.is_listed(folder):
        commands = "`haven serve FOLDER` or `haven index FOLDER` with each folder of your photos"
    return UserError(
        f"The catalog is missing from {folder}. Run {commands}: it is made again from your photos, with all that you"
        " told Haven."
    )


def _has_rest(folder: Path) -> bool:
    record = folder / FILE
    return (folder / librarylist.FILE).exists() or (record.exists() and record.stat().st_size > 0)


def check_kind(db: sqlite3.Connection, path: Path) -> None:
    """Raise UserError if a database is another program's. Raises sqlite3.DatabaseError if it is damaged."""
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if 0 < version < ADOPTED or version > LATEST:
        return  # haven_fs.catalog.migrations says which one it is
    if (tables or version) and not (version and tables >= _TABLES):
        raise UserError(
            f"{path} is a database, but not a catalog of Haven. Move it away, or choose another data folder with"
            " --data."
        )


def tables_in(db: sqlite3.Connection) -> list[str]:
    """Return the tables that hold rows of their own, those of full-text search too, by their names."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name"
    return [name for (name,) in db.execute(query)]


def read_through(catalog: "Catalog", stopping: Callable[[], bool] = lambda: False) -> str | None:
    """Read all tables and indices; return what is damaged, None if nothing is or it is `stopping`.

    Table by table, each in a short read transaction, with a rest after each that is as long as it took.
    """
    try:
        with catalog.read() as db:
            names = tables_in(db)
        for name in names:
            if stopping():
                return None
            began = time.monotonic()
            with catalog.read() as db, _interrupted(db, stopping):
                said = db.execute(f'PRAGMA quick_check("{name}")').fetchone()[0]
            if stopping():
                return None
            if said != "ok":
                return str(said).replace("\n", " ")
            until = time.monotonic() + (time.monotonic() - began) * _REST
            while time.monotonic() < until and not stopping():
                time.sleep(min(0.2, max(0.0, until - time.monotonic())))
    except Refused as refused:
        return catalog.trouble.damage and refused.reason
    except sqlite3.OperationalError:
        if not stopping():
            raise
    return None


@contextmanager
def _interrupted(db: sqlite3.Connection, stopping: Callable[[], bool]) -> Iterator[None]:
    """Interrupt what the block asks of a connection once it is `stopping`: a large table takes half a minute."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_WATCH):
            if stopping():
                db.interrupt()

    watcher = threading.Thread(target=watch, name="check", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def check_at_leisure(catalog: "Catalog", stopping: Callable[[], bool] = lambda: False) -> None:
    """Read the catalog through if that has not been done lately, or it was not closed well; note what is found."""
    with catalog.read() as db:
        row = db.execute("SELECT value FROM state WHERE key = 'sound'").fetchone()
    if row is not None and 0 <= time.time() - row[0] < EVERY and catalog.closed_well:
        return
    began = time.monotonic()
    found = read_through(catalog, stopping)
    if stopping():
        return
    if found is not None:
        catalog.trouble.found_damaged(found)
        return
    catalog.closed_well = True
    with catalog.write(quiet=True) as w:
        w.db.execute("INSERT OR REPLACE INTO state VALUES ('sound', ?)", (time.time(),))
    logger.info("The catalog was read through and is sound (%.0f s)", time.monotonic() - began)
