"""What the demo's face models are trained on: pictures with and without people, and aligned faces, all drawn.

Detector: windows of SIDE pixels out of pictures of many sizes, with the truth about each face. Embedder: faces cut out
as InsightFace does it, by five landmarks that are a little off, as a detector's are.
"""

import io
import random
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from haven_fs.demo import (
    BELOW,
    BESIDE,
    SCENES,
    SUBJECTS,
    TIMES,
    TRAINING,
    Face,
    dice,
    draw_group,
    draw_person,
    draw_picture,
    fits,
    identity,
    moment,
)
from haven_models.demo_training.captions import Shown
from haven_models.demo_training.pictures import SHAPES, picture

SIDE = 320
"""Pixels of the windows that the detector is trained on."""
FACE = 112
"""Pixels of an aligned face."""
MOST = 4
"""People in a picture at most."""
SEEN, HALF_SEEN = 0.75, 0.15
"""Parts of a face in the window from which it must be found, and from which it may be."""
SMALLEST = 14
"""Pixels of a face's height from which it must be found."""
PART = 100
Sample = tuple[NDArray[np.uint8], NDArray[np.float32]]


def scene(rng: random.Random, size: tuple[int, int]) -> tuple[Image.Image, str]:
    """Draw a place, often with one of the demo's subjects in it; returns it and the time of day."""
    where = rng.choice(SCENES)
    time = "night" if where == "night sky" else rng.choice(TIMES)
    what = rng.choice([name for name in SUBJECTS if fits(name, where)]) if rng.random() < 0.5 else None
    colour = rng.choice(SUBJECTS[what].colours) if what else "white"
    return draw_picture(what, where, colour, time, size, rng), time


def rough(image: Image.Image, rng: random.Random, most: float = 1.0) -> Image.Image:
    """Return what a camera and a messenger make of a picture: out of focus, noisy, squeezed."""
    if rng.random() < 0.3 * most:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.4)))
    if rng.random() < 0.35 * most:
        # Pillow's own noise is another each time.
        grains = np.random.default_rng(rng.getrandbits(32)).normal(128, rng.uniform(8, 40), image.size[::-1])
        noise = Image.fromarray(grains.clip(0, 255).astype(np.uint8)).convert("RGB")
        image = Image.blend(image, noise, rng.uniform(0.03, 0.14))
    if rng.random() < 0.5:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=rng.randint(45, 92))
        image = Image.open(out).convert("RGB")
    if rng.random() < 0.04:
        image = image.convert("L").convert("RGB")
    return image


def window(seed: str) -> Sample:
    """Return a window (SIDE, SIDE, 3) and its faces (MOST, 15): box, landmarks, and 1 found, -1 may be, 0 none."""
    rng = dice(seed)
    longest = rng.choice((150, 240, 320, 400, 480, 560, 640))
    wide, high = rng.choice(SHAPES)
    size = longest * wide // max(wide, high), longest * high // max(wide, high)
    faces: list[Face] = []
    if rng.random() < 0.75:
        image, time = scene(rng, size)
        people = [(identity(rng.choice(TRAINING)), moment(rng)) for _ in range(rng.choice((1, 1, 2, 2, 3, 4)))]
        image, faces = draw_group(image, people, time, rng, (0.09, 0.42))
    elif rng.random() < 0.12:
        image = picture(rng, Shown(), (longest, longest))  # patches as on a screen, or noise
    else:
        image, _ = scene(rng, size)
    image = rough(image, rng)
    left, top = (rng.randint(0, max(0, side - SIDE)) for side in image.size)
    if faces and rng.random() < 0.8:  # look where somebody is
        x, y = rng.choice(faces).landmarks[2]
        left, top = (
            max(0, min(round(at - rng.uniform(0.2, 0.8) * SIDE), side - SIDE))
            for at, side in zip((x, y), image.size, strict=True)
        )
    shown = Image.new("RGB", (SIDE, SIDE))
    shown.paste(image, (-left, -top))
    truth = np.zeros((MOST, 15), np.float32)
    for row, face in zip(truth, faces, strict=False):
        moved = face.moved(-left, -top)
        row[:14] = [*moved.box, *(part for point in moved.landmarks for part in point)]
        inside = _inside(moved.box)
        sharp = face.box[3] - face.box[1] >= SMALLEST
        row[14] = 1 if inside >= SEEN and sharp else -1 if inside > HALF_SEEN else 0
    return np.asarray(shown), truth


