"""What a reverse proxy says of the requests that it passes on, for everything behind it to see as if it were not there.

A proxy that the owner trusts says who asked, and by which address, in `Forwarded` (RFC 7239) or in `X-Forwarded-For`,
`-Proto`, `-Host`, `-Port` and `-Prefix`. REMOTE_ADDR, wsgi.url_scheme, HTTP_HOST and SCRIPT_NAME become what they would
be without it. Said by anybody else, these headers mean nothing. No program behind this ever sees them.

A path that the proxy took off the front, or left there, is SCRIPT_NAME in either case.
"""

import ipaddress
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from haven_fs.errors import Malformed, UserError
from haven_fs.server.forwarded import Hop, hops_of
from haven_fs.server.refusing import refuse
from haven_fs.targets import HOSTS, PROXIED, SENT_HOST, parse_target

logger = logging.getLogger(__name__)

UNTRUSTED = "haven.untrusted_proxy"
"""Where it says that something between the client and here passed a request on, and nobody vouches for it."""
LOOPBACK = "127.0.0.0/8,::1"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Environ = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """The address by which people reach the drive. `path`: decoded, without a slash at its end; "" for the root."""

    scheme: str
    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}{quote(self.path)}/"


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the addresses and networks in a list with commas. Raises UserError."""
    found = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        try:
            network = ipaddress.ip_network(part.strip("[]"), strict=False)
        except ValueError:
            raise UserError(
                f"`{part}` is no address or network. Give those of the proxy, such as --behind-proxy=10.0.0.2 or"
                " --behind-proxy=172.16.0.0/12,fd00::/8; --behind-proxy alone is a proxy on this computer."
            ) from None
        if network.prefixlen == 0:
            raise UserError(f"{part} is everybody, who could then pretend to be anyone. Give the proxy's own address.")
        found.append(network)
    if not found:
        raise UserError("--behind-proxy= needs the proxy's address; --behind-proxy alone is one on this computer.")
    return tuple(found)


def holding(networks: Sequence[Network]) -> Callable[[str], bool]:
    """Return what says whether an address is in one of the networks."""

    def holds(text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in networks)

    return holds


def parse_public_url(text: str) -> PublicUrl:
    """Return the address that people are to use. Raises UserError."""
    try:
        target = parse_target(text)
    except Malformed:
        target = None
    if target is None or target.scheme not in ("http", "https") or "?" in text or "#" in text or "@" in text:
        raise UserError(f"`{text}` is no address to reach a drive by. Give one such as https://photos.example.org/.")
    assert target.host is not None
    return PublicUrl(target.scheme, target.host.shown(target.scheme), target.path.rstrip("/"))


class Proxied:
    """WSGI middleware, the outermost. `networks`: the proxies that are trusted. `url`: as the owner says it is."""

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        networks: Sequence[Network] = (),
        url: PublicUrl | None = None,
    ) -> None:
        self._app = app
        self._networks = networks
        self._url = url
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer 400 if what a trusted proxy says cannot be understood; otherwise pass the request on."""
        said = {key: environ.pop(key) for key in [key for key in environ if _is_of_proxies(key)]}
        environ[SENT_HOST] = host = environ.get("HTTP_HOST", "")
        peer = _address(environ.get("REMOTE_ADDR", ""))
        if peer is None or not self._trusts(peer):
            # nginx, unless it is told otherwise, says nothing but speaks a version that no WebDAV client does.
            hidden = bool(said) or environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
            environ[PROXIED], environ[UNTRUSTED], environ[HOSTS] = False, bool(said), () if hidden else (host,)
            return self._app(environ, start_response)
        try:
            hops, prefix = hops_of(said)
            self._believe(environ, hops, prefix)
        except Malformed as error:
            return refuse(start_response, "400 Bad Request", f"The proxy is set up wrongly. {error.reason}")
        if environ.get("PATH_INFO") == "" and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            # What a page links to is below its address only if that ends in a slash.
            home = quote(environ["SCRIPT_NAME"], encoding="latin-1") + "/"
            query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
            location = ("Location", home + query)
            return refuse(start_response, "308 Permanent Redirect", f"The drive is at {home}", location)
        environ["PATH_INFO"] = environ.get("PATH_INFO") or "/"
        return self._app(environ, start_response)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def _believe(self, environ: Environ, hops: Sequence[Hop], prefix: str) -> None:
        environ[PROXIED], environ[UNTRUSTED] = True, False
        hop = self._nearest_stranger(environ, hops)
        url, sent = self._url, environ[SENT_HOST]
        if hop.proto or url:
            environ["wsgi.url_scheme"] = hop.proto or url.scheme  # type: ignore[union-attr]
            environ["HTTPS"] = "on" if environ["wsgi.url_scheme"] == "https" else "off"
        if hop.host or url:
            environ["HTTP_HOST"] = hop.host or url.host  # type: ignore[union-attr]
            environ[HOSTS] = tuple(dict.fromkeys((environ["HTTP_HOST"], sent, *([url.host] if url else []))))
        else:
            environ[HOSTS] = ()
        prefix = prefix or (url.path if url else "")
        if prefix:
            _set_prefix(environ, prefix)
        elif hops:
            self._tell_once(environ)

    def _nearest_stranger(self, environ: Environ, hops: Sequence[Hop]) -> Hop:
        """Return what is known of the last one on the way here that is no trusted proxy, and set REMOTE_ADDR."""
        chosen = hops[-1] if hops else Hop()
        for hop in reversed(hops):
            address = _address(hop.address)
            if address is None:  # hidden on purpose; whoever passed it on is the last that is known
                return hop
            environ["REMOTE_ADDR"], chosen = str(address), hop
            if not self._trusts(address):
                return hop
        return chosen

    def _tell_once(self, environ: Environ) -> None:
        """Log which address people use, once for each, so that an owner can see what the proxy says."""
        address = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}/"
        with self._lock:
            if address in self._told or len(self._told) >= 5:
                return
            self._told.add(address)
        logger.info(
            "A proxy passes on what is asked of %s. If the drive is below a path there, give that: --url %sphotos/",
            address,
            address,
        )


def _set_prefix(environ: Environ, prefix: str) -> None:
    """Make `prefix`, decoded, the path that the drive is below, whether or not the proxy left it on the path."""
    spelled = prefix.encode().decode("latin-1")
    environ["SCRIPT_NAME"] = spelled
    path = environ.get("PATH_INFO", "")
    if path == spelled or path.startswith(f"{spelled}/"):
        environ["PATH_INFO"] = path[len(spelled) :]


def _is_of_proxies(key: str) -> bool:
    return key in ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP") or key.startswith("HTTP_X_FORWARDED")


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
