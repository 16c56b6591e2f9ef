"""What happens to the file at a path, and to its photo, when the path gets new content: one rule for every way.

Files that are sent, moved, copied or restored over another, and files that were sent under a temporary name, all arrive
here. The photo at the path stays the same photo, with its albums, people, place and date, also if a program that saves
deleted it a moment before; its old bytes go to the trash unless the new ones are identical. A folder in the way goes to
the trash whole, along with its photos.
"""

import os
import stat
import time
from pathlib import Path

from haven_fs.catalog import Writer
from haven_fs.catalog.disk import Mirror
from haven_fs.catalog.identity import gives_way, let_go, set_aside, take_over
from haven_fs.catalog.moving import file_at, file_stat, files_below, place_file
from haven_fs.catalog.photos import name_anew
from haven_fs.catalog.trash import keep_old, lately_removed, note_trashed
from haven_fs.errors import AlreadyExists, Forbidden
from haven_fs.library import fileops, storing, trash
from haven_fs.library.beneath import Beneath, is_taken, utime
from haven_fs.tree.disk.place import DiskPlace
from haven_fs.tree.disk.shown import copy_to, move_to, shown_as

_TICKS = (1, 1_000, 1_000_000, 2_000_000_000)
"""Nanoseconds by which disks tell times apart, the finest first."""


class Arrival:
    """Content on its way to a place: a file or folder on the same disk, which is moved there.

    Create it before the transaction that puts it there, since it may have to compare bytes. `over`: what has the name
    now, and has to make room. `others`: the originals that old bytes are afterwards, where they are kept under other
    names. Raises OSError.
    """

    def __init__(self, content: Path, target: DiskPlace, over: DiskPlace | None, *, began: float | None = None) -> None:
        """`began`: when it began to be sent, seconds since the epoch; now, if it was there before."""
        self._began = time.time() if began is None else began
        self._content, self._target, self._over = content, target, over
        self.others: list[int] = []
        self.is_folder = stat.S_ISDIR(content.lstat().st_mode)
        self._file_there = over if over is not None and over.is_file() and not self.is_folder else None
        self._same: list[tuple[int, ...]] | None = None  # what two files were that had the same bytes
        if self._file_there is not None:
            states = self._states(self._file_there)
            if fileops.are_same(content, self._file_there.on_disk):
                self._same = states

    def put_file(self, w: Writer, known: int | None = None, *, is_final: bool = False) -> int:
        """Put a file there and catalog it; return the id of the original it now is.

        `known`: the original it was before. `is_final`: its name was one for the time being. Raises AlreadyExists if
        the name was taken in the meantime, and OSError.
        """
        there = self._file_there
        if there is not None:
            self._tell_apart(w, there)
        if there is not None and (known is None or (_is_known(w, there) and gives_way(w.db, known))):
            return self._replace(w, there, known)
        self._take_name(w)
        new = place_file(w, self._target.library.id, self._target.below, file_stat(self._target.on_disk), known)
        if self._over is None and (back := self._former(w, new, known)) is not None:
            backup = take_over(w, back, new)
            self.others += [backup] if backup is not None else []
            return back
        if known is not None:
            name_anew(w, [known], is_final=is_final)
        return new

    def _former(self, w: Writer, new: int, known: int | None) -> int | None:
        """Return the original that was at the place until a moment ago, if this is its new content."""
        dir_id, file = w.db.execute("SELECT dir_id, file FROM original WHERE id = ?", (new,)).fetchone()
        library_id, below = self._target.library.id, self._target.below
        found = lately_removed(w.db, w.by, library_id, below, self._began) or set_aside(w, dir_id, file, self._began)
        if found is None or found[0] == new:
            return None
        back, at = found
        return back if known is None or gives_way(w.db, known, since=at) else None

    def put_folder(self, w: Writer) -> None:
        """Put a folder there; the caller updates the catalog. Raises AlreadyExists, OSError."""
        self._take_name(w)

    def _take_name(self, w: Writer) -> None:
        if self._over is not None and is_taken(self._over.on_disk):
            put_away(w, self._over)
        content, target = self._content, self._target.on_disk
        try:
            fileops.move(content, target)
        except FileExistsError as error:
            raise AlreadyExists(f"There is something named {self._target.name} already.") from error
        w.undo_by(lambda: fileops.move(target, content))

    def _tell_apart(self, w: Writer, there: DiskPlace) -> None:
        """Give other bytes another time than those they replace, if length and time are the same.

        Entity tags and walks tell files by these two, and what is written within the same few milliseconds, or with
        the time of what was there, has the same.
        """
        if not is_taken(there.on_disk) or self._is_same_still(there):
            return
        new, old = self._content.lstat(), there.on_disk.lstat()
        if (new.st_size, new.st_mtime_ns) != (old.st_size, old.st_mtime_ns):
            return
        content, mtime = self._content, new.st_mtime_ns
        for later in _TICKS:
            utime(content, mtime + later)
            if content.lstat().st_mtime_ns != mtime:
                break
        w.undo_by(lambda: utime(content, mtime))

    def _is_same_still(self, there: DiskPlace) -> bool:
        """Tell whether both files are those that were compared, and found to be the same.

        Either may be another by now, which somebody has just sent: that must not go for what was compared.
        """
        return self._same is not None and self._same == self._states(there)

    def _states(self, there: DiskPlace) -> list[tuple[int, ...]]:
        """Return what tells the content and the file there from others in their places."""
        states = (path.lstat() for path in (self._content, there.on_disk))
        return [(one.st_dev, one.st_ino, one.st_size, one.st_mtime_ns, one.st_ctime_ns) for one in states]

    def _replace(self, w: Writer, place: DiskPlace, known: int | None) -> int:
        """Give the file there new bytes."""
        content, path = self._content, place.on_disk
        if self._is_same_still(place):
            before, mtime = path.lstat().st_mtime_ns, content.lstat().st_mtime_ns
            utime(path, mtime)
            w.undo_by(lambda: utime(path, before))
            content.unlink()
            w.undo_by(lambda: fileops.rename_new(fileops.copy(path, content.parent), content))
        else:
            there = file_at(w.db, place.library.id, place.below)
            copies = (copy_to(w, one, place.on_disk) for one in (shown_as(w.db, [there.id]) if there else []))
            self.others += [copy for copy in copies if copy is not None]
            keep_old(w, place.library, place.below)
            storing.replace_with(content, path)
            w.undo_by(lambda: fileops.move(path, content))
        if self._content.parent != place.on_disk.parent:
            storing.sync_folder(self._content.parent)
        mirror = Mirror(w, place.library.id, all_folders=False)
        original_id = mirror.put_file(w, place.below.rpartition(b"/")[0], file_stat(place.on_disk)).id
        if known is not None:
            let_go(w, known, original_id)
        return original_id


