"""What is done with real files and folders of writable libraries: removed, moved, copied, brought back.

Each is one rename on the disk inside the catalog's transaction that says the same, so a process that is killed leaves
the old state or the new one; whatever takes longer, which is copying, comes before and leaves a draft at most. What is
in the way goes to /Recently Removed first. Nothing here follows a link, and no view may be open in the thread.
"""

import errno
import logging
import os
import sqlite3
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from haven_fs.catalog import Writer, names
from haven_fs.catalog.disk import Mirror
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.moving import add_folder, dir_at, file_at, file_stat, move_folder, place_file
from haven_fs.catalog.removed import Removed, files_of, forget, forget_part, make_room, note_removed
from haven_fs.errors import AlreadyExists, Conflict, DiskFailed, DiskFull, Forbidden, NotFound, NotPossible, Unavailable
from haven_fs.library import removing, storing
from haven_fs.library.ignore import RuleBook
from haven_fs.library.walk import folders, walk

logger = logging.getLogger(__name__)

Changing = Callable[[], AbstractContextManager[Writer]]
"""Opens a transaction of the one who writes."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a library, with something there or not; `path` is below the root, "" for the root itself."""

    library: Library
    path: str

    @property
    def on_disk(self) -> Path:
        """The path on disk."""
        return self.library.root / self.path

    @property
    def below(self) -> bytes:
        """The path as the catalog keeps it."""
        return os.fsencode(self.path)

    def child(self, name: str) -> "Spot":
        """Return the place of a name in this folder."""
        return Spot(self.library, f"{self.path}/{name}" if self.path else name)

    @property
    def parent(self) -> "Spot":
        """The folder that it is in."""
        return Spot(self.library, self.path.rpartition("/")[0])

    def within(self, other: "Spot") -> bool:
        """Tell whether this is another place or something below it."""
        return self.library.id == other.library.id and f"{self.path}/".startswith(
            f"{other.path}/" if other.path else ""
        )


def check_disk_name(spot: Spot, *, folder: bool) -> None:
    """Raise Refused if nothing should be put at a place, by its name: the disk cannot keep it, or no walk shows it."""
    name = spot.path.rpartition("/")[2]
    kept = unicodedata.normalize("NFC", name)
    if names.shown(name) != kept or len(kept.encode(errors="replace")) > 255:
        raise Forbidden("This name has characters that not every program can show, or it is too long.")
    if os.name == "nt" and names.portable(kept) != kept:
        raise Forbidden("Windows cannot keep this name.")
    if kept.startswith("."):
        raise Forbidden("A name that begins with a dot is hidden, and Haven does not look at such files.")
    if RuleBook(str(spot.library.root)).skips(spot.path, folder=folder):
        raise Forbidden("Haven does not look at this name: such files are left over from programs, or ignored.")


