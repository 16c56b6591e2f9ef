"""A place in a library: where it is on disk, whether it can be written to now, and which names it may have.

Links are never followed.
"""

import errno
import logging
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from haven_fs.catalog import Writer, names
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.moving import add_folder
from haven_fs.errors import Conflict, DiskFailed, DiskFull, Forbidden, NotFound, NotPossible, Refused, Unavailable
from haven_fs.library import fileops, storing
from haven_fs.library.beneath import Beneath
from haven_fs.library.ignore import RuleBook
from haven_fs.library.mounts import AWAY, is_away
from haven_fs.library.trouble import EMPTY, GONE, NO_ROOM

logger = logging.getLogger(__name__)

READ_ONLY = "These are your originals, and Haven only reads them: it never changes, moves or deletes one."


@dataclass(frozen=True, slots=True)
class DiskPlace:
    """A place in a library, whether or not anything is there. `path` is below the root, "" for the root itself."""

    library: Library
    path: str

    @property
    def on_disk(self) -> Beneath:
        """The path on disk."""
        return Beneath(self.library.root, self.path)

    @property
    def below(self) -> bytes:
        """The path as the catalog stores it."""
        return os.fsencode(self.path)

    @property
    def name(self) -> str:
        """The last name of the path."""
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> "DiskPlace":
        """The folder it is in."""
        return DiskPlace(self.library, self.path.rpartition("/")[0])

    def child(self, name: str) -> "DiskPlace":
        """Return the place with this name in the folder."""
        return DiskPlace(self.library, f"{self.path}/{name}" if self.path else name)

    def within(self, other: "DiskPlace") -> bool:
        """Tell whether this is another place or something below it."""
        return self.library.id == other.library.id and f"{self.path}/".startswith(
            f"{other.path}/" if other.path else ""
        )

    def is_file(self) -> bool:
        """Tell whether a file is there now. Raises OSError if the disk does not say."""
        return self.on_disk.is_file()


def check_library(library: Library) -> None:
    """Raise Refused if a library cannot be written to now."""
    if not library.writable:
        raise Forbidden(READ_ONLY)
    try:
        there = library.root.stat()
    except OSError as error:
        raise Unavailable(GONE.format(library.root)) from error
    # The empty folder where a disk is mounted, when it is not, must not fill up, nor what is not in it count as gone.
    if library.device in (None, there.st_dev):
        return
    if library.away or next(library.root.iterdir(), None) is None:
        raise Unavailable(library.away or EMPTY.format(library.root))


def check_there(place: DiskPlace) -> None:
    """Raise Refused if the disk of a place is away, or nothing is there."""
    check_library(place.library)
    try:
        fileops.reach(place.library.root, place.path).lstat()
    except FileNotFoundError as error:
        raise NotFound("This is not on the disk any more.") from error


def check_disk_name(place: DiskPlace, *, folder: bool) -> None:
    """Raise Refused if a place's name rules it out: the disk cannot store it, or indexing ignores it."""
    kept = unicodedata.normalize("NFC", place.name)
    if names.shown(place.name) != kept or len(kept.encode(errors="replace")) > 255:
        raise Forbidden("Some programs cannot show this name. Choose a shorter or simpler one.")
    if os.name == "nt" and names.portable(kept) != kept:
        raise Forbidden("Windows cannot keep this name.")
    if kept.startswith("."):
        raise Forbidden("A name that begins with a dot is hidden, and Haven does not look at such files.")
    if RuleBook(place.library.root).skips(place.path, folder=folder):
        raise Forbidden("Haven does not look at this name: such files are left over from programs, or ignored.")


def reach(place: DiskPlace) -> Beneath:
    """Return the path to write to. Raises Refused if its folder is missing, OSError if that is a link."""
    check_library(place.library)
    for mount in place.library.mounts:
        if f"{place.path}/".startswith(f"{mount}/") and is_away(place.library.root, mount):
            raise Unavailable(f"The folder {place.library.root / mount}: {AWAY}")
    path = fileops.reach(place.library.root, place.path)
    if not path.parent.is_dir():
        raise Conflict("The folder this should go into is not there.")
    return path


def make_folder(w: Writer, place: DiskPlace) -> None:
    """Make a new folder. Raises Refused."""
    check_disk_name(place, folder=True)
    with in_words():
        path = reach(place)
        path.mkdir()
        w.undo_by(path.rmdir)
        storing.sync_folder(path.parent)
    add_folder(w, place.library.id, place.below)


@contextmanager
def in_words() -> Iterator[None]:
    """Turn errors of a library's disk into Refused; those of the catalog's are, see haven_fs.catalog.disktrouble."""
    try:
        yield
    except OSError as error:
        raise refusal_of(error) from error


def refusal_of(error: OSError) -> Refused:
    """Return the refusal that explains a disk error to the person who wrote."""
    if isinstance(error, FileExistsError):
        return NotPossible("There is something of that name on the disk already.")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Conflict("This is not on the disk any more.")
    if error.errno in NO_ROOM:
        return DiskFull(
            "The disk is full. Make room on it, then do this again. What is deleted in the drive stays on it until"
            " `haven purge` erases it."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP):
        return Forbidden(f"Haven may not write there: {error.strerror}.")
    if error.errno in (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
        return Forbidden("The disk cannot store this name. Choose a shorter or simpler one.")
    logger.warning("A file operation failed: %s", error)
    return DiskFailed(f"The disk said: {error.strerror or error}.")
