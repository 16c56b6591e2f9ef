"""Brings a catalog's tables up to date: the core's, then those of each facet, by its own count.

A facet whose tables are there already, from before facets had migrations of their own, is taken over as its first
migration left it. One whose migration fails, or that is older than its tables, costs only itself: it is logged and left
out of the catalog until its plugin is mended.
"""

import json
import logging
import os
import sqlite3
import unicodedata
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from haven_fs.catalog import names
from haven_fs.catalog.adopt import ADOPT
from haven_fs.catalog.facets import Facet, answered
from haven_fs.catalog.quadkeys import quadkey_of
from haven_fs.catalog.schema import ADOPTED, FIRST, MIGRATIONS
from haven_fs.errors import UserError
from haven_fs.library.stems import stem_key

logger = logging.getLogger(__name__)

LATEST = FIRST + len(MIGRATIONS) - 1
"""The version of a catalog that is up to date."""


def version_of(db: sqlite3.Connection, path: Path) -> int:
    """Return a catalog's version, 0 if it is empty. Raises UserError of one that this Haven cannot read."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > LATEST:
        raise UserError(f"{path} was made by a newer Haven FS. Update this one: `pip install -U haven-fs`.")
    if 0 < version < ADOPTED:
        raise UserError(
            f"{path} was made by an early Haven FS that was never released. Move it away and run `haven index`: it is"
            " made again from your photos. What you have said is in corrections.jsonl beside it; keep that file."
        )
    return version


def migrate(db: sqlite3.Connection, path: Path, facets: Iterable[Facet]) -> list[Facet]:
    """Bring the tables up to date, each step in a transaction; return the facets that can be used.

    Raises UserError if the catalog cannot be read, sqlite3.DatabaseError if it is damaged.
    """
    version = version_of(db, path)
    define_functions(db)
    if version == ADOPTED:
        db.executescript(f"BEGIN IMMEDIATE; {ADOPT}; PRAGMA user_version={FIRST}; COMMIT")
        version = FIRST
    done = max(version - FIRST + 1, 0)
    for number, script in enumerate(MIGRATIONS[done:], start=FIRST + done):
        db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version={number}; COMMIT")
    return [facet for facet in facets if _bring_up_to_date(db, facet)]


def define_functions(db: sqlite3.Connection) -> None:
    """Let migrations say how names fold and are composed, which stem a file's name has, and where a position is."""
    db.create_function("haven_fold", 1, _fold, deterministic=True)
    db.create_function("haven_nfc", 1, partial(unicodedata.normalize, "NFC"), deterministic=True)
    db.create_function("haven_stem", 1, _stem, deterministic=True)
    db.create_function("haven_quadkey", 2, quadkey_of, deterministic=True)


def _fold(name: str | None) -> str | None:
    return None if name is None else names.fold(name)


def _stem(file: bytes) -> str:
    return stem_key(os.fsdecode(file)).encode(errors="replace").decode()


def ready(db: sqlite3.Connection, path: Path, facets: Iterable[Facet]) -> list[Facet]:
    """Return the facets that can be used in a catalog that is only read. Raises UserError if it is to be migrated."""
    if version_of(db, path) < LATEST:
        raise UserError(f"{path} is older than this Haven FS. Run `haven index` or `haven serve` once.")
    usable = []
    for facet in facets:
        done, _ = _recorded(db, facet)
        if done < len(facet.migrations):
            raise UserError(
                f'{path} lacks the tables of "{facet.name}", which a plugin brings. Run `haven index` or `haven serve`'
                " once."
            )
        if done == len(facet.migrations):
            usable.append(facet)
    return usable


def known_facets(db: sqlite3.Connection) -> dict[str, set[str]]:
    """Return what each facet that this catalog has or had answers, by name, of plugins that are away too."""
    return {name: set(json.loads(asked)) for name, asked in db.execute("SELECT name, asked FROM facet")}


def tables_of_facets(db: sqlite3.Connection) -> dict[str, str]:
    """Return which facet each table belongs to that holds what owners say, of plugins that are away too."""
    rows = db.execute("SELECT name, tables FROM facet").fetchall()
    return {table: name for name, tables in rows for table in json.loads(tables)}


def _recorded(db: sqlite3.Connection, facet: Facet) -> tuple[int, list[str]]:
    row = db.execute("SELECT version, tables FROM facet WHERE name = ?", (facet.name,)).fetchone()
    return (int(row[0]), json.loads(row[1])) if row else (0, [])


def _bring_up_to_date(db: sqlite3.Connection, facet: Facet) -> bool:
    done, tables = _recorded(db, facet)
    wanted = len(facet.migrations)
    if done > wanted:
        logger.error(
            'The tables of "%s" were made by a newer version of its plugin: it is left out. Update the plugin.',
            facet.name,
        )
        return False
    asked = known_facets(db).get(facet.name)
    if (done, tables, asked) == (wanted, sorted(facet.owned), answered(facet)):
        return True
    if not done and _has_tables(db, facet):
        done = 1
    try:
        db.execute("BEGIN IMMEDIATE")
        for script in facet.migrations[done:]:
            for statement in _statements(script):
                db.execute(statement)
        _check_owned(db, facet)
        if (answered(facet) - (asked or set())) & {"absorb", "facts", "tags"}:
            # It has yet to hear of the photos that are there: haven_fs.catalog.behind.
            db.execute("INSERT OR IGNORE INTO behind SELECT ?, id FROM photo", (facet.name,))
        db.execute(
            "INSERT OR REPLACE INTO facet VALUES (?, ?, ?, ?)",
            (facet.name, wanted, json.dumps(sorted(facet.owned)), json.dumps(sorted(answered(facet)))),
        )
        db.execute("COMMIT")
    except Exception:
        if db.in_transaction:
            db.execute("ROLLBACK")
        logger.exception('The tables of "%s" could not be made or changed: it is left out', facet.name)
        return False
    return True


def _check_owned(db: sqlite3.Connection, facet: Facet) -> None:
    """Raise ValueError if tables that a facet says it owns, or columns of their keys, are not there."""
    for table, key in facet.owned.items():
        columns = {name for _, name, *_ in db.execute("SELECT * FROM pragma_table_info(?)", (table,))}
        if lacking := sorted(set(key) - columns):
            raise ValueError(f"it owns {table}, which has no column {', '.join(lacking)}")


def _has_tables(db: sqlite3.Connection, facet: Facet) -> bool:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return not there.isdisjoint(facet.owned)  # later migrations may bring more of them


def _statements(script: str) -> Iterable[str]:
    """Give the statements of a script one by one: `executescript` would commit what is open first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
