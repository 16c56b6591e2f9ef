"""Where a server can be reached from other devices: its addresses, and as a code that a phone's camera reads."""

import io
import ipaddress
import socket
from collections.abc import Sequence

import psutil
import segno

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to


def own_addresses() -> list[str]:
    """Return this computer's own IP addresses, without asking anybody else."""
    families = (socket.AF_INET, socket.AF_INET6)
    return [
        a.address.partition("%")[0] for found in psutil.net_if_addrs().values() for a in found if a.family in families
    ]


def urls(host: str, port: int, *, tls: bool) -> list[str]:
    """Return every URL that a server on `host` has, the one to tell people first.

    By name, which lasts, then by number, which works where names of the home network are not known.
    """
    if host not in EVERYWHERE:
        return [_url(host, port, tls)]
    numbers = [one for one in map(ipaddress.ip_address, own_addresses()) if _reachable(one)]
    numbers.sort(key=lambda one: (one.version, not one.is_private))
    return [_url(name, port, tls) for name in (socket.gethostname(), *map(str, numbers))]


def for_phones(found: Sequence[str]) -> str | None:
    """Return the URL for a device that does not know this computer's name, None if only this computer can reach it."""
    for url in (*found[1:], *found[:1]):
        name = url.partition("://")[2].rpartition(":")[0].strip("[]")
        try:
            if ipaddress.ip_address(name).is_loopback:
                continue
        except ValueError:
            if name == "localhost":
                continue
        return url
    return None


def as_text(url: str) -> str:
    """Return a URL as a QR code made of letters, for a terminal."""
    out = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue()


def as_svg(url: str) -> bytes:
    """Return a URL as a QR code in an SVG picture, dark on white with the margin that readers need."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=4, light="white", xmldecl=False, scale=4)
    return out.getvalue()


def _url(host: str, port: int, tls: bool) -> str:
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def _reachable(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether others can reach an address as it stands: a link-local one needs the name of a network card."""
    return not (address.is_loopback or address.is_link_local or (address.version == 6 and address.is_private))
