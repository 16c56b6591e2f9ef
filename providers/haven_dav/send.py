"""GET and HEAD of a file: conditions, ranges, and the bytes of exactly the file that was opened.

Size, entity tag and date are taken from the open descriptor, never from the catalog: a file that was replaced since
the last walk is sent as it is now, and never with the old one's length.
"""

import errno
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO

from haven_fs import sendfile
from haven_fs.catalog.spelling import etag, http_date
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
        tag = f'"{etag(state.st_size, state.st_mtime_ns)}"'
        shown = state.st_mtime_ns if file.sent_ns is None else file.sent_ns
        yield from _send(environ, start_response, opened, state.st_size, shown, tag, file.mime)
    finally:
        # A server that sends the file itself closes it when that is done.
        if environ.get(sendfile.PART) is None:
            opened.close()


def send_bytes(environ: Environ, start_response: StartResponse, data: bytes, file: File) -> Iterator[bytes]:
    """Answer a GET or HEAD with bytes that are no file, such as a folder's note."""
    tag = f'"{file.etag}"'
    status = _condition(environ, tag, file.mtime_ns // 1_000_000_000)
    headers = [("ETag", tag), ("Last-Modified", file.modified), ("Content-Type", file.mime)]
    length = 0 if status and status.startswith("412") else len(data)
    start_response(status or "200 OK", [*headers, ("Content-Length", str(length))])
    yield b"" if status or environ["REQUEST_METHOD"] == "HEAD" else data


def send_rendition(
    environ: Environ, start_response: StartResponse, file: File, part: Callable[[int, int], Iterator[bytes]]
) -> Iterator[bytes]:
    """Answer a GET or HEAD with a rendition of an original, which is made only if its bytes are asked for.

    `part`: gives `count` bytes from `start`; it may raise before the first, and then nothing was sent.
    """
    reply = _reply(environ, file.size, file.mtime_ns, f'"{file.etag}"', file.mime)
    if not reply.has_body:
        start_response(reply.status, reply.headers)
        yield b""
        return
    blocks = part(reply.start, reply.count)
    first = next(blocks)
    start_response(reply.status, reply.headers)
    yield first
    yield from blocks


def _send(
    environ: Environ, start_response: StartResponse, opened: BinaryIO, size: int, mtime_ns: int, tag: str, mime: str
) -> Iterator[bytes]:
    reply = _reply(environ, size, mtime_ns, tag, mime)
    if reply.has_body and environ.get(sendfile.SUPPORTED):
        environ[sendfile.PART] = sendfile.SendFile(opened, reply.start, reply.count)
    start_response(reply.status, reply.headers)
    if not reply.has_body or environ.get(sendfile.SUPPORTED):
        yield b""
        return
    count = reply.count
    opened.seek(reply.start)
    while count and (block := opened.read(min(BLOCK, count))):
        count -= len(block)
        yield block


@dataclass(frozen=True, slots=True)
class _Reply:
    """How a GET or HEAD of a file is answered, and with which part of it, if any is to be sent."""

    status: str
    headers: list[tuple[str, str]]
    start: int = 0
    count: int = 0
    has_body: bool = False


def _reply(environ: Environ, size: int, mtime_ns: int, tag: str, mime: str) -> _Reply:
    modified = http_date(mtime_ns)
    headers = [("ETag", tag), ("Last-Modified", modified), ("Accept-Ranges", "bytes")]
    status = _condition(environ, tag, mtime_ns // 1_000_000_000)
    if status:
        # A 304 has no body, and gives the length of the one it stands for (RFC 9110, 8.6).
        return _Reply(status, [*headers, ("Content-Length", str(size) if status.startswith("304") else "0")])
    start, count, status = 0, size, "200 OK"
    wanted = environ.get("HTTP_RANGE")
    if wanted and environ["REQUEST_METHOD"] == "GET" and _if_range(environ, tag, modified):
        part = parse_range(wanted, size)
        if part == "unsatisfiable":
            return _Reply(
                "416 Range Not Satisfiable", [*headers, ("Content-Range", f"bytes */{size}"), ("Content-Length", "0")]
            )
        if isinstance(part, tuple):
            start, count = part
            status = "206 Partial Content"
            headers.append(("Content-Range", f"bytes {start}-{start + count - 1}/{size}"))
    headers += [("Content-Type", mime), ("Content-Length", str(count))]
    # The content of a photo must not be taken for a page: an SVG or HTML named .jpg stays a download.
    headers.append(("X-Content-Type-Options", "nosniff"))
    return _Reply(status, headers, start, count, environ["REQUEST_METHOD"] != "HEAD" and count > 0)


def parse_range(header: str, size: int) -> tuple[int, int] | str | None:
    """Return the offset and count of the one range asked for; "unsatisfiable"; None to send the whole.

    Several ranges at once are answered with the whole, which HTTP allows and no client of photos minds.
    """
    match = re.fullmatch(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", header, re.ASCII | re.IGNORECASE)
    if match is None or match.groups() == ("", "") or len(header) > 100:
        return None
    first, last = match.groups()
    if not first:
        count = min(int(last), size)
        return (size - count, count) if count else "unsatisfiable"
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return (start, end - start + 1) if start < size else "unsatisfiable"


def _condition(environ: Environ, tag: str, modified: int) -> str | None:
    """Return the status that the request's conditions lead to, None to go on (RFC 9110, 13.2.2)."""
    match = environ.get("HTTP_IF_MATCH")
    since = _seconds(environ.get("HTTP_IF_UNMODIFIED_SINCE"))
    if (match is not None and not _tags(match, tag)) or (match is None and since is not None and modified > since):
        return "412 Precondition Failed"
    none_match = environ.get("HTTP_IF_NONE_MATCH")
    since = _seconds(environ.get("HTTP_IF_MODIFIED_SINCE"))
    if (none_match is not None and _tags(none_match, tag)) or (
        none_match is None and since is not None and modified <= since
    ):
        return "304 Not Modified"
    return None


def _if_range(environ: Environ, tag: str, modified: str) -> bool:
    condition = environ.get("HTTP_IF_RANGE")
    return condition is None or condition.strip() in (tag, modified)


def _tags(header: str, tag: str) -> bool:
    return header.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in header.split(","))


def _seconds(header: str | None) -> float | None:
    if header is None:
        return None
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
