"""`haven verify` tells what the disk has damaged from what somebody edited, and says so until it is settled."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.failing import UNREADABLE, Failing, can_fail
from helpers.serving import haven, serve, wait_for

from haven_fs.testing import make_photo


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A library of four photos and two other files, all read whole once."""
    root = tmp_path / "Pictures"
    for number, name in enumerate(("a", "b", "c", "sub/d")):
        make_photo(root / f"{name}.jpg", f"2020-05-0{number + 1} 12:00:00", size=(60 + number, 40))
    (root / "notes.txt").write_text("Not a photo.")
    (root / "empty.jpg").write_bytes(b"")
    haven("index", root, "--data", tmp_path / "data")
    first = verified(tmp_path / "data")
    assert (first["new"], first["right"], first["damaged"]) == (6, 0, [])
    return tmp_path / "data"


def verified(data: Path, *arguments: object, status: int = 0) -> dict[str, Any]:
    done = haven("verify", *arguments, "--data", data, "--json", check=False)
    assert done.returncode == status, (done.stdout, done.stderr)
    return dict(json.loads(done.stdout))


def names(said: dict[str, Any]) -> list[str]:
    return [Path(one["path"]).name for one in said["damaged"]]


def flip(path: Path) -> None:
    """Turn one bit in the middle of a file round, as a disk does: its time stays."""
    state, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def test_nothing_is_read_again_that_was_and_all_is_right(data: Path) -> None:
    assert verified(data)["right"] == 6
    assert verified(data, "--since", "1d")["right"] == 0
    assert verified(data, data.parent / "Pictures/sub")["right"] == 1
    assert verified(data, data.parent / "Pictures/sub/d.jpg", data.parent / "Pictures/a.jpg")["right"] == 2
    done = haven("verify", "/", "--data", data, check=False)
    assert done.returncode == 1 and "is in no library" in done.stderr
    assert "6 files right." in haven("verify", "--data", data).stdout


def test_a_flipped_bit_is_named_until_the_file_is_restored(data: Path) -> None:
    path = data.parent / "Pictures/b.jpg"
    good = data.parent / "good.jpg"
    shutil.copy2(path, good)
    flip(path)
    haven("index", "--data", data)  # which notices nothing
    for _ in range(2):
        said = verified(data, status=1)
        assert names(said) == ["b.jpg"] and said["right"] == 5
        assert "without its time changing" in said["damaged"][0]["reason"]
        assert "last right on 20" in said["damaged"][0]["reason"]
    assert names(verified(data, "--since", "1d", status=1)) == ["b.jpg"], "also if it was looked at a moment ago"
    text = haven("verify", "--data", data, check=False).stdout
    assert f"DAMAGED: {path}\n" in text and "Restore it from your backup." in text and f"--accept '{path}'" in text
    assert "b.jpg is damaged" in haven("doctor", "--data", data, check=False).stdout
    assert f"Damaged on the disk (1):\n  {path}: " in haven("status", "--data", data).stdout
    assert len(json.loads(haven("status", "--data", data, "--json").stdout)["damaged"]) == 1
    with serve(data=data) as serving, Client(serving.url) as dav:
        assert dav.files("/Review/Damaged/") == ["Reasons.txt", "b.jpg"]
        assert str(path).encode() in dav("GET", "/Review/Damaged/Reasons.txt").body
        shutil.copy2(good, path)  # with the time that it had: no walk sees that
        assert names(verified(data)) == []
        assert dav.files("/Review/Damaged/") == []
    assert names(json.loads(haven("status", "--data", data, "--json").stdout)) == []


def test_an_edit_is_no_damage(data: Path) -> None:
    path = data.parent / "Pictures/b.jpg"
    make_photo(path, "2020-05-02 12:00:00", size=(90, 50))
    os.utime(path, (1.6e9, 1.6e9))
    said = verified(data)
    assert (said["changed"], said["edited"], names(said)) == (1, 0, []), "the catalog does not know of it yet"
    haven("index", "--data", data)
    said = verified(data)
    assert (said["edited"], said["right"]) == (1, 5)
    flip(path)
    assert names(verified(data, status=1)) == ["b.jpg"], "the new bytes count from then on"


