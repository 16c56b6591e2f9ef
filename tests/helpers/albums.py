"""A home, and writing to the folders of its albums as a provider does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from haven_fs.catalog.history import KIND, corrections
from haven_fs.catalog.undo import undo
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder
from helpers.home import Home


class Shelf(Home):
    """A home with albums; all paths are of the tree."""

    def clear(self) -> None:
        """Remove every album, favourite and correction."""
        with self.catalog.write() as w:
            for table in ("album", "album_photo", "favorite", "alias", "correction", "split"):
                w.db.execute(f"DELETE FROM {table}")
            w.db.execute("DELETE FROM member WHERE value_id IN (SELECT id FROM value WHERE facet = 'album')")
            w.db.execute("DELETE FROM value WHERE facet = 'album'")

    @contextmanager
    def opened(self, path: str) -> Iterator[Any]:
        """Give a folder."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            assert isinstance(folder, Folder), path
            yield folder

    def file(self, path: str) -> File:
        """Return a file."""
        tree = self.tree()
        with tree.view() as view:
            file = tree.resolve(view, path.split("/"))
            assert isinstance(file, File), path
            return file

    def tree_files(self, path: str) -> list[str]:
        """Return the files listed in a folder, in the order of the listing; what was written there last."""
        with self.opened(path) as folder:
            listing = self.tree().listing(folder)
            listed = [file.name for file in listing.files.files(folder.view.db)] if listing.files is not None else []
            return [*listed, *(file.name for file in listing.extras)]

    def folders(self, path: str) -> list[str]:
        """Return the folders listed in one; each must open, and have the version it is listed with."""
        with self.opened(path) as folder:
            entries = self.tree().listing(folder).folders
            for entry in entries:
                below = folder.enter(entry.name)
                assert below is not None and below.stamp() == entry.stamp, (path, entry)
            return [entry.name for entry in entries]

    def albums(self) -> dict[str, list[str]]:
        """Return all albums by their path in /Albums, with what is listed in them."""
        found: dict[str, list[str]] = {}

        def look(path: str) -> None:
            for name in self.folders(path):
                below = f"{path}/{name}"
                found[below.removeprefix("Albums/")] = self.tree_files(below)
                look(below)

        look("Albums")
        return found

    def stamps(self, path: str) -> dict[str, str]:
        """Return the versions of a folder, by "", and of those in it."""
        with self.opened(path) as folder:
            return {"": str(folder.stamp())} | {entry.name: str(entry.stamp) for entry in folder.entries()}

    def state(self) -> dict[str, Any]:
        """Return all that folders and phrases show of albums and favourites."""
        members = self.query(
            "SELECT v.key, v.parent, v.name, m.photo_id FROM value v JOIN member m ON m.value_id = v.id"
            " WHERE v.facet = 'album' ORDER BY 1, 4"
        )
        aliases = self.query("SELECT place, name, original_id FROM alias ORDER BY 1, 2")
        favorites = self.tree_files("Favorites")
        return {"albums": self.albums(), "favorites": favorites, "members": members, "aliases": aliases}

    def make(self, path: str) -> None:
        """Make an album."""
        above, _, name = path.rpartition("/")
        self.write(above, "make_folder", name)

    def copy(self, photo: str, album: str, name: str | None = None) -> None:
        """Copy a photo of the timeline into a folder."""
        self.write(album, "put_photo", name or photo, f"@Timeline/{photo}")

    def move(self, photo: str, source: str, to: str, name: str | None = None) -> None:
        """Move a photo from one folder to another."""
        self.write(to, "move_photo", name or photo, f"@{source}/{photo}", f"@{source}")

    def take_out(self, photo: str, album: str) -> None:
        """Delete a photo in a folder."""
        self.write(album, "take_out", f"@{album}/{photo}")

    def undo(self, count: int) -> None:
        """Take the newest corrections back, of those that were not; all of it must go."""
        self._undo(count, again=False)

    def redo(self) -> None:
        """Say again all that was taken back."""
        self._undo(None, again=True)

    def _undo(self, count: int | None, *, again: bool) -> None:
        with self.catalog.read() as db:
            standing = [one for one in corrections(db) if one.undone is None and (one.kind == KIND) == again]
        assert len(standing) >= (count or 0)
        with self.catalog.write(by="") as w:
            assert undo(w, standing[:count], 1.0).left == 0
