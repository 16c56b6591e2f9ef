"""A data folder with one library, indexed in this process by real worker processes, and what its catalog says.

A worker that has loaded the plugins and the table of places is kept between tests: starting one takes longer than most
tests do. Tests of workers themselves use the indexer with a pool of its own.
"""

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from haven_fs.analysis.indexer import Indexer
from haven_fs.analysis.pool import Pool
from haven_fs.catalog import Catalog
from haven_fs.catalog.findings import FACTS
from haven_fs.catalog.libraries import Library, add_library
from haven_fs.config import load_settings
from haven_fs.plugins import Plugins
from haven_fs.tree.tree import Tree
from helpers.photos import make_photo


@dataclass(frozen=True, slots=True)
class Seen:
    """One file on disk as the catalog knows it: its row, its photo's id, its display name and role."""

    id: int
    photo: int | None
    name: str | None
    role: str | None
    shown: bool
    shown_as: str


@cache
def plugins() -> Plugins:
    """Return the installed plugins, loaded once."""
    return Plugins()


@cache
def cache_folder() -> Path:
    """Return the data folder that the kept worker was told of, for its cache of places."""
    folder = Path(tempfile.mkdtemp(prefix="haven-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class _KeptPool(Pool):
    def close(self) -> None:
        """Keep the worker, unless it is broken."""
        processes = getattr(self._executor, "_processes", None) or {}
        if any(process.exitcode is not None for process in list(processes.values())):
            super().close()


@cache
def _pool() -> Pool:
    settings = {**load_settings(cache_folder(), plugins().settings()), "index.workers": 1}
    pool = _KeptPool(settings, [found.name for found in plugins().found if found.problem is None])
    atexit.register(super(_KeptPool, pool).close)
    return pool


class Home:
    """A data folder and a library beside it, `root`. Close it at the end."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.data = folder / "data"
        self.root = folder / "Pictures"
        self.root.mkdir(parents=True)
        self.settings = {**load_settings(self.data, plugins().settings()), **settings}
        self.catalog = Catalog(self.data / "catalog.sqlite", plugins().facets(self.settings))

    def close(self) -> None:
        """Close the catalog."""
        self.catalog.close()

    def photo(self, path: str, taken: str | None = "2020-05-04 12:00:00", **more: Any) -> Path:
        """Make a photo in the library."""
        return make_photo(self.root / path, taken, **more)

    def indexer(self) -> Indexer:
        """Return an indexer whose worker is kept."""
        indexer = Indexer(self.catalog, plugins(), self.settings)
        indexer._pool = _pool()
        return indexer

    def add(self, root: Path | None = None) -> Library:
        """Remember the library, or another."""
        return add_library(self.catalog, root or self.root, self.data)

    def index(self, *, accept_missing: bool = False) -> None:
        """Do what `haven index` does."""
        self.add()
        indexer = self.indexer()
        indexer.run(accept_missing=accept_missing)
        assert indexer.counts().pending == 0

    def look(self, folders: Collection[str] | None) -> None:
        """Do what serving does when these folders were announced as changed."""
        indexer = self.indexer()
        indexer.look_at(self.library().id, folders)
        indexer.work()

    def library(self) -> Library:
        """Return the library as the catalog has it."""
        return next(library for library in self.indexer().libraries() if library.root == self.root.resolve())

    def tree(self) -> Tree:
        """Return the tree over the catalog."""
        return plugins().tree(self.catalog, self.settings)

    def seen(self, root: Path | None = None) -> dict[str, Seen]:
        """Return every file the library holds by the catalog, by its path below the root."""
        with self.catalog.read() as db:
            rows = db.execute(
                "SELECT d.path, o.file, o.id, o.photo_id, o.name, o.role, coalesce(p.shown, 0), o.shown FROM original o"
                " JOIN dir d ON d.id = o.dir_id JOIN library l ON l.id = d.library_id"
                " LEFT JOIN photo p ON p.id = o.photo_id WHERE o.gone IS NULL AND l.root = ?",
                (os.fsencode((root or self.root).resolve()),),
            ).fetchall()
        return {
            os.fsdecode(path + b"/" + file if path else file): Seen(id_, photo, name, role, bool(shown), shown_as)
            for path, file, id_, photo, name, role, shown, shown_as in rows
        }

    def facts(self, path: str) -> dict[str, Any]:
        """Return the facts of the photo that a file belongs to."""
        columns = sorted(FACTS)
        with self.catalog.read() as db:
            row = db.execute(
                f"SELECT {', '.join(columns)} FROM photo WHERE id = ?", (self.seen()[path].photo,)
            ).fetchone()
        return dict(zip(columns, row, strict=True))

    def query(self, sql: str, *params: Any) -> list[Any]:
        """Return what a query gives: rows, or bare values of one column."""
        with self.catalog.read() as db:
            rows = db.execute(sql, params).fetchall()
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows


def plans(db: sqlite3.Connection, statements: Collection[str]) -> list[tuple[str, str]]:
    """Return the steps SQLite would take, each with its statement."""
    return [(row[3], sql) for sql in statements for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]