@pytest.mark.skipif(not shutil.which("exiftool"), reason="needs exiftool")
def test_a_program_that_keeps_the_time_of_what_it_edits(data: Path) -> None:
    root = data.parent / "Pictures"
    subprocess.run(["exiftool", "-P", "-q", "-overwrite_original", "-Artist=Somebody", root / "a.jpg"], check=True)
    haven("index", "--data", data)
    said = verified(data)
    assert (said["edited"], names(said)) == (1, []), "the picture itself is as it was"


def test_what_cannot_be_told_from_damage_is_accepted_by_its_owner(data: Path) -> None:
    root = data.parent / "Pictures"
    flip(root / "a.jpg")
    flip(root / "b.jpg")
    assert names(verified(data, status=1)) == ["a.jpg", "b.jpg"]
    assert "Accepted 1 file" in haven("verify", "--accept", root / "a.jpg", "--data", data).stdout
    assert names(verified(data, status=1)) == ["b.jpg"]
    done = haven("verify", "--accept", "--data", data, check=False)
    assert done.returncode == 1 and "Name the files" in done.stderr


def test_damage_that_is_edited_is_not_settled_by_that(data: Path) -> None:
    path = data.parent / "Pictures/a.jpg"
    flip(path)
    assert names(verified(data, status=1)) == ["a.jpg"]
    path.write_bytes(path.read_bytes() + b"more")
    haven("index", "--data", data)
    assert names(verified(data, status=1)) == ["a.jpg"]


def test_a_file_that_is_cut_short(data: Path) -> None:
    path = data.parent / "Pictures/c.jpg"
    state = path.stat()
    os.truncate(path, state.st_size - 100)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    haven("index", "--data", data)
    said = verified(data, status=1)
    assert names(said) == ["c.jpg"] and "cut short" in said["damaged"][0]["reason"]


def test_two_files_that_change_places(data: Path) -> None:
    """What was said goes with the picture, and no disk is blamed; also if they are of one length and time."""
    root = data.parent / "Pictures"
    for one, other in (("a.jpg", "b.jpg"), ("p.bmp", "q.bmp")):
        if one == "p.bmp":
            for name, value in ((one, 10), (other, 20)):
                header = b"BM" + (54 + 300).to_bytes(4, "little") + b"\0" * 4 + (54).to_bytes(4, "little")
                sizes = (40).to_bytes(4, "little") + (10).to_bytes(4, "little") * 2 + b"\1\0\x18\0" + b"\0" * 24
                (root / name).write_bytes(header + sizes + bytes([value]) * 300)
                os.utime(root / name, (1.5e9, 1.5e9))
            haven("index", "--data", data)
            assert verified(data)["new"] == 2
        (root / one).rename(root / "aside")
        (root / other).rename(root / one)
        (root / "aside").rename(root / other)
        assert verified(data)["changed"] == 2
        haven("index", "--data", data)
        said = verified(data)
        assert (said["right"] + said["new"] + said["edited"], names(said)) == (6 if one == "a.jpg" else 8, [])


def test_what_is_missing_or_away(data: Path) -> None:
    root = data.parent / "Pictures"
    (root / "a.jpg").unlink()
    said = verified(data)
    assert [Path(one).name for one in said["missing"]] == ["a.jpg"] and said["right"] == 5
    root.rename(data.parent / "elsewhere")
    haven("index", "--data", data)
    said = verified(data)
    assert len(said["away"]) == 1 and said["right"] == 0
    assert "Not checked: " in haven("verify", "--data", data).stdout


@pytest.mark.skipif(not can_fail(), reason="needs Linux and gcc")
def test_a_file_that_the_disk_cannot_give(data: Path) -> None:
    with closing(Failing(data.parent, [data.parent / "Pictures"])) as failing:
        calls = failing.commands
        calls.arm(way=UNREADABLE)
        assert failing.run("verify", "--data", data).returncode == 0
        number = 1 + next(i for i, call in enumerate(calls.disarm()) if re.fullmatch("read .*/b.jpg", call))
        calls.arm(number, UNREADABLE)
        done = failing.run("verify", "--data", data, "--json")
        assert calls.fired == 1 and done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert [Path(one["path"]).name for one in said["unreadable"]] == ["b.jpg"] and said["right"] == 5
    assert "The disk could not give this file" in said["unreadable"][0]["reason"]
    assert verified(data)["right"] == 6


def is_same(dav: Client, group: str) -> bool:
    """Tell whether a text in a group of copies says that two are the same file."""
    texts = [name for name in dav.files(group) if name.endswith(".txt")]
    return any(b", the same file as" in dav("GET", group + quote(name)).body for name in texts)


