"""How phrases speak of places: "in Paris", "Paris, France", "not in the USA", "near Rome", "abroad"."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache

from haven_fs import Asked, SpokenFacet, Tag, value_of, within_km
from haven_places.home import abroad, at_home
from haven_places.learned import names_of, spot_of
from haven_places.ownplaces import CONTINENT, COUNTRY, PLACE, REGION

# What people call countries besides their names in CLDR.
_NICKNAMES = {
    "USA": "US", "U S A": "US", "U S": "US", "America": "US", "UK": "GB", "U K": "GB", "Great Britain": "GB",
    "Britain": "GB", "Holland": "NL", "UAE": "AE", "Emirates": "AE", "Turkey": "TR", "Czech Republic": "CZ",
    "Burma": "MM", "Ivory Coast": "CI", "Cape Verde": "CV", "South Korea": "KR", "Macedonia": "MK", "Swaziland": "SZ",
}  # fmt: skip


# What people call towns in the first place, though GeoNames does not.
_TOWNS = {"5128581": ("New York",), "2925533": ("Frankfurt",)}


_SAID_THERE = (
    "SELECT s.photo_id FROM said s CROSS JOIN member m ON m.photo_id = s.photo_id"
    " AND m.value_id = (SELECT id FROM value WHERE facet = ? AND key = ?) WHERE s.fact = ?"
)
"""The photos that owners put into a place: they have no position."""


class _Located(SpokenFacet):
    """What a photo lies in one of, and what is in the table of what is known of places."""

    leads = "in"
    says = "taken in {name}"
    single = True

    def other_names(self, db: sqlite3.Connection) -> Mapping[str, Iterable[str]]:
        """Return what values are called in other languages, and for short."""
        return names_of(db, self.facet)

    def inside(self, db: sqlite3.Connection) -> Mapping[str, Iterable[tuple[str, str]]]:
        """Return the regions that towns lie in, and the continents that countries are part of."""
        rows = db.execute("SELECT key, lies_in FROM place_known WHERE facet = ? AND lies_in <> '[]'", (self.facet,))
        return {key: [(tag[0], tag[1]) for tag in json.loads(text)] for key, text in rows}


class PlacesInPhrases(_Located):
    """Places are where a photo was taken: one of several, in a region and a country."""

    facet = PLACE
    fields = ("places",)
    within = COUNTRY
    at_large = "location"

    def anything(self) -> Asked:
        """Return what photos fulfil of which it is known where they were taken, at least in which country."""
        return Asked("p.placed = 1", (), "with a location", opposite="p.placed = 0")

    def also_called(self, value: Tag, language: str) -> Iterable[str]:
        """Return what a town is called besides the name of its folder."""
        return _TOWNS.get(value.key, ())

    def around(self, db: sqlite3.Connection, key: str, km: float | None) -> Asked | None:
        """Return what photos fulfil that were taken near a place: by their position, or said to be in it."""
        spot, place = spot_of(db, key), value_of(db, PLACE, key)
        if spot is None or place is None:
            return None
        distance = round(spot.near) if km is None else km
        near, params = within_km(spot.latitude, spot.longitude, distance)
        sql = f"{near.removesuffix(')')} UNION ALL {_SAID_THERE})"
        return Asked(sql, (*params, PLACE, key, f"tags:{PLACE}"), f"taken within {distance:g} km of {place.name}")

    def related(self, db: sqlite3.Connection, word: str) -> Asked | None:
        """Return what "at home" and "abroad" ask for."""
        asked = {"home": at_home, "abroad": abroad}.get(word)
        return asked(db) if asked is not None else None


class PositionInPhrases(SpokenFacet):
    """Positions, as of GPS: "no GPS"."""

    facet = "position"
    at_large = "position"

    def anything(self) -> Asked:
        """Return what photos with a position fulfil."""
        return Asked("p.quadkey IS NOT NULL", (), "with a position")


class RegionsInPhrases(_Located):
    """Regions and islands: a town of the same name comes before the region around it."""

    facet = REGION
    fields = ("regions", "state", "province")
    within = COUNTRY
    yields = wide = True


class ContinentsInPhrases(_Located):
    """Continents, and groups of countries such as Scandinavia."""

    facet = CONTINENT
    fields = ("continents",)
    wide = True


class CountriesInPhrases(_Located):
    """Countries are called as in English, in the owner's language, and by some short names."""

    facet = COUNTRY
    fields = ("countries",)
    within = CONTINENT
    nations = True

    def also_called(self, value: Tag, language: str) -> Iterable[str]:
        """Return what a country is called besides the name of its folder."""
        return _called(language).get(value.key, ())


@lru_cache(maxsize=4)
def _called(language: str) -> dict[str, list[str]]:
    """Return what countries are called, by code: as people say, in English, and in the language asked for."""
    found: dict[str, list[str]] = {}
    for name, code in _NICKNAMES.items():
        found.setdefault(code, []).append(name)
    if language.partition("-")[0].lower() != "en":
        from haven_places.locales import locale_of  # babel, which phrases in English have no use for

        # A library may have been given its names in another language than it is now asked in.
        for locale in (locale_of("en"), locale_of(language)):
            for code, name in locale.territories.items():
                found.setdefault(code, []).append(str(name))
    return found