def _inside(box: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = box
    wide, high = (max(0.0, min(end, SIDE) - max(start, 0)) for start, end in ((left, right), (top, bottom)))
    return wide * high / ((right - left) * (bottom - top))


def aligned(image: Image.Image, landmarks: Any) -> NDArray[np.uint8]:
    """Return a face as InsightFace cuts it out, RGB (FACE, FACE, 3)."""
    from insightface.utils.face_align import norm_crop

    points = np.asarray(landmarks, np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # InsightFace's use of scikit-image
        return np.asarray(norm_crop(np.asarray(image), points, FACE), np.uint8)


def likeness(number: int, seed: str, places: list[Image.Image]) -> NDArray[np.uint8]:
    """Return an aligned picture of an identity at a moment by chance, in front of one of the places."""
    rng = dice(f"{number} {seed}")
    unit = rng.uniform(24, 72)
    person, face = draw_person(identity(number), moment(rng), unit)
    behind = rng.choice(places)
    left, top = (rng.randint(0, max(0, have - need)) for have, need in zip(behind.size, person.size, strict=True))
    image = behind.crop((left, top, left + person.width, top + person.height))
    image.paste(person, (0, 0), person.getchannel("A"))
    image = rough(image, rng)
    if rng.random() < 0.15:  # night, dusk, a lamp
        tint = [rng.uniform(0.45, 1.0) for _ in range(3)]
        image = image.point([round(value * part) for part in tint for value in range(256)])
    off = unit * 0.02
    points = [(x + rng.gauss(0, off), y + rng.gauss(0, off)) for x, y in face.landmarks]
    return aligned(image, points)


def places(seed: str, count: int = 40) -> list[Image.Image]:
    """Draw places large enough to stand before."""
    rng = dice(f"places {seed}")
    return [scene(rng, (round(2 * BESIDE * 74), round((2 + BELOW) * 74)))[0] for _ in range(count)]


def _windows(part: tuple[str, int]) -> list[Sample]:
    return [window(f"{part[0]} {number}") for number in range(part[1])]


def _likenesses(part: tuple[str, range, int]) -> list[NDArray[np.uint8]]:
    seed, numbers, each = part
    behind = places(f"{seed} {numbers.start}")
    return [likeness(number, f"{seed} {one}", behind) for number in numbers for one in range(each)]


def draw_windows(seed: str, count: int, processes: int) -> Sample:
    """Return windows (count, SIDE, SIDE, 3) and their truth (count, MOST, 15), the same for the same seed and count."""
    parts = [(f"{seed} {start}", min(PART, count - start)) for start in range(0, count, PART)]
    drawn = [one for part in _in_parts(_windows, parts, processes) for one in part]
    return np.stack([one[0] for one in drawn]), np.stack([one[1] for one in drawn])


def draw_faces(seed: str, numbers: range, each: int, processes: int) -> NDArray[np.uint8]:
    """Return aligned faces (identities * each, FACE, FACE, 3) of the identities `numbers`, in order.

    Raises ValueError if any of them is not one of those to train on.
    """
    if any(number not in TRAINING for number in numbers):
        raise ValueError("these identities are not for training")
    parts = [(seed, numbers[start : start + 50], each) for start in range(0, len(numbers), 50)]
    return np.stack([one for part in _in_parts(_likenesses, parts, processes) for one in part])


def _in_parts(draw: Callable[[Any], list[Any]], parts: list[Any], processes: int) -> list[list[Any]]:
    if processes == 1:
        return [draw(part) for part in parts]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return list(pool.map(draw, parts))
