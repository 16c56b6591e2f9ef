"""The nearest neighbours of every face among the good ones, found without comparing each with each.

Faces are parted into small cells around means of faces; a face is compared with those in the cells whose
means it is nearest to. It then misses few neighbours (the benchmark tells how few), in a time that grows little faster
than the number of faces. Vectors may be memory-mapped: a few cells at a time are read.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from haven_faces.grouping.kinds import Floats, Ints, Mask, Vectors

CELL = 64
"""Faces in a cell, about."""
PROBES = 64
"""Cells that a face is compared with."""
_ROWS = 4096
_ROUNDS = 3
_SAMPLE = 16
"""Rows a cell from which its mean is found."""


class Stopped(Exception):
    """Raised when the caller's `stop` said so."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """For each face its nearest good ones, the nearest first: (n, k); -1 and -1.0 where there are fewer."""

    rows: Ints
    likeness: Floats


def neighbours(
    vectors: Vectors, good: Mask, k: int, floor: float, stop: Callable[[], bool], probes: int = PROBES
) -> Neighbours:
    """Return for each of n faces up to k others that are good and whose cosine to it is at least `floor`.

    Raises Stopped.
    """
    count, among = len(vectors), np.flatnonzero(good)
    rows = np.full((count, k), -1, np.int64)
    likeness = np.full((count, k), -1, np.float32)
    if not len(among):
        return Neighbours(rows, likeness)
    centres = means_of(vectors, among, max(1, len(among) // CELL), stop)
    nearest = np.empty((count, min(probes, len(centres))), np.int32)
    for start in range(0, count, _ROWS):
        check(stop)
        scores = _floats(vectors[start : start + _ROWS]) @ centres.T
        width = nearest.shape[1]
        some = np.argpartition(-scores, width - 1, axis=1)[:, :width]
        best = np.argmax(np.take_along_axis(scores, some, 1), axis=1)
        each = np.arange(len(some))
        some[each, 0], some[each, best] = some[each, best], some[each, 0].copy()
        nearest[start : start + _ROWS] = some
    home = nearest[among, 0]
    by_home = among[np.argsort(home, kind="stable")]
    bounds = np.searchsorted(np.sort(home), np.arange(len(centres) + 1))
    askers = np.argsort(nearest, axis=None, kind="stable")
    asked = np.searchsorted(nearest.ravel()[askers], np.arange(len(centres) + 1))
    askers //= nearest.shape[1]
    for cell in range(len(centres)):
        members = by_home[bounds[cell] : bounds[cell + 1]]
        if len(members):
            _compare(vectors, askers[asked[cell] : asked[cell + 1]], members, floor, rows, likeness, stop)
    return Neighbours(rows, likeness)


def _compare(
    vectors: Vectors,
    askers: Ints,
    members: Ints,
    floor: float,
    rows: Ints,
    likeness: Floats,
    stop: Callable[[], bool],
) -> None:
    """Take what the askers find among the members into their lists."""
    k = rows.shape[1]
    inside = _floats(vectors[members]).T
    for start in range(0, len(askers), _ROWS):
        check(stop)
        some = askers[start : start + _ROWS]
        found = _floats(vectors[some]) @ inside
        found[some[:, None] == members] = -1
        hits = (found >= floor).any(axis=1)
        some, found = some[hits], found[hits]
        if not len(some):
            continue
        which = np.broadcast_to(members, found.shape)
        if found.shape[1] > k:
            top = np.argpartition(-found, k - 1, axis=1)[:, :k]
            found, which = np.take_along_axis(found, top, 1), members[top]
        which = np.where(found >= floor, which, -1)
        found = np.where(which >= 0, found, np.float32(-1))
        found, which = np.hstack([likeness[some], found]), np.hstack([rows[some], which])
        order = np.argsort(-found, axis=1, kind="stable")[:, :k]
        likeness[some], rows[some] = np.take_along_axis(found, order, 1), np.take_along_axis(which, order, 1)


def means_of(vectors: Vectors, among: Ints, count: int, stop: Callable[[], bool] = lambda: False) -> Floats:
    """Return unit vectors, (count, d), around which those rows of the vectors lie, found from a part of the rows."""
    dice = np.random.default_rng(1)
    sample = np.sort(dice.choice(among, min(len(among), count * _SAMPLE), replace=False))
    centres = _floats(vectors[np.sort(dice.choice(sample, count, replace=False))])
    for _ in range(_ROUNDS):
        sums = np.zeros_like(centres)
        for start in range(0, len(sample), _ROWS):
            check(stop)
            some = _floats(vectors[sample[start : start + _ROWS]])
            home = np.argmax(some @ centres.T, axis=1)
            order = np.argsort(home, kind="stable")
            cells, first = np.unique(home[order], return_index=True)
            sums[cells] += np.add.reduceat(some[order], first, axis=0)
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(length > 0, sums / np.maximum(length, 1e-9), centres)
    return centres


def _floats(vectors: Vectors) -> Floats:
    floats: Floats = np.asarray(vectors, np.float32)
    return floats


def check(stop: Callable[[], bool]) -> None:
    """Raise Stopped if it is time to stop."""
    if stop():
        raise Stopped
