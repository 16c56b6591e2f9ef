"""/Recently Removed: real files that were deleted, photos that are hidden, and how both come back."""

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.effort import times
from helpers.killing import killed_in_the_middle
from helpers.programs import gio, rclone
from helpers.serving import Serving, haven, serve, wait_for

from haven_fs.testing import make_photo

pytestmark = pytest.mark.long

REMOVED = ".haven-removed"
HERE = "/Recently%20Removed/"
MONTH = "/Timeline/2020/2020-05/"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The libraries Lib, which is writable, and Fixed."""
    base = tmp_path_factory.mktemp("removed")
    for name in ("Lib", "Fixed"):
        for number in range(6):
            make_photo(base / name / f"{name}_{number}.jpg", f"2020-05-0{number + 1} 12:00:00", size=(80, 60))
    haven("index", base / "Lib", base / "Fixed", "--data", base / "data")
    haven("libraries", "set", "Lib", "--writable", "--data", base / "data")
    return base


@pytest.fixture(scope="module")
def serving(base: Path) -> Iterator[Serving]:
    before = contents(base / "Fixed")
    with serve(data=base / "data") as serving:
        yield serving
    assert contents(base / "Fixed") == before


@pytest.fixture
def dav(serving: Serving) -> Iterator[Client]:
    with Client(serving.url) as client:
        yield client


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def names(dav: Client, folder: str) -> set[str]:
    return {member.name for member in dav.members(folder)}


def test_a_deleted_file_comes_back(base: Path, dav: Client) -> None:
    data = (base / "Lib/Lib_0.jpg").read_bytes()
    assert dav("DELETE", "/Originals/Lib/Lib_0.jpg").status == 204
    assert dav("GET", f"{HERE}Lib_0.jpg").body == data
    assert "Lib_0.jpg" not in names(dav, MONTH)
    for answer in (dav("DELETE", f"{HERE}Lib_0.jpg"), dav("DELETE", "/Recently%20Removed")):
        assert answer.status == 403
        assert "haven purge" in answer.reason()
    assert dav("PUT", f"{HERE}Lib_0.jpg", b"x").status == 403
    assert dav("MKCOL", f"{HERE}folder").status == 403
    assert dav.transfer("MOVE", "/Recently Removed/Lib_0.jpg", "/Recently Removed/other.jpg").status == 403
    assert dav.transfer("MOVE", "/Recently Removed/Lib_0.jpg", "/Originals/Fixed/Lib_0.jpg").status == 403
    assert dav.transfer("MOVE", "/Recently Removed/Lib_0.jpg", "/Albums/Lib_0.jpg").status == 403
    assert dav.transfer("MOVE", "/Recently Removed/Lib_0.jpg", "/Originals/Lib/Lib_1.jpg", Overwrite="F").status == 412
    assert dav.transfer("MOVE", "/Recently Removed/Lib_0.jpg", "/Originals/Lib/Lib_0.jpg").status == 201
    assert (base / "Lib/Lib_0.jpg").read_bytes() == data
    assert "Lib_0.jpg" in names(dav, MONTH)
    assert not names(dav, HERE)
    assert not list((base / "Lib" / REMOVED).iterdir())


def test_names_are_made_unique_and_folders_open(base: Path, dav: Client) -> None:
    for _ in range(3):
        assert dav("MKCOL", "/Originals/Lib/trip").status == 201
        assert dav("PUT", "/Originals/Lib/trip/note.txt", b"a note").status == 201
        assert dav("DELETE", "/Originals/Lib/trip").status == 204
    assert names(dav, HERE) == {"trip", "trip (2)", "trip (3)"}
    assert dav("GET", f"{HERE}trip%20(2)/note.txt").body == b"a note"
    assert dav("DELETE", f"{HERE}trip/note.txt").status == 403
    assert dav.transfer("MOVE", "/Recently Removed/trip/note.txt", "/Originals/Lib/note.txt").status == 201
    assert dav.transfer("MOVE", "/Recently Removed/trip (2)", "/Originals/Lib/trip").status == 201
    assert dav("COPY", f"{HERE}trip%20(3)", None, Destination=f"{dav.address}/Originals/Lib/copy").status == 201
    assert contents(base / "Lib/trip") == contents(base / "Lib/copy") == {"note.txt": b"a note"}
    assert names(dav, HERE) == {"trip", "trip (3)"}
    assert dav.files(f"{HERE}trip/") == []
    # By a MOVE into it one removes too, under the name that is asked for; nothing there is lost for it.
    assert dav.transfer("MOVE", "/Originals/Lib/trip", "/Recently Removed/trip", Overwrite="F").status == 412
    assert dav.transfer("MOVE", "/Originals/Lib/trip", "/Recently Removed/trip").status == 204
    assert dav.files(f"{HERE}trip/") == ["note.txt"]
    assert names(dav, HERE) == {"trip", "trip (2)", "trip (3)"}


def test_hiding_a_photo(serving: Serving, base: Path, dav: Client) -> None:
    path = "/Originals/Fixed/Fixed_0.jpg"
    assert dav.transfer("MOVE", f"{MONTH}Fixed_0.jpg", "/Recently Removed/Fixed_0.jpg", Overwrite="F").status == 201
    assert "Fixed_0.jpg" in names(dav, HERE)
    assert "Fixed_0.jpg" not in names(dav, MONTH) | names(dav, "/Recent/")
    assert dav("GET", f"{HERE}Fixed_0.jpg").body == dav("GET", path).body
    assert dav("DELETE", f"{HERE}Fixed_0.jpg").status == 403
    assert dav("COPY", f"{MONTH}Fixed_1.jpg", None, Destination=f"{dav.address}{HERE}x.jpg").status == 403
    assert dav.transfer("MOVE", "/Recently Removed/Fixed_0.jpg", f"{MONTH}Fixed_0.jpg").status == 201
    assert "Fixed_0.jpg" in names(dav, MONTH)
    assert "Fixed_0.jpg" not in names(dav, HERE)
    # From its own folder, which is only read, it is hidden too; the file stays.
    assert dav.transfer("MOVE", path, "/Recently Removed/Fixed_0.jpg").status == 201
    assert "Fixed_0.jpg" not in names(dav, MONTH)
    assert (base / "Fixed/Fixed_0.jpg").exists()
    assert dav.transfer("MOVE", "/Recently Removed/Fixed_0.jpg", "/Originals/Lib/x.jpg").status == 403
    assert dav.transfer("MOVE", "/Recently Removed/Fixed_0.jpg", path).status == 204
    assert "Fixed_0.jpg" in names(dav, MONTH)


def test_a_hidden_photo_may_come_back_into_an_album(dav: Client) -> None:
    dav("MKCOL", "/Albums/Back")
    assert dav.transfer("MOVE", f"{MONTH}Fixed_2.jpg", "/Recently Removed/Not this.jpg").status == 201
    assert "Not this.jpg" in names(dav, HERE), "the written name answers"
    assert dav.transfer("MOVE", "/Recently Removed/Not this.jpg", "/Albums/Back/Fixed_2.jpg").status == 201
    assert names(dav, "/Albums/Back/") == {"Fixed_2.jpg"}
    assert "Fixed_2.jpg" in names(dav, MONTH)
    assert "Not this.jpg" not in names(dav, HERE)


def test_hiding_is_undone(serving: Serving, dav: Client) -> None:
    assert dav.transfer("MOVE", f"{MONTH}Fixed_3.jpg", "/Recently Removed/Fixed_3.jpg").status == 201
    assert "Fixed_3.jpg" not in names(dav, MONTH)
    assert "hidden" in haven("log", "--data", serving.data).stdout
    haven("undo", "--data", serving.data)
    assert "Fixed_3.jpg" in names(dav, MONTH)
    assert "Fixed_3.jpg" not in names(dav, HERE)


def test_what_hides_outlasts_indexing(serving: Serving, base: Path, dav: Client) -> None:
    assert dav.transfer("MOVE", f"{MONTH}Lib_3.jpg", "/Recently Removed/Lib_3.jpg").status == 201
    os.utime(base / "Lib/Lib_3.jpg", (1, 1))
    time.sleep(0.5)
    serving.settle()
    assert "Lib_3.jpg" not in names(dav, MONTH)
    assert "Lib_3.jpg" in names(dav, HERE)
    assert dav.transfer("MOVE", "/Recently Removed/Lib_3.jpg", "/Timeline/Lib_3.jpg").status == 201
    assert "Lib_3.jpg" in names(dav, MONTH)


def test_rclone_and_gio(serving: Serving, base: Path, tmp_path: Path) -> None:
    data = (base / "Lib/Lib_4.jpg").read_bytes()
    rclone(serving, "deletefile", "haven:Originals/Lib/Lib_4.jpg")
    rclone(serving, "moveto", "haven:Recently Removed/Lib_4.jpg", "haven:Originals/Lib/Lib_4.jpg")
    assert (base / "Lib/Lib_4.jpg").read_bytes() == data
    script = (
        'gio mount -a "$1"; gio remove "$1/Originals/Lib/Lib_4.jpg" && gio list "$1/Recently Removed" &&'
        ' gio move "$1/Recently Removed/Lib_4.jpg" "$1/Originals/Lib/" &&'
        ' gio move "$1/Timeline/2020/2020-05/Fixed_4.jpg" "$1/Recently Removed/" &&'
        ' gio list "$1/Timeline/2020/2020-05" && echo -- && gio list "$1/Recently Removed" &&'
        ' gio move "$1/Recently Removed/Fixed_4.jpg" "$1/Timeline/2020/2020-05/"'
    )
    shown, _, removed = gio(serving, tmp_path, script).stdout.partition("--\n")
    assert "Lib_4.jpg" in shown
    assert "Fixed_4.jpg" not in shown
    assert "Fixed_4.jpg" in removed
    assert (base / "Lib/Lib_4.jpg").read_bytes() == data
    assert "Fixed_4.jpg" in rclone(serving, "lsf", "haven:Timeline/2020/2020-05")


def test_purge(serving: Serving, base: Path, dav: Client) -> None:
    assert dav("DELETE", "/Originals/Lib/Lib_5.jpg").status == 204
    size = sum(map(len, contents(base / "Lib" / REMOVED).values()))
    before = names(dav, HERE)
    assert "Lib_5.jpg" in before
    assert f"{size:,} bytes" in haven("purge", "--dry-run", "--data", serving.data).stdout
    asked = haven("purge", "--data", serving.data, check=False)
    assert asked.returncode == 1
    assert "--yes" in asked.stderr
    assert "nothing to delete" in haven("purge", "--older-than", "1", "--yes", "--data", serving.data).stdout
    assert names(dav, HERE) == before
    assert f"{size:,} bytes" in haven("purge", "--yes", "--data", serving.data).stdout
    assert not names(dav, HERE)
    assert not contents(base / "Lib" / REMOVED)
    assert "Lib_5.jpg" not in contents(base / "Lib")


def test_time_erases_but_not_masses(tmp_path: Path) -> None:
    """At the start of a server: what is old is erased, unless most of a library went in a day."""
    for name, count in (("Few", 150), ("Many", 150)):
        (tmp_path / name).mkdir()
        for number in range(count):
            (tmp_path / name / f"{number}.txt").write_text(f"{name} {number}")
    data = tmp_path / "data"
    haven("index", tmp_path / "Few", tmp_path / "Many", "--data", data)
    for name in ("Few", "Many"):
        haven("libraries", "set", name, "--writable", "--data", data)
    with serve(data=data) as serving, Client(serving.url) as dav:
        for number in range(60):
            assert dav("DELETE", f"/Originals/Few/{number}.txt").status == 204
        for number in range(110):
            assert dav("DELETE", f"/Originals/Many/{number}.txt").status == 204
        assert len(dav.files(HERE)) == 170
    with sqlite3.connect(data / "catalog.sqlite") as db:
        db.execute("UPDATE trash SET at = at - 40 * 86400")
    db.close()
    with serve(data=data) as serving, Client(serving.url) as dav:
        wait_for(lambda: len(dav.files(HERE)) == 110, "what is old to be erased")
        assert len(contents(tmp_path / "Many")) == 150
        assert len(contents(tmp_path / "Few")) == 90
        haven("purge", "--yes", "--data", data)
        assert dav.files(HERE) == []
        assert len(contents(tmp_path / "Many")) == 40


def test_killed_in_the_middle(tmp_path: Path) -> None:
    killed_in_the_middle(tmp_path, rounds=times(1, 2))
