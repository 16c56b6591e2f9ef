"""Uploads that are refused, broken off, or not finished yet: nothing is left of them, and a reason is given."""

import hashlib
import http.client
import shutil
import socket
import sys
import time
from pathlib import Path

import pytest
from helpers.dav import LOCKINFO, Client
from helpers.files import drafts
from helpers.serving import Serving, haven, serve

from haven_fs.server.connections import SECONDS, Phase


def test_conditions_and_refusals_come_before_the_body(house: Serving, dav: Client, new: list[Path]) -> None:
    assert dav("PUT", "/Inbox/x.jpg", new[0].read_bytes(), If_None_Match="*").status == 201
    for path, headers, status in (
        ("/Inbox/x.jpg", {"If-None-Match": "*"}, 412),
        ("/Inbox/y.jpg", {"Content-Range": "bytes 0-9/100"}, 400),
        ("/Timeline/2021/x.jpg", {}, 403),
        ("/Inbox/\u0007.jpg".replace("\u0007", "%07"), {}, 403),
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
    began = time.monotonic()
    said = conversation(house, "/Inbox/y.jpg", {"Transfer-Encoding": "chunked", "Expect": "100-continue"}, b"xyz\r\n")
    assert b"HTTP/1.1 400 " in said
    assert time.monotonic() - began < SECONDS[Phase.BODY], "what follows bad framing is not waited for"
    wrong = dav("PUT", "/Inbox/y.txt", b"abc", OC_Checksum=f"SHA1:{'0' * 40}")
    assert wrong.status == 400
    assert "damaged" in wrong.reason()
    right = hashlib.sha1(b"abc", usedforsecurity=False).hexdigest()
    assert dav("PUT", "/Inbox/y.txt", b"abc", OC_Checksum=f"SHA1:{right}").status == 201
    assert [path.name for path in inbox.iterdir()] == ["y.txt"]
    # What is no photo is kept in the inbox, and shows there alone.
    assert dav.files("/Inbox/") == ["y.txt"]
    assert "y.txt" not in dav.files("/Recent/")


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of another process are Linux's")
def test_a_full_disk_is_said_to_be_full(house: Serving, dav: Client, inbox: Path, new: list[Path]) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (8 << 20, hard))
    answer = dav("PUT", "/Inbox/big.jpg", iter([bytes(1 << 20)] * 9), Transfer_Encoding="chunked")
    assert answer.status == 507
    assert not list(inbox.iterdir())
    assert dav("PUT", "/Inbox/small.jpg", new[0].read_bytes()).status == 201


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
    family = indexed / "Pictures"
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


@pytest.mark.parametrize(("chunks", "status"), [(b"0\r\n\r\n", 201), (b"1\r\nx\r\n0\r\n\r\n", 415)])
def test_a_folder_may_be_made_with_an_empty_body_in_chunks(house: Serving, chunks: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", house.port), timeout=30) as client:
        client.sendall(b"MKCOL /Inbox/sub HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        assert client.recv(100).split()[1] == str(status).encode()
