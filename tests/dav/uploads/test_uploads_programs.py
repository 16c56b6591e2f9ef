"""Uploads as programs send them: Finder, Explorer, phones, rclone, GNOME, and those that rename when they are done."""

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from helpers.dav import LOCKINFO, Client
from helpers.programs import gio, mounted, rclone
from helpers.serving import Serving

from haven_fs.testing import jpeg

AMONG = "/Timeline/2021/2021-05/"


FINDER = {"User_Agent": "WebDAVFS/3.0.0 (03008000) Darwin/23.0.0 (arm64)", "Accept": "*/*"}


@pytest.mark.parametrize("folder", ["/Inbox", "/People/Alice"])
def test_finder_copies_a_photo(house: Serving, dav: Client, new: list[Path], folder: str) -> None:
    assert dav("MKCOL", "/People/Alice").status == 201
    photo, data = f"{folder}/IMG_1.jpg", new[0].read_bytes()
    for name in ("IMG_1.jpg", "._IMG_1.jpg"):
        assert dav("PROPFIND", f"{folder}/{name}", Depth=0, **FINDER).status == 404
    assert dav("PUT", photo, b"", **FINDER).status == 201
    assert "IMG_1.jpg" in dav.files(f"{folder}/")
    assert dav.one(photo, "getcontentlength")["getcontentlength"] == "0"
    assert dav.files("/Recent/") == ["old.jpg", "older.jpg"]
    lock = dav("LOCK", photo, LOCKINFO.format(scope="exclusive"), Depth=0, Timeout="Second-600", **FINDER)
    assert lock.status == 200
    token = f"({lock['Lock-Token']})"
    assert dav("PUT", photo, data, **FINDER).status == 423
    sent = dav(
        "PUT", photo, iter([data[:900], data[900:]]), Transfer_Encoding="chunked", If=token,
        X_Expected_Entity_Length=len(data), **FINDER,
    )  # fmt: skip
    assert sent.status == 204
    assert dav("UNLOCK", photo, Lock_Token=lock["Lock-Token"], **FINDER).status == 204
    # The resource fork comes beside it, and goes to the store of such things.
    fork = f"{folder}/._IMG_1.jpg"
    lock = dav("LOCK", fork, LOCKINFO.format(scope="exclusive"), Depth=0, **FINDER)
    assert lock.status == 201
    fork_token = f"({lock['Lock-Token']})"
    assert dav("PUT", fork, b"\0" * 4096, If=fork_token, **FINDER).status == 204
    assert dav("UNLOCK", fork, Lock_Token=lock["Lock-Token"], **FINDER).status == 204
    assert dav.one(fork, "getcontentlength")["getcontentlength"] == "4096"
    assert dav("GET", photo).body == data
    assert dav.one(photo, "getcontentlength")["getcontentlength"] == str(len(data))
    assert "IMG_1.jpg" in dav.files(AMONG)
    assert not [name for name in dav.files(f"{folder}/") if name.startswith(".")]


PROPPATCH = (
    '<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:">'
    "<D:set><D:prop><Z:Win32CreationTime>Tue, 04 May 2021 10:00:00 GMT</Z:Win32CreationTime>"
    "<Z:Win32LastAccessTime>Tue, 04 May 2021 10:00:00 GMT</Z:Win32LastAccessTime>"
    "<Z:Win32LastModifiedTime>Tue, 04 May 2021 10:00:00 GMT</Z:Win32LastModifiedTime>"
    "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>"
)


@pytest.mark.parametrize("folder", ["/Inbox", "/People/Alice"])
@pytest.mark.parametrize("first", ["PUT", "LOCK"])
def test_explorer_copies_a_photo(dav: Client, new: list[Path], folder: str, first: str) -> None:
    assert dav("MKCOL", "/People/Alice").status == 201
    agent = {"User_Agent": "Microsoft-WebDAV-MiniRedir/10.0.22631", "Translate": "f"}
    photo, data = f"{folder}/IMG_1.jpg", new[0].read_bytes()
    assert dav("PROPFIND", photo, Depth=0, **agent).status == 404
    if first == "PUT":
        assert dav("PUT", photo, b"", **agent).status == 201
    body = LOCKINFO.format(scope="exclusive")
    lock = dav("LOCK", photo, body, Timeout="Second-3600", **agent)
    assert lock.status == (200 if first == "PUT" else 201)
    token = f"({lock['Lock-Token']})"
    assert dav("PROPPATCH", photo, PROPPATCH, If=token, **agent).status == 207
    assert dav("HEAD", photo, **agent).status == 200
    assert dav("PUT", photo, data, If=token, **agent).status == 204
    assert dav("PROPPATCH", photo, PROPPATCH, If=token, **agent).status == 207
    found = dav.one(photo, "getcontentlength", "lockdiscovery")
    assert found["getcontentlength"] == str(len(data))
    assert dav("UNLOCK", photo, Lock_Token=lock["Lock-Token"], **agent).status == 204
    assert dav("GET", photo).body == data
    assert dav("LOCK", photo, body, Timeout="Second-3600", **agent).status == 200


