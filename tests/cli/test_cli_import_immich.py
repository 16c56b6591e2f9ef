"""`haven import immich`: a server's answers, as its API gives them, served again on the loopback address."""

import base64
import json
import threading
from collections.abc import Iterator
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from helpers.importing import home_with_inbox, moved_in

from haven_fs.cli import main
from haven_fs.moving.immich import KEY
from haven_fs.testing import Home, make_photo

__all__ = ["home_with_inbox"]

ID = "11111111-2222-3333-4444-00000000000{}"


class Immich:
    """What a server is asked, and what it answers: JSON or bytes by path."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        immich = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(self.path.removeprefix("/api/"))

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                of_album = "".join(f" of {id_}" for id_ in body.get("albumIds", ()))
                self._answer(f"{self.path.removeprefix('/api/')}{of_album} {body['page']}")

            def _answer(self, path: str) -> None:
                immich.asked.append((self.command, path))
                answer = immich.answers.get(path)
                status = 401 if self.headers.get("x-api-key") != "secret" else 404 if answer is None else 200
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(302 if answer == "elsewhere" else status)
                if answer == "elsewhere":
                    self.send_header("Location", "/api/taken")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def asset(self, number: int, name: str, data: bytes, **more: Any) -> dict[str, Any]:
        """Return an asset, whose original can be downloaded."""
        self.answers[f"assets/{ID.format(number)}/original"] = data
        exif = {"fileSizeInByte": len(data), **more.pop("exifInfo", {})}
        return {
            "id": ID.format(number), "originalFileName": name, "originalPath": f"upload/library/{name}",
            "localDateTime": "2012-03-04T05:06:07.000Z", "isFavorite": False, "isTrashed": False,
            "checksum": base64.b64encode(sha1(data).digest()).decode(), "exifInfo": exif, **more,
        }  # fmt: skip


@pytest.fixture
def immich(monkeypatch: pytest.MonkeyPatch) -> Iterator[Immich]:
    monkeypatch.setenv(KEY, "secret")
    immich = Immich()
    yield immich
    immich.server.shutdown()
    immich.server.server_close()


def test_a_server_moves_in(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], immich: Immich) -> None:
    one, two = (make_photo(tmp_path / name, taken).read_bytes() for name, taken in (("a.jpg", None), ("b.jpg", None)))
    face = {"boundingBoxX1": 100, "boundingBoxY1": 75, "boundingBoxX2": 200, "boundingBoxY2": 175,
            "imageWidth": 400, "imageHeight": 300}  # fmt: skip
    exif = {"dateTimeOriginal": "2012-03-04T04:06:07Z", "description": "At the lake", "latitude": 48.8584,
            "longitude": 2.2945}  # fmt: skip
    alice, hidden = {"name": "Alice", "isHidden": False, "faces": [face]}, {"name": "Eve", "isHidden": True}
    assets = [
        immich.asset(1, "a.jpg", one, isFavorite=True, exifInfo=exif, people=[alice, hidden, {"name": ""}]),
        immich.asset(2, "../../b.jpg", two),
        immich.asset(3, "mine.jpg", (home.root / "mine.jpg").read_bytes(), isFavorite=True),
        immich.asset(4, "binned.jpg", b"x", isTrashed=True),
        {**immich.asset(5, "endless.jpg", b"y"), "exifInfo": {}},
    ]
    immich.answers["search/metadata 1"] = {"assets": {"items": assets[:2], "nextPage": "2"}}
    immich.answers["search/metadata 2"] = {"assets": {"items": assets[2:], "nextPage": None}}
    immich.answers["albums"] = [{"id": ID.format(8), "albumName": "Best of"}]
    immich.answers[f"albums/{ID.format(8)}"] = {"assets": [{"id": ID.format(1)}, {"id": ID.format(3)}]}
    report = moved_in(home, capsys, "immich", immich.url)
    assert (report["copied"], report["known"], report["in_albums"], report["said"]) == (2, 1, 2, 1)
    assert {one["reason"] for one in report["left_out"]} == {"it is in the bin", "Immich does not say how long it is"}
    assert home.list("/Albums/Best of") == ["a.jpg", "mine.jpg"]
    assert home.list("/Favorites") == ["a.jpg", "mine.jpg"]
    assert home.list("/People") == ["Alice/", "How to name people.txt"]
    assert home.query("SELECT round(left, 2), round(bottom, 2) FROM face") == [(0.25, 0.58)]
    taken = "SELECT datetime(taken, 'unixepoch') FROM photo WHERE caption = 'At the lake'"
    assert home.query(taken) == ["2012-03-04 05:06:07"]
    assert not (tmp_path / "home" / "b.jpg").exists()
    assert not any(path.endswith("3/original") for _, path in immich.asked)
    immich.asked.clear()
    again = moved_in(home, capsys, "immich", immich.url)
    assert (again["copied"], again["in_albums"], again["said"]) == (0, 0, 0)
    assert not any(path.endswith("/original") for _, path in immich.asked)
    home.undo()
    home.index()
    assert home.list("/Inbox") == home.list("/Favorites") == []
    assert home.query("SELECT count(*) FROM photo WHERE shown") == [1]


def test_a_newer_server_tells_what_is_in_albums_by_searching(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], immich: Immich
) -> None:
    """From version 3 on an album's answer has no assets (server/src/dtos/album.dto.ts)."""
    names = ("a.jpg", "b.jpg", "c.jpg")
    assets = [
        {**immich.asset(number, name, make_photo(tmp_path / name, None).read_bytes()), "isTrashed": False}
        for number, name in enumerate(names)
    ]
    album = {"id": ID.format(8), "albumName": "Best of", "description": "", "shared": False, "albumUsers": [],
             "hasSharedLink": False, "assetCount": 2, "isActivityEnabled": True, "order": "asc"}  # fmt: skip
    immich.answers["search/metadata 1"] = {"assets": {"items": assets, "nextPage": None, "count": 3, "facets": []}}
    immich.answers["albums"] = [album]
    immich.answers[f"albums/{ID.format(8)}"] = album
    search = f"search/metadata of {ID.format(8)}"
    immich.answers[f"{search} 1"] = {"assets": {"items": assets[1:2], "nextPage": "2"}}
    immich.answers[f"{search} 2"] = {"assets": {"items": assets[:1], "nextPage": None}}
    report = moved_in(home, capsys, "immich", immich.url)
    assert (report["copied"], report["in_albums"]) == (3, 2)
    assert sorted(home.list("/Albums/Best of")) == ["a.jpg", "b.jpg"]


