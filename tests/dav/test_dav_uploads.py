"""Uploads over HTTP: what is stored, under which name, how it is catalogued, and what a refused or broken one leaves.

Each test has a server of its own over an empty inbox and a small library, whose originals must be the same at the end.
"""

import hashlib
import http.client
import io
import os
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.dav import LOCKINFO, Client
from helpers.programs import gio, mounted, rclone
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_photo, make_video, picture

AMONG = "/Timeline/2021/2021-05/"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two photos, beside a data folder that knows it, and new photos to upload."""
    folder = tmp_path_factory.mktemp("indexed")
    for name in ("old.jpg", "older.jpg"):
        make_photo(folder / "Family" / name, "2019-05-04 12:00:00")
    for number in range(1, 7):
        make_photo(folder / "new" / f"IMG_{number}.jpg", f"2021-05-{number:02} 10:00:00")
    haven("index", folder / "Family", "--data", folder / "data")
    return folder


@pytest.fixture
def house(indexed: Path, tmp_path: Path) -> Iterator[Serving]:
    """A server over a copy of the data folder, with an empty inbox."""
    before = hashes(indexed / "Family")
    shutil.copytree(indexed / "data", tmp_path / "data")
    with serve(data=tmp_path / "data", inbox=tmp_path / "Inbox") as serving:
        yield serving
    assert hashes(indexed / "Family") == before
    assert not drafts(tmp_path)


@pytest.fixture
def dav(house: Serving) -> Iterator[Client]:
    with Client(house.url) as client:
        yield client


@pytest.fixture
def inbox(house: Serving) -> Path:
    return house.data.parent / "Inbox"


@pytest.fixture
def new(indexed: Path) -> list[Path]:
    return sorted((indexed / "new").iterdir())


def hashes(root: Path) -> dict[str, str]:
    found = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def drafts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith((".haven-part-", ".part-"))]


def query(house: Serving, sql: str, *params: Any) -> list[Any]:
    db = sqlite3.connect(f"file:{house.data}/catalog.sqlite?mode=ro", uri=True)
    try:
        return db.execute(sql, params).fetchall()
    finally:
        db.close()


def test_an_upload_is_a_photo_when_it_is_answered(dav: Client, inbox: Path, new: list[Path]) -> None:
    data = new[0].read_bytes()
    answer = dav("PUT", "/Inbox/IMG_1.jpg", data, X_OC_Mtime=1600000000)
    assert answer.status == 201
    assert answer["X-OC-Mtime"] == "accepted"
    assert (inbox / "IMG_1.jpg").read_bytes() == data
    assert (inbox / "IMG_1.jpg").stat().st_mtime == 1600000000
    for folder in ("/Inbox/", "/Recent/", AMONG, "/Originals/Inbox/"):
        assert "IMG_1.jpg" in dav.files(folder), folder
    assert dav("GET", f"{AMONG}IMG_1.jpg").body == data
    assert dav.one("/Inbox/IMG_1.jpg", "getetag")["getetag"] == answer["ETag"]


def test_the_rest_is_analysed_afterwards(house: Serving, dav: Client, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/IMG_1.jpg", new[0].read_bytes()).status == 201
    house.settle()
    said = query(house, "SELECT analyzer FROM analysis JOIN original o USING (photo_id) WHERE o.file = ?", b"IMG_1.jpg")
    assert {"time", "media", "places"} <= {name for (name,) in said}
    assert len(query(house, "SELECT 1 FROM photo WHERE shown = 1")) == 3


def test_folders_are_made_on_the_disk(dav: Client, inbox: Path, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/Trip/IMG_1.jpg", new[0].read_bytes()).status == 409
    assert dav("MKCOL", "/Inbox/Trip").status == 201
    assert dav("MKCOL", "/Inbox/trip").status == 405
    assert dav("MKCOL", "/Inbox/a/b").status == 409
    for name in ("Stra%C3%9Fe%20%231", "e%CC%81t%C3%A9"):
        assert dav("MKCOL", f"/Inbox/Trip/{name}").status == 201
    assert dav("PUT", "/Inbox/Trip/e%CC%81t%C3%A9/IMG_1.jpg", new[0].read_bytes()).status == 201
    assert sorted(path.name for path in (inbox / "Trip").iterdir()) == ["Straße #1", "été"]
    assert dav.files("/Inbox/Trip/%C3%A9t%C3%A9/") == ["IMG_1.jpg"]
    assert dav("MKCOL", "/Inbox/.hidden").status == 403
    assert dav("MKCOL", "/Inbox/@eaDir").status == 403


def test_what_is_in_a_library_already_is_not_stored_twice(
    house: Serving, dav: Client, inbox: Path, indexed: Path, new: list[Path]
) -> None:
    data = (indexed / "Family/old.jpg").read_bytes()
    for name in ("copy.jpg", "another.jpg"):
        assert dav("PUT", f"/Inbox/{name}", data).status == 201
    assert not list(inbox.iterdir())
    assert sorted(dav.files("/Inbox/")) == ["another.jpg", "copy.jpg"]
    assert dav("GET", "/Inbox/copy.jpg").body == data
    assert len(query(house, "SELECT 1 FROM photo WHERE shown = 1")) == 2
    # Of one size is not the same.
    other = bytearray(data)
    other[len(data) // 2] ^= 1
    assert dav("PUT", "/Inbox/other.jpg", bytes(other)).status == 201
    assert [path.name for path in inbox.iterdir()] == ["other.jpg"]
    # Sent again it is the same; others take its place.
    assert dav("PUT", "/Inbox/copy.jpg", data).status == 204
    assert dav("PUT", "/Inbox/copy.jpg", new[0].read_bytes()).status == 204
    assert dav("GET", "/Inbox/copy.jpg").body == new[0].read_bytes()
    assert sorted(dav.files("/Inbox/")) == ["another.jpg", "copy.jpg", "other.jpg"]
    assert dav("DELETE", "/Inbox/another.jpg").status == 204
    assert sorted(dav.files("/Inbox/")) == ["copy.jpg", "other.jpg"]
    assert "old.jpg" in dav.files("/Recent/")


def test_a_file_put_over_another_is_the_same_photo_and_nothing_is_lost(
    house: Serving, dav: Client, inbox: Path, new: list[Path]
) -> None:
    first, second = (path.read_bytes() for path in new[:2])
    etag = dav("PUT", "/Inbox/x.jpg", first)["ETag"]
    (photo,) = query(house, "SELECT photo_id FROM original WHERE file = ?", b"x.jpg")
    assert dav("PUT", "/Inbox/x.jpg", second, If_None_Match="*").status == 412
    assert dav("PUT", "/Inbox/x.jpg", second, If_Match='"1-1"').status == 412
    assert dav("PUT", "/Inbox/X.JPG", second, If_Match=etag).status == 204
    assert (inbox / "x.jpg").read_bytes() == second
    assert query(house, "SELECT photo_id FROM original WHERE file = ?", b"x.jpg") == [photo]
    assert hashlib.sha256(first).hexdigest() in hashes(house.data.parent).values()
    house.settle()
    assert dav("GET", "/Inbox/x.jpg").body == second


def test_conditions_and_refusals_come_before_the_body(house: Serving, dav: Client, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/x.jpg", new[0].read_bytes(), If_None_Match="*").status == 201
    for path, headers, status in (
        ("/Inbox/x.jpg", {"If-None-Match": "*"}, 412),
        ("/Inbox/y.jpg", {"Content-Range": "bytes 0-9/100"}, 400),
        ("/Timeline/2021/x.jpg", {}, 403),
        ("/Inbox/.hidden.jpg", {}, 403),
        ("/Inbox/y.jpg", {"Content-Length": str(1 << 60)}, 507),
    ):
        said = conversation(house, path, {"Content-Length": "1000000", "Expect": "100-continue", **headers})
        assert said.startswith(f"HTTP/1.1 {status} ".encode()), (path, said)
        assert b"<h:reason>" in said
    said = conversation(house, "/Inbox/y.jpg", {"Content-Length": "3", "Expect": "100-continue"}, b"abc")
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 ")


def conversation(house: Serving, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Return what the server says to a request whose body is sent only when it says "100 Continue"."""
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"127.0.0.1:{house.port}", **headers}.items())
    with socket.create_connection(("127.0.0.1", house.port), timeout=60) as connection:
        connection.sendall(f"PUT {path} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
        said = connection.recv(65536)
        if said.startswith(b"HTTP/1.1 100"):
            connection.sendall(body)
        while block := connection.recv(65536):
            said += block
    return said


def test_a_cut_upload_leaves_nothing(house: Serving, dav: Client, inbox: Path, new: list[Path]) -> None:
    data = new[0].read_bytes()
    for framing in (f"Content-Length: {len(data)}\r\n\r\n".encode(), b"Transfer-Encoding: chunked\r\n\r\n7D0\r\n"):
        with socket.create_connection(("127.0.0.1", house.port), timeout=60) as connection:
            head = f"PUT /Inbox/cut.jpg HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n".encode()
            connection.sendall(head + framing + data[:1000])
            until = time.monotonic() + 60
            while not drafts(inbox) and time.monotonic() < until:
                time.sleep(0.02)
            assert drafts(inbox)
        while drafts(inbox) and time.monotonic() < until:
            time.sleep(0.02)
        assert not list(inbox.iterdir())
    assert dav("PROPFIND", "/Inbox/cut.jpg", Depth=0).status == 404
    assert dav.files("/Inbox/") == []


def test_bad_framing_and_bad_checksums_are_refused(house: Serving, dav: Client, inbox: Path) -> None:
    said = conversation(house, "/Inbox/y.jpg", {"Transfer-Encoding": "chunked", "Expect": "100-continue"}, b"xyz\r\n")
    assert b"HTTP/1.1 400 " in said
    wrong = dav("PUT", "/Inbox/y.txt", b"abc", OC_Checksum=f"SHA1:{'0' * 40}")
    assert wrong.status == 400
    assert "damaged" in wrong.reason()
    right = hashlib.sha1(b"abc", usedforsecurity=False).hexdigest()
    assert dav("PUT", "/Inbox/y.txt", b"abc", OC_Checksum=f"SHA1:{right}").status == 201
    assert [path.name for path in inbox.iterdir()] == ["y.txt"]
    # What is no photo is kept in the inbox, and shows there alone.
    assert dav.files("/Inbox/") == ["y.txt"]
    assert "y.txt" not in dav.files("/Recent/")


@pytest.mark.skipif(os.name != "posix", reason="limits of processes are POSIX's")
def test_a_full_disk_is_said_to_be_full(indexed: Path, tmp_path: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    shutil.copytree(indexed / "data", tmp_path / "data")
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, hard))
    try:
        with serve(data=tmp_path / "data", inbox=tmp_path / "In") as house, Client(house.url) as dav:
            answer = dav("PUT", "/Inbox/big.jpg", iter([bytes(1 << 20)] * 9), Transfer_Encoding="chunked")
            assert answer.status == 507
            assert not list((tmp_path / "In").iterdir())
            assert dav("PUT", "/Inbox/small.jpg", (indexed / "new/IMG_1.jpg").read_bytes()).status == 201
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_without_an_inbox_it_is_said_how_to_have_one(indexed: Path, tmp_path: Path) -> None:
    shutil.copytree(indexed / "data", tmp_path / "data")
    with serve(data=tmp_path / "data", settled=False) as house, Client(house.url) as dav:
        assert dav("MKCOL", "/People/Alice").status == 201
        for path in ("/Inbox/x.jpg", "/People/Alice/x.jpg"):
            answer = dav("PUT", path, b"abc")
            assert answer.status == 403, path
            assert "--inbox DIR" in answer.reason()
        assert dav("MKCOL", "/Inbox/x").status == 403
        assert dav.files("/Inbox/") == ["How to add photos.txt"]


