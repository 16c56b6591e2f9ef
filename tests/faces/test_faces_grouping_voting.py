"""Which faces speak for a person and which join one: covered ones, those that say nothing, and one near witness."""

from dataclasses import replace

import numpy as np
import pytest

from haven_faces.grouping import Faces, Groups, Limits, likely, regroup, weighed
from haven_faces.grouping.kinds import GOOD, NOTHING
from haven_models.judging import covers_of

DIM = 64
LIMITS = Limits(0.5)
COVER = np.eye(DIM, dtype=np.float32)[0]
COVERS = covers_of([COVER], [0.2], [0.7])


def unit(vector: np.ndarray) -> np.ndarray:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def looks(person: int, seed: int = 0, *, cover: float = 0.0, turn: float = 0.3) -> np.ndarray:
    """Return a face: a person's own direction, something by chance, and what is before it."""
    own = np.random.default_rng(person).normal(size=DIM)
    other = np.random.default_rng(1000 * person + seed + 1).normal(size=DIM)
    own[0] = other[0] = 0
    return unit(unit(own) + turn * unit(other) + cover * COVER)


def faces(*vectors: np.ndarray, person: list[int] | None = None, quality: float = 0.9) -> Faces:
    count = len(vectors)
    who = np.array(person or [0] * count, np.int64)
    return Faces(
        ids=np.arange(1, count + 1),
        vectors=np.stack(vectors),
        picture=np.arange(1, count + 1),
        quality=np.full(count, quality, np.float32),
        person=who,
        fixed=who > 0,
    )


def judged(some: Faces) -> Faces:
    return replace(some, quality=weighed(some.quality, some.vectors, some.person, COVERS))


def put_after(some: Faces, known: Faces) -> Faces:
    """Return faces with ids and pictures that follow those of others."""
    return replace(some, ids=some.ids + len(known), picture=some.picture + len(known))


def test_covered_faces_lose_their_weight_and_no_others() -> None:
    some = faces(looks(1), looks(2), looks(1, cover=1.5), looks(2, cover=0.2))
    quality = judged(some).quality
    assert quality[[0, 1, 3]] == pytest.approx(0.9)
    assert quality[2] == pytest.approx(NOTHING)
    worse = replace(some, quality=np.full(4, 0.05, np.float32))
    assert judged(worse).quality == pytest.approx(0.05), "what says nothing is not made better"
    assert weighed(some.quality, some.vectors, some.person, None) is some.quality


def test_what_a_person_always_wears_covers_nothing() -> None:
    """Somebody whose glasses are in all photos speaks; one photo with a helmet does not."""
    with_glasses = [looks(1, seed, cover=0.6) for seed in range(4)]
    alone = judged(faces(*with_glasses))
    assert (alone.quality >= GOOD).all()
    mine = judged(faces(*with_glasses, looks(1, 9, cover=2.0), person=[1] * 5))
    assert (mine.quality[:4] >= GOOD).all()
    assert mine.quality[4] < GOOD


@pytest.mark.parametrize("way", ["as they come", "regrouped"])
def test_a_covered_face_that_the_owner_confirmed_takes_in_no_strangers(way: str) -> None:
    known = faces(
        *(looks(1, seed) for seed in range(5)), *(looks(1, seed, cover=2.0) for seed in range(5, 8)), person=[1] * 8
    )
    new = put_after(faces(*(looks(stranger, cover=2.0) for stranger in range(20, 30)), looks(1, 50)), known)

    def joined(known: Faces, new: Faces) -> list[int]:
        if way == "as they come":
            return Groups(known, {}, LIMITS, {1}).add(new).person.tolist()
        names = ("ids", "vectors", "picture", "quality", "person", "fixed")
        whole = Faces(**{name: np.concatenate([getattr(known, name), getattr(new, name)]) for name in names})
        person = regroup(whole, {}, LIMITS, named={1})
        assert person is not None
        assert (person[: len(known)] == 1).all(), "what was confirmed is kept"
        return person[len(known) :].tolist()

    assert 1 in joined(known, new)[:-1], "without a judgement strangers come"
    after = joined(judged(known), judged(new))
    assert 1 not in after[:-1]
    assert after[-1] == 1


@pytest.mark.parametrize("quality", [0.0, NOTHING - 0.01])
def test_a_face_that_says_nothing_joins_nobody(quality: float) -> None:
    known = faces(*(looks(1, seed) for seed in range(5)), person=[1] * 5)
    blurred = put_after(faces(looks(1, 9), quality=quality), known)
    assert Groups(known, {}, LIMITS, {1}).add(blurred).person.tolist() == [0]
    assert Groups(known, {}, LIMITS, {1}).add(replace(blurred, quality=blurred.quality + 0.4)).person.tolist() == [1]
    names = ("ids", "vectors", "picture", "quality", "person", "fixed")
    whole = Faces(**{name: np.concatenate([getattr(known, name), getattr(blurred, name)]) for name in names})
    person = regroup(whole, {}, LIMITS, named={1})
    assert person is not None
    assert person.tolist() == [1, 1, 1, 1, 1, 0]


def near_one_of_five() -> tuple[Faces, Faces]:
    """Return five confirmed faces, and one that is near one of them and less so to the others."""
    own = looks(1, turn=0)
    aside = [unit(np.random.default_rng(seed).normal(size=DIM)) for seed in range(5)]
    known = faces(*(unit(own + one) for one in aside), person=[1] * 5)
    rest = unit(np.random.default_rng(99).normal(size=DIM))
    return known, put_after(faces(unit(0.5 * own + 0.7 * aside[0] + 0.9 * rest)), known)


def test_one_near_face_is_enough_for_a_named_person() -> None:
    known, new = near_one_of_five()
    cosines = np.sort(known.vectors @ new.vectors[0])[::-1]
    assert cosines[0] > 0.55 > LIMITS.need(3) > cosines[:3].mean() > 0.8 * LIMITS.same
    assert Groups(known, {}, LIMITS).add(new).person.tolist() == [0]
    assert Groups(known, {}, LIMITS, {1}).add(new).person.tolist() == [1]


def test_whom_an_unknown_face_may_be() -> None:
    known = faces(
        *(looks(1, seed) for seed in range(3)), *(looks(2, seed) for seed in range(3)), person=[1] * 3 + [2] * 3
    )
    turned = put_after(faces(looks(1, 7, turn=1.7), looks(40)), known)
    names = ("ids", "vectors", "picture", "quality", "person", "fixed")
    whole = Faces(**{name: np.concatenate([getattr(known, name), getattr(turned, name)]) for name in names})
    found = likely(whole, np.array([6, 7]), {1, 2}, LIMITS)
    assert (found.rows.tolist(), found.person.tolist()) == ([6], [1])
    assert LIMITS.faint < found.like[0] < LIMITS.need(1)
    assert not len(likely(whole, np.array([6, 7]), {2}, LIMITS).rows)
    assert not len(likely(whole, np.array([6, 7]), set(), LIMITS).rows)
