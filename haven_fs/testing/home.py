"""A data folder and a library of made photos: a whole Haven for one test, indexed and written to in its process."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from haven_fs.analysis.indexer import Indexer
from haven_fs.catalog.libraries import Library, add_library
from haven_fs.datafolder import DataFolder
from haven_fs.plugins import Plugins
from haven_fs.testing.indexing import InProcess
from haven_fs.testing.looking import Look
from haven_fs.testing.photos import make_photo
from haven_fs.tree.tree import Tree


class Home:
    """A data folder, `data`, and a library beside it, `root`, in an empty folder. Close it at the end, or use `with`.

    `plugins`: modules of plugins to test, installed or not; Haven's own are always there. `settings`: what is to stand
    in haven.toml, such as {"tree.split_above": 3}. Raises AssertionError if a plugin or one of its hooks is broken,
    which elsewhere costs only itself.
    """

    def __init__(
        self, folder: Path, plugins: Sequence[object] = (), *, settings: Mapping[str, Any] | None = None
    ) -> None:
        self.data = folder / "data"
        self.root = folder / "Pictures"
        self.root.mkdir(parents=True)
        self.data.mkdir()
        given = [f"{name} = {json.dumps(value)}\n" for name, value in (settings or {}).items()]
        (self.data / "haven.toml").write_text("".join(given), encoding="utf-8")
        self.folder = DataFolder(self.data, Plugins(plugins))
        self.plugins, self.settings = self.folder.plugins, self.folder.settings
        self.plugins.examine(self.settings)
        problems = [f"{found.name}: {found.problem}" for found in self.plugins.found if found.problem]
        assert not problems, problems
        self.catalog = self.folder.open_catalog()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the catalog."""
        self.catalog.close()

    def add(self, path: str, taken: str | None = "2020-05-04 12:00:00", **more: Any) -> Path:
        """Make a photo in the library, as make_photo does, and return where it is."""
        return make_photo(self.root / path, taken, **more)

    def add_library(self, root: Path | None = None) -> Library:
        """Remember the library, or another."""
        return add_library(self.catalog, root or self.root, self.data)

    def indexer(self) -> Indexer:
        """Return what brings the catalog up to date."""
        return Indexer(self.catalog, self.plugins, self.settings, workers=InProcess(self.plugins, self.settings))

    def index(self, *, accept_missing: bool = False) -> None:
        """Do what `haven index` does, until nothing is due."""
        self.add_library()
        indexer = self.indexer()
        indexer.run(accept_missing=accept_missing)
        assert indexer.counts().pending == 0

    def tree(self) -> Tree:
        """Return the tree over the catalog."""
        return self.folder.tree(self.catalog)

    @contextmanager
    def looking(self, now: datetime | None = None) -> Iterator[Look]:
        """Open the tree as it is now; `now`: what time it is for it."""
        tree = self.tree()
        with tree.view() as view:
            yield Look(tree, view if now is None else replace(view, now=now))

    def list(self, path: str) -> Sequence[str]:
        """Return all that is listed in a folder, in order: folders, with a slash at the end, then files."""
        with self.looking() as look:
            return look.listed(path)

    def query(self, sql: str, *params: Any) -> Any:
        """Return what a query of the catalog gives: rows, or bare values of one column."""
        with self.catalog.read() as db:
            rows = db.execute(sql, params).fetchall()
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows
