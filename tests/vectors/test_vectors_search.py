"""Exact search answers as brute force does: all photos or some, by count or by score, from the copy or without it."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from vectorkit import SPACE, as_put, brute, one_each, same, some_vectors

from haven_fs.vectors import VectorStore


@pytest.fixture(params=["copied", "partly copied", "not copied"])
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def filled(folder: Path, state: str) -> tuple[VectorStore, dict[int, list[np.ndarray]]]:
    """Return a store of photos with one to nine parts, ids in no order, some replaced, some removed."""
    rng = np.random.default_rng(4)
    rows = iter(some_vectors(4000, 24))
    ids = rng.permutation(3000)[:900].tolist()
    photos = {id_: [next(rows) for _ in range(rng.choice((1, 1, 2, 9)))] for id_ in ids}
    store = VectorStore(folder)
    first = {"copied": 900, "partly copied": 500, "not copied": 0}[state]
    store.put(SPACE, as_put({id_: photos[id_] for id_ in ids[:first]}))
    if first:
        store.matrix(SPACE)
    for start in range(first, 900, 100):
        store.put(SPACE, as_put({id_: photos[id_] for id_ in ids[start : start + 100]}))
    for id_ in ids[100:130] + ids[800:830]:
        photos[id_] = [next(rows)]
    store.put(SPACE, as_put({id_: photos[id_] for id_ in ids[100:130] + ids[800:830]}))
    store.remove(SPACE, gone := ids[50:80] + ids[850:870])
    return store, {id_: parts for id_, parts in photos.items() if id_ not in set(gone)}


def test_it_is_brute_force(tmp_path: Path, state: str) -> None:
    store, photos = filled(tmp_path, state)
    rng = np.random.default_rng(5)
    withins = [
        None,
        np.empty(0, np.int64),
        np.array([4000, 4001]),
        np.array(sorted(photos)[3:4]),
        rng.choice(sorted(photos), 50),  # some twice, in no order
        np.arange(0, 5000, 2),
    ]
    readers = [store, VectorStore(tmp_path, readonly=True)]
    for question in some_vectors(2, 24, seed=6).astype(np.float32):
        for within in withins:
            ranked = brute(photos, question, None if within is None else within.tolist())
            for count, least in itertools.product((None, 0, 1, 7, 10_000), (None, 0.3, 2.0)):
                wanted = [item for item in ranked if least is None or item[1] >= least][:count]
                for reader in readers:
                    hits = reader.search(SPACE, question, within=within, count=count, least=least)
                    assert same(hits, wanted), (within, count, least)
    for reader in readers:
        reader.close()


def test_a_photo_scores_the_same_whoever_is_beside_it(tmp_path: Path) -> None:
    store, photos = filled(tmp_path, "partly copied")
    question = some_vectors(1, 24, seed=6)[0].astype(np.float32)
    every = store.search(SPACE, question)
    scores = dict(zip(every.photo_ids.tolist(), every.scores.tolist(), strict=True))
    rng = np.random.default_rng(7)
    for size in (1, 2, 3, 40, 333, 800):
        hits = store.search(SPACE, question, within=rng.choice(sorted(photos), size, replace=False))
        assert len(hits) == size
        assert [scores[id_] for id_ in hits.photo_ids.tolist()] == hits.scores.tolist()
    store.close()


def test_several_questions_are_compared_at_the_part_that_is_nearest_to_the_first(tmp_path: Path, state: str) -> None:
    store, photos = filled(tmp_path, state)
    questions = np.asarray(some_vectors(4, 24, seed=7), np.float32)
    for ids in (sorted(photos)[::-1], sorted(photos)[5:60:7], [4000, *sorted(photos)[:3], 4001]):
        found = store.compare(SPACE, questions, np.array(ids))
        assert found.shape == (4, len(ids))
        for column, photo in enumerate(ids):
            if photo not in photos:
                assert np.isnan(found[:, column]).all()
                continue
            parts = np.stack(photos[photo]).astype(np.float64) @ questions.T.astype(np.float64)
            assert np.allclose(found[:, column], parts[parts[:, 0].argmax()], atol=1e-6)
    assert store.compare(SPACE, questions, np.empty(0, np.int64)).shape == (4, 0)
    assert np.isnan(store.compare("clip:other-01234567", questions, np.array([1, 2]))).all()


def test_equal_photos_come_by_their_ids(tmp_path: Path) -> None:
    rows = some_vectors(3, 8)
    with VectorStore(tmp_path) as store:
        ids = np.random.default_rng(1).permutation(2000).tolist()
        store.put(SPACE, as_put({id_: [rows[id_ % 2]] for id_ in ids}))
        for count in (None, 5, 1500):
            hits = store.search(SPACE, rows[0].astype(np.float32), count=count)
            assert hits.photo_ids.tolist() == [*range(0, 2000, 2), *range(1, 2000, 2)][:count]
            assert len(set(hits.scores.tolist())) <= 2


def test_tiny_numbers_count_exactly(tmp_path: Path) -> None:
    """Numbers below 2**-14 are written differently in a float16."""
    rows = np.zeros((400, 8), "<f2")
    rows[:, 0] = 1
    rows[:, 1] = np.arange(400, dtype=np.uint16).astype("<u2").view("<f2")
    rows[:, 2] = -rows[:, 1]
    question = np.array([0, 1, -1, 0, 0, 0, 0, 0], np.float32)
    with VectorStore(tmp_path) as store:
        store.put(SPACE, as_put(one_each(rows)))
        for part in (None, np.arange(7)):
            hits = store.search(SPACE, question, within=part)
            assert np.array_equal(hits.scores, rows[hits.photo_ids, 1].astype(np.float32) * 2)
            assert hits.photo_ids.tolist() == list(range(400 if part is None else 7))[::-1]


def test_questions_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    with VectorStore(tmp_path) as store:
        store.put(SPACE, as_put(one_each(some_vectors(3, 8))))
        for question in (np.zeros(7), np.zeros((1, 8)), np.full(8, np.nan), np.full(8, np.inf)):
            with pytest.raises(ValueError):
                store.search(SPACE, question.astype(np.float32))


def test_the_matrix_is_row_by_row_what_was_put(tmp_path: Path, state: str) -> None:
    store, photos = filled(tmp_path, state)
    with VectorStore(tmp_path, readonly=True) as reader:
        for one in (reader, store):
            ids, vectors = one.matrix(SPACE)
            assert ids.shape == (len(vectors),) and vectors.dtype == np.float16
            found: dict[int, list[bytes]] = {}
            for id_, row in zip(ids.tolist(), vectors, strict=True):
                if id_ >= 0:
                    found.setdefault(id_, []).append(row.tobytes())
            assert found == {id_: [row.tobytes() for row in parts] for id_, parts in photos.items()}
            with pytest.raises(ValueError):
                ids[0] = 1
    store.close()
