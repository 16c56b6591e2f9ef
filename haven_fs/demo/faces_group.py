"""One to four people in front of a picture, heads and shoulders, with the truth about each face."""

import random
from collections.abc import Sequence

from PIL import Image

from haven_fs.demo.faces import Identity, Moment
from haven_fs.demo.faces_people import ABOVE, BESIDE, FOREHEAD, SMOOTH, Face, paint
from haven_fs.demo.scenes import lit

APART = 2.7
"""Units from head to head: shoulders may overlap, faces do not."""


def draw_group(
    background: Image.Image,
    people: Sequence[tuple[Identity, Moment]],
    time: str,
    rng: random.Random,
    share: tuple[float, float] = (0.16, 0.33),
) -> tuple[Image.Image, list[Face]]:
    """Put people, from left to right, before an RGB picture taken at one of TIMES; returns it and where the faces are.

    `share`: how high a face is, as a part of the picture's height, from and to; less where many stand side by side.
    """
    image = background.copy()
    width, height = image.size
    row = height * rng.uniform(0.4, 0.56)
    placed = []
    for number, (who, when) in enumerate(people):
        unit = height * rng.uniform(*share) / (1 - FOREHEAD)
        unit = min(unit, width / (APART * len(people) + 0.6))
        slot = (width - 0.6 * unit) / len(people)
        spare = max(0.0, slot - APART * unit) / 2
        x = 0.3 * unit + slot * (number + 0.5) + rng.uniform(-spare, spare)
        y = max(1.45 * unit, min(height - 1.6 * unit, row + rng.uniform(-0.35, 0.35) * unit))
        placed.append((unit, x, y, number, who, when))
    faces: list[tuple[int, Face]] = []
    for unit, x, y, number, who, when in sorted(placed, key=lambda one: one[0]):  # who is near stands before the others
        left, top = round(x - BESIDE * unit), round(y - ABOVE * unit)
        layer = Image.new("RGBA", (round(2 * BESIDE * unit) * SMOOTH, (height - top) * SMOOTH))
        face = paint(layer, (x - left) * SMOOTH, (y - top) * SMOOTH, unit * SMOOTH, who, when)
        person = layer.reduce(SMOOTH)
        image.paste(lit(person.convert("RGB"), time), (left, top), person.getchannel("A"))
        faces.append((number, face.scaled(1 / SMOOTH).moved(left, top)))
    return image, [face for _, face in sorted(faces, key=lambda one: one[0])]
