"""What is known of people while new faces are compared: exemplars, faces that wait, who is in which picture.

It holds no decisions. Exemplars and waiting faces lie in the same cells, so that one look finds both.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from haven_faces.grouping.cells import Cells
from haven_faces.grouping.exemplars import Exemplars, each_of, exemplars_of, without_barred
from haven_faces.grouping.kinds import EXEMPLARS, SPEAKING, Barred, Faces, Floats, Ints, Limits, rows_by, usable

WAITING = 50_000
"""Faces without a person that are remembered; of more, those longest known wait for `regroup`."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A face that has no person yet."""

    id: int
    picture: int
    quality: float


class Gallery:
    """What new faces are compared with: persons > 0 and labels < 0 of new groups alike. Not thread-safe."""

    def __init__(self, faces: Faces, barred: Barred, limits: Limits, named: Collection[int] = ()) -> None:
        """Take in what is known, in time proportional to the number of faces."""
        self.cells = Cells(faces.vectors.shape[1])
        self.owner = np.zeros(64, np.int64)  # of each slot of the cells: a person, 0 for a face that waits
        self.count = np.zeros(64, np.int64)  # of each slot: the faces it stands for
        self.waiting: dict[int, Waiting] = {}  # by slot, the longest known first
        self._slot_of: dict[int, int] = {}  # of each waiting face, by id
        self.touched: dict[int, None] = {}  # slots that came, changed or went since `begin`
        self.is_touched = np.zeros(64, np.bool_)  # of each slot
        self._slots: dict[int, list[int]] = {}  # of each person
        self._poor: set[int] = set()  # persons of whom no good face is known
        self._there: dict[int, set[int]] = {}  # persons in each picture
        self._unnamed: dict[int, list[int]] = {}  # pictures of each label
        self._each: dict[int, Floats] = {}  # faces of people who are named
        self._limits = limits
        self._named = frozenset(named)
        self._take_in(faces, barred)

    def exemplars(self, person: int) -> Exemplars:
        """Return those of a person; there may be none."""
        slots = self._slots.get(person, [])
        return Exemplars(self.cells.vectors[slots], self.count[slots], self._each.get(person))

    def slots(self, person: int) -> list[int]:
        """Return where the exemplars of a person lie."""
        return self._slots.get(person, [])

    def is_poor(self, person: int) -> bool:
        """Tell whether no good face of a person is known: the exemplars are poor faces that the owner fixed."""
        return person in self._poor

    def there(self, picture: int) -> set[int]:
        """Return who is in a picture."""
        return self._there.get(picture, set())

    def see(self, person: int, picture: int) -> None:
        """Learn that a person is in a picture."""
        self._there.setdefault(picture, set()).add(person)
        if person < 0:
            self._unnamed.setdefault(person, []).append(picture)

    def learn(self, person: int, face: Floats) -> None:
        """Take a good face of a person into the nearest exemplar, or make one of it."""
        if person in self._poor:
            for slot in self._slots.pop(person):
                self._drop(slot)
            self._poor.discard(person)
        slots = self._slots.setdefault(person, [])
        if slots:
            alike = self.cells.vectors[slots] @ face
            best = int(np.argmax(alike))
            if alike[best] >= self._limits.sure or len(slots) >= EXEMPLARS:
                slot, count = slots[best], int(self.count[slots[best]])
                mean = (self.cells.vectors[slot] * count + face) / (count + 1)
                self.count[slot] = count + 1
                self.cells.change(slot, mean, moved=count & (count - 1) == 0)
                self._touch([slot])
                return
        slots.extend(self._put(face[None], person, np.ones(1, np.int64)))

    def wait(self, face: Waiting, vector: Floats) -> None:
        """Remember a face without a person."""
        (slot,) = self._put(vector[None], 0, np.ones(1, np.int64))
        self.waiting[slot] = face
        self._slot_of[face.id] = slot
        if len(self.waiting) > WAITING:
            self.done_waiting(next(iter(self.waiting)))

    def done_waiting(self, slot: int) -> Waiting:
        """Forget a face that waited, and return it."""
        self._drop(slot)
        face = self.waiting.pop(slot)
        self._slot_of.pop(face.id, None)
        return face

    def forget(self, id_: int) -> None:
        """Forget a face that waited, if it did: it comes again."""
        if (slot := self._slot_of.get(id_)) is not None:
            self.done_waiting(slot)

    def rename(self, label: int, person: int) -> None:
        """Give a label's group to a person."""
        slots = self._slots.pop(label, [])
        self.owner[slots] = person
        self._slots.setdefault(person, []).extend(slots)
        for picture in self._unnamed.pop(label, []):
            self._there[picture].discard(label)
            self.see(person, picture)

    def begin(self) -> None:
        """Begin anew to note which slots are touched."""
        self.touched.clear()
        self.is_touched[:] = False

    def _touch(self, slots: list[int]) -> None:
        self.touched.update(dict.fromkeys(slots))
        self.is_touched[slots] = True

    def _put(self, vectors: Floats, person: int, counts: Ints) -> list[int]:
        slots = self.cells.put(vectors)
        most = int(slots.max(initial=-1)) + 1
        if most > len(self.owner):
            more = np.zeros(most * 3 // 2 - len(self.owner), np.int64)
            self.owner, self.count = np.concatenate([self.owner, more]), np.concatenate([self.count, more])
            self.is_touched = np.concatenate([self.is_touched, more != 0])
        self.owner[slots], self.count[slots] = person, counts
        named: list[int] = slots.tolist()
        self._touch(named)
        return named

    def _drop(self, slot: int) -> None:
        self.cells.drop(slot)
        self.count[slot] = 0
        self._touch([slot])

    def _take_in(self, faces: Faces, barred: Barred) -> None:
        fine = usable(faces.vectors)
        for person, rows in rows_by(faces.person):
            rows = rows[fine[rows]]
            if person == 0:
                self._wait_for(faces, rows[~faces.fixed[rows]])
                continue
            for picture in faces.picture[rows].tolist():
                self.see(person, picture)
            speaking = rows[faces.good[rows]]
            if not len(speaking):
                speaking = rows[faces.fixed[rows] & (faces.quality[rows] >= SPEAKING)]
                self._poor.add(person)
            mine = exemplars_of(faces.vectors[speaking].astype(np.float32), self._limits)
            if person in self._named and person not in self._poor:
                mine = replace(mine, each=each_of(faces, speaking))
            mine = without_barred(mine, barred.get(person, np.empty((0, 1), np.float32)))
            self._slots[person] = self._put(mine.means, person, mine.counts)
            if mine.each is not None:
                self._each[person] = mine.each
        self.begin()

    def _wait_for(self, faces: Faces, rows: Ints) -> None:
        rows = rows[np.argsort(faces.ids[rows])][-WAITING:]
        slots: Iterable[int] = self._put(faces.vectors[rows].astype(np.float32), 0, np.ones(len(rows), np.int64))
        for slot, row in zip(slots, rows.tolist(), strict=True):
            self.waiting[slot] = Waiting(int(faces.ids[row]), int(faces.picture[row]), float(faces.quality[row]))
            self._slot_of[int(faces.ids[row])] = slot
