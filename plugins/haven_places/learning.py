"""Learns what the library's places lie in and what else they are called, and brings photos into their regions.

A town is learned in the transaction that stores its first photo, from the table that the workers go by (`atlas`). What
could not be learned then, and whatever an older version of Haven left, follows in the background. No photo is looked
into for it: its regions follow from its town. Whatever is killed half way goes on from what the catalog says.
"""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haven_fs import Catalog, Found, Settings, Writer, settle
from haven_places import regions, sources
from haven_places.analyzer import caches_of, language_of
from haven_places.home import find_home
from haven_places.learned import reach_of
from haven_places.ownplaces import CONTINENT, COUNTRY, PLACE, REGION

if TYPE_CHECKING:
    from haven_fs import Progress
    from haven_places.atlas import Atlas
    from haven_places.lookup import Town
    from haven_places.regions import Area

logger = logging.getLogger(__name__)

_FORMAT = 1  # raise it when what is learned changes
_REST = 20.0  # where a town has to be looked up from end to end, that takes a twentieth of the time at most
_HOME_STAYS = 600.0  # seconds for which where home is stands, whatever comes in
_AT_ONCE = 500
_A_FEW = 2000
Row = tuple[Any, ...]
Keys = Mapping[str, Collection[str]]
"""Keys of values by their facet."""


class Teacher:
    """Says what is known of values, as rows of `place_known`. Shared by whoever stores photos and the learner."""

    def __init__(self, settings: Settings) -> None:
        self._caches = tuple(caches_of(settings))
        self._language = language_of(settings)
        self.made_of = f"{_FORMAT} {sources.versions()} {regions.version()} {self._language}"

    def unknown(self, db: sqlite3.Connection, keys: Keys) -> dict[str, list[str]]:
        """Return those of the values of which nothing is known yet, or only in another language."""
        rows = db.execute(
            "SELECT json_extract(j.value, '$[0]'), json_extract(j.value, '$[1]') FROM json_each(?) j"
            " LEFT JOIN place_known k ON k.facet = json_extract(j.value, '$[0]')"
            " AND k.key = json_extract(j.value, '$[1]') WHERE k.made_of IS NOT ?",
            (json.dumps([(facet, key) for facet, those in keys.items() for key in those]), self.made_of),
        ).fetchall()
        found: dict[str, list[str]] = {PLACE: [], COUNTRY: []}
        for facet, key in rows:
            if facet == COUNTRY or key.isdecimal():  # the others are places of the owner's own
                found[facet].append(key)
        return found

    def rows(self, keys: Keys, *, from_end_to_end: bool = False) -> list[Row] | None:
        """Return the rows of values and of what they lie in; None if nobody has built the table.

        `from_end_to_end`: then read the packages' tables, which takes seconds. Raises OSError, ValueError or KeyError
        if those cannot be read.
        """
        atlas = _atlas(self._caches, self._language)
        towns = atlas.towns(keys[PLACE]) if atlas is not None else None
        if atlas is not None and towns is not None:
            return [
                *self._towns(keys[PLACE], towns, atlas.areas),
                *self._countries(keys[COUNTRY], atlas.countries, atlas.wider),
            ]
        if not from_end_to_end:
            return None
        from haven_places import lookup

        return [
            *self._towns(keys[PLACE], lookup.look_up(set(keys[PLACE])), regions.areas(self._language)),
            *self._countries(keys[COUNTRY], regions.country_names(self._language), regions.wider(self._language)),
        ]

    def _towns(self, keys: Iterable[str], towns: Mapping[str, "Town"], areas: Mapping[str, "Area"]) -> Iterator[Row]:
        known: set[str] = set()
        for key in keys:
            town = towns.get(key)
            if town is None:
                yield PLACE, key, self.made_of, None, None, None, "[]", "", 1
                continue
            found = regions.regions_of(town.country, town.admin1, town.district, town.latitude, town.longitude)
            inside = [areas[region] for region in found if region in areas]
            known.update(area.key for area in inside)
            yield (
                PLACE, key, self.made_of, town.latitude, town.longitude, reach_of(town.population),
                _tags(REGION, inside), _lines((town.name, *town.names)), 0,
            )  # fmt: skip
        for key in sorted(known):
            yield REGION, key, self.made_of, None, None, None, "[]", _lines(areas[key].names), 1

    def _countries(
        self, keys: Iterable[str], names: Mapping[str, Sequence[str]], wider: Mapping[str, "Area"]
    ) -> Iterator[Row]:
        known: set[str] = set()
        for key in keys:
            inside = [wider[one] for one in regions.continents().get(key, ()) if one in wider]
            known.update(area.key for area in inside)
            yield COUNTRY, key, self.made_of, None, None, None, _tags(CONTINENT, inside), _lines(names.get(key, ())), 0
        for key in sorted(known):
            yield CONTINENT, key, self.made_of, None, None, None, "[]", _lines(wider[key].names), 1


@lru_cache(maxsize=1)
def _opened(caches: tuple[Path, ...], language: str, _: tuple[int, ...]) -> "Atlas | None":
    from haven_places.atlas import Atlas  # numpy, which a server has no use for until photos of new places come

    return Atlas.open(caches, language)


def _atlas(caches: tuple[Path, ...], language: str) -> "Atlas | None":
    """Return the atlas, kept until the learner rests; opened again when a table has been built."""
    folders = [folder.stat().st_mtime_ns if folder.is_dir() else 0 for folder in caches]
    return _opened(caches, language, tuple(folders))


