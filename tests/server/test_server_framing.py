"""Requests that can be read in two ways: refused by the letter of RFC 9112, whoever sends them, whatever they ask."""

import logging
import random
import re
import socket
import time
from collections.abc import Iterator

import pytest
from helpers.raw import Drive, drive, status, until_end

METHODS = (
    "GET",
    "HEAD",
    "OPTIONS",
    "PROPFIND",
    "PROPPATCH",
    "LOCK",
    "UNLOCK",
    "PUT",
    "MKCOL",
    "COPY",
    "MOVE",
    "DELETE",
)
HIDDEN = b"DELETE /Albums/kept HTTP/1.1\r\nHost: localhost\r\n\r\n"

HEADS: dict[str, tuple[int, bytes]] = {
    "two lengths": (400, b"Host: localhost\r\nContent-Length: 0\r\nContent-Length: 60"),
    "two equal lengths": (400, b"Host: localhost\r\nContent-Length: 0\r\nContent-Length: 0"),
    "a list of lengths": (400, b"Host: localhost\r\nContent-Length: 0, 0"),
    "lengths in two cases": (400, b"Host: localhost\r\ncontent-length: 0\r\nCONTENT-LENGTH: 9"),
    "a length with a sign": (400, b"Host: localhost\r\nContent-Length: +3"),
    "a negative length": (400, b"Host: localhost\r\nContent-Length: -3"),
    "a length in hexadecimal": (400, b"Host: localhost\r\nContent-Length: 0x3"),
    "a length with an underscore": (400, b"Host: localhost\r\nContent-Length: 1_0"),
    "a length in other digits": (400, "Host: localhost\r\nContent-Length: \u0663".encode()),
    "no length": (400, b"Host: localhost\r\nContent-Length: "),
    "length and chunks": (400, b"Host: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"),
    "chunks and length": (400, b"Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5"),
    "length before a colon's space": (400, b"Host: localhost\r\nContent-Length : 5"),
    "chunks before a colon's space": (400, b"Host: localhost\r\nTransfer-Encoding : chunked"),
    "a tab before a colon": (400, b"Host: localhost\r\nX-A\t: 5"),
    "two hosts": (400, b"Host: localhost\r\nHost: localhost"),
    "no host": (400, b"X-A: b"),
    "a host with a space": (400, b"Host: local host"),
    "a host with a path": (400, b"Host: localhost/x"),
    "a host with a name": (400, b"Host: anna@localhost"),
    "two hosts in one": (400, b"Host: localhost, example.org"),
    "a line that goes on": (400, b"Host: localhost\r\nX-A: b\r\n c"),
    "a first line that goes on": (400, b" X-A: b\r\nHost: localhost"),
    "a bare LF": (400, b"Host: localhost\nX-A: b"),
    "a bare CR": (400, b"Host: localhost\rX-A: b"),
    "a bare CR in a value": (400, b"Host: localhost\r\nX-A: b\rTransfer-Encoding: chunked"),
    "a NUL": (400, b"Host: localhost\r\nX-A: b\0c"),
    "a control character": (400, b"Host: localhost\r\nX-A: b\x07c"),
    "a DEL": (400, b"Host: localhost\r\nX-A: b\x7fc"),
    "a name with a space": (400, b"Host: localhost\r\nX A: b"),
    "a name with a NUL": (400, b"Host: localhost\r\nX\0A: b"),
    "a name in UTF-8": (400, "Host: localhost\r\nX\u00e4: b".encode()),
    "no name": (400, b"Host: localhost\r\n: b"),
    "no colon": (400, b"Host: localhost\r\nX-A b"),
    "gzip": (501, b"Host: localhost\r\nTransfer-Encoding: gzip"),
    "gzip, chunked": (501, b"Host: localhost\r\nTransfer-Encoding: gzip, chunked"),
    "chunked, chunked": (501, b"Host: localhost\r\nTransfer-Encoding: chunked, chunked"),
    "chunked twice": (400, b"Host: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
    "chunked and identity": (400, b"Host: localhost\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked"),
    "identity": (501, b"Host: localhost\r\nTransfer-Encoding: identity"),
    "chunked in quotes": (501, b'Host: localhost\r\nTransfer-Encoding: "chunked"'),
    "chunked with a vertical tab": (400, b"Host: localhost\r\nTransfer-Encoding: \x0bchunked"),
    "another Expect": (417, b"Host: localhost\r\nExpect: 200-ok"),
    "two Authorizations": (400, b"Host: localhost\r\nAuthorization: Basic eDp4\r\nAuthorization: Basic eTp5"),
    "two Destinations": (400, b"Host: localhost\r\nDestination: /Albums/a\r\nDestination: /Albums/b"),
    "a long header": (431, b"Host: localhost\r\nX-A: " + b"b" * 30_000),
    "a long head": (431, b"Host: localhost" + b"".join(b"\r\nX-%d: %s" % (i, b"b" * 900) for i in range(60))),
    "many headers": (431, b"Host: localhost" + b"".join(b"\r\nX-%d: b" % i for i in range(2000))),
}
LINES: dict[str, tuple[int, bytes]] = {
    "two spaces": (400, b"%s  / HTTP/1.1"),
    "a space at its end": (400, b"%s / HTTP/1.1 "),
    "a tab": (400, b"%s\t/ HTTP/1.1"),
    "no version": (400, b"%s /"),
    "HTTP/2": (505, b"%s / HTTP/2.0"),
    "HTTP/0.9": (505, b"%s / HTTP/0.9"),
    "a version of two digits": (400, b"%s / HTTP/1.10"),
    "lower case": (400, b"%s / http/1.1"),
    "another protocol": (400, b"%s / ICY/1.1"),
    "no path": (400, b"%s Albums HTTP/1.1"),
    "a fragment": (400, b"%s /#x HTTP/1.1"),
    "a NUL": (400, b"%s /\0 HTTP/1.1"),
    "a bare CR": (400, b"%s /\r HTTP/1.1"),
    "a long path": (414, b"%s /" + b"a" * 9000 + b" HTTP/1.1"),
    "a method that is none": (400, b"%s() / HTTP/1.1"),
    "another scheme": (400, b"%s ftp://localhost/ HTTP/1.1"),
    "no host in it": (400, b"%s http:///x HTTP/1.1"),
}
CHUNKS: dict[str, bytes] = {
    "no size": b"zz\r\n",
    "a sign": b"-1\r\n",
    "a plus": b"+5\r\nhello\r\n",
    "0x": b"0x5\r\nhello\r\n0\r\n\r\n",
    "an underscore": b"1_0\r\n",
    "a space before": b" 5\r\nhello\r\n0\r\n\r\n",
    "a huge size": b"fffffffffffffffffff\r\n",
    "an empty line": b"\r\n",
    "longer than it says": b"3\r\nhello\r\n0\r\n\r\n",
    "no CRLF after it": b"5\r\nhello0\r\n\r\n",
    "a bare LF after its size": b"5\nhello\r\n0\r\n\r\n",
    "a bare LF after it": b"5\r\nhello\n0\r\n\r\n",
    "a bare CR in its extension": b"5;a\rb\r\nhello\r\n0\r\n\r\n",
    "a NUL in its extension": b"5;a\0b\r\nhello\r\n0\r\n\r\n",
    "a long extension": b"5;" + b"a" * 5000,
    "a trailer with a space before its colon": b"0\r\nX-A : b\r\n\r\n",
    "a trailer with a bare LF": b"0\r\nX-A: b\n\r\n",
    "a trailer that goes on": b"0\r\nX-A: b\r\n c\r\n\r\n",
    "many trailers": b"0\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
    "no colon in a trailer": b"0\r\nDELETE / HTTP/1.1\r\n\r\n",
}


@pytest.fixture(scope="module", params=[False, True], ids=["open", "with a password"])
def house(request, tmp_path_factory) -> Iterator[Drive]:
    with drive(tmp_path_factory.mktemp("drive"), password=request.param) as house:
        yield house


@pytest.fixture(params=[False, True], ids=["signed in", "not signed in"])
def signs_in(request, house: Drive) -> bytes:
    return b"" if request.param else house.signs_in


def check(house: Drive, said: bytes, status_wanted: int, what: str) -> None:
    """Check that one refusal, with a sentence, was all that was answered, and that nothing else was done."""
    assert status(said) == status_wanted, (what, said[:200])
    head, _, body = said.partition(b"\r\n\r\n")
    assert answers(said) == 1, (what, "what follows was looked at", said)
    assert b"\r\nConnection: close" in head, what
    assert b"\r\nX-Content-Type-Options: nosniff\r\n" in head and b"\r\nDate: " in head, what
    assert not body or re.fullmatch(rb"[A-Z][^\n]+\.\n", body), (what, body)
    assert b"Traceback" not in said and b"cheroot" not in said.lower()


def answers(said: bytes) -> int:
    """Return how many answers there are in what was said."""
    return len(re.findall(rb"HTTP/1\.1 [0-9]{3} ", said))


def is_kept(house: Drive) -> bool:
    """Return whether the request that hides behind others was not run."""
    return status(house.ask("PROPFIND", "/Albums/kept/", "Depth: 0")) == 207


@pytest.mark.parametrize("method", METHODS)
def test_heads_that_can_be_read_in_two_ways_end_the_connection(
    house: Drive, signs_in: bytes, method: str, caplog
) -> None:
    with caplog.at_level(logging.WARNING):
        for what, (wanted, fields) in HEADS.items():
            began = time.monotonic()
            said = house.say(f"{method} /Albums HTTP/1.1\r\n".encode() + fields + b"\r\n" + signs_in + b"\r\n" + HIDDEN)
            check(house, said, wanted, what)
            assert time.monotonic() - began < 5, what
        for what, (wanted, line) in LINES.items():
            said = house.say(
                line.replace(b"%s", method.encode()) + b"\r\nHost: localhost\r\n" + signs_in + b"\r\n" + HIDDEN
            )
            check(house, said, wanted, what)
    assert not caplog.records
    assert is_kept(house)


@pytest.mark.parametrize("method", METHODS)
def test_malformed_chunks_end_the_connection_at_once(house: Drive, signs_in: bytes, method: str, caplog) -> None:
    path = b"/Inbox/x.jpg" if method == "PUT" else b"/Albums/kept"
    head = method.encode() + b" " + path + b" HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" + signs_in
    with caplog.at_level(logging.WARNING):
        for what, chunks in CHUNKS.items():
            began = time.monotonic()
            said = house.say(head + b"\r\n" + chunks + HIDDEN)
            assert time.monotonic() - began < 5, what
            if status(said) == 401:  # the head of a PUT was refused before its body, which then ends the connection
                assert method == "PUT" and answers(said) <= 2, what
                assert b"HTTP/1.1 204" not in said and b"HTTP/1.1 207" not in said, what
            else:
                check(house, said, 400, what)
    assert not caplog.records
    assert is_kept(house)
    assert not list(house.inbox.iterdir()), "half of an upload was left"


def test_a_hidden_request_is_not_run(house: Drive) -> None:
    for length in (b"Content-Length: %d\r\nContent-Length: 0", b"Content-Length: 0\r\nContent-Length: %d"):
        fields = length % len(HIDDEN)
        said = house.say(
            b"PUT /Inbox/x HTTP/1.1\r\nHost: localhost\r\n" + house.signs_in + fields + b"\r\n\r\n" + HIDDEN
        )
        assert said.count(b"HTTP/1.1") == 1 and status(said) == 400
    assert status(house.ask("PROPFIND", "/Albums/kept/", "Depth: 0")) == 207


def test_a_head_is_refused_as_soon_as_its_fault_is_there(house: Drive) -> None:
    for begun in (
        b"GET / HTTP/1.1\n",
        b"GET / HTTP/1.1\r\nX: a\rb",
        b"GET /" + b"a" * 9000,
        b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000,
    ):
        began = time.monotonic()
        assert status(house.say(begun)) in (400, 414, 431)
        assert time.monotonic() - began < 3


def test_fields_that_only_look_like_others_count_for_nothing(house: Drive) -> None:
    assert status(house.ask("PROPFIND", "/", "Depth: 0", "Content_Length: 50")) == 207
    assert (
        status(house.ask("PROPFIND", "/", "Depth: 0", "Transfer_Encoding: chunked", "X_Forwarded_For: 1.2.3.4")) == 207
    )


@pytest.mark.parametrize(
    "target",
    [
        "/Albums/kept/",
        "//Albums/kept/",
        "/Albums//kept/",
        "http://localhost/Albums/kept/",
        "HTTP://localhost:80/Albums/kept/",
        "https://localhost/Albums/kept/",
    ],
)
def test_every_form_of_an_address_leads_there(house: Drive, target: str) -> None:
    assert status(house.ask("GET", target)) == 200
    said = house.ask("PROPFIND", target, "Depth: 0")
    assert status(said) == 207 and b"<D:href>/Albums/kept/</D:href>" in said


def test_the_host_in_an_address_counts(house: Drive) -> None:
    said = house.say(b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert status(said) == (401 if house.signs_in else 403)


def test_the_server_itself_is_asked_for_its_options(house: Drive) -> None:
    said = house.ask("OPTIONS", "*")
    assert status(said) == 200 and b"\r\nDAV: 1" in said


def test_raw_bytes_in_an_address_are_its_letters(house: Drive) -> None:
    assert status(house.ask("MKCOL", "/Albums/Jos\u00e9")) == 201
    assert status(house.ask("GET", "/Albums/Jos%C3%A9/")) == 200
    assert status(house.ask("DELETE", "/Albums/Jos\u00e9/")) == 204


@pytest.mark.parametrize("value", ["close", "Close", "keep-alive, CLOSE"])
def test_connection_is_a_list_in_any_case(house: Drive, value: str) -> None:
    head = f"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nConnection: {value}\r\n\r\n".encode()
    assert status(house.say(head)) in (200, 401)  # and ends


def test_http_1_0_keeps_a_connection_only_if_asked(house: Drive) -> None:
    once = b"OPTIONS / HTTP/1.0\r\n" + b"Host: localhost\r\n" + house.signs_in
    assert house.say(once + b"\r\n" + once + b"\r\n").count(b"HTTP/1.1 200") == 1
    assert house.say(once + b"Connection: keep-alive\r\n\r\n" + once + b"\r\n").count(b"HTTP/1.1 200") == 2
    assert status(house.say(once + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN)) == 400


def test_requests_may_follow_each_other_at_once_and_in_pieces(house: Drive) -> None:
    one = (
        b"PROPFIND /Albums/ HTTP/1.1\r\nHost: localhost\r\nDepth: 0\r\nTransfer-Encoding: chunked\r\n" + house.signs_in
    )
    one += b'\r\n5;x="y"\r\n<?xml\r\n1\r\n \r\n0\r\nX-Sum: 1\r\n\r\n'
    one = one.replace(b'5;x="y"\r\n<?xml\r\n1\r\n \r\n', b"")
    last = b"OPTIONS / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + house.signs_in + b"\r\n"
    assert house.say(one * 20 + last).count(b"HTTP/1.1 207") == 20
    with house.connect() as sock:
        for byte in one + b"\r\n" + one + last:
            sock.sendall(bytes([byte]))
        assert until_end(sock).count(b"HTTP/1.1 207") == 2


def test_a_folder_is_made_with_an_empty_chunked_body(house: Drive) -> None:
    head = b"MKCOL /Albums/chunked HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + house.signs_in
    assert status(house.say(head + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) == 201
    assert status(house.ask("DELETE", "/Albums/chunked")) == 204


@pytest.mark.parametrize("house", [True], ids=["with a password"], indirect=True)
@pytest.mark.parametrize("method", ["PROPFIND", "PROPPATCH", "LOCK", "MKCOL", "PUT", "DELETE"])
def test_what_is_refused_is_refused_before_its_body_is_asked_for(house: Drive, method: str) -> None:
    said = house.ask(method, "/Albums/x", "Expect: 100-continue", "Content-Length: 1000", signed=False)
    assert status(said) == 401 and b"100 Continue" not in said


def test_a_body_is_asked_for_when_it_is_wanted(house: Drive) -> None:
    body = b'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop><D:displayname/></D:prop></D:propfind>'
    head = b"PROPFIND /Albums/ HTTP/1.1\r\nHost: localhost\r\nDepth: 0\r\nConnection: close\r\n" + house.signs_in
    with house.connect() as sock:
        sock.sendall(head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert status(sock.recv(65536)) == 100
        sock.sendall(body)
        assert status(until_end(sock)) == 207


@pytest.mark.parametrize("method", ["PROPFIND", "PROPPATCH", "LOCK", "MKCOL", "GET", "DELETE", "MOVE"])
@pytest.mark.parametrize("chunked", [False, True])
def test_long_bodies_are_refused_unread(house: Drive, method: str, chunked: bool) -> None:
    fields = b"Transfer-Encoding: chunked\r\n\r\n20000\r\n" if chunked else b"Content-Length: 131072\r\n\r\n"
    said = house.say(
        method.encode() + b" /Albums/kept HTTP/1.1\r\nHost: localhost\r\n" + house.signs_in + fields + b"x" * 131072
    )
    assert status(said) == 413
    assert status(house.ask("PROPFIND", "/Albums/kept/", "Depth: 0")) == 207


def test_random_bytes_never_harm(house: Drive, caplog) -> None:
    rng = random.Random(14)
    good = b"PROPFIND /Albums/kept HTTP/1.1\r\nHost: localhost\r\nDepth: 0\r\nContent-Length: 3\r\n\r\nabc"
    with caplog.at_level(logging.WARNING):
        for _ in range(300):
            data = bytearray(good)
            for _ in range(rng.randrange(1, 4)):
                place, what = (
                    rng.randrange(len(data)),
                    rng.choice([b"\r", b"\n", b"\0", b" ", b":", b"\xff", b"", b"\r\n"]),
                )
                data[place : place + rng.randrange(2)] = what
            with house.connect() as sock:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                assert status(until_end(sock)) not in (500, 502, 503)
    assert not caplog.records
