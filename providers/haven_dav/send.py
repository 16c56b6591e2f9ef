"""GET and HEAD of a file: conditions, ranges, and the bytes of exactly the file that was opened.

Size, entity tag and date are taken from the open descriptor, never from the catalog: a file that was replaced since
the last walk is sent as it is now, and never with the old one's length.
"""

import errno
import os
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from haven_dav.ranges import reply_to
from haven_fs import sendfile
from haven_fs.catalog.spelling import etag
from haven_fs.library.beneath import open_file
from haven_fs.tree.files import File

BLOCK = 256 * 1024

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class NotThere(Exception):
    """The file cannot be opened now; `args` are the HTTP status and a sentence that says why."""


def open_original(file: File) -> BinaryIO:
    """Open an original for reading. Raises NotThere.

    A link that took its place since the walk, or that of a folder it is in, is not followed.
    """
    try:
        return os.fdopen(open_file(file.path), "rb", buffering=0)
    except OSError as error:
        if file.away:
            raise NotThere(503, file.away) from error
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise NotThere(403, "This path now leads out of the library, so Haven does not follow it.") from error
        if isinstance(error, PermissionError):
            raise NotThere(
                403, "Haven is not allowed to read this file. Give the user it runs as permission."
            ) from error
        raise NotThere(404, "This file is no longer on the disk.") from error


def send_file(environ: Environ, start_response: StartResponse, file: File) -> Iterator[bytes]:
    """Answer a GET or HEAD with an original. Raises NotThere before anything is sent."""
    opened = open_original(file)
    try:
        state = os.fstat(opened.fileno())
        tag = etag(state.st_size, state.st_mtime_ns)
        shown = state.st_mtime_ns if file.sent_ns is None else file.sent_ns
        yield from _send(environ, start_response, opened, state.st_size, shown, tag, file.mime)
    finally:
        # A server that sends the file itself closes it when that is done.
        if environ.get(sendfile.PART) is None:
            opened.close()


def send_bytes(environ: Environ, start_response: StartResponse, data: bytes, file: File) -> Iterator[bytes]:
    """Answer a GET or HEAD with bytes that are no file, such as a folder's note."""
    reply = reply_to(environ, len(data), file.mtime_ns, file.etag, file.mime)
    start_response(reply.status, reply.headers)
    yield from reply.body(lambda start, count: iter([data[start : start + count]]))


def send_rendition(
    environ: Environ, start_response: StartResponse, file: File, part: Callable[[int, int], Iterator[bytes]]
) -> Iterator[bytes]:
    """Answer a GET or HEAD with a rendition of an original, which is made only if its bytes are asked for.

    `part`: gives `count` bytes from `start`; it may raise before the first, and then nothing was sent.
    """
    reply = reply_to(environ, file.size, file.mtime_ns, file.etag, file.mime)
    blocks = reply.body(part)
    first = next(blocks)
    start_response(reply.status, reply.headers)
    yield first
    yield from blocks


def _send(
    environ: Environ, start_response: StartResponse, opened: BinaryIO, size: int, mtime_ns: int, tag: str, mime: str
) -> Iterator[bytes]:
    reply = reply_to(environ, size, mtime_ns, tag, mime)
    if len(reply.parts) == 1 and environ.get(sendfile.SUPPORTED):
        environ[sendfile.PART] = sendfile.SendFile(opened, *reply.parts[0])
        start_response(reply.status, reply.headers)
        yield b""
        return

    def part(start: int, count: int) -> Iterator[bytes]:
        opened.seek(start)
        while count and (block := opened.read(min(BLOCK, count))):
            count -= len(block)
            yield block

    start_response(reply.status, reply.headers)
    yield from reply.body(part)
