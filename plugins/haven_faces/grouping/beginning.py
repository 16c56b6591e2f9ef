"""When faces without a person become one: two that are alike beyond doubt, or three that agree."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from haven_faces.grouping.kinds import CORE, Floats, Limits

MOST = 12
"""Neighbours of a face among which a new person is looked for."""


def agreeing(alike: Floats, pictures: Sequence[int], limits: Limits) -> list[int]:
    """Return which faces, by number, are one person with the first, with that one; less than two if none are.

    `alike`: cosines of good faces, (n, n). `pictures`: of each; no two of the answer are in one.
    """
    count = len(alike)
    best, chosen = 0.0, [0]
    for one, other in combinations(range(1, count), 2):
        three = float(alike[0, one]), float(alike[0, other]), float(alike[one, other])
        mean = sum(three) / 3
        apart = len({pictures[0], pictures[one], pictures[other]}) == 3
        if apart and min(three) >= limits.same and mean >= limits.need(CORE) and mean > best:
            best, chosen = mean, [0, one, other]
    if len(chosen) == 1:
        apart_from_first = [n for n in range(1, count) if pictures[n] != pictures[0]]
        nearest = max(apart_from_first, key=lambda n: float(alike[0, n]), default=0)
        if nearest and alike[0, nearest] >= limits.sure:
            chosen = [0, nearest]
    if len(chosen) > 1:
        for n in np.argsort(-alike[chosen].mean(axis=0)).tolist():
            alone = pictures[n] not in [pictures[m] for m in chosen]
            if alone and alike[n, chosen].mean() >= limits.need(len(chosen)):
                chosen.append(n)
    return chosen
