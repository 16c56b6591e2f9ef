"""Searching over WebDAV as Finder, Explorer, GNOME and rclone do: folders made and renamed, pictures put there."""

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import DAV, LOCKINFO, Client, multistatus
from helpers.files import states
from helpers.programs import gio, mounted, rclone
from helpers.serving import Serving, serve

from haven_fs.testing import make_photo

PROPPATCH = (
    '<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
    "<Z:Win32LastModifiedTime>Mon, 01 Jan 2024 00:00:00 GMT</Z:Win32LastModifiedTime>"
    "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set></D:propertyupdate>"
)
DOGS = {"dog1.jpg", "dog2.jpg"}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("searching") / "Pictures"
    make_photo(root / "dog1.jpg", "2019-07-01 12:00:00", caption="The red hound on the beach", size=(160, 120))
    make_photo(root / "dog2.jpg", "2020-07-01 12:00:00", caption="A hound in the park", size=(160, 120))
    make_photo(root / "cat.jpg", "2020-07-02 12:00:00", caption="A cat", size=(160, 120))
    return root


@pytest.fixture(scope="module")
def searching(library: Path) -> Iterator[Serving]:
    with serve(library, data=library.parent / "data") as serving:
        yield serving


@pytest.fixture
def dav(searching: Serving) -> Iterator[Client]:
    with Client(searching.url) as client:
        yield client
        for name in client.folders("/Search"):
            client("DELETE", f"/Search/{quote(name)}")
        for member in client.members("/Search"):
            if not member.is_folder:
                client("DELETE", member.href)


@pytest.fixture(autouse=True)
def originals_untouched(library: Path) -> Iterator[None]:
    before = states(library)
    yield
    assert states(library) == before


def names(dav: Client, path: str) -> set[str]:
    return {name.partition(" ")[2] for name in dav.files(path) if name.endswith(".jpg")}


def test_finder_makes_a_folder_and_names_it(dav: Client) -> None:
    agent = {"User_Agent": "WebDAVFS/3.0.0 (03008000) Darwin/23.0.0 (arm64)"}
    folder = "/Search/untitled%20folder"
    assert dav("PROPFIND", folder, Depth=0, **agent).status == 404
    assert dav("MKCOL", folder, **agent).status == 201
    assert dav("PROPFIND", f"{folder}/", Depth=1, **agent).status == 207
    assert dav("PROPFIND", f"{folder}/.DS_Store", Depth=0, **agent).status == 404
    new = f"{dav.address}/Search/hound%20on%20beach"
    assert dav("PROPFIND", "/Search/hound%20on%20beach", Depth=0, **agent).status == 404
    moved = dav("MOVE", folder, Destination=new, Overwrite="F", **agent)
    assert moved.status == 201
    assert dav("PROPFIND", folder, Depth=0).status == 404
    assert names(dav, "/Search/hound%20on%20beach/") == {"dog1.jpg"}
    photo = next(m for m in dav.members("/Search/hound%20on%20beach/") if m.name.endswith("dog1.jpg"))
    assert dav("GET", photo.href).status == 200


def test_names_come_decomposed_from_a_mac(dav: Client, library: Path) -> None:
    """Letters with marks, as Finder and a mount on a Mac send them."""
    hound, cat, picture, other = (unicodedata.normalize("NFD", name) for name in ("Hünd", "Kätze", "ö.jpg", "ü.jpg"))
    assert dav("MKCOL", f"/Search/{quote(hound)}").status == 201
    assert dav.folders("/Search") == ["Hünd"]
    assert dav("MKCOL", f"/Search/{quote('Hünd')}").status == 405
    assert dav.transfer("MOVE", f"/Search/{hound}/", f"/Search/{cat}/").status == 201
    assert dav.folders("/Search") == ["Kätze"]
    assert dav("MKCOL", f"/Recent/{quote(hound)}").status == 201
    assert "Hünd" in dav.folders("/Recent")
    assert dav("DELETE", f"/Recent/{quote(hound)}").status == 204
    assert dav("PUT", f"/Search/{quote(picture)}", (library / "cat.jpg").read_bytes()).status == 201
    assert dav.transfer("MOVE", f"/Search/{picture}", f"/Search/{other}").status == 201
    assert "ü.jpg" in dav.files("/Search") and "ö.jpg" not in dav.files("/Search")


def test_explorer_makes_a_folder_and_names_it(dav: Client) -> None:
    agent = {"User_Agent": "Microsoft-WebDAV-MiniRedir/10.0.22631", "Translate": "f"}
    assert dav("PROPFIND", "/Search/New%20folder", None, Depth=0, **agent).status == 404
    assert dav("MKCOL", "/Search/New%20folder", **agent).status == 201
    assert dav("PROPFIND", "/Search/New%20folder", None, Depth=0, **agent).status == 207
    moved = dav("MOVE", "/Search/New%20folder", Destination=f"{dav.address}/Search/hound", Overwrite="F", **agent)
    assert moved.status == 201
    assert names(dav, "/Search/hound") == DOGS
    # Windows cannot type quotes into a path.
    assert names(dav, "/Search/%3Dhound") == DOGS


