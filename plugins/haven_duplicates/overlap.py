"""What two pictures have in common where one lies over the other: how much of each, and whether it looks the same.

The difference of the tiny copies counts by how much it is more than a slight displacement, noise or other tones would
make it: it is divided by the slopes and by the contrast of the pictures, after the second one's tones were fitted to
the first one's. Where something has moved, a small part of the picture differs by far more than that.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from haven_duplicates.details import THUMB, Details, Floats

WITHIN = 0.97
"""Share of the smaller picture that must lie in the larger one."""
FILLED = 0.3
"""Share of the larger one's content that the smaller one must fill: a photo is no copy of a collage it is in."""
WORST = 1.8
"""How much the worst part may differ. Hardly a copy reaches 0.6, and hardly a film in which something moved is below
2.3, as measured on the half of pictures that tests/benchmarks/duplicates_quality.py has for choosing it."""
LIKE = 0.88
"""Correlation from which two pictures look the same as a whole."""
_SLACK = 0.01
"""How far a picture may reach beyond the one it lies in, in units of that one's longer side."""
_NEAR_EDGE = 0.05
"""How far from one another edges may be that are taken for the same."""
_MARGIN, _SHINE = 0.03, 1.5
"""Left out at every edge, where something else may shine in: of the longer side, and pixels."""
_PART = 5
"""Pixels of the tiny copies that a part is wide."""
_FINE = 0.9
"""Pixels over which the tiny copies are smoothed: what is finer does not lie as exactly over each other."""
_NOISE, _TONES = 6.0, 0.02
"""Levels of 255, and share of the contrast squared, that copies differ by anywhere."""
_STEPS = np.linspace(0, 1, 17)
"""Quantiles of the tones that are brought to agree."""
_CLIPPED, _LOST = (3, 252), 30
"""Levels of black and white, and how much of what was near to them a brighter or darker copy may lose."""
_FEWEST = 40
"""Pixels that have to be there to compare."""

Matrix = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Overlap:
    """`within`: the share of the smaller picture that lies in the larger. `filled`: that of the larger it fills.

    `worst`: how much the part differs that differs most. `like`: the correlation of all of it.
    """

    within: float
    filled: float
    worst: float
    like: float

    @property
    def is_copy(self) -> bool:
        """Whether one picture is a copy of the other, or of a part of it."""
        alike = self.worst <= WORST and self.like >= LIKE
        return alike and self.within >= WITHIN and self.filled >= FILLED


class _Side(NamedTuple):
    """One of two pictures, with its brightness as it lies there."""

    details: Details
    thumb: Floats


class _Way(NamedTuple):
    """That a part of one picture lies in another: `matrix` leads from the inner to the outer one."""

    part: Box
    inner: _Side
    outer: _Side
    matrix: Matrix

    @property
    def grown(self) -> float:
        return float(np.hypot(*self.matrix[:, 0]))


def overlap(first: Details, second: Details, matrix: Matrix, *, mirrored: bool) -> Overlap | None:
    """Return what two pictures have in common, None if that is next to nothing.

    `matrix`: (2, 3), from points of the first to those of the second, which is mirrored before if `mirrored`.
    """
    one = _Side(first, first.thumb)
    two = _Side(second.mirrored(), second.thumb[:, ::-1]) if mirrored else _Side(second, second.thumb)
    found = [_measured(one, two, tried) for tried in (matrix, _edge_to_edge(first, second, matrix))]
    return min((lies for lies in found if lies is not None), key=lambda lies: lies.worst, default=None)


def _edge_to_edge(first: Details, second: Details, matrix: Matrix) -> Matrix:
    """Return the same, but if the pictures lie nearly edge to edge, let them do so: places are not that exact."""
    here, there = np.array(first.size), np.array(second.size)
    turn = np.round(matrix[:, :2] / np.hypot(*matrix[:, 0]))
    turn *= (there / np.abs(turn @ here)).mean()
    exact = np.column_stack([turn, there / 2 - turn @ here / 2])
    corners = np.array([(0, 0), (here[0], 0), (0, here[1]), here])
    apart = corners @ (matrix - exact)[:, :2].T + (matrix - exact)[:, 2]
    return exact if np.abs(apart).max() < _NEAR_EDGE else matrix


