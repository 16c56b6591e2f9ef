"""What a RAW file holds without being developed: the size of its picture, its embedded JPEGs.

Most RAW formats are TIFFs, and their directories tell the size. The others (haven_fs.library.rawheads) share one thing
with them: the camera put JPEGs of the picture inside, often of full size. Nothing here raises for a file's contents.
"""

from collections.abc import Iterator
from typing import NamedTuple

from haven_fs.library.containers import Source, walk_jpeg
from haven_fs.library.exif import Directory, first_directory

_CHUNK = 1 << 20
_MOST_SEARCHED = 256 << 20
"""Bytes of a file that are searched for JPEGs."""
_MOST_JPEGS = 64
_MOST_DIRECTORIES = 32


class Preview(NamedTuple):
    """A JPEG inside a file: where it starts, and its size in pixels."""

    offset: int
    width: int
    height: int


def picture_size(source: Source) -> tuple[int, int]:
    """Return width and height of the picture a TIFF-like RAW file holds, (0, 0) if no directory tells.

    That is what the camera's EXIF says, if it comes close to the sensor's area; else the largest area in a directory.
    """
    first = first_directory(source.at)
    if first is None:
        return 0, 0
    order = "<" if source.at(0, 2) == b"II" else ">"
    found: list[tuple[int, int]] = []
    seen: set[int] = set()
    waiting = [first]
    while waiting and len(seen) < _MOST_DIRECTORIES:
        directory = waiting.pop()
        found.append((directory.integer(0x100), directory.integer(0x101)))
        if source.at(0, 3) == b"IIU":  # Panasonic's own numbers
            found.append((directory.integer(0x07), directory.integer(0x06)))
        for offset in (*directory.integers(0x14A), directory.next):
            if offset and offset not in seen:
                seen.add(offset)
                waiting.append(Directory(source.at, offset, order))
    largest = max(found, key=lambda size: size[0] * size[1])
    if offset := first.integer(0x8769):
        inner = Directory(source.at, offset, order)
        said = inner.integer(0xA002), inner.integer(0xA003)
        if said[0] * said[1] >= 0.9 * largest[0] * largest[1]:
            largest = said
    return largest if all(largest) else (0, 0)


def previews(source: Source) -> list[Preview]:
    """Return the JPEGs inside a file that a decoder can show, the largest first."""
    found = []
    for offset in _jpeg_starts(source):
        blocks = walk_jpeg(source, offset)
        if blocks.width and blocks.height and blocks.frame_type in (0xC0, 0xC1, 0xC2):  # not lossless: sensor data
            found.append(Preview(offset, blocks.width, blocks.height))
        if len(found) >= _MOST_JPEGS:
            break
    return sorted(found, key=lambda preview: preview.width * preview.height, reverse=True)


def _jpeg_starts(source: Source) -> Iterator[int]:
    start, tail = 0, b""
    while start < _MOST_SEARCHED:
        chunk = source.at(start, _CHUNK)
        text = tail + chunk
        at = text.find(b"\xff\xd8\xff")
        while at >= 0:
            # A JPEG goes on with a table or an application segment; other bytes are chance within compressed data.
            if len(text) <= at + 3 or text[at + 3] in (0xDB, 0xC0, 0xC4, 0xFE) or 0xE0 <= text[at + 3] <= 0xEF:
                yield start - len(tail) + at
            at = text.find(b"\xff\xd8\xff", at + 1)
        if len(chunk) < _CHUNK:
            return
        start += len(chunk)
        tail = text[-2:]
