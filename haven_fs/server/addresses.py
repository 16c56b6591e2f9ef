"""Where a server can be reached: its addresses, and which of them to give to other devices."""

import ipaddress
import socket
from collections.abc import Sequence

import psutil

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


def _url(host: str, port: int, tls: bool) -> str:
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}/"


def _reachable(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Tell whether others can reach an address as it stands: a link-local one needs the name of a network card."""
    return not (address.is_loopback or address.is_link_local or (address.version == 6 and address.is_private))
