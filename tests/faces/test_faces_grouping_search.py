"""Neighbours are found without comparing each with each, nearly all of them; and vectors may come and go."""

import numpy as np
import pytest
from helpers.synthetic_faces import Shape, synthetic

from haven_faces.grouping.cells import CELL, Cells
from haven_faces.grouping.neighbours import neighbours


def test_most_neighbours_are_found() -> None:
    faces, _ = synthetic(9000, 31, Shape(dimensions=128, free=100))
    good = faces.good
    found = neighbours(faces.vectors, good, 10, 0.4, lambda: False)
    some = np.arange(0, len(faces), 20)
    among = np.flatnonzero(good)
    exact = faces.vectors[some].astype(np.float32) @ faces.vectors[among].astype(np.float32).T
    exact[some[:, None] == among] = -1
    best = among[np.argmax(exact, axis=1)]
    near = exact.max(axis=1) >= 0.5
    assert (found.rows[some, 0] == best)[near].mean() > 0.95
    there = found.rows >= 0
    assert good[found.rows[there]].all()
    assert (found.rows != np.arange(len(faces))[:, None]).all()
    assert (np.diff(found.likeness, axis=1) <= 0).all()
    assert (found.likeness[there] >= 0.4).all()
    assert (found.likeness[~there] == -1).all()
    row, place = (int(part[0]) for part in np.nonzero(there))
    exactly = faces.vectors[row].astype(np.float32) @ faces.vectors[found.rows[row, place]].astype(np.float32)
    assert found.likeness[row, place] == pytest.approx(float(exactly), abs=1e-3)


def test_vectors_come_change_and_go() -> None:
    faces, _ = synthetic(4000, 32, Shape(dimensions=128, free=100))
    vectors = faces.vectors.astype(np.float32)
    cells = Cells(128)
    assert [len(part) for part in cells.near(vectors[:1], 0.5)] == [0, 0, 0]
    slots = np.concatenate([cells.put(vectors[:3000]), *(cells.put(vectors[n : n + 1]) for n in range(3000, 4000))])
    assert len(np.unique(slots)) == 4000
    which, found, like = cells.near(vectors[100:110], 0.99)
    assert found.tolist() == slots[100:110].tolist()
    assert which.tolist() == list(range(10))
    assert like == pytest.approx(np.ones(10), abs=0.01)
    cells.drop(int(slots[100]))
    cells.change(int(slots[101]), vectors[100], moved=True)
    assert cells.near(vectors[100:102], 0.99)[1].tolist() == [slots[101]]
    assert cells.put(vectors[101:102]).tolist() == [slots[100]]
    assert cells.near(vectors[101:102], 0.99)[1].tolist() == [slots[100]]


def test_vectors_that_are_all_alike_stay_findable() -> None:
    cells = Cells(4)
    same = np.tile(np.array([[1.0, 0, 0, 0]], np.float32), (3 * CELL, 1))
    for start in range(0, len(same), 100):
        cells.put(same[start : start + 100])
    assert len(cells.near(same[:1], 0.9)[1]) == 3 * CELL
