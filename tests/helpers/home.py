"""A home as plugins' tests have it, and what Haven's own tests ask of its catalog besides."""

import os
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from haven_fs import testing
from haven_fs.catalog.findings import FACTS
from haven_fs.catalog.libraries import Library
from haven_fs.plugins import Plugins


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


class Home(testing.Home):
    """A data folder and a library beside it, `root`. Close it at the end."""

    def look(self, folders: Collection[str] | None) -> None:
        """Do what serving does when these folders were announced as changed."""
        indexer = self.indexer()
        indexer.look_at(self.library().id, folders)
        indexer.work()

    def library(self) -> Library:
        """Return the library as the catalog has it."""
        return next(library for library in self.indexer().libraries() if library.root == self.root.resolve())

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

    def write(self, path: str, what: str, *arguments: Any, by: str = "") -> None:
        """Call a write of a folder; arguments that are paths ("@Albums/A") are opened first. Raises Refused."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            opened = [
                tree.resolve(view, a[1:].split("/")) if isinstance(a, str) and a.startswith("@") else a
                for a in arguments
            ]
            assert folder is not None and None not in opened, (path, arguments)
            place = path.rpartition("/")[0] if what in ("rename", "remove") else path
            with self.catalog.write(by=by, place=f"/{place}") as w:
                getattr(folder, what)(w, *opened)


def plans(db: sqlite3.Connection, statements: Collection[str]) -> list[tuple[str, str]]:
    """Return the steps SQLite would take, each with its statement."""
    return [(row[3], sql) for sql in statements for row in db.execute(f"EXPLAIN QUERY PLAN {sql}")]


def photos(home: Home, root: Path | None = None) -> dict[str, int | None]:
    """Return the photos that are shown, by where their files are in a library."""
    return {path: one.photo for path, one in home.seen(root).items() if one.shown}
