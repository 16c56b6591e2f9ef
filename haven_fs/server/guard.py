"""What is turned away before anything else looks at it.

Without a password only this computer's own programs may ask. A web page that lets its name point here (DNS
rebinding) shows in the Host header, a reverse proxy in the headers it adds; both are refused. Browsers send passwords
along with whatever any web page asks for, so what the page of another site asks for is refused too: only following a
link is not. And an XML body larger than any client sends would cost memory and minutes (wsgidav: 42 MB took 1.9 GB),
with a password or without.
"""

import io
import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any

XML_METHODS = frozenset({"PROPFIND", "PROPPATCH", "LOCK"})
XML_LIMIT = 64 * 1024
"""Largest body of these methods, in bytes."""
METHODS = XML_METHODS | {"OPTIONS", "GET", "HEAD", "UNLOCK", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "POST"}
"""What a client may ask; wsgidav writes an error into the log at any other, and some clients try SEARCH all day."""
_READS = frozenset({"GET", "HEAD"})
HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(?::\d*)?")
ADVICE = (
    "Without a password, only programs on this computer can open this drive, and only directly. To reach it from other"
    " devices or through a proxy, start `haven serve --host ...`, which asks for a password."
)
FOREIGN = "A page of another website asked for this. Haven answers its own pages only. To open it, type its address."


class Guard:
    """WSGI middleware. `passwordless`: nobody is asked for a password, so loopback is all that is let in."""

    def __init__(self, app: Callable[..., Iterable[bytes]], passwordless: bool) -> None:
        self._app = app
        self._passwordless = passwordless

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer 400, 403, 405 or 413, or let the request through."""
        if self._passwordless and (_proxied(environ) or not is_loopback(environ.get("HTTP_HOST", ""))):
            return _refuse(start_response, "403 Forbidden", ADVICE)
        if _is_foreign(environ):
            return _refuse(start_response, "403 Forbidden", FOREIGN)
        if not _is_path(environ["PATH_INFO"]):
            return _refuse(start_response, "400 Bad Request", "The address is not valid UTF-8, or contains '..'.")
        if environ["REQUEST_METHOD"] not in METHODS:
            reason = f"This drive does not support {environ['REQUEST_METHOD']}."
            return _refuse(start_response, "405 Method Not Allowed", reason, ("Allow", ", ".join(sorted(METHODS))))
        if environ["REQUEST_METHOD"] in XML_METHODS and not _short(environ):
            return _refuse(start_response, "413 Content Too Large", f"The request is larger than {XML_LIMIT} bytes.")
        return self._app(environ, start_response)


def is_loopback(host: str) -> bool:
    """Return whether a Host header, with or without a port, names this computer and nothing else could mean it."""
    match = HOST.fullmatch(host)
    if not match:
        return False
    name = match[1].strip("[]").lower()
    if name in ("localhost", "localhost."):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_path(path: str) -> bool:
    """Return whether a path, its bytes in WSGI's clothes, is UTF-8 and goes down only; wsgidav fails at others."""
    try:
        path.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return False
    return ".." not in path.split("/")


def _is_foreign(environ: dict[str, Any]) -> bool:
    """Return whether the page of another site asks, as browsers say; other programs say nothing of the kind.

    Browsers too old for Sec-Fetch-Site say with writes at least which site asks.
    """
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site in ("cross-site", "same-site"):
        follows_link = environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        return not (follows_link and environ["REQUEST_METHOD"] in _READS)
    origin = environ.get("HTTP_ORIGIN")
    if site is not None or origin is None or environ["REQUEST_METHOD"] in _READS:
        return False
    return bool(str(origin).partition("://")[2].lower() != str(environ.get("HTTP_HOST", "")).lower())


def _proxied(environ: dict[str, Any]) -> bool:
    return any(key in ("HTTP_VIA", "HTTP_FORWARDED") or key.startswith("HTTP_X_FORWARDED") for key in environ)


def _short(environ: dict[str, Any]) -> bool:
    """Return whether the body is within XML_LIMIT; a chunked one is read for that and given a length."""
    if not environ.get("wsgi.input_terminated"):
        try:
            return int(environ.get("CONTENT_LENGTH") or 0) <= XML_LIMIT
        except ValueError:
            return False
    body = environ["wsgi.input"].read(XML_LIMIT + 1)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["haven.body_taken"] = True
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input_terminated"] = False
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return len(body) <= XML_LIMIT


def _refuse(start_response: Callable[..., Any], status: str, reason: str, *more: tuple[str, str]) -> Iterable[bytes]:
    body = reason.encode() + b"\n"
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), *more]
    start_response(status, headers)
    return [body]
