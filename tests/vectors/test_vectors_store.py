"""What is put into the vector store is what comes out, and what cannot be a vector is refused whole."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from vectorkit import SPACE, as_put, one_each, some_vectors

from haven_fs.errors import UserError
from haven_fs.vectors import SpaceInfo, Vector, VectorStore


@pytest.fixture
def store(tmp_path: Path):
    with VectorStore(tmp_path / "v") as store:
        yield store


def test_putting_getting_removing(store: VectorStore) -> None:
    rows = some_vectors(6)
    store.put(SPACE, as_put({7: rows[:3], 9: rows[3:4]}))
    assert store.spaces() == {SPACE: SpaceInfo(16, photos=2, rows=4)}
    assert np.array_equal(store.get(SPACE, 7), rows[:3].astype(np.float32))
    assert store.has(SPACE, np.array([7, 8, 9])) == {7, 9}
    store.put(SPACE, as_put({7: rows[4:]}))  # all its parts are replaced
    assert np.array_equal(store.get(SPACE, 7), rows[4:].astype(np.float32))
    assert store.spaces() == {SPACE: SpaceInfo(16, photos=2, rows=3)}
    store.remove(SPACE, [7, 1234])
    assert store.get(SPACE, 7).shape == (0, 16)
    assert store.spaces() == {SPACE: SpaceInfo(16, photos=1, rows=1)}


def test_the_clock_moves_with_every_change_and_only_then(store: VectorStore) -> None:
    photos = one_each(some_vectors(5))
    clock = [store.seq]
    for change in (
        lambda: store.put(SPACE, as_put(photos)),
        lambda: store.put(SPACE, as_put({2: photos[3]})),
        lambda: store.remove(SPACE, [2]),
        lambda: store.drop(SPACE),
    ):
        change()
        clock.append(store.seq)
    assert clock == sorted(set(clock))
    store.put(SPACE, as_put(photos))
    before = store.seq
    store.put(SPACE, as_put(photos))  # what is there already
    store.remove(SPACE, [99])
    store.remember("a", b"b")
    assert store.seq == before


def test_several_spaces_in_one_transaction(store: VectorStore) -> None:
    small, large = some_vectors(3, 8), some_vectors(3, 12)
    before = store.seq
    with pytest.raises(UserError):
        store.put_many([("a", as_put(one_each(small))), ("b", as_put({1: large[:1]})), ("b", as_put({2: small[:1]}))])
    assert store.spaces() == {} and store.seq == before
    store.put_many([("a", as_put(one_each(small))), ("b", as_put(one_each(large)))])
    assert {name: info.dim for name, info in store.spaces().items()} == {"a": 8, "b": 12}
    store.drop("a")
    assert list(store.spaces()) == ["b"] and store.has("a", [0, 1]) == set() and store.has("b", [0]) == {0}
    store.put("a", as_put(one_each(large)))  # the name is free for another length
    assert store.spaces()["a"].dim == 12


def test_another_length_is_refused_in_words(store: VectorStore) -> None:
    store.put(SPACE, as_put(one_each(some_vectors(3, 8))))
    with pytest.raises(UserError, match=r"8 numbers each, a new one 9"):
        store.put(SPACE, as_put({5: some_vectors(1, 8), 6: some_vectors(1, 9)}))
    assert store.has(SPACE, [5, 6]) == set()


@pytest.mark.parametrize(
    "vectors",
    [
        [Vector(1, 0, b"")],
        [Vector(1, 0, b"\0\0\0")],
        [Vector(1, 0, bytes(8))],
        [Vector(1, 0, np.array([3, 4], "<f2").tobytes())],
        [Vector(1, 0, np.array([np.nan, 1], "<f2").tobytes())],
        [Vector(1, 0, np.array([np.inf, 1], "<f2").tobytes())],
        [Vector(1, 0, np.array([0, 1], "<f2").tobytes())] * 2,
        [Vector(-1, 0, np.array([0, 1], "<f2").tobytes())],
    ],
    ids=["nothing", "odd", "zero", "long", "nan", "infinite", "part twice", "negative photo"],
)
def test_what_is_no_vector_is_refused(store: VectorStore, vectors: list[Vector]) -> None:
    with pytest.raises(ValueError):
        store.put(SPACE, vectors)
    assert store.spaces() == {} and store.seq == 0


def test_read_only_reads_only(store: VectorStore) -> None:
    store.put(SPACE, as_put(one_each(some_vectors(3))))
    store.remember("known", b"yes")
    with VectorStore(store.folder, readonly=True) as reader:
        assert reader.recall("known") == b"yes"
        reader.remember("new", b"no")
        assert reader.recall("new") is None
        for write in (lambda: reader.put(SPACE, as_put({5: some_vectors(1)})), lambda: reader.drop(SPACE)):
            with pytest.raises(UserError, match="read-only"):
                write()
        assert reader.spaces() == store.spaces()


def test_what_is_remembered_is_bounded(store: VectorStore) -> None:
    for number in range(5000):  # keys 0 to 499 twice
        store.remember(f"key {number % 4500}", b"%d" % number)
    assert store.recall("key 0") == b"4500"
    assert store.recall("key 499") == b"4999"
    assert store.recall("key 500") is None
    assert sum(store.recall(f"key {number}") is not None for number in range(4500)) == 4096


def test_dropping_gives_the_disk_back(store: VectorStore) -> None:
    store.put(SPACE, as_put(one_each(some_vectors(4000, 128))))
    store.matrix(SPACE)
    store.drop(SPACE)
    store.close()
    assert [path.name for path in store.folder.iterdir()] == ["vectors.sqlite"]
    assert (store.folder / "vectors.sqlite").stat().st_size < 300_000


def test_gaps_are_closed(store: VectorStore) -> None:
    rows = some_vectors(3000, 8)
    store.put(SPACE, as_put(one_each(rows)))
    token = store.numbering(SPACE)
    store.remove(SPACE, range(500, 2000))
    after = store.numbering(SPACE)
    assert token is not None and after is not None
    assert (after.rows, after.dead, after.photos) == (1500, 0, 1500) and after.token != token.token
    photos, vectors = store.matrix(SPACE)
    assert len(list(store.folder.glob("*.f16"))) == 1
    assert sorted(photos.tolist()) == [*range(500), *range(2000, 3000)]
    assert np.array_equal(vectors, rows[photos])


def test_neither_opening_nor_putting_loads_numpy(tmp_path: Path) -> None:
    code = """
import struct, sys
from pathlib import Path
from haven_fs.vectors import Vector, Vectors
vectors = Vectors(Path(sys.argv[1]))
vectors.store.put("a", [Vector(1, 0, struct.pack("<4e", 0, 0, 0, 1))])
vectors.sync()
assert vectors.store.seq and vectors.store.has("a", [1]) == {1}
heavy = {"numpy", "chromadb", "httpx"} & set(sys.modules)
vectors.close()
sys.exit(str(heavy) if heavy else 0)
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "v")], check=True, timeout=60)
