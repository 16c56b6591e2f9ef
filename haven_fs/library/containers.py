"""Where a file keeps its EXIF block, its XMP packet and its size: JPEG, PNG and WebP, read without decoding.

These three are nearly all of a family's pictures, so they are walked here, segment by segment, in one read of the
file's first bytes where that is enough. Nothing here judges or interprets a block. A damaged file gives what was
found before the damage; nothing here raises for its contents, only OSError for a file that cannot be read.
"""

import io
import os
import struct
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

HEAD = 65536
"""Bytes read at once from the start of a file; the EXIF block of most JPEGs lies within."""
LONGEST_BLOCK = 8 << 20
"""An EXIF or XMP block said to be longer than this many bytes is not one."""
LONGEST_MORE = 1 << 20
"""What did not fit into an XMP packet and is longer is a panorama's other eye or a depth map, not what people wrote."""
LONGEST_TEXT = 4096
"""Bytes kept of a comment or a PNG's text."""
_MOST_COMMENTS = 10
_MOST_PARTS = 100_000  # segments or chunks walked in one file, so that a hostile one ends
_XMP_JPEG = b"://ns.adobe.com/xap/1.0/\0"
_XMP_STARTS = (b"http", b"XMP\0")
"""What stands before it: Flickr once wrote the second."""
_XMP_MORE = b"http://ns.adobe.com/xmp/extension/\0"
_RAW_PROFILE = b"Raw profile type "
_PHOTOSHOP = b"Photoshop 3.0\0"
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

    `samples`: a JPEG's samples a pixel, 3 of full color, 1.5 where colors have half the lines and columns. `more_xmp`:
    what did not fit into a JPEG's packet. `photoshop`: its image resources, in which IPTC's headers are; a JPEG may cut
    them up over several segments. `iptc`: those headers by themselves.
    `frame_type`: the marker of a JPEG's frame header: 0xC0 to 0xC2 are what decoders know, 0xC2 is progressive.
    `texts`: a PNG's by their keywords; `comments`: a JPEG's.
    """

    width: int = 0
    height: int = 0
    exif: bytes = b""
    xmp: bytes = b""
    more_xmp: bytes = b""
    photoshop: bytes = b""
    iptc: bytes = b""
    frames: int = 1
    frame_type: int = 0
    samples: float = 3.0
    texts: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)


def walk_jpeg(source: Source, start: int = 0) -> Blocks:
    """Read a JPEG's segments up to its scan; the frame header, which holds the size, is the last but few of them."""
    found = Blocks()
    offset = start + 2
    for _ in range(_MOST_PARTS):
        header = source.at(offset, 10)
        if len(header) < 4:
            break
        if header[0] != 0xFF or header[1] in (0x00, 0xFF):
            if found.frame_type:
                break
            offset += 1  # fill bytes, or rubbish between segments
            continue
        marker = header[1]
        if marker in (0xD8, 0x01) or 0xD0 <= marker <= 0xD7:
            offset += 2
            continue
        length = header[2] << 8 | header[3]
        if marker in (0xD9, 0xDA) or (marker in _SOF and len(header) < 9):
            break
        if marker in _SOF and not found.frame_type:
            found.frame_type = marker
            found.height, found.width = struct.unpack_from(">HH", header, 5)
            found.samples = _samples(source.at(offset + 10, 3 * min(header[-1], 4)))
        elif marker == 0xE1 and length > 8:
            if header[4:8] == b"Exif" and not found.exif:
                found.exif = source.at(offset + 10, length - 8)
            elif header[4:8] in _XMP_STARTS:
                _take_xmp(source.at(offset + 4, length - 2), found)
        elif marker == 0xED and header[4:10] == _PHOTOSHOP[:6] and len(found.photoshop) < LONGEST_BLOCK:
            body = source.at(offset + 4, length - 2)
            if body.startswith(_PHOTOSHOP):
                found.photoshop += body[len(_PHOTOSHOP) :]
        elif marker == 0xFE and length > 2 and len(found.comments) < _MOST_COMMENTS:
            text = plain_text(source.at(offset + 4, min(length - 2, LONGEST_TEXT)))
            found.comments += [text] if text else []
        offset += 2 + max(length, 2)
    return found


def plain_text(raw: bytes) -> str:
    """Decode a text that does not say how: most are UTF-8, which may be cut off, or Windows' Latin. "" if blank."""
    raw = raw.split(b"\0", 1)[0]
    try:
        return getincrementaldecoder("utf-8")().decode(raw).strip()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace").strip()


def _take_xmp(body: bytes, found: Blocks) -> None:
    """Keep a packet, or a part of what did not fit into it: those follow with their place and how long all is."""
    if body.startswith(_XMP_JPEG, 4):
        found.xmp = found.xmp or body[4 + len(_XMP_JPEG) :]
    elif body.startswith(_XMP_MORE):
        ahead = len(_XMP_MORE) + 32  # after a digest
        length, at = struct.unpack(">II", body[ahead : ahead + 8].ljust(8, b"\xff"))
        part = body[ahead + 8 :]
        if length <= LONGEST_MORE and at == len(found.more_xmp) and at + len(part) <= length:
            found.more_xmp += part


