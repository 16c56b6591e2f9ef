"""Where a request begins and ends on a connection, by RFC 9112 to the letter.

A server and a proxy before it that see two different requests in the same bytes can be played off against each other,
so what can be read in two ways is refused: the connection ends, and nothing after it is looked at.

cheroot 11.1 reads requests more generously, which is why Haven gives it finished ones. Reported in its words: it

- takes the last of several Content-Length fields (RFC 9112, 6.3: unless all are equal, the message is invalid). `PUT`
  with `Content-Length: 60` and `Content-Length: 5` leaves 55 bytes of body, which are run as the next request;
- prefers Transfer-Encoding to a Content-Length beside it and keeps the connection open (6.1: it must be closed), and
  in HTTP/1.0 ignores Transfer-Encoding, so that the chunks of the body are run as requests;
- takes `Host : a` for the field `Host` (5.1: space before the colon must be refused with 400), joins folded lines
  instead of refusing them (5.2), and takes several or no Host fields in HTTP/1.1 (3.2: 400);
- takes `Content_Length: 5` for Content-Length, since both are CONTENT_LENGTH in a WSGI environ, unless another header
  reader is set;
- knows only `close` and `Keep-Alive` in Connection, in that case and alone (RFC 9110, 7.6.1: a list of tokens, in any
  case);
- answers a malformed chunk with a traceback in its log and 500 (7.1: it is the client's error, 400), and reads a whole
  chunk, however large, into memory;
- refuses `GET http://host/path` (3.2.2: servers must accept the absolute form) and takes `//path` for a host;
- reads heads and bodies in worker threads with a time limit for each read, so that as many clients as there are threads
  shut all others out with a byte every few seconds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

LONGEST_TARGET = 8 * 1024
LONGEST_LINE = 20 * 1024
"""Of a field; the If header of a program with many locks is the longest."""
LONGEST_HEAD = 32 * 1024
MOST_FIELDS = 100
LONGEST_CHUNK_LINE = 1024
"""Of what frames chunks, in bytes."""
MOST_TRAILERS = 50

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(%s) ([!-~\x80-\xff]+) HTTP/([0-9])\.([0-9])" % _TOKEN)
_FIELD = re.compile(rb"(%s):[ \t]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)[ \t]*" % _TOKEN)
_LENGTH = re.compile(rb"[0-9]{1,19}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t -~\x80-\xff]*)?")
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.%A-Za-z0-9~_-]+\]|[A-Za-z0-9._~!$&'()*+,;=%\x80-\xff-]*)(?::[0-9]{0,5})?")
_ABSOLUTE = re.compile(rb"(https?)://(?:[^/?#@]*@)?([^/?#@]*)([/?].*)?", re.IGNORECASE)
_AUTHORITY = re.compile(rb"(?:\[[^\]/?#]+\]|[^:/?#@]+):[0-9]{1,5}")
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)(?!\Z)")

_SINGLE = frozenset(
    (b"authorization content-length content-md5 content-range content-type depth destination host if if-modified-since"
     b" if-range if-unmodified-since lock-token oc-checksum overwrite range timeout transfer-encoding x-oc-mtime"
     b" x-expected-entity-length").split()
)  # fmt: skip
"""Fields that mean nothing if there are two of them, so that one program may see the first and another the last."""


class Malformed(Exception):
    """What a client sent is no request; `status` such as 400. The connection must end."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request. `target` as it was sent; `path` decoded and `query` as in a WSGI environ, but bytes.

    `fields`: by lower-case name, those of one name in one value. `length`: bytes of the body, None if it is chunked.
    `invites`: the client waits to be told that it may send the body. `closes`: it wants the connection to end.
    """

    method: bytes
    target: bytes
    path: bytes
    query: bytes
    version: tuple[int, int]
    fields: dict[bytes, bytes]
    length: int | None
    invites: bool
    closes: bool


def find_end(data: bytearray, looked_at: int = 0) -> int:
    """Return where the head at the beginning of `data` ends, 0 if its end is still to come.

    `looked_at`: how many bytes were there the last time. Raises Malformed of what will never be a head.
    """
    start = max(0, looked_at - 3)
    found = data.find(b"\r\n\r\n", start)
    end = found + 4 if found >= 0 else 0
    if _BARE.search(data, max(0, looked_at - 1), end or len(data)):
        raise Malformed("Lines of a request must end with CR and LF.")
    if (end or len(data)) > LONGEST_TARGET and data.find(b"\r\n", 0, LONGEST_TARGET + 64) < 0:
        raise Malformed("The address is too long.", 414)
    if (end or len(data)) > LONGEST_HEAD:
        raise Malformed("The request has too many headers.", 431)
    return end


def parse(data: bytes) -> Head:
    """Return the head in `data`, which ends with an empty line. Raises Malformed."""
    first, *lines = data[:-4].split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(first)
    if match is None:
        raise Malformed("The first line of the request is malformed.")
    method, target, version = match[1], match[2], (int(match[3]), int(match[4]))
    if version[0] != 1:
        raise Malformed("Only HTTP/1.0 and HTTP/1.1 are understood here.", 505)
    if method != method.upper():
        raise Malformed("Methods are written in capitals.")
    fields = _fields(lines)
    path, query, authority = _split(method, target)
    _check_host(fields, version)
    if authority is not None:
        if not _HOST.fullmatch(authority):
            raise Malformed("The host in the address is none.")
        fields[b"host"] = authority  # RFC 9112, 3.2.2: it counts, and not the Host that was sent
    connection = {token.strip().lower() for token in fields.get(b"connection", b"").split(b",")}
    return Head(
        method,
        target,
        path,
        query,
        min(version, (1, 1)),
        fields,
        _length(fields, version),
        _invites(fields, version),
        b"close" in connection or (version < (1, 1) and b"keep-alive" not in connection),
    )


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    if len(lines) > MOST_FIELDS:
        raise Malformed("The request has too many headers.", 431)
    fields: dict[bytes, bytes] = {}
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise Malformed("A header is too long.", 431)
        match = _FIELD.fullmatch(line)
        if match is None:
            raise Malformed(_why(line))
        name, value = match[1].lower(), match[2]
        if b"_" in name:
            continue  # in a WSGI environ it would be taken for the one with a hyphen, whatever a proxy had checked
        if name in fields:
            if name in _SINGLE:
                raise Malformed(f"There are two headers of the name {name.decode().title()}.")
            fields[name] += (b"; " if name == b"cookie" else b", ") + value
        else:
            fields[name] = value
    return fields


def _why(line: bytes) -> str:
    """Return what is wrong with the line of a field."""
    if line[:1] in (b" ", b"\t"):
        return "A header goes on in a second line."
    name, colon, _ = line.partition(b":")
    if not colon:
        return "A line among the headers has no colon."
    if name.rstrip(b" \t") != name:
        return "A header has a space before its colon."
    if not re.fullmatch(_TOKEN, name):
        return "The name of a header has letters that no name may have."
    return "A header has control characters in it."


def _check_host(fields: dict[bytes, bytes], version: tuple[int, int]) -> None:
    host = fields.get(b"host")
    if host is None and version >= (1, 1):
        raise Malformed("The Host header is missing.")
    if host is not None and not _HOST.fullmatch(host):
        raise Malformed("The Host header is none.")


def _length(fields: dict[bytes, bytes], version: tuple[int, int]) -> int | None:
    coding, length = fields.get(b"transfer-encoding"), fields.get(b"content-length")
    if length is not None and not _LENGTH.fullmatch(length):
        raise Malformed("Content-Length must be a number.")
    if coding is None:
        return int(length) if length is not None else 0
    if length is not None:
        raise Malformed("A request has either Content-Length or Transfer-Encoding.")
    if version < (1, 1):
        raise Malformed("HTTP/1.0 knows no Transfer-Encoding.")
    if coding.lower() != b"chunked":
        raise Malformed("The only Transfer-Encoding understood here is chunked.", 501)
    return None


def _invites(fields: dict[bytes, bytes], version: tuple[int, int]) -> bool:
    expects = fields.get(b"expect")
    if expects is None or version < (1, 1):
        return False
    if expects.lower() != b"100-continue":
        raise Malformed("The only Expect understood here is 100-continue.", 417)
    return True


def _split(method: bytes, target: bytes) -> tuple[bytes, bytes, bytes | None]:
    """Return the path, the query and, if it is given, the authority of a request's target (RFC 9112, 3.2)."""
    authority = None
    if method == b"CONNECT":
        if not _AUTHORITY.fullmatch(target):
            raise Malformed("The address is malformed.")
        return b"/", b"", None
    if target == b"*" and method == b"OPTIONS":
        return b"/", b"", None
    if not target.startswith(b"/"):
        match = _ABSOLUTE.fullmatch(target)
        if match is None or not match[2]:
            raise Malformed("The address must begin with a slash.")
        authority, target = match[2], match[3] or b"/"
        if target.startswith(b"?"):
            target = b"/" + target
    if b"#" in target:
        raise Malformed("The address has a # in it, which must be written %23.")
    path, _, query = target.partition(b"?")
    # An escaped slash stays escaped: it is part of a name and parts no names.
    return b"%2F".join(unquote_to_bytes(part) for part in re.split(rb"(?i:%2f)", path)), query, authority


