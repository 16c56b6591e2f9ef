"""The ground of the demo's eight scenes: all below the sky, in the light of day."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from haven_fs.demo.pen import Colour, Pen, gradient, shade
from haven_fs.demo.things import tree


@dataclass(frozen=True, slots=True)
class Land:
    """What is drawn on: the land's own layer, the places in pixels, the dice."""

    image: Image.Image
    width: int
    height: int
    horizon: int
    rng: random.Random

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """What draws on the layer, in pixels."""
        return ImageDraw.Draw(self.image)

    def ground(self, far: Colour, near: Colour) -> None:
        """Fill everything below the horizon."""
        self.image.paste(gradient(self.width, self.height - self.horizon, far, near), (0, self.horizon))

    def ridge(self, base: float, rise: float, step: float, colour: Colour) -> None:
        """A rolling line of hills above the row `base`, `rise` high at most, in parts of the height."""
        points = [(0.0, float(self.height)), (0.0, (base - rise * self.rng.random()) * self.height)]
        x = 0.0
        phases = [self.rng.random() * 6 for _ in range(3)]
        while x < self.width + self.height * step:
            x += self.height * step / 8
            t = x / (self.height * step)
            wave = sum(math.sin(t * (i + 1) * 1.7 + phase) / (i + 1) for i, phase in enumerate(phases)) / 3.6 + 0.5
            points.append((x, (base - rise * wave) * self.height))
        points.append((x, float(self.height)))
        self.draw.polygon(points, fill=colour)

    def pen(self, x: float, y: float, size: float) -> Pen:
        """A pen at parts of the width and height, with a unit of `size` parts of the height."""
        return Pen(self.image, x * self.width, y * self.height, size * self.height)

    def across(self, spacing: float, jitter: float = 0.4) -> list[float]:
        """Places from left to right about `spacing` heights apart, as parts of the width."""
        count = max(1, round(self.width / self.height / spacing))
        return [(i + 0.5 + self.rng.uniform(-jitter, jitter)) / count for i in range(count)]