def test_the_inbox_is_remembered_and_lies_apart(indexed: Path, tmp_path: Path) -> None:
    shutil.copytree(indexed / "data", tmp_path / "data")
    family = indexed / "Family"
    for inbox in (family, family / "sub", indexed, tmp_path / "data", tmp_path / "data/in", tmp_path / "no/where"):
        done = haven("serve", "--data", tmp_path / "data", "--port", "0", "--inbox", inbox, check=False)
        assert done.returncode == 1, inbox
        assert len(done.stderr.splitlines()) == 1
        assert not (inbox.exists() and inbox.name in ("in", "where", "sub"))
    with serve(data=tmp_path / "data", inbox=tmp_path / "In", settled=False):
        pass
    with serve(data=tmp_path / "data", settled=False) as house, Client(house.url) as dav:
        assert dav("PUT", "/Inbox/x.txt", b"abc").status == 201
    assert (tmp_path / "In/x.txt").read_bytes() == b"abc"


def test_a_photo_put_into_a_smart_folder_is_stored_by_its_date(
    house: Serving, dav: Client, inbox: Path, indexed: Path, new: list[Path]
) -> None:
    assert dav("MKCOL", "/People/Alice").status == 201
    assert dav("PUT", "/People/Alice/IMG_1.jpg", new[0].read_bytes()).status == 201
    assert (inbox / "2021/2021-05/IMG_1.jpg").read_bytes() == new[0].read_bytes()
    # The written name answers, whatever the photo is called elsewhere.
    assert dav("PUT", "/People/Alice/old.jpg", new[1].read_bytes()).status == 201
    assert dav("GET", "/People/Alice/old.jpg").body == new[1].read_bytes()
    assert "old (2).jpg" in dav.files("/Recent/")
    # Known already: a fact, no second copy.
    assert dav("PUT", "/People/Alice/mine.jpg", (indexed / "Family/older.jpg").read_bytes()).status == 201
    assert sorted(dav.files("/People/Alice/")) == ["IMG_1.jpg", "mine.jpg", "old.jpg"]
    assert len(hashes(inbox)) == 2
    # Another of one name is another file.
    assert dav("MKCOL", "/People/Bob").status == 201
    assert dav("PUT", "/People/Bob/IMG_1.jpg", new[2].read_bytes()).status == 201
    assert (inbox / "2021/2021-05/IMG_1 (2).jpg").read_bytes() == new[2].read_bytes()
    assert dav("GET", "/People/Bob/IMG_1.jpg").body == new[2].read_bytes()
    house.settle()
    assert sorted(dav.files("/People/Alice/")) == ["IMG_1.jpg", "mine.jpg", "old.jpg"]


