"""/Originals: the libraries' real folders, as they are on disk. Never split, never filtered.

A folder of a library that the owner has made writable takes real file operations (haven_fs.tree.actions); of any other
library nothing is ever changed.
"""

import os
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence

from haven_fs.catalog import Writer, names
from haven_fs.catalog.disk import touch
from haven_fs.catalog.libraries import find_library
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.cover import Cover, newest
from haven_fs.tree.disk.place import READ_ONLY, DiskPlace, check_disk_name, make_folder
from haven_fs.tree.files import File, FileSet, Stamp
from haven_fs.tree.nodes import Entry, Folder, SmartFolder, View
from haven_fs.tree.photoset import PhotoSet


class DiskFolder(Folder):
    """One folder of a library."""

    refusal = READ_ONLY
    disk_names = True

    def __init__(self, view: View, dir_id: int, seq: int) -> None:
        super().__init__(view)
        self._dir_id = dir_id
        self._seq = seq

    def entries(self) -> Iterable[Entry]:
        """Return the folders in it."""
        rows = self.view.db.execute(
            "SELECT shown, seq FROM dir WHERE parent_id = ? AND gone IS NULL ORDER BY shown_fold", (self._dir_id,)
        )
        return [Entry(shown, Stamp(0, seq, steady=True)) for shown, seq in rows]

    def enter(self, name: str) -> Folder | None:
        """Return a folder in it."""
        row = self.view.db.execute(
            "SELECT id, shown, seq FROM dir WHERE parent_id = ? AND shown_fold = ? AND gone IS NULL",
            (self._dir_id, names.fold(name)),
        ).fetchone()
        return self.open_dir(self.view.below(row[1]), row[0], row[2]) if row else None

    def open_dir(self, view: View, dir_id: int, seq: int) -> Folder:
        """Return a folder in this one; a subclass opens another kind."""
        return DiskFolder(view, dir_id, seq)

    def disk_place(self) -> DiskPlace:
        """Return where it is on disk."""
        library_id, path = self.view.db.execute(
            "SELECT library_id, path FROM dir WHERE id = ?", (self._dir_id,)
        ).fetchone()
        return DiskPlace(find_library(self.view.db, library_id), os.fsdecode(path))

    @property
    def dir_id(self) -> int:
        """Its row in the catalog."""
        return self._dir_id

    def real_name(self, name: str) -> str | None:
        """Return what the file or folder of that name is called on disk; None if there is none.

        A file's name is spelled as it is shown, a folder's may be in another case.
        """
        file = self.view.db.execute(
            "SELECT file FROM original WHERE dir_id = ? AND shown = ? AND gone IS NULL",
            (self._dir_id, unicodedata.normalize("NFC", name)),
        ).fetchone()
        row = (
            file
            or self.view.db.execute(
                "SELECT path FROM dir WHERE parent_id = ? AND shown_fold = ? AND gone IS NULL",
                (self._dir_id, names.fold(name)),
            ).fetchone()
        )
        return os.fsdecode(row[0]).rpartition("/")[2] if row else None

    @property
    def scope(self) -> PhotoSet:
        """The photos in it and in the folders below it."""
        below = (
            "WITH RECURSIVE below (id) AS"
            " (SELECT ? UNION ALL SELECT d.id FROM dir d JOIN below ON d.parent_id = below.id)"
            " SELECT photo_id FROM original WHERE dir_id IN (SELECT id FROM below) AND gone IS NULL"
        )
        return self.view.within.narrowed(f"p.id IN ({below})", self._dir_id)

    def cover(self) -> Cover | None:
        """Return the newest photo in it or below it."""
        return newest(self.view.db, self.scope)

    def files(self) -> FileSet:
        """Return every file in it, photo or not."""
        return FileSet(
            "FROM original o WHERE o.dir_id = ? AND o.gone IS NULL",
            (self._dir_id,),
            disk_names=True,
            order="ORDER BY o.shown_fold",
        )

    def stamp(self) -> Stamp:
        """Return the last change in it or below it."""
        return Stamp(0, self._seq, steady=True)


class WritableFolder(DiskFolder):
    """One folder of a library that is marked writable."""

    refusal = "This cannot be done with the files of a library."
    links = False

    def open_dir(self, view: View, dir_id: int, seq: int) -> Folder:
        """Return a folder in this one."""
        return WritableFolder(view, dir_id, seq)

    def check_upload(self, name: str) -> None:
        """Raise Refused if no file may have that name here."""
        check_disk_name(self.disk_place().child(name), folder=False)

    def changed(self, w: Writer) -> None:
        """Note that what is listed here is another by now."""
        touch(w, [self._dir_id])

    def stored(self, w: Writer, name: str, file: File) -> None:
        """Take note of a file that was stored here: it lies here, and is listed for that."""

    def set_time(self, w: Writer, name: str, file: File) -> None:
        """Do nothing: every file that is here lies here, and has its own time."""

    def make_folder(self, w: Writer, name: str) -> None:
        """Make a folder on the disk. Raises Refused."""
        make_folder(w, self.disk_place().child(unicodedata.normalize("NFC", name)))


def path_of(db: sqlite3.Connection, original_id: int) -> str | None:
    """Return the path at which /Originals shows an original, starting with a slash; None if it is gone."""
    row = db.execute("SELECT shown, dir_id FROM original WHERE id = ? AND gone IS NULL", (original_id,)).fetchone()
    return f"{path_of_dir(db, row[1])}/{row[0]}" if row is not None else None


def path_of_dir(db: sqlite3.Connection, dir_id: int) -> str:
    """Return the path at which /Originals shows a folder of a library, starting with a slash."""
    below = ""
    while True:
        shown, parent, library = db.execute(
            "SELECT d.shown, d.parent_id, l.name FROM dir d JOIN library l ON l.id = d.library_id WHERE d.id = ?",
            (dir_id,),
        ).fetchone()
        if parent is None:
            return f"/Originals/{library}{below}"
        below, dir_id = f"/{shown}{below}", parent


class OriginalsFolder(Folder):
    """/Originals itself: a folder a library."""

    refusal = DiskFolder.refusal

    def _roots(self) -> list[tuple[str, str, bool, int, int]]:
        return self.view.db.execute(
            "SELECT l.name, l.fold, l.writable, d.id, d.seq FROM library l JOIN dir d ON d.library_id = l.id"
            " WHERE d.parent_id IS NULL AND d.gone IS NULL AND l.gone IS NULL ORDER BY l.fold"
        ).fetchall()

    def entries(self) -> Iterable[Entry]:
        """Return the libraries."""
        return [Entry(name, Stamp(0, seq, steady=True)) for name, *_, seq in self._roots()]

    def enter(self, name: str) -> Folder | None:
        """Return a library's root folder."""
        for shown, fold, writable, dir_id, seq in self._roots():
            if fold == names.fold(name):
                return (WritableFolder if writable else DiskFolder)(self.view.below(shown), dir_id, seq)
        return None

    def stamp(self) -> Stamp:
        """Return the last change in any library."""
        roots = self._roots()
        # Not steady: a library that is forgotten takes its seq along.
        return Stamp(len(roots), max((seq for *_, seq in roots), default=0))


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the originals into the tree."""
    return [SmartFolder("Originals", OriginalsFolder)]