def test_a_crawler_ends_and_sees_each_search_once(dav: Client) -> None:
    for name in ("hound", "cat", "2020"):
        assert dav("MKCOL", f"/Search/{name}").status == 201
    assert dav("MKCOL", "/Search/hound").status == 405
    found = [member.href for member in dav.walk("/Search")]
    assert len(found) == len(set(found))
    assert {href for href in found if href.endswith("/")} == {"/Search/hound/", "/Search/cat/", "/Search/2020/"}


def test_versions_move_with_searches(dav: Client) -> None:
    def versions() -> tuple[str, str]:
        return dav.one("/")["getetag"], dav.one("/Search")["getetag"]

    seen = [versions()]
    dav("MKCOL", "/Search/hound")
    seen.append(versions())
    dav("MOVE", "/Search/hound", Destination="/Search/cat")
    seen.append(versions())
    dav("DELETE", "/Search/cat")
    seen.append(versions())
    assert len({root for root, _ in seen}) == len({search for _, search in seen}) == 4


@pytest.mark.parametrize("overwrite", ["T", "F"])
def test_a_search_is_not_renamed_onto_another(dav: Client, overwrite: str) -> None:
    for name in ("hound", "cat"):
        dav("MKCOL", f"/Search/{name}")
    answer = dav("MOVE", "/Search/hound", Destination=f"{dav.address}/Search/cat", Overwrite=overwrite)
    assert answer.status == 412
    assert answer.reason()
    assert set(dav.folders("/Search")) == {"hound", "cat"}


def test_photos_stay_when_a_search_goes(dav: Client) -> None:
    dav("MKCOL", "/Search/hound")
    photo = next(m.href for m in dav.members("/Search/hound") if m.name.endswith(".jpg"))
    assert dav("MOVE", photo, Destination=f"{dav.address}/Search/hound/x.jpg").status == 403
    assert dav("PUT", "/Search/hound/x.jpg", b"x").status == 403
    assert dav("MKCOL", "/Search/hound/deeper").status == 201
    assert dav("DELETE", "/Search/hound").status == 204
    assert dav("DELETE", "/Search/hound").status == 404
    assert len(dav.files("/Recent")) == 3


def test_a_photo_is_taken_out_of_a_search(dav: Client) -> None:
    dav("MKCOL", "/Search/hound")
    photo = next(m.href for m in dav.members("/Search/hound") if m.name.endswith("dog1.jpg"))
    assert dav("DELETE", photo).status == 204
    assert names(dav, "/Search/hound") == {"dog2.jpg"}
    assert names(dav, "/Search/%22hound%22") == DOGS
    assert dav("MOVE", "/Search/hound", Destination=f"{dav.address}/Search/red%20hound").status == 201
    assert names(dav, "/Search/red%20hound") == {"dog1.jpg"}
    assert dav("DELETE", "/Search/red%20hound/About%20this%20search.txt").status == 204
    assert all(name.endswith(".jpg") for name in dav.files("/Search/red%20hound"))


def test_what_a_phrase_meant_is_a_text_file(dav: Client) -> None:
    dav("MKCOL", "/Search/hound%202019")
    about = dav("GET", "/Search/hound%202019/About%20this%20search.txt")
    assert about.status == 200
    assert "2019" in about.body.decode() and "hound" in about.body.decode()
    assert dav("GET", "/Search/%22zebra%22/Nothing%20found.txt").status == 200
    assert dav("GET", "/Search/How%20to%20search.txt").status == 200


def test_finder_puts_a_picture(dav: Client, tmp_path: Path) -> None:
    content = make_photo(tmp_path / "x.jpg", size=(100, 80)).read_bytes()
    agent = {"User_Agent": "WebDAVFS/3.0.0 (03008000) Darwin/23.0.0 (arm64)"}
    path = "/Search/x.jpg"
    assert dav("PROPFIND", path, Depth=0, **agent).status == 404
    assert dav("PUT", path, b"", **agent).status == 201
    lock = dav("LOCK", path, LOCKINFO.format(scope="exclusive"), Depth=0, Timeout="Second-600", **agent)
    assert lock.status == 200
    assert dav("PUT", path, iter([content]), Transfer_Encoding="chunked").status == 423
    with_token = {"If": f"({lock['Lock-Token']})", **agent}
    assert (
        dav("PUT", path, iter([content[:500], content[500:]]), Transfer_Encoding="chunked", **with_token).status == 204
    )
    assert dav("PUT", "/Search/._x.jpg", b"\0\5\x16\7" + b"\0" * 60, **agent).status == 201
    assert dav("PROPFIND", "/Search/._x.jpg", Depth=0).status == 207
    assert len(dav("GET", "/Search/._x.jpg").body) == 64
    assert dav("UNLOCK", path, Lock_Token=lock["Lock-Token"]).status == 204
    assert dav("GET", path).body == content
    assert set(dav.files("/Search")) == {"x.jpg", "How to search.txt"}
    assert dav.folders("/Search") == ["Like x"]
    assert dav("DELETE", "/Search/._x.jpg").status == 204
    assert dav("DELETE", path).status == 204
    assert dav.folders("/Search") == []


