"""How well faces were grouped, against the truth."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def scores(truth: Ints, person: Ints) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return precision, recall and F over pairs of faces, and BCubed over faces. Person 0 is nobody: each alone."""
    person = person.copy()
    nobody = person == 0
    person[nobody] = person.max(initial=0) + 1 + np.arange(nobody.sum())
    true, given = (np.unique(labels, return_inverse=True)[1] for labels in (truth, person))
    _, both, shared = np.unique(true * (given.max() + 1) + given, return_inverse=True, return_counts=True)
    in_truth, in_group = np.bincount(true), np.bincount(given)
    right = _pairs(shared)
    pairs = right / max(_pairs(in_group), 1), right / max(_pairs(in_truth), 1)
    bcubed = float((shared[both] / in_group[given]).mean()), float((shared[both] / in_truth[true]).mean())
    return (*pairs, _f(*pairs)), (*bcubed, _f(*bcubed))


def labelled(person: Ints, first: int) -> Ints:
    """Return the persons with ids from `first` on in place of labels of new groups."""
    labels, where = np.unique(person, return_inverse=True)
    labels[labels < 0] = first + np.arange((labels < 0).sum())
    return labels[where]


def _pairs(sizes: Ints) -> float:
    return float((sizes * (sizes - 1) // 2).sum())


def _f(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(precision + recall, 1e-9)
