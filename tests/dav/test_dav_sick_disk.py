"""A library's disk that fails or goes away while it is served: said in words, and nothing counts as removed."""

import errno
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.serving import Serving, haven, serve, wait_for
from helpers.sick_disks import SickDisk, sick_disk

from haven_fs.testing import make_photo

YEARS = ("2017", "2018", "2019")
EACH = 8


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SickDisk]:
    """A disk with folders of photos."""
    with sick_disk(tmp_path / "disk", tmp_path / "Photos") as disk:
        for year in YEARS:
            for number in range(EACH):
                make_photo(disk.folder / year / f"{year}-{number}.jpg", f"{year}-05-0{number + 1} 12:00:00")
        yield disk


@pytest.fixture
def serving(disk: SickDisk, tmp_path: Path) -> Iterator[Serving]:
    """A server whose library the disk is, without small pictures of it; files can be changed there."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "haven.toml").write_text("[index]\nrescan_minutes = 1000\n")
    haven("index", disk.root, "--data", data)
    haven("libraries", "set", "Photos", "--writable", "--data", data)
    with serve(data=data) as serving, Client(serving.url) as client:
        assert client("MKCOL", "/Albums/Kept").status == 201
        assert client.transfer("COPY", "/Recent/2018-0.jpg", "/Albums/Kept/2018-0.jpg").status == 201
        yield serving


@pytest.fixture
def client(serving: Serving) -> Iterator[Client]:
    with Client(serving.url) as client:
        yield client


def everything(client: Client) -> list[str]:
    return sorted([*client.files("/Recent"), *client.files("/Albums/Kept")])


def walk(serving: Serving) -> None:
    """Have the server walk the library and read what is due, as it does now and then."""
    before = serving.query("SELECT walked FROM library")
    serving.stop()
    haven("index", "--data", serving.data)
    assert serving.query("SELECT walked FROM library") != before


def test_contents_that_cannot_be_read(disk: SickDisk, serving: Serving, client: Client) -> None:
    before = everything(client)
    disk.fail("2018/*")
    for path in ("/Recent/2018-1.jpg", "/Originals/Photos/2018/2018-1.jpg", "/Albums/Kept/2018-0.jpg"):
        for headers in ({}, {"Range": "bytes=100-199"}):
            answer = client("GET", path, **headers)
            assert answer.status == 503 and "The disk could not give this file" in answer.reason(), path
    assert client("GET", "/Recent/2017-1.jpg").status == 200
    assert client.transfer("COPY", "/Originals/Photos/2018/2018-1.jpg", "/Originals/Photos/new.jpg").status == 503
    assert everything(client) == before
    for number in range(3):
        make_photo(disk.folder / f"2019/more-{number}.jpg", "2019-06-01 12:00:00")
    make_photo(disk.folder / "2018/more.jpg", "2018-06-01 12:00:00")
    walk(serving)
    with serve(data=serving.data) as again, Client(again.url) as client:
        assert set(before) | {f"more-{number}.jpg" for number in range(3)} == set(everything(client))
        assert "more.jpg" in client.files("/Review/Unreadable")
    assert again.query("SELECT count(*) FROM original WHERE gone IS NOT NULL") == [(0,)]
    said = haven("doctor", "--data", serving.data, check=False).stdout
    assert f"PROBLEM: {disk.root}/2018/more.jpg cannot be read. The disk could not give this file" in said
    disk.heal()
    haven("index", "--data", serving.data)
    assert "PROBLEM" not in haven("doctor", "--data", serving.data, check=False).stdout


@pytest.mark.parametrize("folder", ["2018", ""])
def test_folders_that_cannot_be_listed(disk: SickDisk, serving: Serving, client: Client, folder: str) -> None:
    before = everything(client)
    disk.fail(folder)
    make_photo(disk.folder / "2019/more.jpg", "2019-06-01 12:00:00")
    walk(serving)
    with serve(data=serving.data) as again, Client(again.url) as client:
        assert set(before) <= set(everything(client))
        assert ("more.jpg" in everything(client)) is bool(folder)
        assert len(client.files("/Originals/Photos/2018")) == EACH
    assert serving.query("SELECT count(*) FROM original WHERE gone IS NOT NULL") == [(0,)]
    said = haven("doctor", "--data", serving.data, check=False).stdout
    assert "Input/output error" in said and str(disk.root / folder) in said


def test_a_disk_that_goes_away_while_it_is_served(disk: SickDisk, serving: Serving, client: Client) -> None:
    before = everything(client)
    disk.go()
    for path in ("/Recent/2018-1.jpg", "/Originals/Photos/2018/2018-1.jpg", "/Small/Recent/2018-1.jpg"):
        answer = client("GET", path)
        assert answer.status == 503 and "Is its disk connected?" in answer.reason(), (path, answer.body)
    photo = make_photo(disk.folder.with_name("p.jpg")).read_bytes()
    for answer in (
        client("PUT", "/Originals/Photos/2018/new.jpg", photo),
        client("PUT", "/Originals/Photos/new.jpg", photo),
        client("MKCOL", "/Originals/Photos/new"),
        client("DELETE", "/Originals/Photos/2018/2018-1.jpg"),
        client.transfer("MOVE", "/Originals/Photos/2018/2018-1.jpg", "/Originals/Photos/new.jpg"),
        client.transfer("COPY", "/Originals/Photos/2018/2018-1.jpg", "/Originals/Photos/new.jpg"),
        client("DELETE", "/Originals/Photos/2018"),
    ):
        assert answer.status == 503 and "Is its disk connected?" in answer.reason(), answer.body
    assert list(disk.root.iterdir()) == [], "the folder that it was mounted on stays empty"
    walk(serving)
    with serve(data=serving.data) as again, Client(again.url) as client:
        assert everything(client) == before
        assert client("GET", "/Recent/2018-1.jpg").status == 503
        wait_for(lambda: again.status()["libraries"][0]["away"], "the library to be away")
    assert serving.query("SELECT count(*) FROM original WHERE gone IS NOT NULL") == [(0,)]
    assert "Is its disk connected?" in haven("doctor", "--data", serving.data, check=False).stdout


def test_a_disk_that_fails_is_said_once(disk: SickDisk, serving: Serving) -> None:
    for number in range(60):
        make_photo(disk.folder / f"2019/more-{number}.jpg", "2019-06-01 12:00:00")
    disk.fail("*.jpg")
    serving.stop()
    log = serving.data.parent / "data.log"
    length = log.stat().st_size
    with serve(data=serving.data, settled=False) as again:
        wait_for(lambda: again.query("SELECT count(*) FROM original WHERE trouble > ''")[0][0] >= 60, "all to be read")
        time.sleep(1)
        lines = [line for line in log.read_text()[length:].splitlines() if "Input/output" in line]
    assert 1 <= len(lines) <= 3, "\n".join(lines)
    assert "Traceback" not in log.read_text()[length:]


def test_a_disk_that_takes_no_writes(disk: SickDisk, serving: Serving, client: Client) -> None:
    before = everything(client)
    disk.fail("*", number=errno.EROFS)
    photo = make_photo(disk.folder.with_name("p.jpg")).read_bytes()
    for answer in (
        client("PUT", "/Originals/Photos/new.jpg", photo),
        client("MKCOL", "/Originals/Photos/new"),
        client("DELETE", "/Originals/Photos/2018/2018-1.jpg"),
        client.transfer("MOVE", "/Originals/Photos/2018/2018-1.jpg", "/Originals/Photos/new.jpg"),
    ):
        assert answer.status in (403, 503) and "Read-only file system" in answer.reason(), answer.body
    disk.heal()
    assert everything(client) == before


@pytest.mark.parametrize("is_left", [True, False], ids=["mount point there", "mount point gone"])
def test_a_disk_inside_a_library_that_is_not_connected(is_left: bool, tmp_path: Path) -> None:
    """It holds less than a tenth, which would be believed if it were deleted; another disk of the library is there."""
    library, data = tmp_path / "Pictures", tmp_path / "data"
    for number in range(40):
        make_photo(library / f"own/a{number}.jpg", "2016-05-01 12:00:00")
    make_photo(library / "old/c.jpg", "2016-05-01 12:00:00")
    with sick_disk(tmp_path / "disk", library / "old/usb") as disk:
        make_photo(disk.folder / "inner/b.jpg", "2015-05-01 12:00:00")
        haven("index", library, "--data", data)
    haven("libraries", "set", "Pictures", "--writable", "--data", data)
    (library / "own/a0.jpg").unlink()
    if not is_left:
        (library / "old/usb").rmdir()
    with serve(data=data) as serving, Client(serving.url) as client:
        assert "b.jpg" in client.files("/Recent") and "a0.jpg" not in client.files("/Recent")
        assert client("GET", "/Recent/b.jpg").status == 503
        photo = make_photo(tmp_path / "p.jpg").read_bytes()
        answer = client("PUT", "/Originals/Pictures/old/usb/new.jpg", photo)
        assert answer.status == 503 and "Is that connected?" in answer.reason()
    assert serving.query("SELECT file FROM original WHERE gone IS NOT NULL") == [(b"a0.jpg",)]
    said = haven("doctor", "--data", data, check=False).stdout
    assert f"{library}/old/usb cannot be read" in said and "a disk was mounted on it" in said
    with sick_disk(tmp_path / "disk", library / "old/usb"):
        haven("index", "--data", data)
        assert "PROBLEM" not in haven("doctor", "--data", data, check=False).stdout
    haven("index", "--accept-missing", library, "--data", data)
    assert serving.query("SELECT count(*) FROM original WHERE gone IS NOT NULL") == [(2,)]
