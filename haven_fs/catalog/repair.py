"""Makes a sound catalog of a damaged one. The damaged file is never changed: it is set aside under another name.

If only indices are damaged they are made anew, and nothing is lost. Else a new file gets the same tables and every row
that can be read (haven_fs.catalog.salvage). What owners said is told twice, by rows and by the corrections that changed
them, so that a row that is lost comes back from its correction. Rows that lead to lost ones go; the walk finds files
anew, and what was said of their photos is in the record.
"""

import json
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from haven_fs import sqlitefile
from haven_fs.catalog.changes import OWNED
from haven_fs.catalog.migrations import define_functions, tables_of_facets
from haven_fs.catalog.salvage import changed_rows, count_of, opened, rows_of, table_of
from haven_fs.catalog.soundness import check_kind
from haven_fs.errors import UserError
from haven_fs.library.storing import sync_folder

logger = logging.getLogger(__name__)

_PART = ".repair.sqlite"
_WORK = ".damaged-copy.sqlite"
_TELL = 10.0
"""Seconds between two words about how far the saving is."""


@dataclass(slots=True)
class Repaired:
    """What a repair did. `found`: what was damaged, None if nothing was. `aside`: where the damaged file is now.

    `saved` and `lost`: rows by table; those lost are counted where that can be told. `restored`: rows of what owners
    said that came back from their corrections. `facets`: which facet a table of what owners said is of.
    `unreadable`: not even the names of its tables could be read, so nothing was.
    """

    found: str | None = None
    aside: Path | None = None
    only_indices: bool = False
    unreadable: bool = False
    saved: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    restored: int = 0
    facets: dict[str, str] = field(default_factory=dict)


def diagnose(path: Path) -> str | None:
    """Return what is damaged in a catalog, None if nothing is. Raises UserError if it is another program's file."""
    try:
        trouble = sqlitefile.trouble_of(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read, so it cannot be repaired: {error.strerror}.") from error
    if trouble is not None:
        return trouble
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            check_kind(db, path)
            said = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return None if said == "ok" else str(said).removeprefix("*** in database main ***").strip()
    except sqlite3.DatabaseError as error:
        return str(error)


def repair(path: Path, tell: Callable[[str], None] = lambda _: None) -> Repaired:
    """Put the catalog at `path` right; no process may have it open. `tell`: is told what is being done.

    Raises UserError if there is no room, or the disk fails.
    """
    done = Repaired(found=diagnose(path))
    if done.found is None:
        return done
    work, part = path.with_name(_WORK), path.with_name(_PART)
    for one in (work, part):
        sqlitefile.remove(one)
    try:
        tell(f"Copying {path}")
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, work.with_name(work.name + suffix))
        if sqlitefile.trouble_of(path) is None and _only_indices(work):
            done.only_indices = True
            work.replace(part)
        elif not _saved(work, part, done, tell):
            done.unreadable = True
            sqlitefile.remove(part)
        done.aside = _set_aside(path)
        if part.exists():
            part.replace(path)
            path.chmod(0o600)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise UserError(
            f"The catalog could not be repaired: {error}. Make sure that {path.parent} has room for two more copies of"
            f" it, and can be written to. {path if path.exists() else done.aside} is as it was."
        ) from error
    finally:
        for one in (work, part):
            sqlitefile.remove(one)
    return done