def _measured(one: _Side, two: _Side, matrix: Matrix) -> Overlap | None:
    back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    ways = [
        _Way(part, inner, outer, lead)
        for wholes in (True, False)  # as wholes if one lies in the other; else what has something around it
        for inner, outer, lead in sorted(
            ((one, two, matrix), (two, one, back)),
            key=lambda way: _area(way[0].details.whole) * np.linalg.det(way[2][:, :2]) / _area(way[1].details.whole),
        )
        for part in (inner.details.whole if wholes else inner.details.content,)
    ]
    shares = [_share_within(way) for way in ways]
    best = next((n for n, share in enumerate(shares) if share >= WITHIN), int(np.argmax(shares)))
    way = ways[best]
    small, over, seen = _both(way)
    if seen.sum() < _FEWEST:
        return None
    worst, like = _difference(small, over, seen)
    filled = _area(way.part) * way.grown**2 / max(_area(way.outer.details.content), 1e-9)
    return Overlap(shares[best], min(1.0, filled), worst, like)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _share_within(way: _Way) -> float:
    left, top, right, bottom = way.part
    x, y = np.meshgrid(np.linspace(left, right, 32), np.linspace(top, bottom, 32))
    points = np.stack([x, y], axis=-1) @ way.matrix[:, :2].T + way.matrix[:, 2]
    there = (points > -_SLACK) & (points < np.array(way.outer.details.size) + _SLACK)
    return float(there.all(axis=-1).mean())


def _both(way: _Way) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return the part of the inner picture, the outer one where it lies under it, and which pixels are to be compared.

    Both have the resolution of the coarser of the two.
    """
    left, top, right, bottom = way.part
    step = min(1.0, way.grown) * THUMB  # pixels a unit
    wide, high = max(4, round((right - left) * step)), max(4, round((bottom - top) * step))
    x, y = np.meshgrid(
        left + (np.arange(wide) + 0.5) / wide * (right - left), top + (np.arange(high) + 0.5) / high * (bottom - top)
    )
    points = np.stack([x, y], axis=-1)
    there = points @ way.matrix[:, :2].T + way.matrix[:, 2]
    margin = max(_MARGIN * max(right - left, bottom - top), _SHINE / step)
    seen = (points > np.array([left, top]) + margin) & (points < np.array([right, bottom]) - margin)
    edge = 1.0 / THUMB
    seen &= (there > edge) & (there < np.array(way.outer.details.size) - edge)
    inner = _sampled(way.inner, points, 1 / min(1.0, way.grown))
    return inner, _sampled(way.outer, there, way.grown), np.asarray(seen.all(axis=-1), np.bool_)


def _sampled(side: _Side, points: Matrix, coarser: float) -> Floats:
    """Return the brightness of a tiny copy at points, as if it had so many times fewer pixels."""
    thumb = _smooth(np.ascontiguousarray(side.thumb), 0.4 * coarser) if coarser > 1 else side.thumb
    high, wide = thumb.shape
    size = side.details.size
    x, y = points[..., 0] / size[0] * wide - 0.5, points[..., 1] / size[1] * high - 0.5
    across, down = x.astype(np.float32), y.astype(np.float32)
    thumb = np.ascontiguousarray(thumb)
    return np.asarray(cv2.remap(thumb, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _difference(one: Floats, two: Floats, seen: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return how much the worst part differs, and the correlation."""
    one, two = _smooth(one, _FINE), _smooth(two, _FINE)
    a, b = one[seen].astype(np.float64), two[seen].astype(np.float64)
    contrast, other = float(a.std()), float(b.std())
    if min(contrast, other) < 1:
        return float("inf"), 0.0
    like = float(((a - a.mean()) * (b - b.mean())).mean()) / (contrast * other)
    fitted = np.interp(two, np.quantile(b, _STEPS), np.quantile(a, _STEPS)).astype(np.float32)
    near = np.abs(one - two) < _LOST
    clipped = near & ((np.maximum(one, two) >= _CLIPPED[1]) | (np.minimum(one, two) <= _CLIPPED[0]))
    off = np.where(seen & ~clipped, one - fitted, 0).astype(np.float32)
    usual = _mean(_slopes(one) + _slopes(fitted)) / 2 + np.float32(_TONES * contrast**2 + _NOISE**2)
    return float((_mean(np.square(off)) / usual)[seen].max()), like


def _slopes(picture: Floats) -> Floats:
    """Return the square of how steep a picture is, in levels a pixel."""
    across, down = (np.asarray(cv2.Sobel(picture, cv2.CV_32F, n, 1 - n, ksize=3, scale=1 / 8)) for n in (1, 0))
    return np.asarray(across**2 + down**2, np.float32)


def _smooth(picture: Floats, pixels: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), pixels), np.float32)


def _mean(picture: Floats) -> Floats:
    """Return the mean of the part around each pixel."""
    return np.asarray(cv2.blur(picture, (_PART, _PART), borderType=cv2.BORDER_REFLECT), np.float32)
