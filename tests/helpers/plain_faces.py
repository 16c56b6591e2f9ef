"""Faces whose cosines are exactly known: each is a mixture of directions at right angles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from haven_faces.grouping import Faces

DIMENSIONS = 512
_AXES = 100
"""Directions that may be named; each face has one of the rest to itself."""


@dataclass
class Album:
    """Collects faces. Two faces that are `near` one direction by squares s and t have cosine sqrt(s * t)."""

    rows: list[tuple[npt.NDArray[np.float32], int, float, int, bool]] = field(default_factory=list)

    def add(
        self,
        near: Mapping[int, float] | int,
        *,
        square: float = 0.64,
        picture: int = 0,
        quality: float = 0.9,
        person: int = 0,
        fixed: bool = False,
        count: int = 1,
    ) -> list[int]:
        """Add faces and return their rows. `near`: how much of the length's square lies along which direction."""
        parts = {near: square} if isinstance(near, int) else near
        added = []
        for _ in range(count):
            row = len(self.rows)
            vector = np.zeros(DIMENSIONS, np.float32)
            for axis, part in parts.items():
                vector[axis] = np.sqrt(part)
            vector[_AXES + row % (DIMENSIONS - _AXES)] = np.sqrt(max(0.0, 1 - sum(parts.values())))
            self.rows.append((vector, picture or -row - 1, quality, person, fixed))
            added.append(row)
        return added

    def faces(self, rows: Sequence[int] | None = None) -> Faces:
        """Return the faces, or some of them; ids are rows counted from 1."""
        wanted = list(range(len(self.rows)) if rows is None else rows)
        some = [self.rows[row] for row in wanted]
        return Faces(
            ids=np.array(wanted, np.int64) + 1,
            vectors=np.array([vector for vector, *_ in some], np.float16).reshape(-1, DIMENSIONS),
            picture=np.array([picture for _, picture, *_ in some], np.int64),
            quality=np.array([quality for _, _, quality, *_ in some], np.float32),
            person=np.array([person for *_, person, _ in some], np.int64),
            fixed=np.array([fixed for *_, fixed in some], np.bool_),
        )
