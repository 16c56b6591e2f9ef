"""What places and countries are in the catalog: what the owner calls places, and how that shows.

Towns and countries come from the analyzer; what is said here lies over them: names, and the owner's own places.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar

from haven_fs import Change, Facet, FoundFacts, Tag, Writer
from haven_places.calling import follow_names
from haven_places.ownplaces import COUNTRY, PLACE, own_places


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
    )
    owned: ClassVar = {"place_name": ("key",)}
    locates = True

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
