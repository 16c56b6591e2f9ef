"""What two pictures have in common where one lies over the other: how much of each, and whether it looks the same.

The difference of the tiny copies counts by how much it is more than a slight displacement, noise or other tones would
make it: it is divided by the slopes and by the contrast of the pictures, after the second one's tones were fitted to
the first one's. Where something has moved, a small part of the picture differs by far more than that.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from haven_duplicates.details import THUMB, Details, Floats

WITHIN = 0.97
"""Share of the smaller picture that must lie in the larger one."""
FILLED = 0.3
"""Share of the larger one's content that the smaller one must fill: a photo is no copy of a collage it is in."""
WORST = 1.8
"""How much the worst part may differ."""
LIKE = 0.88
"""Correlation from which two pictures look the same as a whole."""
_MARGIN = 0.03
"""Left out at every edge, where something else may shine in."""
_NEAR_EDGE = 0.05
_PART = 5
"""Pixels of the tiny copies that a part is wide."""
_NOISE, _TONES = 6.0, 0.02
"""Levels of 255, and share of the contrast squared, that copies differ by anywhere."""
_FINE = 0.9
"""Pixels over which the tiny copies are smoothed: what is finer does not lie as exactly over each other."""
_STEPS = np.linspace(0, 1, 17)
"""Quantiles of the tones that are brought to agree."""
_CLIPPED, _LOST = (3, 252), 30
"""Levels of black and white, and how much of what was near to them a brighter or darker copy may lose."""
_FEWEST = 40
"""Pixels that have to be there to compare."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """`within`: the share of the smaller picture that lies in the larger. `filled`: that of the larger it fills.

    `worst`: how much the part differs that differs most; about 1 for copies. `like`: the correlation of all of it.
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


def overlap(first: Details, second: Details, matrix: Matrix, *, mirrored: bool) -> Overlap | None:
    """Return what two pictures have in common, None if that is next to nothing.

    `matrix`: (2, 3), from points of the first to those of the second, which is mirrored before if `mirrored`.
    """
    found = [_measured(first, second, one, mirrored) for one in (matrix, _edge_to_edge(first, second, matrix))]
    return min((one for one in found if one is not None), key=lambda one: one.worst, default=None)


def _edge_to_edge(first: Details, second: Details, matrix: Matrix) -> Matrix:
    """Return the same, but if the pictures lie nearly edge to edge, let them do so: places are not that exact."""
    turn = np.round(matrix[:, :2] / np.hypot(*matrix[:, 0]))
    here, there = np.array(first.size), np.array(second.size)
    turn *= (there / np.abs(turn @ here)).mean()
    exact = np.column_stack([turn, there / 2 - turn @ here / 2])
    corners = np.array([(0, 0), (first.size[0], 0), (0, first.size[1]), first.size])
    apart = corners @ (matrix - exact)[:, :2].T + (matrix - exact)[:, 2]
    return exact if np.abs(apart).max() < _NEAR_EDGE else matrix


def _measured(first: Details, second: Details, matrix: Matrix, mirrored: bool) -> Overlap | None:
    other = second.mirrored() if mirrored else second
    thumbs = first.thumb, second.thumb[:, ::-1] if mirrored else second.thumb
    grown = float(np.hypot(*matrix[:, 0]))
    back = cv2.invertAffineTransform(matrix)
    ways = [(first, other, matrix, thumbs, grown), (other, first, back, thumbs[::-1], 1 / grown)]
    ways.sort(key=lambda way: _area(way[0].whole) * way[4] ** 2 / _area(way[1].whole))
    # As wholes if one lies in the other; else what has something around it by its content.
    best = 0.0
    for part_of in ("whole", "content"):
        for inner, outer, there, (small, large), size in ways:
            part = getattr(inner, part_of)
            share = _share_within(part, there, outer.size)
            if share > best:
                best, chosen = share, (part, inner, outer, there, small, large, size)
            if share >= WITHIN:
                break
        if best >= WITHIN:
            break
    if not best:
        return None
    part, inner, outer, there, small, large, size = chosen
    one, two, seen = _both(small, large, part, inner.size, outer.size, there)
    if seen.sum() < _FEWEST:
        return None
    worst, like = _difference(one, two, seen)
    return Overlap(best, min(1.0, _area(part) * size**2 / _area(outer.content)), worst, like)


