"""The places of the owner's own: a name, a middle and a radius, such as "Home".

They are rows of `place_name`, which also has what the owner calls towns. Both are put over what analyzers found
wherever a photo is settled, so that they outlast new analyses and another language of place names.
"""

import math
import sqlite3
from dataclasses import dataclass
from typing import Final

PLACE: Final = "place"
"""The facet of places; its keys are GeoNames ids, and those of own places."""
COUNTRY: Final = "country"
"""The facet of countries; its keys are ISO codes."""
REGION: Final = "region"
"""The facet of regions and islands; its keys are GeoNames' codes, see haven_places.regions."""
CONTINENT: Final = "continent"
"""The facet of continents and groups of countries."""
METRES = 111_195.0
"""Of a degree of latitude."""


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A place of the owner's own: `latitude` and `longitude` in degrees, `radius` in metres, the country's key."""

    key: str
    name: str
    latitude: float
    longitude: float
    radius: float
    country: str | None

    def holds(self, latitude: float, longitude: float) -> bool:
        """Tell whether a position lies within the radius."""
        return distance(self.latitude, self.longitude, latitude, longitude) <= self.radius


def own_places(db: sqlite3.Connection) -> list[OwnPlace]:
    """Return the owner's places by name."""
    rows = db.execute(
        "SELECT key, name, latitude, longitude, radius, country FROM place_name WHERE radius IS NOT NULL ORDER BY name"
    )
    return [OwnPlace(*row) for row in rows]


def distance(north: float, east: float, other_north: float, other_east: float) -> float:
    """Return the metres between two positions in degrees, over a round earth."""
    a, b = math.radians(north), math.radians(other_north)
    half = math.radians(other_east - east) / 2
    chord = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(half) ** 2
    return 2 * math.degrees(math.asin(min(1.0, math.sqrt(chord)))) * METRES
