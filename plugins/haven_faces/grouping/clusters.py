"""Groups of faces as they are joined, and what may never be joined.

Two groups are as like as the mean of the cosines of each face of the one to each of the other, which is the product of
their means. So a face between two people does not join them: the others would have to agree.
"""

from collections import Counter

import numpy as np

from haven_faces.grouping.kinds import Faces, Floats, Ints, Limits


class Clusters:
    """Groups of rows of `faces`, at first each row alone; a group goes by one of its rows, its root."""

    def __init__(self, faces: Faces, limits: Limits) -> None:
        self._faces = faces
        self._limits = limits
        self._parent = list(range(len(faces)))
        self._size: dict[int, int] = {}  # of roots of more than one; so are the next
        self._sum: dict[int, Floats] = {}
        _, where, count = np.unique(faces.picture, return_inverse=True, return_counts=True)
        self._picture: list[int] = np.where(count[where] > 1, where, -1).tolist()  # -1: alone in its picture
        self._pictures: dict[int, set[int]] = {}
        self._fixed: list[int] = np.where(faces.fixed, faces.person, 0).tolist()
        self._persons: list[int] = faces.person.tolist()
        self._former: dict[int, Counter[int]] = {}  # of how many faces each person was, in groups of more than one

    def root(self, row: int) -> int:
        """Return the group of a row."""
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def size(self, root: int) -> int:
        """Return how many faces are in a group."""
        return self._size.get(root, 1)

    def total(self, root: int) -> Floats:
        """Return the sum of the vectors of a group."""
        found = self._sum.get(root)
        return self._faces.vectors[root].astype(np.float32) if found is None else found

    def likeness(self, one: int, other: int) -> float:
        """Return the mean cosine of the faces of one group to those of another."""
        return float(self.total(one) @ self.total(other)) / (self.size(one) * self.size(other))

    def former(self, root: int) -> int:
        """Return which person most of a group's faces were, 0 if none."""
        known = self._former.get(root)
        if known is None:
            return self._persons[root]
        return max(known, key=lambda person: (known[person], -person)) if known else 0

    def bonus(self, one: int, other: int) -> float:
        """Return by how much less alike two groups need be because they were one person: joined they stay joined."""
        former = self.former(one)
        return self._limits.loyalty if former and former == self.former(other) else 0.0

    def may_join(self, one: int, other: int) -> bool:
        """Tell whether two groups may be one person: no two faces in one picture, no two people the owner knows."""
        first, second = self._fixed[one], self._fixed[other]
        if first and second and first != second:
            return False
        small, large = sorted((self.pictures(one), self.pictures(other)), key=len)
        return small.isdisjoint(large)

    def pictures(self, root: int) -> set[int]:
        """Return the pictures with several faces in which a group is, by number."""
        found = self._pictures.get(root)
        if found is None:
            return {self._picture[root]} - {-1}
        return found

    def join(self, one: int, other: int) -> int:
        """Make one group of two and return its root."""
        if self.size(one) < self.size(other):
            one, other = other, one
        self._sum[one] = self.total(one) + self.total(other)
        self._pictures[one] = self.pictures(one) | self.pictures(other)
        former = self._former.get(one)
        if former is None:
            former = Counter({self._persons[one]: 1} if self._persons[one] else {})
        former.update(self._former.get(other) or ({self._persons[other]: 1} if self._persons[other] else {}))
        self._former[one] = former
        self._size[one] = self.size(one) + self.size(other)
        self._fixed[one] = self._fixed[one] or self._fixed[other]
        self._parent[other] = one
        for known in (self._size, self._sum, self._pictures, self._former):
            known.pop(other, None)
        return one

    def labels(self, rows: Ints) -> Ints:
        """Return the root of each row."""
        return np.fromiter((self.root(row) for row in rows.tolist()), np.int64, len(rows))
