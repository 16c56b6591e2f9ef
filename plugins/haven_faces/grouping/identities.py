"""Who the groups of a re-clustering are: former persons live on, and every face ends with one person or none.

What the owner or a file said decides first. Then the good faces of each group vote with the persons that they were;
an id goes on in the group that holds most of its faces. Faces that are in no group join the person they are like.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from haven_faces.grouping.exemplars import (
    Exemplars,
    each_of,
    exemplars_of,
    is_barred,
    likeness,
    need_of,
    without_barred,
)
from haven_faces.grouping.kinds import CORE, NOTHING, SPEAKING, Barred, Faces, Floats, Ints, Limits, Mask, rows_by
from haven_faces.grouping.neighbours import Neighbours, check

_CANDIDATES = 4
_ITSELF = 0.999
"""Cosine from which two vectors are one face, computed once and kept in half precision."""
_NONE = np.empty((0, 1), np.float32)


def persons_of_groups(faces: Faces, group: Ints) -> Ints:
    """Return the person of each face by its group, (n,): an id that lives on, a negative label, 0 for none.

    `group`: of each face, -1 for none. A group of one is none, unless its face is fixed.
    """
    votes: list[tuple[int, int, int]] = []
    members: dict[int, Ints] = {}
    kept: dict[int, int] = {}
    for one, rows in rows_by(group):
        fixed = rows[faces.fixed[rows]]
        if one < 0 or (len(rows) < 2 and not len(fixed)):
            continue
        members[one] = rows
        if len(fixed):
            kept[one] = int(faces.person[fixed[0]])
        else:
            count = Counter(faces.person[rows][faces.person[rows] > 0].tolist())
            votes.extend((-n, person, one) for person, n in count.items())
    taken: set[int] = set()
    for _, person, one in sorted(votes):
        if one not in kept and person not in taken:
            kept[one] = person
            taken.add(person)
    answer = np.zeros(len(faces), np.int64)
    label = 0
    for one, rows in members.items():
        if one not in kept:
            label -= 1
        answer[rows] = kept.get(one, label)
    answer[faces.fixed] = faces.person[faces.fixed]
    return answer


class Assigner:
    """Settles face by face what the groups leave open. `person`: the answer so far, changed in place."""

    def __init__(
        self, faces: Faces, person: Ints, good: Mask, barred: Barred, limits: Limits, named: Collection[int] = ()
    ) -> None:
        self._faces = faces
        self._person = person
        self._good = good
        self._barred = barred
        self._limits = limits
        self._exemplars: dict[int, Exemplars] = {}
        self._poor: set[int] = set()  # persons of whom no good face is known
        for one, rows in rows_by(person):
            if one:
                # What the owner took out of a person does not speak for it, though it may be in the same group.
                speaking = rows[good[rows] & ~self._taken_out(rows, one)]
                if not len(speaking):
                    self._poor.add(one)
                    speaking = rows[faces.quality[rows] >= SPEAKING]
                mine = exemplars_of(faces.vectors[speaking].astype(np.float32), limits)
                if one in named and one not in self._poor:
                    mine = replace(mine, each=each_of(faces, speaking))
                self._exemplars[one] = without_barred(mine, barred.get(one, _NONE))

    def _taken_out(self, rows: Ints, person: int) -> Mask:
        """Return which of these faces are those that the owner took out of a person."""
        if person not in self._barred:
            return np.zeros(len(rows), np.bool_)
        likeness = self._faces.vectors[rows].astype(np.float32) @ self._barred[person].T
        answer: Mask = likeness.max(axis=1) > _ITSELF
        return answer

    def expel_barred(self, group: Ints) -> None:
        """Take faces out that are nearer to what the owner removed from a person; several alike are a person."""
        faces, person = self._faces, self._person
        label = min(0, int(person.min(initial=0)))
        for one in self._barred:
            rows = np.flatnonzero((person == one) & ~faces.fixed)
            out = np.array([self._is_barred(row, one) for row in rows.tolist()], np.bool_)
            rows = rows[out]
            person[rows] = 0
            for _, some in rows_by(group[rows]):
                away = rows[some]
                away = away[self._good[away]]
                if len(away) < CORE:
                    continue
                were = Counter(was for was in faces.person[away].tolist() if was not in (0, one))
                again = were.most_common(1)[0][0] if were else 0
                if not again or again in self._exemplars:
                    label -= 1
                    again = label
                person[away] = again
                self._exemplars[again] = exemplars_of(faces.vectors[away].astype(np.float32), self._limits)

    def keep_loyal(self) -> None:
        """Let faces stay with their former person unless another is clearly nearer."""
        faces, person = self._faces, self._person
        moved = (person != 0) & (faces.person > 0) & (person != faces.person) & ~faces.fixed
        for row in np.flatnonzero(moved).tolist():
            was = int(faces.person[row])
            if was in self._exemplars:
                now, _ = self._compare(row, int(person[row]), inside=True)
                then, need = self._compare(row, was)
                if then >= need - self._limits.loyalty and now < then + self._limits.loyalty:
                    person[row] = was

    def assign_loose(self, near: Neighbours, stop: Callable[[], bool]) -> None:
        """Give faces without a person to the one they are like, the likest first."""
        faces, limits = self._faces, self._limits
        chances: list[tuple[float, int, int]] = []
        beside = np.where(near.rows >= 0, self._person[near.rows], 0)
        loose = (self._person == 0) & ~faces.fixed & (faces.quality >= NOTHING)
        for n, row in enumerate(np.flatnonzero(loose).tolist()):
            if n % 1024 == 0:
                check(stop)
            was = int(faces.person[row])
            candidates = list(dict.fromkeys(beside[row][beside[row] != 0].tolist()))[:_CANDIDATES]
            if was in self._exemplars and was not in candidates:
                candidates.append(was)
            found = []
            for one in candidates:
                like, need = self._compare(row, one)
                bonus = limits.loyalty if one == was else 0.0
                found.append((like + bonus, like + bonus >= need, one))
            found.sort(reverse=True)
            clear = len(found) < 2 or found[0][0] >= limits.sure or found[0][0] - found[1][0] >= limits.ahead
            if found and found[0][1] and clear:
                chances.append((-found[0][0], row, found[0][2]))
        there = {(int(who), int(where)) for who, where in zip(self._person, faces.picture, strict=True) if who}
        for _, row, one in sorted(chances):
            if (one, int(faces.picture[row])) not in there:
                there.add((one, int(faces.picture[row])))
                self._person[row] = one

    def part_pictures(self) -> None:
        """Leave of several faces of a person in one picture the likest; fixed ones stay."""
        faces, person = self._faces, self._person
        order = np.lexsort((faces.picture, person))
        same = (np.diff(person[order]) == 0) & (np.diff(faces.picture[order]) == 0) & (person[order][1:] != 0)
        twice = np.unique(np.concatenate([order[1:][same], order[:-1][same]]))
        best: dict[tuple[int, int], tuple[bool, float, int]] = {}
        for row in twice.tolist():
            key = (int(person[row]), int(faces.picture[row]))
            rank = (bool(faces.fixed[row]), self._compare(row, key[0])[0], -row)
            if key not in best or rank > best[key]:
                best[key] = rank
        for row in twice.tolist():
            if not faces.fixed[row] and best[int(person[row]), int(faces.picture[row])][2] != -row:
                person[row] = 0

    def _vector(self, row: int) -> Floats:
        vector: Floats = self._faces.vectors[row].astype(np.float32)
        return vector

    def _is_barred(self, row: int, person: int) -> bool:
        return is_barred(self._vector(row), self._exemplars[person].means, self._barred.get(person, _NONE))

    def _compare(self, row: int, person: int, *, inside: bool = False) -> tuple[float, float]:
        """Return how like a person a face is, and how like it must be. `inside`: the exemplars hold the face itself."""
        mine, vector = self._exemplars[person], self._vector(row)
        if person in self._barred and is_barred(vector, mine.means, self._barred[person]):
            return -1.0, 1.0
        to_means, counts = mine.means @ vector, mine.counts
        if inside and len(counts):
            own = int(np.argmax(to_means))
            counts = counts.copy()
            to_means[own] = (to_means[own] * counts[own] - 1) / max(int(counts[own]) - 1, 1)
            counts[own] -= 1
            to_means, counts = to_means[counts > 0], counts[counts > 0]
        if not len(counts):
            return -1.0, 1.0
        like, witnesses = likeness(to_means, counts)
        poor = person in self._poor
        quality = 0.0 if poor else float(self._faces.quality[row])
        if inside:
            return like, self._limits.need(witnesses, quality)  # it may be one of those that are kept one by one
        return like, need_of(mine, vector, like, self._limits, witnesses, quality)