def test_a_phone_sends_many_photos_by_four_connections(house: Serving, inbox: Path) -> None:
    photos = {f"IMG_{number:04}.jpg": jpeg(number) for number in range(60)}
    failed: list[Any] = []

    def send(numbers: range) -> None:
        with Client(house.url) as client:
            for number in numbers:
                name = f"IMG_{number:04}.jpg"
                status = client("PUT", f"/Inbox/{name}", photos[name]).status
                if status != 201:
                    failed.append((name, status))

    threads = [threading.Thread(target=send, args=(range(first, 60, 4),)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert {path.name: path.read_bytes() for path in inbox.iterdir()} == photos
    with Client(house.url) as client:
        assert set(client.files("/Inbox/")) == photos.keys()
        assert photos.keys() <= set(client.files("/Recent/"))
    house.settle()
    assert len(house.query("SELECT 1 FROM photo WHERE shown = 1")) == 62


def test_the_same_photo_sent_by_many_at_once_is_one_photo(house: Serving, dav: Client, inbox: Path) -> None:
    data = jpeg(1000)
    statuses: list[int] = []

    def send(number: int) -> None:
        with Client(house.url) as client:
            statuses.append(client("PUT", f"/Inbox/same {number}.jpg".replace(" ", "%20"), data).status)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 6
    assert len(list(inbox.iterdir())) == 1
    assert len(dav.files("/Inbox/")) == 6
    assert len(house.query("SELECT 1 FROM photo WHERE shown = 1")) == 3


def test_rclone_copies_once_and_finds_all_the_same(house: Serving, dav: Client, indexed: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(indexed / "new", source / "Trip")
    shutil.copy2(indexed / "Pictures/old.jpg", source / "known.jpg")
    shutil.copy2(source / "Trip/IMG_1.jpg", source / "twice.jpg")
    (source / "notes.txt").write_text("about the trip")
    for vendor in ("other", "owncloud"):
        rclone(house, "copy", str(source), "haven:/Inbox", vendor=vendor)
        assert rclone(house, "check", str(source), "haven:/Inbox", "--download", vendor=vendor) == ""
        before = dav.one("/Inbox/", "getetag")["getetag"]
        rclone(house, "copy", str(source), "haven:/Inbox", vendor=vendor)
        assert dav.one("/Inbox/", "getetag")["getetag"] == before


def test_a_mount_and_gnome_copy(house: Serving, dav: Client, new: list[Path], tmp_path: Path) -> None:
    assert dav("MKCOL", "/People/Alice").status == 201
    with mounted(
        house, tmp_path, "--vfs-cache-mode", "writes", "--vfs-write-back", "0s", "--dir-cache-time", "0s"
    ) as m:
        (m / "Inbox/Mounted").mkdir()
        shutil.copyfile(new[0], m / "Inbox/Mounted/one.jpg")
        shutil.copyfile(new[1], m / "People/Alice/two.jpg")
        assert (m / "Inbox/Mounted/one.jpg").stat().st_size == new[0].stat().st_size
    assert dav("GET", "/Inbox/Mounted/one.jpg").body == new[0].read_bytes()
    assert dav("GET", "/People/Alice/two.jpg").body == new[1].read_bytes()
    script = 'set -e\ngio mount "$1"\ngio mkdir "$1/Inbox/Gnome"\ngio copy "$2" "$1/Inbox/Gnome/three.jpg"\n'
    script += 'gio copy "$2" "$1/People/Alice/three.jpg"\ngio mount -u "$1"\n'
    gio(house, tmp_path, script, str(new[2]))
    assert dav("GET", "/Inbox/Gnome/three.jpg").body == new[2].read_bytes()
    assert dav("GET", "/People/Alice/three.jpg").body == new[2].read_bytes()


def test_a_program_that_writes_under_another_name_first(dav: Client, inbox: Path) -> None:
    data = jpeg(5) + bytes(3 << 20)
    assert dav("PUT", "/Inbox/IMG_5.jpg.part", data).status == 201
    assert not list(inbox.iterdir())
    assert dav.files("/Inbox/") == []
    assert dav.transfer("MOVE", "/Inbox/IMG_5.jpg.part", "/Inbox/IMG_5.jpg").status == 201
    assert (inbox / "IMG_5.jpg").read_bytes() == data
    assert "IMG_5.jpg" in dav.files("/Recent/")
    assert dav("GET", "/Inbox/IMG_5.jpg.part").status == 404
    assert dav("PUT", "/Inbox/._IMG_5.jpg", bytes(3 << 20)).status == 413
