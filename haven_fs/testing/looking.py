"""Looking around in the tree at one moment, by paths."""

from dataclasses import dataclass

from haven_fs.tree.nodes import Folder, View
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
        return [entry.name for entry in self.tree.listing(self.folder(path)).folders]

    def files(self, path: str) -> list[str]:
        """Return the names of the photos' files listed in a folder, sorted."""
        files = self.tree.listing(self.folder(path)).files
        return sorted(file.name for file in files.files(self.view.db)) if files is not None else []

    def listed(self, path: str) -> list[str]:
        """Return all that is listed in a folder, in order: folders, with a slash at the end, then files."""
        listing = self.tree.listing(self.folder(path))
        names = listing.names()
        return [*(f"{next(names)}/" for _ in listing.folders), *names]


def parts_of(path: str) -> list[str]:
    """Return the names that a path is made of."""
    return [part for part in path.split("/") if part]
