"""Pairs are found without comparing all with all, are exact, and follow every change of the vector store."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from haven_duplicates.alike import Links, LookAlikes
from haven_duplicates.analyzer import SPACE
from haven_duplicates.likeness import ALIKE, likeness
from haven_duplicates.look import DIM, WAVES
from haven_fs.vectors import Vector, VectorStore

DICE = np.random.default_rng(7)
FREQUENCY = np.concatenate([waves.frequency for waves in WAVES])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    with VectorStore(tmp_path / "vectors") as opened:
        yield opened


def looks(count: int) -> np.ndarray:
    return unit(DICE.standard_normal((count, DIM)))


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def near(vectors: np.ndarray, cosine: float) -> np.ndarray:
    """Return vectors at that cosine from these, different as copies are: the finer the waves, the more."""
    aside = DICE.standard_normal(vectors.shape) * FREQUENCY
    aside -= (aside * vectors).sum(axis=-1, keepdims=True) * vectors
    return unit(cosine * vectors + np.sqrt(1 - cosine**2) * unit(aside))


def put(store: VectorStore, vectors: np.ndarray, first: int) -> None:
    store.put(SPACE, [Vector(first + n, 0, v.astype("<f2").tobytes()) for n, v in enumerate(vectors)])


def pairs(links: Links) -> set[tuple[int, int]]:
    found = {tuple(sorted(pair)) for pair in links.pairs.tolist()}
    assert len(found) == len(links.pairs)
    return found


def test_copies_are_found_among_many(store: VectorStore) -> None:
    originals = looks(3000)
    put(store, originals, 1)
    put(store, near(originals[:300], 0.985), 10_001)
    put(store, near(originals[300:600], 0.9), 20_001)  # not alike, and not far
    links = LookAlikes().update(store)
    assert pairs(links) == {(n + 1, n + 10_001) for n in range(300)}


def test_what_is_found_is_all_there_is(store: VectorStore) -> None:
    """Compared with every pair, at every distance; hardly any that is near the limit may be missed."""
    originals = looks(400)
    some = np.concatenate([originals] + [near(originals, cosine) for cosine in (0.99, 0.97, 0.95, 0.93)])
    put(store, some, 0)
    some = some.astype("<f2").astype(np.float32)
    one, other = np.triu_indices(len(some), 1)
    wanted = (some @ some.T)[one, other] > 0.8
    one, other = one[wanted], other[wanted]
    alike = likeness(some[one], some[other]) >= ALIKE
    every = set(zip(one[alike].tolist(), other[alike].tolist(), strict=True))
    found = pairs(LookAlikes().update(store))
    assert found <= every
    assert len(found) >= 0.995 * len(every)
    assert len(every) > 1000


def test_changes_are_followed(store: VectorStore) -> None:
    kept = LookAlikes()
    assert pairs(kept.update(store)) == set()
    originals = looks(500)
    put(store, originals, 1)
    assert pairs(kept.update(store)) == set()
    put(store, near(originals[:5], 0.98), 1001)
    expected = {(n, n + 1000) for n in range(1, 6)}
    assert pairs(kept.update(store)) == expected
    assert pairs(kept.update(store)) == expected
    # A photo with other bytes, one that is gone, one that came, all at once.
    put(store, looks(1), 1001)
    store.remove(SPACE, [1002])
    put(store, near(originals[99:100], 0.98), 2000)
    expected = expected - {(1, 1001), (2, 1002)} | {(100, 2000)}
    assert pairs(kept.update(store)) == expected
    # So many removed that all rows get new numbers.
    store.remove(SPACE, range(150, 501))
    put(store, looks(1200), 5000)
    store.remove(SPACE, range(5000, 6200))
    assert pairs(kept.update(store)) == expected
    assert pairs(LookAlikes().update(store)) == expected
    store.drop(SPACE)
    assert pairs(kept.update(store)) == set()
    put(store, np.repeat(originals[:1], 2, axis=0), 1)
    assert pairs(kept.update(store)) == {(1, 2)}


def test_photos_can_be_compared_though_they_were_not_linked(store: VectorStore) -> None:
    originals = looks(3)
    put(store, np.concatenate([originals, near(originals[:1], 0.97), near(originals[1:2], 0.5)]), 10)
    links = LookAlikes().update(store)
    first, second = np.array([10, 13, 10, 11, 10, 99, 98]), np.array([13, 10, 11, 14, 99, 10, 99])
    assert links.alike(first, second).tolist() == [True, True, False, False, False, False, False]


def test_hundreds_of_the_same_picture_hang_together_without_a_pair_for_each_two(store: VectorStore) -> None:
    put(store, np.repeat(looks(1), 1000, axis=0), 1)
    links = LookAlikes().update(store)
    assert len(links.pairs) < 1000 * 200
    reached, edge = {1}, {1}
    beside: dict[int, set[int]] = {}
    for one, other in links.pairs.tolist():
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    while edge:
        edge = {other for one in edge for other in beside[one]} - reached
        reached |= edge
    assert len(reached) == 1000
