"""Handing a server part of a file to send, which the kernel can do without the bytes ever being in Python.

All that a provider and the server around it know of each other: a server that can do it says so in the environ of each
request, and an application then puts a SendFile there instead of yielding the bytes.
"""

from dataclasses import dataclass
from typing import BinaryIO

SUPPORTED = "haven.sendfile.supported"
"""Where a server says that it can."""
PART = "haven.sendfile"
"""Where an application puts a SendFile; it starts its response with the exact Content-Length and yields nothing."""


@dataclass(slots=True)
class SendFile:
    """`count` bytes of `file` from `offset`; the server closes the file."""

    file: BinaryIO
    offset: int
    count: int
