"""What uploads say of photos, and what they must not: refused ones, repeated ones, those under a name for a moment."""

import os
import socket
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.files import drafts
from helpers.programs import mounted, rclone
from helpers.serving import Serving, haven, serve_copy, wait_for
from test_uploads_refused import conversation

from haven_fs.testing import make_photo

pytestmark = pytest.mark.long

SMART = ["/Albums/E", "/People/Alice", "/Favorites", "/Places/Paris", "/Timeline/2019/2019-05"]
TEMPORARY = [
    "x.jpg.tacitpart",
    ".x.jpg.ab12",
    "tmp_x",
    "x.jpg.part",
    "x.jpg.5f3c1a2b.partial",
    "~x.tmp",
    "upload-17.jpg",
]


@pytest.fixture
def plain(indexed: Path, tmp_path: Path) -> Iterator[Serving]:
    """A server with no folder for uploads."""
    with serve_copy(indexed, tmp_path) as serving:
        yield serving


def made(dav: Client, folder: str) -> str:
    """Make a smart folder, if it is one that people make, or have a photo in it, if it is a town."""
    if folder.startswith(("/Albums", "/People")):
        assert dav("MKCOL", folder).status == 201
    if folder.startswith("/Places"):
        here = make_photo(Path(mkdtemp()) / "here.jpg", "2018-01-01 12:00:00", (48.8584, 2.2945))
        assert dav("PUT", "/Inbox/here.jpg", here.read_bytes()).status == 201
        wait_for(lambda: dav("PROPFIND", folder, Depth=0).status == 207, "the town")
    return folder


# Refused


@pytest.mark.parametrize("folder", ["/People/Alice", "/Favorites", "/Albums/E"])
@pytest.mark.parametrize("retries", [1, 3])
def test_what_cleans_up_after_a_refused_file_takes_nothing_away(plain: Serving, folder: str, retries: int) -> None:
    with Client(plain.url) as dav:
        made(dav, folder)
        assert dav.transfer("COPY", "/Recent/old.jpg", f"{folder}/old.jpg").status == 201
        before = haven("log", "--json", "--data", plain.data).stdout
        for _ in range(retries):
            assert dav("PUT", f"{folder}/old.jpg", b"edited").status == 403
            assert dav("DELETE", f"{folder}/old.jpg").status == 204
        assert dav.files(folder) == ["old.jpg"]
        assert haven("log", "--json", "--data", plain.data).stdout == before
        # A person who means it is heard.
        assert dav("DELETE", f"{folder}/old.jpg").status == 204
        assert dav.files(folder) == []
        haven("undo", "--data", plain.data)
        assert dav.files(folder) == ["old.jpg"]


def test_neither_does_what_cleans_up_after_a_real_file(
    house: Serving, dav: Client, inbox: Path, new: list[Path]
) -> None:
    """Refused for its checksum, or cut off."""
    data = new[0].read_bytes()
    assert dav("PUT", "/Inbox/x.jpg", data).status == 201
    assert dav("PUT", "/Inbox/x.jpg", b"other", OC_Checksum=f"SHA1:{'0' * 40}").status == 400
    assert dav("DELETE", "/Inbox/x.jpg").status == 204
    with socket.create_connection(("127.0.0.1", house.port), timeout=60) as connection:
        head = f"PUT /Inbox/x.jpg HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nContent-Length: 1000\r\n\r\n"
        connection.sendall(head.encode() + b"half of it")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    assert dav("DELETE", "/Inbox/x.jpg").status == 204
    assert (inbox / "x.jpg").read_bytes() == data
    assert dav.files("/Recently%20Removed/") == []