def _beach(land: Land) -> None:
    land.ground((70, 160, 190), (120, 204, 206))
    shore = land.horizon + round((land.height - land.horizon) * 0.36)
    land.image.paste(gradient(land.width, land.height - shore, (244, 222, 170), (226, 190, 126)), (0, shore))
    crest = [
        (x, shore + round(math.sin(x / land.height * 5) * land.height * 0.012)) for x in range(0, land.width + 40, 20)
    ]
    land.draw.line(crest, fill=(250, 252, 250), width=max(2, land.height // 60), joint="curve")
    for _ in range(40):
        x, y = land.rng.random(), land.rng.uniform(0.72, 0.99)
        land.pen(x, y, 0.01).oval(-0.5, -0.3, 0.5, 0.3, shade((226, 190, 126), land.rng.choice((0.85, 1.3))))
    pen = land.pen(land.rng.choice((0.1, 0.9)), 0.76, 0.3)
    pen.line([(0, 0), (0.06, -0.8)], 0.03, (240, 236, 226))
    pen.shape([(-0.42, -0.62), (0.06, -0.98), (0.52, -0.56), (0.3, -0.6), (0.06, -0.64), (-0.18, -0.66)], (226, 74, 66))
    pen.shape([(-0.18, -0.66), (0.06, -0.98), (0.3, -0.6), (0.06, -0.64)], (250, 246, 236))


def _sea(land: Land) -> None:
    land.ground((58, 130, 186), (20, 74, 128))
    for _ in range(90):
        y = land.rng.random() ** 1.5
        x = land.rng.random()
        row = land.horizon / land.height + y * (1 - land.horizon / land.height)
        size = 0.015 + 0.06 * y
        land.pen(x, row, size).line([(-0.8, 0.08), (-0.3, -0.05), (0.2, 0.06), (0.8, -0.04)], 0.1, (120, 182, 216))


def _mountains(land: Land) -> None:
    for base, rise, colour in ((0.12, 0.52, (126, 140, 172)), (0.12, 0.4, (96, 112, 140))):
        for x in land.across(0.55):
            top = rise * land.rng.uniform(0.65, 1.0)
            half = top * land.rng.uniform(0.75, 1.0)
            pen = land.pen(x, land.horizon / land.height + base, 1.0)
            pen.shape([(-half, 0), (0, -top), (half, 0)], colour)
            pen.shape([(0, -top), (half, 0), (half * 0.25, 0), (half * 0.1, -top * 0.5)], shade(colour, 0.88))
            cap = 0.3
            pen.shape(
                [(-half * cap, -top * (1 - cap)), (0, -top), (half * cap, -top * (1 - cap)), (half * 0.12, -top * 0.77),
                 (0, -top * 0.66), (-half * 0.13, -top * 0.78)],
                (246, 248, 252),
            )  # fmt: skip
    land.ridge(land.horizon / land.height + 0.1, 0.06, 1.4, (104, 148, 92))
    land.ridge(0.8, 0.08, 1.1, (124, 168, 94))
    _flowers(land, 0.82)


def _flowers(land: Land, top: float) -> None:
    for _ in range(60):
        pen = land.pen(land.rng.random(), land.rng.uniform(top, 1.0), 0.01)
        pen.disc(0, 0, 0.5, land.rng.choice(((250, 250, 240), (248, 214, 90), (226, 120, 160), (190, 150, 220))))


def _city(land: Land) -> None:
    for tone, low, high, spacing in ((1.35, 0.28, 0.46, 0.17), (1.0, 0.16, 0.36, 0.22)):
        for x in land.across(spacing):
            wall = shade(land.rng.choice(((122, 132, 152), (150, 138, 132), (106, 122, 136), (160, 150, 140))), tone)
            tall, half = land.rng.uniform(low, high), land.rng.uniform(0.06, 0.1)
            pen = land.pen(x, land.horizon / land.height + 0.04, 1.0)
            pen.block(-half, -tall, half, 0.05, wall)
            if land.rng.random() < 0.3:
                pen.line([(0, -tall - 0.07), (0, -tall)], 0.008, shade(wall, 0.7))
            lit = (255, 226, 150)
            for row in range(int(tall / 0.045)):
                for column in range(int(half * 2 / 0.04)):
                    left, upper = -half + 0.015 + column * 0.04, -tall + 0.02 + row * 0.045
                    pane = lit if land.rng.random() < 0.3 else shade(wall, 0.72)
                    pen.block(left, upper, left + 0.02, upper + 0.024, pane)
    top = land.horizon + round(land.height * 0.04)
    land.image.paste(gradient(land.width, land.height - top, (150, 150, 152), (104, 106, 110)), (0, top))
    land.draw.rectangle((0, top, land.width, top + land.height * 0.05), fill=(196, 192, 186))
    for x in land.across(0.4, 0):
        land.pen(x, 0.92, 0.1).block(-0.9, -0.08, 0.9, 0.08, (236, 232, 220))


def _forest(land: Land) -> None:
    land.ground((92, 128, 74), (66, 100, 56))
    for row, size, colour in ((0.06, 0.42, (70, 118, 92)), (0.1, 0.5, (52, 100, 70)), (0.15, 0.56, (40, 84, 58))):
        for x in land.across(0.17):
            tall = size * land.rng.uniform(0.75, 1.05)
            pen = land.pen(x, land.horizon / land.height + row, tall)
            pen.block(-0.04, -0.2, 0.04, 0.02, (92, 66, 48))
            for tier in range(3):
                y, half = -0.12 - tier * 0.26, 0.27 - tier * 0.06
                pen.shape([(-half, y), (half, y), (0, y - 0.42)], shade(colour, 1 + 0.08 * tier))
    for _ in range(26):
        pen = land.pen(land.rng.random(), land.rng.uniform(0.74, 1.0), 0.05)
        for lean in (-0.4, -0.15, 0.15, 0.4):
            pen.line([(0, 0), (lean, -0.6)], 0.08, (104, 146, 74))


def _snow(land: Land) -> None:
    land.ridge(land.horizon / land.height + 0.06, 0.14, 1.2, (214, 226, 242))
    land.ridge(land.horizon / land.height + 0.14, 0.06, 0.9, (232, 240, 250))
    for x in land.across(0.45):
        tall = land.rng.uniform(0.2, 0.34)
        pen = land.pen(x, land.horizon / land.height + 0.13, tall)
        pen.block(-0.04, -0.15, 0.04, 0.03, (104, 78, 60))
        for tier in range(3):
            y, half = -0.1 - tier * 0.26, 0.3 - tier * 0.07
            pen.shape([(-half, y), (half, y), (0, y - 0.42)], (58, 98, 86))
            pen.shape([(-half * 0.55, y - 0.2), (half * 0.55, y - 0.2), (0, y - 0.42)], (248, 250, 254))
    land.ridge(0.82, 0.05, 1.0, (246, 250, 255))


def _park(land: Land) -> None:
    land.ridge(land.horizon / land.height + 0.03, 0.08, 0.8, (98, 150, 92))
    land.image.paste(gradient(land.width, land.height, (136, 186, 96), (96, 156, 70)).crop(
        (0, 0, land.width, land.height - land.horizon)), (0, land.horizon))  # fmt: skip
    pen = land.pen(0.5, 1.0, 1.0)
    pen.shape([(-0.5, 0.05), (-0.1, 0.05), (0.16, -0.42), (0.12, -0.42)], (222, 204, 166))
    for x in land.across(0.6):
        tree(land.pen(x, land.horizon / land.height + 0.06, land.rng.uniform(0.22, 0.34)), (84, 146, 72))
    _flowers(land, 0.72)


def _night_sky(land: Land) -> None:
    land.ridge(land.horizon / land.height + 0.02, 0.1, 1.3, (70, 92, 96))
    land.ridge(0.84, 0.06, 1.0, (92, 116, 92))
    for x in land.across(0.7):
        tree(land.pen(x, land.horizon / land.height + 0.04, land.rng.uniform(0.12, 0.2)), (62, 104, 76))


LANDS: dict[str, tuple[Callable[[Land], None], float, float]] = {
    "beach": (_beach, 0.5, 0.86),
    "mountains": (_mountains, 0.56, 0.9),
    "city": (_city, 0.6, 0.9),
    "forest": (_forest, 0.56, 0.9),
    "snow": (_snow, 0.54, 0.9),
    "park": (_park, 0.52, 0.88),
    "sea": (_sea, 0.5, 0.78),
    "night sky": (_night_sky, 0.74, 0.92),
}
"""How each is drawn, where its sky ends and where a subject stands, the last two in parts of the height."""
