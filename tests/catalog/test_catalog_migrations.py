"""The catalog's file: made from nothing, brought up from every older version, and refused in words if it cannot be."""

import sqlite3
from pathlib import Path

import pytest

from haven_fs.catalog import Catalog
from haven_fs.catalog.schema import MIGRATIONS
from haven_fs.errors import UserError


def schema(path: Path) -> dict[str, str]:
    db = sqlite3.connect(path)
    try:
        return {
            name: " ".join(sql.split())
            for name, sql in db.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql <> '' AND name <> 'sqlite_stat1'"
            )
        }
    finally:
        db.close()


def make_old(path: Path, version: int) -> None:
    db = sqlite3.connect(path)
    for script in MIGRATIONS[:version]:
        db.executescript(script)
    db.execute(f"PRAGMA user_version={version}")
    db.close()


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_every_older_catalog_becomes_the_newest(tmp_path: Path, version: int) -> None:
    make_old(tmp_path / "old.sqlite", version)
    for name in ("old", "empty"):
        catalog = Catalog(tmp_path / f"{name}.sqlite")
        with catalog.write() as w:
            assert w.db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
            assert w.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert w.db.execute("PRAGMA foreign_key_check").fetchall() == []
            assert w.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        catalog.close()
    assert schema(tmp_path / "old.sqlite") == schema(tmp_path / "empty.sqlite")


def test_a_second_opening_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "catalog.sqlite"
    Catalog(path).close()
    before = schema(path)
    catalog = Catalog(path)
    with catalog.write() as w:
        w.db.execute("INSERT INTO split VALUES ('Timeline')")
    catalog.close()
    catalog = Catalog(path)
    with catalog.read() as db:
        assert db.execute("SELECT path FROM split").fetchall() == [("Timeline",)]
    catalog.close()
    assert schema(path) == before


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_catalog_is_refused_and_left_alone(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "catalog.sqlite"
    make_old(path, len(MIGRATIONS))
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")
    db.close()
    with pytest.raises(UserError, match="newer"):
        Catalog(path, readonly=readonly)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS) + 1
    db.close()


@pytest.mark.parametrize("readonly", [False, True])
def test_what_is_no_catalog_is_refused_in_words(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(content := b"Not a database, but more than a hundred bytes of something else. " * 40)
    with pytest.raises(UserError, match="is not a catalog"):
        Catalog(path, readonly=readonly)
    assert path.read_bytes() == content


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_an_older_or_unfinished_catalog_cannot_be_read_only(tmp_path: Path, version: int) -> None:
    make_old(tmp_path / "catalog.sqlite", version)
    with pytest.raises(UserError, match="older"):
        Catalog(tmp_path / "catalog.sqlite", readonly=True)


def test_reading_where_there_is_none_makes_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no catalog"):
        Catalog(tmp_path / "catalog.sqlite", readonly=True)
    assert list(tmp_path.iterdir()) == []


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    with pytest.raises(ZeroDivisionError), catalog.write() as w:
        w.db.execute("INSERT INTO split VALUES ('x')")
        raise ZeroDivisionError
    with catalog.read() as db:
        assert db.execute("SELECT count(*) FROM split").fetchone() == (0,)
    catalog.close()


def test_the_clock_only_goes_forward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    seen: list[int] = []
    for nanoseconds in (5 * 10**18, 10**18, 10**18):
        monkeypatch.setattr("time.time_ns", lambda now=nanoseconds: now)
        with catalog.write() as w:
            w.db.execute("INSERT INTO split VALUES (?)", (str(len(seen)),))
            seen.append(w.seq)
    catalog.close()
    assert seen == sorted(set(seen))


def test_a_reader_sees_one_state_and_cannot_write(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    count = "SELECT count(*) FROM split"
    with catalog.read() as db:
        assert db.execute(count).fetchone() == (0,)
        with catalog.write() as w:
            w.db.execute("INSERT INTO split VALUES ('x')")
        assert db.execute(count).fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError):
            db.execute("INSERT INTO split VALUES ('y')")
    with catalog.read() as db:
        assert db.execute(count).fetchone() == (1,)
    catalog.close()
