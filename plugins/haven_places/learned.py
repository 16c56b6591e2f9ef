"""What is known of the places, countries and regions that the library has: where they lie and what they are called.

It is in the table `place_known`, learned from the packages' tables by `learning.PlaceLearner`, once for each.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from math import pi, sqrt

from haven_fs import Tag
from haven_places.ownplaces import PLACE, own_places

TABLE = """
    CREATE TABLE place_known (              -- what the packages' tables say of values: haven_places.learning
        facet TEXT NOT NULL,                -- "place", "country" or "region"
        key TEXT NOT NULL,                  -- of the value
        made_of TEXT NOT NULL,              -- the versions of the tables, and the language
        latitude REAL, longitude REAL,      -- the middle of a town
        reach REAL,                         -- km from there to its rim
        lies_in TEXT NOT NULL DEFAULT '[]', -- beside its country: JSON, [facet, key, name, parent] each
        names TEXT NOT NULL DEFAULT '',     -- what else it is called, a line each
        settled INTEGER NOT NULL DEFAULT 1, -- whether its photos are in what it lies in
        PRIMARY KEY (facet, key)
    ) WITHOUT ROWID;

    CREATE TABLE place_home (               -- where the owner is at home, as far as photos tell: haven_places.home
        facet TEXT PRIMARY KEY,             -- "place" or "country"
        key TEXT,                           -- of the value; NULL if none stands out
        seq INTEGER NOT NULL                -- the catalog's clock when that was found out
    ) WITHOUT ROWID;
"""
_DENSITY = 4000.0  # as in towns.py, which needs numpy
_NEAR_KM = 10.0
_NEAR_OWN_KM = 5.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a place is: its middle in degrees, `reach`: km from there to its rim, `near`: km within which is near."""

    latitude: float
    longitude: float
    reach: float
    near: float


def reach_of(population: int) -> float:
    """Return the km from a town's middle to its rim."""
    return sqrt(population / (pi * _DENSITY))


def spot_of(db: sqlite3.Connection, key: str) -> Spot | None:
    """Return where a place is, None if that is not known."""
    own = next((place for place in own_places(db) if place.key == key), None)
    if own is not None:
        reach = own.radius / 1000
        return Spot(own.latitude, own.longitude, reach, _NEAR_OWN_KM + 2 * reach)
    row = db.execute(
        "SELECT latitude, longitude, reach FROM place_known WHERE facet = ? AND key = ? AND latitude IS NOT NULL",
        (PLACE, key),
    ).fetchone()
    return None if row is None else Spot(row[0], row[1], row[2], _NEAR_KM + 2 * row[2])


def lies_in(db: sqlite3.Connection, facet: str, keys: Iterable[str]) -> dict[str, list[Tag]]:
    """Return what values lie in, beside what is above them, by their keys; without those of which it is not known."""
    rows = db.execute(
        "SELECT k.key, k.lies_in FROM json_each(?) j CROSS JOIN place_known k ON k.facet = ? AND k.key = j.value",
        (json.dumps(sorted(set(keys))), facet),
    )
    return {key: [Tag(*tag) for tag in json.loads(text)] for key, text in rows}


def names_of(db: sqlite3.Connection, facet: str) -> dict[str, list[str]]:
    """Return what else the values of a facet are called, by their keys."""
    rows = db.execute("SELECT key, names FROM place_known WHERE facet = ? AND names <> ''", (facet,))
    return {key: names.split("\n") for key, names in rows}
