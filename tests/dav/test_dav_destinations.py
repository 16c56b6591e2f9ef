"""A Destination, and the tags of an If header, in every spelling that programs have for the same place."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.serving import Serving, serve


@pytest.fixture(scope="module")
def albums(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("destinations")
    (folder / "Pictures").mkdir()
    with serve(folder / "Pictures", data=folder / "data", settled=False) as serving:
        yield serving


@pytest.fixture
def dav(albums: Serving) -> Iterator[Client]:
    with Client(albums.url) as client:
        assert client("MKCOL", "/Albums/From").status == 201
        yield client
        for name in client.folders("/Albums"):
            assert client.transfer("DELETE", f"/Albums/{name}", "/").status == 204


def move(
    serving: Serving, destination: str, host: str | None = None, method: str = "MOVE", **headers: str
) -> tuple[int, bytes]:
    """Send a MOVE, or another method, of the album, whose headers are raw UTF-8, and return the answer."""
    lines = [f"{method} /Albums/From HTTP/1.1\r\nHost: {host or f'127.0.0.1:{serving.port}'}\r\nConnection: close"]
    lines += [f"{name}: {value}" for name, value in (("Destination", destination), *headers.items())]
    with socket.create_connection(("127.0.0.1", serving.port), timeout=30) as sock:
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape"))
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    return int(answer.split()[1]), answer


@pytest.mark.parametrize(
    "destination",
    [
        "http://127.0.0.1:{port}/Albums/Tö",
        "http://127.0.0.1:{port}/Albums/T%C3%B6",
        "HTTP://127.0.0.1:{port}//Albums/T%c3%b6/",
        "http://anna@127.0.0.1:{port}/Albums/T%C3%B6",
        "http://anna:secret@127.0.0.1:{port}/Albums/T%C3%B6",
        "/Albums/T%C3%B6",
        "//Albums/T%C3%B6",
        "/Albums/./T%C3%B6",
        "/Albums/T%C3%B6?query#fragment",
    ],
)
def test_the_same_place(albums: Serving, dav: Client, destination: str) -> None:
    status, answer = move(albums, destination.format(port=albums.port))
    assert status == 201, answer
    assert dav.folders("/Albums") == ["Tö"]


@pytest.mark.parametrize("host", ["localhost", "localhost.", "LOCALHOST", "localhost:80", "[::1]", "[0:0::1]:80"])
@pytest.mark.parametrize("there", ["localhost", "localhost:80", "me@localhost.", "[::1]", "[::1]:80"])
def test_the_usual_port_and_a_dot_may_be_said_or_not(albums: Serving, dav: Client, host: str, there: str) -> None:
    """The address on the line is not the one that the client believes in, as with a port that is passed on."""
    same = ("::1" in host or "0:0" in host) == ("::1" in there)
    status, answer = move(albums, f"http://{there}/Albums/To", host)
    assert status == (201 if same else 502), answer
    assert dav.folders("/Albums") == ["To" if same else "From"]


@pytest.mark.parametrize(
    ("destination", "status"),
    [
        ("/Albums/%ff", 400),
        ("/Albums/\udcff", 400),
        ("/Albums/caf\udce9", 400),
        ("/Albums/../Search/x", 400),
        ("/Albums/%2e%2e/x", 400),
        ("/Albums/a%2fb", 400),
        ("", 400),
        ("Albums/To", 400),
        ("http://127.0.0.1:x/Albums/To", 400),
        ("http://[::1/Albums/To", 400),
        ("http://127.0.0.1:1/Albums/To", 502),
        ("http://127.0.0.1@other.example/Albums/To", 502),
        ("http://127.0.0.1.other.example/Albums/To", 502),
        ("ftp://127.0.0.1/Albums/To", 502),
    ],
)
def test_what_is_no_place_here(albums: Serving, dav: Client, destination: str, status: int) -> None:
    for method in ("MOVE", "COPY"):
        found, answer = move(albums, destination, method=method)
        assert found == status, (method, answer)
        assert b"Traceback" not in answer
    assert dav.folders("/Albums") == ["From"]


def test_tags_of_if_are_read_as_well(albums: Serving, dav: Client) -> None:
    to = f"http://127.0.0.1:{albums.port}/Albums/To"
    for tag in ("http://127.0.0.1:{port}/Albums/From", "http://me@127.0.0.1:{port}//Albums/From", "/Albums/From"):
        held = tag.format(port=albums.port)
        assert move(albums, to, If=f"<{held}> (Not <urn:uuid:none>)")[0] == 201
        assert dav.transfer("MOVE", "/Albums/To", "/Albums/From").status == 201
        assert move(albums, to, If=f"<{held}> (<urn:uuid:none>)")[0] == 412
    assert move(albums, to, If="</Albums/%ff> (Not <urn:uuid:none>)")[0] == 400


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "203.0.113.7"}, {"Via": "1.1 proxy"}])
def test_a_proxy_that_nobody_vouches_for_is_turned_away(albums: Serving, dav: Client, headers: dict[str, str]) -> None:
    assert move(albums, "/Albums/To", **headers)[0] == 403
    assert dav.folders("/Albums") == ["From"]


def test_nothing_outside_was_made(albums: Serving) -> None:
    assert list(Path(albums.data.parent / "Pictures").iterdir()) == []
