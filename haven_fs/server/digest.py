"""Digest sign-in as RFC 7616 has it: reading what a client sends, and what the right answer is.

Of what the RFC offers, MD5 and qop=auth alone are asked for. Clients that were offered auth-int as well have hashed the
list of both in place of one (older requests, urllib and digest-fetch), and most cannot do it. Windows' own digest does
not know SHA-256, and clients that look at one challenge of several may look at the one that they cannot answer. Almost
all passwords that digest checks are random and long, and for these MD5 of name, realm and password is as good.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from haven_fs.server.passwords import REALM, clean

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'[ \t]*({_WORD})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))[ \t]*(?:,|$)', re.DOTALL)
_NOTHING = re.compile(r"[ \t,]*")
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_COUNT = re.compile(r"[0-9a-fA-F]{1,8}")
_RESPONSE = re.compile(r"[0-9a-fA-F]{32}")
_CNONCE = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Given:
    """A digest sign-in as a client sends it. `count` is None if it does not count, as in RFC 2069.

    All but `name` as WSGI has bytes: a letter each.
    """

    name: str
    nonce: str
    uri: str
    response: str
    cnonce: str
    nc: str
    count: int | None

    def answers(self, ha1: str, method: str) -> str:
        """Return the right response for whoever has this HA1."""
        proof = _md5(f"{method}:{self.uri}")
        if self.count is None:
            return _md5(f"{ha1}:{self.nonce}:{proof}")
        return _md5(f"{ha1}:{self.nonce}:{self.nc}:{self.cnonce}:auth:{proof}")

    def info(self, ha1: str, next_nonce: str | None) -> str:
        """Return what Authentication-Info says: a proof that this server knows the password too."""
        parts = [f'nextnonce="{next_nonce}"'] if next_nonce else []
        if self.count is not None:
            cnonce = re.sub(r'(["\\])', r"\\\1", self.cnonce)
            parts += [f'qop=auth, rspauth="{self.answers(ha1, "")}", cnonce="{cnonce}", nc={self.nc}']
        return ", ".join(parts)


def challenge(nonce: str, *, stale: bool) -> str:
    """Return a challenge, as WWW-Authenticate has it."""
    more = ", stale=true" if stale else ""
    return f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth", charset=UTF-8{more}'


def parameters(text: str) -> dict[str, str] | None:
    """Return the parameters of a credential (RFC 9110, 11.4), names in small letters; None if it is malformed."""
    found: dict[str, str] = {}
    at = _NOTHING.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        match = _PARAMETER.match(text, at)
        if match is None or match[1].lower() in found:
            return None
        found[match[1].lower()] = match[3] if match[2] is None else re.sub(r"(?s)\\(.)", r"\1", match[2])
        at = _NOTHING.match(text, match.end()).end()  # type: ignore[union-attr]
    return found


def read(text: str) -> Given | None:
    """Return what follows "Digest " as a client sent it; None if it is malformed or answers no challenge of ours."""
    given = parameters(text)
    name = given and _name(given)
    if not given or not name:
        return None
    if given.get("realm", REALM) != REALM or given.get("algorithm", "MD5").upper() != "MD5":
        return None
    if given.get("userhash", "false").lower() != "false" or not _RESPONSE.fullmatch(given.get("response", "")):
        return None
    nonce, uri, response = given.get("nonce", ""), given.get("uri", ""), given["response"].lower()
    if not nonce or not uri:
        return None
    if "qop" not in given:
        return Given(name, nonce, uri, response, "", "", None)
    cnonce, nc = given.get("cnonce", ""), given.get("nc", "")
    if given["qop"].lower() != "auth" or not _CNONCE.fullmatch(cnonce) or not _COUNT.fullmatch(nc):
        return None
    return Given(name, nonce, uri, response, cnonce, nc, int(nc, 16))


def is_about(uri: str, environ: dict[str, Any]) -> bool:
    """Return whether `uri` is the target of a request, written in any way: what was signed must be what is done.

    The target is as the client sees it: below SCRIPT_NAME, if a proxy says so.
    """
    rest = uri[match.end() :] if (match := _AUTHORITY.match(uri)) else uri
    path, _, query = rest.partition("?")
    target = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    if environ.get("PATH_INFO") in ("*", "/*") and environ.get("REQUEST_METHOD") == "OPTIONS":
        return path in ("*", "/*", "/")  # OPTIONS * is about no path, and clients differ in what they write
    return query == environ.get("QUERY_STRING", "") and _steps(unquote_to_bytes(_bytes(path))) == _steps(_bytes(target))


def text_of(data: bytes) -> str:
    """Return a name or password that came as bytes: in UTF-8, as was asked for, or as older clients send it."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _name(given: dict[str, str]) -> str | None:
    if ("username" in given) == ("username*" in given):
        return None
    if "username" in given:
        return clean(text_of(_bytes(given["username"])))
    charset, _, rest = given["username*"].partition("'")
    if charset.upper() != "UTF-8" or "'" not in rest:
        return None
    try:
        return clean(unquote_to_bytes(rest.partition("'")[2]).decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _steps(path: bytes) -> list[bytes]:
    return [step for step in path.split(b"/") if step not in (b"", b".")]


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _md5(text: str) -> str:
    return hashlib.md5(_bytes(text), usedforsecurity=False).hexdigest()
