"""The folders smart folders are made of, and the two things a plugin may add to the tree: SmartFolder, PathPattern.

A Folder is opened for one request, inside one read transaction, and thrown away; it may query `view.db` freely and
must not keep anything. The classes here are enough for most plugins: FacetFolder lists a facet's values,
PhotoFolder lists photos and splits itself by date when there are too many to list.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from haven_fs.catalog import names
from haven_fs.config import Settings
from haven_fs.tree.photoset import File, FileSet, PhotoSet, Stamp
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
    speak of facets. `remember_split` notes that
    `path` was split.
    """

    db: sqlite3.Connection
    settings: Settings
    now: datetime
    within: PhotoSet = field(default_factory=PhotoSet)
    path: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    searchers: Sequence[Searcher] = ()
    spoken: Sequence[SpokenFacet] = ()
    vectors: "Callable[[], Vectors]" = field(default=_no_vectors)
    remember_split: Callable[[str], None] = field(default=lambda path: None)

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

    def stamp(self) -> Stamp:
        """Return the version of this folder: another one whenever its listing or anything below it changes."""
        if self.photos is not None:
            return self.photos.stamp(self.view.db)
        # Not about photos: as new as the catalog itself, or the day, which is always right if not always needed.
        return Stamp(0, max(self.view.seq, self.view.midnight), steady=True)


