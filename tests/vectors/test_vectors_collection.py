"""A collection that is not what its state says, in any way, is found out when it is opened."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from vectorkit import SPACE, as_put, one_each, some_vectors

from haven_fs.vectors import VectorStore
from haven_fs.vectors.collection import Broken, Collection
from haven_fs.vectors.database import Database
from haven_fs.vectors.rowcopy import numbering

COUNT, DIM = 300, 8


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Callable[[], Collection]]:
    """Give what opens the collection, as the process that owns it does."""
    with VectorStore(tmp_path) as store:
        store.put(SPACE, as_put(one_each(some_vectors(COUNT, DIM))))
        store.remove(SPACE, range(10))
    database = Database(tmp_path / "vectors.sqlite", readonly=True)

    def open_() -> Collection:
        with database.read() as db:
            assert db is not None
            space = numbering(db, SPACE)
            assert space is not None
            collection = Collection(tmp_path / "chroma" / "token-1", "embedded", space, db)
            while not collection.step(space, db):
                pass
            collection.seal(space, db)
            return collection

    yield open_
    database.close()


def state_of(collection: Collection, **values: Any) -> None:
    path = collection._folder / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def other(count: int) -> np.ndarray:
    return some_vectors(count, DIM, 77).astype(np.float32)


CHANGES: dict[str, Callable[[Collection], object]] = {
    "other vectors": lambda c: c._chroma.update(
        ids=[str(row) for row in range(10, COUNT)], embeddings=other(COUNT - 10)
    ),
    "one less": lambda c: c._chroma.delete(ids=["20"]),
    "one more": lambda c: c._chroma.add(ids=["5"], embeddings=other(1)),
    "others": lambda c: (
        c._chroma.delete(ids=[str(row) for row in range(10, COUNT)]),
        c._chroma.add(ids=[str(row + 1000) for row in range(10, COUNT)], embeddings=other(COUNT - 10)),
    ),
    "dirty": lambda c: state_of(c, dirty=True),
    "of another numbering": lambda c: state_of(c, token="another"),
    "of a later time": lambda c: state_of(c, rows=COUNT + 1),
    "built otherwise": lambda c: state_of(c, hnsw={"space": "ip", "max_neighbors": 4}),
    "of a server": lambda c: state_of(c, where="http://127.0.0.1:1"),
    "state unreadable": lambda c: (c._folder / "state.json").write_text("{"),
    "state of another kind": lambda c: state_of(c, unknown=1),
    "other files": lambda c: state_of(c, files={"a/data_level0.bin": [1, 2]}),
}


def test_what_is_as_it_was_left_is_taken(opening: Callable[[], Collection]) -> None:
    first = opening()
    assert first._chroma.count() == COUNT - 10
    before = (first._folder / "state.json").read_bytes()
    second = opening()
    question = some_vectors(1, DIM, 5)[0].astype(np.float32)
    assert first.query(question, 20) == second.query(question, 20) and len(second.query(question, 20)) == 20
    assert (first._folder / "state.json").read_bytes() == before


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_is_not_taken(opening: Callable[[], Collection], name: str) -> None:
    CHANGES[name](opening())
    with pytest.raises(Broken):
        opening()
