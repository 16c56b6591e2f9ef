"""The HTTP server as a client meets it: real sockets, a port of its own, an application of a few lines."""

import contextlib
import logging
import os
import random
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.http_app import BIG, App, answer, client, eventually, raw, running

from haven_fs.server import connections
from haven_fs.server.http import Server, make_server
from haven_fs.server.tls import TlsFiles, ensure_certificate


@pytest.fixture(scope="module")
def big(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("big") / "big.mov"
    path.write_bytes(random.Random(1).randbytes(BIG))
    return path


@pytest.fixture
def app(big) -> App:
    return App(big)


@pytest.fixture
def server(app) -> Iterator[Server]:
    with running(app) as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> TlsFiles:
    return ensure_certificate(tmp_path_factory.mktemp("tls"), [])


@pytest.mark.parametrize("secure", [False, True])
def test_files_arrive_whole_and_the_connection_is_kept(app, big, certificate, secure):
    tls = certificate if secure else None
    with running(app, tls) as server:
        connection = client(server, tls)
        connection.connect()
        first = connection.sock
        for offset in (0, 5, BIG - 1):
            connection.request("GET", "/big", headers={"Range": f"bytes={offset}-"})
            assert connection.getresponse().read() == big.read_bytes()[offset:]
        connection.request("GET", "/list")
        assert connection.getresponse().read() == app.list
        assert connection.sock is first, "a finished download closed the connection"
        assert eventually(lambda: all(file.closed for file in app.opened))
        connection.close()


def test_files_are_read_where_the_kernel_cannot_send(app, big, monkeypatch):
    def refuses(*args):
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "sendfile", refuses)
    with running(app) as server:
        connection = client(server)
        connection.request("GET", "/big", headers={"Range": "bytes=7-"})
        assert connection.getresponse().read() == big.read_bytes()[7:]
        connection.close()


def test_head_sends_no_bytes_and_closes_the_file(server, app):
    sock = raw(server, b"HEAD /big HTTP/1.1\r\nHost: x\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n")
    head = b""
    while b"ok" not in head:
        head += sock.recv(4096)
    assert head.count(b"HTTP/1.1 200") == 2 and str(BIG).encode() in head and len(head) < 1000
    assert all(file.closed for file in app.opened)
    sock.close()


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("path", ["/big", "/list"])
def test_stalled_readers_hold_up_nobody_and_get_all_when_they_read(app, big, certificate, path, secure):
    tls = certificate if secure else None
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    with running(app, tls, threads=4) as server:
        stalled = [raw(server, b"" if secure else request, buffer=4096) for _ in range(20)]
        if tls:
            trust = ssl.create_default_context(cafile=str(tls.cert))
            stalled = [trust.wrap_socket(sock, server_hostname="localhost") for sock in stalled]
            for sock in stalled:
                sock.sendall(request)
        time.sleep(0.5)
        start = time.monotonic()
        connection = client(server, tls)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"ok"
        assert time.monotonic() - start < 0.5
        connection.close()
        with contextlib.closing(stalled[0]) as late:
            status, _, body = answer(late)
        assert status == 200 + 7 * (path == "/list") and body == (big.read_bytes() if path == "/big" else app.list)
        for sock in stalled:
            sock.close()
        assert eventually(lambda: all(file.closed for file in app.opened)), "clients that left keep files open"


def test_silent_clients_hold_up_nobody(app, certificate):
    for tls in (None, certificate):
        with running(app, tls, threads=2) as server:
            silent = [raw(server, b"") for _ in range(10)]
            start = time.monotonic()
            connection = client(server, tls)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"ok"
            assert time.monotonic() - start < 0.5
            for sock in (*silent, connection):
                sock.close()


