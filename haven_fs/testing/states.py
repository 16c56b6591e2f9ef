"""All that a home holds at one moment, so that two moments can be compared: every row, and every file."""

import hashlib
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haven_fs.catalog import Catalog
from haven_fs.catalog.libraries import all_libraries

Row = tuple[Any, ...]
_WHEN = frozenset({"seq"})
"""Columns that say when something changed rather than what."""
_OWN_FILES = ("catalog.sqlite", "lock", "reserve", "running.json", "vectors")
"""What is in the data folder and not compared: the catalog is by its rows, the rest is made again or says who runs."""

_MEMBERS = "SELECT v.facet, v.key, v.name, v.parent, m.photo_id FROM value v JOIN member m ON m.value_id = v.id"


@dataclass(frozen=True, slots=True)
class State:
    """One moment.

    `tables`: the rows of each table, sorted. `said`: those of tables that hold what owners say, and `settled`: what
    settling makes of it, both without when a row was changed. `data`: the files in the data folder by their paths
    there; `originals`: those of all libraries by whole paths; each with the digest of its bytes.
    """

    tables: Mapping[str, list[Row]]
    said: Mapping[str, list[Row]]
    settled: Mapping[str, list[Row]]
    data: Mapping[str, str]
    originals: Mapping[str, str]


EVERYTHING = ("tables", "data", "originals")
SAID = ("said", "settled")
"""Parts of a state to compare: all there is, and what owners have said and what came of it."""


def state_of(catalog: Catalog) -> State:
    """Return what a catalog, and the folders it is about, hold now."""
    with catalog.read() as db:
        tables = {name: _rows(db, f"SELECT * FROM {name}") for name in _tables(db)}
        said = {name: _rows(db, f"SELECT {_columns(db, name)} FROM {name}") for name in catalog.facets.owned}
        photos = _rows(db, f"SELECT {_columns(db, 'photo')} FROM photo WHERE shown = 1")
        settled = {"member": _rows(db, _MEMBERS), "photo": photos}
        roots = [library.root for library in all_libraries(db)]
    data = catalog.path.parent
    kept = {path.relative_to(data).as_posix(): _digest(path) for path in _files(data, _OWN_FILES)}
    return State(tables, said, settled, kept, {str(path): _digest(path) for root in roots for path in _files(root)})


def differences(before: State, after: State, parts: Collection[str] = EVERYTHING) -> str:
    """Return in words what is another, of the named parts of two states; nothing if all is the same."""
    found: list[str] = []
    for part in parts:
        was, now = getattr(before, part), getattr(after, part)
        others = [name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name)]
        found += [f"{part}: {name}: {_words(was.get(name), now.get(name))}" for name in others]
    return "\n".join(found)


def _words(was: Any, now: Any) -> str:
    if not isinstance(was, list) or not isinstance(now, list):
        return "new" if was is None else "gone" if now is None else "other bytes"
    lost = [row for row in was if row not in now]
    new = [row for row in now if row not in was]
    return "; ".join([*(f"- {row}" for row in lost[:5]), *(f"+ {row}" for row in new[:5])]) or "as often no more"


def _tables(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in rows]


def _columns(db: sqlite3.Connection, table: str) -> str:
    return ", ".join(name for _, name, *_ in db.execute(f"PRAGMA table_info({table})") if name not in _WHEN)


def _rows(db: sqlite3.Connection, query: str) -> list[Row]:
    return sorted(db.execute(query).fetchall(), key=repr)


def _files(folder: Path, besides: Collection[str] = ()) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        if Path(top) == folder:
            folders[:] = [name for name in folders if name not in besides]
            files = [name for name in files if not name.startswith(tuple(besides))] if besides else files
        yield from (Path(top, name) for name in files if Path(top, name).is_file())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
