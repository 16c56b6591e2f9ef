"""The body of a request as a stream that ends where the body ends.

cheroot's own readers load a whole chunk, or a whole unread body, into memory, leave the trailer of a chunked body
on the connection and take a client that left for the end of the body. These do not.
"""

import io
from collections.abc import Callable
from typing import Any

LINE = 4096
"""Longest line of chunked framing that is accepted, in bytes."""
TRAILERS = 100
"""Most lines after the last chunk."""


class Body(io.RawIOBase):
    """A request's body, of `length` bytes or in chunks if that is None, from a connection's buffered reader.

    `invite` is called once, before the first read, for a client that waits to be told. Reading raises
    ConnectionError if the client leaves in the middle and ValueError if its framing is wrong.
    """

    def __init__(self, source: Any, length: int | None, invite: Callable[[], None] | None) -> None:
        super().__init__()
        self._source = source
        self._chunked = length is None
        self._left = length or 0  # bytes of the body, or of the current chunk
        self._invite = invite
        self._between_chunks = False
        self._misframed = False
        self.finished = length == 0

    @property
    def uninvited(self) -> bool:
        """Whether the client still waits to be told that it may send."""
        return self._invite is not None

    def readable(self) -> bool:
        """Return True: it is a stream to read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` as far as the body goes; 0 at its end."""
        if self._invite is not None and not self.finished:
            invite, self._invite = self._invite, None
            invite()
        if self._chunked and not self._left and not self.finished:
            try:
                self._next_chunk()
            except ValueError:
                self._misframed = True
                raise
        if self.finished:
            return 0
        data = self._source.read(min(len(buffer), self._left))
        if not data:
            raise ConnectionResetError("the client left before the end of its request")
        buffer[: len(data)] = data
        self._left -= len(data)
        if not self._left:
            if self._chunked:
                self._between_chunks = True
            else:
                self.finished = True
        return len(data)

    def drain(self, limit: int) -> bool:
        """Read and drop what is left, if it is at most `limit` bytes; return whether the body is at its end."""
        if self._misframed or (not self._chunked and self._left > limit):
            return False
        block = bytearray(65536)
        try:
            while limit > 0 and not self.finished:
                limit -= self.readinto(block)
        except (OSError, ValueError):
            return False
        return self.finished

    def _next_chunk(self) -> None:
        if self._between_chunks and self._line():
            raise ValueError("A chunk is longer than it said.")
        size = self._line().split(b";", 1)[0].strip()
        if not size or size.strip(b"0123456789abcdefABCDEF"):
            raise ValueError("A chunk has no size.")
        self._left = int(size, 16)
        if not self._left:
            for _ in range(TRAILERS):
                if not self._line():
                    self.finished = True
                    return
            raise ValueError("A chunked request has too many trailers.")

    def _line(self) -> bytes:
        line: bytes = self._source.readline(LINE)
        if not line:
            raise ConnectionResetError("the client left before the end of its request")
        if not line.endswith(b"\r\n"):
            raise ValueError("A line of a chunked request has no end.")
        return line[:-2]


def open_body(source: Any, length: int | None, invite: Callable[[], None] | None) -> tuple[io.BufferedReader, Body]:
    """Return a body as a WSGI application wants it, and the Body behind it."""
    body = Body(source, length, invite)
    return io.BufferedReader(body, 65536), body
