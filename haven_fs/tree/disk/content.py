"""What happens to the file at a path, and to its photo, when the path gets new content: one rule for every way.

Files that are sent, moved, copied or restored over another, and files that were sent under a temporary name, all arrive
here. The photo at the path stays the same photo, with its albums, people, place and date, also if a program that saves
deleted it a moment before; its old bytes go to the trash unless the new ones are identical. A folder in the way goes to
the trash whole, along with its photos.
"""

import filecmp
import os
import sqlite3
import stat
from pathlib import Path

from haven_fs.catalog import Writer
from haven_fs.catalog.corrections import is_said_of
from haven_fs.catalog.disk import Mirror, Row, drop
from haven_fs.catalog.moving import file_at, file_stat, place_file
from haven_fs.catalog.trash import keep_old, note_trashed, take_over
from haven_fs.errors import AlreadyExists, Forbidden
from haven_fs.library import fileops, storing, trash
from haven_fs.tree.disk.place import DiskPlace


class Arrival:
    """Content on its way to a place: a file or folder on the same disk, which is moved there.

    Create it before the transaction that puts it there, since it may have to compare bytes. `over`: what has the name
    now, however the disk spells it, and has to make room. Raises OSError.
    """

    def __init__(self, content: Path, target: DiskPlace, over: DiskPlace | None) -> None:
        self._content, self._target, self._over = content, target, over
        self.is_folder = stat.S_ISDIR(content.lstat().st_mode)
        self._file_there = over if over is not None and over.is_file() and not self.is_folder else None
        self._is_same = self._file_there is not None and filecmp.cmp(content, self._file_there.on_disk, shallow=False)

    def put_file(self, w: Writer, known: int | None = None) -> int:
        """Put a file there and catalog it; return the id of the original it now is.

        `known`: the original it was before. Raises AlreadyExists if the name was taken in the meantime, and OSError.
        """
        if self._file_there is not None and _goes_on(w.db, self._file_there, known):
            return self._replace(w, self._file_there, known)
        self._take_name(w)
        if self._over is None and (known is None or not _is_said_of(w.db, known)):
            back = take_over(w, self._target.library.id, self._target.below)
            if back is not None:
                place_file(w, self._target.library.id, self._target.below, file_stat(self._target.on_disk), back)
                w.db.execute("UPDATE original SET probed = 0 WHERE id = ?", (back,))  # its bytes are others
                if known is not None:
                    _let_go(w, known, back)
                return back
        return place_file(w, self._target.library.id, self._target.below, file_stat(self._target.on_disk), known)

    def put_folder(self, w: Writer) -> None:
        """Put a folder there; the caller updates the catalog. Raises AlreadyExists, OSError."""
        self._take_name(w)

    def _take_name(self, w: Writer) -> None:
        if self._over is not None and os.path.lexists(self._over.on_disk):
            put_away(w, self._over)
        try:
            fileops.move(self._content, self._target.on_disk)
        except FileExistsError as error:
            raise AlreadyExists(f"There is something named {self._target.name} already.") from error

    def _replace(self, w: Writer, place: DiskPlace, known: int | None) -> int:
        """Give the file there new bytes. It keeps its name on the disk, however the new name was spelled."""
        if self._is_same:
            mtime = self._content.lstat().st_mtime_ns
            os.utime(place.on_disk, ns=(mtime, mtime))
            self._content.unlink()
        else:
            keep_old(w, place.library, place.below)
            storing.replace_with(self._content, place.on_disk)
        if self._content.parent != place.on_disk.parent:
            storing.sync_folder(self._content.parent)
        mirror = Mirror(w, place.library.id, all_folders=False)
        original_id = mirror.put_file(w, place.below.rpartition(b"/")[0], file_stat(place.on_disk)).id
        if known is not None:
            _let_go(w, known, original_id)
        return original_id


def _goes_on(db: sqlite3.Connection, place: DiskPlace, known: int | None) -> bool:
    """Tell whether the original at a place takes the new bytes, rather than give way to the original they came from.

    It does, unless the owner has said something about the other one, which would be lost. What was said about the one
    that is there goes to the trash with it then, and comes back with it.
    """
    if known is None:
        return True
    there = file_at(db, place.library.id, place.below)
    return there is not None and not _is_said_of(db, known)


def _is_said_of(db: sqlite3.Connection, original_id: int) -> bool:
    row = db.execute("SELECT photo_id FROM original WHERE id = ?", (original_id,)).fetchone()
    return row is not None and row[0] is not None and is_said_of(db, row[0])


def _let_go(w: Writer, known: int, original_id: int) -> None:
    """Drop the original whose bytes another one has now; what programs keep beside it moves over too."""
    w.db.execute("DELETE FROM property WHERE owner = ?", (f"original {original_id}",))
    w.db.execute("UPDATE property SET owner = ? WHERE owner = ?", (f"original {original_id}", f"original {known}"))
    row = w.db.execute("SELECT dir_id, file, size, gone FROM original WHERE id = ?", (known,)).fetchone()
    if row is not None and row[3] is None:
        drop(w, [Row(known, row[0], row[1], row[2])])
    # Else a copy of these bytes that comes later would be taken for this original, come back.
    w.db.execute("UPDATE original SET fingerprint = NULL WHERE id = ?", (known,))


def put_away(w: Writer, place: DiskPlace, name: str = "") -> None:
    """Move a file or a whole folder to the trash, under `name` if given. Raises Refused, OSError."""
    if not place.path:
        raise Forbidden("A library cannot be removed here. `haven libraries remove` forgets one.")
    path = fileops.reach(place.library.root, place.path)
    is_folder = stat.S_ISDIR(path.lstat().st_mode)
    token = trash.put_away(place.library.root, place.path)
    try:
        note_trashed(w, place.library.id, token, place.below, is_folder=is_folder, name=name)
    except BaseException:
        fileops.rename_new(trash.found(place.library.root, token, place.path), path)
        raise
