"""A home whose photos have people in them, and writing to their folders as a provider does."""

from haven_faces.folders import PEOPLE, UNKNOWN
from haven_fs.tree.nodes import Folder
from haven_fs.tree.tree import Tree
from helpers.home import Home

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 9)]


class PeopleHome(Home):
    """A home, and writing to the folders of its people as a provider does."""

    def tree(self) -> Tree:
        folders = {one.path: one for one in (PEOPLE, UNKNOWN)}
        return Tree(self.catalog, self.settings, folders)

    def listed(self, path: str) -> list[str]:
        """Return the files in a folder, aliases among them."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            assert isinstance(folder, Folder), path
            files = folder.files()
            names = [file.name for file in files.files(view.db)] if files is not None else []
            return sorted([*names, *(file.name for file in folder.extras())])

    def people(self) -> list[str]:
        """Return the folders in /People."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, ["People"])
            assert isinstance(folder, Folder)
            return [entry.name for entry in folder.entries()]

    def everyone(self) -> dict[str, list[str]]:
        """Return the files in every folder of /People."""
        return {name: self.listed(f"People/{name}") for name in self.people()}

    def stamp(self, path: str) -> str:
        """Return a folder's version."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            assert isinstance(folder, Folder), path
            return str(folder.stamp())

    def rename(self, name: str, to: str) -> None:
        self.write(f"People/{name}", "rename", to)

    def copy(self, photo: str, person: str, name: str | None = None) -> None:
        """Copy a photo of another person's, or of any, into a person's folder."""
        self.write(f"People/{person}", "put_photo", name or photo.rpartition("/")[2], f"@{photo}")

    def move(self, photo: str, source: str, to: str) -> None:
        source_path, photo_path = f"@People/{source}", f"@People/{source}/{photo}"
        self.write(f"People/{to}", "move_photo", photo, photo_path, source_path)

    def delete(self, photo: str, person: str) -> None:
        self.write(f"People/{person}", "take_out", f"@People/{person}/{photo}")
