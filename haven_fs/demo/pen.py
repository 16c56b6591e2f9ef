"""Colours, dice, and a pen in a subject's own coordinates: it stands on the origin, y grows down, 1 is its height."""

import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

COLOURS: dict[str, Colour] = {
    "red": (207, 52, 48),
    "orange": (236, 130, 42),
    "yellow": (245, 203, 66),
    "green": (72, 150, 78),
    "blue": (52, 106, 190),
    "purple": (126, 76, 160),
    "pink": (238, 130, 165),
    "white": (244, 242, 236),
    "black": (46, 46, 52),
    "brown": (139, 94, 60),
}
DARK = (38, 36, 40)


def dice(seed: str) -> random.Random:
    """Return dice that fall the same way for the same seed."""
    return random.Random(seed)  # noqa: S311 - pictures are no secret


def shade(colour: Colour, factor: float) -> Colour:
    """Return a darker (below 1) or lighter (above 1) colour; 2 is white."""
    if factor <= 1:
        red, green, blue = (round(part * factor) for part in colour)
    else:
        red, green, blue = (round(part + (255 - part) * (factor - 1)) for part in colour)
    return red, green, blue


def mix(one: Colour, other: Colour, amount: float) -> Colour:
    """Return `one` with `amount` (0 to 1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * amount) for a, b in zip(one, other, strict=True))
    return red, green, blue


def gradient(width: int, height: int, top: Colour, bottom: Colour) -> Image.Image:
    """Return an image that goes from one colour to another downwards."""
    column = Image.new("RGB", (1, 2))
    column.putpixel((0, 0), top)
    column.putpixel((0, 1), bottom)
    column = column.resize((1, max(1, height)), Image.Resampling.BILINEAR)
    return column.resize((width, max(1, height)), Image.Resampling.NEAREST)


class Pen:
    """Draws on `image` with its origin at the pixel (x, y) and `size` pixels a unit; `flip` looks the other way."""

    def __init__(self, image: Image.Image, x: float, y: float, size: float, flip: bool = False) -> None:
        self._draw = ImageDraw.Draw(image)
        self._x, self._y, self._size = x, y, size
        self._side = -1 if flip else 1

    def _at(self, point: Point) -> Point:
        return self._x + self._side * point[0] * self._size, self._y + point[1] * self._size

    def _box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        (left, top), (right, bottom) = self._at((x0, y0)), self._at((x1, y1))
        return min(left, right), min(top, bottom), max(left, right), max(top, bottom)

    def _pixels(self, width: float) -> int:
        return max(1, round(width * self._size))

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        self._draw.polygon([self._at(point) for point in points], fill=colour)

    def oval(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """Fill an ellipse between two corners."""
        self._draw.ellipse(self._box(x0, y0, x1, y1), fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle."""
        self.oval(x - radius, y - radius, x + radius, y + radius, colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: Colour) -> None:
        """Draw a circle's line."""
        box = self._box(x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse(box, outline=colour, width=self._pixels(width))

    def block(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, round_by: float = 0.0) -> None:
        """Fill a rectangle, with rounded corners if `round_by` is above 0."""
        self._draw.rounded_rectangle(self._box(x0, y0, x1, y1), radius=round_by * self._size, fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Draw a line through points, with round ends and corners."""
        pixels = self._pixels(width)
        at = [self._at(point) for point in points]
        self._draw.line(at, fill=colour, width=pixels, joint="curve")
        for x, y in (at[0], at[-1]):
            self._draw.ellipse((x - pixels / 2, y - pixels / 2, x + pixels / 2, y + pixels / 2), fill=colour)

    def arc(
        self, box: tuple[float, float, float, float], degrees: tuple[float, float], width: float, colour: Colour
    ) -> None:
        """Draw part of an ellipse's line, clockwise from the right."""
        start, end = degrees if self._side > 0 else (180 - degrees[1], 180 - degrees[0])
        self._draw.arc(self._box(*box), start, end, fill=colour, width=self._pixels(width))
