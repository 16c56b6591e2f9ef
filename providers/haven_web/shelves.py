"""What a folder's page shows as a grid: photos by day, or in an order of the folder's own. Never all of them at once.

A shelf is made for one request. How many photos there are of each day is counted once and kept as long as the catalog
is the same; what is read besides is as much as is sent.
"""

import json
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from haven_fs.tree.files import FileSet
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.photofolders import PhotoFolder, RankedFolder
from haven_fs.tree.photoset import PhotoSet
from haven_web.tiles import Tile, main_of, read_tiles, tiles_of

PAGE = 100
"""Tiles of the first page, and of each page without scripts."""
MOST = 600
"""Tiles that are sent at once."""
_ORDER = "ORDER BY p.day DESC, p.taken DESC, p.id DESC"
_IS_PHOTO = "o.id IN (SELECT main_id FROM photo WHERE id = o.photo_id)"

Days = Sequence[tuple[int, int]]
"""Days as yyyymmdd, the newest first and 0 for none last, each with its number of photos."""


@dataclass(frozen=True, slots=True)
class Section:
    """Photos of one day, or of no day in particular: `tiles`, the first of them number `start` of the day's `count`."""

    day: int | None
    count: int
    start: int
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Around:
    """Where a photo is on a shelf: number `place`, from 1, of `count`, and what is before and after it."""

    place: int
    count: int
    before: Tile | None
    after: Tile | None


class Shelf(ABC):
    """The photos of a folder in the order of its page."""

    by_day = False

    @property
    @abstractmethod
    def count(self) -> int:
        """How many there are."""

    @abstractmethod
    def part(self, start: int, count: int) -> list[Section]:
        """Return photos from a place on, the first being 0."""

    @abstractmethod
    def around(self, photo_id: int) -> Around | None:
        """Return where a photo is, None if it is not here."""


class DayCounts:
    """Remembers how many photos there are of each day, for some sets of photos. Thread-safe."""

    _KEPT = 32

    def __init__(self) -> None:
        self._kept: OrderedDict[PhotoSet, tuple[int, Days]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, view: View, photos: PhotoSet) -> Days:
        """Return the days of these photos."""
        seq = view.seq
        with self._lock:
            kept = self._kept.get(photos)
            if kept is not None and kept[0] == seq:
                self._kept.move_to_end(photos)
                return kept[1]
        found = [(day or 0, stamp.count) for day, stamp in photos.grouped(view.db, "p.day")]
        days = sorted(found, reverse=True)
        with self._lock:
            self._kept[photos] = seq, days
            self._kept.move_to_end(photos)
            while len(self._kept) > self._KEPT:
                self._kept.popitem(last=False)
        return days


class ByDay(Shelf):
    """Photos by day, the newest first; those without a date come last."""

    by_day = True

    def __init__(self, view: View, photos: PhotoSet, counts: DayCounts) -> None:
        self._view = view
        self._photos = photos
        self.days = counts.of(view, photos)

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(count for _, count in self.days)

    def part(self, start: int, count: int) -> list[Section]:
        """Return photos from a place on: parts of the first and the last day, and whole ones between."""
        sections: list[Section] = []
        wanted: list[tuple[int, int]] = []
        passed, skipped, end = 0, 0, start + min(count, MOST)
        for day, photos in self.days:
            if passed < end and passed + photos > start:
                skipped = skipped if wanted else start - passed
                wanted.append((day, photos))
            passed += photos
        dated = [day for day, _ in wanted if day]
        tiles: list[Tile] = []
        if dated:
            tiles = self._between(dated[0], dated[-1], skipped, min(count, MOST))
            skipped = 0
        if any(not day for day, _ in wanted) and len(tiles) < min(count, MOST):
            tiles += self._between(0, 0, skipped, min(count, MOST) - len(tiles))
        counts = dict(wanted)
        for day, found in groupby(tiles, key=lambda tile: tile.day):
            shown = list(found)
            first = start - self._before(day) if not sections else 0
            sections.append(Section(day, counts.get(day, len(shown)), max(first, 0), shown))
        return sections

    def run(self, newest: int, oldest: int) -> list[Section]:
        """Return all photos of the days from one back to another, 0 being the last, at most MOST."""
        counts = dict(self.days)
        tiles = self._between(newest, oldest or 1, 0, MOST) if newest else []
        if not oldest:
            tiles += self._between(0, 0, 0, MOST - len(tiles))
        grouped = [(day, list(found)) for day, found in groupby(tiles, key=lambda tile: tile.day)]
        return [Section(day, counts.get(day, len(found)), 0, found) for day, found in grouped]

    def of_day(self, day: int, start: int, count: int) -> list[Section]:
        """Return some photos of one day, from a place in it on."""
        tiles = self._between(day, day, start, min(count, MOST))
        return [Section(day, dict(self.days).get(day, len(tiles)), start, tiles)] if tiles else []

    def around(self, photo_id: int) -> Around | None:
        """Return where a photo is; the days before and after its own are looked into at their ends only."""
        row = self._view.db.execute("SELECT day FROM photo WHERE id = ?", (photo_id,)).fetchone()
        if row is None:
            return None
        day = row[0] or 0
        condition, params = _on(day, day)
        chosen = self._photos.narrowed(condition, *params)
        query = f"SELECT p.id, p.main_id FROM photo p WHERE {chosen.condition} {_ORDER}"
        here = self._view.db.execute(query, chosen.params).fetchall()
        place = next((place for place, (id_, _) in enumerate(here) if id_ == photo_id), None)
        days = [day for day, _ in self.days]
        if place is None or day not in days:
            return None
        at = days.index(day)
        ids = [main_id for _, main_id in here[max(place - 1, 0) : place + 2]]
        near = {tile.original_id: tile for tile in tiles_of(self._view, ids)}
        before = near.get(here[place - 1][1]) if place else self._end(at - 1, last=True)
        after = near.get(here[place + 1][1]) if place + 1 < len(here) else self._end(at + 1, last=False)
        return Around(self._before(day) + place + 1, self.count, before, after)

    def _before(self, day: int) -> int:
        """Return how many photos come before a day."""
        return sum(count for other, count in self.days if other > day)

    def _end(self, at: int, *, last: bool) -> Tile | None:
        """Return the first or last photo of a day by its place among the days."""
        if not 0 <= at < len(self.days):
            return None
        day, count = self.days[at]
        return next(iter(self._between(day, day, count - 1 if last else 0, 1)), None)

    def _between(self, newest: int, oldest: int, start: int, count: int) -> list[Tile]:
        condition, params = _on(newest, oldest)
        chosen = self._photos.narrowed(condition, *params)
        source = (
            "FROM photo p CROSS JOIN original o ON o.id = p.main_id"
            f" WHERE {chosen.condition} AND o.gone IS NULL AND o.name IS NOT NULL"
        )
        limited = f"{_ORDER} LIMIT ? OFFSET ?"
        return read_tiles(self._view, source, (*chosen.params, count, start), order=limited)


