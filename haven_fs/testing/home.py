"""A data folder and a library of made photos: a whole Haven for one test, indexed and written to in its process."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from haven_fs.analysis.at_once import AtOnce
from haven_fs.analysis.indexer import Indexer
from haven_fs.catalog.history import Correction, corrections, last_gesture
from haven_fs.catalog.libraries import Library, add_inbox, add_library, set_writable
from haven_fs.catalog.places import LATELY
from haven_fs.catalog.undo import Undone, undo
from haven_fs.datafolder import DataFolder
from haven_fs.plugins import Plugins
from haven_fs.testing.indexing import InProcess
from haven_fs.testing.looking import Look, parts_of
from haven_fs.testing.photos import make_photo
from haven_fs.tree.actions import Actions, Done, Plan
from haven_fs.tree.disk.uploads import Uploads
from haven_fs.tree.gestures import Gestures
from haven_fs.tree.nodes import View
from haven_fs.tree.tree import Located, Tree

At = Callable[[str], Located]
"""Says what a path leads to."""


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
        self.gestures = Gestures()
        """What users have just done, which tells what their next write means; see `later`."""

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

    def add_library(self, root: Path | None = None, *, writable: bool = False) -> Library:
        """Remember the library, or another; `writable`: real file operations may be done in it."""
        library = add_library(self.catalog, root or self.root, self.data)
        if not writable:
            return library
        with self.catalog.write() as w:
            return set_writable(w, library.name, writable=True)

    def add_inbox(self) -> Path:
        """Have a folder for uploads, and return where it is."""
        return add_inbox(self.catalog, self.root.with_name("Inbox"), self.data).root

    def index(self, *, accept_missing: bool = False, anew: bool = False) -> None:
        """Do what `haven index` does, until nothing is due.

        `anew`: look into every file again, with analyzers that know nothing of what they said before.
        """
        self.add_library()
        if anew:
            with self.catalog.write() as w:
                w.db.execute("DELETE FROM analysis")
                w.db.execute("UPDATE original SET probed = 0")
        indexer = self.indexer()
        indexer.run(accept_missing=accept_missing)
        assert indexer.counts().pending == 0

    def indexer(self) -> Indexer:
        """Return what brings the catalog up to date."""
        return Indexer(self.catalog, self.plugins, self.settings, workers=InProcess(self.plugins, self.settings))

    # Looking

    def tree(self) -> Tree:
        """Return the tree over the catalog, as `haven serve` has it."""
        tree = self.folder.tree(self.catalog)
        tree.uploads = Uploads(self.catalog, self.settings, AtOnce(self.catalog, self.plugins, self.settings))
        tree.gestures = self.gestures
        return tree

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

    # Writing, as a user by the door that providers use: what is not taken raises a kind of Refused

    def make(self, path: str, *, by: str = "") -> Done:
        """Make a folder."""
        return self._write(lambda actions, at: actions.make(at(path)), by=by)

    def copy(self, source: str, to: str, *, by: str = "", overwrite: bool = True) -> Done:
        """Copy a file or folder to a path; to one that ends with a slash, under the name it has."""
        to = _target(source, to)
        return self._write(lambda actions, at: actions.copy(at(source), at(to), overwrite=overwrite), by=by, to=to)

    def move(self, source: str, to: str, *, by: str = "", overwrite: bool = True) -> Done:
        """Move or rename a file or folder to a path; to one that ends with a slash, under the name it has."""
        to = _target(source, to)
        return self._write(lambda actions, at: actions.move(at(source), at(to), overwrite=overwrite), by=by, to=to)

    def delete(self, path: str, *, by: str = "") -> Done:
        """Delete what is at a path."""
        return self._write(lambda actions, at: actions.delete(at(path)), by=by)

    def put(self, path: str, data: bytes, *, by: str = "") -> Done:
        """Send a file to a path."""
        tree = self.tree()
        actions, parts = Actions(tree, by), parts_of(path)
        put = actions.decide(lambda view: actions.put(tree.locate(view, parts)), writes_to=parts)
        with actions.receive(put, len(data)) as incoming:
            incoming.write(data)
            return incoming.finish()

    def _write(self, plan: Callable[[Actions, At], Plan], *, by: str = "", to: str = "") -> Done:
        """Do what is planned; `to`: the path where something will be that is written."""
        tree = self.tree()
        actions = Actions(tree, by)

        def decide(view: View) -> Plan:
            return plan(actions, lambda path: tree.locate(view, parts_of(path)))

        return actions.perform(decide, writes_to=parts_of(to))

    def undo(self, *ids: int) -> Undone:
        """Take corrections back by their ids; without any, the last gesture, as `haven undo` does."""
        with self.catalog.write(by="", place="haven undo") as w:
            if ids:
                chosen = corrections(w.db, ids=ids)
            else:
                gesture = last_gesture(w.db)
                chosen = [] if gesture is None else corrections(w.db, gesture=gesture)
            return undo(w, [one for one in chosen if one.undone is None], time.time())

    def said(self) -> Sequence[Correction]:
        """Return what was said, the newest first."""
        with self.catalog.read() as db:
            return corrections(db)

    def later(self) -> None:
        """Let a minute go by since all that was said: what is said from here on is another gesture."""
        self.gestures = Gestures()
        with self.catalog.write() as w:
            for table in ("correction", "vacated", "trash"):
                w.db.execute(f"UPDATE {table} SET at = at - ?", (LATELY,))


def _target(source: str, to: str) -> str:
    return f"{to}{source.rstrip('/').rpartition('/')[2]}" if to.endswith("/") else to