def make_folder(w: Writer, spot: Spot) -> None:
    """Make a folder that is not there. Raises Refused."""
    check_disk_name(spot, folder=True)
    with in_words():
        path = _reach(spot)
        path.mkdir()
        storing.sync_folder(path.parent)
    add_folder(w, spot.library.id, spot.below)


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what goes wrong with a disk into Refused."""
    try:
        yield
    except FileExistsError as error:
        raise NotPossible("There is something of that name on the disk already.") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Conflict("This is not on the disk any more.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull("The disk is full. Make room on it, then do this again.") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP):
            raise Forbidden(f"Haven may not write there: {error.strerror}.") from error
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
            raise Forbidden("The disk cannot keep this name. Choose a shorter or plainer one.") from error
        logger.warning("A file operation failed", exc_info=True)
        raise DiskFailed(f"The disk said: {error.strerror or error}.") from error


class Filing:
    """Does it. `look` looks into originals that are new, at once, by their rows."""

    def __init__(self, changing: Changing, look: Callable[[int], object]) -> None:
        self._changing = changing
        self._look = look

    def remove(self, spot: Spot, name: str = "") -> None:
        """Put a file or a whole folder away, under a name if one is given. Raises Refused, OSError."""
        check_there(spot)
        with self._changing() as w:
            if name:
                make_room(w, name)
            _remove(w, spot, name)

    def move(self, source: Spot, target: Spot, over: Spot | None = None) -> None:
        """Move or rename a file or a whole folder; `over` makes room, if given. Raises Refused, OSError."""
        check_there(source)
        is_folder = _check_target(source.on_disk, target, source)
        with _carried(removing.reach(source.library.root, source.path), target) as draft, self._changing() as w:
            row = None if is_folder else file_at(w.db, source.library.id, source.below)
            _clear(w, over)
            _take(source.on_disk, draft, target)
            if is_folder:
                move_folder(w, source.library.id, source.below, target.library.id, target.below)
            else:
                place_file(w, target.library.id, target.below, file_stat(target.on_disk), row.id if row else None)

    def copy(
        self, source: Path, origin: Spot | None, target: Spot, over: Spot | None = None, *, deep: bool = True
    ) -> list[tuple[str, OSError]]:
        """Copy a file or a folder; `over` makes room. Return the paths in it that could not be copied.

        `origin`: where the source lies in a library, if it does. `deep`: with what is in the folder. Raises Refused,
        OSError.
        """
        is_folder = _check_target(source, target, origin)
        failed: list[tuple[str, OSError]] = []
        if is_folder and not deep:
            draft = storing.draft_path(target.on_disk.parent)
            draft.mkdir()
        else:
            draft = removing.copy(
                source,
                target.on_disk.parent,
                failed=lambda path, error: failed.append((path.relative_to(source).as_posix(), error)),
            )
        try:
            with self._changing() as w:
                _clear(w, over)
                _take(None, draft, target)
                new = _catalog(w, target, {}, is_folder=is_folder)
                if origin is not None:
                    _copy_properties(w.db, origin, target, new)
        except BaseException:
            removing.discard(draft)
            raise
        self._look_into(new)
        return failed

    def restore(self, one: Removed, inside: str, target: Spot, over: Spot | None = None) -> None:
        """Bring a removed thing, or what is `inside` it, back to a place, as it was; `over` makes room.

        Raises Refused, OSError.
        """
        source = one.place / inside if inside else one.place
        is_folder = _check_target(source, target, None)
        with _carried(source, target) as draft, self._changing() as w:
            known = files_of(w.db, one.id)
            mine = {path: id_ for path, id_ in known.items() if _is_in(os.fsdecode(path), inside)}
            _clear(w, over)
            _take(source, draft, target)
            back = {_rest(os.fsdecode(path), inside): id_ for path, id_ in mine.items() if _is_gone(w.db, id_)}
            new = _catalog(w, target, back, is_folder=is_folder)
            if inside:
                forget_part(w, one.id, list(mine))
            else:
                forget(w, one.id)
        if not inside:
            removing.prune(one.root, one.token, one.path)
        self._look_into(new)

    def _look_into(self, originals: Sequence[int]) -> None:
        """Look into what is new, if it is little; more of it is for the workers."""
        for original_id in originals[:_AT_ONCE]:
            self._look(original_id)


_AT_ONCE = 20


def check_there(spot: Spot) -> None:
    """Raise Refused if the disk of a place is away, or nothing is there."""
    check_library(spot.library)
    try:
        removing.reach(spot.library.root, spot.path).lstat()
    except FileNotFoundError as error:
        raise NotFound("This is not on the disk any more.") from error


def check_library(library: Library) -> None:
    """Raise Refused if nothing can be written to a library now."""
    if not library.writable:
        raise Forbidden(READ_ONLY)
    try:
        device = library.root.stat().st_dev
    except OSError as error:
        raise Unavailable(f"The folder {library.root} is not there. Is its disk connected?") from error
    # The empty folder where a disk is mounted, when it is not, must not fill up.
    if library.away and library.device not in (None, device):
        raise Unavailable(library.away)


READ_ONLY = "These are your originals, and Haven only reads them: it never changes, moves or deletes one."


def _reach(spot: Spot) -> Path:
    check_library(spot.library)
    path = removing.reach(spot.library.root, spot.path)
    if not stat.S_ISDIR(path.parent.lstat().st_mode):
        raise Conflict("The folder this should go into is not there.")
    return path


def _check_target(source: Path, target: Spot, origin: Spot | None) -> bool:
    """Raise Refused if a source may not go to a place; return whether it is a folder."""
    mode = source.lstat().st_mode
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise Forbidden("This is a link, which Haven does not follow.")
    check_disk_name(target, folder=stat.S_ISDIR(mode))
    if not target.path:
        raise Forbidden("A library cannot be replaced.")
    if origin is not None and origin.path != target.path and (target.within(origin) or origin.within(target)):
        raise Forbidden("A folder cannot be moved or copied into itself, nor in place of one that it is in.")
    _reach(target)
    return stat.S_ISDIR(mode)


@contextmanager
def _carried(source: Path, target: Spot) -> Iterator[Path | None]:
    """Give a copy of the source on the target's disk if that is another one, else None."""
    if source.lstat().st_dev == target.on_disk.parent.stat().st_dev:
        yield None
        return
    draft = removing.copy(source, target.on_disk.parent, everything=True)
    try:
        yield draft
    finally:
        removing.discard(draft)


