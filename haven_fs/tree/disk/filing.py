"""Operations on real files and folders in writable libraries: remove, move, copy, restore.

Each is one rename on the disk inside the catalog transaction that records it, so a killed process leaves either the old
state or the new one. Copying, which takes longer, comes first and leaves at most a draft. haven_fs.tree.disk.content
decides what happens to a file that is in the way. Links are never followed, and the thread must not have a view open.
"""

import errno
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from haven_fs.catalog import Writer
from haven_fs.catalog.disk import Mirror
from haven_fs.catalog.moving import dir_at, due_beside, file_at, move_folder, place_file
from haven_fs.catalog.trash import Trashed, files_of, forget, forget_part, make_room
from haven_fs.errors import DiskFailed, Forbidden, Refused
from haven_fs.library import fileops, storing, trash
from haven_fs.library.walk import walk
from haven_fs.tree.disk.content import Arrival, put_away
from haven_fs.tree.disk.place import DiskPlace, check_disk_name, check_there, reach

Changing = Callable[[], AbstractContextManager[Writer]]
"""Opens a transaction of the one who writes."""
_AT_ONCE = 20
"""How many new files a request analyzes itself; the workers do the rest."""


class Filing:
    """Performs the operations of one request. `look` analyzes an original that is new or has new bytes, by its id."""

    def __init__(self, changing: Changing, look: Callable[[int], object]) -> None:
        self._changing = changing
        self._look = look

    def remove(self, place: DiskPlace, name: str = "") -> None:
        """Move a file or a whole folder to the trash, under `name` if given. Raises Refused, OSError."""
        check_there(place)
        with self._changing() as w:
            if name:
                make_room(w, name)
            row = file_at(w.db, place.library.id, place.below)
            put_away(w, place, name)
            beside = due_beside(w.db, row)
        self._look_into(beside)

    def move(
        self, source: DiskPlace, target: DiskPlace, over: DiskPlace | None = None, *, is_final: bool = False
    ) -> None:
        """Move or rename a file or a whole folder. `over`: what has to make room. Raises Refused, OSError.

        `is_final`: the file was sent a moment ago, under a name for the time being.
        """
        check_there(source)
        _check_target(source.on_disk, target, source)
        with _carried(fileops.reach(source.library.root, source.path), target) as carried:
            arrival = Arrival(carried.content, target, over)
            with self._changing() as w:
                if arrival.is_folder:
                    arrival.put_folder(w)
                    move_folder(w, source.library.id, source.below, target.library.id, target.below)
                    carried.leave(w)
                    return
                row = file_at(w.db, source.library.id, source.below)
                original_id = arrival.put_file(w, row.id if row else None, is_final=is_final)
                carried.leave(w)
                beside = due_beside(w.db, row) + due_beside(w.db, file_at(w.db, target.library.id, target.below))
        is_other = over is not None or row is None or original_id != row.id
        self._look_into([*([original_id, *arrival.others] if is_other else []), *beside])

    def copy(
        self,
        source: Path,
        origin: DiskPlace | None,
        target: DiskPlace,
        over: DiskPlace | None = None,
        *,
        deep: bool = True,
    ) -> list[tuple[str, Refused]]:
        """Copy a file or a folder; return the paths inside it that could not be copied, and why.

        `origin`: where the source is in a library, if it is in one. `over`: what has to make room. `deep`: include what
        is in the folder. Raises Refused, OSError.
        """
        failed: list[tuple[str, Refused]] = []
        if _check_target(source, target, origin) and not deep:
            draft = storing.draft_path(target.on_disk.parent)
            draft.mkdir()
        else:
            draft = fileops.copy(
                source,
                target.on_disk.parent,
                failed=lambda path, error: failed.append((path.relative_to(source).as_posix(), _why(error))),
            )
        try:
            arrival = Arrival(draft, target, over)
            with self._changing() as w:
                if arrival.is_folder:
                    arrival.put_folder(w)
                    new = _catalog_folder(w, target, {})
                    pairs = _alike(w.db, origin, target, new) if origin is not None else []
                else:
                    new = [arrival.put_file(w)]
                    new += arrival.others
                    old = file_at(w.db, origin.library.id, origin.below) if origin is not None else None
                    pairs = [(f"original {new[0]}", f"original {old.id}")] if old is not None else []
                _copy_properties(w.db, pairs)
        except BaseException:
            fileops.discard(draft)
            raise
        self._look_into(new)
        return failed

    def restore(self, one: Trashed, inside: str, target: DiskPlace, over: DiskPlace | None = None) -> None:
        """Restore something from the trash, or what is `inside` it, to a place. `over`: what has to make room.

        Raises Refused, OSError.
        """
        source = one.place / inside if inside else one.place
        _check_target(source, target, None)
        with _carried(source, target) as carried:
            arrival = Arrival(carried.content, target, over)
            with self._changing() as w:
                known = files_of(w.db, one.id)
                mine = {path: id_ for path, id_ in known.items() if _is_in(os.fsdecode(path), inside)}
                back = {_rest(os.fsdecode(path), inside): id_ for path, id_ in mine.items() if _is_gone(w.db, id_)}
                # First, so that what makes room can take this one's name in the trash.
                if inside:
                    forget_part(w, one.id, list(mine))
                else:
                    forget(w, one.id)
                if arrival.is_folder:
                    arrival.put_folder(w)
                    new = _catalog_folder(w, target, back)
                else:
                    new = [arrival.put_file(w, back.get(""))]
                    new += arrival.others
                carried.leave(w)
        if not inside:
            trash.prune(one.root, one.token, one.path)
        self._look_into(new)

    def _look_into(self, originals: Sequence[int]) -> None:
        for original_id in originals[:_AT_ONCE]:
            self._look(original_id)