class PhotoFolder(Folder):
    """A folder of photos. Past the setting tree.split_above it lists years, then months, then days.

    Explorer shows nothing of a folder whose properties are more than 1,000,000 bytes, and people no more than a few
    thousand thumbnails. Once split a folder stays split, so that paths people noted go on working. A photo opens by
    its direct path all the same.
    """

    UNDATED = "Undated"
    LEVELS = (("year", 10000, "{:04d}"), ("month", 100, "{:04d}-{:02d}"), ("day", 1, "{:04d}-{:02d}-{:02d}"))

    def __init__(
        self, view: View, photos: PhotoSet, *, always_split: int = 0, level: int = 0, texts: Sequence[Text] = ()
    ) -> None:
        super().__init__(view)
        self._photos = photos
        self._always = always_split
        self.level = level
        self._texts = texts

    @property
    def photos(self) -> PhotoSet:
        """The photos in this folder and below it."""
        return self._photos

    def texts(self) -> Sequence[Text]:
        """Return the texts this folder was made with."""
        return self._texts

    def is_split(self) -> bool:
        """Tell whether the photos are in folders by date rather than listed here."""
        if self.level >= len(self.LEVELS):
            return False
        if self.level < self._always:
            return True
        path = "/".join(self.view.path)
        if self.view.db.execute("SELECT 1 FROM split WHERE path = ?", (path,)).fetchone():
            return True
        if self._photos.stamp(self.view.db).count <= self.view.settings["tree.split_above"]:
            return False
        self.view.remember_split(path)
        return True

    def entries(self) -> Iterable[Entry]:
        """Return the years, months or days that photos are from, if this folder is split."""
        if not self.is_split():
            return []
        unit = self.LEVELS[self.level][1]
        groups = self._photos.grouped(self.view.db, f"p.day / {unit}")
        return [Entry(self.UNDATED if date is None else self._spell(date), stamp) for date, stamp in groups]

    def _spell(self, date: int) -> str:
        parts = (date, 0, 0) if self.level == 0 else (date // 100, date % 100, 0)
        if self.level == 2:
            parts = (date // 10000, date // 100 % 100, date % 100)
        return self.LEVELS[self.level][2].format(*parts)

    def enter(self, name: str) -> "Folder | None":
        """Return the year's, month's or day's folder if there is one and this folder is split."""
        if not self.is_split():
            return None
        unit = self.LEVELS[self.level][1]
        if names.fold(name) == names.fold(self.UNDATED) and self.level == 0:
            name = self.UNDATED
            photos, level = self._photos.narrowed("p.day IS NULL"), len(self.LEVELS)
        elif re.fullmatch(r"\d{4}" + r"-\d\d" * self.level, name, re.ASCII):
            date = int(name.replace("-", ""))
            photos = self._photos.narrowed("p.day BETWEEN ? AND ?", date * unit, date * unit + unit - 1)
            level = self.level + 1
        else:
            return None
        if not photos.stamp(self.view.db).count:
            return None
        return self.open_date(self.view.below(name), photos, level)

    def open_date(self, view: View, photos: PhotoSet, level: int) -> "PhotoFolder":
        """Return the folder of a year, a month or a day in this one; a subclass may open another kind."""
        return PhotoFolder(view, photos, always_split=self._always, level=level)

    def files(self) -> FileSet | None:
        """Return the photos' files unless they are in folders by date."""
        return None if self.is_split() else self._photos.files()


class RankedFolder(PhotoFolder):
    """A folder of photos in an order of its own, the best first: file names begin with their place in it."""

    def __init__(
        self, view: View, photos: PhotoSet, ranked: Sequence[int], *, level: int = 0, texts: Sequence[Text] = ()
    ) -> None:
        """`ranked`: the ids of photos; those that `photos` does not hold are not shown."""
        super().__init__(view, photos.among(ranked), level=level, texts=texts)
        self.ranked = ranked

    def entries(self) -> Iterable[Entry]:
        """Return the years, months or days that photos are from, if this folder is split; all as new as this one."""
        return [Entry(entry.name, self.stamp()) for entry in super().entries()]

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, ranked as this one is."""
        return RankedFolder(view, photos, self.ranked, level=level)

    def files(self) -> FileSet | None:
        """Return the photos' files by rank, unless they are in folders by date."""
        return None if self.is_split() else self.opens()

    def opens(self) -> FileSet:
        """Return the photos' files by rank."""
        return self._photos.ranked_files(self.ranked)

    def stamp(self) -> Stamp:
        """Return the version: as new as the catalog or the day, since any change may bring another order."""
        return Stamp(0, max(self.view.seq, self.view.midnight), steady=True)


class FacetFolder(Folder):
    """A folder that lists the values of a facet, each a folder of the photos that have it.

    `parent`: only values below that key. `extra`: other folders to list first, by name.
    """

    ELSEWHERE = "Elsewhere"

    def __init__(
        self,
        view: View,
        facet: str,
        *,
        parent: str | None = None,
        extra: dict[str, Callable[[View], Folder]] | None = None,
    ) -> None:
        super().__init__(view)
        self._facet = facet
        self._parent = parent
        self._extra = extra or {}

    @property
    def photos(self) -> PhotoSet:
        """The photos that have any of the values."""
        return self.view.within.with_facet(self._facet, parent=self._parent)

    def entries(self) -> Iterable[Entry]:
        """Return the values that photos have."""
        extra = [Entry(name, opened(self.view.below(name)).stamp()) for name, opened in self._extra.items()]
        values = self.view.within.by_value(self.view.db, self._facet, self._parent)
        rest = self._elsewhere()
        elsewhere = [Entry(self.ELSEWHERE, rest.stamp())] if rest is not None else []
        return [*extra, *(Entry(name, stamp) for _, name, stamp in values), *elsewhere]

    def rest(self) -> PhotoSet | None:
        """Return the photos that belong here but to none of the values; a subclass may have some."""
        return None

    def _elsewhere(self) -> PhotoFolder | None:
        rest = self.rest()
        if rest is None or not rest.stamp(self.view.db).count:
            return None
        return PhotoFolder(self.view.below(self.ELSEWHERE), rest)

    def enter(self, name: str) -> Folder | None:
        """Return the value's folder if any photo has that value."""
        for extra, opened in self._extra.items():
            if names.fold(extra) == names.fold(name):
                return opened(self.view.below(extra))
        row = self.view.db.execute(
            "SELECT key, name, parent FROM value WHERE facet = ? AND fold = ?", (self._facet, names.fold(name))
        ).fetchone()
        if row is None or (self._parent is not None and row[2] != self._parent):
            return self._elsewhere() if names.fold(name) == names.fold(self.ELSEWHERE) else None
        photos = self.view.within.with_facet(self._facet, row[0])
        if not photos.stamp(self.view.db).count:
            return None
        return self.open_value(self.view.below(row[1]), row[0], photos)

    def open_value(self, view: View, key: str, photos: PhotoSet) -> Folder:
        """Return the folder of one value; a subclass may open another kind."""
        return PhotoFolder(view, photos)


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
    and the match, and returns the folder meant or None. What is listed in a folder comes before any pattern.
    """

    pattern: re.Pattern[str]
    open: Callable[[View, re.Match[str]], Folder | None]
