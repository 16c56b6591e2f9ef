"""The headers in which proxies say what they passed on, as hops from the client to here.

`Forwarded` (RFC 7239) and the older `X-Forwarded-*` say the same. A proxy sets one kind and may pass on the other as a
client wrote it, so two that differ cannot both be believed: which one is the proxy's, only its owner knows.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haven_fs.errors import Malformed
from haven_fs.targets import parse_host, parse_target

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR = re.compile(rf'\s*({_NAME})=(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*))\s*(?:;|(?=,)|$)')
_PROTOCOLS = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_MOST = 30
"""Proxies in a row that are believed."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One client, as the proxy that it asked says: its address, by which host and scheme it asked; "" if not said."""

    address: str = ""
    host: str = ""
    proto: str = ""


def hops_of(said: Mapping[str, str]) -> tuple[list[Hop], str]:
    """Return the hops in a request's headers, the client first, and the path that proxies took off, decoded.

    `said`: such headers under their names in a WSGI environ. Raises Malformed.
    """
    standard, usual = _standard(said.get("HTTP_FORWARDED", "")), _usual(said)
    if standard and usual and [hop.address for hop in standard] != [hop.address for hop in usual]:
        raise Malformed("It sends both Forwarded and X-Forwarded-For, which differ: have it remove one of them.")
    hops = standard or usual
    if len(hops) > _MOST:
        raise Malformed("It names more proxies in a row than there can be.")
    return hops, _prefix(said.get("HTTP_X_FORWARDED_PREFIX", ""))


def _standard(header: str) -> list[Hop]:
    """Return the hops in a Forwarded header."""
    hops, pairs, at = [], dict[str, str](), 0
    while at < len(header):
        if header[at] in ", \t":
            if header[at] == "," and pairs:
                hops.append(_hop(pairs))
                pairs = {}
            at += 1
            continue
        found = _PAIR.match(header, at)
        if found is None or found[1].lower() in pairs:
            raise Malformed(f"Its Forwarded header cannot be read: {header[:200]}")
        pairs[found[1].lower()] = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        at = found.end()
    return [*hops, _hop(pairs)] if pairs else hops


def _hop(pairs: Mapping[str, str]) -> Hop:
    host, proto = pairs.get("host", ""), pairs.get("proto", "")
    return Hop(_address(pairs.get("for", ""), "Forwarded"), _host(host, "Forwarded"), _proto(proto, "Forwarded"))


def _usual(said: Mapping[str, str]) -> list[Hop]:
    """Return the hops in X-Forwarded-* headers."""
    addresses, hosts, protos, ports = (
        _list(said.get(f"HTTP_X_FORWARDED_{name}", "")) for name in ("FOR", "HOST", "PROTO", "PORT")
    )
    count = max(len(addresses), 1 if hosts or protos else 0)
    hops = []
    for number in range(count):
        address = _address(addresses[number], "X-Forwarded-For") if addresses else ""
        host, proto, port = (_of(values, number, count) for values in (hosts, protos, ports))
        proto, host = _proto(proto, "X-Forwarded-Proto"), _host(host, "X-Forwarded-Host")
        hops.append(Hop(address, _with_port(host, port, proto), proto))
    return hops


def _of(values: Sequence[str], number: int, count: int) -> str:
    """Return the value of one hop: many proxies say one for the whole way, or what the nearest one was asked."""
    return "" if not values else values[number] if len(values) == count else values[-1]


def _list(header: str) -> list[str]:
    return [part for part in (one.strip() for one in header.split(",")) if part]


def _address(text: str, header: str) -> str:
    """Return an address without its port; "" if it is hidden on purpose."""
    text = text.strip().strip('"')
    if not text or text.lower() == "unknown" or re.fullmatch(r"_[A-Za-z0-9._-]+(?::\w+)?", text):
        return ""
    found = re.fullmatch(r"\[([^\[\]]+)\](?::\w+)?|(\d+(?:\.\d+){3})(?::\w+)?", text)
    bare = (found[1] or found[2]) if found else text
    try:
        return str(ipaddress.ip_address(bare.partition("%")[0]))
    except ValueError:
        raise Malformed(f"Its {header} header has an address that is none: {text[:80]}") from None


def _host(text: str, header: str) -> str:
    if text:
        try:
            parse_host(text)
        except Malformed:
            raise Malformed(f"Its {header} header names a host that is none: {text[:80]}") from None
    return text


def _proto(text: str, header: str) -> str:
    if text and text.lower() not in _PROTOCOLS:
        raise Malformed(f"Its {header} header must say http or https, not {text[:80]}")
    return _PROTOCOLS.get(text.lower(), "")


def _with_port(host: str, port: str, proto: str) -> str:
    """Return a host with the port that is said apart, unless it has one or that is the usual one."""
    if port and (not port.isdecimal() or not 0 < int(port) < 65536):
        raise Malformed(f"Its X-Forwarded-Port header is no port: {port[:80]}")
    if not host or not port or parse_host(host).port is not None or parse_host(host, proto).port == int(port):
        return host
    return f"{host}:{port}"


def _prefix(header: str) -> str:
    """Return the path that proxies took off one after another; each has its own part."""
    parts = []
    for part in _list(header):
        if not part.startswith("/") or part.startswith("//") or "?" in part or "#" in part or "\\" in part:
            raise Malformed(f"Its X-Forwarded-Prefix header must be a path such as /photos, not {part[:80]}")
        parts.append(parse_target(part).path.rstrip("/"))
    return "".join(parts)
