"""The mapped copy, torn in every way: answers stay right at every moment, and the writer makes it whole again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from vectorkit import SPACE, as_put, brute, one_each, same, some_vectors

from haven_fs.vectors import VectorStore

DIM = 8
ROWS = some_vectors(3000, DIM)
QUESTION = some_vectors(1, DIM, seed=3)[0].astype(np.float32)


def cut(share: float) -> Callable[[Path], None]:
    return lambda path: path.write_bytes((content := path.read_bytes())[: int(len(content) * share)])


def scribble(start: int, length: int) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content[:start] + bytes([7]) * length + content[start + length :])

    return change


DAMAGE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "vectors deleted": ("*.f16", Path.unlink),
    "vectors emptied": ("*.f16", cut(0)),
    "vectors cut off": ("*.f16", cut(0.7)),
    "header cut off": ("*.f16", cut(0.001)),
    "header scribbled on": ("*.f16", scribble(8, 4)),
    "vectors scribbled on": ("*.f16", scribble(64, 3000 * DIM * 2)),
    "ids deleted": ("*.ids", Path.unlink),
    "ids cut off": ("*.ids", cut(0.5)),
    "ids scribbled on": ("*.ids", scribble(0, 3000 * 8)),
}


def is_right(store: VectorStore, photos: dict[int, list[np.ndarray]], count: int | None = 50) -> bool:
    return same(store.search(SPACE, QUESTION, count=count), brute(photos, QUESTION)[:count])


def is_whole(folder: Path, rows: int) -> bool:
    vectors, ids = list(folder.glob("*.f16")), list(folder.glob("*.ids"))
    return [path.stat().st_size for path in vectors + ids] == [64 + rows * DIM * 2, rows * 8]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with VectorStore(tmp_path / "v") as store:
        store.put(SPACE, as_put(one_each(ROWS)))
    assert is_whole(tmp_path / "v", 3000)
    return tmp_path / "v"


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_while_nobody_looked(folder: Path, name: str) -> None:
    pattern, damage = DAMAGE[name]
    damage(next(folder.glob(pattern)))
    photos = one_each(ROWS)
    with VectorStore(folder, readonly=True) as reader:
        assert is_right(reader, photos)
        with VectorStore(folder) as store:
            assert is_right(store, photos)
            assert is_right(reader, photos)
            store.put(SPACE, as_put(more := one_each(some_vectors(5, DIM, 9), 5000)))
            photos |= more
            assert is_right(store, photos) and is_right(reader, photos)
    assert is_whole(folder, 3005)
    with VectorStore(folder, readonly=True) as reader:
        assert is_right(reader, photos)


@pytest.mark.parametrize("name", ["vectors deleted", "vectors cut off", "header scribbled on", "ids cut off"])
def test_damaged_while_it_is_mapped(folder: Path, name: str) -> None:
    photos = one_each(ROWS)
    with VectorStore(folder) as store, VectorStore(folder, readonly=True) as reader:
        assert is_right(store, photos) and is_right(reader, photos)
        pattern, damage = DAMAGE[name]
        damage(next(folder.glob(pattern)))
        assert is_right(reader, photos)
        assert is_right(store, photos)
        assert is_whole(folder, 3000)
        assert is_right(reader, photos)


def test_rows_that_are_not_counted_yet_are_not_read(folder: Path) -> None:
    """Killed between writing rows and counting them; what was written may be torn."""
    with VectorStore(folder) as store:
        store.put(SPACE, as_put(more := one_each(some_vectors(5, DIM, 9), 5000)))
        for path in [*folder.glob("*.f16"), *folder.glob("*.ids")]:
            with path.open("ab") as file:
                file.write(b"\x07" * 100)
        photos = one_each(ROWS) | more
        assert is_right(store, photos)
        with VectorStore(folder, readonly=True) as reader:
            assert is_right(reader, photos)
    with VectorStore(folder, readonly=True) as reader:
        assert is_right(reader, photos)
        assert np.array_equal(reader.matrix(SPACE)[1][3000:], np.concatenate(list(more.values())))


def test_an_older_database_put_back_beside_a_newer_copy(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "vectors.sqlite", tmp_path / "backup")
    with VectorStore(folder) as store:
        store.put(SPACE, as_put(one_each(some_vectors(2000, DIM, 9), 5000)))
    assert is_whole(folder, 5000)
    shutil.copy(tmp_path / "backup", folder / "vectors.sqlite")
    photos = one_each(ROWS)
    with VectorStore(folder, readonly=True) as reader:
        assert is_right(reader, photos)
    with VectorStore(folder) as store:
        assert is_right(store, photos)
        store.put(SPACE, as_put(other := one_each(some_vectors(1500, DIM, 10), 5000)))
        photos |= other
        assert is_right(store, photos)
    with VectorStore(folder, readonly=True) as reader:
        assert is_right(reader, photos, None)


def test_copies_of_what_is_no_more_are_removed(folder: Path) -> None:
    (folder / "clip_old-0123456789abcdef.f16").write_bytes(b"old")
    (folder / "clip_old-0123456789abcdef.ids").write_bytes(b"old")
    (folder / "something else.txt").write_bytes(b"not ours")
    VectorStore(folder).close()
    assert is_whole(folder, 3000)
    assert (folder / "something else.txt").exists()


def test_names_that_no_file_may_have(tmp_path: Path) -> None:
    names = ['a:b/c\\d*?"<>|', "ü" * 200, "a:b/c\\d*?", ""]
    with VectorStore(tmp_path) as store:
        for number, name in enumerate(names):
            store.put(name, as_put(one_each(ROWS[:3], number * 10)))
            assert len(store.matrix(name)[0]) == 3
    with VectorStore(tmp_path) as store:
        assert [store.search(name, QUESTION).photo_ids.min() for name in names] == [0, 10, 20, 30]
        assert len(list(tmp_path.glob("*.f16"))) == len(names)
