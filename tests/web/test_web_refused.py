"""What a server turns away, before the tree is ever asked, is a page for people too: signing in, guessing, proxies."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.gallery import Pages
from helpers.home import Home
from helpers.pages import read_page
from helpers.serving import haven, serve

from haven_web import ErrorPages


def test_a_page_needs_nothing_that_is_refused_as_well(web: Pages) -> None:
    answer = web("GET", "/none", Accept="text/html")
    page = read_page(answer.body)
    style = re.search(rb"<style>(.*?)</style>", answer.body, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer["Content-Security-Policy"]
    assert not page.all("script")
    assert [link["href"] for link in page.all("link")] == ["data:,"]


def test_who_comes_through_a_proxy_reads_why(web: Pages) -> None:
    page = web.page("/", 403, Via="1.1 proxy")
    assert page.one("h1").text == "This is not for you to see"
    assert "haven serve --host" in page.text
    assert web("GET", "/", Via="1.1 proxy")["Content-Type"].startswith("text/plain")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a drive that asks for a password."""
    home = Home(tmp_path_factory.mktemp("guarded"))
    home.add("a.jpg")
    home.index()
    home.close()
    haven("users", "add", "anna", "--data", home.data, input="secret-of-anna\nsecret-of-anna\n")
    with serve(data=home.data, settled=False) as serving:
        yield serving.url


def test_signing_in_is_asked_for_with_a_page(guarded: str) -> None:
    with Pages(guarded) as web:
        answer = web("GET", "/", Accept="text/html")
        assert answer.status == 401
        assert answer.headers.get_all("WWW-Authenticate")
        page = read_page(answer.body)
        assert page.one("h1").text == "Please sign in"
        assert not page.all("form")
        assert not page.all("a")
        assert web("GET", "/")["Content-Type"].startswith("text/plain")
        assert web("PROPFIND", "/", Accept="text/html", Depth=0)["Content-Type"].startswith("text/plain")
        assert web("GET", "/.haven/static/page.css", Accept="text/css").status == 401


def test_too_many_tries_are_a_page(guarded: str) -> None:
    seen = set()
    for _ in range(30):
        with Client(guarded) as client:
            header = 'Digest username="anna", realm="Haven", nonce="x", uri="/", response="' + "0" * 32 + '"'
            basic = client("GET", "/", Accept="text/html", Authorization=header)
            seen.add(basic.status)
            assert b"<h1>" in basic.body
    assert seen <= {401, 429}


def test_the_applications_own_pages_and_files_pass(tmp_path: Path) -> None:
    closed = []

    class Body:
        def __init__(self, pieces: list[bytes]) -> None:
            self._pieces = pieces

        def __iter__(self) -> Iterator[bytes]:
            return iter(self._pieces)

        def close(self) -> None:
            closed.append(True)

    def ask(status: str, mime: str, pieces: list[bytes], accept: str = "text/html") -> tuple[str, dict, bytes]:
        answered = []

        def app(environ, start_response):
            start_response(status, [("Content-Type", mime), ("X-Other", "kept")])
            return Body(pieces)

        environ = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT": accept}
        body = ErrorPages(app)(environ, lambda code, headers, exc_info=None: answered.append((code, dict(headers))))
        data = b"".join(body)
        getattr(body, "close", lambda: None)()
        return *answered[0], data

    assert ask("200 OK", "text/plain", [b"a", b"b"]) == (
        "200 OK",
        {"Content-Type": "text/plain", "X-Other": "kept"},
        b"ab",
    )
    assert ask("404 Not Found", "text/html", [b"own"])[2] == b"own"
    assert ask("404 Not Found", "text/plain", [b"no"], accept="*/*")[2] == b"no"
    status, headers, body = ask("429 Too Many Requests", "text/plain; charset=utf-8", [b"Wait <5> ", b"seconds."])
    assert status == "429 Too Many Requests"
    assert headers["X-Other"] == "kept"
    assert headers["Content-Type"].startswith("text/html")
    assert b"Wait &lt;5&gt; seconds." in body
    assert ask("200 OK", "text/plain", [])[2] == b""
    assert len(closed) == 5
