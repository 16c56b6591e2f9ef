"""Faces as grouping sees them, and from which likeness on two are one person.

Everything that grouping decides is a cosine compared with a limit, and all limits come from one number, `same`, which
belongs to the embedder. Likeness is always in the scale of two faces: that of a face to several is the mean of its
cosines to them, so that limits mean the same for a pair and for a crowd.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Vectors = npt.NDArray[Any]  # float16 or float32
Mask = npt.NDArray[np.bool_]
Barred = Mapping[int, Floats]
"""For a person the faces, (k, d), of which the owner said that they are somebody else."""

EXEMPLARS = 16
"""How many a person has at most."""
CORE = 3
"""As many faces must speak for a person, if it has as many."""
PART = 4
"""Of so many faces a part of a group must be to join it to another."""
GOOD = 0.5
"""Quality from which a face may found groups, join them to one another and be an exemplar."""
NOTHING = 0.1
"""Quality below which a face is like anybody: it joins no person."""
SPEAKING = 0.2
"""Quality from which a face may speak for a person of whom there is no good one."""


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """n faces, a row each. Arrays are taken as they are and never written to; vectors may be memory-mapped."""

    ids: Ints  # (n,) each once
    vectors: Vectors  # (n, d) unit length, float16 or float32
    picture: Ints  # (n,) faces of one picture (or frame of a video) are different people
    quality: Floats  # (n,) 0 (unusable) to 1 (sharp, large, frontal); good from GOOD on
    person: Ints  # (n,) 0 if none
    fixed: Mask  # (n,) the owner or a file said so: person never changes, even if it is 0

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def good(self) -> Mask:
        """Which may found groups: of good quality, and not kept out by the owner."""
        answer: Mask = (self.quality >= GOOD) & ~(self.fixed & (self.person == 0))
        return answer

    def take(self, rows: "Ints | Mask | slice") -> "Faces":
        """Return some of the faces."""
        return Faces(
            self.ids[rows],
            self.vectors[rows],
            self.picture[rows],
            self.quality[rows],
            self.person[rows],
            self.fixed[rows],
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """Cosines that decide, all from `same`: that from which two good faces are one person if others agree.

    The rest are shares of what lies between `same` and 1, so that they suit embedders that rate high or low. The
    defaults of the shares were chosen on synthetic faces of embedders that tell people apart well and badly.
    """

    same: float
    lone: float = 0.2  # what a single face must be nearer if no other speaks for it
    gate: float = 0.1  # what a face of no quality at all must be nearer
    years: float = 0.15  # share of `same` that groups of several faces each may lack to be one person
    near: float = 0.09  # what a face must be nearer to one face of a named person, if others are not against it
    beside: float = 0.2  # share of `same` that the likeness to those others may lack
    lead: float = 0.08  # by how much the best person must be nearer than the next, unless it is near beyond doubt
    stay: float = 0.08  # by how much another person must be nearer for a face to leave its own

    def __post_init__(self) -> None:
        if not 0 < self.same < 1:
            raise ValueError(f"a cosine between 0 and 1 is needed, not {self.same}")

    def need(self, witnesses: float, quality: float = 1.0) -> float:
        """Return from which mean likeness on a face of that quality is like that many good ones."""
        return self.same + (1 - self.same) * (self.lone / max(witnesses, 1) + self._gated(quality))

    def lands(self, nearest: float, like: float, quality: float) -> bool:
        """Tell whether a face of that quality is of a person whom the owner named, by the nearest of the faces.

        `like`: the mean likeness to a few. The owner vouches for a named person, so one witness is enough.
        """
        close = self.same + (1 - self.same) * (self.near + self._gated(quality))
        return nearest >= close and like >= (1 - self.beside) * self.same

    def _gated(self, quality: float) -> float:
        return self.gate * max(0.0, GOOD - quality) / GOOD

    @property
    def sure(self) -> float:
        """Likeness beyond doubt: that of two good faces of which nothing else is known."""
        return self.need(1)

    @property
    def groups(self) -> float:
        """Mean likeness from which two groups, or parts of them, are one person.

        It is lower than for faces: chance is small between means, and years lie between groups of one person.
        """
        return (1 - self.years) * self.same

    @property
    def likely(self) -> float:
        """Likeness to the nearest face of a named person from which the owner is asked whether it is that person."""
        return 0.9 * self.same

    @property
    def faint(self) -> float:
        """What is enough for that if the person was there within hours, and wore the same."""
        return 0.55 * self.same

    @property
    def ahead(self) -> float:
        """What `lead` is as a cosine."""
        return (1 - self.same) * self.lead

    @property
    def loyalty(self) -> float:
        """What `stay` is as a cosine."""
        return (1 - self.same) * self.stay

    @property
    def floor(self) -> float:
        """Likeness below which two faces are not looked at together."""
        return 0.75 * self.same


def usable(vectors: Vectors) -> Mask:
    """Return which vectors, (n, d), are finite and not zero: others are nobody's."""
    answer = np.zeros(len(vectors), np.bool_)
    for start in range(0, len(vectors), 8192):
        some = np.asarray(vectors[start : start + 8192], np.float32)
        length = np.einsum("ij,ij->i", some, some)
        answer[start : start + 8192] = np.isfinite(length) & (length > 0.25)
    return answer


def rows_by(labels: "npt.NDArray[np.integer[Any]]") -> Iterator[tuple[int, Ints]]:
    """Yield each label and the rows that have it, in order."""
    order = np.argsort(labels, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order])) + 1
    for start, end in zip([0, *bounds.tolist()], [*bounds.tolist(), len(order)], strict=True):
        if end > start:
            yield int(labels[order[start]]), order[start:end]
