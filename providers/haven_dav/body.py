"""The body of a PUT: its length, its blocks as they arrive, and what the headers say about it."""

import hashlib
import logging
import math
from collections.abc import Callable, Iterator
from typing import Any

from haven_dav.proppatch import LATEST
from haven_dav.send import BLOCK, Environ
from haven_fs.errors import Malformed

logger = logging.getLogger(__name__)

_CHECKSUMS = {"md5": hashlib.md5, "sha1": hashlib.sha1, "sha256": hashlib.sha256}


class Body:
    """The body of one request."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ
        length = environ.get("CONTENT_LENGTH") or ""
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        self.length = int(length) if length.isdigit() else None if chunked else 0
        """Its declared length in bytes; None if it comes in chunks."""
        expected = environ.get("HTTP_X_EXPECTED_ENTITY_LENGTH", "")
        self.expected = int(expected) if self.length is None and expected.isdecimal() else self.length
        """Its length as far as any header says so: Finder announces what it sends in chunks."""

    @property
    def mtime(self) -> float | None:
        """The file's modification time, in seconds since the epoch."""
        try:
            mtime = float(self._environ.get("HTTP_X_OC_MTIME", ""))
        except ValueError:
            return None
        return mtime if math.isfinite(mtime) and abs(mtime) < LATEST else None

    def blocks(self) -> Iterator[bytes]:
        """Yield it block by block. Raises Refused if it is cut off or is not what its headers say."""
        body, checksum = self._environ["wsgi.input"], _Checksum(self._environ)
        left = self.length if self.length is not None else 1 << 62
        try:
            while left and (block := body.read(min(BLOCK, left))):
                left -= len(block)
                checksum.update(block)
                yield block
        except ValueError as error:  # what the framing of chunks says is wrong
            raise Malformed(f"The file was not sent as HTTP wants it. {error}") from error
        except (ConnectionError, TimeoutError) as error:
            logger.info("An upload was cut off: %s", error)
            raise Malformed(_CUT) from error
        self._environ["wsgidav.all_input_read"] = 1
        if self.length is not None and left:
            raise Malformed(_CUT)
        checksum.check()


_CUT = "The file was not sent to its end."


class _Checksum:
    """The checksum that a sender gives with a file (OC-Checksum: SHA1:...), if it is of a kind we know."""

    def __init__(self, environ: Environ) -> None:
        kind, _, self._wanted = environ.get("HTTP_OC_CHECKSUM", "").strip().partition(":")
        maker: Callable[..., Any] | None = _CHECKSUMS.get(kind.lower())
        self._digest = maker(usedforsecurity=False) if maker else None

    def update(self, block: bytes) -> None:
        if self._digest is not None:
            self._digest.update(block)

    def check(self) -> None:
        if self._digest is not None and self._digest.hexdigest() != self._wanted.strip().lower():
            raise Malformed("The file arrived damaged: its checksum is another than the one sent. Send it again.")
