"""vectors.sqlite: made from nothing, brought up from every older version, and refused in words if it cannot be."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from vectorkit import SPACE, as_put, one_each, some_vectors

from haven_fs.errors import UserError
from haven_fs.vectors import VectorStore
from haven_fs.vectors.schema import MIGRATIONS


def schema(folder: Path) -> dict[str, str]:
    db = sqlite3.connect(folder / "vectors.sqlite")
    try:
        found = db.execute("SELECT name, sql FROM sqlite_master WHERE sql <> ''").fetchall()
        return {name: " ".join(sql.split()) for name, sql in found}
    finally:
        db.close()


def make_old(folder: Path, version: int, number: int | None = None) -> None:
    folder.mkdir()
    db = sqlite3.connect(folder / "vectors.sqlite")
    for script in MIGRATIONS[:version]:
        db.executescript(script)
    db.execute(f"PRAGMA user_version={version if number is None else number}")
    db.close()


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_every_older_store_becomes_the_newest(tmp_path: Path, version: int) -> None:
    make_old(tmp_path / "old", version)
    for name in ("old", "new"):
        with VectorStore(tmp_path / name) as store:
            store.put(SPACE, as_put(one_each(some_vectors(3))))
        db = sqlite3.connect(tmp_path / name / "vectors.sqlite")
        assert db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        db.close()
    assert schema(tmp_path / "old") == schema(tmp_path / "new")


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path, readonly: bool) -> None:
    make_old(tmp_path / "v", len(MIGRATIONS), len(MIGRATIONS) + 1)
    with pytest.raises(UserError, match="newer"):
        VectorStore(tmp_path / "v", readonly=readonly)
    db = sqlite3.connect(tmp_path / "v/vectors.sqlite")
    assert db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS) + 1
    db.close()


def test_what_is_no_database_is_kept_by_readers_and_thrown_away_by_the_writer(tmp_path: Path) -> None:
    (tmp_path / "vectors.sqlite").write_bytes(content := b"Not a database, but more than a hundred bytes. " * 40)
    with pytest.raises(UserError, match=r"damaged.*haven index"):
        VectorStore(tmp_path, readonly=True)
    assert (tmp_path / "vectors.sqlite").read_bytes() == content
    with VectorStore(tmp_path) as store:
        assert store.spaces() == {} and store.born == 0
    assert not (tmp_path / "vectors.sqlite").exists()


def test_nothing_is_made_before_the_first_vector(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    for readonly in (False, True):
        with VectorStore(folder, readonly=readonly) as store:
            assert store.seq == 0 and store.spaces() == {} and store.has(SPACE, [1]) == set()
            assert store.recall("a text") is None
            assert len(store.get(SPACE, 1)) == 0
            assert len(store.search(SPACE, np.ones(4, np.float32))) == 0
            assert len(store.matrix(SPACE)[0]) == 0
            if not readonly:
                store.remove(SPACE, [1])
                store.drop(SPACE)
                store.put(SPACE, [])
        assert not folder.exists()


def test_a_reader_opened_before_the_first_vector_sees_it(tmp_path: Path) -> None:
    with VectorStore(tmp_path / "v", readonly=True) as reader, VectorStore(tmp_path / "v") as store:
        assert reader.spaces() == {}
        store.put(SPACE, as_put(one_each(some_vectors(3))))
        assert reader.spaces()[SPACE].photos == 3