def _check_target(source: Path, target: DiskPlace, origin: DiskPlace | None) -> bool:
    """Raise Refused if a source may not go to a place; return whether it is a folder."""
    mode = source.lstat().st_mode
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise Forbidden("This is a link, which Haven does not follow.")
    check_disk_name(target, folder=stat.S_ISDIR(mode))
    if not target.path:
        raise Forbidden("A library cannot be replaced.")
    if origin is not None and origin.path != target.path and (target.within(origin) or origin.within(target)):
        raise Forbidden("A folder cannot be moved or copied into itself, nor in place of one that it is in.")
    reach(target)
    return stat.S_ISDIR(mode)


class _Carried:
    """What is moved: `content` is on the target's disk. Call `leave` once it is in its new place."""

    def __init__(self, content: Path, source: Path) -> None:
        self.content, self._source = content, source
        self.left: Path | None = None

    def leave(self, w: Writer) -> None:
        """Have it in its old place no more, if that is on another disk. Raises OSError; then it still is."""
        if self.content != self._source:
            self.left = fileops.retire(self._source)
            w.undo_by(self._stay)

    def _stay(self) -> None:
        if self.left is not None:
            fileops.rename_new(self.left, self._source)
            self.left = None


@contextmanager
def _carried(source: Path, target: DiskPlace) -> Iterator[_Carried]:
    """Yield the source, or a copy on the target's disk if that is another disk; afterwards the source is gone."""
    if source.lstat().st_dev == target.on_disk.parent.stat().st_dev:
        yield _Carried(source, source)
        return
    draft = fileops.copy(source, target.on_disk.parent, everything=True)
    carried = _Carried(draft, source)
    try:
        yield carried
    except BaseException:
        if carried.left is None and fileops.is_there(source):
            fileops.discard(draft)
        else:
            # It could not be put back, and the next start removes drafts: this one is all that is left of it.
            with suppress(OSError):
                fileops.rename_new(draft, target.on_disk)
        raise
    if carried.left is not None:
        fileops.erase(carried.left)


def _catalog_folder(w: Writer, target: DiskPlace, known: dict[str, int]) -> list[int]:
    """Catalog the contents of a folder that was just put at a place; return the ids of its files.

    `known`: the originals they already are, by their paths below the place. Raises OSError if it cannot be listed.
    """
    library = target.library
    rows: list[int] = []
    mirror = Mirror(w, library.id, all_folders=False)
    level = [target.path]
    while level:
        deeper: list[str] = []
        for listing in walk(library.root, only=level):
            if listing.error is not None:
                raise OSError(errno.EIO, listing.error, str(library.root / listing.path))
            if listing.gone:
                continue
            mirror.add_folder(w, os.fsencode(listing.path))
            deeper += [f"{listing.path}/{name}" for name in listing.folders]
            inside = listing.path[len(target.path) + 1 :]
            for file in listing.files:
                where = f"{listing.path}/{file.name}"
                id_ = known.get(f"{inside}/{file.name}" if inside else file.name)
                rows.append(place_file(w, library.id, os.fsencode(where), file, id_))
        level = deeper
    return rows


def _is_in(path: str, inside: str) -> bool:
    return not inside or path == inside or path.startswith(f"{inside}/")


def _rest(path: str, inside: str) -> str:
    return path[len(inside) :].lstrip("/") if inside else path


def _is_gone(db: sqlite3.Connection, original_id: int) -> bool:
    row = db.execute("SELECT gone FROM original WHERE id = ?", (original_id,)).fetchone()
    return row is not None and row[0] is not None


def _why(error: OSError) -> Refused:
    kind = Forbidden if error.errno in (errno.EACCES, errno.EPERM, errno.ELOOP) else DiskFailed
    return kind(f"The disk said: {error.strerror or error}.")


def _alike(db: sqlite3.Connection, origin: DiskPlace, target: DiskPlace, new: Sequence[int]) -> list[tuple[str, str]]:
    """Return the owners of properties in a copied folder, each paired with the owner it was copied from."""
    if db.execute("SELECT 1 FROM property LIMIT 1").fetchone() is None:
        return []
    pairs = []
    for row_id in new:
        folder, file = db.execute(
            "SELECT d.path, o.file FROM original o JOIN dir d ON d.id = o.dir_id WHERE o.id = ?", (row_id,)
        ).fetchone()
        path = folder + b"/" + file if folder else file
        old = file_at(db, origin.library.id, origin.below + path[len(target.below) :])
        if old is not None:
            pairs.append((f"original {row_id}", f"original {old.id}"))
    for dir_id, path in db.execute(
        "SELECT id, path FROM dir WHERE library_id = ? AND gone IS NULL AND (path = ? OR path >= ? AND path < ?)",
        (target.library.id, target.below, target.below + b"/", target.below + b"0"),
    ).fetchall():
        old_dir = dir_at(db, origin.library.id, origin.below + path[len(target.below) :])
        if old_dir is not None:
            pairs.append((f"dir {dir_id}", f"dir {old_dir}"))
    return pairs


def _copy_properties(db: sqlite3.Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Give each copy exactly the properties that programs keep beside what it was copied from."""
    db.executemany("DELETE FROM property WHERE owner = ?", [(owner,) for owner, _ in pairs])
    db.executemany("INSERT INTO property SELECT ?, space, name, value FROM property WHERE owner = ?", pairs)
