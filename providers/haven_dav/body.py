"""The body of a PUT: what its headers say about it, its blocks as they arrive, and whether all of it is right."""

import base64
import binascii
import hashlib
import hmac
import logging
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from haven_dav.proppatch import LATEST
from haven_dav.send import BLOCK, Environ
from haven_fs.errors import Malformed, Refused, UnsupportedType
from haven_fs.receiving import declared_length
from haven_fs.tree.actions import Done, Receiving

logger = logging.getLogger(__name__)

_HASHES: dict[str, Callable[..., Any]] = {
    "md5": hashlib.md5,
    "sha": hashlib.sha1,
    "sha1": hashlib.sha1,
    "sha-256": hashlib.sha256,
    "sha256": hashlib.sha256,
    "sha-512": hashlib.sha512,
    "sha512": hashlib.sha512,
}
"""By the names that these headers have for them; RFC 9530, 5, and RFC 3230, 4.1.1. Others are not looked at."""
_DICTIONARY = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):")
_CUT = "The file was not sent to its end."
_DAMAGED = "The file arrived damaged: its checksum is another than the one sent. Send it again."


class Body:
    """What the headers of a PUT say about its body. Raises Refused if one of them makes no sense."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ
        try:
            self.length = declared_length(environ)
        except ValueError as error:
            raise Malformed(str(error)) from error
        """Its declared length in bytes; None if it comes in chunks."""
        expected = environ.get("HTTP_X_EXPECTED_ENTITY_LENGTH", "")
        self.expected = int(expected) if self.length is None and expected.isdecimal() else self.length
        """Its length as far as any header says so: Finder announces what it sends in chunks."""
        if environ.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("identity", ""):
            raise UnsupportedType("Send the file as it is, without a Content-Encoding.")
        self.checksums = Checksums(environ)

    @property
    def mtime(self) -> float | None:
        """The file's modification time, in seconds since the epoch."""
        try:
            mtime = float(self._environ.get("HTTP_X_OC_MTIME", ""))
        except ValueError:
            return None
        return mtime if math.isfinite(mtime) and abs(mtime) < LATEST else None

    def blocks(self) -> Iterator[bytes]:
        """Yield it block by block, in a server that leaves the reading to the application. Raises Refused."""
        body = self._environ["wsgi.input"]
        left = self.length if self.length is not None else 1 << 62
        try:
            while left and (block := body.read(min(BLOCK, left))):
                left -= len(block)
                yield block
        except ValueError as error:  # what the framing of chunks says is wrong
            raise Malformed(f"The file was not sent as HTTP wants it. {error}") from error
        except (ConnectionError, TimeoutError) as error:
            logger.info("An upload was cut off: %s", error)
            raise Malformed(_CUT) from error
        self._environ["wsgidav.all_input_read"] = 1


class Checksums:
    """The checksums that a sender gives with a file, of kinds that we know; all must be right.

    They are in OC-Checksum (`SHA1:` and hexadecimal), Content-MD5 (RFC 1864), Repr-Digest and Content-Digest
    (RFC 9530), or the Digest that these replaced (RFC 3230).
    """

    def __init__(self, environ: Environ) -> None:
        self._wanted: dict[str, set[bytes]] = {}
        kind, _, value = environ.get("HTTP_OC_CHECKSUM", "").strip().partition(":")
        self._expect(kind, value, bytes.fromhex)
        if "HTTP_CONTENT_MD5" in environ:
            self._expect("md5", environ["HTTP_CONTENT_MD5"], _decoded)
        for part in environ.get("HTTP_DIGEST", "").split(","):
            kind, _, value = part.strip().partition("=")
            self._expect(kind, value, _decoded)
        for name in ("HTTP_REPR_DIGEST", "HTTP_CONTENT_DIGEST"):
            for part in filter(None, map(str.strip, environ.get(name, "").split(","))):
                match = _DICTIONARY.match(part)
                if match is None:
                    raise Malformed("The checksum sent with the file cannot be read.")
                self._expect(match[1], match[2], _decoded)
        self._digests = {maker: maker(usedforsecurity=False) for maker in {_HASHES[kind] for kind in self._wanted}}

    def _expect(self, kind: str, value: str, decode: Callable[[str], bytes]) -> None:
        if (maker := _HASHES.get(kind.strip().lower())) is None:
            return
        try:
            wanted = decode(value.strip())
        except (ValueError, binascii.Error):
            wanted = b""
        if len(wanted) != maker(usedforsecurity=False).digest_size:
            raise Malformed("The checksum sent with the file cannot be read.")
        self._wanted.setdefault(kind.strip().lower(), set()).add(wanted)

    def update(self, block: bytes | memoryview) -> None:
        """Take the next block."""
        for digest in self._digests.values():
            digest.update(block)

    def check(self) -> None:
        """Raise Malformed if what came is not what was sent."""
        for kind, wanted in self._wanted.items():
            digest = self._digests[_HASHES[kind]].digest()
            if not all(hmac.compare_digest(digest, one) for one in wanted):
                raise Malformed(_DAMAGED)


class Upload:
    """Receives the body of a PUT, in whichever server (haven_fs.receiving.Receiver); `finish` stores it."""

    def __init__(self, receiving: Receiving, body: Body) -> None:
        self._receiving, self._body = receiving, body
        self._refused: Refused | None = None

    def write(self, block: bytes | memoryview) -> bool:
        """Take the next block; return whether more is wanted: none once it was refused, which `finish` says."""
        try:
            self._receiving.write(block)
        except Refused as refused:
            self._refused = refused
            return False
        self._body.checksums.update(block)
        return True

    def finish(self) -> Done:
        """Store what came. Raises Refused; nothing is left of it then."""
        try:
            if self._refused is not None:
                raise self._refused
            if self._body.length is not None and self._receiving.size != self._body.length:
                raise Malformed(_CUT)
            self._body.checksums.check()
            return self._receiving.finish(self._body.mtime)
        finally:
            self.discard()

    def discard(self) -> None:
        """Forget what came, unless it was stored."""
        self._receiving.discard()


def _decoded(value: str) -> bytes:
    return base64.b64decode(value, validate=True)
