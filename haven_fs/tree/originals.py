"""/Originals: the libraries' real folders, as they are on disk. Never split, never filtered."""

from collections.abc import Iterable, Sequence

from haven_fs.catalog import names
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.nodes import Entry, Folder, SmartFolder, View
from haven_fs.tree.photoset import FileSet, PhotoSet, Stamp


class DiskFolder(Folder):
    """One folder of a library."""

    refusal = "These are your originals, and Haven only reads them: it never changes, moves or deletes one."

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
        return DiskFolder(self.view.below(row[1]), row[0], row[2]) if row else None

    @property
    def scope(self) -> PhotoSet:
        """The photos in it and in the folders below it."""
        below = (
            "WITH RECURSIVE below (id) AS"
            " (SELECT ? UNION ALL SELECT d.id FROM dir d JOIN below ON d.parent_id = below.id)"
            " SELECT photo_id FROM original WHERE dir_id IN (SELECT id FROM below) AND gone IS NULL"
        )
        return self.view.within.narrowed(f"p.id IN ({below})", self._dir_id)

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


class OriginalsFolder(Folder):
    """/Originals itself: a folder a library."""

    refusal = DiskFolder.refusal

    def _roots(self) -> list[tuple[str, str, int, int]]:
        return self.view.db.execute(
            "SELECT l.name, l.fold, d.id, d.seq FROM library l JOIN dir d ON d.library_id = l.id"
            " WHERE d.parent_id IS NULL AND d.gone IS NULL AND l.gone IS NULL ORDER BY l.fold"
        ).fetchall()

    def entries(self) -> Iterable[Entry]:
        """Return the libraries."""
        return [Entry(name, Stamp(0, seq, steady=True)) for name, _, _, seq in self._roots()]

    def enter(self, name: str) -> Folder | None:
        """Return a library's root folder."""
        for shown, fold, dir_id, seq in self._roots():
            if fold == names.fold(name):
                return DiskFolder(self.view.below(shown), dir_id, seq)
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
