"""A library with what other programs left, indexed: what is a photo, what is not, and what is counted."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from helpers.home import Home

from haven_fs.catalog.migrations import define_functions
from haven_fs.catalog.schema import MIGRATIONS
from haven_fs.catalog.skipped import skipped
from haven_fs.cli import main
from haven_fs.testing import make_video


def shown(home: Home) -> set[str]:
    return {path for path, seen in home.seen().items() if seen.role == "main"}


def counted(home: Home) -> dict[str, tuple[int, int]]:
    with home.catalog.read() as db:
        return {one.reason: (one.files, one.folders) for one in skipped(db)}


def test_a_film_of_another_year_is_no_live_photo(home: Home) -> None:
    home.add("IMG_3223.jpg", "2024-05-01 10:00:00")
    make_video(home.root / "IMG_3223.MOV", taken="2021-03-03 18:11:40", seconds=2)
    home.add("IMG_3224.jpg", "2024-05-01 10:00:00")
    make_video(home.root / "IMG_3224.MOV", taken="2024-05-01 08:00:01", seconds=2)
    home.index()
    roles = {path: seen.role for path, seen in home.seen().items()}
    assert roles == {"IMG_3223.jpg": "main", "IMG_3223.MOV": "main", "IMG_3224.jpg": "main", "IMG_3224.MOV": "live"}


def test_a_backup_is_no_photo_until_it_is_all_there_is(home: Home) -> None:
    home.add("x.jpg")
    before = home.add("old.jpg", "2019-01-01 12:00:00").rename(home.root / "x.jpg_original")
    (home.root / "broken.jpg").write_bytes((home.root / "x.jpg").read_bytes() + b"1")
    (home.root / "broken.jpg~").write_bytes(before.read_bytes()[:300])
    home.index()
    assert shown(home) == {"x.jpg", "broken.jpg"}
    assert {path: seen.role for path, seen in home.seen().items()}["x.jpg_original"] == "backup"
    assert home.query("SELECT count(*) FROM photo WHERE unreadable IS NOT NULL") == [0]
    assert counted(home) == {"backup": (2, 0)}
    (home.root / "x.jpg").unlink()
    home.index()
    assert shown(home) == {"x.jpg_original", "broken.jpg"}
    assert counted(home) == {"backup": (1, 0)}


def test_counts_follow_the_walk(home: Home) -> None:
    home.add("a/a.jpg")
    for path in ("a/@eaDir/t.jpg", "a/.hidden.jpg", "b/.hidden.jpg", "a/c.jpg.part"):
        (home.root / path).parent.mkdir(parents=True, exist_ok=True)
        (home.root / path).touch()
    home.index()
    assert counted(home) == {"hidden": (2, 0), "preview": (0, 1), "unfinished": (1, 0)}
    (home.root / "a/c.jpg.part").unlink()
    (home.root / "b/.hidden2.jpg").touch()
    home.look({"a"})
    assert counted(home) == {"hidden": (2, 0), "preview": (0, 1)}
    home.look({"b"})
    assert counted(home) == {"hidden": (3, 0), "preview": (0, 1)}
    (home.root / "b/.hidden.jpg").unlink()
    (home.root / "b/.hidden2.jpg").unlink()
    (home.root / "b").rmdir()
    home.index()
    assert counted(home) == {"hidden": (1, 0), "preview": (0, 1)}
    with home.catalog.read() as db:
        seq = db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()
    home.index()
    with home.catalog.read() as db:
        assert db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone() == seq


@pytest.mark.parametrize("word", [".nomedia", ".havenignore"])
def test_what_is_left_out_is_not_missing(home: Home, word: str) -> None:
    """More than a tenth of a library, and no disk is away."""
    for number in range(12):
        home.add(f"sent/{number}.jpg")
    home.add("a.jpg")
    home.index()
    assert len(shown(home)) == 13
    (home.root / ("sent/.nomedia" if word == ".nomedia" else word)).write_text("sent/\n")
    home.index()
    assert shown(home) == {"a.jpg"}
    assert home.library().away is None


def test_files_that_went_are_missing_all_the_same(home: Home) -> None:
    for number in range(12):
        home.add(f"{number}.jpg")
    home.add("a.jpg")
    home.index()
    for number in range(12):
        (home.root / f"{number}.jpg").unlink()
    home.index()
    assert home.library().away


def test_status_and_doctor_tell(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.add("x.jpg")
    home.add("y.jpg").rename(home.root / "x.jpg~")
    (home.root / "linked.jpg").symlink_to(tmp_path.parent / "elsewhere.jpg")
    (home.root / "nc/appdata_oc1a2b3c/preview").mkdir(parents=True)
    home.index()
    main(["status", "--data", str(home.data)])
    said = capsys.readouterr().out
    assert "1 file: backups of photos that are there too" in said
    assert "1 folder: small pictures and films that other programs made" in said
    assert "1 file: links that lead out of the library" in said
    main(["status", "--data", str(home.data), "--json"])
    told = json.loads(capsys.readouterr().out)["skipped"]
    assert {one["reason"]: (one["files"], one["folders"]) for one in told} == {
        "backup": (1, 0),
        "preview": (0, 1),
        "link": (1, 0),
    }
    assert {one["reason"]: one["example"] for one in told}["preview"] == str(home.root / "nc")
    main(["doctor", "--data", str(home.data)])
    assert "make it a library: haven index FOLDER" in capsys.readouterr().out


@pytest.mark.parametrize("of", ["IMG_1.jpg", "edits/IMG_1-edited.jpg"])
def test_what_was_said_of_an_edit_stays_when_it_joins_its_original(home: Home, of: str) -> None:
    home.add("IMG_1.jpg")
    home.add("edits/IMG_1-edited.jpg")
    home.index()
    home.close()
    assert main(["taken", "1987-06-20", str(home.root / of), "--data", str(home.data)]) == 0
    (home.root / "edits/IMG_1-edited.jpg").rename(home.root / "IMG_1-edited.jpg")
    assert main(["index", "--data", str(home.data)]) == 0
    db = sqlite3.connect(home.data / "catalog.sqlite")
    photos = db.execute(
        "SELECT p.day, o.file FROM photo p JOIN original o ON o.id = main_id WHERE p.shown = 1"
    ).fetchall()
    db.close()
    assert photos == [(19870620, b"IMG_1.jpg")]


def test_a_catalog_from_before_pairs_anew(home: Home) -> None:
    home.add("IMG_1.jpg")
    home.add("IMG_1-edited.jpg")
    home.add("alone.jpg")
    home.index()
    script = next(script for script in MIGRATIONS if "CREATE TABLE skipped" in script)
    home.close()
    db = sqlite3.connect(home.data / "catalog.sqlite")
    define_functions(db)
    db.executescript(
        "DROP TABLE skipped; DROP INDEX original_spare; UPDATE original SET probed = 1;"
        f"UPDATE original SET stem = 'img_1-edited' WHERE file = CAST('IMG_1-edited.jpg' AS BLOB); {script}"
    )
    due = [os.fsdecode(file) for (file,) in db.execute("SELECT file FROM original WHERE probed = 0 ORDER BY file")]
    db.close()
    assert due == ["IMG_1-edited.jpg", "IMG_1.jpg"]
