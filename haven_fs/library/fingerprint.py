"""A short fingerprint of a file, to find it again after it was moved or renamed.

It covers the size, the first and the last 64 KiB and nothing in between, so that taking it costs two reads whatever
the size. Two files of one fingerprint are most likely the same, and are not proven so: a video cut anew in its middle
keeps it. It may say where a photo went; it must never be the reason to delete or to overwrite anything.
"""

import os
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

SPAN = 64 * 1024
"""Bytes taken from either end of a file."""


def fingerprint_of(head: bytes, tail: bytes, size: int) -> bytes:
    """Return the 16-byte fingerprint of a file of `size` bytes from its first and its last min(size, SPAN) bytes.

    `head` may be longer; what is beyond SPAN is not used. Of a file up to SPAN, head and tail are the same bytes.
    Raises ValueError if either is too short, which means that the file has changed since its size was asked.
    """
    span = min(size, SPAN)
    if len(head) < span or len(tail) != span:
        raise ValueError(f"{len(head)} first and {len(tail)} last bytes are not the ends of a file of {size} bytes")
    digest = blake2b(size.to_bytes(8, "little"), digest_size=16, person=b"haven original")
    digest.update(head[:span])
    digest.update(tail)
    return digest.digest()


def fingerprint(file: Path | BinaryIO, size: int) -> bytes:
    """Return the fingerprint of a file on disk, or of one opened for reading (its position moves), of `size` bytes.

    Raises OSError if it cannot be read or is shorter than `size`.
    """
    if isinstance(file, os.PathLike):
        with file.open("rb") as opened:
            return fingerprint(opened, size)
    file.seek(0)
    head = tail = file.read(min(size, SPAN))
    if size > SPAN:
        file.seek(size - SPAN)
        tail = file.read(SPAN)
    try:
        return fingerprint_of(head, tail, size)
    except ValueError as error:
        raise OSError("the file became shorter while it was read") from error
