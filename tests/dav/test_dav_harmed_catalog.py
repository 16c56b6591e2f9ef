"""What other programs and failing disks do to a catalog while it is served: said in words, and nothing said is lost."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.damage import settle_log
from helpers.dav import Answer, Client
from helpers.serving import Serving, haven, serve

from haven_fs.testing import make_photo

PHOTOS = 30


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has an album, and in `older` what it was before."""
    folder = tmp_path_factory.mktemp("served")
    for number in range(PHOTOS):
        make_photo(folder / f"Pictures/{number % 3}/a{number}.jpg", f"2018-01-{number % 28 + 1:02} 10:00:00")
    (folder / "Inbox").mkdir()
    haven("index", folder / "Pictures", "--data", folder / "data")
    settle_log(folder / "data/catalog.sqlite")
    shutil.copytree(folder / "data", folder / "older")
    with serve(data=folder / "data", inbox=folder / "Inbox") as serving, Client(serving.url) as client:
        assert client("MKCOL", "/Albums/First").status == 201
    settle_log(folder / "data/catalog.sqlite")
    return folder


def empty(path: Path, _: Path) -> None:
    os.truncate(path, 0)


def half(path: Path, _: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garbage(path: Path, _: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def write_older(path: Path, older: Path) -> None:
    shutil.copyfile(older, path)


def move_older(path: Path, older: Path) -> None:
    shutil.copyfile(older, path.with_name("draft"))
    path.with_name("draft").replace(path)


def remove(path: Path, _: Path) -> None:
    path.unlink()


def remove_log(path: Path, _: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


REPAIR, START = "Stop Haven and run `haven repair`", "Stop Haven and start it again"


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (empty, REPAIR),
        (half, REPAIR),
        (garbage, REPAIR),
        (write_older, START),
        (move_older, START),
        (remove, START),
        (remove_log, START),
    ],
)
def test_what_is_done_to_a_catalog_while_it_is_served(
    served: Path, tmp_path: Path, harm: Callable[[Path, Path], None], words: str
) -> None:
    shutil.copytree(served / "data", tmp_path / "data")
    inbox = tmp_path / "Inbox"
    inbox.mkdir()
    photo = make_photo(tmp_path / "p.jpg", "2020-01-01 10:00:00").read_bytes()
    with serve(data=tmp_path / "data", inbox=inbox) as serving, Client(serving.url) as client:
        assert client("PUT", "/Inbox/kept.jpg", photo).status == 201
        assert client("MKCOL", "/Albums/Second").status == 201
        assert client.transfer("COPY", "/Recent/a1.jpg", "/Albums/Second/a1.jpg").status == 201
        for _ in range(3):
            assert client("PROPFIND", "/Recent", Depth="1").status == 207
        harm(serving.data / "catalog.sqlite", served / "older/catalog.sqlite")
        assert words in client("MKCOL", "/Albums/Third").reason()
        answers = everything(client, photo)
        assert serving.process.poll() is None, "the server has ended"
        for what, answer in answers.items():
            assert answer.status in (200, 207, 503), (what, answer.status, answer.body[:300])
            assert answer.status != 503 or words in answer.body.decode(), (what, answer.body)
        assert answers["PUT"].status == 503 and not (inbox / "refused.jpg").exists()
        assert words in told(serving)
    assert "Traceback" not in (log := (tmp_path / "data.log").read_text()) and log.count("is damaged (") == 1
    if words == REPAIR:
        assert "haven repair" in haven("doctor", "--data", serving.data, check=False).stdout
        haven("repair", "--data", serving.data)
        haven("index", served / "Pictures", "--data", serving.data)
    with serve(data=serving.data, inbox=inbox) as again, Client(again.url) as client:
        assert sorted(client.folders("/Albums")) == ["First", "Second"]
        assert client.files("/Albums/Second") == ["a1.jpg"]
        assert sorted(client.files("/Recent")) == sorted([f"a{number}.jpg" for number in range(PHOTOS)] + ["kept.jpg"])
        assert client("PUT", "/Inbox/now.jpg", photo + b"now").status == 201
    assert "PROBLEM" not in haven("doctor", "--data", serving.data, check=False).stdout


def everything(client: Client, photo: bytes) -> dict[str, Answer]:
    return {
        "folder": client("PROPFIND", "/Originals/Pictures/0", Depth="1"),
        "album": client("PROPFIND", "/Albums/First", Depth="1"),
        "page": client("GET", "/", Accept="text/html"),
        "photo": client("GET", "/Originals/Pictures/0/a0.jpg"),
        "PUT": client("PUT", "/Inbox/refused.jpg", photo + b"refused"),
    }


def told(serving: Serving) -> str:
    return (serving.data.parent / "data.log").read_text()
