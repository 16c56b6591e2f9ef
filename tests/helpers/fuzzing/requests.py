"""Requests as nobody honest sends them: every method, every header that is read, in and out of their grammar."""

import base64
import random
from collections.abc import Sequence
from urllib.parse import quote

from helpers.fuzzing.mutate import mutate
from helpers.fuzzing.protocol import XML_BODIES

METHODS = (
    "GET",
    "HEAD",
    "OPTIONS",
    "PROPFIND",
    "PROPPATCH",
    "PUT",
    "DELETE",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "POST",
    "SEARCH",
    "REPORT",
    "PATCH",
    "TRACE",
    "CONNECT",
    "BREW",
    "get",
    "G\tT",
)
PATHS = (
    "/",
    "/Timeline",
    "/Timeline/2023",
    "/People",
    "/People/Person 1",
    "/Places",
    "/Places/Paris",
    "/Albums",
    "/Albums/A",
    "/Albums/A/B",
    "/Search",
    '/Search/"dog on beach"',
    "/Search/=cat",
    "/Search/mine",
    "/Favorites",
    "/Recent",
    "/Inbox",
    "/Inbox/a.jpg",
    "/Inbox/f",
    "/Inbox/f/b.jpg",
    "/Inbox/._a.jpg",
    "/Inbox/x.part",
    "/Originals",
    "/Recently Removed",
    "/Review",
    "/Review/Changes",
    "/Review/Duplicates",
    "/Types/Videos",
    "/Small/Recent",
    "/TV/Recent",
    "/Memories",
    "/Places/Map.html",
    "/.haven/static/grid.js",
    "/.haven/grid/1-0.jpg",
    "/.haven/progress",
    "/.haven/change",
    "/desktop.ini",
    "/Albums/folder.jpg",
    "/../etc/passwd",
    "//etc/passwd",
    "/Originals/../../x",
    "/%00",
    "*",
)
_NAMES = (
    "a.jpg",
    "b.jpg",
    "New folder",
    "Straße",
    "e\u0301",
    "A" * 300,
    "con",
    "x.",
    " ",
    "\u202egpj.exe",
    '"q"',
    "..",
    "%2e%2e",
    "💥",
)
_QUERIES = (
    "",
    "",
    "",
    "?days",
    "?day=20240706",
    "?day=x-y",
    "?from=-1&count=1e9",
    "?page=999999999999",
    "?q=a&in=here",
    "?view",
    "?cover=1",
    "?%ff=%00",
)
_VALUES: dict[str, Sequence[str]] = {
    "Depth": ("0", "1", "infinity", "-1", "1,noroot", "\xff"),
    "Overwrite": ("T", "F", "x"),
    "Timeout": ("Second-1", "Infinite, Second-4100000000", "Second-99999999999999999999", "Second--1"),
    "If": ('(<urn:uuid:1> ["a"])', "<http://h/a> (Not <x>)", "(" * 3000, "<>"),
    "If-Match": ("*", '"a"', 'W/"b", "c,d"', '"'),
    "If-None-Match": ("*", '"a"', "a"),
    "If-Modified-Since": ("Mon, 01 Jan 2024 00:00:00 GMT", "Monday, 01-Jan-24 00:00:00 GMT", "99999999999999"),
    "If-Unmodified-Since": ("Mon, 01 Jan 2024 00:00:00 GMT", "Sun Jan  1 00:00:00 2040", "\x80"),
    "If-Range": ('"a"', "Mon, 01 Jan 2024 00:00:00 GMT"),
    "Range": ("bytes=0-0", "bytes=0-,1-,2-", "bytes=-9" * 400, "bytes=99999999999999999999-", "lines=1-2"),
    "Lock-Token": ("<opaquelocktoken:1>", "<>", "x"),
    "Content-Range": ("bytes 0-1/2",),
    "Content-Encoding": ("gzip", "x"),
    "Content-Type": ("image/jpeg", "application/xml; charset=utf-7", "text/html"),
    "Content-MD5": ("AAAAAAAAAAAAAAAAAAAAAA==", "x"),
    "Digest": ("sha-256=x", "md5=,,="),
    "Repr-Digest": ("sha-256=:AAAA:", "x=?", "sha-512=:" + "A" * 5000),
    "OC-Checksum": ("SHA1:x", "MD5:" + "0" * 32, ":"),
    "X-OC-Mtime": ("1e400", "-1", "1500000000.5", "nan"),
    "X-Expected-Entity-Length": ("5", "99999999999999999999"),
    "Expect": ("100-continue", "200-ok"),
    "Accept": ("text/html", "*/*", "image/avif,image/webp;q=0.9"),
    "Accept-Language": ("de", "x" * 500, "*;q=2"),
    "Accept-Encoding": ("gzip", "identity;q=0"),
    "Origin": ("null", "http://evil.example", "http://127.0.0.1"),
    "Sec-Fetch-Site": ("cross-site", "same-origin", "x"),
    "Sec-Fetch-Mode": ("navigate", "no-cors"),
    "Referer": ("http://127.0.0.1/photos/", "\x01"),
    "Cookie": ("a=b; " * 200,),
    "User-Agent": ("Microsoft-WebDAV-MiniRedir/10.0.19045", "WebDAVFS/3.0.0", "gvfs/1.50", ""),
    "X-Forwarded-For": ("1.2.3.4", "a, b, c", "[::1"),
    "Forwarded": ("for=1.2.3.4;host=x;proto=https", 'for="[::1', ";;="),
    "X-Forwarded-Host": ("evil.example",),
    "X-Forwarded-Prefix": ("/photos", "/../.."),
    "Translate": ("f",),
    "Upgrade": ("websocket", "h2c"),
    "Connection": ("close", "keep-alive", "upgrade, x"),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "chunked, chunked", "identity", "\x0bchunked"),
}
_LOGINS = (
    'Digest username="anna", realm="Haven FS", nonce="x", uri="//[x", response="'
    + "0" * 32
    + '", qop=auth, nc=00000001, cnonce="c"',
    'Digest username="',
    "Digest ,,,===",
    "Basic !!!",
    "Basic " + base64.b64encode(b"anna:\xff\xfe").decode(),
    "Bearer x",
    "Basic " + base64.b64encode(b"nobody").decode(),
    "Negotiate",
    "Basic",
    "Digest nonce=a, nonce=b, username*=UTF-8''%ff",
)
_BAD_LINES = (
    b"X : y",
    b"X\r: y",
    b": y",
    b" folded",
    b"Host: other",
    b"Content-Length: 3\r\nContent-Length: 4",
    b"Content-Length: +5",
    b"Content-Length: 0x10",
    b"X: \0",
    b"\xff\xfe: x",
    b"X: " + b"y" * 9000,
)


