"""Looking around in the tree at one moment, by paths."""

from collections.abc import Iterator
from dataclasses import dataclass

from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.photoset import File
from haven_fs.tree.tree import Node, Tree


@dataclass(frozen=True, slots=True)
class Look:
    """The tree at one moment. Paths are such as "/Places/Paris" or "Places/Paris"; "" is the root."""

    tree: Tree
    view: View

    def at(self, path: str) -> Node | None:
        """Return what is at a path, None if nothing is."""
        return self.tree.resolve(self.view, parts_of(path))

    def folder(self, path: str) -> Folder:
        """Return the folder at a path, which must be there."""
        found = self.at(path)
        assert isinstance(found, Folder), f"{path} is {'not there' if found is None else f'no folder but {found}'}"
        return found

    def folders(self, path: str) -> list[str]:
        """Return the names of the folders listed in one."""
        return [entry.name for entry in self.tree.entries(self.folder(path))]

    def files(self, path: str) -> list[str]:
        """Return the names of the photos' files listed in a folder, sorted."""
        return sorted(file.name for file in self._photos(self.folder(path)))

    def listed(self, path: str) -> list[str]:
        """Return all that is listed in a folder, in order: folders, with a slash at the end, photos, other files."""
        folder = self.folder(path)
        photos = [file.name for file in self._photos(folder)]
        others = [*(text.name for text in folder.texts()), *(file.name for file in self.tree.extras(folder))]
        return [*(f"{name}/" for name in self.folders(path)), *photos, *others]

    def _photos(self, folder: Folder) -> Iterator[File]:
        files = folder.files()
        return iter(()) if files is None else files.files(self.view.db)


def parts_of(path: str) -> list[str]:
    """Return the names that a path is made of."""
    return [part for part in path.split("/") if part]
