"""The names that photos were written under in a smart folder, where those are not their display names.

A program that has copied a file to a URL looks there for it, and a sync tool copies it again for ever if it is not
there. So the written name answers and is listed, in place of the display name, which answers too.
"""

import unicodedata
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
        return self.pick(photos.files())

    def pick(self, files: FileSet) -> Sequence[File]:
        """Return those of some files that have a written name here, by that, with the time they were sent with."""
        rows = self._view.db.execute(
            "SELECT original_id, name, mtime_ns FROM alias WHERE place = ? ORDER BY fold, name", (self._place,)
        ).fetchall()
        return [
            replace(file, name=name).shown_at(mtime_ns)
            for original_id, name, mtime_ns in rows
            for file in files.narrowed("o.id = ?", original_id).files(self._view.db)
        ]

    def others(self, file: File) -> bool:
        """Tell whether a file has a written name here that it was not found by."""
        query = "SELECT 1 FROM alias WHERE place = ? AND original_id = ? AND name <> ? LIMIT 1"
        written = unicodedata.normalize("NFC", file.name)
        return self._view.db.execute(query, (self._place, file.id, written)).fetchone() is not None

    def rest(self, files: FileSet) -> FileSet:
        """Return the files that have no written name here."""
        return files.narrowed("o.id NOT IN (SELECT original_id FROM alias WHERE place = ?)", self._place)

    def put(self, w: Writer, name: str, file: File, *, always: bool = False) -> None:
        """Have a file answer by the name that it was written under, and be listed by it, with the time it came with.

        `always`: it would not be listed by its display name either, as in a folder that lists folders of dates.
        """
        shown = w.db.execute("SELECT name, mtime_ns FROM original WHERE id = ?", (file.id,)).fetchone()
        if shown is None:
            return
        mtime_ns = None if shown[1] == file.mtime_ns else file.mtime_ns
        # One photo may be written under several names, by somebody who has it several times.
        others = w.db.execute(
            "SELECT 1 FROM alias WHERE place = ? AND original_id = ? LIMIT 1", (self._place, file.id)
        ).fetchone()
        if always or others or shown[0] is None or not names.same(shown[0], name) or mtime_ns is not None:
            w.db.execute(
                "INSERT INTO alias (place, name, fold, original_id, mtime_ns) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (place, name) DO UPDATE SET original_id = excluded.original_id,"
                " mtime_ns = excluded.mtime_ns",
                (self._place, unicodedata.normalize("NFC", name), names.fold(name), file.id, mtime_ns),
            )

    def rename(self, w: Writer, name: str, to: str, file: File, *, always: bool = False) -> None:
        """Have a file that was just written under one name answer by another instead."""
        self.drop_name(w, name)
        self.put(w, to, file, always=always)

    def drop_name(self, w: Writer, name: str) -> None:
        """Forget a written name."""
        written = unicodedata.normalize("NFC", name)
        w.db.execute("DELETE FROM alias WHERE place = ? AND name = ?", (self._place, written))

    def drop(self, w: Writer, photo_id: int) -> None:
        """Forget the names that a photo's files were written under."""
        w.db.execute(
            "DELETE FROM alias WHERE place = ? AND original_id IN (SELECT id FROM original WHERE photo_id = ?)",
            (self._place, photo_id),
        )
