"""/Places/Map.html: the map of all photos as one file, for the mounted drive.

It is made in the background, once somebody has looked into /Places and nothing else is due, by the process that writes
the catalog, and lies in the data folder. A row of the catalog says which file it is, and is changed in the transaction
that makes /Places new. So a listing costs a look at one file, and a length that was listed is that of what is read. The
file before stays until the next one, for those who are reading it; one that a killed process left half made is never
shown.
"""

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from haven_fs import (
    MADE,
    Catalog,
    File,
    Folder,
    PhotoFolder,
    PhotoSet,
    Settings,
    Sights,
    Stamp,
    View,
    map_file,
    map_version,
    names,
    small_squares,
)
from haven_places.ownplaces import COUNTRY, PLACE

if TYPE_CHECKING:
    from haven_fs import Progress

logger = logging.getLogger(__name__)

NAME = "Map.html"
PLACED = PhotoSet().narrowed("p.quadkey IS NOT NULL")
_QUIET = 20.0
"""Seconds without a change before it is made: whoever is sorting photos would get one after the other."""
_REST = 20.0
"""How many times as long as making it took, nothing is made again."""


_wanted: set[str] = set()
"""The data folders of this process in whose /Places somebody has looked: nobody else needs a map."""


def shown_map(view: View) -> File | None:
    """Return the map as a file of the tree, None if there is none yet; it is made soon then."""
    _wanted.add(str(view.settings["data_dir"]))
    return _kept_map(view)


def _kept_map(view: View) -> File | None:
    row = view.db.execute("SELECT file FROM place_map").fetchone()
    if row is None:
        return None
    path = _folder(view.settings) / row[0]
    try:
        stat = path.stat()
    except OSError:
        return None
    return File.plain(NAME, path, path.parent, stat.st_size, stat.st_mtime_ns, "text/html")


def with_map(db: sqlite3.Connection, stamp: Stamp) -> Stamp:
    """Return the version of a folder that lists the map too."""
    seq = db.execute("SELECT max(seq) FROM place_map").fetchone()[0]
    return stamp if seq is None else Stamp(stamp.count, max(stamp.seq, seq), steady=stamp.steady)


def _folder(settings: Settings) -> Path:
    return Path(settings["data_dir"]) / MADE / "map"


class _Stopped(Exception):
    """The process is to end soon."""


class MapKeeper:
    """The follower that keeps the map up to date. One process, one thread at a time."""

    name = "map"
    analyzers: frozenset[str] = frozenset()

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen = -1  # the catalog's clock when the map was last found, or made, to be up to date
        self._not_before = 0.0

    def follow(self, catalog: Catalog, photo_ids: Collection[int]) -> None:
        """Do nothing at once."""

    def idle(self, catalog: Catalog, progress: "Progress", stopped: Callable[[], bool]) -> None:
        """Make the map if it is not there or not up to date."""
        if PLACE not in catalog.facets.names or (began := time.monotonic()) < self._not_before:
            return
        try:
            with catalog.read() as db:
                view = View(db, self._settings, datetime.now(), path=("Places",), key=("places",))
                made_of = self._due(view)
                if made_of is None:
                    return
                data = self._made(catalog, view, stopped)
            self._put(catalog, data, made_of)
        except _Stopped:
            return
        except OSError as error:
            logger.warning("/Places/%s cannot be made: %s", NAME, error)
        self._not_before = time.monotonic() + _REST * (time.monotonic() - began)

    def rest(self) -> None:
        """Hold nothing, so give nothing back."""

    def _due(self, view: View) -> str | None:
        """Return what the map is to be made of, None if it is, or if nobody wants one."""
        row = view.db.execute("SELECT made_of FROM place_map").fetchone()
        if view.seq == self._seen or (row is None and str(self._settings["data_dir"]) not in _wanted):
            return None
        if 0 <= time.time() - view.seq / 1000 < _QUIET:
            return None
        stamp = PLACED.stamp(view.db)
        made_of = f"{map_version()} {self._settings['language']} {self._settings['tree.split_above']} {stamp}"
        if (row[0] == made_of and _kept_map(view) is not None) if row else not stamp.count:
            self._seen = view.seq
            return None
        return made_of

    def _made(self, catalog: Catalog, view: View, stopped: Callable[[], bool]) -> bytes | None:
        if not PLACED.stamp(view.db).count:
            return None
        from haven_places.folders import PlacesFolder  # which lists what is made here

        sights = _Seen(catalog, view, PlacesFolder(view), stopped)
        return map_file(view.db, PLACED, sights, self._settings["language"])

    def _put(self, catalog: Catalog, data: bytes | None, made_of: str) -> None:
        """Have the map be these bytes, or none."""
        folder = _folder(self._settings)
        file = f"{uuid4().hex}.html"
        if data is not None:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / file).open("wb") as opened:
                opened.write(data)
                opened.flush()
                os.fsync(opened.fileno())
        with catalog.write() as w:
            before = w.db.execute("SELECT file FROM place_map").fetchone()
            w.db.execute("DELETE FROM place_map")
            if data is None:
                w.note_removal()
            else:
                w.db.execute("INSERT INTO place_map VALUES (1, ?, ?, ?)", (made_of, file, w.seq))
        for path in folder.glob("*.html"):
            if path.name != file and (before is None or path.name != before[0]):
                path.unlink(missing_ok=True)


