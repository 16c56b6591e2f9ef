"""The types that the vector store speaks. They cost nothing to import: numpy is only named here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector of a photo. `part` tells a photo's vectors apart: frames of a video, faces.

    `data`: float16 little endian, of unit length.
    """

    photo_id: int
    part: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SpaceInfo:
    """What a space holds: numbers per vector, photos, and vectors (a row each)."""

    dim: int
    photos: int
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Photos that a search found, best first; of equal scores the lower photo id comes first.

    A photo's score is the highest scalar product of the question with any of its vectors.
    """

    photo_ids: "npt.NDArray[np.int64]"
    scores: "npt.NDArray[np.float32]"

    def __len__(self) -> int:
        return len(self.photo_ids)
