"""Which bytes answer a GET: conditions, one range, several, or the whole (RFC 9110, 13 and 14).

Several ranges are sent as multipart/byteranges, in the order asked for, if they are at most MOST_RANGES and do not
overlap. Otherwise the whole is sent, which HTTP allows: many small or overlapping ranges are how a server is made to
send more than it has.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from haven_fs.catalog.spelling import http_date
from haven_fs.phrase import status_line
from haven_fs.preconditions import State, failed, range_holds

MOST_RANGES = 16
_LONGEST = 100 * MOST_RANGES
_LONGEST_NUMBER = 18
Span = tuple[int, int]
"""The offset and count of some bytes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a GET or HEAD of a file is answered, and with which parts of it, if any are to be sent.

    `heads`: what comes before each part where there are several; `tail`: what comes after the last.
    """

    status: str
    headers: list[tuple[str, str]]
    parts: tuple[Span, ...] = ()
    heads: tuple[bytes, ...] = ()
    tail: bytes = b""

    def body(self, part: Callable[[int, int], Iterator[bytes]]) -> Iterator[bytes]:
        """Yield the body, at least one block of it. `part`: gives `count` bytes from `start`."""
        if not self.parts:
            yield b""
        for number, span in enumerate(self.parts):
            blocks = part(*span)
            first = next(blocks, b"")  # it may raise, and then nothing of the answer is out
            if self.heads:
                yield self.heads[number]
            yield first
            yield from blocks
        if self.tail:
            yield self.tail


def reply_to(environ: Mapping[str, Any], size: int, mtime_ns: int, tag: str, mime: str) -> Reply:
    """Return how a GET or HEAD of `size` bytes is answered. `tag`: their entity tag without quotes."""
    state = State(tag, mtime_ns // 1_000_000_000)
    headers = [("ETag", f'"{tag}"'), ("Last-Modified", http_date(mtime_ns)), ("Accept-Ranges", "bytes")]
    code = failed(environ, state)
    if code == 304:
        # It has no body, and gives the length of the one it stands for (RFC 9110, 8.6).
        return Reply("304 Not Modified", [*headers, ("Content-Length", str(size))])
    if code is not None:
        sentence = "The file has been replaced in the meantime."
        return Reply(status_line(code, sentence), [*headers, ("Content-Length", "0")])
    # The content of a photo must not be taken for a page: an SVG or HTML named .jpg stays a download.
    safe = ("X-Content-Type-Options", "nosniff")
    is_get = environ["REQUEST_METHOD"] == "GET"
    wanted = environ.get("HTTP_RANGE")
    spans = parse_ranges(wanted, size) if wanted and is_get and range_holds(environ, state) else None
    if spans is not None and not spans:
        return Reply(
            "416 Range Not Satisfiable", [*headers, ("Content-Range", f"bytes */{size}"), ("Content-Length", "0")]
        )
    if spans is None:
        parts = ((0, size),) if is_get and size else ()
        return Reply("200 OK", [*headers, ("Content-Type", mime), ("Content-Length", str(size)), safe], parts)
    if len(spans) == 1:
        (start, count) = spans[0]
        headers += [("Content-Range", _range(start, count, size)), ("Content-Type", mime)]
        return Reply("206 Partial Content", [*headers, ("Content-Length", str(count)), safe], tuple(spans))
    boundary = f"haven-{secrets.token_hex(12)}"
    heads = tuple(
        f"\r\n--{boundary}\r\nContent-Type: {mime}\r\nContent-Range: {_range(*span, size)}\r\n\r\n".encode()
        for span in spans
    )
    tail = f"\r\n--{boundary}--\r\n".encode()
    length = sum(map(len, heads)) + sum(count for _, count in spans) + len(tail)
    headers += [("Content-Type", f"multipart/byteranges; boundary={boundary}"), ("Content-Length", str(length)), safe]
    return Reply("206 Partial Content", headers, tuple(spans), heads, tail)


def _range(start: int, count: int, size: int) -> str:
    return f"bytes {start}-{start + count - 1}/{size}"


def parse_ranges(header: str, size: int) -> list[Span] | None:
    """Return the ranges asked for, none if there are no such bytes; None if the whole is to be sent."""
    unit, equals, ranges = header.partition("=")
    if unit.strip().lower() != "bytes" or not equals or len(header) > _LONGEST:
        return None
    asked = [part.strip() for part in ranges.split(",")]
    asked = [part for part in asked if part]
    if not asked or len(asked) > MOST_RANGES:
        return None
    spans = []
    for part in asked:
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if not dash or not (first or last) or not _is_number(first) or not _is_number(last):
            return None
        if not first:
            count = min(int(last), size)
            span = (size - count, count)
        else:
            start, end = int(first), min(int(last), size - 1) if last else size - 1
            if last and int(last) < start:
                return None
            span = (start, end - start + 1)
        if span[1] > 0 and span[0] < size:
            spans.append(span)
    if any(start + count > after for (start, count), (after, _) in pairwise(sorted(spans))):
        return None
    return spans


def _is_number(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER)
