"""Folders of photos, enough for most plugins: the values of a facet, photos split by date, photos in an order.

FacetFolder lists a facet's values; PhotoFolder lists photos and splits itself by date when there are too many to list.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from haven_fs.catalog import names
from haven_fs.tree.cover import Cover
from haven_fs.tree.files import FileSet, Stamp
from haven_fs.tree.nodes import Entry, Folder, Text, View
from haven_fs.tree.photoset import PhotoSet


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

    @property
    def own(self) -> PhotoSet:
        """The photos that open by a path in this folder itself: all, unless a subclass has folders with others."""
        return self._photos

    def texts(self) -> Sequence[Text]:
        """Return the texts this folder was made with."""
        return self._texts

    def is_split(self) -> bool:
        """Tell whether the photos are in folders by date rather than listed here."""
        return self._is_split

    @cached_property
    def _is_split(self) -> bool:
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
        return [
            Entry(self.UNDATED if date is None else self._spell(date), stamp, photos=stamp.count)
            for date, stamp in groups
        ]

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
    """A folder of photos in an order of its own, the best first: file names begin with their place in it.

    If it is split, its best photos are listed beside the years, which hold all of them. So the best are at hand in
    any program, however many photos there are.
    """

    BEST = 500
    """How many photos are listed beside the years, if a folder may hold as many: some 250,000 bytes of properties."""

    def __init__(
        self, view: View, photos: PhotoSet, ranked: Sequence[int], *, level: int = 0, texts: Sequence[Text] = ()
    ) -> None:
        """`ranked`: the ids of photos; those that `photos` does not hold are not shown."""
        super().__init__(view, photos.among(ranked), level=level, texts=texts)
        self.ranked = ranked

    def entries(self) -> Iterable[Entry]:
        """Return the years, months or days that photos are from, if this folder is split; all as new as this one."""
        return [replace(entry, stamp=self.stamp()) for entry in super().entries()]

    def open_date(self, view: View, photos: PhotoSet, level: int) -> PhotoFolder:
        """Return the folder of a year, a month or a day, ranked as this one is."""
        return RankedFolder(view, photos, self.ranked, level=level)

    def files(self) -> FileSet | None:
        """Return the photos' files by rank: of all, or of the best if all are in folders by date."""
        return self._photos.ranked_files(self.ranked, first=self._end_of_best()) if self.is_split() else self.opens()

    def _end_of_best(self) -> int:
        """Return how many places of the ranking hold the best: more than there are photos, if some are not here."""
        most, found, step = min(self.BEST, int(self.view.settings["tree.split_above"])), 0, 2 * self.BEST
        for start in range(0, len(self.ranked), step):
            here = set(self._photos.among(self.ranked[start : start + step]).ids(self.view.db))
            for place, photo_id in enumerate(self.ranked[start : start + step], start + 1):
                found += photo_id in here
                if found == most:
                    return place
        return len(self.ranked)

    def opens(self) -> FileSet:
        """Return the photos' files by rank."""
        return self._photos.ranked_files(self.ranked)

    def cover(self) -> Cover | None:
        """Return the best of its photos."""
        row = self.view.db.execute(
            f"SELECT p.main_id FROM json_each(?) r CROSS JOIN photo p ON p.id = r.value WHERE {self._photos.condition}"
            " AND p.unreadable IS NULL ORDER BY r.key LIMIT 1",
            (json.dumps(list(self.ranked)), *self._photos.params),
        ).fetchone()
        return Cover(row[0]) if row else None

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
        folders = {name: opened(self.view.below(name)) for name, opened in self._extra.items()}
        extra = [Entry(name, folder.stamp()) for name, folder in folders.items()]
        values = self.view.within.by_value(self.view.db, self._facet, self._parent)
        rest = self._elsewhere()
        found = [(name, stamp) for _, name, stamp in values]
        if rest is not None:
            found.append((self.ELSEWHERE, rest.stamp()))
        return [*extra, *(Entry(name, stamp, photos=stamp.count) for name, stamp in found)]

    @property
    def facet(self) -> str:
        """The facet whose values it lists."""
        return self._facet

    def path_to(self, facet: str, key: str) -> tuple[str, ...] | None:
        """Return the path of a value's folder, in one of the other folders here if it is not of this facet."""
        if facet == self._facet:
            row = self.view.db.execute(
                "SELECT name, parent FROM value WHERE facet = ? AND key = ?", (facet, key)
            ).fetchone()
            return (row[0],) if row and self._parent in (None, row[1]) else None
        for name, opened in self._extra.items():
            if (below := opened(self.view.below(name)).path_to(facet, key)) is not None:
                return (name, *below)
        return None

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
