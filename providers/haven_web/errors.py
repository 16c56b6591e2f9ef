"""What cannot be shown, as a page that says what to do: in the tree, and where not even signing in worked."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from haven_web.answers import POLICY, Answer, Environ, StartResponse, wants_page
from haven_web.templating import fill

_ADVICE = {
    401: "Reload this page to try again. Whoever runs Haven can add you: haven users add NAME",
    403: "If you think that you should see this, ask whoever runs Haven.",
    404: "It may have been renamed, moved or removed, or a search may find it.",
    429: "This keeps others from guessing passwords. Wait a moment, then reload this page.",
    503: "Connect the disk that it is on, then reload this page. Haven has kept everything that it knows.",
}
_TITLES = {
    401: "Please sign in",
    403: "This is not for you to see",
    404: "There is nothing here",
    429: "Too many tries",
    503: "This is not to be had right now",
}


def error_page(status: str, reason: str, root: str) -> Answer:
    """Return a page about a status such as "404 Not Found". It needs nothing else, since all else may be refused."""
    code = int(status[:3])
    title = _TITLES.get(code, HTTPStatus(code).phrase)
    body = fill("error.html", root=root, title=title, reason=reason.strip(), advice=_ADVICE.get(code, ""), code=code)
    style = re.search(rb"<style>(.*?)</style>", body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1] if style else b"").digest()).decode()
    policy = POLICY.replace("style-src 'self'", f"style-src 'sha256-{digest}'")
    return Answer(body, status=status, policy=policy, cache="no-store")


class ErrorPages:
    """WSGI middleware: shows people in a browser a page in place of the plain text that a server refuses with."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does, but for plain refusals of pages."""
        if not wants_page(environ):
            return self._app(environ, start_response)
        held: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            types = [value for name, value in headers if name.lower() == "content-type"]
            if status[0] == "4" and types and types[0].startswith("text/plain"):
                held.append((status, headers))
                return lambda _: None
            write: Callable[[bytes], object] = start_response(status, headers, *((exc_info,) if exc_info else ()))
            return write

        body = self._app(environ, start)
        # An application may start its answer with its first piece only.
        pieces = iter(body)
        first = next(pieces, b"")
        if not held:
            return _Rest(first, pieces, body)
        text = b"".join([first, *pieces])
        _close(body)
        status, headers = held[0]
        answer = error_page(status, text.decode("utf-8", "replace"), _root(environ))
        kept = [(name, value) for name, value in headers if not name.lower().startswith("content-")]

        def start_page(code: str, more: list[tuple[str, str]]) -> None:
            start_response(code, [*kept, *more])

        return answer.send(environ, start_page)


def _root(environ: Environ) -> str:
    """Return the URL path of the drive, as whoever asks has it."""
    return quote(str(environ.get("SCRIPT_NAME", "")).encode("latin-1", "replace")) + "/"


class _Rest:
    """What is left of an answer of which the first piece was looked at; closes it as the server asks."""

    def __init__(self, first: bytes, pieces: Iterator[bytes], body: Iterable[bytes]) -> None:
        self._first, self._pieces, self._body = first, pieces, body

    def __iter__(self) -> Iterator[bytes]:
        yield self._first
        yield from self._pieces

    def close(self) -> None:
        """Close the answer."""
        _close(self._body)


def _close(body: Iterable[bytes]) -> None:
    getattr(body, "close", lambda: None)()