_ENDS = {"Transfer-Encoding", "Expect", "If", "Content-MD5", "Digest", "Repr-Digest", "Forwarded", "Upgrade"}
"""Headers whose bad values end most requests before anything else is looked at: a few of each are enough."""


def request(dice: random.Random, host: str, login: str | None, pictures: Sequence[bytes]) -> tuple[str, bytes]:
    """Return a request's method and its bytes; `login`: a right Authorization, which a part of them shows."""
    method = dice.choice(METHODS[:12]) if dice.random() < 0.85 else dice.choice(METHODS)
    lines = [
        f"{method} {_target(dice, host)} {dice.choice(('HTTP/1.1',) * 40 + ('HTTP/1.0', 'HTTP/2.0', 'x'))}".encode()
    ]
    lines.append(f"Host: {host}".encode())
    if login is not None and dice.random() < 0.97:
        lines.append(f"Authorization: {login}".encode())
    elif dice.random() < 0.5:
        lines.append(f"Authorization: {dice.choice(_LOGINS)}".encode())
    if method in ("COPY", "MOVE") or dice.random() < 0.02:
        lines.append(b"Destination: " + _destination(dice, host))
    for name in dice.sample(sorted(_VALUES), dice.choice((0, 0, 1, 1, 2, 3, 6))):
        if name in _ENDS and dice.random() < 0.9:
            continue
        value = dice.choice(_VALUES[name]).encode("latin-1")
        if dice.random() < 0.2:
            value = mutate(value, (), (), dice)[:9000].replace(b"\n", b"").replace(b"\r", b"")
        lines.append(name.encode() + b": " + value)
    if dice.random() < 0.03:
        lines.insert(dice.randrange(1, len(lines) + 1), dice.choice(_BAD_LINES))
    body = _body(dice, method, pictures)
    whole = _framed(dice, lines, body)
    return method, mutate(whole, (), (b"\r\n\r\n",), dice) if dice.random() < 0.05 else whole


def _target(dice: random.Random, host: str) -> str:
    path = dice.choice(PATHS)
    if dice.random() < 0.3:
        path = f"{path.rstrip('/')}/{dice.choice(_NAMES)}"
    if dice.random() < 0.1:
        path = mutate(path.encode(), (), (b"/", b"..", b"%2f", b"%"), dice)[:3000].decode("latin-1")
    spelled = (
        quote(path, safe="/%*")
        if dice.random() < 0.93
        else path.replace(" ", "%20").replace("\n", "").replace("\r", "")
    )
    if dice.random() < 0.03:
        spelled = dice.choice(
            (f"http://{host}{spelled}", f"//{host}{spelled}", f"http://other{spelled}", "*", "http://[", "")
        )
    return spelled.encode("utf-8", "replace").decode("latin-1") + dice.choice(_QUERIES)


def _destination(dice: random.Random, host: str) -> bytes:
    path = _target(dice, host)
    before = dice.choice(
        (f"http://{host}",) * 6
        + ("", f"https://{host}", f"http://u:p@{host}", f"http://{host}.", "http://other", "ftp://x", "http://[")
    )
    return f"{before}{path}".encode("latin-1", "replace")


def _body(dice: random.Random, method: str, pictures: Sequence[bytes]) -> bytes:
    if method == "PUT":
        return dice.choice((b"", b"x", *pictures, *pictures))
    if method in ("PROPFIND", "PROPPATCH", "LOCK") and dice.random() < 0.8:
        body = dice.choice(XML_BODIES)
        return mutate(body, XML_BODIES, (b"<a>" * 200,), dice) if dice.random() < 0.5 else body
    return dice.choice((b"",) * 8 + (b"x" * 100, b"DELETE /Albums HTTP/1.1\r\nHost: x\r\n\r\n", b"<" * 70000))


def _framed(dice: random.Random, lines: list[bytes], body: bytes) -> bytes:
    way = dice.random()
    if not body and way < 0.7:
        return b"\r\n".join(lines) + b"\r\n\r\n"
    if way < 0.8:
        return b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + b"\r\n\r\n" + body
    if way < 0.95:
        half = len(body) // 2
        chunks = (
            b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:]) if part) + b"0\r\n\r\n"
        )
        if dice.random() < 0.2:
            chunks = mutate(chunks, (), (b"\r\n", b"0\r\n\r\n", b"zz\r\n"), dice)
        return b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n" + chunks
    said = dice.choice((b"0", b"-1", b"5", b"99999999999999999999", b"%d" % (len(body) + 5), b""))
    return b"\r\n".join([*lines, b"Content-Length: " + said]) + b"\r\n\r\n" + body
