"""Writing to folders of the tree as a provider does, and looking at what they show afterwards."""

from contextlib import contextmanager
from typing import Any

from haven_fs.catalog.undo import corrections, undo
from haven_fs.tree.nodes import Folder
from haven_fs.tree.photoset import File
from haven_fs.tree.tree import Node
from haven_fs.tree.writes import TakesPhotos
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

    def copy(self, photo: str, folder: str, name: str | None = None) -> None:
        """Do what COPY of a photo into a folder does. Raises Refused."""
        with self.opened(folder) as target, self.opened(photo) as file:
            assert isinstance(file, File), photo
            assert isinstance(target, TakesPhotos), folder
            with self.catalog.write(by="", place=folder) as w:
                target.put_photo(w, name or file.name, file)

    def move(self, photo: str, folder: str, name: str | None = None) -> bool:
        """Do what MOVE of a photo into a folder of the same question does. Raises Refused."""
        with self.opened(folder) as target, self.opened(photo) as file, self.opened(_above(photo)) as source:
            assert isinstance(file, File), photo
            assert isinstance(target, TakesPhotos) and isinstance(source, Folder), folder
            with self.catalog.write(by="", place=_above(photo)) as w:
                return target.move_photo(w, name or file.name, file, source)

    def delete(self, photo: str) -> None:
        """Do what DELETE of a photo does. Raises Refused."""
        self.write(_above(photo), "take_out", f"@{photo}")

    def write(self, path: str, what: str, *arguments: Any) -> None:
        """Call a write of a folder; arguments that are paths of the tree ("@Places/Paris") are opened first."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            opened: list[Node | Any] = [
                tree.resolve(view, a[1:].split("/")) if isinstance(a, str) and a.startswith("@") else a
                for a in arguments
            ]
            assert folder is not None and None not in opened, (path, arguments)
            with self.catalog.write(by="", place=path) as w:
                getattr(folder, what)(w, *opened)

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

    def index_anew(self) -> None:
        """Have every file be looked into again, by analyzers that know nothing of what they said."""
        with self.catalog.write() as w:
            w.db.execute("DELETE FROM analysis")
            w.db.execute("UPDATE original SET probed = 0")
        self.index()


def _above(path: str) -> str:
    return path.rpartition("/")[0]
