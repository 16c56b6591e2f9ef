"""Which photos look alike, for a whole library and without comparing each with each.

Every look gets two codes of 64 bits, the signs of as many random sums of its slow waves and of all its waves; copies
of a picture differ in few of them. Sorted by the first code, eight times from another bit on, looks that are alike come
to lie side by side, and of neighbours those are compared exactly whose codes are near. Codes and links are kept, so
that a change costs the sorting and the comparisons of what changed. The vector store stays the truth: a row is known
by its photo and its content.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from haven_duplicates.analyzer import SPACE
from haven_duplicates.likeness import ALIKE, likeness
from haven_duplicates.look import DIM, WAVES, Floats

if TYPE_CHECKING:
    from haven_fs import VectorStore

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint64]
Halves = npt.NDArray[np.float16]

BITS = 64
_SLOW, _SLOW_COLOUR = 6, 3
"""Waves up to these frequencies make the first code: a slight crop leaves them nearly as they are."""
_BEGINNING = 12
"""Bits that two neighbours must share."""
_STEP = 8
"""Bits by which one sorting begins later than the one before."""
_NEIGHBOURS = 24
"""How many neighbours on either side a look is compared with at most."""
_MOST_BITS = (9, 14)
"""In how many bits of each code two looks may differ to be compared exactly."""
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Links:
    """Pairs of photos that look alike, (pairs, 2), each once; and every look, to compare others."""

    photos: Ints
    pairs: Ints
    vectors: Halves

    @cached_property
    def _order(self) -> Ints:
        return np.argsort(self.photos)

    def alike(self, first: Ints, second: Ints) -> npt.NDArray[np.bool_]:
        """Tell of each two photos whether they look alike; a photo that has no look is like nothing."""
        answer = np.zeros(len(first), bool)
        if len(self.photos):
            order = self._order
            one, other = (
                order[np.minimum(np.searchsorted(self.photos, wanted, sorter=order), len(order) - 1)]
                for wanted in (first, second)
            )
            there = (self.photos[one] == first) & (self.photos[other] == second)
            answer[there] = _are_alike(self.vectors, one[there], other[there])
        return answer


class LookAlikes:
    """The links of one library, kept up to date by `update`. Not thread-safe: its owner lets one in at a time."""

    def __init__(self) -> None:
        self._photos: Ints = np.empty(0, np.int64)  # of each row; -1 if it was removed
        self._marks: Ints = np.empty(0, np.int64)
        self._codes: Codes = np.empty((0, 2), np.uint64)
        self._pairs: Ints = np.empty((0, 2), np.int64)  # of rows
        self._projection = _projection()

    def update(self, store: "VectorStore") -> Links:
        """Return the links as the store has them now. Raises UserError if it is damaged."""
        photos, vectors = store.matrix(SPACE)
        vectors = vectors.reshape(-1, DIM)  # (0, 0) if there are none
        if len(photos) or len(self._photos):
            self._follow(photos, vectors)
        return Links(photos, photos[self._pairs], vectors)

    def _follow(self, photos: Ints, vectors: Halves) -> None:
        marks = _marks(vectors)
        known = min(len(photos), len(self._photos))
        changed = np.ones(len(photos), bool)
        changed[:known] = (photos[:known] != self._photos[:known]) | (marks[:known] != self._marks[:known])
        if not changed.any() and known == len(self._photos):
            return
        codes = np.zeros((len(photos), 2), np.uint64)
        codes[:known] = self._codes[:known]
        fresh = np.flatnonzero(changed & (photos >= 0))
        for start in range(0, len(fresh), _ROWS_AT_ONCE):
            rows = fresh[start : start + _ROWS_AT_ONCE]
            signs = vectors[rows].astype(np.float32) @ self._projection > 0
            codes[rows] = np.packbits(signs, axis=1).view(">u8")
        kept = self._pairs[(self._pairs < known).all(axis=1)]
        kept = kept[~changed[kept].any(axis=1)]
        found = _neighbours(codes, changed, np.flatnonzero(photos >= 0)) if len(fresh) else kept[:0]
        found = found[_are_alike(vectors, found[:, 0], found[:, 1])]
        self._photos, self._marks, self._codes = photos, marks, codes
        self._pairs = np.concatenate([kept, found])


def _projection() -> Floats:
    """Return what turns a look into the sums whose signs are its two codes, (DIM, 2 * BITS)."""
    frequency = np.concatenate([waves.frequency for waves in WAVES])
    slow = np.repeat([_SLOW, _SLOW_COLOUR, _SLOW_COLOUR], [len(waves.down) for waves in WAVES])
    sums = np.random.default_rng(1).standard_normal((DIM, 2 * BITS)).astype(np.float32)
    sums[:, :BITS] *= np.where(frequency <= slow, frequency**-0.5, 0)[:, None]
    return sums


def _marks(vectors: Halves) -> Ints:
    """Return a number of each row that another vector would hardly have: four of its numbers as they are."""
    marks: Ints = np.ascontiguousarray(vectors[:, :4]).view(np.int64)[:, 0]
    return marks


def _neighbours(codes: Codes, changed: npt.NDArray[np.bool_], rows: Ints) -> Ints:
    """Return pairs of rows whose codes are near, at least one of them changed, (pairs, 2), each once."""
    found = [np.empty(0, np.int64)]
    count = len(codes)
    slow, every = np.ascontiguousarray(codes.T)
    for first in range(0, BITS, _STEP):
        turned = slow[rows] << np.uint64(first) | slow[rows] >> np.uint64((BITS - first) % BITS)
        order = rows[np.argsort(turned, kind="stable")]
        touched = changed[order]
        beginning = np.sort(turned) >> np.uint64(BITS - _BEGINNING)
        for distance in range(1, _NEIGHBOURS + 1):
            near = beginning[distance:] == beginning[:-distance]
            if not near.any():
                break
            near &= touched[distance:] | touched[:-distance]
            one, other = order[:-distance][near], order[distance:][near]
            for code, most in zip((slow, every), _MOST_BITS, strict=True):
                close = _bits(code[one] ^ code[other]) <= most
                one, other = one[close], other[close]
            found.append(np.minimum(one, other) * count + np.maximum(one, other))
    keys = np.sort(np.concatenate(found))
    keys = keys[np.flatnonzero(np.diff(keys, prepend=-1))]  # as np.unique, which goes by hashes and takes longer
    return np.stack([keys // max(count, 1), keys % max(count, 1)], axis=1)


def _bits(codes: Codes) -> Codes:
    """Return how many bits are set in each code."""
    pairs, fours, eights = (np.uint64(mask) for mask in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F))
    codes = codes - (codes >> np.uint64(1) & pairs)
    codes = (codes & fours) + (codes >> np.uint64(2) & fours)
    codes = codes + (codes >> np.uint64(4)) & eights
    return codes * np.uint64(0x0101010101010101) >> np.uint64(56)


def _are_alike(vectors: Halves, first: Ints, second: Ints) -> npt.NDArray[np.bool_]:
    """Compare rows with rows."""
    answer = np.zeros(len(first), bool)
    for start in range(0, len(first), _ROWS_AT_ONCE):
        some = slice(start, start + _ROWS_AT_ONCE)
        likely = likeness(vectors[first[some]].astype(np.float32), vectors[second[some]].astype(np.float32))
        answer[some] = likely >= ALIKE
    return answer
