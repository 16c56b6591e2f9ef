"""Takes pictures of what is drawn: turned, in perspective, unevenly lit, blurred, noisy, and saved as JPEG."""

import io
from random import Random

import numpy as np
from PIL import Image, ImageFilter

LONGEST = 2000
"""Pixels of the longer side of a picture that is taken."""


def scanned(page: Image.Image, rng: Random) -> Image.Image:
    """Return a page as a scanner sees it: a little askew on white."""
    turned = page.rotate(rng.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    return _saved(_noisy(turned, rng, 4.0), rng)


def photographed(page: Image.Image, rng: Random, share: tuple[float, float] = (0.5, 0.86)) -> Image.Image:
    """Return a page as a phone sees it on a table or wall; `share`: how much of the picture's height it has."""
    width, height = (LONGEST, LONGEST * 3 // 4) if page.width > page.height else (LONGEST * 3 // 4, LONGEST)
    scale = min(width / page.width, height / page.height) * rng.uniform(*share)
    page = page.resize((int(page.width * scale), int(page.height * scale)), Image.Resampling.LANCZOS)
    ground = _ground(width, height, rng)
    left = rng.randint(0, width - page.width)
    top = rng.randint(0, height - page.height)
    askew, mask = _askew(page, rng)
    ground.paste(askew, (left - (askew.width - page.width) // 2, top - (askew.height - page.height) // 2), mask)
    lit = _lit(ground, rng).filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 1.0)))
    return _saved(_noisy(lit, rng, rng.uniform(2.0, 9.0)), rng)


def _ground(width: int, height: int, rng: Random) -> Image.Image:
    grain = np.random.default_rng(rng.randrange(1 << 30))
    base = np.array([rng.randint(40, 190) for _ in range(3)], np.float32)
    coarse = grain.normal(0, 22, (height // 40 + 1, width // (4 if rng.random() < 0.5 else 40) + 1))
    field = np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC))
    return Image.fromarray(np.clip(base + field[..., None], 0, 255).astype(np.uint8))


def _askew(page: Image.Image, rng: Random) -> tuple[Image.Image, Image.Image]:
    """Return a page in perspective and turned by some degrees, and where it is."""
    width, height = page.size
    corners = [(0, 0), (0, height), (width, height), (width, 0)]
    moved = [(x + rng.uniform(-0.03, 0.03) * width, y + rng.uniform(-0.03, 0.03) * height) for x, y in corners]
    data = _coefficients(corners, moved)
    mask = Image.new("L", page.size, 255)
    angle = rng.gauss(0, 4)
    sides = [
        one.transform(page.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC).rotate(
            angle, Image.Resampling.BICUBIC, expand=True
        )
        for one in (page.convert("RGB"), mask)
    ]
    return sides[0], sides[1]


def _coefficients(corners: list[tuple[int, int]], moved: list[tuple[float, float]]) -> list[float]:
    rows = []
    for (x, y), (u, v) in zip(corners, moved, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    found = np.linalg.solve(np.array(rows, float), np.array(moved, float).reshape(8))
    return [float(value) for value in found]


def _lit(image: Image.Image, rng: Random) -> Image.Image:
    """Return a picture that is brighter on one side, and of warm or cold light."""
    values = np.asarray(image, np.float32)
    height, width = values.shape[:2]
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    light = rng.uniform(0.7, 1.05) + rng.uniform(-0.2, 0.2) * x + rng.uniform(-0.2, 0.2) * y
    tint = np.array([rng.uniform(0.92, 1.03), 1.0, rng.uniform(0.85, 1.03)])
    return Image.fromarray(np.clip(values * light[..., None] * tint, 0, 255).astype(np.uint8))


def _noisy(image: Image.Image, rng: Random, much: float) -> Image.Image:
    grain = np.random.default_rng(rng.randrange(1 << 30))
    values = np.asarray(image.convert("RGB"), np.float32)
    return Image.fromarray(np.clip(values + grain.normal(0, much, values.shape), 0, 255).astype(np.uint8))


def _saved(image: Image.Image, rng: Random) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=rng.randint(70, 92))
    return Image.open(file).convert("RGB")
