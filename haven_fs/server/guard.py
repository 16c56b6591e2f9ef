"""What is turned away before anything else looks at it.

Without a password only this computer's own programs may ask. A web page that lets its name point here (DNS
rebinding) shows in the Host header, a reverse proxy in the headers it adds; both are refused. Browsers send passwords
along with whatever any web page asks for, so what the page of another site asks for is refused too: only following a
link is not.

What a proxy said has been believed, or taken away, by haven_fs.server.proxied before this.
"""

import ipaddress
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from haven_fs.errors import Malformed
from haven_fs.library.seldom import Seldom
from haven_fs.server.proxied import UNTRUSTED, PublicUrl
from haven_fs.server.refusing import refuse
from haven_fs.targets import (
    PROXIED,
    SENT_HOST,
    came_by_proxy,
    leads_here,
    parse_host,
    parse_target,
    path_left_out,
    path_of,
)

_seldom = Seldom(logging.getLogger(__name__))

METHODS = frozenset({
    "OPTIONS", "GET", "HEAD", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "PUT", "DELETE", "MKCOL", "COPY", "MOVE",
    "POST",
})  # fmt: skip
"""What a client may ask; wsgidav writes an error into the log at any other, and some clients try SEARCH all day."""
_READS = frozenset({"GET", "HEAD"})
_SIGNED = re.compile(r'\buri="?([^",\s]+)')
HOST = re.compile(r"(\[[^\]]*\]|[^:]*)(?::\d*)?")
ADVICE = (
    "Without a password, only programs on this computer can open this drive, and only directly. To reach it from other"
    " devices start `haven serve --host ...`, through a proxy `haven serve --behind-proxy`, which ask for a password."
)
HIDDEN = (
    "Somebody reaches this drive in HTTP/1.0, as through a proxy that does not say so. Whoever reaches that proxy can"
    " read and write here without a password. If there is one, start Haven with --behind-proxy."
)
FOREIGN = "A page of another website asked for this. Haven answers its own pages only. To open it, type its address."


class Guard:
    """WSGI middleware. `passwordless`: nobody is asked for a password, so loopback is all that is let in.

    `url`: the address that a proxy answers at for a drive without a password, if its owner wants that.
    """

    def __init__(self, app: Callable[..., Iterable[bytes]], passwordless: bool, url: PublicUrl | None = None) -> None:
        self._app = app
        self._passwordless = passwordless
        self._public = parse_host(url.host).name if url else None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer 400, 403 or 405, or let the request through."""
        if self._passwordless and (environ.get(UNTRUSTED) or not self._is_own(environ)):
            return refuse(start_response, "403 Forbidden", ADVICE)
        if self._passwordless and came_by_proxy(environ) and not environ.get(PROXIED):
            _seldom.say("hidden proxy", HIDDEN)
        if _is_foreign(environ):
            return refuse(start_response, "403 Forbidden", FOREIGN)
        try:
            path = path_of(environ["PATH_INFO"].encode("latin-1")) if environ["PATH_INFO"] != "*" else "*"
        except Malformed as error:
            return refuse(start_response, "400 Bad Request", error.reason)
        environ["PATH_INFO"] = path.encode().decode("latin-1")
        if (lost := _lost_path(environ)) is not None:
            sentence = path_left_out(f"https://...{lost}/", lost)
            return refuse(start_response, f"409 {sentence}", sentence)
        if environ["REQUEST_METHOD"] not in METHODS:
            reason = f"This drive does not support {environ['REQUEST_METHOD']}."
            return refuse(start_response, "405 Method Not Allowed", reason, ("Allow", ", ".join(sorted(METHODS))))
        return self._app(environ, start_response)

    def _is_own(self, environ: dict[str, Any]) -> bool:
        """Return whether the Host header, which no page can choose, is loopback or the owner's name for the drive."""
        host = environ.get(SENT_HOST, environ.get("HTTP_HOST", ""))
        try:
            return is_loopback(host) or (self._public is not None and parse_host(host).name == self._public)
        except Malformed:
            return False


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


def _is_foreign(environ: dict[str, Any]) -> bool:
    """Return whether the page of another site asks, as browsers say; other programs say nothing of the kind.

    Only following a link is none of its business: neither a frame of it nor a look ahead is that. Where it may not ask,
    the answer is the same whatever is there, so that it cannot find out which photos there are.

    Browsers say Sec-Fetch-Site only where nobody can listen; elsewhere they say at least which site writes or reads.
    """
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site in ("cross-site", "same-site"):
        return not (environ["REQUEST_METHOD"] in _READS and _follows_link(environ))
    origin = environ.get("HTTP_ORIGIN")
    if site is not None or origin is None:
        return False
    try:
        return not leads_here({"HTTP_HOST": "", **environ}, parse_target(origin))
    except Malformed:  # "null": a page that hides where it is from
        return True


def _follows_link(environ: dict[str, Any]) -> bool:
    return (
        environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST", "document") == "document"
        and not any("prefetch" in environ.get(name, "").lower() for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE"))
    )


def _lost_path(environ: dict[str, Any]) -> str | None:
    """Return the path that a proxy took off a request without saying so, as a digest sign-in gives it away."""
    header = environ.get("HTTP_AUTHORIZATION", "")
    if environ.get("SCRIPT_NAME") or header[:7].lower() != "digest " or not came_by_proxy(environ):
        return None
    signed = _SIGNED.search(header)
    try:
        there = parse_target(signed[1]).path if signed else ""
    except Malformed:
        return None
    here = path_of(environ["PATH_INFO"].encode("latin-1"))
    lost = there.removesuffix(here) if here != "/" else there.rstrip("/")
    return quote(lost) if lost and f"{lost}{here}".rstrip("/") == there.rstrip("/") else None