class Framing:
    """Finds the body of one request in what comes on its connection: `length` bytes, or chunks if that is None."""

    def __init__(self, length: int | None) -> None:
        self._chunked = length is None
        self.left = length or 0
        """Bytes of the body, or of the chunk, that come next."""
        self.finished = length == 0
        """Whether all of the body has come."""
        self._after_chunk = self._in_trailers = False
        self._trailers = 0

    def take(self, data: bytearray) -> Iterator[bytes]:
        """Give the parts of the body in `data`; what is left there then belongs to the next request, or is too short.

        Raises Malformed.
        """
        position = 0
        try:
            while not self.finished:
                if self.left:
                    if position == len(data):
                        break
                    # A copy: a view that somebody keeps would forbid that `data` ever grows again.
                    part = bytes(data[position : position + self.left])
                    position += len(part)
                    self.took(len(part))
                    yield part
                elif (length := self._line(data, position)) is not None:
                    position += length
                else:
                    break
        finally:
            del data[:position]

    def took(self, count: int) -> None:
        """Note that `count` of the `left` bytes were taken."""
        self.left -= count
        if not self.left:
            self._after_chunk, self.finished = self._chunked, not self._chunked

    def _line(self, data: bytearray, start: int) -> int | None:
        """Go on by a line of what frames chunks; return its length, None if its end is still to come."""
        if self._after_chunk:
            end = data[start : start + 2]
            if end and end != b"\r\n"[: len(end)]:
                raise Malformed("A chunk is longer than it said.")
            if len(end) < 2:
                return None
            self._after_chunk = False
            return 2
        found = data.find(b"\r\n", start, start + LONGEST_CHUNK_LINE)
        if _BARE.search(data, start, found + 2 if found >= 0 else min(len(data), start + LONGEST_CHUNK_LINE)):
            raise Malformed("Lines of a chunked request must end with CR and LF.")
        if found < 0:
            if len(data) - start >= LONGEST_CHUNK_LINE:
                raise Malformed("A line of a chunked request is too long.")
            self._check_begun(data, start)
            return None
        line = bytes(data[start:found])
        if self._in_trailers:
            self._trailer(line)
        else:
            match = _CHUNK.fullmatch(line)
            if match is None:
                raise Malformed("A chunk has no size.")
            self.left = int(match[1], 16)
            self._in_trailers = not self.left
        return found + 2 - start

    def _check_begun(self, data: bytearray, start: int) -> None:
        """Raise Malformed if a line that has begun can be no chunk's, so that nobody has to wait for its end."""
        if not self._in_trailers and len(data) > start and not re.match(rb"[0-9A-Fa-f]", data[start : start + 1]):
            raise Malformed("A chunk has no size.")

    def _trailer(self, line: bytes) -> None:
        if not line:
            self.finished = True
            return
        self._trailers += 1
        if self._trailers > MOST_TRAILERS:
            raise Malformed("A chunked request has too many trailers.")
        if not _FIELD.fullmatch(line):
            raise Malformed(_why(line))