def test_a_damaged_photo_is_not_the_one_to_keep_and_its_copy_is_named(tmp_path: Path) -> None:
    root, data = tmp_path / "Pictures", tmp_path / "data"
    path = make_photo(root / "a.jpg", "2020-05-01 12:00:00", size=(300, 200))
    with path.open("ab") as file:
        file.write(bytes(4 * path.stat().st_size))  # the bit that turns is behind the picture, which stays what it was
    shutil.copy2(path, root / "copy of a.jpg")
    with serve(root, data=data) as serving, Client(serving.url) as dav:
        group = "/Review/Duplicates/a%20and%201%20more/"
        wait_for(lambda: is_same(dav, group), "copies to be compared")
        assert "001 a.jpg" in dav.files(group)
        flip(path)
        said = verified(data, status=1)
        assert names(said) == ["a.jpg"] and Path(said["damaged"][0]["copy"]).name == "copy of a.jpg"
        text = haven("verify", "--data", data, check=False).stdout
        assert f"{root / 'copy of a.jpg'} has the right bytes: copy it over this one." in text
        make_photo(root / "other.jpg")  # something to do, after which there is time for groups
        group = "/Review/Duplicates/copy%20of%20a%20and%201%20more/"
        wait_for(lambda: dav("PROPFIND", group, Depth="0").status == 207, "the good copy to be the first")
        assert not is_same(dav, group)


def test_backups_and_what_was_removed(data: Path, tmp_path: Path) -> None:
    haven("libraries", "set", "Pictures", "--writable", "--data", data)
    with serve(data=data) as serving, Client(serving.url) as dav:
        assert dav("MKCOL", "/Albums/Holidays").status == 201
        assert dav("DELETE", "/Originals/Pictures/a.jpg").status == 204
        assert dav("PUT", "/Originals/Pictures/notes.txt", b"Other words.").status == 204
    haven("backup", tmp_path / "backups", "--data", data)
    said = verified(data)
    assert (said["removed"], said["backups"], said["problems"]) == (2, 1, [])
    (kept,) = (data.parent / "Pictures/.haven-removed").rglob("a.jpg")
    flip(kept)
    (kept,) = (data.parent / "Pictures/.haven-removed").rglob("notes.txt")
    flip(kept)
    (copy,) = (tmp_path / "backups").iterdir()
    with (copy / "corrections.jsonl").open("ab") as file:
        file.write(b'{"catalog": "x", "id": 900, "at": 1.0, "data": {}}\n')
    said = verified(data, status=1)
    assert sorted(names(said)) == ["a.jpg", "notes.txt"]
    assert len(said["problems"]) == 1 and "1 changes that the catalog" in said["problems"][0]
    with (copy / "catalog.sqlite").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    assert "damaged" in verified(data, status=1)["problems"][0]


def test_the_server_reads_all_at_leisure_and_uploads_as_they_come(tmp_path: Path) -> None:
    root, data = tmp_path / "Pictures", tmp_path / "data"
    for number in range(5):
        make_photo(root / f"{number}.jpg", f"2020-05-0{number + 1} 12:00:00", size=(60 + number, 40))
    with serve(root, data=data, inbox=tmp_path / "Inbox") as serving, Client(serving.url) as dav:
        assert dav("PUT", "/Inbox/new.txt", b"just sent").status == 201
        (digest,) = serving.query(
            "SELECT c.digest FROM checksum c JOIN original o ON o.id = c.original_id WHERE o.file = ?", b"new.txt"
        )
        assert digest[0] == hashlib.sha256(b"just sent").digest(), "nobody had to read it for that"
        wait_for(lambda: serving.query("SELECT count(*) FROM checksum")[0][0] == 6, "all to be read")
        assert serving.query("SELECT count(*) FROM original WHERE hashed IS NOT mtime_ns AND gone IS NULL")[0][0] == 0
    assert verified(data)["right"] == 6
    with closing(sqlite3.connect(data / "catalog.sqlite")) as db, db:
        db.execute("UPDATE checksum SET seen = seen - 100 * 86400")
    flip(root / "3.jpg")
    with serve(data=data) as serving, Client(serving.url) as dav:
        wait_for(lambda: "3.jpg" in dav.files("/Review/Damaged/"), "the damage to be found")
