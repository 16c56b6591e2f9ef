"""Where photos are on a map of the world, as one number: near photos have near numbers.

The map is the square one of Web Mercator, which ends at 85 degrees north and south: x and y go from 0, in its upper
left corner, to 1. A quadkey takes the first BITS binary digits of both in turn, those of y first, so all photos of a
square of the map that is cut in four again and again are one range of numbers: an index over them answers what is in a
part of the map, and how much of it in each square. A square of the finest is some 60 cm wide at the equator.
"""

import math

BITS = 26
"""Binary digits of x and of y."""
SIDE = 1 << BITS
"""How many of the finest squares are in a row."""

_MASKS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def quadkey_of(latitude: float | None, longitude: float | None) -> int | None:
    """Return the quadkey of a position in degrees; None if there is none."""
    if latitude is None or longitude is None:
        return None
    return interleave(int(map_x(longitude) * SIDE), int(map_y(latitude) * SIDE))


def map_x(longitude: float) -> float:
    """Return how far right a meridian is on the map, from 0 up to but not including 1; 190 is -170."""
    x = longitude / 360 + 0.5
    return min(x - math.floor(x), 1 - 2**-30)


def map_y(latitude: float) -> float:
    """Return how far down a parallel is on the map, from 0 up to but not including 1; beyond its ends, those."""
    sine = math.sin(math.radians(min(max(latitude, -89.9), 89.9)))
    return min(max(0.5 - math.atanh(sine) / (2 * math.pi), 0.0), 1 - 2**-30)


def latitude_at(y: float) -> float:
    """Return the parallel, in degrees, that is so far down on the map."""
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def longitude_at(x: float) -> float:
    """Return the meridian, in degrees, that is so far right on the map."""
    return x * 360 - 180


def interleave(x: int, y: int) -> int:
    """Return the quadkey of a square by its column and row, both below 2 ** BITS."""
    return _spread(x) | _spread(y) << 1


def split(quadkey: int) -> tuple[int, int]:
    """Return the column and the row of a square by its quadkey."""
    return _gather(quadkey), _gather(quadkey >> 1)


def _spread(value: int) -> int:
    for shift, mask in _MASKS:
        value = (value | value << shift) & mask
    return value


def _gather(value: int) -> int:
    value &= _MASKS[-1][1]
    for shift, mask in _MASKS[-2::-1]:
        value = (value | value >> shift // 2) & mask
    return (value | value >> 16) & 0xFFFFFFFF