def keep(w: Writer, rows: Sequence[Row]) -> None:
    """Keep what was learned; whoever has names in mind reads them again."""
    w.db.executemany(
        "INSERT OR REPLACE INTO place_known (facet, key, made_of, latitude, longitude, reach, lies_in, names,"
        " settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    w.db.executemany("UPDATE value SET seq = ? WHERE facet = ? AND key = ?", [(w.seq, *row[:2]) for row in rows])


def values_found(found: Found) -> Keys:
    """Return the keys of places and countries that analyzers have just found."""
    keys: dict[str, set[str]] = {PLACE: set(), COUNTRY: set()}
    for analyses in found.values():
        for analysis in analyses.values():
            if '"tags"' in analysis.facts:
                for facet, key, *_ in json.loads(analysis.facts).get("tags", ()):
                    if facet in keys:
                        keys[facet].add(key)
    return keys


class PlaceLearner:
    """The follower that learns. One process, one thread at a time."""

    name = "place names"
    analyzers: frozenset[str] = frozenset({"places"})

    def __init__(self, settings: Settings) -> None:
        self._teacher = Teacher(settings)
        self._seen: object = None  # the state of the values when there was nothing to learn
        self._not_before = self._home_not_before = 0.0

    def follow(self, catalog: Catalog, photo_ids: Collection[int]) -> None:
        """Learn what could not be learned when it was stored, unless that was tried a moment ago."""
        if (began := time.monotonic()) < self._not_before:
            return
        self._learn(catalog)
        self._settle(catalog, lambda: False, _A_FEW)
        self._not_before = time.monotonic() + _REST * (time.monotonic() - began)

    def idle(self, catalog: Catalog, progress: "Progress", stopped: Callable[[], bool]) -> None:
        """Look up what is left, and bring photos into the regions that are known of their towns by now."""
        self._learn(catalog)
        self._settle(catalog, stopped)
        self._look_for_home(catalog)

    def rest(self) -> None:
        """Give the atlas back."""
        _opened.cache_clear()

    def _look_for_home(self, catalog: Catalog) -> None:
        """Find out anew where home is, now and then."""
        if PLACE not in catalog.facets.names or (began := time.monotonic()) < self._home_not_before:
            return
        with catalog.read() as db:
            seq = db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0]
            if db.execute("SELECT 1 FROM place_home WHERE seq >= ?", (seq,)).fetchone():
                return
            before = dict(db.execute("SELECT facet, key FROM place_home").fetchall())
            found = find_home(db)
        self._home_not_before = time.monotonic() + max(_HOME_STAYS, _REST * (time.monotonic() - began))
        if dict(found) != before:
            with catalog.write() as w:
                w.db.executemany(
                    "INSERT OR REPLACE INTO place_home (facet, key, seq) VALUES (?, ?, ?)",
                    [(*row, w.seq) for row in found],
                )

    def _learn(self, catalog: Catalog) -> None:
        if PLACE not in catalog.facets.names:
            return
        with catalog.read() as db:
            state = db.execute("SELECT count(*), max(seq), max(id) FROM value").fetchone()
            if state == self._seen:
                return
            rows = db.execute("SELECT facet, key FROM value WHERE facet IN (?, ?)", (PLACE, COUNTRY)).fetchall()
            keys = self._teacher.unknown(db, {facet: [key for one, key in rows if one == facet] for facet, _ in rows})
        self._seen = state
        if not any(keys.values()):
            return
        try:
            learned = self._teacher.rows(keys, from_end_to_end=True) or []
        except (OSError, ValueError, KeyError) as error:
            logger.warning("What places lie in cannot be looked up: %s", error)
            return
        with catalog.write() as w:
            keep(w, learned)

    def _settle(self, catalog: Catalog, stopped: Callable[[], bool], most: int | None = None) -> None:
        """Bring photos into what their towns and countries lie in, at most so many."""
        if PLACE not in catalog.facets.names:
            return
        with catalog.read() as db:
            waiting = db.execute("SELECT facet, key, lies_in FROM place_known WHERE settled = 0").fetchall()
        for facet, key, text in waiting:
            with catalog.read() as db:
                ids = self._lacking(db, facet, key, [(tag[0], tag[1]) for tag in json.loads(text)])
            done = 0
            for batch in _batches(ids if most is None else ids[:most]):
                if stopped():
                    return
                with catalog.write() as w:
                    settle(w, batch)
                done += len(batch)
            if most is not None:
                most -= done
            if done < len(ids):
                return
            with catalog.write() as w:
                w.db.execute("UPDATE place_known SET settled = 1 WHERE facet = ? AND key = ?", (facet, key))

    def _lacking(self, db: Any, facet: str, key: str, inside: Sequence[tuple[str, str]]) -> list[int]:
        """Return the photos of a value that are not in all that it lies in; and one, for what that is called now."""
        members = (
            "SELECT m.photo_id FROM member m WHERE m.value_id = (SELECT id FROM value WHERE facet = ? AND key = ?)"
        )
        found = [id_ for (id_,) in db.execute(f"{members} LIMIT 1", (facet, key))]
        for other, above in inside:
            query = (
                f"{members} AND NOT EXISTS (SELECT 1 FROM member o WHERE o.photo_id = m.photo_id AND o.value_id ="
                " (SELECT id FROM value WHERE facet = ? AND key = ?))"
            )
            found += [id_ for (id_,) in db.execute(query, (facet, key, other, above))]
        return list(dict.fromkeys(found))


def _tags(facet: str, areas: Iterable["Area"]) -> str:
    return json.dumps([[facet, area.key, area.name, area.parent] for area in areas], ensure_ascii=False)


def _lines(names: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(name.replace("\n", " ") for name in names))


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    left = iter(ids)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