def test_what_a_smart_folder_does_not_take_is_not_stored(dav: Client, inbox: Path, new: list[Path]) -> None:
    assert dav("MKCOL", "/People/Alice").status == 201
    for data in (b"not a picture", new[0].read_bytes()[:20]):
        answer = dav("PUT", "/People/Alice/x.jpg", data)
        assert answer.status == 415
        assert "/Inbox" in answer.reason()
    assert dav("PUT", "/People/Alice/x.jpg", new[0].read_bytes()).status == 201
    # An editor's save of other bytes.
    answer = dav("PUT", "/People/Alice/x.jpg", new[1].read_bytes())
    assert answer.status == 403
    assert "cannot change" in answer.reason()
    assert dav("PUT", "/People/Alice/x.jpg", new[0].read_bytes()).status == 204
    assert len(hashes(inbox)) == 1
    assert dav.files("/People/Alice/") == ["x.jpg"]


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


def test_an_empty_file_is_a_name_and_nothing_more(house: Serving, dav: Client, inbox: Path, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/empty.txt", b"").status == 201
    assert dav("PUT", "/Inbox/empty.txt", iter([b""]), Transfer_Encoding="chunked").status == 204
    assert dav.files("/Inbox/") == ["empty.txt"]
    assert dav("GET", "/Inbox/empty.txt").body == b""
    assert not list(inbox.iterdir())
    assert dav("DELETE", "/Inbox/empty.txt").status == 204
    assert dav.files("/Inbox/") == []
    # A file that is there is not emptied by a program that is about to write it anew.
    assert dav("PUT", "/Inbox/x.jpg", new[0].read_bytes()).status == 201
    assert dav("PUT", "/Inbox/x.jpg", b"").status == 204
    assert dav("GET", "/Inbox/x.jpg").body == new[0].read_bytes()


def test_the_version_of_the_inbox_changes_with_what_is_in_it(dav: Client, indexed: Path, new: list[Path]) -> None:
    seen = [dav.one("/Inbox/", "getetag", "getlastmodified")["getetag"]]
    for method, path, data in (
        ("PUT", "/Inbox/x.jpg", new[0].read_bytes()),
        ("PUT", "/Inbox/linked.jpg", (indexed / "Family/old.jpg").read_bytes()),
        ("PUT", "/Inbox/empty.jpg", b""),
        ("DELETE", "/Inbox/empty.jpg", None),
        ("DELETE", "/Inbox/linked.jpg", None),
        ("MKCOL", "/Inbox/Trip", None),
        ("PUT", "/Inbox/Trip/y.jpg", new[1].read_bytes()),
    ):
        assert dav(method, path, data).status in (201, 204), path
        seen.append(dav.one("/Inbox/", "getetag")["getetag"])
    assert len(set(seen)) == len(seen)


def test_a_phone_sends_many_photos_by_four_connections(house: Serving, inbox: Path) -> None:
    photos = {f"IMG_{number:04}.jpg": photo_bytes(number) for number in range(60)}
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
    assert len(query(house, "SELECT 1 FROM photo WHERE shown = 1")) == 62


def photo_bytes(number: int) -> bytes:
    out = io.BytesIO()
    picture(number).save(out, "JPEG")
    return out.getvalue()


def test_the_same_photo_sent_by_many_at_once_is_one_photo(house: Serving, dav: Client, inbox: Path) -> None:
    data = photo_bytes(1000)
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
    assert len(query(house, "SELECT 1 FROM photo WHERE shown = 1")) == 3


def test_a_live_photo_is_one_photo(house: Serving, dav: Client, tmp_path: Path) -> None:
    still = make_photo(tmp_path / "IMG_7.jpg", "2021-05-09 10:00:00").read_bytes()
    film = make_video(tmp_path / "IMG_7.mov", seconds=1.0).read_bytes()
    assert dav("PUT", "/Inbox/IMG_7.jpg", still).status == 201
    assert dav("PUT", "/Inbox/IMG_7.mov", film).status == 201
    photos = query(house, "SELECT DISTINCT photo_id FROM original WHERE file IN (?, ?)", b"IMG_7.jpg", b"IMG_7.mov")
    assert len(photos) == 1
    assert set(dav.files(AMONG)) >= {"IMG_7.jpg", "IMG_7.mov"}


def test_rclone_copies_once_and_finds_all_the_same(house: Serving, dav: Client, indexed: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(indexed / "new", source / "Trip")
    shutil.copy2(indexed / "Family/old.jpg", source / "known.jpg")
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


def test_locks_are_kept(dav: Client, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/x.jpg", new[0].read_bytes()).status == 201
    lock = dav("LOCK", "/Inbox/x.jpg", LOCKINFO.format(scope="exclusive"), Depth=0)
    answer = dav("PUT", "/Inbox/x.jpg", new[1].read_bytes())
    assert answer.status == 423
    assert dav("PUT", "/Inbox/x.jpg", new[1].read_bytes(), If=f"({lock['Lock-Token']})").status == 204


def test_a_reader_sees_whole_files_only(house: Serving, dav: Client, new: list[Path]) -> None:
    data = new[0].read_bytes()
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    connection.putrequest("PUT", "/Inbox/slow.jpg")
    connection.putheader("Content-Length", str(len(data)))
    connection.endheaders()
    connection.send(data[:1000])
    assert dav("PROPFIND", "/Inbox/slow.jpg", Depth=0).status == 404
    assert dav.files("/Inbox/") == []
    connection.send(data[1000:])
    assert connection.getresponse().status == 201
    connection.close()
    assert dav("GET", "/Inbox/slow.jpg").body == data


def move(dav: Client, method: str, source: str, to: str, **headers: str) -> int:
    return dav(method, source, Destination=dav.address + to, **headers).status


def test_real_files_are_renamed_and_removed(house: Serving, dav: Client, inbox: Path, new: list[Path]) -> None:
    assert dav("MKCOL", "/Inbox/Trip").status == 201
    assert dav("MKCOL", "/People/Alice").status == 201
    for number in (0, 1):
        assert dav("PUT", f"/Inbox/{number}.jpg", new[number].read_bytes()).status == 201
    assert move(dav, "COPY", "/Inbox/0.jpg", "/People/Alice/0.jpg") == 201
    assert move(dav, "MOVE", "/Inbox/0.jpg", "/Inbox/Trip/first.jpg") == 201
    assert move(dav, "MOVE", "/Inbox/Trip/", "/Inbox/Journey/") == 201
    assert (inbox / "Journey/first.jpg").read_bytes() == new[0].read_bytes()
    assert dav.files("/People/Alice/") == ["0.jpg"]  # it is the same photo
    assert move(dav, "MOVE", "/Inbox/Journey/first.jpg", "/Inbox/1.jpg", Overwrite="F") == 412
    assert dav("DELETE", "/Inbox/1.jpg").status == 204
    assert dav("DELETE", "/Inbox/Journey").status == 204
    assert dav.files("/Inbox/") == dav.folders("/Inbox/") == []
    assert {"1.jpg"} <= set(dav.files("/Recently%20Removed/"))
    assert not dav.files("/People/Alice/")
    assert move(dav, "MOVE", "/Recently%20Removed/1.jpg", "/Inbox/again.jpg") == 201
    assert (inbox / "again.jpg").read_bytes() == new[1].read_bytes()
    # What was overwritten can be had again.
    assert dav("PUT", "/Inbox/again.jpg", new[2].read_bytes()).status == 204
    assert dav("GET", "/Recently%20Removed/again.jpg").body == new[1].read_bytes()


def test_a_photo_of_a_library_that_is_copied_here_is_shown_here(dav: Client, inbox: Path, indexed: Path) -> None:
    assert dav("MKCOL", "/Inbox/Trip").status == 201
    data = (indexed / "Family/old.jpg").read_bytes()
    assert move(dav, "COPY", "/Timeline/2019/2019-05/old.jpg", "/Inbox/copied.jpg") == 201
    assert move(dav, "COPY", "/Timeline/2019/2019-05/old.jpg", "/Inbox/copied.jpg", Overwrite="F") == 412
    assert move(dav, "MOVE", "/Inbox/copied.jpg", "/Inbox/Trip/moved.jpg") == 201
    assert move(dav, "MOVE", "/Timeline/2019/2019-05/older.jpg", "/Inbox/moved.jpg") == 201
    assert dav.files("/Inbox/") == ["moved.jpg"]
    assert dav.files("/Inbox/Trip/") == ["moved.jpg"]
    assert dav("GET", "/Inbox/Trip/moved.jpg").body == data
    assert "older.jpg" in dav.files("/Timeline/2019/2019-05/")
    assert not hashes(inbox)


def test_a_program_that_writes_under_another_name_first(dav: Client, inbox: Path) -> None:
    data = photo_bytes(5) + bytes(3 << 20)
    assert dav("PUT", "/Inbox/IMG_5.jpg.part", data).status == 201
    assert not list(inbox.iterdir())
    assert dav.files("/Inbox/") == []
    assert move(dav, "MOVE", "/Inbox/IMG_5.jpg.part", "/Inbox/IMG_5.jpg") == 201
    assert (inbox / "IMG_5.jpg").read_bytes() == data
    assert "IMG_5.jpg" in dav.files("/Recent/")
    assert dav("GET", "/Inbox/IMG_5.jpg.part").status == 404
    assert dav("PUT", "/Inbox/._IMG_5.jpg", bytes(3 << 20)).status == 413
