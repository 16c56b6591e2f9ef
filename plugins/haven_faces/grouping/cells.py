"""Vectors that come and go, and the nearest of them found without looking at all.

They lie in small cells around means; a cell that grows too large is parted. Looking goes to the cells whose
means are nearest. It may miss some, more likely those that are far.
"""

import numpy as np

from haven_faces.grouping.kinds import Floats, Ints, rows_by
from haven_faces.grouping.neighbours import means_of

CELL = 128
PROBES = 32


class Cells:
    """Vectors by slot, a small number that is used again after `drop`. Not thread-safe."""

    def __init__(self, dimensions: int) -> None:
        self.vectors: Floats = np.empty((64, dimensions), np.float32)
        self._cell = np.full(64, -1, np.int32)
        self._free: list[int] = []
        self._used = 0
        self._centres: Floats = np.empty((0, dimensions), np.float32)
        self._members: list[Ints] = []
        self._together: list[Floats | None] = []  # the vectors of a cell side by side, once it was asked
        self._bounds: list[int] = []  # members from which on a cell is parted

    def put(self, vectors: Floats) -> Ints:
        """Take vectors in, (n, d), and return their slots."""
        slots = self._slots(len(vectors))
        self.vectors[slots] = vectors
        if not len(self._centres) and len(vectors):
            self._centres = vectors[:1].copy()
            self._members.append(np.empty(0, np.int64))
            self._together.append(None)
            self._bounds.append(2 * CELL)
        self._enter(slots)
        return slots

    def change(self, slot: int, vector: Floats, *, moved: bool = False) -> None:
        """Replace a vector; if it `moved` far, another cell may be the right one."""
        self.vectors[slot] = vector
        if moved:
            self._leave(slot)
            self._enter(np.array([slot]))
        elif (together := self._together[cell := int(self._cell[slot])]) is not None:
            together[self._members[cell] == slot] = vector

    def drop(self, slot: int) -> None:
        """Forget a vector."""
        self._leave(slot)
        self._free.append(slot)

    def near(self, asked: Floats, floor: float) -> tuple[Ints, Ints, Floats]:
        """Return which of the vectors asked about, (n, d), is like which slot, and how: products of at least `floor`.

        In order of the vectors asked about.
        """
        which, slots, found = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        count = len(self._centres)
        if count and len(asked):
            probes = min(PROBES, count)
            nearest = np.argpartition(asked @ -self._centres.T, probes - 1, axis=1)[:, :probes].ravel()
            for cell, askers in rows_by(nearest):
                some, members = askers // probes, self._members[cell]
                together = self._together[cell]
                if together is None:
                    together = self._together[cell] = self.vectors[members]
                likeness = asked[some] @ together.T
                row, column = np.nonzero(likeness >= floor)
                if len(row):
                    which.append(some[row])
                    slots.append(members[column])
                    found.append(likeness[row, column])
        all_ = np.concatenate(which)
        order = np.argsort(all_, kind="stable")
        return all_[order], np.concatenate(slots)[order], np.concatenate(found)[order]

    def _slots(self, count: int) -> Ints:
        old, self._free = self._free[:count], self._free[count:]
        fresh = count - len(old)
        if self._used + fresh > len(self.vectors):
            size = max(self._used + fresh, len(self.vectors) * 3 // 2)
            vectors = np.empty((size, self.vectors.shape[1]), np.float32)
            vectors[: self._used] = self.vectors[: self._used]
            self.vectors = vectors
            self._cell = np.concatenate([self._cell, np.full(size - len(self._cell), -1, np.int32)])
        slots = np.array([*old, *range(self._used, self._used + fresh)], np.int64)
        self._used += fresh
        return slots

    def _enter(self, slots: Ints) -> None:
        if not len(slots):
            return
        home = np.argmax(self.vectors[slots] @ self._centres.T, axis=1).astype(np.int32)
        self._cell[slots] = home
        for cell in np.unique(home).tolist():
            self._members[cell] = np.concatenate([self._members[cell], slots[home == cell]])
            self._together[cell] = None
            if len(self._members[cell]) > self._bounds[cell]:
                self._part(cell)

    def _leave(self, slot: int) -> None:
        cell = int(self._cell[slot])
        members = self._members[cell]
        self._members[cell] = members[members != slot]
        self._together[cell] = None

    def _part(self, cell: int) -> None:
        """Make several cells of one. Vectors that are all alike stay together."""
        members = self._members[cell]
        centres = means_of(self.vectors, members, -(-len(members) // CELL))
        home = np.argmax(self.vectors[members] @ centres.T, axis=1)
        parts = [(centres[n], members[home == n]) for n in np.unique(home).tolist()]
        self._bounds[cell] = 2 * max(CELL, len(parts[0][1]))
        for n, (centre, part) in enumerate(parts):
            name = cell if n == 0 else len(self._members)
            if n:
                self._members.append(part)
                self._together.append(None)
                self._bounds.append(2 * max(CELL, len(part)))
            else:
                self._members[cell] = part
                self._centres[cell] = centre
            self._cell[part] = name
        self._centres = np.concatenate([self._centres, *(centre[None] for centre, _ in parts[1:])])
