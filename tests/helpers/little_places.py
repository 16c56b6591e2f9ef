"""Tables of a few places, for rules and for the table's file: no release of a package changes them."""

import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from haven_places.sources import Places

Row = tuple[int, str, float, float, str, int, str, str, str]
"""Number, name, latitude, longitude, country, population, time zone, first-order division, word for the second one."""

ROWS: list[Row] = [
    (1, "Paris", 48.8534, 2.3488, "FR", 2_138_551, "Europe/Paris", "11", "Paris"),
    (2, "Paris", 33.6609, -95.5555, "US", 24_782, "America/Chicago", "TX", "Lamar County"),
    (3, "Springfield", 37.2153, -93.2982, "US", 166_810, "America/Chicago", "MO", "Greene County"),
    (4, "Springfield", -27.6534, 152.9173, "AU", 15_265, "Australia/Brisbane", "04", "Ipswich"),
    (5, "Greenwood", 40.5323, -77.5269, "US", 3_000, "America/New_York", "PA", "Juniata County"),
    (6, "Greenwood", 40.5321, -78.3561, "US", 2_000, "America/New_York", "PA", "Blair County"),
    (7, "Greenwood", 40.1000, -79.0000, "US", 1_000, "America/New_York", "PA", "Blair County"),
    (8, "Rome", 41.8919, 12.5113, "IT", 2_318_895, "Europe/Rome", "07", "Rome"),
    (9, "Rome", 34.2570, -85.1647, "US", 36_323, "America/New_York", "GA", "Floyd County"),
    (10, "Córdoba", -31.4135, -64.1811, "AR", 1_428_214, "America/Argentina/Cordoba", "05", ""),
    (11, "Córdoba", 37.8916, -4.7727, "ES", 328_428, "Europe/Madrid", "51", ""),
    (12, "Biel/Bienne", 47.1324, 7.2441, "CH", 48_614, "Europe/Zurich", "BE", ""),
    (13, "Reykjavik", 64.1355, -21.8954, "IS", 118_918, "Atlantic/Reykjavik", "39", ""),
    (14, "Knox", 41.2959, -86.6250, "US", 3_692, "America/Indiana/Knox", "IN", "Starke County"),
    (15, "Con", 49.0, 3.0, "FR", 40, "Europe/Paris", "44", ""),
    (16, "Greenwood", 41.0, -79.0, "US", 500, "America/New_York", "PA", "Blair County"),
]
PARIS = "1"


@dataclass
class Language:
    """What a locale of CLDR has to say of places: names of countries, and of cities by time zone."""

    language: str
    territories: dict[str, str] = field(default_factory=dict)
    time_zones: dict[str, dict[str, Any]] = field(default_factory=dict)
    script: str | None = None


def little_places(rows: Sequence[Row] = ROWS) -> Places:
    """Return a table, as the packages' tables are read."""
    places = Places()
    for id_, name, latitude, longitude, country, population, timezone, admin1, admin2 in rows:
        places.id.append(id_)
        places.name.append(name)
        places.latitude.append(latitude)
        places.longitude.append(longitude)
        places.country.append(country)
        places.population.append(population)
        places.timezone.append(timezone)
        places.admin1.append(admin1)
        places.admin2.append(admin2)
        places.older.append(True)
    words = ["", *sorted(set(places.admin2) - {""})]
    places.division = array("q", map(words.index, places.admin2))
    places.regions = {("AU", "04"): "Queensland", ("ES", "51"): "Andalusia"}
    return places


def plain(name: str) -> str:
    """Return a name without accents and without what tells it from others of the name."""
    bare = name.partition(" (")[0]
    return unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode().casefold()
