"""Where a file keeps its EXIF block, its XMP packet and its size: JPEG, PNG and WebP, read without decoding.

These three are nearly all of a family's pictures, so they are walked here, segment by segment, in one read of the
file's first bytes where that is enough. Nothing here judges or interprets a block. A damaged file gives what was
found before the damage; nothing here raises for its contents, only OSError for a file that cannot be read.
"""

import io
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

HEAD = 65536
"""Bytes read at once from the start of a file; the EXIF block of most JPEGs lies within."""
LONGEST_BLOCK = 8 << 20
"""An EXIF or XMP block said to be longer than this many bytes is not one."""
_MOST_PARTS = 100_000  # segments or chunks walked in one file, so that a hostile one ends
_XMP_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Source:
    """Random access to a file whose first bytes may be known already; opens it only when more is wanted."""

    __slots__ = ("_file", "_head", "_size", "path")

    def __init__(self, path: Path, head: bytes = b"") -> None:
        self.path = path
        self._file: io.BufferedReader | None = None
        self._size: int | None = None
        self._head = head or self.file.read(HEAD)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file:
            self._file.close()

    @property
    def head(self) -> bytes:
        """The bytes at the start of the file that are known without reading."""
        return self._head

    @property
    def file(self) -> io.BufferedReader:
        """The open file, at no particular position."""
        if not self._file:
            self._file = self.path.open("rb")
        return self._file

    def whole(self) -> io.BufferedReader:
        """Return the open file, at its start."""
        self.file.seek(0)
        return self.file

    def size(self) -> int:
        """Return the length of the file in bytes."""
        if self._size is None:
            self._size = os.fstat(self.file.fileno()).st_size
        return self._size

    def at(self, offset: int, length: int) -> bytes:
        """Return up to `length` bytes at `offset`; fewer, or none, past the end."""
        if offset + length <= len(self._head):
            return self._head[offset : offset + length]
        if offset >= self.size():  # systems refuse to seek very far
            return b""
        self.file.seek(offset)
        return self.file.read(length)


@dataclass(slots=True)
class Blocks:
    """What was found: pixels as stored (0 if no size was found), raw blocks, the number of pictures, plain texts.

    `frame_type`: the marker of a JPEG's frame header: 0xC0 to 0xC2 are what decoders know, 0xC2 is progressive.
    """

    width: int = 0
    height: int = 0
    exif: bytes = b""
    xmp: bytes = b""
    frames: int = 1
    frame_type: int = 0
    texts: dict[str, str] = field(default_factory=dict)


def walk_jpeg(source: Source, start: int = 0) -> Blocks:
    """Read a JPEG's segments up to the frame header, which holds the size and follows every EXIF and XMP segment."""
    found = Blocks()
    offset = start + 2
    for _ in range(_MOST_PARTS):
        header = source.at(offset, 10)
        if len(header) < 4:
            break
        if header[0] != 0xFF or header[1] in (0x00, 0xFF):
            offset += 1  # fill bytes, or rubbish between segments
            continue
        marker = header[1]
        if marker in (0xD8, 0x01) or 0xD0 <= marker <= 0xD7:
            offset += 2
            continue
        length = header[2] << 8 | header[3]
        if marker in _SOF:
            if len(header) >= 9:
                found.frame_type = marker
                found.height, found.width = struct.unpack_from(">HH", header, 5)
            break
        if marker in (0xD9, 0xDA):
            break
        if marker == 0xE1 and length > 8:
            if header[4:8] == b"Exif" and not found.exif:
                found.exif = source.at(offset + 10, length - 8)
            elif header[4:8] == b"http" and not found.xmp:
                body = source.at(offset + 4, length - 2)
                if body.startswith(_XMP_JPEG):
                    found.xmp = body[len(_XMP_JPEG) :]
        offset += 2 + max(length, 2)
    return found


def walk_png(source: Source) -> Blocks:
    """Read a PNG's chunks to its end: EXIF and texts may follow the pixels."""
    found = Blocks()
    offset = 8
    for _ in range(_MOST_PARTS):
        header = source.at(offset, 8)
        if len(header) < 8:
            break
        length, name = struct.unpack(">I4s", header)
        body = b""
        if name in (b"IHDR", b"eXIf", b"iTXt", b"tEXt", b"acTL") and length <= LONGEST_BLOCK:
            body = source.at(offset + 8, length)
        if name == b"IHDR" and len(body) >= 8:
            found.width, found.height = struct.unpack_from(">II", body)
        elif name == b"eXIf":
            found.exif = body
        elif name == b"acTL" and len(body) >= 4:
            found.frames = max(1, struct.unpack_from(">I", body)[0])
        elif name == b"tEXt" and b"\0" in body:
            key, value = body.split(b"\0", 1)
            found.texts[key.decode("latin-1")] = value[:4096].decode("latin-1")
        elif name == b"iTXt":
            title, text = _png_international_text(body)
            if title == "XML:com.adobe.xmp":
                found.xmp = text
            elif title:
                found.texts[title] = text[:4096].decode("utf-8", "replace")
        elif name == b"IEND":
            break
        offset += 12 + length
    return found


def _png_international_text(body: bytes) -> tuple[str, bytes]:
    """Return the keyword and the text of an iTXt chunk, the text empty if it cannot be inflated."""
    key, _, rest = body.partition(b"\0")
    parts = rest[2:].split(b"\0", 2)  # language, translated keyword, text
    if len(rest) < 2 or len(parts) < 3:
        return "", b""
    text = parts[2]
    if rest[0]:
        try:
            text = zlib.decompressobj().decompress(text, LONGEST_BLOCK)
        except zlib.error:
            text = b""
    return key.decode("latin-1"), text


def walk_webp(source: Source) -> Blocks:
    """Read a WebP's chunks to its end: EXIF and XMP follow the pixels."""
    found = Blocks()
    pictures = 0
    for name, offset, length in _riff_chunks(source):
        if name == b"VP8X":
            body = source.at(offset, 10)
            if len(body) == 10:
                found.width = int.from_bytes(body[4:7], "little") + 1
                found.height = int.from_bytes(body[7:10], "little") + 1
        elif name == b"VP8 " and not found.width:
            body = source.at(offset, 10)
            if body[3:6] == b"\x9d\x01\x2a" and len(body) == 10:
                width, height = struct.unpack_from("<HH", body, 6)
                found.width, found.height = width & 0x3FFF, height & 0x3FFF
        elif name == b"VP8L" and not found.width:
            body = source.at(offset, 5)
            if body[:1] == b"\x2f" and len(body) == 5:
                bits = int.from_bytes(body[1:], "little")
                found.width, found.height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif name == b"ANMF":
            pictures += 1
        elif name == b"EXIF" and length <= LONGEST_BLOCK:
            found.exif = source.at(offset, length)
        elif name == b"XMP " and length <= LONGEST_BLOCK:
            found.xmp = source.at(offset, length)
    found.frames = max(1, pictures)
    return found


def _riff_chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    offset = 12
    for _ in range(_MOST_PARTS):
        header = source.at(offset, 8)
        if len(header) < 8:
            return
        name, length = struct.unpack("<4sI", header)
        yield name, offset + 8, length
        offset += 8 + length + (length & 1)
