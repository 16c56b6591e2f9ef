"""Disks that are full or cannot be written to: each write is refused in words, and what was refused is not there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from helpers.dav import Client
from helpers.disks import failing_disk, fill, small_disk
from helpers.files import drafts
from helpers.serving import Serving, serve

from haven_fs.testing import make_photo

PUTS = 100
_PROPPATCH = (
    '<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:t="urn:t"><D:set><D:prop><t:colour>red</t:colour>'
    "</D:prop></D:set></D:propertyupdate>"
)


@contextmanager
def serving_on(indexed: Path, folder: Path, *, data: bool, library: bool) -> Iterator[tuple[Serving, Client, Path]]:
    """Serve with the data folder, the inbox or both on small disks of their own; give the inbox too."""
    with (
        small_disk(folder / "system", 40) if data else _plain(folder / "system") as system,
        small_disk(folder / "photos", 40) if library else _plain(folder / "photos") as photos,
        serving_in(indexed, system, photos) as given,
    ):
        yield given


@contextmanager
def serving_in(indexed: Path, system: Path, photos: Path) -> Iterator[tuple[Serving, Client, Path]]:
    """Serve with the data folder in one folder and the inbox in another; give the inbox too.

    The log lies beside the data folder, on another disk: on one that is full it would say nothing.
    """
    shutil.copytree(indexed / "data", system, dirs_exist_ok=True)
    (photos / "Inbox/there").mkdir(parents=True)
    make_photo(photos / "Inbox/there/a.jpg", "2018-01-01 10:00:00")
    make_photo(photos / "Inbox/there/b.jpg", "2018-01-02 10:00:00")
    with serve(data=system, inbox=photos / "Inbox") as serving, Client(serving.url) as client:
        assert client("MKCOL", "/Albums/Before").status == 201
        yield serving, client, photos / "Inbox"


@contextmanager
def _plain(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    yield folder


def _writes(new: bytes) -> list[tuple[str, str, bytes, dict[str, str]]]:
    """Return a write of each kind that must fail, with its headers."""
    a, b = "/Inbox/there/a.jpg", "/Inbox/there/b.jpg"
    return [
        ("PUT", "/Inbox/x.jpg", new, {}),
        ("PUT", b, new, {}),
        ("PUT", "/Albums/Before/y.jpg", new, {}),
        ("COPY", a, b"", {"Destination": "/Inbox/there/c.jpg"}),
        ("COPY", a, b"", {"Destination": b}),
        ("COPY", a, b"", {"Destination": "/Albums/Before/a.jpg"}),
        ("COPY", a, b"", {"Destination": "/Favorites/a.jpg"}),
        ("COPY", "/Inbox/there", b"", {"Destination": "/Inbox/again"}),
        ("MOVE", a, b"", {"Destination": "/Inbox/there/d.jpg"}),
        ("MOVE", a, b"", {"Destination": b}),
        ("MOVE", "/Inbox/there", b"", {"Destination": "/Inbox/elsewhere"}),
        ("DELETE", a, b"", {}),
        ("DELETE", "/Inbox/there", b"", {}),
        ("MKCOL", "/Inbox/made", b"", {}),
        ("MKCOL", "/Albums/Made", b"", {}),
        ("MKCOL", "/Search/dogs", b"", {}),
        ("DELETE", "/Albums/Before", b"", {}),
        ("PROPPATCH", a, _PROPPATCH.encode(), {"Content-Type": "application/xml"}),
    ]


def _on_disk(inbox: Path) -> dict[str, bytes]:
    """Return what lies in the inbox, and what was removed from it, under plain names."""
    return {
        path.relative_to(inbox).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in inbox.rglob("*")
        if path.name != ".filler" and not (path.is_dir() and ".haven-removed" in path.parts and not any(path.iterdir()))
    }


def _listed(client: Client) -> dict[str, list[str]]:
    return {folder: _names(client, folder) for folder in ("/Inbox", "/Inbox/there", "/Recent", "/Albums/Before")}


def _names(client: Client, folder: str) -> list[str]:
    return sorted(client.files(folder) + client.folders(folder))


def _send(client: Client, write: tuple[str, str, bytes, dict[str, str]], url: str) -> tuple[int, str]:
    method, path, body, headers = write
    sent = {name: url.rstrip("/") + quote(value) if name == "Destination" else value for name, value in headers.items()}
    answer = client(method, path, body, **{name.replace("-", "_"): value for name, value in sent.items()})
    return answer.status, answer.body.decode(errors="replace")


def test_a_full_data_folder_takes_nothing_and_keeps_nothing(indexed: Path, tmp_path: Path) -> None:
    with serving_on(indexed, tmp_path, data=True, library=False) as (serving, client, inbox):
        before, listed = _on_disk(inbox), _listed(client)
        filler = fill(serving.data)
        photo = make_photo(tmp_path / "p.jpg", "2020-01-01 10:00:00").read_bytes()
        said = [client("PUT", f"/Inbox/p{number}.jpg", photo + bytes([number])) for number in range(PUTS)]
        assert {answer.status for answer in said} == {507}
        assert all("full" in answer.reason() for answer in said)
        for write in _writes(photo + b"another"):
            status, body = _send(client, write, serving.url)
            assert (status, "full" in body) == (507, True), (write[:2], write[3], status, body)
            fill(serving.data)  # what was undone may have made a little room
        assert _listed(client) == listed and _on_disk(inbox) == before and not drafts(inbox)
        filler.unlink()
        fine = [client("PUT", f"/Inbox/q{number}.jpg", photo + bytes([number])).status for number in range(3)]
        assert fine == [201] * 3
        assert len(_names(client, "/Inbox")) == len(listed["/Inbox"]) + 3
        assert client("PUT", "/Albums/Before/y.jpg", photo + b"z").status == 201
        assert "Traceback" not in (tmp_path / "system.log").read_text()


def test_a_full_library_takes_nothing_and_keeps_nothing(indexed: Path, tmp_path: Path) -> None:
    with serving_on(indexed, tmp_path, data=False, library=True) as (_, client, inbox):
        before, listed = _on_disk(inbox), _listed(client)
        filler = fill(inbox)
        photo = make_photo(tmp_path / "p.jpg", "2020-01-01 10:00:00").read_bytes()
        said = [client("PUT", f"/Inbox/p{number}.jpg", photo + bytes([number])) for number in range(PUTS)]
        assert {answer.status for answer in said} == {507}
        assert all("haven purge" in answer.reason() for answer in said)
        assert client("MKCOL", "/Albums/Fine").status == 201  # Haven's own disk has room
        assert _listed(client) == listed and _on_disk(inbox) == before and not drafts(inbox)
        filler.unlink()
        assert client("PUT", "/Inbox/q.jpg", photo).status == 201


def test_a_start_on_a_full_disk_shows_photos(indexed: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "system", 40) as system:
        shutil.copytree(indexed / "data", system, dirs_exist_ok=True)
        filler = fill(system)
        with serve(data=system, settled=False) as serving, Client(serving.url) as client:
            assert client.files("/Recent")
            fill(system)  # the reserve made a little room
            answer = client("MKCOL", "/Albums/Summer")
            assert answer.status == 507 and "full" in answer.reason()
            filler.unlink()
            assert client("MKCOL", "/Albums/Summer").status == 201


def test_a_disk_that_takes_no_writes_any_more(indexed: Path, tmp_path: Path) -> None:
    with failing_disk(tmp_path / "system", 64) as fail:
        (tmp_path / "photos").mkdir()
        with serving_in(indexed, tmp_path / "system", tmp_path / "photos") as (serving, client, inbox):
            before, listed = _on_disk(inbox), _listed(client)
            fail()
            photo = make_photo(tmp_path / "p.jpg", "2020-01-01 10:00:00").read_bytes()
            for write in _writes(photo + b"another"):
                status, body = _send(client, write, serving.url)
                assert (status, "cannot read or write its own data" in body) == (503, True), (write[:2], status, body)
            assert _listed(client) == listed and _on_disk(inbox) == before and not drafts(inbox)


def test_what_is_only_looked_at_on_a_full_disk_leaves_no_traceback(indexed: Path, tmp_path: Path) -> None:
    with serving_on(indexed, tmp_path, data=True, library=False) as (serving, client, _):
        fill(serving.data)
        there = [f"/Originals/Pictures/{name}" for name in client.files("/Originals/Pictures")]
        assert there
        for path in there:
            assert client("GET", f"/Small{path}").status == 200
            assert client("GET", f"{path}?view", Accept="text/html").status == 200
        log = (tmp_path / "system.log").read_text()
        assert "It could not be noted which photo a small copy is of" in log and "Traceback" not in log
