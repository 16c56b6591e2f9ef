"""GET and HEAD of a file: conditions, ranges, and the bytes of exactly the file that was opened.

Size, entity tag and date are taken from the open descriptor, never from the catalog: a file that was replaced since
the last walk is sent as it is now, and never with the old one's length.
"""

import errno
import os
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from haven_dav.ranges import Reply, reply_to
from haven_fs import sendfile
from haven_fs.catalog.spelling import etag
from haven_fs.library.beneath import open_file
from haven_fs.library.trouble import in_words, missing_disk
from haven_fs.tree.files import File
from haven_fs.tree.inside import is_inside

BLOCK = 256 * 1024
GONE = "This file is no longer on the disk."

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class NotThere(Exception):
    """The file cannot be opened now; `args` are the HTTP status and a sentence that says why."""


class Missing(NotThere):
    """The disk has no such file, or has it elsewhere by now."""


def open_original(file: File) -> BinaryIO:
    """Open an original for reading. Raises NotThere.

    A link that took its place since the walk, or that of a folder it is in, is not followed.
    """
    try:
        return os.fdopen(open_file(file.path), "rb", buffering=0)
    except OSError as error:
        raise _not_there(file, error) from error


def _not_there(file: File, error: OSError) -> NotThere:
    """Return what a client is told. Programs that sync delete what is 404, so it must be gone for certain."""
    if file.away:
        return NotThere(503, file.away)
    if error.errno in (errno.ELOOP, errno.ENXIO):
        return NotThere(403, "This path now leads out of the library, so Haven does not follow it.")
    if isinstance(error, PermissionError):
        return NotThere(403, "Haven is not allowed to read this file. Give the user it runs as permission.")
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        away = None if isinstance(error, IsADirectoryError) else missing_disk(file.path)
        return Missing(503, away) if away else Missing(404, GONE)
    return NotThere(503, in_words(error))


def send_file(environ: Environ, start_response: StartResponse, file: File, opened: BinaryIO) -> Iterator[bytes]:
    """Answer a GET or HEAD with an open original, or the film in it. Raises NotThere before anything is sent."""
    try:
        state = os.fstat(opened.fileno())
        tag, size = etag(state.st_size, state.st_mtime_ns), state.st_size
        if is_inside(file):
            if not file.etag.startswith(tag):
                raise NotThere(503, "This photo has just been changed, and Haven has yet to look for its film.")
            tag, size = file.etag, file.size
        shown = state.st_mtime_ns if file.sent_ns is None else file.sent_ns
        yield from _send(environ, start_response, opened, file, reply_to(environ, size, shown, tag, file.mime))
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
    environ: Environ, start_response: StartResponse, opened: BinaryIO, file: File, reply: Reply
) -> Iterator[bytes]:
    if reply.parts:
        try:  # a disk that fails is said so while it can be: with the first byte, all has been promised
            opened.seek(file.start + reply.parts[0][0])
            opened.read(1)
        except OSError as error:
            raise _not_there(file, error) from error
    if len(reply.parts) == 1 and environ.get(sendfile.SUPPORTED):
        environ[sendfile.PART] = sendfile.SendFile(opened, file.start + reply.parts[0][0], reply.parts[0][1])
        start_response(reply.status, reply.headers)
        yield b""
        return

    def part(start: int, count: int) -> Iterator[bytes]:
        opened.seek(file.start + start)
        while count and (block := opened.read(min(BLOCK, count))):
            count -= len(block)
            yield block

    start_response(reply.status, reply.headers)
    yield from reply.body(part)
