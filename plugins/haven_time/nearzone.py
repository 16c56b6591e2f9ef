"""Which time zone a place is in, as near as can be told without a map of them: that of the nearest city that names one.

The tz database lists some 400 such cities with their positions (zone.tab, public domain). Near a border the answer may
be the neighbour's, which for what it is used for, the height of the sun, is an hour at most. Where the list is not to
be had, 15 degrees of longitude are an hour.
"""

import logging
import math
import re
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

_log = logging.getLogger(__name__)

_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?")
_EPOCH = datetime(1970, 1, 1)
_CELL = 0.25
"""Degrees; of places in one cell it is looked up once."""

Vector = tuple[float, float, float]


def offset_at(clock: int, latitude: float, longitude: float) -> int:
    """Return how many minutes a wall clock at a place was ahead of UTC when it showed `clock`, seconds since 1970."""
    zone = _zone(round(latitude / _CELL), round(longitude / _CELL))
    if zone is not None:
        try:
            ahead = (_EPOCH + timedelta(seconds=clock)).replace(tzinfo=zone).utcoffset()
        except (OverflowError, ValueError):
            ahead = None
        if ahead is not None:
            return round(ahead.total_seconds() / 60)
    return round(longitude / 15) * 60


@lru_cache(maxsize=4096)
def _zone(north: int, east: int) -> ZoneInfo | None:
    here = _vector(north * _CELL, east * _CELL)
    nearest = max(_cities(), key=lambda city: sum(map(float.__mul__, city[0], here)), default=None)
    if nearest is None:
        return None
    try:
        return ZoneInfo(nearest[1])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1)
def _cities() -> tuple[tuple[Vector, str], ...]:
    found = []
    for line in _table().splitlines():
        columns = line.split("\t")
        match = _PLACE.fullmatch(columns[1]) if len(columns) > 2 and not line.startswith("#") else None
        if match is not None:
            south, lat, lat_minutes, west, lon, lon_minutes = match.groups()
            latitude = (int(lat) + int(lat_minutes) / 60) * (-1 if south == "-" else 1)
            longitude = (int(lon) + int(lon_minutes) / 60) * (-1 if west == "-" else 1)
            found.append((_vector(latitude, longitude), columns[2].strip()))
    return tuple(found)


def _table() -> str:
    for folder in TZPATH:
        try:
            return Path(folder, "zone.tab").read_text(encoding="utf-8")
        except OSError:
            continue
    try:
        return (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, OSError):
        _log.info("There is no list of time zones, so zones of places are told by their longitude.")
        return ""


def _vector(latitude: float, longitude: float) -> Vector:
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)
