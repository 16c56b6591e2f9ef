"""Clients that are slow, in any part of what they send or read: they hold no thread, end in time, and leave nothing."""

import contextlib
import hashlib
import http.client
import logging
import os
import resource
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler
from wsgiref.simple_server import make_server as make_wsgi_server

import pytest
from helpers.raw import Drive, drive, eventually, status, until_end

from haven_dav import HavenProvider
from haven_fs.server import connections
from haven_fs.server.app import make_app
from haven_fs.server.connections import Phase

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
THREADS = 4


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[Drive]:
    with drive(tmp_path_factory.mktemp("slow"), threads=THREADS) as house:
        yield house


@pytest.fixture
def sockets(house: Drive) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as opened:
        yield Opened(house, opened)


class Opened(list):
    """Connections that are closed at the end of a test."""

    def __init__(self, house: Drive, stack: contextlib.ExitStack) -> None:
        super().__init__()
        self.house, self.stack = house, stack

    def open(self, *said: bytes) -> socket.socket:
        sock = self.stack.enter_context(contextlib.closing(self.house.connect()))
        for data in said:
            sock.sendall(data)
        self.append(sock)
        return sock


def put(house: Drive, name: str, length: int | None, *more: bytes) -> bytes:
    framing = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    fields = b"".join(b"%s\r\n" % field for field in (framing, *more))
    return f"PUT /Inbox/{name} HTTP/1.1\r\nHost: localhost\r\n".encode() + house.signs_in + fields + b"\r\n"


def is_answered(house: Drive) -> None:
    """Check that one more client is answered soon, whatever it asks."""
    began = time.monotonic()
    assert status(house.ask("PROPFIND", "/", "Depth: 1")) == 207
    assert status(house.ask("GET", "/Timeline/2020/2020-05/a.jpg")) == 200
    assert status(house.ask("PUT", "/Inbox/one.txt", body=b"more")) in (201, 204)
    assert time.monotonic() - began < 5


def drafts(house: Drive) -> list[str]:
    return [name for name in (path.name for path in house.inbox.iterdir()) if name.startswith(".haven-part-")]


def test_slow_heads_hold_no_thread(house: Drive, sockets: Opened) -> None:
    for _ in range(20):
        sockets.open(HEAD)
    for sock in sockets:
        sock.sendall(b"X-a: b\r\n")
    is_answered(house)
    for sock in sockets:
        sock.sendall(b"Connection: close\r\n\r\n")
        assert status(until_end(sock)) == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_slow_uploads_hold_no_thread_and_are_whole_in_the_end(house: Drive, sockets: Opened, chunked: bool) -> None:
    whole = [os.urandom(3000) for _ in range(20)]
    for number, data in enumerate(whole):
        begun = b"bb8\r\n" + data[:10] if chunked else data[:10]
        sockets.open(put(house, f"{chunked}{number}.bin", None if chunked else len(data), b"Connection: close"), begun)
    assert eventually(lambda: len(drafts(house)) == 20)
    is_answered(house)
    for sock, data in zip(sockets, whole, strict=True):
        sock.sendall(data[10:1000])
        sock.sendall(data[1000:] + (b"\r\n0\r\n\r\n" if chunked else b""))
        assert status(until_end(sock)) == 201
    for number, data in enumerate(whole):
        assert (house.inbox / f"{chunked}{number}.bin").read_bytes() == data
    assert not drafts(house)


