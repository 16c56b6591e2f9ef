"""Receiving a file that a client sends, such as a film over a slow line, without holding a thread all the while.

All that a provider and the server around it know of each other: a server that can do it says so in the environ of each
PUT. It asks the application as soon as the head is there. One that refuses answers, and no body is read. One that takes
the file puts a Receiver there and answers anything. The server drops that answer, gives the receiver the body as it
arrives, from whichever thread is free but from one at a time, and asks the application again when all of it has come.
If the client leaves, stalls, or sends what is not HTTP, the receiver is discarded.

An application that reads "wsgi.input" instead is asked again when a body of at most 64 KiB is there, and must have
changed nothing before. In other servers it reads all of it there.
"""

from collections.abc import Mapping
from typing import Any, Protocol

SUPPORTED = "haven.receiving.supported"
"""Where a server says that it can."""
RECEIVER = "haven.receiving"
"""Where an application puts its Receiver."""
RECEIVED = "haven.received"
"""Where the application finds it when it is asked again: it has all of the body, or as much of it as it wanted."""
KEPT = "haven.kept"
"""A dict that lives as long as one request, however often the application is asked about it."""


def declared_length(environ: Mapping[str, Any]) -> int | None:
    """Return the bytes of a request's body by what its head says; None if it comes in chunks. Raises ValueError."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not length:
        return None if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() else 0
    if not (length.isascii() and length.isdigit()):
        raise ValueError("Content-Length is not a number.")
    return int(length)


class Receiver(Protocol):
    """Takes the body of one request."""

    def write(self, block: bytes | memoryview) -> bool:
        """Take the next block, which is the server's again afterwards; return whether more is wanted."""

    def discard(self) -> None:
        """Forget what came, since the rest will not; nothing happens if all of it was taken. May be called twice."""