def _only_indices(work: Path) -> bool:
    """Make all indices anew; tell whether that was all there was to do."""
    try:
        with closing(sqlite3.connect(work, isolation_level=None)) as db:
            define_functions(db)
            _reindex(db)
            for name in _full_text(db):
                db.execute(f'INSERT INTO "{name}" ("{name}") VALUES (\'rebuild\')')
            sound = bool(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.execute("PRAGMA journal_mode = DELETE")
            return sound
    except sqlite3.DatabaseError:
        return False


def _reindex(db: sqlite3.Connection) -> None:
    """Make all indices anew. Raises sqlite3.DatabaseError, and every index is in the schema still, if that is vain."""
    damaged = []
    for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'").fetchall():
        try:
            db.execute(f'REINDEX "{name}"')
        except sqlite3.DatabaseError:
            if sql is None:
                raise
            damaged.append((name, sql))
    if not damaged:
        return
    # SQLite empties an index before it fills it, which fails where its first page is damaged: such an index is
    # forgotten instead, and VACUUM frees its pages.
    db.execute("PRAGMA writable_schema = ON")
    db.execute("BEGIN")
    try:
        db.executemany("DELETE FROM sqlite_master WHERE type = 'index' AND name = ?", [(name,) for name, _ in damaged])
        db.execute("PRAGMA writable_schema = RESET")
        for _, sql in damaged:
            db.execute(sql)
        db.execute("COMMIT")
    except sqlite3.DatabaseError:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("VACUUM")


def _full_text(db: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5(%'"
    return [name for (name,) in db.execute(query)]


def _set_aside(path: Path) -> Path:
    aside = path.with_name(f"catalog-damaged-{datetime.now():%Y-%m-%d-%H%M%S}.sqlite")
    for suffix in ("-wal", ""):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.replace(aside.with_name(aside.name + suffix))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return aside


def _saved(work: Path, part: Path, done: Repaired, tell: Callable[[str], None]) -> bool:
    """Copy what can be read into a new file; False if not even the names of the tables can be."""
    try:
        old = opened(work)
        schema = old.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        version = int(old.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return False
    with closing(old), closing(sqlite3.connect(part, isolation_level=None)) as new:
        define_functions(new)
        new.execute("PRAGMA synchronous = OFF")  # it is synced before it is put in place
        virtual = [name for kind, name, _, sql in schema if kind == "table" and sql.startswith("CREATE VIRTUAL")]
        shadows = tuple(f"{name}_" for name in virtual)
        tables = [
            (name, sql)
            for kind, name, _, sql in schema
            if kind == "table" and name not in virtual and not name.startswith((*shadows, "sqlite_"))
        ]
        if not {"state", "library", "dir", "original", "photo"} <= {name for name, _ in tables}:
            return False
        new.execute("BEGIN")
        for _, sql in tables:
            new.execute(sql)
        for kind, _, _, sql in schema:
            if kind == "index" and "UNIQUE" in sql.upper():
                new.execute(sql)
        told = time.monotonic()
        tell("Saving what can be read")
        for number, (name, _) in enumerate(tables):
            if time.monotonic() - told > _TELL:
                told = time.monotonic()
                tell(f"Saved {number} of {len(tables)} tables")
            _copy(old, new, name, done)
        done.facets = tables_of_facets(new)
        done.restored = _restore_said(new, done)
        # Lines of the record may be unknown anywhere, not only at its end: whoever opens the file looks for all.
        new.execute("INSERT OR REPLACE INTO state VALUES ('record', 'more')")
        _drop_dangling(new)
        for kind, name, _, sql in schema:
            if name in virtual or (kind == "index" and "UNIQUE" not in sql.upper()):
                new.execute(sql)
        for name in virtual:
            _copy_words(old, new, name, done)
        for kind, _, _, sql in schema:
            if kind in ("trigger", "view"):
                new.execute(sql)
        new.execute("UPDATE library SET walked = NULL")
        new.execute("DELETE FROM state WHERE key = 'sound'")
        new.execute(f"PRAGMA user_version = {version}")
        new.execute("COMMIT")
        said = new.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if said != "ok":
            raise sqlite3.DatabaseError(str(said))
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    return True


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, name: str, done: Repaired) -> None:
    table = table_of(old, name)
    hidden = table.key == ("rowid",)
    columns = f"rowid, {table.quoted}" if hidden else table.quoted
    marks = ", ".join("?" * (len(table.columns) + hidden))
    before = new.total_changes
    for rows in rows_of(old, table):
        new.executemany(f'INSERT OR IGNORE INTO "{name}" ({columns}) VALUES ({marks})', rows)
    done.saved[name] = new.total_changes - before
    expected = count_of(old, table)
    if expected is not None and expected > done.saved[name]:
        done.lost[name] = expected - done.saved[name]
    elif expected is None:
        done.lost[name] = 0  # some, nobody can tell how many


def _copy_words(old: sqlite3.Connection, new: sqlite3.Connection, name: str, done: Repaired) -> None:
    """Fill a full-text index from what it keeps of its texts."""
    if name not in _full_text(new):
        return
    content = table_of(old, f"{name}_content")
    columns = [column for (column,) in new.execute("SELECT name FROM pragma_table_info(?)", (name,))]
    marks = ", ".join("?" * (len(columns) + 1))
    quoted = ", ".join(f'"{column}"' for column in columns)
    before = 0
    photos = {id_ for (id_,) in new.execute("SELECT id FROM photo")}
    for found in rows_of(old, content):
        # The words of a photo that is lost would be in the way of the next one, which gets its number.
        rows = [row for row in found if row[0] in photos]
        # Its own rowid, its column `id`, which is the same, and the texts.
        new.executemany(
            f'INSERT INTO "{name}" (rowid, {quoted}) VALUES ({marks})', [(row[0], *row[2:]) for row in rows]
        )
        before += len(rows)
    done.saved[name] = before


def _restore_said(new: sqlite3.Connection, done: Repaired) -> int:
    """Bring back rows of tables that lost some, from the corrections that made them what they were."""
    damaged = {*OWNED, *done.facets} & done.lost.keys()
    if not damaged:
        return 0
    changes = [
        change
        for (text,) in new.execute("SELECT changes FROM correction ORDER BY id")
        for change in json.loads(text)
        if change["table"] in damaged
    ]
    restored = 0
    for (name, _), row in changed_rows(changes).items():
        if row is None:
            continue
        known = {column for (column,) in new.execute("SELECT name FROM pragma_table_info(?)", (name,))}
        row = {column: value for column, value in row.items() if column in known}
        if "seq" in known:
            row.setdefault("seq", new.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
        columns, marks = ", ".join(f'"{column}"' for column in row), ", ".join("?" * len(row))
        query = f'INSERT OR IGNORE INTO "{name}" ({columns}) VALUES ({marks})'
        restored += new.execute(query, tuple(row.values())).rowcount
    return restored


def _drop_dangling(new: sqlite3.Connection) -> None:
    """Remove rows that lead to lost ones, until there are none; files whose photo is lost are looked into again."""
    tables = [name for (name,) in new.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {name: [c for (c,) in new.execute("SELECT name FROM pragma_table_info(?)", (name,))] for name in tables}
    new.execute(
        "UPDATE original SET photo_id = NULL, role = NULL, name = NULL, name_fold = NULL, href = NULL, xml = NULL,"
        " probed = 0 WHERE photo_id IS NOT NULL AND photo_id NOT IN (SELECT id FROM photo)"
    )
    while True:
        before = new.total_changes
        # A photo is there for its main file, or for another that may be it.
        new.execute(
            "UPDATE photo SET main_id = ifnull((SELECT o.id FROM original o WHERE o.photo_id = photo.id"
            " ORDER BY o.gone IS NOT NULL, o.role <> 'main', o.id LIMIT 1), main_id)"
            " WHERE main_id NOT IN (SELECT id FROM original)"
        )
        new.execute("DELETE FROM photo WHERE main_id NOT IN (SELECT id FROM original)")
        new.execute(
            "UPDATE original SET photo_id = NULL, probed = 0 WHERE photo_id IS NOT NULL"
            " AND photo_id NOT IN (SELECT id FROM photo)"
        )
        for name in tables:
            for _, _, parent, column, to, *_ in new.execute("SELECT * FROM pragma_foreign_key_list(?)", (name,)):
                if name != "original" or column != "photo_id":
                    new.execute(
                        f'DELETE FROM "{name}" WHERE "{column}" IS NOT NULL'
                        f' AND "{column}" NOT IN (SELECT "{to or "id"}" FROM "{parent}")'
                    )
            if name != "original" and "photo_id" in columns[name]:
                new.execute(
                    f'DELETE FROM "{name}" WHERE photo_id IS NOT NULL AND photo_id NOT IN (SELECT id FROM photo)'
                )
        if new.total_changes == before:
            return