def _take(source: Path | None, draft: Path | None, target: Spot) -> None:
    """Give the target its name, from the draft if there is one; the source is then no more. Raises Refused, OSError."""
    try:
        removing.move(draft or source or Path(), target.on_disk)
    except FileExistsError as error:
        raise AlreadyExists(f"There is something named {target.on_disk.name} already.") from error
    if draft is not None and source is not None:
        removing.discard(source)


def _remove(w: Writer, spot: Spot, name: str = "") -> None:
    if not spot.path:
        raise Forbidden("A library cannot be removed here. `haven libraries remove` forgets one.")
    path = removing.reach(spot.library.root, spot.path)
    is_folder = stat.S_ISDIR(path.lstat().st_mode)
    token = removing.put_away(spot.library.root, spot.path)
    try:
        note_removed(w, spot.library.id, token, spot.below, is_folder=is_folder, name=name)
    except BaseException:
        removing.rename_new(removing.found(spot.library.root, token, spot.path), path)
        raise


def _clear(w: Writer, over: Spot | None) -> None:
    """Put away what has to make room, if it is still there."""
    if over is not None and os.path.lexists(over.on_disk):
        _remove(w, over)


def _catalog(w: Writer, target: Spot, known: dict[str, int], *, is_folder: bool) -> list[int]:
    """Have in the catalog what was just put at a place; return the rows of its files.

    `known`: which originals they are, by their paths below the place, "" for itself.
    """
    library = target.library
    if not is_folder:
        return [place_file(w, library.id, target.below, file_stat(target.on_disk), known.get(""))]
    rows: list[int] = []
    mirror = Mirror(w, library.id, all_folders=False)
    below = [path for path, _ in folders(library.root, target.path)]
    for listing in walk(library.root, only=below):
        path = os.fsencode(listing.path)
        mirror.add_folder(w, path)
        inside = listing.path[len(target.path) + 1 :]
        for file in listing.files:
            where = f"{listing.path}/{file.name}"
            id_ = known.get(f"{inside}/{file.name}" if inside else file.name)
            rows.append(place_file(w, library.id, os.fsencode(where), file, id_))
    return rows


def _is_in(path: str, inside: str) -> bool:
    return not inside or path == inside or path.startswith(f"{inside}/")


def _rest(path: str, inside: str) -> str:
    return path[len(inside) :].lstrip("/") if inside else path


def _is_gone(db: sqlite3.Connection, original_id: int) -> bool:
    row = db.execute("SELECT gone FROM original WHERE id = ?", (original_id,)).fetchone()
    return row is not None and row[0] is not None


def _copy_properties(db: sqlite3.Connection, origin: Spot, target: Spot, new: Sequence[int]) -> None:
    """Give what was copied the properties that programs keep beside the files it was copied from."""
    if db.execute("SELECT 1 FROM property LIMIT 1").fetchone() is None:
        return
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
    db.executemany("INSERT OR REPLACE INTO property SELECT ?, space, name, value FROM property WHERE owner = ?", pairs)
