"""Reading requests without waiting: what a socket has is taken, and what is missing is asked for later.

Whoever holds a connection, a worker or the thread of server/connections.py, calls these; none of them blocks.
"""

import io
import selectors
import socket
import ssl
import threading
from typing import Any

from haven_fs.receiving import Receiver
from haven_fs.server.framing import Framing, Head, Malformed, find_end, parse

SMALL = 64 * 1024
"""Largest body, in bytes, that is read before the application is asked: of all methods but PUT."""
DRAIN = 2**20
"""Bytes of a refused body that are read and dropped to keep the connection."""
TURN = 4 * 2**20
"""Bytes that one upload may take from its socket before others have their turn."""
_READ = 64 * 1024
_BLOCK = 2**20
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)

_local = threading.local()


class Incoming:
    """What comes on one connection: the head of a request, then its body.

    Its methods raise ConnectionError if the client left, OSError if the socket failed, Malformed as
    haven_fs.server.framing has it.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.waits_for = selectors.EVENT_READ
        """What the socket must be ready for before more can be read."""
        self.closed = False
        self.data = bytearray()
        """What came and was not looked at yet."""
        self.begin()

    def begin(self) -> None:
        """Get ready for the next request."""
        self.head: Head | None = None
        self.framing = Framing(0)
        self.body: bytes | None = None
        """The body, where it is not the application that receives it and all of it is there."""
        self.wants_body = False
        """Whether a body is to be read before the application is asked."""
        self._small = bytearray()
        self._looked_at = 0
        self._to_drop = DRAIN

    @property
    def has_begun(self) -> bool:
        """Whether part of a request is there."""
        return self.head is not None or bool(self.data)

    def is_there(self) -> bool:
        """Return whether what came is enough to ask the application."""
        if self.head is None and not self._find_head():
            return False
        if not self.wants_body:
            return True
        for part in self.framing.take(self.data):
            self._small += part
            if len(self._small) > SMALL:
                raise _TOO_LONG
        if not self.framing.finished:
            return False
        self.body, self.wants_body = bytes(self._small), False
        return True

    def want_body(self) -> None:
        """Have the body read before the application is asked again. Raises Malformed if it is too long for that."""
        if self.framing.left > SMALL:
            raise _TOO_LONG
        self.wants_body = True

    def _find_head(self) -> bool:
        if not self._looked_at:
            while self.data[:2] == b"\r\n":  # some clients end a body with one too many (RFC 9112, 2.2)
                del self.data[:2]
        end = find_end(self.data, self._looked_at)
        self._looked_at = len(self.data)
        if not end:
            return False
        self.head = parse(bytes(self.data[:end]))
        del self.data[:end]
        self.framing = Framing(self.head.length)
        if self.framing.finished:
            self.body = b""
        elif self.head.method != b"PUT" and not self.head.invites:
            self.want_body()
        return True

    def stream(self) -> io.IOBase:
        """Return the body as a WSGI application wants it."""
        return Unread() if self.body is None else io.BytesIO(self.body)

    def fill(self, most: int = _READ) -> bool:
        """Take what the socket has; return whether that was anything."""
        try:
            came = self._socket.recv(most)
        except _NOT_NOW as error:
            self._note(error)
            return False
        if not came:
            raise ConnectionResetError("the client left")
        self.data += came
        return True

    def feed(self, receiver: Receiver, is_wanted: Any) -> tuple[bool, int]:
        """Give a receiver what has come of the body; return whether it is to get no more, and how many bytes it got.

        `is_wanted`: says whether the thread has other things to do, after a good deal of bytes.
        """
        framing, got, turn = self.framing, 0, TURN
        while not framing.finished:
            if self.data:
                for part in framing.take(self.data):
                    got += len(part)
                    if not receiver.write(part):
                        return True, got
                if framing.finished:
                    break
            if got >= turn:
                if is_wanted():
                    return False, got
                turn = got + TURN
            if not framing.left or self.data:
                if not self.fill():
                    return False, got
                continue
            block = _block()
            try:
                count = self._socket.recv_into(block[: framing.left] if framing.left < _BLOCK else block)
            except _NOT_NOW as error:
                self._note(error)
                return False, got
            if not count:
                raise ConnectionResetError("the client left in the middle of an upload")
            framing.took(count)
            got += count
            if not receiver.write(block[:count]):
                return True, got
        return True, got

    def drop(self) -> bool:
        """Drop what has come of the body; return whether all of it has. Raises Malformed if it is too long to drop."""
        if self._to_drop < 0 or self.framing.left > self._to_drop:
            raise _TOO_LONG
        for part in self.framing.take(self.data):
            self._to_drop -= len(part)
        return self.framing.finished

    def can_drop(self) -> bool:
        """Return whether the rest of the body is, as far as anybody knows, short enough to be dropped."""
        return self.framing.left <= self._to_drop

    def _note(self, error: BaseException) -> None:
        self.waits_for = selectors.EVENT_WRITE if isinstance(error, ssl.SSLWantWriteError) else selectors.EVENT_READ


_TOO_LONG = Malformed(f"The request is larger than {SMALL} bytes.", 413)


def _block() -> memoryview:
    """Return the memory that this thread reads into: one for each thread, however many connections there are."""
    block: memoryview | None = getattr(_local, "block", None)
    if block is None:
        block = _local.block = memoryview(bytearray(_BLOCK))
    return block


class BodyWanted(BaseException):
    """Ends an application that begins to read a body which has yet to come; it is asked again when that is there."""


class Unread(io.RawIOBase):
    """Stands for a body that the client has not been asked to send, or that is for a Receiver.

    An application that reads it has changed nothing so far, see haven_fs.receiving.
    """

    def readable(self) -> bool:
        """Return True: it is a stream to read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Raise BodyWanted."""
        raise BodyWanted

    def read(self, size: int = -1) -> bytes:
        """Raise BodyWanted."""
        raise BodyWanted
