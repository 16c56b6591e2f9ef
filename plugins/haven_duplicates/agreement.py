"""Whether two pictures are one: the same, or a part of the same, turned, mirrored, or with something around it.

Places that have nearly the same code suggest how the second picture lies over the first. The suggestion that most
places agree with is tried: copies are turned by quarters and stretched the same way in all directions, one lies within
the other, and where they lie over each other they agree, as far as the tiny copies show. So two shots of one place
are no copies, nor are two frames of a film in which something has moved.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haven_duplicates.details import CODE, Details, Floats

NEAR = 24
"""Bits in which the codes of one place may differ."""
FEWEST = 6
"""Places that have to agree."""
_QUARTER, _STRAIGHT, _TURN = np.pi / 2, np.deg2rad(4), np.deg2rad(16)
"""By how much a copy may be off a quarter turn; and a place off what its picture is turned by."""
_SCALE = 0.5
"""Doublings by which a place may be off the scale of its picture."""
_OFF = 0.02
"""How far a place may be from where it should be, in units of the longer side of the smaller content."""
_SPREAD = 0.25
"""How far apart places that agree must be, in the same units: a spot that two pictures share makes no copy."""
_MOST = 120
"""Pairs of places that are tried, those with the nearest codes."""
_ROUNDS = 3

Matrix = npt.NDArray[np.float64]
Picked = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """How the second picture lies over the first, by their places.

    `matrix`: (2, 3), from points of the first to those of the second. `mirrored`: whether the second is mirrored
    before. `places`: how many agree.
    """

    matrix: Matrix
    mirrored: bool
    places: int


def overlay(first: Details, second: Details, *, mirrored: bool | None = None) -> Overlay | None:
    """Return how two pictures lie over each other, None if too few of their places agree.

    `mirrored`: whether one is a mirrored copy, if that is known.
    """
    found = [
        _agreed(first, second.mirrored() if way else second, mirrored=way)
        for way in (False, True)
        if mirrored in (None, way)
    ]
    return max((one for one in found if one is not None), key=lambda one: one.places, default=None)


def _agreed(first: Details, second: Details, *, mirrored: bool) -> Overlay | None:
    bits = 4 * CODE - first.signs @ second.signs.T / 2
    one, two = np.nonzero(bits <= NEAR)
    turn = second.angle[two] - first.angle[one]
    quarter = np.round(turn / _QUARTER)
    likely = np.abs(turn - quarter * _QUARTER) < _TURN
    if likely.sum() > _MOST:
        likely &= bits[one, two] <= np.partition(bits[one, two][likely], _MOST)[_MOST]
    one, two, turn, quarter = one[likely], two[likely], turn[likely], quarter[likely] % 4
    if len(one) < FEWEST:
        return None
    here, there = first.at[one].astype(np.float64), second.at[two].astype(np.float64)
    growth = (second.scale[two] - first.scale[one]).astype(np.float64)
    reach = _OFF * np.array([_longer(first), _longer(second)])
    chosen = _most_agree(here, there, growth, quarter, reach)
    for _ in range(_ROUNDS):
        if chosen.sum() < FEWEST:
            return None
        matrix = _fit(here[chosen], there[chosen])
        size, turned = np.hypot(*matrix[:, 0]), np.arctan2(matrix[1, 0], matrix[0, 0])
        if size < 1e-3 or abs(turned - np.round(turned / _QUARTER) * _QUARTER) > _STRAIGHT:
            return None
        off = np.hypot(*(here @ matrix[:, :2].T + matrix[:, 2] - there).T)
        chosen = (off < max(reach[0] * size, reach[1])) & (np.abs(growth - np.log2(size)) < _SCALE)
        chosen &= np.cos(turn - turned) > np.cos(_TURN)
    spread = np.ptp(there[chosen], axis=0) if chosen.any() else np.zeros(2)
    if np.hypot(*spread) < _SPREAD * min(_longer(first) * size, _longer(second)):
        return None
    places = min(len(np.unique(one[chosen])), len(np.unique(two[chosen])))
    return Overlay(matrix, mirrored, places) if places >= FEWEST else None


def _longer(picture: Details) -> float:
    left, top, right, bottom = picture.content
    return max(right - left, bottom - top)


def _most_agree(here: Matrix, there: Matrix, growth: Matrix, quarter: Floats, reach: Matrix) -> Picked:
    """Return the pairs that agree with the one that most agree with.

    Each suggests that the picture is turned by its quarter, grown by its growth, and moved so that its places meet.
    """
    size = 2.0**growth
    cosine, sine = (np.round(one(quarter * _QUARTER)) * size for one in (np.cos, np.sin))
    x, y = (here[:, column] - here[:, column, None] for column in (0, 1))
    off_x = cosine[:, None] * x - sine[:, None] * y - (there[:, 0] - there[:, 0, None])
    off_y = sine[:, None] * x + cosine[:, None] * y - (there[:, 1] - there[:, 1, None])
    near = np.hypot(off_x, off_y) < 2.5 * np.maximum(reach[0] * size, reach[1])[:, None]
    near &= (np.abs(growth[:, None] - growth) < _SCALE) & (quarter[:, None] == quarter)
    chosen: Picked = near[int(np.argmax(near.sum(axis=1)))]
    return chosen


def _fit(here: Matrix, there: Matrix) -> Matrix:
    """Return the turn, growth and shift that brings points nearest to points: least squares."""
    a, b = here.mean(axis=0), there.mean(axis=0)
    p, q = here - a, there - b
    norm = max(float((p * p).sum()), 1e-9)
    cosine, sine = float((p * q).sum()) / norm, float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()) / norm
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([turn, b - turn @ a])