def test_an_accepted_file_can_be_deleted_after_one_that_was_refused(dav: Client, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/x.jpg", b"other", OC_Checksum=f"SHA1:{'0' * 40}").status == 400
    assert dav("PUT", "/Inbox/x.jpg", new[0].read_bytes()).status == 201
    assert dav("DELETE", "/Inbox/x.jpg").status == 204
    assert dav.files("/Inbox/") == []


def test_refusals_are_in_the_status_line_and_once_an_hour_in_the_log(plain: Serving) -> None:
    with Client(plain.url) as dav:
        made(dav, "/Albums/E")
        for name in ("a.jpg", "b.jpg", "c.txt"):
            said = conversation(plain, f"/Albums/E/{name}", {"Content-Length": "17", "Expect": "100-continue"})
            line = said.partition(b"\r\n")[0].decode()
            assert line.startswith("HTTP/1.1 403 ") and "haven serve --inbox DIR" in line
    logged = [line for line in log_of(plain) if "was refused" in line]
    assert len(logged) == 1 and "Albums/E/a.jpg" in logged[0]


def log_of(serving: Serving) -> list[str]:
    return serving.data.with_name(f"{serving.data.name}.log").read_text().splitlines()


def test_serve_says_that_uploads_are_off(plain: Serving) -> None:
    assert any("Uploads are off" in line and "--inbox" in line for line in plain.lines)


def test_serve_says_where_uploads_go(house: Serving, inbox: Path) -> None:
    assert any(str(inbox) in line for line in house.lines)


# Photos that a library has


@pytest.mark.parametrize("folder", ["/Albums/E", "/People/Alice", "/Favorites", "/Timeline/2019/2019-05"])
@pytest.mark.parametrize("chunked", [False, True])
def test_bytes_that_a_library_has_are_that_photo_without_an_inbox(
    plain: Serving, indexed: Path, folder: str, chunked: bool
) -> None:
    data = (indexed / "Pictures/old.jpg").read_bytes()
    with Client(plain.url) as dav:
        made(dav, folder)
        body, headers = (iter([data[:1000], data[1000:]]), {"Transfer_Encoding": "chunked"}) if chunked else (data, {})
        assert dav("PUT", f"{folder}/copy.jpg", body, **headers).status == 201
        assert dav("GET", f"{folder}/copy.jpg").body == data
        assert dav.files("/Recent/") == ["old.jpg", "older.jpg"]
        # As many bytes, but others: they are compared.
        assert dav("PUT", f"{folder}/other.jpg", data[:-1] + b"x").status == 403
        assert dav("PUT", f"{folder}/longer.jpg", data + b"x").status == 403
        assert not [name for name in dav.files(folder) if name.startswith(("other", "longer"))]
    assert not drafts(plain.data)


def test_cp_on_a_mount_without_an_inbox(plain: Serving, tmp_path: Path) -> None:
    with (
        Client(plain.url) as dav,
        mounted(plain, tmp_path, "--vfs-cache-mode", "writes", "--vfs-write-back", "0s") as drive,
    ):
        made(dav, "/Albums/Summer")
        for name in ("old.jpg", "older.jpg"):
            (drive / "Albums/Summer" / name).write_bytes((drive / "Recent" / name).read_bytes())
        wait_for(lambda: dav.files("/Albums/Summer/") == ["old.jpg", "older.jpg"], "both in the album")


def test_explorer_and_finder_make_an_empty_file_first(plain: Serving, indexed: Path) -> None:
    with Client(plain.url) as dav:
        made(dav, "/Albums/E")
        assert dav("PUT", "/Albums/E/old.jpg", b"").status == 201
        assert dav("PUT", "/Albums/E/old.jpg", (indexed / "Pictures/old.jpg").read_bytes()).status in (201, 204)
        assert dav.files("/Albums/E") == ["old.jpg"]
        assert dav("PUT", "/Albums/E/none.jpg", b"").status == 201
        assert dav("PUT", "/Albums/E/none.jpg", b"nobody has this").status == 403
        assert dav.files("/Albums/E") == ["old.jpg"]


# Names for the time being


@pytest.mark.parametrize("folder", ["/Inbox", *SMART])
@pytest.mark.parametrize("name", TEMPORARY)
def test_a_file_that_gets_its_name_when_it_is_whole(
    house: Serving, dav: Client, inbox: Path, tmp_path: Path, folder: str, name: str
) -> None:
    data = make_photo(tmp_path / "x.jpg", None).read_bytes()
    made(dav, folder)
    before, stored = dav.files("/Recent/"), sorted(inbox.rglob("*.jpg"))
    assert dav("PUT", f"{folder}/{quote(name)}", data).status == 201
    assert dav.transfer("MOVE", f"{folder}/{quote(name)}", f"{folder}/x.jpg").status == 201
    house.settle()
    assert dav("GET", f"{folder}/x.jpg").body == data
    assert dav("GET", f"{folder}/{quote(name)}").status == 404
    assert sorted(dav.files("/Recent/")) == sorted([*before, "x.jpg"])
    assert set(dav.files(folder)) - set(before) == {"x.jpg"}
    assert [path.name for path in inbox.rglob("*") if path.is_file() and path not in stored] == ["x.jpg"]
    assert dav.files("/Recently%20Removed/") == []


@pytest.mark.parametrize("name", ["x.jpg.tacitpart", "tmp_x"])
def test_of_a_photo_that_is_there_already_only_the_name_in_the_folder_changes(
    dav: Client, indexed: Path, inbox: Path, name: str
) -> None:
    data = (indexed / "Pictures/old.jpg").read_bytes()
    made(dav, "/Albums/E")
    for folder in ("/Albums/E", "/Inbox"):
        assert dav("PUT", f"{folder}/{name}", data).status == 201
        assert dav.transfer("MOVE", f"{folder}/{name}", f"{folder}/x.jpg").status == 201
        assert dav.files(folder) == ["x.jpg"] and dav("GET", f"{folder}/x.jpg").body == data
    assert dav.files("/Recent/") == ["old.jpg", "older.jpg"]
    assert not [path for path in inbox.rglob("*") if path.is_file()]


def test_a_name_that_another_photo_has_is_not_taken(dav: Client, new: list[Path]) -> None:
    made(dav, "/Albums/E")
    first, second = new[0].read_bytes(), new[1].read_bytes()
    assert dav("PUT", "/Albums/E/x.jpg", first).status == 201
    assert dav("PUT", "/Albums/E/tmp_x", second).status == 201
    assert dav.transfer("MOVE", "/Albums/E/tmp_x", "/Albums/E/x.jpg", Overwrite="T").status == 403
    assert dav("GET", "/Albums/E/x.jpg").body == first
    # The same photo sent again takes its name.
    assert dav("PUT", "/Albums/E/tmp_y", first).status == 201
    assert dav.transfer("MOVE", "/Albums/E/tmp_y", "/Albums/E/x.jpg", Overwrite="T").status == 204
    assert sorted(dav.files("/Albums/E")) == ["tmp_x", "x.jpg"]


def test_a_photo_of_old_is_renamed_by_nobody(house: Serving, dav: Client) -> None:
    made(dav, "/Albums/E")
    assert dav.transfer("COPY", "/Recent/old.jpg", "/Albums/E/old.jpg").status == 201
    assert dav.transfer("MOVE", "/Albums/E/old.jpg", "/Albums/E/best.jpg").status == 403


# The same bytes under two names


@pytest.mark.parametrize("to", ["/Inbox/two.jpg", "/Inbox/sub/two.jpg"])
@pytest.mark.parametrize("act", ["other bytes", "delete", "delete its folder", "move over it"])
def test_bytes_sent_under_two_names_are_there_under_each(dav: Client, new: list[Path], to: str, act: str) -> None:
    data, other = new[0].read_bytes(), new[1].read_bytes()
    for folder in ("/Inbox/sub", "/Inbox/first"):
        assert dav("MKCOL", folder).status == 201
    assert dav("PUT", "/Inbox/first/one.jpg", data).status == 201
    assert dav("PUT", to, data).status == 201
    made(dav, "/Albums/E")
    assert dav.transfer("COPY", "/Inbox/first/one.jpg", "/Albums/E/it.jpg").status == 201
    if act == "other bytes":
        assert dav("PUT", "/Inbox/first/one.jpg", other).status == 204
        assert dav("GET", "/Albums/E/it.jpg").body == other, "the photo that was edited"
    elif act == "move over it":
        assert dav("PUT", "/Inbox/new.jpg", other).status == 201
        assert dav.transfer("MOVE", "/Inbox/new.jpg", "/Inbox/first/one.jpg", Overwrite="T").status == 204
        assert dav("GET", "/Albums/E/it.jpg").body == other
    else:
        assert dav("DELETE", "/Inbox/first" if "folder" in act else "/Inbox/first/one.jpg").status == 204
        assert dav("GET", "/Albums/E/it.jpg").body == data, "the photo is still there"
    assert dav("GET", to).body == data
    assert dav("DELETE", to).status == 204
    assert dav("GET", to).status == 404


# Hidden, and sent again


def test_a_hidden_photo_sent_again_stays_hidden(dav: Client, inbox: Path, indexed: Path) -> None:
    data = (indexed / "Pictures/old.jpg").read_bytes()
    made(dav, "/Albums/E")
    assert dav.transfer("MOVE", "/Recent/old.jpg", "/Recently Removed/old.jpg").status == 201
    assert dav("PUT", "/Inbox/old.jpg", data).status == 201
    assert dav.files("/Inbox/") == ["old.jpg"], "else a sync tool would send it for ever"
    assert dav.files("/Recent/") == ["older.jpg"]
    assert not list(inbox.iterdir())
    answer = dav("PUT", "/Albums/E/old.jpg", data)
    assert answer.status == 403 and "hidden" in answer.reason()
    assert dav.files("/Recent/") == ["older.jpg"] and dav.files("/Albums/E") == []
    assert dav.transfer("MOVE", "/Recently Removed/old.jpg", "/Recent/old.jpg").status in (201, 204, 403)


# Times


@pytest.mark.parametrize("folder", ["/Inbox", "/Albums/E", "/People/Alice"])
@pytest.mark.parametrize("known", [False, True])
def test_the_time_that_a_file_is_sent_with_is_kept(
    dav: Client, indexed: Path, new: list[Path], folder: str, known: bool
) -> None:
    made(dav, folder)
    data = (indexed / "Pictures/old.jpg" if known else new[0]).read_bytes()
    answer = dav("PUT", f"{folder}/x.jpg", data, X_OC_Mtime="900000000.5")
    assert answer.status == 201 and answer["X-OC-Mtime"] == "accepted"
    assert dav("HEAD", f"{folder}/x.jpg")["Last-Modified"] == formatdate(900000000, usegmt=True)
    assert [one["getlastmodified"] for one in dav.members(folder)] == [formatdate(900000000, usegmt=True)]
    # Sent again with another, under the same name, it has that.
    assert dav("PUT", f"{folder}/x.jpg", data, X_OC_Mtime="910000000").status == 204
    assert dav.one(f"{folder}/x.jpg", "getlastmodified")["getlastmodified"] == formatdate(910000000, usegmt=True)
    if known:
        assert dav.one("/Recent/old.jpg", "getlastmodified")["getlastmodified"] != formatdate(910000000, usegmt=True)


SET = (
    '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
    "<Z:Win32CreationTime>Thu, 01 Jan 1998 10:00:00 GMT</Z:Win32CreationTime>"
    "<Z:Win32LastModifiedTime>Fri, 02 Jan 1998 10:00:00 GMT</Z:Win32LastModifiedTime>"
    "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>"
)


@pytest.mark.parametrize("folder", ["/Inbox", "/Albums/E"])
def test_explorers_time_is_the_files_and_so_the_scans(house: Serving, dav: Client, tmp_path: Path, folder: str) -> None:
    made(dav, folder)
    data = make_photo(tmp_path / "scan.jpg", None, camera=None).read_bytes()
    assert dav("PUT", f"{folder}/scan.jpg", data).status == 201
    answer = dav("PROPPATCH", f"{folder}/scan.jpg", SET)
    assert answer.status == 207 and b"200 OK" in answer.body and b"40" not in answer.body.split(b"propstat")[1]
    house.settle()
    assert dav("HEAD", f"{folder}/scan.jpg")["Last-Modified"] == "Fri, 02 Jan 1998 10:00:00 GMT"
    assert dav.files("/Timeline/1998/1998-01") == ["scan.jpg"]
    name = '<Z:Win32CreationTime xmlns:Z="urn:schemas-microsoft-com:"/>'
    asked = f'<D:propfind xmlns:D="DAV:"><D:prop>{name}</D:prop></D:propfind>'
    assert b"Thu, 01 Jan 1998 10:00:00 GMT" in dav("PROPFIND", f"{folder}/scan.jpg", asked, Depth=0).body


@pytest.mark.parametrize("folder", ["/Inbox", "/Albums/E"])
def test_explorers_time_of_an_empty_file_is_kept_until_it_is_written(dav: Client, folder: str) -> None:
    made(dav, folder)
    for name in ("x.jpg", "y.jpg"):
        assert dav("PUT", f"{folder}/{name}", b"").status == 201
    assert b"200 OK" in dav("PROPPATCH", f"{folder}/x.jpg", SET).body
    assert dav("HEAD", f"{folder}/x.jpg")["Last-Modified"] == "Fri, 02 Jan 1998 10:00:00 GMT"
    assert dav("HEAD", f"{folder}/y.jpg")["Last-Modified"] != "Fri, 02 Jan 1998 10:00:00 GMT"
    assert dav("HEAD", f"{folder}/x.jpg")["ETag"] == dav.one(f"{folder}/x.jpg", "getetag")["getetag"]
    assert dav.transfer("MOVE", f"{folder}/x.jpg", f"{folder}/z.jpg").status == 201
    assert dav("HEAD", f"{folder}/z.jpg")["Last-Modified"] == "Fri, 02 Jan 1998 10:00:00 GMT"


@pytest.mark.parametrize("folder", ["/Inbox", "/Albums/E"])
def test_a_time_before_1970_is_kept(house: Serving, dav: Client, tmp_path: Path, folder: str) -> None:
    made(dav, folder)
    data = make_photo(tmp_path / "scan.jpg", None, camera=None).read_bytes()
    answer = dav("PUT", f"{folder}/scan.jpg", data, X_OC_Mtime="-146000000")
    assert answer.status == 201 and answer["X-OC-Mtime"] == "accepted"
    assert dav.one(f"{folder}/scan.jpg", "getlastmodified")["getlastmodified"] == "Mon, 17 May 1965 04:26:40 GMT"
    house.settle()
    assert dav.files("/Timeline/1965/1965-05") == ["scan.jpg"]
    assert b"200 OK" in dav("PROPPATCH", f"{folder}/scan.jpg", SET.replace("02 Jan 1998", "02 Jan 1948")).body
    assert dav("HEAD", f"{folder}/scan.jpg")["Last-Modified"] == "Fri, 02 Jan 1948 10:00:00 GMT"


def test_times_that_cannot_be_kept_are_not_said_to_be(dav: Client) -> None:
    """Of an original that is only read, where it lies."""
    answer = dav("PROPPATCH", "/Originals/Pictures/old.jpg", SET)
    assert answer.status == 403
    made(dav, "/Albums/E")
    assert dav.transfer("COPY", "/Recent/old.jpg", "/Albums/E/old.jpg").status == 201
    nonsense = SET.replace("Fri, 02 Jan 1998 10:00:00 GMT", "yesterday")
    assert b"403 Forbidden" in dav("PROPPATCH", "/Albums/E/old.jpg", nonsense).body


@pytest.mark.parametrize("vendor", ["other", "nextcloud", "owncloud"])
@pytest.mark.parametrize("folder", ["Inbox/cam", "Albums/Cam"])
def test_a_second_sync_has_nothing_to_do(
    house: Serving, dav: Client, indexed: Path, tmp_path: Path, vendor: str, folder: str
) -> None:
    """Of new photos, and of such as a library has under another date."""
    cam = tmp_path / "cam"
    for number in range(3):
        make_photo(cam / f"new {number}.jpg", f"2022-03-0{number + 1} 10:00:00")
    for name in ("old.jpg", "older.jpg"):
        (cam / name).write_bytes((indexed / "Pictures" / name).read_bytes())
    for number, path in enumerate(sorted(cam.iterdir())):
        at = (number - 1) * 150_000_000  # the first ones before 1970, as scans of old pictures are
        os.utime(path, (at, at))
    rclone(house, "sync", str(cam), f"haven:{folder}", vendor=vendor)
    report = ["--stats", "0", "--log-level", "INFO", "--log-file", str(tmp_path / "log")]
    rclone(house, "sync", str(cam), f"haven:{folder}", *report, vendor=vendor)
    again = (tmp_path / "log").read_text()
    assert "Copied" not in again and "Deleted" not in again, again
    assert dav.files("/Recent/") == ["new 0.jpg", "new 1.jpg", "new 2.jpg", "old.jpg", "older.jpg"]


@pytest.mark.parametrize("folder", ["/Albums", "/People", "/Search", "/Inbox"])
def test_folders_in_two_spellings_are_two(dav: Client, folder: str) -> None:
    for name in ("Straße", "Strasse", "ﬁn", "fin"):
        assert dav("MKCOL", f"{folder}/{quote(name)}").status == 201, name
    assert {"Straße", "Strasse", "ﬁn", "fin"} <= set(dav.folders(folder))
    assert dav("MKCOL", f"{folder}/{quote('STRASSE')}").status == 405, "case is not counted"


def test_a_text_in_an_album_is_refused_with_a_word_in_the_log(house: Serving, dav: Client) -> None:
    made(dav, "/Albums/E")
    for _ in range(3):
        assert dav("PUT", "/Albums/E/notes.txt", b"a text").status == 415
        time.sleep(0.01)
    assert sum("Albums/E/notes.txt was refused" in line for line in log_of(house)) == 1
