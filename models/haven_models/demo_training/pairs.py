"""Which subjects in which scenes the demo model is trained on, and which it never sees until it is measured.

The split is by pairs, fixed by a seed, and holds for pictures and captions alike: nothing drawn for training shows a
test pair, and no caption names one. So a right answer for "dog in the snow", when that pair is kept out, can only come
from knowing dogs and knowing snow.
"""

import random

from haven_fs.demo import SCENES, SUBJECTS, fits

Pair = tuple[str, str]

SEED = 20
PARTS = 5
"""One fifth is for the test."""


def _split() -> tuple[tuple[Pair, ...], tuple[Pair, ...], tuple[Pair, ...]]:
    pairs = [(subject, scene) for subject in SUBJECTS for scene in SCENES if fits(subject, scene)]
    random.Random(SEED).shuffle(pairs)  # noqa: S311 - no secret
    size = len(pairs) // PARTS
    test = _take(pairs, size)
    validation = _take([pair for pair in pairs if pair not in test], (len(pairs) - size) // PARTS)
    return tuple(pairs), test, validation


def _take(pairs: list[Pair], size: int) -> tuple[Pair, ...]:
    """Return the first pairs that leave at least two thirds of each subject's and of each scene's."""
    taken: list[Pair] = []
    for pair in pairs:
        beside = [(_with(taken, side, pair[side]) + 1, _with(pairs, side, pair[side])) for side in (0, 1)]
        if len(taken) < size and all(3 * count <= whole for count, whole in beside):
            taken.append(pair)
    return tuple(taken)


def _with(pairs: list[Pair], side: int, name: str) -> int:
    return sum(pair[side] == name for pair in pairs)


PAIRS, TEST_PAIRS, VALIDATION_PAIRS = _split()
"""All that fit; a fifth of them, never seen in training; a fifth of the rest, left out only while choosing settings."""
SEEN_PAIRS = tuple(pair for pair in PAIRS if pair not in TEST_PAIRS)
"""What the committed model was trained on."""
