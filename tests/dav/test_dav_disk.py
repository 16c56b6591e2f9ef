"""Files that are not what they were at the last walk: what is sent is what is there, and never from outside."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.http_app import running
from helpers.serving import Serving, haven, serve, wait_for

from haven_dav import HavenProvider
from haven_fs.datafolder import DataFolder
from haven_fs.server.app import make_app
from haven_fs.testing import make_photo

MONTH = "/Timeline/2019/2019-07"
FILES = ("a", "b", "c", "d", "e", "f", "folder/g", "folder/h")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("disk") / "Pictures"
    for name in FILES:
        make_photo(root / f"{name}.jpg", "2019-07-01 10:00:00", seed=name)
    return root


@pytest.fixture(scope="module")
def plain(pictures: Path) -> Iterator[Client]:
    """A server that neither walks nor watches: the catalog stays as it was."""
    data = pictures.parent / "index"
    haven("index", pictures, "--data", data)
    folder = DataFolder(data)
    with folder.catalog(readonly=True) as catalog:
        app = make_app(HavenProvider(folder.tree(catalog)), None)
        with running(app) as server, Client(f"http://127.0.0.1:{server.bind_addr[1]}/") as client:
            yield client


def test_a_file_replaced_since_the_walk_is_sent_as_it_is_now(plain: Client, pictures: Path) -> None:
    before = plain("GET", f"{MONTH}/a.jpg")
    make_photo(pictures / "a.jpg", "2019-07-01 10:00:00", seed="longer", size=(640, 480), caption="x" * 5000)
    after = plain("GET", f"{MONTH}/a.jpg")
    assert after.body == (pictures / "a.jpg").read_bytes()
    assert after["Content-Length"] == str(len(after.body))
    assert after["ETag"] != before["ETag"]
    assert plain("GET", f"{MONTH}/a.jpg", Range="bytes=0-9", If_Range=before["ETag"]).status == 200


def test_a_file_cut_short_since_the_walk_is_sent_with_its_new_length(plain: Client, pictures: Path) -> None:
    (pictures / "b.jpg").write_bytes(b"short")
    assert plain("GET", f"{MONTH}/b.jpg").body == b"short"


def test_a_link_out_of_the_library_is_not_followed(plain: Client, pictures: Path) -> None:
    secret = pictures.parent / "secret.txt"
    secret.write_text("secret")
    (pictures / "c.jpg").unlink()
    (pictures / "c.jpg").symlink_to(secret)
    for path in (f"{MONTH}/c.jpg", "/Originals/Pictures/c.jpg"):
        answer = plain("GET", path)
        assert answer.status in (403, 404)
        assert b"secret" not in answer.body
        assert answer.reason()


def test_nor_is_a_folder_that_became_a_link(plain: Client, pictures: Path) -> None:
    outside = pictures.parent / "outside"
    outside.mkdir()
    (outside / "g.jpg").write_text("secret")
    (pictures / "folder").rename(pictures.parent / "kept")
    (pictures / "folder").symlink_to(outside)
    answer = plain("GET", f"{MONTH}/g.jpg")
    assert answer.status == 403
    assert b"secret" not in answer.body
    assert "library" in answer.reason()
    (pictures / "folder").unlink()
    (pictures.parent / "kept").rename(pictures / "folder")
    assert plain("GET", f"{MONTH}/g.jpg").status == 200


@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_what_is_no_file_any_more_is_not_sent(plain: Client, pictures: Path, kind: str) -> None:
    (pictures / "d.jpg").unlink(missing_ok=True)
    (pictures / "d.jpg").mkdir() if kind == "folder" else os.mkfifo(pictures / "d.jpg")
    answer = plain("GET", f"{MONTH}/d.jpg")
    assert answer.status in (403, 404)
    assert answer.reason()
    (pictures / "d.jpg").rmdir() if kind == "folder" else (pictures / "d.jpg").unlink()


def test_a_file_that_vanished_is_404_in_words(plain: Client, pictures: Path) -> None:
    (pictures / "e.jpg").unlink()
    for method in ("GET", "HEAD"):
        assert plain(method, f"{MONTH}/e.jpg").status == 404
    assert "disk" in plain("GET", f"{MONTH}/e.jpg").reason()


def test_the_owner_is_told_of_a_file_that_haven_may_not_read(plain: Client, pictures: Path) -> None:
    if os.geteuid() == 0:
        # Nothing is forbidden to root, so there is nothing to tell.
        return
    (pictures / "f.jpg").chmod(0)
    answer = plain("GET", f"{MONTH}/f.jpg")
    assert answer.status == 403
    assert "allowed" in answer.reason()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[Serving, Client, Path]]:
    root = tmp_path / "Pictures"
    for day in range(1, 6):
        make_photo(root / f"{day}.jpg", f"2019-07-{day:02d} 10:00:00", seed=day)
    with serve(root, data=tmp_path / "data") as server, Client(server.url) as client:
        yield server, client, root


def test_a_library_that_is_away_stays_listed_and_says_so(serving: tuple[Serving, Client, Path]) -> None:
    server, dav, root = serving
    listed = dav.files(MONTH)
    root.rename(root.parent / "Unplugged")
    wait_for(lambda: server.status()["libraries"][0]["away"], "the library to be noticed as away")
    answer = dav("GET", f"{MONTH}/1.jpg")
    assert answer.status == 503
    assert str(root) in answer.reason()
    assert dav.files(MONTH) == listed
    (root.parent / "Unplugged").rename(root)
    wait_for(lambda: dav("GET", f"{MONTH}/1.jpg").status == 200, "the library to be back")


def test_a_link_made_while_serving_is_never_served(serving: tuple[Serving, Client, Path]) -> None:
    _, dav, root = serving
    (root / "link.jpg").symlink_to(root / "1.jpg")
    (root / "outside").symlink_to("/etc")
    shutil.copy2(root / "2.jpg", root / "new.jpg")
    wait_for(lambda: "new.jpg" in dav.files("/Originals/Pictures"), "the new file")
    assert "link.jpg" not in dav.files("/Originals/Pictures")
    assert not dav.folders("/Originals/Pictures")
    for path in ("link.jpg", "outside/passwd", "outside"):
        assert dav("GET", f"/Originals/Pictures/{quote(path)}").status == 404
