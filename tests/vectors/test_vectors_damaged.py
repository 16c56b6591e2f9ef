"""Damaged vectors are thrown away by whoever writes them, when the damage is met, and can then be put again."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from helpers.damage import cut, settle_log, spoil
from vectorkit import SPACE, as_put, one_each, some_vectors

from haven_fs.errors import Unavailable, UserError
from haven_fs.vectors import VectorStore

ROWS = some_vectors(300, 64)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with VectorStore(tmp_path / "v") as store:
        store.put(SPACE, as_put(one_each(ROWS)))
    settle_log(tmp_path / "v/vectors.sqlite")
    return tmp_path / "v"


def other_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE memo")


@pytest.mark.parametrize(
    "damage",
    [
        cut,
        lambda path: path.write_bytes(os.urandom(path.stat().st_size)),
        lambda path: spoil(path, "vector"),
        lambda path: spoil(path, "vector", garbage=True),
        lambda path: spoil(path, "space"),
        other_tables,
    ],
    ids=["cut", "garbage", "zeros", "garbage page", "the first page", "tables"],
)
def test_it_is_thrown_away_and_made_again(folder: Path, damage: Callable[[Path], object]) -> None:
    path = folder / "vectors.sqlite"
    with VectorStore(folder) as store:
        born = store.born
    settle_log(path)
    damage(path)
    before = path.read_bytes()
    with pytest.raises(UserError, match=r"damaged.*haven index"), VectorStore(folder, readonly=True) as reading:
        for photo_id in range(300):
            reading.get(SPACE, photo_id)
    assert path.read_bytes() == before
    store = VectorStore(folder)
    said = []
    for photo_id in range(300):
        try:
            store.get(SPACE, photo_id)
            store.spaces()
        except Unavailable as error:
            said.append(str(error))
    assert len(said) <= 1 and all("worked out again" in one for one in said)
    assert store.born == 0 and not store.spaces(), "it is gone, and nobody is told of it twice"
    store.put(SPACE, as_put(one_each(ROWS)))
    assert store.born not in (0, born) and len(store.search(SPACE, ROWS[0])) == 300
    store.close()
    with VectorStore(folder, readonly=True) as reading:
        assert reading.spaces()[SPACE].photos == 300


def test_others_that_read_meanwhile_see_the_new_one(folder: Path) -> None:
    store = VectorStore(folder)
    with store._database.read() as db:
        assert db is not None
        with store._database.read() as other:
            assert other is not None and other is not db
        store._database._damaged("tried", store._database._thrown)
        assert db.execute("SELECT count(*) FROM vector").fetchone() == (300,), "what is open stays as it was"
    assert store.spaces() == {}
    store.put(SPACE, as_put(one_each(ROWS[:10])))
    assert store.spaces()[SPACE].photos == 10
    store.close()
