"""Catalogs, vectors and small pictures where nothing can be written, and catalogs that can be written again."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from helpers.disks import fill, small_disk

from haven_fs import sqlitefile
from haven_fs.catalog import Catalog
from haven_fs.catalog import frozen as freezing
from haven_fs.errors import DiskFull, UserError
from haven_fs.renditions import cache as caching
from haven_fs.renditions.cache import Cache
from haven_fs.vectors.kinds import Vector
from haven_fs.vectors.store import VectorStore

_KILLED = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute(sys.argv[2])
db.commit()
os._exit(9)
"""
_NOTE = "INSERT INTO state VALUES ('test', 7)"
_NOTED = "SELECT value FROM state WHERE key = 'test'"


def kill_after(path: Path, statement: str) -> None:
    """Have a process write to a database and be killed, so that its log alone has that; take the log's index away."""
    subprocess.run([sys.executable, "-c", _KILLED, str(path), statement], check=False)
    path.with_name(f"{path.name}-shm").unlink()
    assert sqlitefile.has_log(path)


@pytest.fixture
def full(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Give a catalog on a disk without any room, some of it in its log, and the file that takes the room."""
    with small_disk(tmp_path / "disk", 24) as disk:
        path = disk / "catalog.sqlite"
        Catalog(path).close()
        (disk / "reserve").unlink(missing_ok=True)
        kill_after(path, _NOTE)
        yield path, fill(disk)


def test_a_catalog_on_a_full_disk_is_read_with_what_its_log_says(full: tuple[Path, Path]) -> None:
    path, _ = full
    with pytest.raises(sqlite3.OperationalError), closing(sqlitefile.live_reader(path)):
        pass
    for options in ({"readonly": True}, {"patient": True}):
        with closing(Catalog(path, **options)) as catalog, catalog.read() as db:
            assert db.execute(_NOTED).fetchone() == (7,)
    with pytest.raises(UserError, match="full"):
        Catalog(path)


def test_it_is_written_again_when_there_is_room_and_nobody_reads(
    full: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "_TRY_EVERY", 0.0)
    monkeypatch.setattr(freezing, "_WAIT", 0.2)
    path, filler = full
    with closing(Catalog(path, patient=True)) as catalog:
        assert catalog.writable and not catalog.thaw()
        with pytest.raises(DiskFull, match="full"), catalog.write():
            pass
        reading, done = threading.Event(), threading.Event()

        def read() -> None:
            with catalog.read():
                reading.set()
                done.wait(30)

        reader = threading.Thread(target=read)
        reader.start()
        assert reading.wait(30)
        filler.unlink()
        assert not catalog.thaw()  # another thread reads the files as they lie
        done.set()
        reader.join()
        with catalog.read():
            assert not catalog.thaw()  # so does this one
        with catalog.write() as w:
            w.db.execute("UPDATE state SET value = 8 WHERE key = 'test'")
        with catalog.read() as db:
            assert db.execute(_NOTED).fetchone() == (8,)
    with closing(Catalog(path, readonly=True)) as catalog, catalog.read() as db:
        assert db.execute(_NOTED).fetchone() == (8,)


def test_a_disk_that_is_read_only_is_named_and_so_is_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        path = disk / "catalog.sqlite"
        Catalog(path).close()
        _remount(disk, "ro")
        with pytest.raises(UserError, match="is read-only, so nothing can be changed"):
            Catalog(path)
        Catalog(path, readonly=True).close()
        _remount(disk, "rw")
        kill_after(path, _NOTE)
        _remount(disk, "ro")
        with pytest.raises(UserError, match=r"what was written last is in catalog.sqlite-wal"):
            Catalog(path, readonly=True)


def _remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def test_small_pictures_are_shown_from_a_full_disk_and_kept_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        path = disk / "renditions.sqlite"
        with closing(Cache(path, 1 << 20)) as cache:
            cache.put([((1, "grid"), "a", b"first")])
        kill_after(path, "UPDATE rendition SET data = 'logged'")
        filler = fill(disk)
        with closing(Cache(path, 1 << 20)) as cache:
            assert cache.get((1, "grid"), "a") == "logged"
            cache.put([((2, "grid"), "a", b"second")])
            assert cache.get((2, "grid"), "a") is None
            filler.unlink()
            monkeypatch.setattr(caching, "_TRY_EVERY", 0.0)
            cache.put([((2, "grid"), "a", b"second")])
            assert cache.get((2, "grid"), "a") == b"second"
        with closing(Cache(path, 1 << 20)) as cache:
            assert cache.get((1, "grid"), "a") == "logged" and cache.get((2, "grid"), "a") == b"second"


def test_vectors_are_read_from_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        folder = disk / "vectors"
        with VectorStore(folder) as store:
            store.put("clip", [Vector(1, 0, np.array([1, 0], "<f2").tobytes())])
        kill_after(folder / "vectors.sqlite", "UPDATE vector SET photo_id = 2")
        fill(disk)
        with VectorStore(folder, readonly=True) as store:
            assert store.has("clip", [1, 2]) == {2}
            assert store.search("clip", np.array([1, 0], np.float32)).photo_ids.tolist() == [2]


def test_readers_wait_for_whoever_is_alone_and_keep_others_from_being_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freezing, "_WAIT", 0.2)
    frozen = freezing.Frozen(tmp_path)
    frozen.refusal = DiskFull("There is no room.")
    reading, done = threading.Event(), threading.Event()

    def read() -> None:
        with frozen.reading():
            reading.set()
            done.wait(30)

    with frozen.alone() as is_alone:
        assert is_alone
        reader = threading.Thread(target=read)
        reader.start()
        assert not reading.wait(0.3)
    assert reading.wait(30)
    with frozen.alone() as is_alone:
        assert not is_alone
    done.set()
    reader.join()
    with frozen.alone() as is_alone, frozen.reading():  # whoever opens the catalog reads it
        assert is_alone