def test_a_download_that_breaks_off_is_left_out(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], immich: Immich
) -> None:
    asset = immich.asset(1, "a.jpg", make_photo(tmp_path / "a.jpg", None).read_bytes())
    immich.answers[f"assets/{ID.format(1)}/original"] = b"half of it"
    immich.answers["search/metadata 1"] = {"assets": {"items": [asset], "nextPage": None}}
    immich.answers["albums"] = []
    report = moved_in(home, capsys, "immich", immich.url)
    assert report["copied"] == 0
    assert "not as long as it should be" in report["left_out"][0]["reason"]
    assert [name for name in home.list("/Inbox") if not name.endswith("/")] == []


@pytest.mark.parametrize(
    ("answer", "key", "says"),
    [
        (None, "wrong", "does not take this key"),
        (None, "secret", "is this an Immich server?"),
        (b"no JSON", "secret", "does not answer as an Immich server does"),
        ("elsewhere", "secret", "answered with 302"),
        (None, "", "Make a key in Immich"),
    ],
)
def test_a_server_that_does_not_answer_is_told(
    home: Home,
    capsys: pytest.CaptureFixture[str],
    immich: Immich,
    monkeypatch: pytest.MonkeyPatch,
    answer: Any,
    key: str,
    says: str,
) -> None:
    monkeypatch.setenv(KEY, key)
    if answer is not None:
        immich.answers["search/metadata 1"] = answer
    assert main(["import", "immich", immich.url, "--data", str(home.data)]) == 1
    assert says in capsys.readouterr().err
    assert not any(path == "taken" for _, path in immich.asked)
