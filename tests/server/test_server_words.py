"""Refusals in the status line, and what becomes of mistakes inside."""

import http.client
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from helpers.dav import LOCKINFO
from helpers.serving import Serving

from haven_fs.phrase import LONGEST, status_line
from haven_fs.preconditions import parse_date
from haven_fs.server.inwords import SORRY, InWords

START = "PATH /there/is/a/secret"


@pytest.fixture
def connection(house: Serving) -> Iterator[http.client.HTTPConnection]:
    parts = urlsplit(house.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("status", "sentence", "line"),
    [
        (403, "Nothing can be added here.", "403 Nothing can be added here."),
        (404, "", "404 Not Found"),
        (404, "日本", "404 ??"),
        (423, "Müller’s “a…”\r\nX-Evil: 1", '423 Muller\'s "a..." X-Evil: 1'),
        (403, "a\x00b\x1b[0m", "403 ab[0m"),
        (200, "All is well", "200 OK"),
        (207, "x", "207 Multi-Status"),
        (304, "x", "304 Not Modified"),
    ],
)
def test_a_sentence_in_a_status_line(status: int, sentence: str, line: str) -> None:
    assert status_line(status, sentence) == line
    assert len(status_line(507, "word " * 500)) <= LONGEST + 4


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/nothing", None, {}, 404),
        ("PROPFIND", "/nothing", None, {"Depth": "0"}, 404),
        ("PROPFIND", "/", None, {}, 403),
        ("PROPFIND", "/", None, {"Depth": "9"}, 400),
        ("LOCK", "/Recent/new.jpg", LOCKINFO.format(scope="exclusive"), {}, 403),
        ("UNLOCK", "/Recent", None, {"Lock-Token": "<a>"}, 409),
        ("DELETE", "/Timeline", None, {}, 403),
        ("MKCOL", "/Timeline", None, {}, 405),
        ("GET", "/", None, {"If-Match": '"a"'}, 412),
        ("SEARCH", "/", None, {}, 405),
        ("GET", "/", None, {"Host": "evil.example"}, 403),
    ],
)
def test_every_refusal_says_why_in_its_first_line(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str | None,
    headers: dict[str, str],
    status: int,
) -> None:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    said = answer.read().decode()
    assert answer.status == status
    assert answer.reason.isascii()
    assert answer.reason != http.client.responses[status]
    assert "WsgiDAV" not in said
    if status == 405:
        assert answer.headers["Allow"]


def failing(*, after: bool) -> Callable[..., Iterable[bytes]]:
    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        if after:
            start_response("200 OK", [("Content-Length", "9")])
            yield b"part"
        raise ValueError(START)

    return app


def test_a_mistake_inside_is_a_plain_500_and_a_line(caplog: pytest.LogCaptureFixture) -> None:
    answered: list[Any] = []
    with caplog.at_level(logging.INFO):
        app = InWords(failing(after=False))
        body = b"".join(app({"REQUEST_METHOD": "GET"}, lambda *given: answered.append(given)))
    status, headers, _ = answered[0]
    assert status == f"500 {SORRY}"
    assert dict(headers)["Content-Length"] == str(len(body))
    assert START.encode() not in body
    (record,) = caplog.records
    assert START in record.getMessage()
    assert "\n" not in record.getMessage()
    assert not record.exc_info


def test_an_answer_that_was_begun_is_cut() -> None:
    def start(status: str, headers: object, exc_info: Any = None) -> None:
        if exc_info:
            raise exc_info[1]

    app = InWords(failing(after=True))({"REQUEST_METHOD": "GET"}, start)
    assert next(app) == b"part"
    with pytest.raises(ConnectionAbortedError):
        next(app)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784111777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784111777),
        ("Sun Nov  6 08:49:37 1994", 784111777),
        ("Sun, 06 Nov 1994 08:49:60 GMT", 784111800),
        ("Sun, 06 Nov 1994 25:49:37 GMT", None),
        ("Sun, 31 Feb 1994 08:49:37 GMT", None),
        ("06 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 +0100", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_http(text: str | None, seconds: int | None) -> None:
    assert parse_date(text) == seconds
