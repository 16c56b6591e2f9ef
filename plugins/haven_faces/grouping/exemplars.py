"""What is kept of a person: a few exemplars, each the mean of good faces that are alike, and how many they were.

Of people whom the owner named some faces are kept one by one besides: one that is near is enough there.

A child grows and people wear beards, so one mean would not do. A mean is not brought to unit length: the product of a
face with it is the mean of the face's cosines to all that it stands for.
"""

from dataclasses import dataclass

import numpy as np

from haven_faces.grouping.kinds import CORE, EXEMPLARS, Faces, Floats, Ints, Limits

EACH, CORE_EACH = 32, 12
"""Faces of a named person that are kept one by one, at most: those that somebody spoke of, and in place of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Exemplars:
    """The exemplars of one person: means (m, d), of how many faces each is (m,). m may be 0.

    `each`: faces of a person whom the owner named, (k, d); None of others.
    """

    means: Floats
    counts: Ints
    each: Floats | None = None


def exemplars_of(faces: Floats, limits: Limits) -> Exemplars:
    """Return those of good faces of one person, (n, d); takes time in n. The largest come first."""
    means: list[Floats] = []
    counts: list[int] = []
    left = faces
    while len(left) and len(means) < EXEMPLARS:
        middle = left[np.argmax(left @ left.mean(axis=0))]
        alike = left @ middle >= limits.sure
        alike[np.argmax(left @ middle)] = True
        means.append(left[alike].mean(axis=0))
        counts.append(int(alike.sum()))
        left = left[~alike]
    if not means:
        return Exemplars(np.empty((0, faces.shape[1]), np.float32), np.empty(0, np.int64))
    order = np.argsort(-np.array(counts), kind="stable")
    return Exemplars(np.stack(means)[order], np.array(counts, np.int64)[order])


def likeness(to_means: Floats, counts: Ints) -> tuple[float, int]:
    """Return how like a person a face is, and of how many faces that is the mean.

    `to_means`: its products with the exemplars. The nearest exemplars count until they stand for CORE faces: a single
    odd face in a person does not let its look-alikes in.
    """
    order = np.argsort(-to_means)
    if not len(order):
        return -1.0, 0
    total, left, witnesses = 0.0, CORE, 0
    for n in order.tolist():
        count = int(counts[n])
        part = min(count, left)
        total += part * float(to_means[n])
        witnesses += count
        left -= part
        if not left:
            break
    return total / (CORE - left), witnesses


def need_of(one: Exemplars, face: Floats, like: float, limits: Limits, witnesses: float, quality: float) -> float:
    """Return how like a person a face must be that is so like it. `witnesses`: how many say so."""
    need = limits.need(witnesses, quality)
    if one.each is not None and len(one.each) and limits.lands(float((one.each @ face).max()), like, quality):
        return min(need, like)
    return need


def each_of(faces: Faces, rows: Ints) -> Floats:
    """Return the faces of a named person that are kept one by one: what was said to be that person's, else the best."""
    said = faces.fixed[rows]
    order = rows[np.lexsort((-faces.quality[rows], ~said))]
    return faces.vectors[order[: min(EACH, max(int(said.sum()), CORE_EACH))]].astype(np.float32)


def without_barred(one: Exemplars, barred: Floats) -> Exemplars:
    """Leave out exemplars that look like faces the owner said are somebody else, unless they are most of the person."""
    if len(one.counts) < 2 or not len(barred):
        return one
    unit = one.means / np.linalg.norm(one.means, axis=1, keepdims=True)
    among = unit @ unit.T
    np.fill_diagonal(among, -1)
    out = ((unit @ barred.T).max(axis=1) > among.max(axis=1)) & (2 * one.counts < one.counts.sum())
    each = one.each
    if each is not None and len(each):
        each = each[(each @ barred.T).max(axis=1) <= each @ each.mean(axis=0)]
    return Exemplars(one.means[~out], one.counts[~out], each)


def is_barred(face: Floats, means: Floats, barred: Floats) -> bool:
    """Tell whether a face is nearer to one that the owner said is not the person than to the person's exemplars."""
    if not len(barred):
        return False
    own = max(((means @ face) / np.linalg.norm(means, axis=1)).max(initial=-1.0), -1.0)
    return bool((barred @ face).max() > own)