class _Seen(Sights):
    """What the map says of photos: their places, and small pictures of them."""

    def __init__(self, catalog: Catalog, view: View, places: Folder, stopped: Callable[[], bool]) -> None:
        self._catalog = catalog
        self._view = view
        self._root = places
        self._stopped = stopped
        self._towns: dict[int, str] = {}
        self._opened: dict[tuple[str, ...], Folder | None] = {}

    def places(self, photo_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
        """Return the towns that photos were taken in, or else the countries."""
        self._towns = self._names(PLACE, photo_ids)
        countries = self._names(COUNTRY, photo_ids)
        return {id_: (name, f"Countries/{names.href(name)}/") for id_, name in countries.items()} | {
            id_: (name, f"{names.href(name)}/") for id_, name in self._towns.items()
        }

    def _names(self, facet: str, photo_ids: Sequence[int]) -> dict[int, str]:
        rows = self._view.db.execute(
            "SELECT m.photo_id, v.name FROM json_each(?) j CROSS JOIN member m ON m.photo_id = j.value"
            " CROSS JOIN value v ON v.id = m.value_id WHERE v.facet = ? ORDER BY v.id DESC",
            (json.dumps(list(photo_ids)), facet),
        )
        return dict(rows.fetchall())

    def photo(self, photo_id: int) -> tuple[str, str] | None:
        """Return where a photo is listed in the folder of its town, and its name."""
        row = self._view.db.execute(
            "SELECT o.name, p.day FROM photo p JOIN original o ON o.id = p.main_id WHERE p.id = ? AND o.gone IS NULL",
            (photo_id,),
        ).fetchone()
        if row is None or row[0] is None:
            return None
        name, day = row
        path: tuple[str, ...] = (self._towns[photo_id],) if photo_id in self._towns else ()
        for part in self._dates(day):
            folder = self._open(path) if path else None
            if not isinstance(folder, PhotoFolder) or not folder.is_split():
                break
            path = (*path, part)
        return "/".join(names.href(part) for part in (*path, name)), name

    def _dates(self, day: int | None) -> Sequence[str]:
        """Return the folders that a photo of that day is in where there are too many for one."""
        if day is None:
            return (PhotoFolder.UNDATED,)
        year, month, date = day // 10000, day // 100 % 100, day % 100
        return (f"{year:04}", f"{year:04}-{month:02}", f"{year:04}-{month:02}-{date:02}")

    def _open(self, path: tuple[str, ...]) -> Folder | None:
        if path not in self._opened:
            above = self._open(path[:-1]) if len(path) > 1 else self._root
            self._opened[path] = above.enter(path[-1]) if above is not None else None
        return self._opened[path]

    def pictures(self, photo_ids: Sequence[int]) -> Mapping[int, bytes]:
        """Return small squares out of the middle of photos."""
        files = PhotoSet().among(photo_ids).main_files().files(self._view.db)
        photo_of = {file.id: file.photo_id for file in files if file.photo_id is not None}
        squares = small_squares(self._catalog, self._view.settings, self._view.db, list(photo_of), self._stopped)
        if self._stopped():
            raise _Stopped
        return {photo_of[original_id]: data for original_id, data in squares.items()}
