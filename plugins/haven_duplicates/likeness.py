"""How much alike two looks are: the cosine of their vectors, once a slight shift or stretch is made up for.

A copy that was cropped by a hundredth is the same picture a little displaced, and fine waves do not survive even that.
What a displacement does to a look is, while it is small, a sum of four fixed linear changes of it: shifts across and
down, stretches across and down. So the least-squares share of these four in the difference is taken out first
("tangent distance"). Something that moved within the picture is no shift of the whole, and stays a difference.
"""

from functools import cache

import numpy as np

from haven_duplicates.look import SIZE, WAVES, Floats, cosines

ALIKE = 0.94
"""From here on two pictures are called the same; tests/benchmarks/duplicates_quality.py measures what that does."""
_FURTHEST = 0.03
"""Of the width or height: how far the edges may be displaced."""
_HOPELESS = 0.8
"""A cosine below which no slight displacement makes up for the difference."""
_STEADY = 25.0
"""Added to what is solved for, so that a picture without edges does not come out displaced by noise."""
_ROWS_AT_ONCE = 2048


def likeness(first: Floats, second: Floats) -> Floats:
    """Return how much alike two looks are, row by row of (rows, DIM): 1 the same, 0 nothing in common.

    At least their cosine. Rows must be of unit length.
    """
    alike: Floats = np.einsum("ij,ij->i", first, second)
    unsure = np.flatnonzero((alike >= _HOPELESS) & (alike < ALIKE))
    for start in range(0, len(unsure), _ROWS_AT_ONCE):
        some = unsure[start : start + _ROWS_AT_ONCE]
        alike[some] = np.maximum(alike[some], _displaced(first[some], second[some]))
    return alike


def _displaced(first: Floats, second: Floats) -> Floats:
    difference = second - first
    changes = np.einsum("kij,nj->nki", _changes(), (first + second) / 2, optimize=True)
    products = np.einsum("nki,nli->nkl", changes, changes, optimize=True) + _STEADY * np.eye(len(_changes()))
    shares = np.linalg.solve(products, np.einsum("nki,ni->nk", changes, difference)[..., None])[..., 0]
    shares = np.clip(shares, -_FURTHEST, _FURTHEST).astype(np.float32)
    rest = difference - np.einsum("nk,nki->ni", shares, changes)
    likeness: Floats = 1 - np.einsum("ij,ij->i", rest, rest) / 2
    return likeness


@cache
def _changes() -> Floats:
    """Return the matrices, (4, DIM, DIM), that turn a look into its change per displacement by a whole width."""
    table = cosines()
    turns, place = np.arange(SIZE)[:, None], (np.arange(SIZE) + 0.5) / SIZE
    slopes = -np.pi * turns * np.sin(np.pi * turns * place) * np.sqrt(2 / SIZE)
    from_middle = np.repeat((place - 0.5)[None], SIZE, 0)
    blocks: list[list[Floats]] = [[], [], [], []]
    for waves in WAVES:
        down, across, weight = table[waves.down], table[waves.across], waves.frequency
        steep_across = slopes[waves.across]
        steep_down = slopes[waves.down]
        pictures = np.einsum("iy,ix->iyx", down, across)
        aside = np.einsum("iy,ix->iyx", down, steep_across)
        below = np.einsum("iy,ix->iyx", steep_down, across)
        for block, slope in zip(blocks, (aside, below, aside * from_middle, below * from_middle.T), strict=True):
            block.append(np.einsum("oyx,iyx->oi", pictures, slope, optimize=True) * weight[:, None] / weight)
    matrices = np.zeros((4, sum(map(len, blocks[0])), sum(map(len, blocks[0]))), np.float32)
    for matrix, parts in zip(matrices, blocks, strict=True):
        start = 0
        for part in parts:
            matrix[start : start + len(part), start : start + len(part)] = part
            start += len(part)
    return matrices
