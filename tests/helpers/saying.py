"""Writing to folders of the tree as a provider does, and looking at what they show afterwards."""

from contextlib import contextmanager
from typing import Any

from haven_fs.catalog.history import corrections
from haven_fs.catalog.undo import undo
from haven_fs.tree.nodes import Folder
from helpers.home import Home


class Saying(Home):
    """A home whose folders are written to."""

    @contextmanager
    def opened(self, path: str) -> Any:
        """Open what is at a path such as "Places/Paris", which must be there."""
        tree = self.tree()
        with tree.view() as view:
            found = tree.resolve(view, [part for part in path.split("/") if part])
            assert found is not None, path
            yield found

    def is_there(self, path: str) -> bool:
        """Tell whether a path resolves."""
        tree = self.tree()
        with tree.view() as view:
            return tree.resolve(view, [part for part in path.split("/") if part]) is not None

    def listed(self, path: str) -> list[str]:
        """Return the files in a folder, those under written names among them; none if it is not there."""
        if not self.is_there(path):
            return []
        with self.opened(path) as folder:
            assert isinstance(folder, Folder), path
            return sorted(file.name for file in self.tree().listing(folder).every_file())

    def folders(self, path: str) -> list[str]:
        """Return the folders in one."""
        with self.opened(path) as folder:
            assert isinstance(folder, Folder), path
            return [entry.name for entry in self.tree().listing(folder).folders]

    def stamp(self, path: str) -> str:
        """Return a folder's version."""
        with self.opened(path) as folder:
            assert isinstance(folder, Folder), path
            return str(folder.stamp())

    def copy(self, photo: str, folder: str, name: str = "") -> None:
        """Copy a photo into a folder. Raises Refused."""
        super().copy(photo, f"{folder}/{name}")

    def move(self, photo: str, folder: str, name: str = "") -> None:
        """Move a photo into a folder. Raises Refused."""
        super().move(photo, f"{folder}/{name}")

    def rename(self, folder: str, name: str) -> None:
        """Give a folder another name. Raises Refused."""
        super().move(folder, f"{folder.rpartition('/')[0]}/{name}")

    def said(self) -> list[str]:
        """Return the kinds of the corrections, the oldest first."""
        with self.catalog.read() as db:
            return [one.kind for one in reversed(corrections(db))]

    def take_back(self, *ids: int) -> int:
        """Take corrections back, the last one if none is named; return how many rows stayed as they are."""
        with self.catalog.read() as db:
            chosen = corrections(db, ids=ids) if ids else corrections(db, limit=1)
        with self.catalog.write(by="") as w:
            return undo(w, chosen, 0.0).left

    def shown(self, *tops: str) -> dict[str, list[str]]:
        """Return every folder at and below some, and the files in it."""
        found: dict[str, list[str]] = {}
        left = list(tops)
        while left:
            path = left.pop()
            found[path] = self.listed(path)
            left += [f"{path}/{name}" for name in self.folders(path)]
        return found
