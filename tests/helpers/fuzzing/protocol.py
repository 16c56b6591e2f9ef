"""Parsers of what clients send: XML bodies, conditions, ranges, framing, dates."""

from xml.etree.ElementTree import Element, fromstring

from haven_dav.conditions import parse_if
from haven_dav.deadprops import _changes
from haven_dav.locking import LONGEST_OWNER, _lockinfo, seconds_of
from haven_dav.propfind import depth_of, parse
from haven_dav.proppatch import time_of
from haven_dav.ranges import MOST_RANGES, parse_ranges
from haven_dav.xmlbody import BadRequest
from haven_fs.catalog.locks import LONGEST_SECONDS
from haven_fs.errors import Malformed
from haven_fs.preconditions import State, failed, parse_date, range_holds
from haven_fs.server import framing
from helpers.fuzzing.target import Target

_PROPFIND = (
    b'<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><x:y xmlns:x="urn:x"/>'
    b"</D:prop></D:propfind>",
    b'<propfind xmlns="DAV:"><allprop/><include><supportedlock/></include></propfind>',
    b'<propfind xmlns="DAV:"><propname/></propfind>',
)
_PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop><Z:Win32LastModifiedTime>'
    b"Mon, 01 Jan 1998 10:00:00 GMT</Z:Win32LastModifiedTime></D:prop></D:set><D:remove><D:prop><q:a xmlns:q='urn:q'"
    b" xml:lang='de'>t<b/></q:a></D:prop></D:remove></D:propertyupdate>",
)
_LOCK = (
    b'<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/>'
    b"</D:locktype><D:owner><D:href>me</D:href></D:owner></D:lockinfo>",
)
XML_BODIES = (*_PROPFIND, *_PROPPATCH, *_LOCK)
_XML_WORDS = (
    b"<D:prop>",
    b"</D:prop>",
    b"xmlns:D='DAV:'",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"<a:b>",
    b"<a>" * 50,
    b"xmlns:a=''",
    b"<![CDATA[",
    b"encoding='utf-16'",
    b"<?pi?>",
    b"xml:lang=''",
)
_IF = (b'(<urn:uuid:1> ["a"])', b"<http://h/a> (Not <x>) (<y>)", b'</a> ([W/"b"])')
_RANGES = (b"bytes=0-99", b"bytes=-5", b"bytes=10-", b"bytes=0-0,5-9, -1")
_CHUNKED = (b"5\r\nhello\r\n0\r\n\r\n", b"a;ext=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n")
_HEADS = (
    b"GET /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-9\r\n\r\n",
    b"PUT http://[::1]:80//x HTTP/1.0\r\nConnection: Keep-Alive\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
)


def _text(data: bytes) -> str:
    return data.decode("latin-1")  # as WSGI has it


def _proppatch(data: bytes) -> None:
    for _, element, _ in _changes(data):
        time_of(element)


def _range(data: bytes) -> None:
    for size in (0, 1, 100, 1 << 40):
        parts = parse_ranges(_text(data), size) or []
        assert len(parts) <= MOST_RANGES
        assert sum(count for _, count in parts) <= size, (parts, size)
        for start, count in parts:
            assert start >= 0 and count > 0 and start + count <= size, (parts, size)


def _lock(data: bytes) -> None:
    _, owner = _lockinfo(data)
    assert len(owner.encode()) <= LONGEST_OWNER
    if owner:
        fromstring(f'<D:x xmlns:D="DAV:">{owner}</D:x>')


def _conditions(data: bytes) -> None:
    text, state = _text(data), State("abc", 784111777)
    parse_date(text)
    for method in ("GET", "PUT"):
        for header in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"):
            for there in (state, None):
                assert failed({"REQUEST_METHOD": method, header: text}, there) in (None, 304, 412)
    range_holds({"HTTP_IF_RANGE": text}, state)


def _depth_and_timeout(data: bytes) -> None:
    seconds = seconds_of(_text(data))
    assert seconds is None or 0 < seconds <= LONGEST_SECONDS
    assert depth_of(_text(data)) in ("0", "1", "1,noroot", "infinity")


def _time(data: bytes) -> None:
    element = Element("a")
    element.text = _text(data)
    time_of(element)


def _chunks(data: bytes) -> None:
    """Read a chunked body all at once and byte by byte, which must be the same."""
    whole, pieces = framing.Framing(None), framing.Framing(None)
    body = b"".join(whole.take(bytearray(data)))
    came, again = bytearray(), b""
    for byte in data:
        came.append(byte)
        again += b"".join(pieces.take(came))
    assert (body, whole.finished, whole.left) == (again, pieces.finished, pieces.left)


def _head(data: bytes) -> None:
    """Read a head, which must end in the same place however it comes."""
    end = framing.find_end(bytearray(data))
    if end:
        head = framing.parse(data[:end])
        assert head.length is None or head.length == int(head.fields.get(b"content-length", b"0"))
        assert framing.find_end(bytearray(data[:end]), looked_at=end // 2) == end


TARGETS = (
    Target("propfind", parse, lambda: _PROPFIND, (BadRequest,), _XML_WORDS),
    Target("proppatch", _proppatch, lambda: _PROPPATCH, (BadRequest, Malformed), _XML_WORDS),
    Target(
        "if",
        lambda data: parse_if(_text(data), lambda url: url),
        lambda: _IF,
        (Malformed,),
        (b"(", b")", b"Not ", b"<", b">", b"[", b"]"),
    ),
    Target("lock", _lock, lambda: _LOCK, (BadRequest,), (*_XML_WORDS, b"<D:shared/>", b"<D:owner/>")),
    Target(
        "conditions",
        _conditions,
        lambda: (b'"abc", W/"x,y"', b"*", b"Sun, 06 Nov 1994 08:49:37 GMT", b"Sunday, 06-Nov-94 08:49:37 GMT"),
        words=(b'"', b"W/", b",", b"*", b"Sun Nov  6 08:49:37 1994", b"GMT"),
    ),
    Target(
        "depth and timeout",
        _depth_and_timeout,
        lambda: (b"Infinite, Second-4100000000", b"1,noroot", b"0"),
        (BadRequest,),
        (b"Second-", b"infinity", b","),
    ),
    Target("range", _range, lambda: _RANGES, words=(b"bytes=", b"-", b",", b"99999999999999999999")),
    Target("time", _time, lambda: (b"Mon, 01 Jan 1998 10:00:00 GMT", b"2020-01-01T00:00:00+14:00", b"883648800.5")),
    Target(
        "chunks",
        _chunks,
        lambda: _CHUNKED,
        (framing.Malformed,),
        (b"\r\n", b"0\r\n\r\n", b";", b"ffffffffffffffff"),
    ),
    Target(
        "head",
        _head,
        lambda: _HEADS,
        (framing.Malformed,),
        (
            b"\r\n",
            b"\n",
            b"\r",
            b": ",
            b" :",
            b"\0",
            b"Content-Length: 5\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"//",
            b"%2f",
        ),
    ),
)
