"""New faces find their person at once; the doubtful wait, and are looked at again when similar ones come.

A face joins a person if several of the person's faces agree; a new person begins with two faces that are alike beyond
doubt or three that agree. Faces of low quality only join, and need more likeness for it; those that say nothing do not
even that. What is once assigned is never moved here: that is for `regroup`, which sees all faces together.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from haven_faces.grouping.beginning import MOST, agreeing
from haven_faces.grouping.exemplars import is_barred, likeness, need_of
from haven_faces.grouping.gallery import Gallery, Waiting
from haven_faces.grouping.kinds import CORE, GOOD, NOTHING, Barred, Faces, Floats, Ints, Limits, usable

_AT_ONCE = 256
_CANDIDATES = 8
"""Persons that a face is compared with exactly."""
_AGAIN = 64
"""Waiting faces that are looked at again for one new face at most."""
_NONE = np.empty((0, 1), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """What `Groups.add` found.

    `person`: of each new face, in order: a person, 0 if it waits, a negative label if it is of a new group (equal
    labels are one group). `revised`: by id, the same for faces known earlier that waited until now.
    """

    person: Ints
    revised: dict[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A face, and what it is like: slots of the cells and how like they are, the likest first."""

    vector: Floats
    picture: int
    quality: float
    slots: Ints
    likeness: Floats


