"""A short fingerprint of a file, to find it again after it was moved or renamed.

Of most files it covers the size, the first and the last 64 KiB, so that taking it costs two reads whatever the size:
what is compressed differs there if it differs anywhere. Bitmaps and TIFF pictures are not compressed, or barely, and
two scans of one size may have the same margins and another picture in between: of those, and of whatever ends with
bytes that say little, it covers the rest too.

Two files of one fingerprint are most likely the same, and are not proven so: a video cut anew in its middle keeps it.
It may say where a photo went; it must never be the reason to delete or to overwrite anything.
"""

import errno
import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from haven_fs.library.kinds import sniff

SPAN = 64 * 1024
"""Bytes taken from either end of a file."""
_MOST = 256 << 20
"""Bytes read between the ends; of a larger file, as many in evenly spread blocks."""
_BLOCK = 1 << 20
_PLAIN = ("bmp", "tiff")
_FEW = 24
"""This few different bytes, among a thousand spread over the end of a file, say little: those of pictures have 200."""


def read_ends(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    """Return the first and last min(size, SPAN) bytes of a file of `size` bytes. Raises OSError if it is shorter."""
    file.seek(0)
    head = tail = file.read(min(size, SPAN))
    if size > SPAN:
        file.seek(size - SPAN)
        tail = file.read(SPAN)
    if len(head) < min(size, SPAN) or len(tail) != min(size, SPAN):
        raise _shorter()
    return head, tail


def fingerprint(file: Path | BinaryIO, size: int, ends: tuple[bytes, bytes] | None = None) -> bytes:
    """Return the 16-byte fingerprint of a file on disk, or of one opened for reading (its position moves).

    `size`: its bytes. `ends`: what `read_ends` returned, if it was read before. Raises OSError if it cannot be read or
    is shorter than `size`.
    """
    if isinstance(file, os.PathLike):
        with file.open("rb") as opened:
            return fingerprint(opened, size, ends)
    head, tail = ends or read_ends(file, size)
    digest = blake2b(size.to_bytes(8, "little"), digest_size=16, person=b"haven original")
    digest.update(head)
    digest.update(tail)
    if size > 2 * SPAN and _may_agree_by_chance(head, tail):
        for block in _between(file, size):
            digest.update(block)
    return digest.digest()


def ending_of(tail: bytes, size: int) -> bytes:
    """Return 8 bytes that stand for the last bytes of a file of `size` bytes, from its last min(size, SPAN).

    In most pictures these are the picture itself: they stay if a program changes what else the file says.
    """
    return blake2b(tail[-(size // 2) :] if size else b"", digest_size=8, person=b"haven ending").digest()


def _may_agree_by_chance(head: bytes, tail: bytes) -> bool:
    """Tell whether files with these ends may well have other bytes in between."""
    return len(set(tail[:: SPAN // 1024])) < _FEW or sniff(head, "").format in _PLAIN


def _between(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Give what lies between the ends. Raises OSError if the file is shorter than it was."""
    first, last = SPAN, size - SPAN
    blocks = -(-(last - first) // _BLOCK)
    step = max(1, -(-blocks * _BLOCK // _MOST))
    for number in range(0, blocks, step):
        at = first + number * _BLOCK
        file.seek(at)
        wanted = min(_BLOCK, last - at)
        block = file.read(wanted)
        if len(block) != wanted:
            raise _shorter()
        yield block


def _shorter() -> OSError:
    return OSError(errno.ESTALE, "The file became shorter while it was read")
