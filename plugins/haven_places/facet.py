"""What places are in the catalog: what the owner calls them, and what they lie in.

Towns and countries come from the analyzer; what is said here lies over them: names, and the owner's own places. Regions
and continents follow from the towns and countries, whoever says those.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from haven_fs import Change, Facet, Found, FoundFacts, Settings, Tag, ValuesOf, Writer, settle
from haven_places.calling import follow_names, photos_in
from haven_places.learned import TABLE, lies_in
from haven_places.learning import Teacher, keep, values_found
from haven_places.ownplaces import CONTINENT, COUNTRY, PLACE, REGION, own_places
from haven_places.sidecars import PROPERTY, absorb_names, hear_names


class PlacesFacet(Facet):
    """Places: a town's name may be the owner's, and photos taken near an own place belong to that too."""

    name = PLACE
    migrations = (
        """
    CREATE TABLE place_name (               -- what the owner calls a place, and places of the owner's own
        key TEXT PRIMARY KEY,               -- in the facet "place": a town's GeoNames id, or 'at LAT LON' of an own one
        name TEXT NOT NULL,
        original TEXT,                      -- what a town was called before
        latitude REAL, longitude REAL,      -- the middle of an own place; NULL of a town
        radius REAL,                        -- metres
        country TEXT                        -- the key of the country that an own place is in
    ) WITHOUT ROWID;
        """,
        """
    CREATE TABLE place_map (                -- the file that /Places/Map.html is, if there is one: haven_places.mapfile
        id INTEGER PRIMARY KEY CHECK (id = 1),
        made_of TEXT NOT NULL,              -- the state of the catalog and the version of Haven that it was made from
        file TEXT NOT NULL,                 -- its name in the data folder
        seq INTEGER NOT NULL
    );
        """,
        TABLE,
        """
    CREATE TABLE place_told (               -- the places whose names sidecars have told, which is taken in once
        key TEXT PRIMARY KEY
    ) WITHOUT ROWID;
        """,
    )
    owned: ClassVar = {"place_name": ("key",)}
    locates = True

    def __init__(self, settings: Settings) -> None:
        self._teacher = Teacher(settings)

    def hear(self, w: Writer, texts: Mapping[str, Sequence[str]]) -> None:
        """Take in what places are called that no photo is in."""
        if own := hear_names(w, texts.get(PROPERTY, ())):
            settle(w, photos_in(w, own))

    def absorb(self, w: Writer, found: Found) -> None:
        """Learn what new places lie in, so that their first photos are in their regions at once, and their names."""
        if own := absorb_names(w, found):
            settle(w, photos_in(w, own) - found.keys())
        keys = self._teacher.unknown(w.db, values_found(found))
        try:
            rows = self._teacher.rows(keys) if any(keys.values()) else None
        except (OSError, ValueError, KeyError):
            return  # the learner tries again, and says why it cannot
        keep(w, rows or ())

    def tags(self, db: sqlite3.Connection, photos: FoundFacts) -> Iterable[tuple[int, Tag]]:
        """Give the owner's places that photos were taken in."""
        own = own_places(db)
        for photo_id, facts in photos.items() if own else ():
            latitude, longitude = facts.get("latitude"), facts.get("longitude")
            if isinstance(latitude, float | int) and isinstance(longitude, float | int):
                for place in own:
                    if place.holds(latitude, longitude):
                        yield photo_id, Tag(PLACE, place.key, place.name, place.country)

    def called(self, db: sqlite3.Connection) -> Mapping[str, str]:
        """Return what the owner calls places."""
        return dict(db.execute("SELECT key, name FROM place_name").fetchall())

    def follow(self, w: Writer, changes: Sequence[Change]) -> Collection[int]:
        """Have everything be called as the rows say now, and find the photos that an own place gained or lost."""
        return follow_names(w, changes)


class CountriesFacet(Facet):
    """Countries: all of them are found by the analyzer."""

    name = COUNTRY
    locates = True


class _WiderFacet(Facet):
    """What values of another facet, `of`, lie in."""

    locates = True
    of: str

    def implied(self, db: sqlite3.Connection, values: ValuesOf) -> Iterable[tuple[int, Tag]]:
        """Give what the photos' values lie in, as far as it was learned."""
        keys = {tag.key for tags in values.values() for tag in tags if tag.facet == self.of}
        known = lies_in(db, self.of, keys) if keys else {}
        for photo_id, tags in values.items():
            inside = {one.key: one for tag in tags if tag.facet == self.of for one in known.get(tag.key, ())}
            yield from ((photo_id, one) for one in inside.values())


class RegionsFacet(_WiderFacet):
    """Regions and islands: what towns lie in."""

    name = REGION
    of = PLACE


class ContinentsFacet(_WiderFacet):
    """Continents, and groups such as Scandinavia: what countries are part of."""

    name = CONTINENT
    of = COUNTRY
