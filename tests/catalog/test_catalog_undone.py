"""What a transaction did to files is put back if it is not committed; damage that is met stops writes, not reading."""

import sqlite3
from pathlib import Path

import pytest
from helpers.damage import leaves_of, overwrite, settle_log

from haven_fs.catalog import Catalog
from haven_fs.catalog.disktrouble import Damaged
from haven_fs.catalog.soundness import check_at_leisure
from haven_fs.errors import DiskFull, Unavailable


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog.sqlite")


def test_files_are_put_back_last_first(catalog: Catalog, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    one.write_text("x")
    with pytest.raises(ZeroDivisionError), catalog.write() as w:
        one.rename(two)
        w.undo_by(lambda: two.rename(one))
        w.undo_by((tmp_path / "nothing").unlink)  # fails, and stops nobody else
        two.rename(three)
        w.undo_by(lambda: three.rename(two))
        raise ZeroDivisionError
    assert one.exists() and not two.exists() and not three.exists()
    assert "could not be undone" in caplog.text
    with catalog.write() as w:
        one.rename(two)
        w.undo_by(lambda: two.rename(one))
    assert two.exists()
    catalog.close()


def test_a_commit_without_room_puts_files_back(catalog: Catalog, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("x")
    assert catalog._writer is not None
    catalog._writer.execute("PRAGMA max_page_count = 1")  # no more than there are now
    with pytest.raises(DiskFull, match="Make room"), catalog.write() as w:
        one.rename(two)
        w.undo_by(lambda: two.rename(one))
        w.db.executemany("INSERT INTO split VALUES (?)", [("x" * 500 + str(number),) for number in range(2000)])
    assert one.exists() and not two.exists()
    catalog.close()


def test_what_another_program_locks_is_said(catalog: Catalog) -> None:
    assert catalog._writer is not None
    catalog._writer.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(catalog.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"), catalog.write():
        pass
    other.close()
    catalog.close()


def test_damage_stops_writes_and_not_reading(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog(path)
    with catalog.write() as w:
        w.db.executemany("INSERT INTO split VALUES (?)", [(f"{number:0500}",) for number in range(100)])
    catalog.close()
    settle_log(path)
    overwrite(path, leaves_of(path, "split")[3])
    catalog = Catalog(path)
    for _ in range(2):
        with pytest.raises(Damaged, match="haven repair"), catalog.read() as db:
            db.execute("SELECT count(*) FROM split").fetchone()
        with pytest.raises(Damaged, match="haven repair"), catalog.write():
            pass
    with catalog.read() as db:
        assert db.execute("SELECT count(*) FROM photo").fetchone() == (0,)
    assert caplog.text.count("Nothing more is written") == 1
    catalog.close()


def test_reading_it_through_finds_damage_that_nobody_met(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    catalog = Catalog(path)
    with catalog.write() as w:
        w.db.executemany("INSERT INTO split VALUES (?)", [(f"{number:0500}",) for number in range(100)])
    check_at_leisure(catalog)
    assert catalog.trouble.damage is None
    catalog.close()
    settle_log(path)
    overwrite(path, leaves_of(path, "split")[3])
    catalog = Catalog(path)
    check_at_leisure(catalog)  # it was sound a moment ago, and was closed well
    assert catalog.trouble.damage is None
    catalog.closed_well = False
    check_at_leisure(catalog)
    assert catalog.trouble.damage is not None
    catalog.close()