def _on(newest: int, oldest: int) -> tuple[str, tuple[int, ...]]:
    """Return the condition that a photo is of these days."""
    return ("p.day BETWEEN ? AND ?", (oldest, newest)) if oldest else ("p.day IS NULL", ())


class InOrder(Shelf):
    """Photos in an order of the folder's own: a query gives their main originals."""

    def __init__(self, view: View, query: str, params: Sequence[object], *, disk_names: bool = False) -> None:
        """`query` gives ids of originals in their order; it ends where LIMIT may follow."""
        self._view = view
        self._query, self._params = query, tuple(params)
        self._disk_names = disk_names

    @property
    def count(self) -> int:
        """How many there are."""
        query = f"SELECT count(*) FROM ({self._query} LIMIT -1)"
        return int(self._view.db.execute(query, self._params).fetchone()[0])

    def _ids(self, start: int = 0, count: int = -1) -> list[int]:
        rows = self._view.db.execute(f"{self._query} LIMIT ? OFFSET ?", (*self._params, count, start))
        return [row[0] for row in rows]

    def part(self, start: int, count: int) -> list[Section]:
        """Return photos from a place on, in one section."""
        tiles = tiles_of(self._view, self._ids(start, min(count, MOST)), disk_names=self._disk_names)
        return [Section(None, self.count, start, tiles)] if tiles else []

    def around(self, photo_id: int) -> Around | None:
        """Return where a photo is."""
        ids, main_id = self._ids(), main_of(self._view.db, photo_id)
        if main_id not in ids:
            return None
        place = ids.index(main_id)
        wanted = [*ids[max(place - 1, 0) : place], *ids[place + 1 : place + 2]]
        near = {tile.original_id: tile for tile in tiles_of(self._view, wanted, disk_names=self._disk_names)}
        after = near.get(ids[place + 1]) if place + 1 < len(ids) else None
        return Around(place + 1, len(ids), near.get(ids[place - 1]) if place else None, after)


def shelf_of(folder: Folder, counts: DayCounts) -> Shelf | None:
    """Return what the page of a folder shows as a grid, None if it has no photos in itself."""
    view = folder.view
    if isinstance(folder, RankedFolder):
        photos = folder.own
        query = (
            "SELECT p.main_id FROM json_each(?) r CROSS JOIN photo p ON p.id = r.value"
            f" WHERE {photos.condition} ORDER BY r.key"
        )
        return InOrder(view, query, (json.dumps(list(folder.ranked)), *photos.params))
    if isinstance(folder, PhotoFolder):
        return ByDay(view, folder.own, counts)
    files = folder.files()
    if files is None:
        return None
    chosen = files.narrowed(_IS_PHOTO)
    return InOrder(view, f"SELECT o.id {chosen.source} {chosen.order}", chosen.params, disk_names=files.disk_names)


def other_files(folder: Folder, most: int) -> tuple[FileSet | None, int]:
    """Return the files listed in a folder that its grid does not show, and how many there are, at most `most`."""
    files = None if isinstance(folder, PhotoFolder) else folder.files()
    if files is None:
        return None, 0
    rest = files.narrowed(f"NOT ({_IS_PHOTO})")
    query = f"SELECT count(*) FROM (SELECT 1 {rest.source} LIMIT ?)"
    return rest, int(folder.view.db.execute(query, (*rest.params, most)).fetchone()[0])
