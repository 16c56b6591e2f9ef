"""Looking around in the tree at one moment, by paths."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from helpers.home import Home

from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.tree import Node, Tree

NOW = datetime(2024, 7, 3, 12, 0)
"""The day of the tests; photos of the library were taken on a 3rd of July of other years."""


@dataclass(frozen=True, slots=True)
class Look:
    """The tree at one moment."""

    tree: Tree
    view: View

    def at(self, path: str) -> Node | None:
        """Return what is at a path such as "Places/Paris"."""
        return self.tree.resolve(self.view, [part for part in path.split("/") if part])

    def folder(self, path: str) -> Folder:
        """Return the folder at a path, which must be there."""
        found = self.at(path)
        assert isinstance(found, Folder), f"{path} is {found}"
        return found

    def folders(self, path: str) -> list[str]:
        """Return the names of the folders in one."""
        return [entry.name for entry in self.tree.listing(self.folder(path)).folders]

    def files(self, path: str) -> list[str]:
        """Return the names of the files in a folder, sorted."""
        files = self.tree.listing(self.folder(path)).files
        return sorted(file.name for file in files.files(self.view.db)) if files is not None else []


@contextmanager
def looking(home: Home, now: datetime = NOW) -> Iterator[Look]:
    """Open the tree over a data folder's catalog."""
    tree = home.tree()
    with tree.view() as view:
        yield Look(tree, replace(view, now=now))
