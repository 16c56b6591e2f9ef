"""Photos that are rows of a catalog and nothing more: where they are, and when they were taken, is what a map asks."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.catalog.quadkeys import quadkey_of
from helpers.catalogs import open_catalog


@dataclass(frozen=True, slots=True)
class Spot:
    """A photo: where, and the day as yyyymmdd, if it is known."""

    id: int
    latitude: float
    longitude: float
    day: int | None = None


def catalog_of(data: Path, spots: Iterable[Spot], hidden: Sequence[Spot] = ()) -> Catalog:
    """Make a catalog in a data folder that has these photos, and some that no folder shows."""
    catalog = open_catalog(data)
    rows = [(spot, 1) for spot in spots] + [(spot, 0) for spot in hidden]
    with catalog.write() as w:
        w.db.executemany(
            "INSERT INTO photo (id, main_id, kind, added, shown, day, latitude, longitude, placed, seq, quadkey)"
            " VALUES (?1, ?1, 'image', 1, ?2, ?3, ?4, ?5, 1, ?1, ?6)",
            [
                (spot.id, shown, spot.day, spot.latitude, spot.longitude, quadkey_of(spot.latitude, spot.longitude))
                for spot, shown in rows
            ],
        )
    return catalog


def scattered(count: int, seed: int = 1) -> list[Spot]:
    """Return photos in heaps all over the world, some of them at the poles, at the date line and without a date."""
    chance = random.Random(seed)
    heaps = [(chance.uniform(-80, 80), chance.uniform(-180, 180)) for _ in range(40)] + [(10.0, 179.9), (89.9, 0.0)]
    spots = []
    for id_ in range(1, count + 1):
        north, east = chance.choice(heaps)
        north = min(90.0, max(-90.0, north + chance.gauss(0, 0.5)))
        east = (east + chance.gauss(0, 0.5) + 180) % 360 - 180
        day = chance.randrange(2001, 2020) * 10000 + chance.randrange(1, 13) * 100 + chance.randrange(1, 29)
        spots.append(Spot(id_, north, east, day if chance.random() < 0.9 else None))
    return spots
