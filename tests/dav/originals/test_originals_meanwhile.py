"""What is written, removed or locked while a file is on its way: its conditions count when it takes its place."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from helpers.dav import LOCKINFO, Client
from helpers.serving import wait_for
from helpers.writable import House

OLD, MINE, THEIRS = b"old", b"mine " * 1000, b"theirs"
FOLDER = "/Originals/Lib/2020"


@contextmanager
def half_sent(own: House, path: str, **headers: str) -> Iterator[Callable[[], int]]:
    """Have half of a file sent, and the server taken it; gives what sends the rest and returns the status."""
    parts = urlsplit(own.serving.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.putrequest("PUT", path)
    for name, value in {"Content-Length": str(len(MINE)), **headers}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(MINE[:2000])
    wait_for(lambda: list((own.lib / "2020").glob(".haven-part-*")), "the file to be received")

    def rest() -> int:
        connection.send(MINE[2000:])
        return connection.getresponse().status

    try:
        yield rest
    finally:
        connection.close()


def on_disk(own: House, name: str) -> bytes | None:
    path = own.lib / "2020" / name
    return path.read_bytes() if path.exists() else None


def lock(dav_own: Client, path: str) -> str:
    return dav_own("LOCK", path, LOCKINFO.format(scope="exclusive"), Depth="0")["Lock-Token"]


def test_what_nobody_touched_is_replaced(own: House, dav_own: Client) -> None:
    tag = dav_own("PUT", f"{FOLDER}/none.txt", OLD)["ETag"]
    with half_sent(own, f"{FOLDER}/none.txt", If_Match=tag) as rest:
        assert rest() == 204
    assert on_disk(own, "none.txt") == MINE


def test_a_file_that_was_written_anew(own: House, dav_own: Client) -> None:
    tag = dav_own("PUT", f"{FOLDER}/anew.txt", OLD)["ETag"]
    with half_sent(own, f"{FOLDER}/anew.txt", If_Match=tag) as rest:
        assert dav_own("PUT", f"{FOLDER}/anew.txt", THEIRS, If_Match=tag).status == 204
        assert rest() == 412
    assert on_disk(own, "anew.txt") == dav_own("GET", f"{FOLDER}/anew.txt").body == THEIRS


def test_other_bytes_of_the_same_length_and_time_have_another_tag(own: House, dav_own: Client) -> None:
    old = dav_own("PUT", f"{FOLDER}/same.txt", b"one", X_OC_Mtime="1600000000")["ETag"]
    new = dav_own("PUT", f"{FOLDER}/same.txt", b"two", X_OC_Mtime="1600000000")
    assert new["ETag"] != old
    assert new["X-OC-Mtime"] == "accepted"
    assert dav_own("PUT", f"{FOLDER}/same.txt", b"six", If_Match=old).status == 412
    dav_own("PUT", f"{FOLDER}/other.txt", b"ten", X_OC_Mtime="1600000000")
    before = dav_own("GET", f"{FOLDER}/same.txt")["ETag"]
    tag = dav_own("PUT", f"{FOLDER}/other.txt", b"ten", X_OC_Mtime="1600000000")
    assert dav_own.transfer("MOVE", f"{FOLDER}/other.txt", f"{FOLDER}/same.txt").status == 204
    assert dav_own("GET", f"{FOLDER}/same.txt")["ETag"] != before
    assert tag.status == 204


def test_a_file_that_was_removed(own: House, dav_own: Client) -> None:
    tag = dav_own("PUT", f"{FOLDER}/gone.txt", OLD)["ETag"]
    with half_sent(own, f"{FOLDER}/gone.txt", If_Match=tag) as rest:
        assert dav_own("DELETE", f"{FOLDER}/gone.txt").status == 204
        assert rest() == 412
    assert on_disk(own, "gone.txt") is None
    assert dav_own("GET", f"{FOLDER}/gone.txt").status == 404


def test_a_file_that_came(own: House, dav_own: Client) -> None:
    with half_sent(own, f"{FOLDER}/came.txt", If_None_Match="*") as rest:
        assert dav_own("PUT", f"{FOLDER}/came.txt", THEIRS).status == 201
        assert rest() == 412
    assert on_disk(own, "came.txt") == THEIRS


@pytest.mark.parametrize("is_there", [True, False])
def test_a_name_that_was_locked(own: House, dav_own: Client, is_there: bool) -> None:
    name = f"locked {is_there}.txt".replace(" ", "-")
    if is_there:
        dav_own("PUT", f"{FOLDER}/{name}", OLD)
    with half_sent(own, f"{FOLDER}/{name}") as rest:
        token = lock(dav_own, f"{FOLDER}/{name}")
        assert rest() == 423
    assert on_disk(own, name) == (OLD if is_there else None)
    assert dav_own("PUT", f"{FOLDER}/{name}", THEIRS, If=f"({token})").status in (201, 204)
    assert on_disk(own, name) == THEIRS


def test_a_lock_that_was_given_back(own: House, dav_own: Client) -> None:
    dav_own("PUT", f"{FOLDER}/back.txt", OLD)
    token = lock(dav_own, f"{FOLDER}/back.txt")
    with half_sent(own, f"{FOLDER}/back.txt", If=f"({token})") as rest:
        assert dav_own("UNLOCK", f"{FOLDER}/back.txt", Lock_Token=token).status == 204
        assert rest() == 412
    assert on_disk(own, "back.txt") == OLD


def test_nothing_is_left_of_what_was_refused(own: House, dav_own: Client) -> None:
    tag = dav_own("PUT", f"{FOLDER}/left.txt", OLD)["ETag"]
    with half_sent(own, f"{FOLDER}/left.txt", If_Match=tag) as rest:
        dav_own("PUT", f"{FOLDER}/left.txt", THEIRS)
        assert rest() == 412
    copies = [path for path in own.lib.rglob("*left.txt") if path.read_bytes() == MINE]
    assert not copies
    assert not list(own.lib.rglob(".haven-part-*"))
