"""Which faces speak for a person: not those behind sunglasses, a mask or a helmet, whoever said whose they are.

A covered face is nearer to other covered ones than to its own person, so that what it speaks for are strangers who wear
the same. It keeps its person and is shown, and may still find its person if it is very like; it speaks for nobody.
"""

from typing import TYPE_CHECKING

import numpy as np

from haven_faces.grouping.kinds import CORE, GOOD, NOTHING, Floats, Ints, Vectors, rows_by

if TYPE_CHECKING:
    from haven_models.judging import Covers

_HARDLY, _SURELY = 0.6, 1.0
"""How covered a face may be to have all its weight, and from where on it has least, as `Covers.of` says it."""
_CLEARER = 30
"""The share of a person's good faces, in a hundred, that are clear in any case: what they have is part of the face."""
_ROWS = 8192


def weighed(quality: Floats, vectors: Vectors, person: Ints, covers: "Covers | None") -> Floats:
    """Return the quality of faces, (n,), less where they are covered. `person`: of each, 0 if none.

    Of a person with several good faces each is compared with the others, too: beards and glasses are no covers.
    """
    if covers is None or not len(quality) or covers.directions.shape[1:] != vectors.shape[1:]:
        return quality  # nobody measured it, or of another embedder
    hidden = np.concatenate([covers.of(vectors[start : start + _ROWS]) for start in range(0, len(vectors), _ROWS)])
    weight = _weight(hidden)
    for one, rows in rows_by(person):
        good = rows[quality[rows] >= GOOD]
        if one and len(good) >= CORE:
            usual = np.percentile(hidden[good], _CLEARER, axis=0).astype(np.float32)
            weight[rows] = np.minimum(weight[rows], _weight(hidden[rows] - usual))
    return np.asarray(np.maximum(quality * weight, np.minimum(quality, NOTHING)), np.float32)


def _weight(hidden: Floats) -> Floats:
    """Return the weight of faces that are covered so far in each way, (n, k)."""
    most = hidden.max(axis=1)
    return np.asarray(1 - np.clip((most - _HARDLY) / (_SURELY - _HARDLY), 0, 1), np.float32)