def _samples(components: bytes) -> float:
    """Return how many samples a pixel has, of what a JPEG's frame header says of each component."""
    sides = [(factors >> 4, factors & 15) for factors in components[1::3]]
    across, down = (max((side[axis] for side in sides), default=0) for axis in (0, 1))
    return sum(h * v for h, v in sides) / (across * down) if across and down else 3.0


def walk_png(source: Source) -> Blocks:
    """Read a PNG's chunks to its end: EXIF and texts may follow the pixels."""
    found = Blocks()
    for name, start, length in png_chunks(source):
        body = b""
        if name in (b"IHDR", b"eXIf", b"iTXt", b"tEXt", b"zTXt", b"acTL") and length <= LONGEST_BLOCK:
            body = source.at(start, length)
        if name == b"IHDR" and len(body) >= 8:
            found.width, found.height = struct.unpack_from(">II", body)
        elif name == b"eXIf":
            found.exif = body
        elif name == b"acTL" and len(body) >= 4:
            found.frames = max(1, struct.unpack_from(">I", body)[0])
        elif name in (b"tEXt", b"zTXt") and b"\0" in body:
            key, value = body.split(b"\0", 1)
            if name == b"zTXt":
                value = _inflated(value[1:])
            if key.startswith(_RAW_PROFILE):
                _take_profile(value, found)
            else:
                found.texts[key.decode("latin-1")] = plain_text(value[:LONGEST_TEXT])
        elif name == b"iTXt":
            title, text = _png_international_text(body)
            if title == "XML:com.adobe.xmp":
                found.xmp = text
            elif title:
                found.texts[title] = text[:LONGEST_TEXT].decode("utf-8", "replace")
        elif name == b"IEND":
            break
    return found


def png_chunks(source: Source, most: int = _MOST_PARTS) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and length of the contents of each chunk of a PNG, `most` of them."""
    at = 8
    for _ in range(most):
        header = source.at(at, 8)
        if len(header) < 8:
            return
        length, name = struct.unpack(">I4s", header)
        yield name, at + 8, length
        at += 12 + length


def _png_international_text(body: bytes) -> tuple[str, bytes]:
    """Return the keyword and the text of an iTXt chunk, the text empty if it cannot be inflated."""
    key, _, rest = body.partition(b"\0")
    parts = rest[2:].split(b"\0", 2)  # language, translated keyword, text
    if len(rest) < 2 or len(parts) < 3:
        return "", b""
    text = parts[2]
    return key.decode("latin-1"), _inflated(text) if rest[0] else text


def _inflated(data: bytes) -> bytes:
    """Return what zlib packed, as much of it as a block may have; empty if it is damaged."""
    try:
        return zlib.decompressobj().decompress(data, LONGEST_BLOCK)
    except zlib.error:
        return b""


def _take_profile(text: bytes, found: Blocks) -> None:
    """Keep a block that ImageMagick and what is built on it wrote as hexadecimal digits, after its name and length."""
    parts = text.lstrip().split(b"\n", 2)
    try:
        block = bytes.fromhex(parts[2].decode("ascii"))
    except (IndexError, ValueError):
        return
    if block.startswith(b"8BIM"):
        found.photoshop = found.photoshop or block
    elif block.startswith(b"\x1c"):
        found.iptc = found.iptc or block
    elif block.startswith(b"http" + _XMP_JPEG):
        found.xmp = found.xmp or block[4 + len(_XMP_JPEG) :]
    elif parts[0].lower().startswith(b"xmp"):
        found.xmp = found.xmp or block
    elif parts[0].lower().startswith((b"exif", b"app1", b"generic")):
        found.exif = found.exif or block


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


def boxes(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and length of the contents of each box of a file that consists of boxes."""
    at = 0
    for _ in range(_MOST_PARTS):
        header = source.at(at, 16)
        if len(header) < 8:
            return
        size, name = struct.unpack_from(">I4s", header)
        ahead = 8
        if size == 1 and len(header) == 16:
            size, ahead = struct.unpack_from(">Q", header, 8)[0], 16
        elif size == 0:
            size = source.size() - at
        if size < ahead:
            return
        yield name, at + ahead, size - ahead
        at += size


_EXIF_BOXES = (b"JpgTiffExif->JP2", bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e"))
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_IPTC_BOX = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")


def walk_jp2(source: Source) -> Blocks:
    """Read what a JPEG 2000 file has beside its picture, in boxes that are named by UUIDs."""
    found = Blocks()
    for name, at, length in boxes(source):
        if name != b"uuid" or not 16 < length <= LONGEST_BLOCK:
            continue
        mark = source.at(at, 16)
        if mark in _EXIF_BOXES:
            found.exif = found.exif or source.at(at + 16, length - 16)
        elif mark == _XMP_BOX:
            found.xmp = found.xmp or source.at(at + 16, length - 16)
        elif mark == _IPTC_BOX:
            found.iptc = found.iptc or source.at(at + 16, length - 16)
    return found
