"""An application for tests of the server alone, a client for it, and bytes sent as they are."""

import contextlib
import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

from haven_fs.sendfile import SendFile
from haven_fs.server.http import Server, make_server
from haven_fs.server.tls import TlsFiles

BIG = 12 * 2**20


class Receiver:
    """Keeps what it gets."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        self.data, self.discarded = bytearray(), False
        self.refused: OSError | None = None

    def write(self, block) -> bool:
        self.data += block
        if self.most is not None and len(self.data) > self.most:
            try:
                raise OSError("the disk is full")
            except OSError as error:
                self.refused = error
            return False
        return True

    def discard(self) -> None:
        self.discarded = True


class App:
    """Files by sendfile, a big list, an echo, refusals that read nothing, and answers made piece by piece."""

    def __init__(self, big: Path) -> None:
        self.big = big
        self.opened: list[io.BufferedReader] = []
        self.read: list[int] = []
        self.receivers: list[Receiver] = []
        self.futures: list[Future] = []
        self.list = b"x" * (8 * 2**20)

    def waits(self, environ):
        """Give three parts, each when somebody says so."""
        for number in range(3):
            self.futures.append(Future())
            yield b"p%d " % number
            environ["haven.later"] = self.futures[number]
            yield b""

    def __call__(self, environ, start):
        method, path, body = environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["wsgi.input"]
        assert environ["haven.sendfile.supported"] is True
        if path == "/big":
            file = self.big.open("rb")
            self.opened.append(file)
            first, _, last = environ.get("HTTP_RANGE", "bytes=0-").removeprefix("bytes=").partition("-")
            offset, end = int(first), int(last or BIG - 1) + 1
            promised = int(environ.get("HTTP_X_PROMISE", end - offset))
            environ["haven.sendfile"] = SendFile(file, offset, promised)
            start("200 OK", [("Content-Length", str(promised))])
            return [b""]
        if path == "/list":
            start("207 Multi-Status", [("Content-Length", str(len(self.list)))])
            return [self.list]
        if path == "/pieces":
            start("200 OK", [])
            return (b"piece %d " % i for i in range(int(environ["QUERY_STRING"])))
        if path == "/waits":
            start("200 OK", [("Content-Length", "9")])
            return self.waits(environ)
        if path == "/endless":
            start("200 OK", [])
            return iter(lambda: self.list, None)
        if path == "/fails":
            raise RuntimeError("the application is broken")
        if path in ("/echo", "/full") and environ.get("haven.receiving.supported"):
            self.receivers.append(Receiver(100_000 if path == "/full" else None))
            environ["haven.receiving"] = self.receivers[-1]
            start("202 Accepted", [("Content-Length", "0")])
            return [b""]
        if path == "/full":
            start("507 Insufficient Storage", [("Content-Length", "2")])
            environ["haven.received"].discard()
            return [b"no"]
        if path == "/echo":
            received = environ.get("haven.received")
            data = bytes(received.data) if received is not None else body.read()
            self.read.append(len(data))
            start("200 OK", [("Content-Length", str(len(data)))])
            return [data]
        answer = b"no" if method == "PUT" else b"ok"
        start("403 Forbidden" if method == "PUT" else "200 OK", [("Content-Length", "2")])
        return [answer]


@contextlib.contextmanager
def running(app, tls: TlsFiles | None = None, threads: int = 4) -> Iterator[Server]:
    server = make_server(app, "127.0.0.1", 0, threads=threads, tls=tls)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()


def client(server: Server, tls: TlsFiles | None = None) -> http.client.HTTPConnection:
    if tls:
        trust = ssl.create_default_context(cafile=str(tls.cert))
        return http.client.HTTPSConnection("127.0.0.1", server.bind_addr[1], timeout=10, context=trust)
    return http.client.HTTPConnection("127.0.0.1", server.bind_addr[1], timeout=10)


def raw(server: Server, data: bytes, buffer: int | None = None) -> socket.socket:
    sock = socket.socket()
    if buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    sock.settimeout(10)
    sock.connect(server.bind_addr)
    sock.sendall(data)
    return sock


def answer(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read one answer with a Content-Length and no more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        assert byte, f"closed after {head!r}"
        head += byte
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = b""
    while left := int(fields.get("content-length", 0)) - len(body):
        data = sock.recv(min(65536, left))
        assert data, "closed in the middle"
        body += data
    return int(first.split()[1]), fields, body


def eventually(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()
