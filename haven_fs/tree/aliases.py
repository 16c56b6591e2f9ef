"""The names that photos were written under in a smart folder, where those are not their display names.

A program that has copied a file to a URL looks there for it, and a sync tool copies it again for ever if it is not
there. So the written name answers and is listed, in place of the display name, which answers too.
"""

from collections.abc import Sequence
from dataclasses import replace

from haven_fs.catalog import Writer, names
from haven_fs.tree.files import File, FileSet
from haven_fs.tree.nodes import View
from haven_fs.tree.photoset import PhotoSet


class Aliases:
    """The written names in one folder; `place` says which, for good, whatever it is called."""

    def __init__(self, view: View, place: str) -> None:
        self._view = view
        self._place = place

    def files(self, photos: PhotoSet) -> Sequence[File]:
        """Return the files of these photos that have a written name here, by that."""
        rows = self._view.db.execute(
            "SELECT original_id, name FROM alias WHERE place = ? ORDER BY fold", (self._place,)
        ).fetchall()
        files = photos.files()
        return [
            replace(file, name=name)
            for original_id, name in rows
            for file in files.narrowed("o.id = ?", original_id).files(self._view.db)
        ]

    def rest(self, files: FileSet) -> FileSet:
        """Return the files that have no written name here."""
        return files.narrowed("o.id NOT IN (SELECT original_id FROM alias WHERE place = ?)", self._place)

    def put(self, w: Writer, name: str, file: File, *, always: bool = False) -> None:
        """Have a file answer by the name that it was written under, and be listed by it.

        `always`: it would not be listed by its display name either, as in a folder that lists folders of dates.
        """
        shown = w.db.execute("SELECT name_fold FROM original WHERE id = ?", (file.id,)).fetchone()
        # One photo may be written under several names, by somebody who has it several times.
        others = w.db.execute(
            "SELECT 1 FROM alias WHERE place = ? AND original_id = ? LIMIT 1", (self._place, file.id)
        ).fetchone()
        if shown is not None and (always or others or shown[0] != names.fold(name)):
            w.db.execute(
                "INSERT INTO alias (place, fold, name, original_id) VALUES (?, ?, ?, ?) ON CONFLICT (place, fold)"
                " DO UPDATE SET name = excluded.name, original_id = excluded.original_id",
                (self._place, names.fold(name), name, file.id),
            )

    def drop(self, w: Writer, photo_id: int) -> None:
        """Forget the names that a photo's files were written under."""
        w.db.execute(
            "DELETE FROM alias WHERE place = ? AND original_id IN (SELECT id FROM original WHERE photo_id = ?)",
            (self._place, photo_id),
        )
