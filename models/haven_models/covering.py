"""Faces with something before them, painted onto faces that were cut out: what a recogniser makes of those is measured.

Nothing here is meant to look real: sunglasses, masks, goggles and helmets, in shapes and
colours by chance, so that what is learnt is that a face is covered, and not by which of them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = list[tuple[float, float]]

_SIDE = 112.0
_EYES = ((38.3, 51.7), (73.5, 51.5))
"""Where the eyes are in a face of 112 pixels that was cut out."""
_SHARPER = 16
"""Parts of a pixel that outlines are painted to."""


def _sunglasses(face: Pixels, dice: np.random.Generator) -> Pixels:
    wide, high, down = dice.uniform(13, 19), dice.uniform(8, 15), dice.uniform(-1, 4)
    colour = dice.integers(0, 70, 3) + (dice.integers(0, 90, 3) if dice.random() < 0.2 else 0)
    lenses = [_ellipse(x, y + down, wide, high, dice.choice((2.0, 3.0, 5.0))) for x, y in _EYES]
    bridge = [(40.0, 47.0), (72.0, 47.0), (72.0, 51.0), (40.0, 51.0)]
    arms = [[(22.0, 46.0), (2.0, 43.0), (2.0, 47.0), (22.0, 51.0)], [(90.0, 46.0), (110, 43), (110, 47), (90.0, 51.0)]]
    return _painted(face, [*lenses, bridge, *arms], colour, dice.uniform(0.8, 1.0))


def _goggles(face: Pixels, dice: np.random.Generator) -> Pixels:
    frame = _ellipse(56, 52, dice.uniform(36, 44), dice.uniform(17, 24), 4.0)
    face = _painted(face, [frame], dice.integers(0, 255, 3), 1.0)
    glass = _ellipse(56, 52, dice.uniform(29, 34), dice.uniform(11, 15), 4.0)
    return _painted(face, [glass], dice.integers(0, 160, 3), dice.uniform(0.5, 1.0))


def _mask(face: Pixels, dice: np.random.Generator) -> Pixels:
    top, side = dice.uniform(60, 74), dice.uniform(64, 80)
    outline = [(8, side), (40, top + 3), (56, top), (72, top + 3), (104, side), (100, 112), (12, 112)]
    face = _painted(face, [[(float(x), float(y)) for x, y in outline]], dice.integers(0, 255, 3), 1.0)
    for y in dice.uniform(side + 2, 108, int(dice.integers(0, 4))):
        face = _painted(face, [[(20, y), (92, y), (92, y + 1.5), (20, y + 1.5)]], dice.integers(0, 255, 3), 0.4)
    return face


def _helmet(face: Pixels, dice: np.random.Generator) -> Pixels:
    hole = _ellipse(56, dice.uniform(58, 74), dice.uniform(27, 36), dice.uniform(14, 40), dice.choice((2.0, 3.0)))
    whole = [(0.0, 0.0), (_SIDE, 0.0), (_SIDE, _SIDE), (0.0, _SIDE)]
    face = _painted(face, [whole, hole], dice.integers(0, 255, 3), 1.0, within=True)
    if dice.random() < 0.5:
        face = _painted(face, [hole], dice.integers(0, 140, 3), dice.uniform(0.4, 0.95))
    return face


KINDS = (_sunglasses, _goggles, _mask, _helmet)
"""What is painted before a face, (side, side, 3) of RGB as `FacePack.cut_out` gives it, which it may change."""


def _ellipse(x: float, y: float, wide: float, high: float, power: float) -> Points:
    """Return the outline of a superellipse: 2 round, more for squarer."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    cos, sin = np.cos(turn), np.sin(turn)
    across, down = np.sign(cos) * np.abs(cos) ** (2 / power), np.sign(sin) * np.abs(sin) ** (2 / power)
    return [(float(x + wide * one), float(y + high * other)) for one, other in zip(across, down, strict=True)]


def _painted(face: Pixels, outlines: Sequence[Points], colour: Any, opaque: float, *, within: bool = False) -> Pixels:
    """Paint outlines, of a face of 112 pixels, in one colour, unevenly lit; `within`: the last ones are holes."""
    import cv2

    side = face.shape[0]
    mask = np.zeros((side, side), np.uint8)
    polygons = [np.round(np.array(one) * side / _SIDE * _SHARPER).astype(np.int32) for one in outlines]
    if within:
        cv2.fillPoly(mask, polygons, 255, cv2.LINE_AA, 4)
    else:
        for polygon in polygons:
            cv2.fillPoly(mask, [polygon], 255, cv2.LINE_AA, 4)
    light = np.linspace(1.15, 0.8, side, dtype=np.float32)[:, None, None]
    paint = np.clip(np.asarray(colour, np.float32), 0, 255) * light
    share = mask[:, :, None].astype(np.float32) / 255 * opaque
    return np.clip(face * (1 - share) + paint * share, 0, 255).astype(np.uint8)
