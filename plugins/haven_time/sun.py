"""Where the sun is in the sky: its height above the horizon, and how far from noon it is.

By the Astronomical Almanac's approximate solar coordinates, as the US Naval Observatory publishes them: right to a
hundredth of a degree from 1950 to 2050, and to a tenth for as long as there has been photography.
"""

from math import asin, atan2, cos, degrees, radians, sin
from typing import NamedTuple

_J2000 = 946_728_000
"""Noon of 1 January 2000, UTC, in seconds since 1970."""
_DAY = 86_400


class Sun(NamedTuple):
    """`height`: degrees above the horizon, without refraction, so that it rises and sets at -0.8; `angle`: degrees
    since it stood highest, -180 to 180, of which 15 are an hour, negative while it rises."""

    height: float
    angle: float


def sun_at(moment: float, latitude: float, longitude: float) -> Sun:
    """Return where the sun is. `moment`: seconds since 1970, UTC; the position in degrees, north and east positive."""
    days = (moment - _J2000) / _DAY
    anomaly = radians(357.529 + 0.98560028 * days)
    mean = 280.459 + 0.98564736 * days
    ecliptic = radians(mean + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    tilt = radians(23.439 - 0.00000036 * days)
    ascension = degrees(atan2(cos(tilt) * sin(ecliptic), cos(ecliptic)))
    declination = asin(sin(tilt) * sin(ecliptic))
    sidereal = 280.46062 + 360.98564737 * days
    angle = (sidereal + longitude - ascension + 180) % 360 - 180
    north, turn = radians(latitude), radians(angle)
    height = asin(sin(north) * sin(declination) + cos(north) * cos(declination) * cos(turn))
    return Sun(degrees(height), angle)
