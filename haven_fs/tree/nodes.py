"""What a folder of the tree is, and the two things a plugin may add to the tree: SmartFolder, PathPattern.

A Folder is opened for one request, inside one read transaction, and thrown away; it may query `view.db` freely and
must not keep anything.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from haven_fs.catalog import names
from haven_fs.catalog.wording import Wording
from haven_fs.config import Settings
from haven_fs.tree.cover import Cover, newest
from haven_fs.tree.files import File, FileSet, Stamp, pick
from haven_fs.tree.looks import Look
from haven_fs.tree.photoset import PhotoSet
from haven_fs.tree.searcher import Searcher
from haven_fs.tree.spoken import SpokenFacet

if TYPE_CHECKING:
    from haven_fs.vectors import Vectors


def _no_vectors() -> "Vectors":
    raise LookupError("this view has no vectors")


@dataclass(frozen=True, slots=True)
class View:
    """What a folder is opened with: the catalog at one moment, and the photos it is confined to.

    `within` is every photo at the root; in /Places/Paris/Timeline it is Paris. `path` is where the folder is, the
    names as the tree spells them; `key` is what these stand for, which outlasts a new name. `now` is the server's local
    time. `searchers` rank photos by meaning, if any can; `vectors` gives what they compare. `spoken` is how phrases
    speak of facets, `wording` how corrections are put. `remember_split` notes that `path` was split. `look` is how
    files are seen, if not as they are; `path` does not name it.
    """

    db: sqlite3.Connection
    settings: Settings
    now: datetime
    within: PhotoSet = field(default_factory=PhotoSet)
    path: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    searchers: Sequence[Searcher] = ()
    spoken: Sequence[SpokenFacet] = ()
    wording: Wording = field(default_factory=Wording)
    vectors: "Callable[[], Vectors]" = field(default=_no_vectors)
    remember_split: Callable[[str], None] = field(default=lambda path: None)
    look: Look | None = None

    @property
    def seq(self) -> int:
        """The catalog's clock: another value after every change."""
        return int(self.db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])

    @property
    def midnight(self) -> int:
        """When the owner's day began, in milliseconds since the epoch: what depends on today changed then."""
        return int(self.now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)

    def modified(self, stamp: Stamp) -> int:
        """Return when a folder of that stamp last changed, in milliseconds since the epoch; it never goes back.

        A removal lowers a folder's count but leaves no trace in the seq of what remains, so a folder is taken to be
        as new as the last removal anywhere: now and then too new, never too old.
        """
        if stamp.steady:
            return stamp.seq
        return max(stamp.seq, int(self.db.execute("SELECT value FROM state WHERE key = 'last_removal'").fetchone()[0]))

    def below(self, name: str, within: PhotoSet | None = None, key: str | None = None) -> "View":
        """Return the view for a folder in this one. `key`: what it stands for, if that is not its name."""
        within = self.within if within is None else within
        return replace(self, path=(*self.path, name), key=(*self.key, key or names.fold(name)), within=within)


@dataclass(frozen=True, slots=True)
class Entry:
    """A folder as its parent lists it."""

    name: str
    stamp: Stamp
    key: str | None = None
    """What it stands for, if that is not its name; see View.key."""
    photos: int | None = None
    """How many photos are in it and below it, where listing it tells."""


@dataclass(frozen=True, slots=True)
class Text:
    """A small text file that a folder explains itself with."""

    name: str
    text: str


class Folder:
    """A folder of the tree. What a subclass does not say is empty.

    `refusal` is the sentence that answers every write: a folder that takes some has the protocol for it.
    """

    refusal = "Nothing can be changed in this folder: Haven makes it from what it knows about your photos."
    narrows = True
    """Whether folders can be made in it that narrow it, if it is about photos."""
    disk_names = False
    """Whether its files have the names they have on the disk, and not their display names."""

    def __init__(self, view: View) -> None:
        self.view = view

    def entries(self) -> Iterable[Entry]:
        """Return the folders listed in this one."""
        return ()

    def enter(self, name: str) -> "Folder | None":
        """Return the folder of that name, or None if there is none; names come in any case and composition."""
        return None

    @property
    def photos(self) -> PhotoSet | None:
        """The photos in this folder and below it, if it is about photos: what composing narrows."""
        return None

    @property
    def scope(self) -> PhotoSet:
        """The photos that a phrase asked in this folder is about."""
        photos = self.photos
        return self.view.within if photos is None else photos

    def files(self) -> FileSet | None:
        """Return the files listed in this folder."""
        return None

    def opens(self) -> FileSet | None:
        """Return the files that open by a path in this folder, listed here or not."""
        photos = self.photos
        return photos.files() if photos is not None else self.files()

    def texts(self) -> Sequence[Text]:
        """Return the small text files listed in this folder."""
        return ()

    def extras(self) -> Sequence[File]:
        """Return the files listed in this folder that `files` does not hold, such as what was put into it."""
        return ()

    def own_file(self, name: str) -> File | None:
        """Return the one of `extras` of that name, or else one whose name differs by case alone.

        A folder that may have thousands of them looks it up.
        """
        return pick(self.extras(), name)

    def cover(self) -> Cover | None:
        """Return what stands for this folder where folders are shown as pictures: its newest photo, if it has any.

        It is asked folder by folder as they come into sight, never for a listing, so it may cost some milliseconds.
        """
        photos = self.photos
        return newest(self.view.db, photos) if photos is not None else None

    def path_to(self, facet: str, key: str) -> tuple[str, ...] | None:
        """Return the path, from here, of the folder of a facet's value; None if there is none below this folder."""
        return None

    def stamp(self) -> Stamp:
        """Return the version of this folder: another one whenever its listing or anything below it changes."""
        if self.photos is not None:
            return self.photos.stamp(self.view.db)
        # Not about photos: as new as the catalog itself, or the day, which is always right if not always needed.
        return Stamp(0, max(self.view.seq, self.view.midnight), steady=True)


@dataclass(frozen=True, slots=True)
class SmartFolder:
    """A folder a plugin adds to the tree, at `path` such as "Colours" or "Review/Blurred".

    `open` makes the folder for a view. `facet`: whether it may be typed inside other folders about photos to narrow
    them, as Timeline is in /Places/Paris/Timeline/2019.
    """

    path: str
    open: Callable[[View], Folder]
    facet: bool = False


@dataclass(frozen=True, slots=True)
class PathPattern:
    """Names that resolve inside any folder although they are not listed there.

    `pattern` must match the whole name; `open` gets the folder's view, confined to its photos if it is about photos,
    and the match, and returns the folder or file meant or None. What is listed in a folder comes before any pattern.

    `beside`: the first group of the pattern is the name of a folder about photos, and `open` gets the view of that one.
    """

    pattern: re.Pattern[str]
    open: Callable[[View, re.Match[str]], Folder | File | None]
    beside: bool = False