def test_explorer_puts_a_picture(dav: Client, tmp_path: Path) -> None:
    content = make_photo(tmp_path / "y.jpg", size=(100, 80)).read_bytes()
    path = "/Search/y.jpg"
    lock = dav("LOCK", path, LOCKINFO.format(scope="exclusive"), Timeout="Second-3600")
    assert lock.status in (200, 201)
    token = {"If": f"({lock['Lock-Token']})"}
    assert dav("PUT", path, content, **token).status in (201, 204)
    assert dav("HEAD", path)["Content-Length"] == str(len(content))
    patched = dav("PROPPATCH", path, PROPPATCH, **token)
    assert patched.status == 207
    assert b"200 OK" in patched.body
    assert dav("UNLOCK", path, Lock_Token=lock["Lock-Token"]).status == 204
    assert dav("GET", path).body == content


def test_a_photo_of_another_folder_is_put_there_and_stays(dav: Client, library: Path) -> None:
    source = "/Timeline/2020/2020-07/cat.jpg"
    stored = set((library.parent / "data/dropped").glob("*.jpg"))
    assert dav("COPY", source, Destination=f"{dav.address}/Search/cat.jpg", Overwrite="F").status == 201
    assert dav("COPY", source, Destination=f"{dav.address}/Search/cat.jpg", Overwrite="F").status == 412
    assert dav("COPY", source, Destination=f"{dav.address}/Search/cat.jpg").status == 204
    # The default drag of GNOME moves; between questions a move takes nothing away.
    assert dav("MOVE", source, Destination=f"{dav.address}/Search/moved.jpg").status == 201
    assert dav("GET", source).status == 200
    assert dav("GET", "/Search/moved.jpg").body == (library / "cat.jpg").read_bytes()
    assert set(dav.folders("/Search")) == {"Like cat", "Like moved"}
    assert dav("MOVE", "/Search/moved.jpg", Destination=f"{dav.address}/Search/other.jpg").status == 201
    assert set(dav.folders("/Search")) == {"Like cat", "Like other"}
    assert dav("DELETE", "/Search/Like%20other").status == 204
    assert dav("GET", "/Search/other.jpg").status == 404
    assert set((library.parent / "data/dropped").glob("*.jpg")) <= stored, "a copy of a photo is not stored"


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"no picture", {}, 415),
        (b"no picture", {"Content_Range": "bytes 0-9/10"}, 400),
        (b"x", {"If_Match": '"other"'}, 412),
    ],
)
def test_what_is_not_taken_leaves_nothing(dav: Client, body: bytes, headers: dict[str, str], status: int) -> None:
    answer = dav("PUT", "/Search/z.jpg", body, **headers)
    assert answer.status == status
    assert answer.reason()
    assert dav("GET", "/Search/z.jpg").status == 404
    assert dav.folders("/Search") == []


