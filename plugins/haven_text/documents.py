"""Tells pictures of documents, such as receipts, letters and tickets, from all else that has words in it.

No word decides, in whatever language it is. A document is many small lines of dark ink on light paper of one colour,
beside each other and below each other, that take up a good part of the paper. A sign or cover has few and large ones; a
poster or package is coloured; a screen is light of one value, without the grain that every camera and scanner adds, and
has another shape than paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from haven_text.reader import Line

_LOOK = 640
"""Pixels of the longer side of the copy of which lightness and colour are taken."""
_FEWEST_LINES = 6
_LARGEST = 0.11
"""The height of a usual line as a share of all that is written, above which it is a sign or cover."""
_LIGHT = 0.42
"""Lightness of the paper, 0 to 1, as the camera saw it."""
_COLOUR = 0.28
"""How far the paper's red, green and blue may differ, as a share of the largest."""
_INK = 0.3
"""How far the red, green and blue of a usual line's ink may differ, of 1: advertisements are printed in colours."""
_CONTRAST = 0.22
"""How much darker than the paper the ink is, as a share of the paper."""
_ALIKE = 0.7
"""The share of lines whose paper is the colour of the others'."""
_SHEET = 0.5
"""The share of the picture between the lines that is paper: signs and labels hang apart."""
_NEAR = 0.16
"""How far the paper's colour may be another here and there, since light falls unevenly; of 1."""
_GRAIN = 0.5
"""The share of neighbouring pixels of paper that are exactly alike, above which it is no photo and no scan."""
_PAPERS = ((1.2, 1.56),)
"""Longer by shorter side of pages; screens are longer or wider, but for tablets."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is measured of the lines in a picture; shares are of 1.

    `lines`: how many there are. `height`: of a usual line, by the longer side of what is written. `spread`: the area of
    all that is written, by that of the picture. `light`, `colour`, `contrast`, `ink`: of the paper and the ink on it.
    `alike`: the share of lines on the same paper. `sheet`: the share of what lies between the outermost lines that is
    this paper too. `flat`: the share of the paper without grain. `shape`: the picture's longer side by its shorter.
    """

    lines: int
    height: float
    spread: float
    light: float
    colour: float
    contrast: float
    ink: float
    alike: float
    sheet: float
    flat: float
    shape: float

    @property
    def is_document(self) -> bool:
        """Whether this is a document."""
        if self.lines < _FEWEST_LINES or self.height > _LARGEST or self.spread < 0.03:
            return False
        if self.light < _LIGHT or self.colour > _COLOUR or self.contrast < _CONTRAST or self.ink > _INK:
            return False
        if self.alike < _ALIKE or self.sheet < _SHEET:
            return False
        return self.flat < _GRAIN or any(least <= self.shape <= most for least, most in _PAPERS)


def layout_of(picture: Image.Image, lines: Sequence[Line]) -> Layout | None:
    """Return what is measured of the lines that were read in an RGB picture; None if there are none."""
    if not lines:
        return None
    small = picture.copy()
    small.thumbnail((_LOOK, _LOOK), Image.Resampling.NEAREST)
    pixels: NDArray[Any] = np.asarray(small.convert("RGB"), np.float32) / 255
    corners = np.stack([line.corners for line in lines]) * (small.width / picture.width)
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    heights = sides.min(axis=1)  # a page may lie on its side
    low, high = corners.min((0, 1)), corners.max((0, 1))
    extent = np.maximum(high - low, 1)
    papers, inks, flats = zip(*(_paper(pixels, box) for box in corners), strict=True)
    paper = np.median(np.array(papers), axis=0)
    light = float(paper.max())
    alike = np.abs(np.array(papers) - paper).max(axis=1) < _NEAR
    left, top = np.floor(low).astype(int).clip(0)
    between = pixels[top : int(high[1]) + 1, left : int(high[0]) + 1]
    return Layout(
        lines=len(lines),
        height=float(np.median(heights) / extent.max()),
        spread=float(extent.prod() / (small.width * small.height)),
        light=light,
        colour=float((paper.max() - paper.min()) / max(light, 0.01)),
        contrast=float(
            np.median([1 - ink.mean() / max(ground.mean(), 0.01) for ink, ground in zip(inks, papers, strict=True)])
        ),
        ink=float(np.median([ink.max() - ink.min() for ink in inks])),
        alike=float(alike.mean()),
        sheet=float((np.abs(between - paper).max(axis=2) < 1.5 * _NEAR).mean()),
        flat=float(np.median(flats)),
        shape=max(picture.size) / max(min(picture.size), 1),
    )


def _paper(pixels: NDArray[Any], box: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any], float]:
    """Return the colour around a line, that of its ink, and the share of it that is without grain."""
    height, width = pixels.shape[:2]
    left, top = np.clip(np.floor(box.min(0)).astype(int) - 1, 0, (width - 2, height - 2))
    right, bottom = np.clip(np.ceil(box.max(0)).astype(int) + 2, (left + 2, top + 2), (width, height))
    part = pixels[top:bottom, left:right]
    lightness = part.mean(axis=2)
    ground = part[lightness >= np.quantile(lightness, 0.6)]
    same = np.abs(np.diff(part, axis=1)).max(axis=2) < 0.5 / 255
    bright = lightness[:, 1:] >= np.quantile(lightness, 0.5)
    return (
        np.median(ground, axis=0),
        np.median(part[lightness <= np.quantile(lightness, 0.05)], axis=0),
        float(same[bright].mean() if bright.any() else 0),
    )
