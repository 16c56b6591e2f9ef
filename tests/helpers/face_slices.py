"""Photos of faces made harder: something painted before the face, the head turned, blurred, in black and white.

Painted otherwise than `haven_models.covering` does, so that what is learnt from the one can be measured on the other.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Dice = np.random.Generator

_FINER = 4
_TEMPLATE = np.array([[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]])
"""Where eyes, nose and mouth are in a face of 112 pixels."""


class _Face:
    """What is painted by: the middle of eyes and mouth, across from eye to eye, down from eyes to mouth."""

    def __init__(self, points: Floats) -> None:
        self.left, self.right, self.nose = points[:3]
        self.eyes, self.mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
        self.across, self.down = self.right - self.left, self.mouth - self.eyes


def sunglasses(picture: Image.Image, points: Floats, dice: Dice) -> None:
    """Paint dark round lenses."""
    face, colour = _Face(points), _colour(dice, 5, 45)
    for eye, side in ((face.left, -1), (face.right, 1)):
        lens = face.across * dice.uniform(0.36, 0.44), face.down * dice.uniform(0.27, 0.36)
        _paint(picture, [_round(eye + 0.05 * face.down, *lens)], colour)
        arm = side * 0.75 * face.across
        _paint(picture, [np.array([eye - 0.1 * face.down, eye - 0.1 * face.down + arm, eye + arm, eye])], colour)
    up, low = -0.08 * face.down, 0.02 * face.down
    _paint(picture, [np.array([face.left + up, face.right + up, face.right + low, face.left + low])], colour)


def mask(picture: Image.Image, points: Floats, dice: Dice) -> None:
    """Paint a mask over nose and mouth."""
    face = _Face(points)
    colours = ((190, 210, 225), (240, 240, 240), (40, 40, 45), (60, 90, 150))
    top, across, down = face.nose - 0.18 * face.down, face.across, face.down
    upper = [(-0.75, 0.05), (-0.3, -0.1), (0, -0.12), (0.3, -0.1), (0.75, 0.05)]
    lower = [(0.7, 0.25), (0.35, 0.75), (-0.35, 0.75), (-0.7, 0.25)]
    outline = [top + x * across + y * down for x, y in upper] + [face.mouth + x * across + y * down for x, y in lower]
    _paint(picture, [np.array(outline)], colours[int(dice.integers(len(colours)))])


def helmet(picture: Image.Image, points: Floats, dice: Dice) -> None:
    """Paint a helmet that leaves the face or only the eyes free, sometimes behind a dark visor."""
    face = _Face(points)
    middle = (face.eyes + face.mouth) / 2
    hole = _round(middle + 0.05 * face.down, 0.82 * face.across, face.down)
    if dice.random() < 0.5:
        hole = _round(face.eyes + 0.12 * face.down, 0.95 * face.across, 0.45 * face.down)
    shell = _round(middle - 0.15 * face.down, 1.35 * face.across, 1.9 * face.down)
    _paint(picture, [shell, hole], _colour(dice, 20, 240))
    if dice.random() < 0.5:
        visor = _round(face.eyes + 0.1 * face.down, 0.95 * face.across, 0.45 * face.down)
        _paint(picture, [visor], (40, 30, 50), dice.uniform(0.6, 0.95))


def hand(picture: Image.Image, points: Floats, dice: Dice) -> None:
    """Paint fingers over the mouth."""
    face, aside = _Face(points), dice.uniform(-0.3, 0.3)
    for finger in range(4):
        middle = face.mouth + aside * face.across + (0.1 + (finger - 1.5) * 0.16) * face.down
        shade = (200 - 6 * finger, 150 - 6 * finger, 120 - 6 * finger)
        _paint(picture, [_round(middle, 0.75 * face.across, 0.09 * face.down)], shade)


COVERED: Mapping[str, Callable[[Image.Image, Floats, Dice], None]] = {
    "sunglasses": sunglasses,
    "mask": mask,
    "helmet": helmet,
    "hand": hand,
}
TURNED = (30, 45, -45, 60)
BLURRED = (1.5, 3.0, 5.0)


def slices(picture: Image.Image, points: Floats, seed: int) -> dict[str, Image.Image]:
    """Return a photo of one face in each kind, by name, "clear" as it is; `points`: (5, 2) of the face, in pixels."""
    made = {"clear": picture, "gray": picture.convert("L").convert("RGB")}
    for name, painter in COVERED.items():
        made[name] = picture.copy()
        painter(made[name], points.astype(np.float64), np.random.default_rng([seed, len(name)]))
    made |= {f"turned {degrees}": turned(picture, points, degrees) for degrees in TURNED}
    made |= {f"blurred {radius}": picture.filter(ImageFilter.GaussianBlur(radius)) for radius in BLURRED}
    return made


def turned(picture: Image.Image, points: Floats, degrees: float, side: int = 224) -> Image.Image:
    """Return a face as on a head that is turned, over a blurred ground: what was hidden stays hidden.

    The photo is laid over the form of a head, which is turned about the vertical and looked at from afar.
    """
    import cv2

    from haven_models.faces import _similarity

    zoom = 1.6
    shift = side / 2 - 56 * zoom
    matrix = _similarity(points.astype(np.float32), _TEMPLATE.astype(np.float32)) * zoom
    matrix[:, 2] += shift
    flat = cv2.warpAffine(np.asarray(picture), matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)
    grid = np.arange(0, side, 0.5)
    across, down = np.meshgrid(grid, grid)
    x, y = (across - shift) / zoom - 56, (down - shift) / zoom
    on_face = (x / 46) ** 2 + ((y - 60) / 64) ** 2 < 1
    z, turn = _depth(x, y) - 25, np.radians(degrees)
    to = np.round((x * np.cos(turn) + z * np.sin(turn) + 56) * zoom + shift).astype(int)
    nearness = z * np.cos(turn) - x * np.sin(turn)
    seen = on_face & (to >= 0) & (to < side)
    order = np.argsort(nearness[seen])  # what is nearer is painted later
    out = cv2.GaussianBlur(flat, (0, 0), 14)
    rows = np.clip(np.round(down), 0, side - 1).astype(int)
    out[rows[seen][order], to[seen][order]] = flat[down.astype(int), across.astype(int)][seen][order]
    return Image.fromarray(np.asarray(cv2.medianBlur(out, 3), np.uint8))


def _depth(x: Floats, y: Floats) -> Floats:
    """Return how far a head stands out, in pixels of a face of 112; x from its middle."""
    round_ = 38 * np.sqrt(np.clip(1 - (x / 44) ** 2 - 0.55 * ((y - 66) / 58) ** 2, 0, None))
    nose = 16 * np.exp(-((x / 7) ** 2)) * np.clip((y - 48) / 26, 0, 1) * np.clip((84 - y) / 9, 0, 1)
    return np.asarray(round_ + nose, np.float64)


def _colour(dice: Dice, low: int, high: int) -> tuple[int, int, int]:
    red, green, blue = (int(one) for one in dice.integers(low, high, 3))
    return red, green, blue


def _round(middle: Floats, across: Floats, down: Floats) -> Floats:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)[:, None]
    return np.asarray(middle + np.cos(turn) * across + np.sin(turn) * down, np.float64)


def _paint(picture: Image.Image, outlines: list[Floats], colour: tuple[int, int, int], opaque: float = 1.0) -> None:
    """Paint within the first outline, but not within the others."""
    width, height = picture.size
    layer = Image.new("L", (width * _FINER, height * _FINER), 0)
    for number, outline in enumerate(outlines):
        spots = [(float(x) * _FINER, float(y) * _FINER) for x, y in outline]
        ImageDraw.Draw(layer).polygon(spots, fill=0 if number else round(255 * opaque))
    layer = layer.resize((width, height), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.6))
    picture.paste(Image.new("RGB", picture.size, colour), (0, 0), layer)
