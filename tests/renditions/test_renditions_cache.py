"""The store of renditions: bounded, forgetful in the right order, and never in the way."""

import sqlite3
from pathlib import Path

import pytest

from haven_fs.renditions import cache as module
from haven_fs.renditions.cache import Cache

KILO = bytes(1000)


@pytest.fixture
def store(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "renditions.sqlite", 100_000)


def kept(cache: Cache, numbers: range) -> list[int]:
    return [number for number in numbers if cache.get((number, "grid"), "t") is not None]


def test_what_was_put_is_there_in_that_state_alone(store: Cache) -> None:
    store.put([((1, "grid"), "a", b"one"), ((1, "small"), "a", b"two")])
    assert store.get((1, "grid"), "a") == b"one"
    assert store.get((1, "grid"), "b") is None
    assert store.get((2, "grid"), "a") is None
    store.put([((1, "grid"), "b", b"new")])
    assert store.get((1, "grid"), "b") == b"new"
    assert store.total == 6


def test_it_stays_within_its_bound(store: Cache) -> None:
    for number in range(500):
        store.put([((number, "grid"), "t", KILO)])
        assert store.total <= store.most
    assert 80 <= len(kept(store, range(500))) <= 100
    assert kept(store, range(499, 500)) == [499]


def test_what_was_used_last_stays(store: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr(module.time, "time", lambda: now)
    store.put([((number, "grid"), "t", KILO) for number in range(90)])
    now += 5000
    assert kept(store, range(10)) == list(range(10))
    now += 5000
    store.put([((number, "grid"), "t", KILO) for number in range(100, 150)])
    assert kept(store, range(10)) == list(range(10))
    assert not kept(store, range(10, 40))


def test_a_smaller_bound_holds_from_the_next_on(store: Cache) -> None:
    store.put([((number, "grid"), "t", KILO) for number in range(90)])
    store.most = 10_000
    store.put([((100, "grid"), "t", KILO)])
    assert store.total <= 10_000


def test_what_is_larger_than_the_bound_does_no_harm(store: Cache) -> None:
    store.put([((1, "small"), "t", bytes(200_000))])
    assert store.total <= store.most
    store.put([((2, "grid"), "t", KILO)])
    assert kept(store, range(2, 3)) == [2]


def test_it_lasts(tmp_path: Path) -> None:
    store = Cache(tmp_path / "r.sqlite", 100_000)
    store.put([((1, "grid"), "t", KILO)])
    store.close()
    assert store.get((1, "grid"), "t") is None
    again = Cache(tmp_path / "r.sqlite", 100_000)
    assert again.get((1, "grid"), "t") == KILO and again.total == 1000


def test_what_is_gone_is_forgotten(store: Cache) -> None:
    store.put([((1, "grid"), "t", KILO), ((1, "small"), "t", KILO), ((2, "grid"), "t", KILO)])
    store.drop([1, 7])
    assert store.originals() == [2] and store.total == 1000


@pytest.mark.parametrize("content", [b"", b"no database at all, and longer than its head is " * 40, None])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "r.sqlite"
    if content is None:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE other (x)")
    else:
        path.write_bytes(content)
    store = Cache(path, 100_000)
    store.put([((1, "grid"), "t", KILO)])
    assert store.get((1, "grid"), "t") == KILO


def test_damage_while_it_is_open_costs_what_was_kept(tmp_path: Path) -> None:
    store = Cache(tmp_path / "r.sqlite", 10_000_000)
    store.put([((number, "grid"), "t", bytes(9000)) for number in range(200)])
    store.close()
    data = bytearray((tmp_path / "r.sqlite").read_bytes())
    data[16384 : len(data) - 8192] = bytes(len(data) - 8192 - 16384)
    (tmp_path / "r.sqlite").write_bytes(data)
    store = Cache(tmp_path / "r.sqlite", 10_000_000)
    found = [store.get((number, "grid"), "t") for number in range(200)]
    assert all(one in (None, bytes(9000)) for one in found)
    store.put([((number, "grid"), "u", KILO) for number in range(200)])
    assert store.get((7, "grid"), "u") == KILO


def test_without_a_place_to_keep_them_nothing_fails(tmp_path: Path) -> None:
    store = Cache(tmp_path, 1000)
    store.put([((1, "grid"), "t", KILO)])
    assert store.get((1, "grid"), "t") is None
    store.drop([1])
    assert store.originals() == []


def test_only_its_owner_may_read_it(store: Cache) -> None:
    assert store.path.stat().st_mode & 0o077 == 0


def test_a_full_disk_costs_the_keeping_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Cache(tmp_path / "r.sqlite", 10_000_000)
    store.put([((1, "grid"), "t", KILO)])
    assert store._db is not None
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages + 4}")
    for number in range(2, 60):
        store.put([((number, "grid"), "t", KILO)])
    assert store.get((1, "grid"), "t") == KILO
    assert store.get((59, "grid"), "t") is None
    assert len([one for one in caplog.records if "cannot be kept" in one.message]) == 1
    store._db.execute("PRAGMA max_page_count = 100000")
    store.put([((59, "grid"), "t", KILO)])
    assert store.get((59, "grid"), "t") == KILO
    assert store.total == sum(1000 for number in range(60) if store.get((number, "grid"), "t"))
