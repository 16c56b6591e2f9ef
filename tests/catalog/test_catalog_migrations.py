"""The catalog's file: made from nothing, brought up from every older version, and refused in words if it cannot be."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from helpers.catalogs import facets

from haven_fs.catalog import Catalog
from haven_fs.catalog.again import make_due
from haven_fs.catalog.migrations import LATEST, define_functions
from haven_fs.catalog.schema import ADOPTED, FIRST, MIGRATIONS
from haven_fs.errors import UserError

VERSION8 = Path(__file__).with_name("version8.sql").read_text(encoding="utf-8")


def schema(path: Path) -> dict[str, object]:
    """Return what tables and indexes there are: a table's columns by name, an index's columns in order."""
    db = sqlite3.connect(path)
    try:
        found: dict[str, object] = {}
        for kind, name in db.execute("SELECT type, name FROM sqlite_master WHERE name <> 'sqlite_stat1'").fetchall():
            if kind == "table":
                columns = [column[1:] for column in db.execute(f"PRAGMA table_info({name})")]
                found[name] = sorted(columns)
            else:
                where = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0] or ""
                keys = [row[2:] for row in db.execute(f"PRAGMA index_xinfo({name})") if row[5]]
                found[name] = keys, where.partition(" WHERE ")[2]
        return found
    finally:
        db.close()


def make_old(path: Path, version: int, script: str = "") -> None:
    db = sqlite3.connect(path)
    define_functions(db)
    db.executescript(script or "".join(MIGRATIONS[: max(version - FIRST + 1, 0)]))
    db.execute(f"PRAGMA user_version={version}")
    db.close()


@pytest.mark.parametrize("version", [0, ADOPTED, *range(FIRST, LATEST + 1)])
def test_every_older_catalog_becomes_the_newest(tmp_path: Path, version: int) -> None:
    make_old(tmp_path / "old.sqlite", version, VERSION8 if version == ADOPTED else "")
    for name in ("old", "empty"):
        catalog = Catalog(tmp_path / f"{name}.sqlite", facets())
        with catalog.write() as w:
            assert w.db.execute("PRAGMA user_version").fetchone()[0] == LATEST
            assert w.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            assert w.db.execute("PRAGMA foreign_key_check").fetchall() == []
            assert w.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        catalog.close()
    assert schema(tmp_path / "old.sqlite") == schema(tmp_path / "empty.sqlite")


def test_what_was_said_before_facets_owned_their_tables_stays(tmp_path: Path) -> None:
    make_old(path := tmp_path / "old.sqlite", ADOPTED, VERSION8)
    db = sqlite3.connect(path)
    db.execute("INSERT INTO album (id, name, fold, seq) VALUES (3, 'Summer', 'summer', 1)")
    db.execute("INSERT INTO place_name (key, name) VALUES ('at 1 2', 'Home')")
    db.execute("INSERT INTO person (id, name, fold, seq) VALUES (7, 'Alice', 'alice', 1)")
    row = "INSERT INTO dropped (parent, name, fold, file, size, mime, seq) VALUES (?, ?, ?, ?, 0, '', 1)"
    kept = [("search", "kept", "kept", None), ("album 3", "late", "late", None)]
    db.executemany(row, [("search", "a.jpg", "a.jpg", "abc"), *kept])
    db.commit()
    db.close()
    catalog = Catalog(path, facets())
    with catalog.read() as db:
        assert db.execute("SELECT name FROM album").fetchall() == [("Summer",)]
        assert db.execute("SELECT name FROM place_name").fetchall() == [("Home",)]
        assert db.execute("SELECT name FROM person").fetchall() == [("Alice",)]
        assert db.execute("SELECT name FROM dropped ORDER BY name").fetchall() == [("a.jpg",), ("kept",)]
        assert db.execute("SELECT name FROM kept_name").fetchall() == [("late",)]
    catalog.close()


def test_names_fold_anew(tmp_path: Path) -> None:
    """Version 9 took ß for ss."""
    path = tmp_path / "catalog.sqlite"
    make_old(path, 9)
    db = sqlite3.connect(path)
    db.execute("INSERT INTO library (id, root, name, fold) VALUES (1, x'2f78', 'Fuß', 'fuss')")
    db.execute("INSERT INTO dir VALUES (1, 1, NULL, x'', '', '', NULL, 1)")
    db.execute(
        "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown,"
        " shown_fold, shown_href, shown_xml, photo_id, name, name_fold, seq)"
        " VALUES (1, 1, ?, 'strasse', 1, 1, 1, '', '', '', 'Straße.jpg', 'strasse.jpg', '', '', NULL,"
        " 'Straße.jpg', 'strasse.jpg', 1)",
        ("Straße.jpg".encode(),),
    )
    db.execute("INSERT INTO alias VALUES ('album 1', 'gruss.jpg', 'Gruß.jpg', 1)")
    db.commit()
    db.close()
    catalog = Catalog(path, facets())
    with catalog.read() as db:
        row = db.execute("SELECT stem, shown_fold, name_fold FROM original").fetchone()
        assert row == ("straße", "straße.jpg", "straße.jpg")
        assert db.execute("SELECT name, fold, mtime_ns FROM alias").fetchone() == ("Gruß.jpg", "gruß.jpg", None)
        assert db.execute("SELECT fold FROM library").fetchone() == ("fuß",)
    catalog.close()


def test_what_was_taken_for_a_fact_before_is_tried_again(tmp_path: Path) -> None:
    make_old(path := tmp_path / "old.sqlite", FIRST)
    db = sqlite3.connect(path)
    db.execute("INSERT INTO library (id, root, name, fold) VALUES (1, x'2f70', 'p', 'p')")
    db.execute("INSERT INTO dir (id, library_id, path, shown, shown_fold, seq) VALUES (1, 1, x'', '', '', 1)")
    reasons = ("Haven is not allowed to read this file. Give the user it runs as permission.", "The file is empty.")
    for number, reason in enumerate(reasons, start=1):
        columns = (
            "id, dir_id, file, stem, size, mtime_ns, inode, etag, modified, created, shown, shown_fold, shown_href"
        )
        row = (
            number,
            1,
            (b"s.jpg", b"s.xmp")[number - 1],
            "s",
            1,
            1,
            1,
            "",
            "",
            "",
            str(number),
            str(number),
            "",
            "",
            1,
            1,
        )
        marks = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO original ({columns}, shown_xml, probed, seq) VALUES ({marks})", row)
        photo = (
            "INSERT INTO photo (id, main_id, kind, added, unreadable, shown, seq) VALUES (?, ?, 'other', 1, ?, 0, 1)"
        )
        db.execute(photo, (number, number, reason))
    future = json.dumps({"values": {}, "problems": ["The capture time 2019 was ignored: it is in the future."]})
    for analyzer, facts, failed in (
        ("time", future, None),
        ("clip", "{}", "[Errno 5] Input/output error"),
        ("faces", "{}", "The picture is damaged and cannot be decoded."),
    ):
        db.execute("INSERT INTO analysis VALUES (1, ?, 1, ?, ?)", (analyzer, facts, failed))
    db.commit()
    db.close()
    catalog = Catalog(path, facets())
    with catalog.write() as w:
        make_due(w, 1e9, 0.0)
        assert w.db.execute("SELECT id, probed FROM original ORDER BY 1").fetchall() == [(1, 0), (2, 0)], "one group"
        assert w.db.execute("SELECT id FROM original WHERE trouble IS NOT NULL").fetchall() == [(1,)]
        due = w.db.execute("SELECT analyzer FROM analysis WHERE version = -1 ORDER BY 1").fetchall()
        assert due == [("clip",), ("faces",), ("time",)]
    catalog.close()


@pytest.mark.parametrize("version", range(1, ADOPTED))
@pytest.mark.parametrize("readonly", [False, True])
def test_a_catalog_that_was_never_released_is_refused_in_words(tmp_path: Path, version: int, readonly: bool) -> None:
    make_old(path := tmp_path / "old.sqlite", version)
    with pytest.raises(UserError, match=r"early Haven FS.*corrections\.jsonl"):
        Catalog(path, readonly=readonly)


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
    make_old(path, LATEST)
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version={LATEST + 1}")
    db.close()
    with pytest.raises(UserError, match="newer"):
        Catalog(path, readonly=readonly)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == LATEST + 1
    db.close()


@pytest.mark.parametrize("readonly", [False, True])
def test_what_is_no_catalog_is_refused_in_words(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "catalog.sqlite"
    path.write_bytes(content := b"Not a database, but more than a hundred bytes of something else. " * 40)
    with pytest.raises(UserError, match=r"not a SQLite database.*haven repair"):
        Catalog(path, readonly=readonly)
    assert path.read_bytes() == content


@pytest.mark.parametrize("readonly", [False, True])
def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path, readonly: bool) -> None:
    path = tmp_path / "catalog.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipe (name TEXT)")
    content = path.read_bytes()
    with pytest.raises(UserError, match="not a catalog of Haven"):
        Catalog(path, readonly=readonly)
    assert path.read_bytes() == content


def test_an_empty_file_is_only_taken_for_new_where_nothing_was_said(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    path.touch()
    Catalog(path).close()  # a first start that was killed
    path.write_bytes(b"")
    path.with_name("corrections.jsonl").write_text("{}\n")
    with pytest.raises(UserError, match=r"it is empty.*haven repair"):
        Catalog(path)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("version", [0, *range(ADOPTED, LATEST)])
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