def _area(box: tuple[float, float, float, float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _share_within(part: tuple[float, ...], matrix: Matrix, size: tuple[float, float]) -> float:
    x, y = np.meshgrid(np.linspace(part[0], part[2], 32), np.linspace(part[1], part[3], 32))
    points = np.stack([x, y], axis=-1) @ matrix[:, :2].T + matrix[:, 2]
    slack = 0.01
    return float(((points > -slack) & (points < np.array(size) + slack)).all(axis=-1).mean())


def _both(
    inner: Floats,
    outer: Floats,
    part: tuple[float, ...],
    inner_size: tuple[float, float],
    outer_size: tuple[float, float],
    matrix: Matrix,
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return part of the inner picture, the outer one where it lies under that, and which pixels are to be compared.

    Both have the resolution of the coarser of the two.
    """
    grown = float(np.hypot(*matrix[:, 0]))
    step = min(1.0, grown) * THUMB  # pixels a unit
    wide, high = (max(4, round((part[side + 2] - part[side]) * step)) for side in (0, 1))
    x, y = np.meshgrid(
        part[0] + (np.arange(wide) + 0.5) / wide * (part[2] - part[0]),
        part[1] + (np.arange(high) + 0.5) / high * (part[3] - part[1]),
    )
    points = np.stack([x, y], axis=-1)
    there = points @ matrix[:, :2].T + matrix[:, 2]
    margin = _MARGIN * max(part[2] - part[0], part[3] - part[1])
    seen = ((points > np.array(part[:2]) + margin) & (points < np.array(part[2:]) - margin)).all(axis=-1)
    edge = 1.0 / THUMB
    seen &= ((there > edge) & (there < np.array(outer_size) - edge)).all(axis=-1)
    return _sampled(inner, points, inner_size, 1 / min(1.0, grown)), _sampled(outer, there, outer_size, grown), seen


def _sampled(thumb: Floats, points: Matrix, size: tuple[float, float], coarser: float) -> Floats:
    """Return the brightness of a tiny copy at points, as if it had so many times fewer pixels."""
    thumb = np.ascontiguousarray(thumb)
    if coarser > 1:
        thumb = cv2.GaussianBlur(thumb, (0, 0), 0.4 * coarser)
    high, wide = thumb.shape
    x, y = points[..., 0] / size[0] * wide - 0.5, points[..., 1] / size[1] * high - 0.5
    sampled: Floats = cv2.remap(
        thumb, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return sampled


def _difference(one: Floats, two: Floats, seen: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return how much the worst part differs, and the correlation."""
    one, two = (cv2.GaussianBlur(picture, (0, 0), _FINE) for picture in (one, two))
    a, b = one[seen].astype(np.float64), two[seen].astype(np.float64)
    contrast, other = a.std(), b.std()
    if min(contrast, other) < 1:
        return float("inf"), 0.0
    like = float(((a - a.mean()) * (b - b.mean())).mean() / (contrast * other))
    fitted = np.interp(two, np.quantile(b, _STEPS), np.quantile(a, _STEPS)).astype(np.float32)
    bright, dark = np.maximum(one, two) >= _CLIPPED[1], np.minimum(one, two) <= _CLIPPED[0]
    clipped = (bright & (np.abs(one - two) < _LOST)) | (dark & (np.abs(one - two) < _LOST))
    off = np.where(seen & ~clipped, one - fitted, 0).astype(np.float32)
    slopes = sum(
        cv2.Sobel(picture, cv2.CV_32F, across, 1 - across, ksize=3, scale=1 / 8) ** 2
        for picture in (one, fitted)
        for across in (0, 1)
    )
    usual = _mean(slopes / 2) + _TONES * contrast**2 + _NOISE**2
    return float((_mean(off**2) / usual)[seen].max()), like


def _mean(pixels: Floats) -> Floats:
    mean: Floats = cv2.blur(pixels.astype(np.float32), (_PART, _PART), borderType=cv2.BORDER_REFLECT)
    return mean
