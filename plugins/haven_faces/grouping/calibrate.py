"""From which cosine on two faces are one person, for an embedder of which nobody says it.

What is too strict the owner repairs by merging two folders, what is too loose nobody can. So `same` is what only one
pair in ten thousand of different people reaches, and it lies nearer to what one person's faces are like than to what
others' are: relatives are more alike than people taken at random, which the first cannot know. Good faces only.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from haven_faces.grouping.kinds import Faces, Floats, Ints, rows_by

FALSE_MATCHES = 1e-4
"""The share of pairs of different people that may be as like as one person."""
_WAY = 0.6
"""How far `same` lies at least between the means of different people and of one person."""
_MOST = 4000
"""Faces that are compared with each other at most."""
_CLEARLY = 1e-5
"""Of unlabelled faces: a share of pairs of different people that is next to none."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`same`, and what it rests on: `sure` 0 to 1, and `why` in words.

    `different`: mean and standard deviation of the cosines of different people. `alike`: the mean of one person's, in
    the middle of all people; None if that could not be seen.
    """

    same: float
    sure: float
    why: str
    different: tuple[float, float]
    alike: float | None


def calibrate_labelled(vectors: Floats, label: Ints) -> Calibration:
    """Choose `same` from good faces, (n, d), of which it is known who they are. Raises ValueError for too few.

    Each person counts alike, however many faces there are. Two people are needed, one of them with three faces; for
    an answer to rely on, some twenty people with five faces each.
    """
    vectors, label = _some(vectors, label)
    cosines = vectors @ vectors.T
    other = np.triu(label[:, None] != label, 1)
    people = [rows for _, rows in rows_by(label) if len(rows) >= 3]
    if not people or not other.any():
        raise ValueError("calibrating takes faces of two people, three of one of them")
    pairs = cosines[other]
    different = float(pairs.mean()), float(pairs.std())
    alike = float(np.median([cosines[np.ix_(rows, rows)][np.triu_indices(len(rows), 1)].mean() for rows in people]))
    why = f"{len(people)} people with three faces or more, {len(pairs)} pairs of different people"
    return _chosen(pairs, different, alike, min(1.0, len(people) / 20), why)


def calibrate_unlabelled(faces: Faces) -> Calibration:
    """Choose `same` from faces of which nothing is known. Raises ValueError for fewer than 50 good ones.

    Random pairs are nearly all of different people, and faces of one picture always are; the lower half of these tells
    how like different people are. Pairs far above that are of one person. It works for a library in which some people
    are there often.
    """
    good = np.flatnonzero(faces.good)
    if len(good) < 50:
        raise ValueError("calibrating takes 50 good faces")
    rows = good[np.sort(np.random.default_rng(1).permutation(len(good))[:_MOST])]
    vectors, picture = _some(faces.vectors[rows], faces.picture[rows])
    above = np.triu_indices(len(vectors), 1)
    pairs = (vectors @ vectors.T)[above]
    together = picture[above[0]] == picture[above[1]]
    middle, low = np.quantile(pairs, [0.5, 0.16])
    different = float(middle), float(middle - low)
    clear = pairs[~together & (pairs > _limit(different, _CLEARLY))]
    seen = len(clear) > max(50, 20 * _CLEARLY * len(pairs))
    why = f"{len(vectors)} faces without names, {int(together.sum())} pairs in one picture"
    why += "" if seen else "; nobody is there often enough to see how like one person's faces are"
    sure = min(1.0, len(vectors) / 1000) * (0.6 if seen else 0.3)
    return _chosen(pairs[together], different, float(np.median(clear)) if seen else None, sure, why)


def _chosen(pairs: Floats, different: tuple[float, float], alike: float | None, sure: float, why: str) -> Calibration:
    """Put together what was found. `pairs`: cosines of what are surely different people."""
    same = _limit(different, FALSE_MATCHES)
    if len(pairs) * FALSE_MATCHES >= 10:
        same = max(same, float(np.quantile(pairs, 1 - FALSE_MATCHES)))
    else:
        why += "; the limit is beyond what so few show, and taken from how they are spread"
    if alike is not None:
        same = max(same, different[0] + _WAY * (alike - different[0]))
        if same >= alike:
            sure, why = sure / 2, f"{why}; this embedder hardly tells people apart"
    return Calibration(round(same, 3), round(sure, 2), why, different, alike)


def _limit(different: tuple[float, float], rate: float) -> float:
    """Return the cosine that this share of the pairs exceeds if they are spread normally."""
    return different[0] + NormalDist().inv_cdf(1 - rate) * different[1]


def _some(vectors: Floats, label: Ints) -> tuple[Floats, Ints]:
    """Return at most as many as can be compared with each other."""
    if len(vectors) > _MOST:
        rows = np.sort(np.random.default_rng(1).permutation(len(vectors))[:_MOST])
        vectors, label = vectors[rows], label[rows]
    return np.asarray(vectors, np.float32), label
