"""Passwords: how they are made, hashed and compared.

A password of a person's own choosing is kept as argon2id, which is slow and takes memory, so that a stolen file gives
it away slowly. A password that Haven makes has 79 random bits or more, which no number of tries finds, so nothing slow
is needed for it. Digest is defined on `ha1`, the MD5 of name:realm:password (RFC 7616, 3.4.2), which is as good as the
password to whoever reads it. It is kept for made passwords, which open nothing else and can be taken back one by one,
and for a chosen one only where its owner asked for that.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHash

REALM = "Haven FS"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For made passwords: nothing that is mistaken for something else when read aloud or off a screen."""
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""19 MiB and about 30 ms a check."""
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
"""scrypt's parameters, as Haven had them before argon2id."""
_NOBODYS = _HASHER.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Password:
    """One password as the file has it. `device` is "" for the user's own; `made` says when Haven made it, "" if it did
    not. `ha1` is for digest, in each spelling in which clients send bytes; the others each serve Basic.
    """

    device: str = ""
    made: str = ""
    argon2: str = ""
    scrypt: str = ""  # salt$hash
    sha256: str = ""  # salt$hash
    ha1: tuple[str, ...] = ()

    def is_made(self, name: str, password: str) -> bool:
        """Return whether this is a made password and `password` is it; takes microseconds."""
        if not self.made:
            return False
        if self.sha256:
            salt = self.sha256.partition("$")[0]
            return hmac.compare_digest(self.sha256, _sha256(salt, password))
        return any(hmac.compare_digest(kept, _ha1(name, password, "utf-8")) for kept in self.ha1)

    def is_chosen(self, password: str, raw: str) -> bool:
        """Return whether this is a chosen password and `password` is it; slow. `raw`: as it came, before clean()."""
        if self.argon2:
            return _is_argon2(self.argon2, password)
        if self.scrypt:
            salt = self.scrypt.partition("$")[0]
            return hmac.compare_digest(self.scrypt, _scrypt(salt, raw))
        return False


def clean(text: str) -> str:
    """Return a name or password in the form in which it is hashed: letters typed on any system are the same (NFC)."""
    return unicodedata.normalize("NFC", text)


def make(groups: int) -> str:
    """Return a random password of groups of four letters; 19.8 bits each."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(groups))


def chosen(name: str, password: str, *, digest: bool) -> Password:
    """Return how to keep a password that a person chose."""
    password = clean(password)
    return Password(argon2=_HASHER.hash(_bytes(password)), ha1=ha1s(name, password) if digest else ())


def made(name: str, password: str, device: str, when: str, *, digest: bool) -> Password:
    """Return how to keep a password that Haven made."""
    if digest:
        return Password(device, when, ha1=ha1s(name, password))
    return Password(device, when, sha256=_sha256(secrets.token_hex(8), password))


def is_own(own: Password | None, password: str, raw: str, *, older: bool) -> bool:
    """Return whether `own` is a chosen password and this is it; takes as long if it is None.

    `older`: there are users who have one as scrypt, so that each check takes as long as theirs.
    """
    right = own is not None and own.is_chosen(password, raw)
    if own is None or not own.argon2:
        _is_argon2(_NOBODYS, password)
    if older and (own is None or not own.scrypt):
        _scrypt("", password)
    return right


def ha1s(name: str, password: str) -> tuple[str, ...]:
    """Return what digest is defined on, for clients that send UTF-8, Latin-1 or split accents, where these differ."""
    found = [_ha1(name, password, "utf-8")]
    try:
        found.append(_ha1(name, password, "latin-1"))
    except UnicodeEncodeError:
        pass
    found.append(_ha1(unicodedata.normalize("NFD", name), unicodedata.normalize("NFD", password), "utf-8"))
    return tuple(dict.fromkeys(found))


def _ha1(name: str, password: str, encoding: str) -> str:
    data = f"{name}:{REALM}:{password}".encode(encoding, "surrogateescape")
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _is_argon2(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, _bytes(password))
    except (Argon2Error, InvalidHash):
        return False


def _sha256(salt: str, password: str) -> str:
    return f"{salt}${hashlib.sha256(_bytes(f'{salt}:{password}')).hexdigest()}"


def _scrypt(salt: str, password: str) -> str:
    digest = hashlib.scrypt(
        _bytes(password), salt=salt.encode(), n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=2**26, dklen=32
    )
    return f"{salt}${digest.hex()}"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
