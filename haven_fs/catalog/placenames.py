"""What the owner calls places, and the places of the owner's own: a name, a middle and a radius, such as "Home".

Both are rows of `place_name`. They are put over what analyzers found wherever a photo is settled, so that they outlast
new analyses and another language of place names.
"""

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PLACE: Final = "place"
"""The facet of places; its keys are GeoNames ids, and those of own places."""
COUNTRY: Final = "country"
"""The facet of countries; its keys are ISO codes."""
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


class PlaceNames:
    """The names as they are now, read when first asked for."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._names: dict[str, str] | None = None
        self._own: Sequence[OwnPlace] = ()

    def name(self, key: str) -> str | None:
        """Return what the owner calls a place, None if nothing of the owner's own."""
        return self._read().get(key)

    def around(self, latitude: float | None, longitude: float | None) -> list[OwnPlace]:
        """Return the owner's places that a position lies in."""
        self._read()
        if not self._own or latitude is None or longitude is None:
            return []
        return [place for place in self._own if place.holds(latitude, longitude)]

    def _read(self) -> dict[str, str]:
        if self._names is None:
            self._own = own_places(self._db)
            self._names = dict(self._db.execute("SELECT key, name FROM place_name").fetchall())
        return self._names


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
