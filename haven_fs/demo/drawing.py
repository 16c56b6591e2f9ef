"""Drawn pictures of one thing in one place: what the demo library is made of."""

import random

from PIL import Image, ImageDraw, ImageFilter

from haven_fs.demo.pen import COLOURS, Pen
from haven_fs.demo.scenes import SCENES, SEEN_WATER, SKIES, draw_scene, lit
from haven_fs.demo.subjects import SUBJECTS

__all__ = ["SCENES", "SUBJECTS", "TIMES", "draw_film", "draw_picture", "fits"]

TIMES = tuple(SKIES)
SMOOTH = 2
"""Everything is drawn this many times larger and then made smaller, which smooths its edges."""


def fits(subject: str, scene: str) -> bool:
    """Return whether the subject can be seen there: no boats in a forest, nothing but boats and kites at sea."""
    place = SUBJECTS[subject].place
    if place == "water":
        return scene in SEEN_WATER
    return place == "sky" or scene != "sea"


def draw_picture(
    subject: str | None, scene: str, colour: str, time: str, size: tuple[int, int], rng: random.Random
) -> Image.Image:
    """Draw one of SUBJECTS, or nothing, in one of SCENES at one of TIMES; RGB of `size` pixels (width, height)."""
    return draw_film(subject, scene, colour, time, size, rng, frames=1)[0]


def draw_film(
    subject: str | None,
    scene: str,
    colour: str,
    time: str,
    size: tuple[int, int],
    rng: random.Random,
    frames: int,
) -> list[Image.Image]:
    """Draw the same as draw_picture, `frames` times, with the subject on its way from left to right."""
    time = "night" if scene == "night sky" else time
    place = draw_scene(scene, time, (size[0] * SMOOTH, size[1] * SMOOTH), rng)
    if subject is None:
        return [place.image.reduce(SMOOTH)]
    thing = SUBJECTS[subject]
    width, height = place.image.size
    tall = min(height, width * 0.9) * thing.height * rng.uniform(0.85, 1.1)
    if subject == "train":
        tall = min(tall, width * 0.3)
    start = width * rng.uniform(0.42, 0.6)
    row = float(place.stand)
    if thing.place == "sky":
        row = max(tall * 1.12, place.horizon * rng.uniform(0.85, 1.05))
    elif thing.place == "water":
        row = height * SEEN_WATER[scene]
        tall *= 1.0 if scene == "sea" else 0.6
    flip = rng.random() < 0.5 and frames == 1
    pictures = []
    for frame in range(frames):
        image = place.image.copy() if frames > 1 else place.image
        x = start if frames == 1 else width * (0.25 + 0.5 * frame / (frames - 1))
        y = row - (abs(frame % 8 - 4) * height * 0.006 if frames > 1 and subject != "train" else 0)
        if thing.place == "ground":
            _shadow(image, x, row, tall)
        left, top = round(x - tall * 2), round(y - tall * 1.4)
        layer = Image.new("RGBA", (round(tall * 4), round(tall * 2.7)))
        thing.draw(Pen(layer, x - left, y - top, tall, flip), COLOURS[colour])
        image.paste(lit(layer.convert("RGB"), time), (left, top), layer.getchannel("A"))
        pictures.append(image.reduce(SMOOTH))
    return pictures


def _shadow(image: Image.Image, x: float, y: float, tall: float) -> None:
    """Darken the ground where something stands."""
    box = (round(x - tall * 0.75), round(y - tall * 0.07), round(x + tall * 0.75), round(y + tall * 0.1))
    part = image.crop(box)
    mask = Image.new("L", part.size)
    inset = (part.width * 0.08, part.height * 0.2, part.width * 0.92, part.height * 0.8)
    ImageDraw.Draw(mask).ellipse(inset, fill=110)
    image.paste(part.point(lambda v: v * 0.62), box, mask.filter(ImageFilter.GaussianBlur(tall * 0.02)))
