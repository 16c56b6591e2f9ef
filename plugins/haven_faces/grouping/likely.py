"""Whom an unknown face is most like of the people who are named, though not like enough to be theirs: for a hint."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from haven_faces.grouping.exemplars import each_of
from haven_faces.grouping.kinds import Faces, Floats, Ints, Limits, rows_by, usable
from haven_faces.grouping.neighbours import check

_ROWS = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Likely:
    """Faces, a row each, and the named person that each is most like; `like`: the cosine to the nearest of theirs."""

    rows: Ints
    person: Ints
    like: Floats


def likely(
    faces: Faces, unknown: Ints, named: Collection[int], limits: Limits, stop: Callable[[], bool] = lambda: False
) -> Likely:
    """Return whom those of the `unknown` rows may be that are more like one named person than like the next.

    From a likeness of `limits.faint` on; from `limits.likely` on it is a hint by itself. Raises Stopped.
    """
    each: list[Floats] = []
    people: list[int] = []
    fine = usable(faces.vectors)
    for one, rows in rows_by(faces.person):
        speaking = rows[faces.good[rows] & fine[rows]]
        if one in named and len(speaking):
            people.append(one)
            each.append(each_of(faces, speaking))
    asked = unknown[fine[unknown]]
    found = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))]
    if people:
        start = np.cumsum([0, *(len(one) for one in each)])[:-1]
        known = np.concatenate(each).T
        for first in range(0, len(asked), _ROWS):
            check(stop)
            some = asked[first : first + _ROWS]
            to_people = np.maximum.reduceat(faces.vectors[some].astype(np.float32) @ known, start, axis=1)
            best = to_people.argmax(axis=1)
            like = to_people[np.arange(len(some)), best]
            to_people[np.arange(len(some)), best] = -1
            clear = (like >= limits.faint) & (like - to_people.max(axis=1) >= limits.ahead)
            found.append((some[clear], np.array(people, np.int64)[best[clear]], like[clear].astype(np.float32)))
    return Likely(*(np.concatenate(part) for part in zip(*found, strict=True)))