@pytest.mark.parametrize("method", [b"PROPFIND", b"PROPPATCH", b"LOCK", b"MKCOL", b"DELETE"])
def test_slow_bodies_hold_no_thread(house: Drive, sockets: Opened, method: bytes) -> None:
    for _ in range(20):
        sockets.open(method + b" /Albums/no HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
    for sock in sockets:
        sock.sendall(b"c")
    is_answered(house)


def test_stalled_readers_of_pages_and_listings_hold_no_thread(house: Drive, sockets: Opened) -> None:
    for _ in range(20):
        sockets.open(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
    is_answered(house)


def test_a_slow_head_ends_after_its_time_however_it_trickles(house: Drive, sockets: Opened, monkeypatch) -> None:
    monkeypatch.setitem(connections.SECONDS, Phase.HEAD, 1.0)
    sock = sockets.open(HEAD)
    began, said = time.monotonic(), b""
    sock.settimeout(0.1)
    while time.monotonic() - began < 5 and not said:
        with contextlib.suppress(TimeoutError):
            sock.sendall(b"X-a: b\r\n")
            said = sock.recv(65536)
    assert status(said) == 408 and b"Connection: close" in said and time.monotonic() - began < 3


def test_a_slow_body_ends_after_its_time_however_it_trickles(house: Drive, sockets: Opened, monkeypatch) -> None:
    monkeypatch.setitem(connections.SECONDS, Phase.BODY, 1.0)
    sock = sockets.open(b"PROPFIND / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
    began, said = time.monotonic(), b""
    sock.settimeout(0.1)
    while time.monotonic() - began < 5 and not said:
        with contextlib.suppress(TimeoutError):
            sock.sendall(b"1\r\nx\r\n")
            said = sock.recv(65536)
    assert status(said) == 408 and time.monotonic() - began < 3


def test_an_upload_lasts_as_long_as_its_rate_is_fair(house: Drive, sockets: Opened, monkeypatch) -> None:
    monkeypatch.setitem(connections.SECONDS, Phase.UPLOAD, 1.5)
    fair, slow = (sockets.open(put(house, name, 20_000, b"Connection: close")) for name in ("fair.bin", "slow.bin"))
    data = os.urandom(20_000)
    for start in range(0, 20_000, 1000):  # 5 kB a second, 3 s more than a pause may be
        fair.sendall(data[start : start + 1000])
        with contextlib.suppress(OSError):
            slow.sendall(b"x")
        time.sleep(0.2)
    assert status(until_end(fair)) == 201
    assert (house.inbox / "fair.bin").read_bytes() == data
    assert status(until_end(slow)) == 408
    assert not (house.inbox / "slow.bin").exists() and eventually(lambda: not drafts(house))


def test_a_pause_is_made_up_for(house: Drive, sockets: Opened, monkeypatch) -> None:
    monkeypatch.setitem(connections.SECONDS, Phase.UPLOAD, 2.0)
    sock = sockets.open(put(house, "pause.bin", 4000, b"Connection: close"))
    for _ in range(4):
        sock.sendall(bytes(1000))
        time.sleep(1.2)
    assert status(until_end(sock)) == 201


@pytest.mark.parametrize("end", ["left", "reset", "half closed", "misframed"])
def test_an_upload_that_ends_early_leaves_nothing(house: Drive, sockets: Opened, end: str, caplog) -> None:
    chunked = end == "misframed"
    sock = sockets.open(put(house, "early.bin", None if chunked else 5000), b"5\r\nhello\r\n" if chunked else b"hello")
    assert eventually(lambda: len(drafts(house)) == 1)
    with caplog.at_level(logging.WARNING):
        if end == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if end == "misframed":
            sock.sendall(b"zz\r\n")
            assert status(until_end(sock)) == 400
        elif end == "half closed":
            sock.shutdown(socket.SHUT_WR)
        else:
            sock.close()
        assert eventually(lambda: not drafts(house))
    assert not (house.inbox / "early.bin").exists() and not caplog.records


def test_the_slowest_of_one_address_goes_and_never_the_one_that_comes(
    house: Drive, sockets: Opened, monkeypatch
) -> None:
    monkeypatch.setattr(connections, "PER_ADDRESS", 10)
    uploads = [sockets.open(put(house, f"many{i}.bin", 5000, b"Connection: close"), b"x" * 10) for i in range(5)]
    assert eventually(lambda: len(drafts(house)) == 5)
    heads = [sockets.open(HEAD) for _ in range(30)]
    is_answered(house)
    heads[-1].sendall(b"Connection: close\r\n\r\n")
    assert status(until_end(heads[-1])) == 200, "the newest was dropped"
    assert eventually(lambda: sum(status(_said_now(sock)) == 503 for sock in heads[:-1]) >= 20)
    for sock in uploads:
        sock.settimeout(0.2)
    del uploads


def _said_now(sock: socket.socket) -> bytes:
    sock.settimeout(0.01)
    with contextlib.suppress(OSError):
        return sock.recv(65536, socket.MSG_PEEK)
    return b""


def test_a_proxy_is_not_one_client(house: Drive, sockets: Opened, monkeypatch) -> None:
    monkeypatch.setattr(connections, "PER_ADDRESS", 10)
    monkeypatch.setattr(house.server._connections, "_many", lambda address: address == "127.0.0.1")
    for _ in range(30):
        sockets.open(HEAD)
    is_answered(house)
    for sock in sockets:
        sock.sendall(b"Connection: close\r\n\r\n")
        assert status(until_end(sock)) == 200


def test_idle_connections_make_room_for_new_ones(house: Drive, sockets: Opened, monkeypatch) -> None:
    monkeypatch.setattr(house.server._connections, "_most", 20)
    for _ in range(60):
        sockets.open()
    assert status(house.ask("PROPFIND", "/", "Depth: 0")) == 207
    assert len(house.server._connections._open) <= 21
    newest = sockets[-1]
    newest.sendall(HEAD + b"Connection: close\r\n\r\n")
    assert status(until_end(newest)) == 200


def test_running_out_of_descriptors_is_only_for_a_moment(house: Drive, sockets: Opened) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_now = len(list(Path("/proc/self/fd").iterdir()))
    clients = [house.connect() for _ in range(20)]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 30, hard))
        more = []
        with contextlib.suppress(OSError):
            while len(more) < 100:
                more.append(house.connect())
        time.sleep(0.5)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for sock in (*clients, *more):
            sock.close()
    is_answered(house)


def test_checksums_are_checked(house: Drive) -> None:
    data = b"the bytes of a photo"
    made = {
        "Content-MD5: {}": hashlib.md5,
        "Digest: sha-256={}": hashlib.sha256,
        "Digest: unixsum=30637, SHA={}": hashlib.sha1,
        "Digest: SHA-512={}": hashlib.sha512,
        "Repr-Digest: sha-256=:{}:": hashlib.sha256,
        "Repr-Digest: crc32c=:AAAAAA==:, sha-512=:{}:": hashlib.sha512,
        "Content-Digest: sha-512=:{}:": hashlib.sha512,
        "Content-Digest: md5=:{}:": hashlib.md5,
    }
    for number, (form, digest) in enumerate(made.items()):
        right, wrong = (b64encode(digest(sent).digest()).decode() for sent in (data, b"others"))
        for value in (wrong, "AAAA", "", right[:-4]):
            said = house.ask("PUT", f"/Inbox/sum{number}.txt", form.format(value), body=data)
            assert status(said) == 400, (form, value)
            assert not (house.inbox / f"sum{number}.txt").exists(), form
        assert status(house.ask("PUT", f"/Inbox/sum{number}.txt", form.format(right), body=data)) == 201, form
    assert status(house.ask("PUT", "/Inbox/gz.jpg", "Content-Encoding: gzip", body=data)) == 415
    assert not drafts(house)


def test_other_servers_receive_files_as_well(house: Drive) -> None:
    """One that knows nothing of receivers: the application reads the body itself."""
    app = make_app(HavenProvider(house.home.tree()), None)
    with make_wsgi_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            for name, body, headers, wanted in (
                ("plain.txt", b"abc" * 100_000, {}, 201),
                ("plain.txt", b"abc", {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}, 400),
                ("empty.txt", b"", {}, 201),
            ):
                client = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
                client.request("PUT", f"/Inbox/{name}", body, {"Host": "localhost", **headers})
                assert client.getresponse().status == wanted, name
                client.close()
            with socket.create_connection(server.server_address, timeout=10) as sock:
                sock.sendall(put(house, "cut.txt", 100, b"Connection: close") + b"half")
                sock.shutdown(socket.SHUT_WR)
                assert b" 400 " in until_end(sock).partition(b"\r\n")[0]
        finally:
            server.shutdown()
    assert (house.inbox / "plain.txt").read_bytes() == b"abc" * 100_000
    assert not (house.inbox / "cut.txt").exists() and not drafts(house)


class Silent(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_: object) -> None:
        pass


def test_what_stays_there_is_what_was_there(house: Drive) -> None:
    assert status(house.ask("PUT", "/Inbox/stays.txt", body=b"first")) == 201
    assert status(house.ask("PUT", "/Inbox/stays.txt", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==", body=b"second")) == 400
    assert (house.inbox / "stays.txt").read_bytes() == b"first"


@pytest.mark.parametrize("path", ["/Timeline/x.jpg", "/nowhere/x.jpg", "/Albums", "/Originals/x.jpg"])
def test_an_upload_that_is_refused_is_refused_before_it_is_sent(house: Drive, path: str) -> None:
    said = house.ask("PUT", path, "Expect: 100-continue", "Content-Length: 5000000")
    assert status(said) >= 400 and b"100 Continue" not in said, path


def test_memory_does_not_grow_with_what_slow_clients_send(house: Drive, sockets: Opened) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    before = resident()
    for number in range(90):
        sock = sockets.open(put(house, f"memory{number}.bin", 2_000_000))
        sock.sendall(bytes(1_000_000))
    is_answered(house)
    assert resident() - before < 30 * 2**20
