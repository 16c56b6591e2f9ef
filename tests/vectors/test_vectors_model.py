"""Any sequence of puts, removals, reopenings and kills leaves what a plain dict would hold."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from helpers.effort import times
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from vectorkit import as_put, brute, same, some_vectors

from haven_fs.vectors import SpaceInfo, VectorStore

ROWS = some_vectors(200, 6)
QUESTIONS = some_vectors(2, 6, seed=1).astype(np.float32)
IDS = st.integers(0, 25)
SPACES = st.sampled_from(["a", "b:c"])
PHOTOS = st.dictionaries(IDS, st.lists(st.integers(0, 199), min_size=1, max_size=3), max_size=12)


class Machine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr("haven_fs.vectors.store._FEW", 4)  # so that gaps are closed in small stores too
        self.root = Path(tempfile.mkdtemp(prefix="haven-model-"))
        self.lives = 0
        self.store = VectorStore(self.root / "0")
        self.reader = VectorStore(self.root / "0", readonly=True)
        self.model: dict[str, dict[int, list[np.ndarray]]] = {}
        self.seq = 0

    @rule(space=SPACES, photos=PHOTOS)
    def put(self, space: str, photos: dict[int, list[int]]) -> None:
        chosen = {id_: [ROWS[number] for number in numbers] for id_, numbers in photos.items()}
        self.store.put(space, as_put(chosen))
        if chosen:
            self.model.setdefault(space, {}).update(chosen)

    @rule(space=SPACES, ids=st.sets(IDS))
    def remove(self, space: str, ids: set[int]) -> None:
        self.store.remove(space, ids)
        for id_ in ids:
            self.model.get(space, {}).pop(id_, None)

    @rule(space=SPACES)
    def drop(self, space: str) -> None:
        self.store.drop(space)
        self.model.pop(space, None)

    @rule(space=SPACES)
    def copy(self, space: str) -> None:
        photos, vectors = self.store.matrix(space)
        wanted = sorted((id_, row.tobytes()) for id_, rows in self.model.get(space, {}).items() for row in rows)
        found = [(id_, row.tobytes()) for id_, row in zip(photos.tolist(), vectors, strict=True) if id_ >= 0]
        assert sorted(found) == wanted

    @rule(killed=st.booleans())
    def reopen(self, killed: bool) -> None:
        self.lives += killed
        folder = self.root / str(self.lives)
        if killed and self.store.folder.exists():  # what lies there at this instant, as a kill would leave it
            shutil.copytree(self.store.folder, folder)
        self.teardown(remove=False)
        self.store, self.reader = VectorStore(folder), VectorStore(folder, readonly=True)

    @invariant()
    def holds_what_the_model_does(self) -> None:
        for one in (self.store, self.reader):
            assert one.spaces() == {
                space: SpaceInfo(6, len(photos), sum(map(len, photos.values())))
                for space, photos in sorted(self.model.items())
            }
            for space, photos in self.model.items():
                assert one.has(space, range(30)) == photos.keys()
                for question in QUESTIONS:
                    assert same(one.search(space, question), brute(photos, question))
                    within = np.arange(0, 26, 3)
                    assert same(one.search(space, question, within=within), brute(photos, question, within.tolist()))
        assert self.store.seq == self.reader.seq >= self.seq
        self.seq = self.store.seq

    def teardown(self, remove: bool = True) -> None:
        self.reader.close()
        self.store.close()
        if remove:
            self.patch.undo()
            shutil.rmtree(self.root)


TestModel = Machine.TestCase
TestModel.settings = settings(
    max_examples=times(8, 25), stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
