"""The demo model's pictures: drawn like the demo library's, in many shapes, and a few that show nothing known."""

import random
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from haven_fs.demo import COLOURS, SCENES, SUBJECTS, TIMES, dice, draw_film, draw_picture, gradient
from haven_models.demo_training.captions import Shown
from haven_models.demo_training.pairs import Pair

SIDE = 64
"""Pixels of the model's square: pictures are squashed to it, so that nothing at their edges is lost."""
SHAPES = ((4, 3), (4, 3), (4, 3), (3, 4), (3, 4), (3, 2), (1, 1), (16, 9), (9, 16))
LONGEST = (170, 260)
"""Pixels of the longer side: enough, for what is finer than that does not show at SIDE."""


def picture(rng: random.Random, shown: Shown, longest: tuple[int, int] = LONGEST) -> Image.Image:
    """Draw what is to be shown in one of SHAPES, `longest` pixels at most; with no scene, as patches or noise."""
    wide, high = rng.choice(SHAPES) if shown.subject != "nothing" or rng.random() < 0.8 else (4, 1)
    side = rng.randint(*longest)
    size = side * wide // max(wide, high), side * high // max(wide, high)
    if shown.scene is None:
        return _odd(rng, size)
    subject = None if shown.subject == "nothing" else shown.subject
    colour, time = shown.colour or "white", shown.time or "day"
    if subject and rng.random() < 0.15:  # as in a film, where it goes from left to right
        return rng.choice(draw_film(subject, shown.scene, colour, time, size, rng, frames=3)[::2])
    return draw_picture(subject, shown.scene, colour, time, size, rng)


def show(rng: random.Random, pair: Pair) -> Shown:
    """Return a pair in a colour it may have, at any time."""
    subject, scene = pair
    time = "night" if scene == "night sky" else rng.choice(TIMES)
    return Shown(subject, scene, rng.choice(SUBJECTS[subject].colours), time)


def show_any(rng: random.Random, pairs: Collection[Pair]) -> Shown:
    """Return one of the pairs; sometimes a place with nothing in it, or nothing known at all."""
    kind = rng.random()
    if kind < 0.02:
        return Shown()
    if kind < 0.09:
        scene = rng.choice(SCENES)
        return Shown("nothing", scene, None, "night" if scene == "night sky" else rng.choice(TIMES))
    return show(rng, rng.choice(list(pairs)))


def squashed(image: Image.Image) -> NDArray[np.uint8]:
    """Return a picture as the model sees it: (SIDE, SIDE, 3)."""
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2.0))


def draw_many(seed: str, count: int, pairs: Collection[Pair], processes: int) -> tuple[list[Shown], NDArray[np.uint8]]:
    """Draw pictures of show_any(); returns what they show and how the model sees them (count, SIDE, SIDE, 3).

    The same seed and count give the same pictures, whatever the number of processes.
    """
    parts = [(f"{seed} {start}", min(PART, count - start)) for start in range(0, count, PART)]
    shown: list[Shown] = []
    pictures = np.empty((count, SIDE, SIDE, 3), np.uint8)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for part in pool.map(partial(_draw_part, tuple(pairs)), parts):
            pictures[len(shown) : len(shown) + len(part)] = [image for _, image in part]
            shown += [one for one, _ in part]
    return shown, pictures


PART = 500
"""Pictures a process draws at a time."""


def _draw_part(pairs: tuple[Pair, ...], part: tuple[str, int]) -> list[tuple[Shown, NDArray[np.uint8]]]:
    return list(_drawn(pairs, *part))


def _drawn(pairs: tuple[Pair, ...], seed: str, count: int) -> Iterator[tuple[Shown, NDArray[np.uint8]]]:
    rng = dice(seed)
    for _ in range(count):
        shown = show_any(rng, pairs)
        yield shown, squashed(picture(rng, shown))


def _odd(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Draw what is no photo: patches as on a screen, or a plain gradient with noise."""
    tones = [rng.choice(list(COLOURS.values())) for _ in range(6)]
    image = gradient(*size, tones[0], tones[1])
    if rng.random() < 0.4:
        noise = Image.effect_noise(size, rng.uniform(5, 90)).convert("RGB")
        return Image.blend(image, noise, rng.uniform(0.1, 1.0))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.randrange(3, 14)):
        x, y = rng.random() * size[0], rng.random() * size[1]
        right, below = x + size[0] * rng.uniform(0.05, 0.9), y + size[1] * rng.uniform(0.02, 0.2)
        pen.rounded_rectangle((x, y, right, below), 4, rng.choice(tones))
    return image
