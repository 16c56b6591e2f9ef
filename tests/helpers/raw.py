"""A drive in this process on a free port, and sockets that say exactly what a test wants them to."""

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haven_dav import HavenProvider
from haven_fs.server.app import make_app
from haven_fs.server.http import Server, make_server
from haven_fs.server.users import Users
from helpers.home import Home

SIGNED_IN = b"Authorization: Basic %s\r\n" % base64.b64encode(b"anna:a long secret")
"""What signs in where there is a password."""


class Drive:
    """A served home with an inbox: its address, and the line of a head that signs in, if that is needed."""

    def __init__(self, server: Server, home: Home, inbox: Path, signs_in: bytes) -> None:
        self.server, self.home, self.inbox, self.signs_in = server, home, inbox, signs_in
        self.address: tuple[str, int] = server.bind_addr

    def connect(self, timeout: float = 10.0) -> socket.socket:
        """Return a new connection."""
        return socket.create_connection(self.address, timeout=timeout)

    def say(self, data: bytes, timeout: float = 10.0) -> bytes:
        """Send something and return all that is answered until the server ends the connection."""
        with self.connect(timeout) as sock:
            sock.sendall(data)
            return until_end(sock)

    def ask(self, method: str, path: str, *headers: str, body: bytes | None = None, signed: bool = True) -> bytes:
        """Send one request as it should be, and return its answer, head and all."""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        head = "".join(f"{line}\r\n" for line in lines).encode()
        return self.say(head + (self.signs_in if signed else b"") + b"\r\n" + (body or b""))


def until_end(sock: socket.socket) -> bytes:
    """Return what comes until the connection ends; TimeoutError if it does not."""
    said = b""
    try:
        while block := sock.recv(65536):
            said += block
    except ConnectionResetError:
        pass
    return said


def status(said: bytes) -> int:
    """Return the status of an answer, 0 if there is none."""
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.") else 0


def eventually(true, seconds: float = 10.0) -> bool:
    """Return whether something becomes true."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def drive(folder: Path, *, password: bool = False, threads: int = 4) -> Iterator[Drive]:
    """Serve a home with an inbox, an album and a photo; `password`: anna's is "a long secret"."""
    users = Users(folder / "users.json") if password else None
    if users is not None:
        users.add("anna", "a long secret")
    with Home(folder) as home:
        inbox = home.add_inbox()
        home.add("a.jpg")
        home.index()
        home.make("/Albums/kept")
        app = make_app(HavenProvider(home.tree()), users, allow_basic=True)
        server = make_server(app, "127.0.0.1", 0, threads=threads)
        server.prepare()
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield Drive(server, home, inbox, SIGNED_IN if password else b"")
        finally:
            server.stop()
            thread.join(10)
            assert not thread.is_alive()