def test_an_upload_that_is_cut_leaves_nothing(dav: Client, searching: Serving, tmp_path: Path) -> None:
    import socket

    content = make_photo(tmp_path / "x.jpg", size=(100, 80)).read_bytes()
    with socket.create_connection(("127.0.0.1", searching.port)) as raw:
        head = f"PUT /Search/cut.jpg HTTP/1.1\r\nHost: 127.0.0.1:{searching.port}\r\n"
        raw.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content[: len(content) // 2])
    assert dav("GET", "/Search/cut.jpg").status == 404
    assert dav("PUT", "/Search/cut.jpg", content, If_None_Match="*").status == 201
    assert dav("PUT", "/Search/cut.jpg", content, If_None_Match="*").status == 412
    assert not [path for folder in ("incoming", "dropped") for path in (searching.data / folder).glob(".part-*")]


def test_a_kill_loses_no_search_and_no_picture(library: Path, tmp_path: Path) -> None:
    content = make_photo(tmp_path / "x.jpg", size=(100, 80)).read_bytes()
    with serve(library, data=tmp_path / "data") as serving:
        with Client(serving.url) as dav:
            assert dav("MKCOL", "/Search/hound").status == 201
            assert dav("PUT", "/Search/x.jpg", content).status == 201
        serving.process.kill()
        serving.process.wait()
    with serve(library, data=tmp_path / "data") as serving, Client(serving.url) as dav:
        assert names(dav, "/Search/hound") == DOGS
        assert dav("GET", "/Search/x.jpg").body == content


def test_rclone_searches(searching: Serving, dav: Client, tmp_path: Path) -> None:
    picture = make_photo(tmp_path / "p" / "x.jpg", size=(100, 80))

    rclone(searching, "mkdir", "haven:Search/hound")
    assert {
        line.partition(" ")[2] for line in rclone(searching, "lsf", "haven:Search/hound").splitlines() if ".jpg" in line
    } == DOGS
    assert "hound/" in rclone(searching, "lsf", "haven:Search").splitlines()
    rclone(searching, "copyto", str(picture), "haven:Search/x.jpg")
    rclone(searching, "copyto", str(picture), "haven:Search/x.jpg")
    rclone(searching, "copyto", "haven:Timeline/2020/2020-07/cat.jpg", "haven:Search/cat.jpg")
    assert {"Like x/", "Like cat/", "x.jpg", "cat.jpg"} <= set(rclone(searching, "lsf", "haven:Search").splitlines())
    assert len(rclone(searching, "lsf", 'haven:Search/"hound"').splitlines()) == 3
    rclone(searching, "purge", "haven:Search/Like x")
    rclone(searching, "deletefile", "haven:Search/cat.jpg")
    assert set(rclone(searching, "lsf", "haven:Search").splitlines()) == {"hound/", "How to search.txt"}
    listed = rclone(searching, "lsf", "-R", "haven:Search").splitlines()
    assert len(listed) == len(set(listed)) == 5


def test_a_mounted_drive_searches(searching: Serving, dav: Client, tmp_path: Path) -> None:
    picture = make_photo(tmp_path / "p" / "x.jpg", size=(100, 80))
    with mounted(searching, tmp_path, "--dir-cache-time", "0s", "--vfs-cache-mode", "writes") as mount:
        search = mount / "Search"
        (search / "untitled folder").mkdir()
        (search / "untitled folder").rename(search / "hound")
        found = {path.name.partition(" ")[2] for path in (search / "hound").iterdir() if path.suffix == ".jpg"}
        assert found == DOGS
        shutil.copyfile(picture, search / "x.jpg")
        subprocess.run(["sync", "-f", str(search / "x.jpg")], check=False)
        for _ in range(100):
            if "Like x" in dav.folders("/Search"):
                break
            subprocess.run(["sleep", "0.2"], check=True)
        assert set(dav.folders("/Search")) == {"hound", "Like x"}
        (search / "x.jpg").unlink()
        subprocess.run(["rm", "-r", str(search / "hound")], check=True)
    assert dav.folders("/Search") == []


GIO = """
set -e
gio mount "$1"
gio mkdir "$1/Search/Untitled%20Folder"
gio rename "$1/Search/Untitled%20Folder" hound
gio list "$1/Search/hound"
gio copy "$1/Timeline/2020/2020-07/cat.jpg" "$1/Search/cat.jpg"
gio copy "$2" "$1/Search/x.jpg"
gio list "$1/Search"
gio remove "$1/Search/x.jpg"
gio list -u "$1/Search/hound" | while read -r file; do gio remove "$file"; done
gio remove "$1/Search/hound"
gio mount -u "$1"
"""


def test_gnome_searches(searching: Serving, dav: Client, tmp_path: Path) -> None:
    picture = make_photo(tmp_path / "p" / "x.jpg", size=(100, 80))
    done = gio(searching, tmp_path, GIO, str(picture))
    lines = done.stdout.splitlines()
    assert {line.partition(" ")[2] for line in lines if "dog" in line} == DOGS
    assert {"Like cat", "Like x", "cat.jpg", "x.jpg"} <= set(lines)
    assert dav.folders("/Search") == ["Like cat"]


def test_locks_in_search_are_shown(dav: Client) -> None:
    dav("MKCOL", "/Search/hound")
    lock = dav("LOCK", "/Search/hound", LOCKINFO.format(scope="exclusive"))
    assert lock.status == 200
    assert dav("MOVE", "/Search/hound", Destination=f"{dav.address}/Search/cat").status == 423
    (found,) = multistatus(dav("PROPFIND", "/Search/hound", Depth=0))
    assert f"{DAV}lockdiscovery" in found.found
    moved = dav("MOVE", "/Search/hound", Destination=f"{dav.address}/Search/cat", If=f"({lock['Lock-Token']})")
    assert moved.status == 201
    assert dav.folders("/Search") == ["cat"]
