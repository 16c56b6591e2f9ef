"""Which clock is kept where a photo was taken: the time zone of a position, and how far it was ahead of UTC then.

The zone comes from tzfpy (MIT; the borders are those of timezone-boundary-builder, which are OpenStreetMap's under the
ODbL), its rules through the years from zoneinfo. The borders take 35 MB and some 60 ms once, and a look-up a
microsecond, so they are loaded with the first photo of which nothing but the position tells the zone. At sea it is
the hour of the longitude.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)


def offset_at(clock: int, latitude: float, longitude: float) -> int:
    """Return how many minutes a wall clock at a place was ahead of UTC when it showed `clock`, seconds since 1970."""
    zone = _zone(latitude, longitude)
    try:
        ahead = (_EPOCH + timedelta(seconds=clock)).replace(tzinfo=zone).utcoffset() if zone else None
    except (OverflowError, ValueError):
        ahead = None
    return _minutes(ahead, longitude)


def offset_of(moment: int, latitude: float, longitude: float) -> int:
    """Return how many minutes clocks at a place were ahead of UTC at a moment, seconds since 1970 UTC."""
    zone = _zone(latitude, longitude)
    try:
        ahead = (_EPOCH_UTC + timedelta(seconds=moment)).astimezone(zone).utcoffset() if zone else None
    except (OverflowError, ValueError):
        ahead = None
    return _minutes(ahead, longitude)


def _minutes(ahead: timedelta | None, longitude: float) -> int:
    return round(longitude / 15) * 60 if ahead is None else round(ahead.total_seconds() / 60)


def _zone(latitude: float, longitude: float) -> ZoneInfo | None:
    from tzfpy import get_tz

    return _called(get_tz(longitude, latitude))


@lru_cache(maxsize=512)
def _called(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
