"""A pen for heads: it draws on the front of an egg that is turned, so that a face keeps its truth in every pose."""

import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw

from haven_fs.demo.pen import Colour, Point

DEPTH = 0.85
"""How far the front of a head is before its middle, in units of half its height."""


class HeadPen:
    """Draws on `image` with a head's middle at pixel (x, y), `unit` pixels to its chin; angles in degrees.

    Points are in units, y grows down. `on` takes them as points of the egg's front and `flat` as points of its outline,
    which only rolls: an egg that is turned has the same outline.
    """

    def __init__(
        self, image: Image.Image, x: float, y: float, unit: float, width: float, yaw: float, pitch: float, roll: float
    ) -> None:
        self._draw = ImageDraw.Draw(image)
        self._x, self._y, self.unit, self._width = x, y, unit, width
        self._yaw, self._pitch, self._roll = math.radians(yaw), math.radians(pitch), math.radians(roll)

    def flat(self, point: Point) -> Point:
        """Return the pixel of a point of the outline's plane."""
        cos, sin = math.cos(self._roll), math.sin(self._roll)
        x, y = point
        return self._x + (x * cos - y * sin) * self.unit, self._y + (x * sin + y * cos) * self.unit

    def on(self, point: Point, lift: float = 0.0) -> Point:
        """Return the pixel of a point of the front, `lift` units before it (a nose)."""
        x, y = point
        z = DEPTH * math.sqrt(max(0.0, 1 - (x / self._width) ** 2 - (y / 1.08) ** 2)) + lift
        across = x * math.cos(self._yaw) + z * math.sin(self._yaw)
        near = z * math.cos(self._yaw) - x * math.sin(self._yaw)
        return self.flat((across, y * math.cos(self._pitch) - near * math.sin(self._pitch)))

    def fill(self, pixels: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon of pixels, as `flat` and `on` return them."""
        self._draw.polygon(pixels, fill=colour)

    def shape(self, points: Iterable[Point], colour: Colour, lift: float = 0.0) -> None:
        """Fill a polygon on the front."""
        self.fill([self.on(point, lift) for point in points], colour)

    def oval(
        self, x: float, y: float, wide: float, high: float, colour: Colour, tilt: float = 0.0, lift: float = 0.0
    ) -> None:
        """Fill an ellipse on the front; `wide` and `high` are half its axes, `tilt` is in radians."""
        self.shape(ellipse(x, y, wide, high, tilt), colour, lift)

    def line(self, points: Iterable[Point], width: float, colour: Colour, lift: float = 0.0) -> None:
        """Draw a line on the front."""
        self.stroke([self.on(point, lift) for point in points], width, colour)

    def stroke(self, pixels: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line through pixels, with round ends; `width` is in units."""
        wide = max(1, round(width * self.unit))
        self._draw.line(pixels, fill=colour, width=wide, joint="curve")
        for x, y in (pixels[0], pixels[-1]):
            self._draw.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=colour)


def ellipse(x: float, y: float, wide: float, high: float, tilt: float = 0.0, points: int = 20) -> list[Point]:
    """Return points of an ellipse around (x, y)."""
    cos, sin = math.cos(tilt), math.sin(tilt)
    around = [(wide * math.cos(t * math.tau / points), high * math.sin(t * math.tau / points)) for t in range(points)]
    return [(x + dx * cos - dy * sin, y + dx * sin + dy * cos) for dx, dy in around]


def curve(start: Point, middle: Point, end: Point, points: int = 9) -> list[Point]:
    """Return points of a bend from start to end that is drawn towards `middle`."""
    found = []
    for step in range(points):
        t = step / (points - 1)
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        found.append((a * start[0] + b * middle[0] + c * end[0], a * start[1] + b * middle[1] + c * end[1]))
    return found


def outline(width: float, jaw: float, points: int = 40) -> list[Point]:
    """Return a face's outline: half an ellipse above, half a superellipse of the power `jaw` below."""
    found = []
    for step in range(points):
        t = step * math.tau / points
        cos, sin = math.cos(t), math.sin(t)
        power = 2 / jaw if sin > 0 else 1.0
        found.append((math.copysign(abs(cos) ** power, cos) * width, math.copysign(abs(sin) ** power, sin)))
    return found
