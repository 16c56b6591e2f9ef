"""Locks as the catalog keeps them: their scope, their end, their number."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from haven_fs.catalog import Catalog
from haven_fs.catalog import locks as module
from haven_fs.catalog.locks import Lock, Locks, TooManyLocks


class Clock:
    """A clock that stands still until it is set."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["written", "only read"])
def locks(tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> Iterator[Locks]:
    catalog = Catalog(tmp_path / "catalog.sqlite")
    if request.param == "only read":
        catalog.close()
        catalog = Catalog(tmp_path / "catalog.sqlite", readonly=True)
    yield Locks(catalog, clock)
    catalog.close()


def take(locks: Locks, root: str, *, seconds: int = 60, by: str = "anna", **kind: bool) -> Lock:
    kinds = {"deep": True, "shared": False, "only_root": False} | kind
    lock = locks.made(root, root, by=by, program="test", owner="", seconds=seconds, **kinds)
    assert not locks.grant(lock, [root], lambda found: [])
    return lock


def test_what_a_lock_covers(locks: Locks) -> None:
    deep, flat = take(locks, "/a/b"), take(locks, "/a/c", deep=False)
    assert locks.covering(["/a/b"]) == locks.covering(["/a/b/x/y"]) == [deep]
    assert locks.covering(["/a/c"]) == [flat]
    assert not locks.covering(["/a/c/x"])
    assert not locks.covering(["/a/bc"])
    assert locks.covering(["/a/b/x", "/a/c"]) == [deep, flat]
    assert locks.below(["/a"]) == locks.below(["/"]) == [deep, flat]
    assert not locks.below(["/a/b"])
    assert not locks.below(["/a/"[:-1] + "x"])


def test_a_lock_of_the_root_covers_all(locks: Locks) -> None:
    root = take(locks, "/")
    assert locks.covering(["/"]) == locks.covering(["/x/y"]) == [root]
    assert root.holds("/x")


def test_one_of_a_folder_of_havens_own_holds_nothing_below(locks: Locks) -> None:
    lock = take(locks, "/Search", only_root=True)
    assert lock.covers("/Search/x")
    assert not lock.holds("/Search/x")
    assert lock.holds("/Search")


def test_a_lock_ends_by_itself(locks: Locks, clock: Clock) -> None:
    lock = take(locks, "/a", seconds=5)
    assert locks.left(lock) == 5
    clock.now += 0.2
    assert locks.left(lock) == 5
    clock.now += 4.7
    assert locks.left(lock) == 1
    assert locks.any()
    clock.now += 0.2
    assert locks.left(lock) == 0
    assert not locks.any()
    assert not locks.all()
    assert not locks.covering(["/a"])
    assert locks.refresh(lock, 5) is None


def test_a_refresh_begins_anew_and_does_not_shrink(locks: Locks, clock: Clock) -> None:
    lock = take(locks, "/a", seconds=5)
    for _ in range(10):
        clock.now += 3
        again = locks.refresh(lock, None)
        assert again is not None
        assert locks.left(again) == 5
    again = locks.refresh(lock, 60)
    assert again is not None
    assert locks.all() == [again]
    assert locks.left(again) == 60


def test_what_is_in_the_way_is_told_and_nothing_kept(locks: Locks) -> None:
    first = take(locks, "/a/b")
    second = locks.made("/a", "/a", by="", program="", owner="", seconds=9, deep=True, shared=False, only_root=False)
    assert locks.grant(second, ["/a"], lambda found: found) == [first]
    assert locks.all() == [first]


def test_what_is_gone_is_locked_no_more(locks: Locks) -> None:
    take(locks, "/a")
    take(locks, "/a/b")
    kept = take(locks, "/ab")
    locks.forget(["/a"])
    assert locks.all() == [kept]
    locks.forget([])


def test_no_more_than_so_many(locks: Locks, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OF_ONE", 3)
    monkeypatch.setattr(module, "MOST", 5)
    for number in range(3):
        take(locks, f"/a/{number}")
    with pytest.raises(TooManyLocks, match="You hold 3 locks"):
        take(locks, "/a/3")
    for number in range(2):
        take(locks, f"/b/{number}", by="ben")
    with pytest.raises(TooManyLocks, match="Programs hold 5 locks"):
        take(locks, "/c", by="cleo")
    clock.now += 61
    take(locks, "/a/3")
    assert len(locks.all()) == 1


def test_other_processes_see_and_break_them(tmp_path: Path) -> None:
    first, second = Catalog(tmp_path / "catalog.sqlite"), Catalog(tmp_path / "catalog.sqlite")
    lock = take(Locks(first), "/a")
    with first.read() as db:
        before = db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()
    assert Locks(second).release(Locks(second).all()) == 1
    assert not Locks(first).covering([lock.root])
    with first.read() as db:  # no folder shows a lock, so nothing has to be listed anew
        assert db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone() == before
    first.close()
    second.close()
