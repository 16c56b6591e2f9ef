"""What the page answers with: a body, what may be kept of it, and headers that shut out everything foreign."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from haven_fs.preconditions import is_known

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

HTML = "text/html; charset=utf-8"
JSON = "application/json"
POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; script-src 'self';"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""What a page may load and do: nothing that is not served here, no code that stands in it."""
FOR_GOOD = "private, max-age=31536000, immutable"
"""What may be kept of an address that names one content: a year, without asking again."""
ASK_AGAIN = "private, no-cache"
"""What may be kept, but has to be asked about each time."""
_SMALL = 800
_TEXT = ("text/", JSON, "image/svg")


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. `etag`: the version of the body without quotes, "" if there is none to compare with."""

    body: bytes = b""
    mime: str = HTML
    status: str = "200 OK"
    etag: str = ""
    cache: str = ASK_AGAIN
    policy: str = POLICY
    headers: tuple[tuple[str, str], ...] = ()

    def send(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Send it: whole, compressed if that is worth it, or as the news that the client has it already."""
        headers = [
            ("Cache-Control", self.cache),
            ("Content-Security-Policy", self.policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Vary", "Accept-Encoding"),
            *self.headers,
        ]
        if self.etag:
            # Weak: compressed or not, it is the same.
            headers.append(("ETag", f'W/"{self.etag}"'))
            if is_known(environ.get("HTTP_IF_NONE_MATCH"), self.etag):
                start_response("304 Not Modified", headers)
                return [b""]
        body = self.body
        if len(body) > _SMALL and self.mime.startswith(_TEXT) and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            body = gzip.compress(body, 5, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        start_response(self.status, [*headers, ("Content-Type", self.mime), ("Content-Length", str(len(body)))])
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def moved(to: str, *, cache: str = ASK_AGAIN, status: str = "303 See Other") -> Answer:
    """Return the answer that what was asked for is at another URL path."""
    return Answer(status=status, cache=cache, headers=(("Location", to),))


def wants_page(environ: Environ) -> bool:
    """Tell whether a person in a browser asks, rather than a program that looks for XML."""
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and "text/html" in environ.get("HTTP_ACCEPT", "")