class Groups:
    """The people of a library, as new faces are compared with them. Not thread-safe.

    Everything can be rebuilt from the faces: throw it away after corrections. Memory: up to 16 exemplars a person,
    faces that wait, and who is in which picture.
    """

    def __init__(self, faces: Faces, barred: Barred, limits: Limits, named: Collection[int] = ()) -> None:
        """Take in what is known, in time proportional to the number of faces. `named`: people whom the owner named."""
        self._limits = limits
        self._barred = barred
        self._gallery = Gallery(faces, barred, limits, named)
        self._label = min(0, int(faces.person.min(initial=0)))

    def add(self, new: Faces) -> Added:
        """Assign new faces. Those that have a person, or are fixed, keep it and only become known."""
        person = new.person.copy()
        revised: dict[int, int] = {}
        for start in range(0, len(new), _AT_ONCE):
            self._add(new.take(slice(start, start + _AT_ONCE)), person[start : start + _AT_ONCE], revised)
        for row, id_ in enumerate(new.ids.tolist()):
            if id_ in revised:
                person[row] = revised.pop(id_)
        return Added(person, revised)

    def named(self, people: dict[int, int]) -> None:
        """Learn which persons labels have become: {-1: 17}. From then on the person is answered."""
        for label, person in people.items():
            self._gallery.rename(label, person)

    def _add(self, new: Faces, person: Ints, revised: dict[int, int]) -> None:
        """Assign a batch; what comes of it is written into `person` and `revised`."""
        gallery, vectors, good = self._gallery, new.vectors.astype(np.float32), new.good
        fine = usable(vectors)
        for id_ in new.ids.tolist():
            gallery.forget(id_)
        for row in np.flatnonzero(fine & (person != 0)).tolist():
            gallery.see(int(person[row]), int(new.picture[row]))
            if good[row]:
                gallery.learn(int(person[row]), vectors[row])
        rows = np.flatnonzero(fine & (person == 0) & ~new.fixed & (new.quality >= NOTHING))
        gallery.begin()
        which, slots, found = gallery.cells.near(vectors[rows], self._limits.floor)
        first = np.searchsorted(which, np.arange(len(rows) + 1))
        best = np.full(len(rows), -1, np.float32)
        np.maximum.at(best, which, np.where(gallery.owner[slots] != 0, found, found - 1))
        # The surest first: they help the others, and of two faces in one picture the better one has the choice.
        for n in np.lexsort((-best, ~good[rows])).tolist():
            row, part = int(rows[n]), slice(first[n], first[n + 1])
            seen = self._seen(vectors[row], int(new.picture[row]), float(new.quality[row]), slots[part], found[part])
            person[row] = self._place(int(new.ids[row]), seen, revised)

    def _seen(self, vector: Floats, picture: int, quality: float, slots: Ints, found: Floats) -> _Seen:
        """Bring what the cells said up to date with what changed since."""
        gallery = self._gallery
        if gallery.touched:
            changed = np.fromiter(gallery.touched, np.int64, len(gallery.touched))
            kept = ~gallery.is_touched[slots]
            changed = changed[gallery.count[changed] > 0]
            now = gallery.cells.vectors[changed] @ vector
            near = now >= self._limits.floor
            slots, found = np.concatenate([slots[kept], changed[near]]), np.concatenate([found[kept], now[near]])
        order = np.argsort(-found, kind="stable")
        return _Seen(vector, picture, quality, slots[order], found[order])

    def _place(self, id_: int, seen: _Seen, revised: dict[int, int]) -> int:
        """Find the person of a face, or let it wait. Returns the person, a label or 0."""
        gallery, good = self._gallery, seen.quality >= GOOD
        person = self._choose(seen)
        if person:
            self._join(person, seen)
        elif good:
            person = self._begin(seen, revised)
        if not person:
            gallery.wait(Waiting(id_, seen.picture, seen.quality), seen.vector)
        elif good:
            self._look_again(person, seen.slots, revised)
        return person

    def _choose(self, seen: _Seen) -> int:
        """Return whose face it is, 0 if that is not clear."""
        found: list[tuple[float, bool, int]] = []
        for person in self._candidates(seen.slots):
            if person not in self._gallery.there(seen.picture):
                like, need = self._compare(seen.vector, person, 1, seen.quality)
                found.append((like, like >= need, person))
        found.sort(reverse=True)
        if not found or not found[0][1]:
            return 0
        like, _, person = found[0]
        if len(found) > 1 and like < self._limits.sure and like - found[1][0] < self._limits.ahead:
            return 0
        return person

    def _candidates(self, slots: Ints) -> list[int]:
        """Return the persons that slots belong to, in order."""
        owners = self._gallery.owner[slots]
        return list(dict.fromkeys(owners[owners != 0].tolist()))[:_CANDIDATES]

    def _compare(self, vector: Floats, person: int, faces: int, quality: float) -> tuple[float, float]:
        """Return how like a person the mean of some faces is, and how like it must be."""
        mine = self._gallery.exemplars(person)
        barred = self._barred.get(person, _NONE)
        if is_barred(vector, mine.means, barred):
            return -1.0, 1.0
        like, witnesses = likeness(mine.means @ vector, mine.counts)
        poor = self._gallery.is_poor(person)
        return like, need_of(mine, vector, like, self._limits, witnesses * faces, 0.0 if poor else quality)

    def _join(self, person: int, seen: _Seen) -> None:
        self._gallery.see(person, seen.picture)
        if seen.quality >= GOOD:
            self._gallery.learn(person, seen.vector)

    def _begin(self, seen: _Seen, revised: dict[int, int]) -> int:
        """Make a person of a face and of some that wait, or find who they are together. Returns 0 if there is none."""
        gallery = self._gallery
        near = [
            slot
            for slot in seen.slots[gallery.owner[seen.slots] == 0][: 2 * MOST].tolist()
            if gallery.waiting[slot].quality >= GOOD and gallery.waiting[slot].picture != seen.picture
        ][:MOST]
        if not near:
            return 0
        vectors = np.vstack([seen.vector[None], gallery.cells.vectors[near]])
        pictures = [seen.picture, *(gallery.waiting[slot].picture for slot in near)]
        chosen = agreeing(vectors @ vectors.T, pictures, self._limits)
        if len(chosen) < 2:
            return 0
        pictures_of = [pictures[n] for n in chosen]
        person, doubtful = self._together(vectors[chosen].mean(axis=0), pictures_of, seen.slots)
        if doubtful and len(chosen) < CORE:
            return 0
        if not person:
            self._label -= 1
            person = self._label
        for n in chosen:
            if n:
                revised[gallery.done_waiting(near[n - 1]).id] = person
            gallery.see(person, pictures[n])
            gallery.learn(person, vectors[n])
        return person

    def _together(self, mean: Floats, pictures: list[int], slots: Ints) -> tuple[int, bool]:
        """Return whose faces these are if, taken together, they are somebody's who is known; 0 if they are not.

        And whether that is in doubt: they are as like as a person's other years are, but too few to say.
        """
        limits = self._limits
        best, person, doubtful = 0.0, 0, False
        for one in self._candidates(slots):
            if any(one in self._gallery.there(picture) for picture in pictures):
                continue
            like, need = self._compare(mean, one, len(pictures), 1.0)
            by_years = limits.groups + need - limits.same
            if like > best and like >= (by_years if len(pictures) >= CORE else need):
                best, person = like, one
            doubtful = doubtful or like >= by_years
        return person, doubtful and not person

    def _look_again(self, person: int, slots: Iterable[int], revised: dict[int, int]) -> None:
        """See whether faces that wait are of a person who just got one more."""
        gallery, limits = self._gallery, self._limits
        likely = []
        for slot in [slot for slot in list(slots) if slot in gallery.waiting][:_AGAIN]:
            face = gallery.waiting[slot]
            like, need = self._compare(gallery.cells.vectors[slot], person, 1, face.quality)
            if like >= need and person not in gallery.there(face.picture):
                likely.append(slot)
        if not likely:
            return
        vectors = gallery.cells.vectors[likely]
        which, near, found = gallery.cells.near(vectors, limits.floor)
        first = np.searchsorted(which, np.arange(len(likely) + 1))
        for n, slot in enumerate(likely):
            face, part = gallery.waiting[slot], slice(first[n], first[n + 1])
            seen = self._seen(vectors[n], face.picture, face.quality, near[part], found[part])
            chosen = self._choose(seen)
            if chosen:
                gallery.done_waiting(slot)
                self._join(chosen, seen)
                revised[face.id] = chosen
