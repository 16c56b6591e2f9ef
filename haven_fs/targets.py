"""What a URL that a client sent names: the target of a request, a Destination, a tag of an If header, an Origin.

A URL comes as WSGI has it, each byte a letter of Latin-1. Programs write the same place in many ways: with the usual
port or without, with a name before an `@`, a dot after the host, raw UTF-8 in place of percent-encodings, two slashes.
They all come to the same here.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from haven_fs.errors import Malformed

PROXIED = "haven.proxied"
"""Where a server says that a proxy which the owner trusts passed a request on."""
HOSTS = "haven.hosts"
"""Where a server puts the names, with their ports, that a request may know it by; none if a proxy hides that. Without
it, the Host header is the name."""
SENT_HOST = "haven.sent_host"
"""Where a server puts the Host header as it came, if a proxy says another."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")
_AUTHORITY = re.compile(r"(?:\[(?P<v6>[^\[\]]*)\]|(?P<name>[^\[\]:]*))(?::(?P<port>[0-9]{0,5}))?")
_HOST = re.compile(r"[^\s/\\?#@:\[\]<>\"%,;'`^{|}\x00-\x20\x7f]+")
_PORTS = {"http": 80, "https": 443}
_NO_PATH = "The address is not valid UTF-8, or contains '..'."


@dataclass(frozen=True, slots=True)
class Host:
    """The name or address of a server as it compares, and the port, which is that of the scheme if none is said."""

    name: str
    port: int | None = None

    def shown(self, scheme: str) -> str:
        """Return it as a URL of `scheme` has it."""
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port in (None, _PORTS.get(scheme)) else f"{name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """What a URL names. `host`: None if it is a path alone. `path`: begins with "/", decoded; slashes are single."""

    scheme: str
    host: Host | None
    path: str


def parse_target(url: str) -> Target:
    """Return what a URL or the path of one names; a query and a fragment name nothing here and are left out.

    Raises Malformed if it is neither, if its path is not UTF-8, or if that leads up by `..`.
    """
    url = url.strip(" \t")
    found = _SCHEME.match(url)
    scheme, rest = (found[1].lower(), url[found.end() :]) if found else ("", url)
    host = parse_host(found[2].rpartition("@")[2], scheme) if found else None
    if found is None and not url.startswith("/"):
        raise Malformed("That is no address: it must be a URL, or begin with a slash.")
    return Target(scheme, host, path_of(unquote_to_bytes(_raw(re.split("[?#]", rest)[0] or "/"))))


def path_of(path: bytes) -> str:
    """Return a path, decoded already, as the tree has it. Raises Malformed if it is not UTF-8 or leads up by `..`."""
    try:
        names = path.decode("utf-8").split("/")
    except UnicodeDecodeError:
        raise Malformed(_NO_PATH) from None
    if ".." in names:
        raise Malformed(_NO_PATH)
    kept = "/".join(name for name in names if name not in ("", "."))
    return f"/{kept}/" if kept and names[-1] in ("", ".") else f"/{kept}"


def parse_host(authority: str, scheme: str = "") -> Host:
    """Return the server in a Host header, or of a URL without what stands before an `@`. Raises Malformed."""
    found = _AUTHORITY.fullmatch(authority.strip())
    malformed = Malformed(f"`{authority[:80]}` names no server.")
    if found is None or int(found["port"] or 0) > 65535:
        raise malformed
    if found["v6"] is not None:
        try:
            name = str(ipaddress.IPv6Address(found["v6"].partition("%")[0]))
        except ValueError:
            raise malformed from None
    else:
        name = _name(found["name"])
        if not _HOST.fullmatch(name):
            raise malformed
    return Host(name, int(found["port"]) if found["port"] else _PORTS.get(scheme))


def _name(name: str) -> str:
    """Return a host's name in one spelling: small letters, no dot at the end, letters beyond ASCII as DNS has them."""
    if not name.isascii():
        try:
            name = _raw(name).decode("utf-8").lower().encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return name.lower().removesuffix(".")


def leads_here(environ: Mapping[str, Any], target: Target) -> bool | None:
    """Return whether a URL is of the server that a request came to; None if what came between leaves that open."""
    if target.host is None:
        return True
    if target.scheme not in _PORTS:
        return False
    names = environ.get(HOSTS, (environ.get("HTTP_HOST", ""),))
    if not names:
        return None
    # Of the port that is not said, the scheme of either may be meant: only the client knows what came between.
    schemes = (target.scheme, str(environ.get("wsgi.url_scheme", "")))
    mine = [host for name in names for scheme in schemes if (host := _host_or_none(name, scheme)) is not None]
    any_port = bool(environ.get(PROXIED))  # which a proxy may have left out of what it says
    return any(target.host.name == one.name and (any_port or target.host.port == one.port) for one in mine)


def came_by_proxy(environ: Mapping[str, Any]) -> bool:
    """Return whether something between the client and here may have changed a request's host or path."""
    return bool(environ.get(PROXIED)) or not environ.get(HOSTS, ("",))


def path_left_out(address: str, path: str) -> str:
    """Return what to do if a proxy took `path` off and does not say so. `address`: of the drive, as clients have it."""
    return (
        f"The proxy in front of Haven leaves out that the drive is below {path}/: start Haven with --url {address},"
        f" or have the proxy send X-Forwarded-Prefix: {path} and start Haven with --behind-proxy."
    )


def _host_or_none(name: str, scheme: str) -> Host | None:
    try:
        return parse_host(name, scheme)
    except Malformed:
        return None


def _raw(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:  # not from WSGI, but typed
        return text.encode("utf-8", "surrogateescape")