def _is_known(w: Writer, place: DiskPlace) -> bool:
    return file_at(w.db, place.library.id, place.below) is not None


def put_away(w: Writer, place: DiskPlace, name: str = "") -> None:
    """Move a file or a whole folder to the trash, under `name` if given. Raises Refused, OSError."""
    if not place.path:
        raise Forbidden("A library cannot be removed here. `haven libraries remove` forgets one.")
    root = place.library.root
    is_folder = stat.S_ISDIR(fileops.reach(root, place.path).lstat().st_mode)
    if _move_to_where_it_is_shown(w, place, is_folder=is_folder) and not is_folder:
        return
    token = trash.put_away(root, place.path)
    w.undo_by(lambda: trash.put_back(root, token, place.path))
    note_trashed(w, place.library.id, token, place.below, is_folder=is_folder, name=name)


def _move_to_where_it_is_shown(w: Writer, place: DiskPlace, *, is_folder: bool) -> bool:
    """Move files to the names by which the inbox shows them elsewhere; tell whether there were any."""
    library = place.library
    found = files_below(w.db, library.id, place.below) if is_folder else [file_at(w.db, library.id, place.below)]
    files = {row.id: Beneath(library.root, os.fsdecode(row.path)) for row in found if row is not None}
    moved = False
    for one in shown_as(w.db, list(files)) if files else []:
        inside = one.library_id == library.id and f"{os.fsdecode(one.below)}/".startswith(f"{place.path}/")
        if not inside and one.original_id in files and move_to(w, one, files[one.original_id]):
            moved = True
            files.pop(one.original_id)
    return moved