def test_a_reader_that_takes_nothing_is_dropped_in_the_end(app, monkeypatch):
    monkeypatch.setitem(connections.SECONDS, connections.Phase.SENDING, 0.5)
    with running(app) as server:
        sock = raw(server, b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n", buffer=4096)
        assert eventually(lambda: bool(app.opened) and app.opened[0].closed)
        sock.close()


def test_an_endless_answer_to_a_stalled_reader_holds_no_thread(app):
    with running(app, threads=1) as server:
        sock = raw(server, b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n", buffer=4096)
        time.sleep(0.1)
        connection = client(server)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"ok"
        connection.close()
        sock.close()


def test_an_answer_that_waits_in_its_midst_holds_no_thread(app):
    with running(app, threads=1) as server:
        sock = raw(server, b"GET /waits HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        said = b""
        for number in range(3):
            while b"p%d " % number not in said:
                said += sock.recv(4096)
            connection = client(server)
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"ok"
            connection.close()
            app.futures[number].set_result(None)
        assert said.endswith(b"p0 p1 p2 ") and not sock.recv(1)
        sock.close()


@pytest.mark.parametrize("path", ["/big", "/list", "/endless"])
def test_stop_does_not_wait_for_stalled_clients(app, path):
    server = make_server(app, "127.0.0.1", 0, threads=4)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    stalled = [raw(server, request, buffer=4096) for _ in range(6)]
    stalled.append(raw(server, b"PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc"))
    time.sleep(0.3)
    start = time.monotonic()
    server.stop()
    assert time.monotonic() - start < 3
    thread.join(5)
    assert not thread.is_alive() and all(file.closed for file in app.opened)
    for sock in stalled:
        sock.close()


def test_a_client_that_leaves_is_no_error(server, caplog):
    with caplog.at_level(logging.INFO):
        for request in (
            b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n",
            b"PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na",
        ):
            sock = raw(server, request, buffer=4096)
            time.sleep(0.1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            sock.close()
        time.sleep(0.3)
    assert not caplog.records


def test_a_file_that_became_shorter_ends_the_connection(server, caplog):
    head = f"GET /big HTTP/1.1\r\nHost: x\r\nRange: bytes={BIG - 10}-\r\nX-Promise: 20\r\n\r\n"
    sock = raw(server, head.encode())
    data = b""
    while part := sock.recv(4096):
        data += part
    assert len(data.partition(b"\r\n\r\n")[2]) == 10
    assert "became shorter" in caplog.text
    sock.close()


@pytest.mark.parametrize("size", [10, 300_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_refused_upload_neither_hangs_nor_spoils_the_next_request(server, size, chunked):
    data = b"GET /evil HTTP/1.1\r\n\r\n" * (size // 22 + 1)
    head = b"PUT /x HTTP/1.1\r\nHost: x\r\n"
    if chunked:
        body = b"".join(b"%x\r\n%s\r\n" % (len(data), data) for _ in range(2)) + b"0\r\nTrailer: t\r\n\r\n"
        head += b"Transfer-Encoding: chunked\r\n\r\n"
    else:
        body = data
        head += b"Content-Length: %d\r\n\r\n" % len(data)
    sock = raw(server, head + body + b"GET /next HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer(sock)[::2] == (403, b"no")
    assert answer(sock)[::2] == (200, b"ok")
    sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        sock.recv(1)
    sock.close()


@pytest.mark.parametrize("size", [50_000, 400_000, 1_500_000])
def test_an_upload_refused_on_the_way_neither_hangs_nor_spoils_the_next_request(server, app, size):
    for chunk in (100, 40_000):
        body = b"".join(b"%x\r\n%s\r\n" % (chunk, b"G" * chunk) for _ in range(size // chunk)) + b"0\r\n\r\n"
        sock = raw(server, b"PUT /full HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            sock.sendall(body + b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer(sock)[::2] == (507, b"no")
        assert app.receivers[-1].discarded
        if size < 2**20:
            assert answer(sock)[::2] == (200, b"ok")
        else:
            assert not sock.recv(1)
        sock.close()


def test_a_large_refused_upload_is_answered_and_then_cut(server):
    sock = raw(server, b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + bytes(100_000))
    status, fields, _ = answer(sock)
    assert status == 403 and fields["connection"] == "close"
    sock.close()


def test_an_upload_is_invited_only_when_it_is_wanted(server):
    head = b" HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    refused = raw(server, b"PUT /x" + head)
    status, fields, _ = answer(refused)
    assert status == 403 and fields["connection"] == "close"
    refused.close()
    wanted = raw(server, b"PUT /echo" + head)
    assert answer(wanted)[0] == 100
    wanted.sendall(b"abc")
    assert answer(wanted)[::2] == (200, b"abc")
    wanted.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer(wanted)[0] == 200
    wanted.close()


def test_chunked_uploads_are_read_whole_and_free_their_thread(app):
    with running(app, threads=1) as server:
        connection = client(server)
        chunks = [bytes([i]) * size for i, size in enumerate((1, 70_000, 3, 200_000))]
        for _ in range(2):
            connection.request("PUT", "/echo", body=iter(chunks), encode_chunked=True)
            assert connection.getresponse().read() == b"".join(chunks)
        other = client(server)
        other.request("GET", "/")
        assert other.getresponse().read() == b"ok"
        connection.close()
        other.close()


@pytest.mark.parametrize("sent", [b"Content-Length: 10\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\na\r\nabc"])
def test_half_an_upload_is_not_taken_for_a_whole_one(server, app, sent):
    sock = raw(server, b"PUT /echo HTTP/1.1\r\nHost: x\r\n" + sent)
    sock.shutdown(socket.SHUT_WR)
    while sock.recv(4096):
        pass
    assert app.read == []
    sock.close()


def test_uploads_come_whole_over_tls(app, certificate):
    data = random.Random(3).randbytes(5_000_000)
    with running(app, certificate, threads=1) as server:
        for chunked in (False, True):
            connection = client(server, certificate)
            pieces = [data[start : start + 300_000] for start in range(0, len(data), 300_000)]
            connection.request("PUT", "/echo", body=iter(pieces) if chunked else data, encode_chunked=chunked)
            assert connection.getresponse().read() == data
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"ok"
            connection.close()


def test_half_a_handshake_holds_no_thread_and_ends(app, certificate, monkeypatch):
    monkeypatch.setitem(connections.SECONDS, connections.Phase.HANDSHAKE, 1.0)
    with running(app, certificate, threads=1) as server:
        half = [raw(server, b"\x16\x03\x01\x02\x00\x01") for _ in range(10)]
        connection = client(server, certificate)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"ok"
        connection.close()
        for sock in half:
            assert not sock.recv(1)
            sock.close()


@pytest.mark.parametrize("length", [b"-5", b"x", b"1e3"])
def test_a_length_that_is_none_is_400(server, length):
    sock = raw(server, b"PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n")
    assert answer(sock)[0] == 400
    sock.close()


def test_pieces_without_a_length_are_chunked(server):
    connection = client(server)
    for count in (0, 3, 2000):
        connection.request("GET", f"/pieces?{count}")
        assert connection.getresponse().read() == b"".join(b"piece %d " % i for i in range(count))
    connection.close()


def test_a_broken_application_is_500_and_the_server_lives(server, caplog):
    for _ in range(6):
        connection = client(server)
        connection.request("GET", "/fails")
        assert connection.getresponse().status == 500
        connection.close()
    assert "the application is broken" in caplog.text
    connection = client(server)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"ok"
    connection.close()


def test_http_on_the_https_port_is_told_so(app, certificate):
    with running(app, certificate) as server:
        sock = raw(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        status, _, body = answer(sock)
        assert status == 400 and b"https://" in body
        sock.close()
