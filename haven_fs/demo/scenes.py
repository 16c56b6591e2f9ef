"""The eight places where the demo's pictures are taken, at five times of day.

A scene fills an image of any size and says where its sky ends and its ground or water begins, so that a subject can
be put where it belongs.
"""

import random
from dataclasses import dataclass

from PIL import Image

from haven_fs.demo.lands import LANDS, Land
from haven_fs.demo.pen import Colour, Pen, gradient, mix

SKIES: dict[str, tuple[Colour, Colour]] = {
    "morning": ((150, 190, 226), (255, 224, 196)),
    "day": ((92, 160, 224), (206, 232, 246)),
    "evening": ((96, 110, 176), (255, 178, 110)),
    "dusk": ((52, 54, 110), (226, 130, 130)),
    "night": ((12, 16, 44), (44, 58, 104)),
}
"""The sky's colour at the top and at the horizon, by time of day."""
LIGHT: dict[str, Colour] = {
    "morning": (255, 246, 236),
    "day": (255, 255, 255),
    "evening": (255, 228, 200),
    "dusk": (206, 180, 206),
    "night": (116, 126, 176),
}
"""What everything below the sky is multiplied with."""


@dataclass(slots=True)
class Scene:
    """A background; `horizon` and `stand` are pixel rows: where the sky ends, and where a subject stands."""

    image: Image.Image
    horizon: int
    stand: int


SCENES = tuple(LANDS)
SEEN_WATER = {"sea": 0.78, "beach": 0.6}
"""Scenes with water, and where a boat is on it."""


def draw_scene(name: str, time: str, size: tuple[int, int], rng: random.Random) -> Scene:
    """Draw one of SCENES at one of the times of SKIES; the night sky is always at night."""
    if name == "night sky":
        time = "night"
    width, height = size
    paint, sky_part, stand = LANDS[name]
    horizon = round(height * sky_part)
    sky = gradient(width, horizon, *SKIES[time])
    image = Image.new("RGB", size, SKIES[time][1])
    image.paste(sky, (0, 0))
    _lights(image, time, horizon, rng, stars=90 if name == "night sky" else 40)
    land = Image.new("RGB", size)  # black, which nothing is: there the sky stays
    paint(Land(land, width, height, horizon, rng))
    covered = land.convert("L").point([0] + [255] * 255)
    image.paste(lit(land, time), (0, 0), covered)
    return Scene(image, horizon, round(height * stand))


def lit(image: Image.Image, time: str) -> Image.Image:
    """Return an image in the light of a time of day."""
    return (
        image if time == "day" else image.point([value * part // 255 for part in LIGHT[time] for value in range(256)])
    )


def _lights(image: Image.Image, time: str, horizon: int, rng: random.Random, stars: int) -> None:
    """Sun, moon, stars and clouds."""
    width, height = image.size
    if time == "night":
        for _ in range(stars * width // height):
            x, y = rng.random() * width, rng.random() * horizon
            Pen(image, x, y, height).disc(0, 0, rng.choice((0.0015, 0.0025, 0.004)), (250, 248, 226))
        x, y = rng.uniform(0.65, 0.88) * width, horizon * 0.28
        Pen(image, x, y, height).disc(0, 0, 0.075, (246, 240, 206))
        Pen(image, x, y, height).disc(-0.035, -0.02, 0.066, mix(*SKIES[time], y / horizon))
        return
    low = time in ("evening", "dusk")
    x, y = rng.uniform(0.12, 0.4) * width, horizon * (0.86 if low else rng.uniform(0.2, 0.32))
    sun = (255, 206, 120) if low else (255, 240, 178)
    for radius, amount in ((0.16, 0.25), (0.115, 0.5), (0.08, 1.0)):
        Pen(image, x, y, height).disc(0, 0, radius, mix(mix(*SKIES[time], y / horizon), sun, amount))
    white = mix((255, 255, 255), SKIES[time][1], 0.5 if low else 0.12)
    for _ in range(rng.randrange(2, 5) * width // height):
        pen = Pen(image, rng.random() * width, rng.uniform(0.15, 0.6) * horizon, height * rng.uniform(0.1, 0.2))
        for dx, dy, radius in ((-0.5, 0.06, 0.2), (-0.2, -0.06, 0.28), (0.15, -0.02, 0.25), (0.48, 0.08, 0.18)):
            pen.disc(dx, dy, radius, white)
        pen.block(-0.68, 0.06, 0.64, 0.26, white, 0.1)
