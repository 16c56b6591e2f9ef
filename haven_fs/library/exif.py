"""EXIF blocks and TIFF-like files to plain values, under exifread's tag names.

exifread does the reading. It was written for honest files: a damaged directory can make it loop for minutes, so it
is given a file that runs dry after a bounded number of reads, and directories that analyzers have no use for are
cut off before it sees them. What it cannot or will not give (comments with a charset, sizes in sub-directories,
Apple's burst id) is looked up here by `Directory`. Nothing in this module raises for a file's contents.
"""

import io
import logging
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import exifread

from haven_fs.library.containers import Source
from haven_fs.library.trouble import PASSING

logging.getLogger("exifread").disabled = True  # it warns about every odd tag; what matters is in `problems`

TEXTS = (
    *("Image Make", "Image Model", "Image DateTime", "Image ImageDescription", "Image Software"),
    *("EXIF DateTimeOriginal", "EXIF DateTimeDigitized", "EXIF LensMake", "EXIF LensModel"),
    *("EXIF OffsetTime", "EXIF OffsetTimeOriginal", "EXIF OffsetTimeDigitized"),
    *("GPS GPSDate", "GPS GPSLatitudeRef", "GPS GPSLongitudeRef", "GPS GPSStatus"),
)
"""Tags kept as str, without padding."""
WIDE_TEXTS = ("Image XPTitle", "Image XPComment", "Image XPSubject", "Image XPKeywords")
"""Tags of Windows, kept as str: UTF-16 in the file."""
NUMBERS = ("Image Orientation", "Image Rating", "EXIF ExifImageWidth", "EXIF ExifImageLength", "GPS GPSAltitudeRef")
"""Tags kept as int."""
RATIOS = ("GPS GPSLatitude", "GPS GPSLongitude", "GPS GPSAltitude", "GPS GPSTimeStamp")
"""Tags kept as a list of (numerator, denominator), whatever number type the file used; 0/0 is what is no number."""
COMMENT = "EXIF UserComment"
BURST = "Apple BurstUUID"
"""A name of Haven's own: the burst a picture belongs to, from Apple's maker note."""
CONTENT = "Apple ContentIdentifier"
"""A name of Haven's own: what a Live Photo's picture and film have in common, from Apple's maker note (0x0011)."""

_MOST_READS = 20_000  # an honest block takes about 500; a TIFF of many pages may run dry after its first ones
_MOST_DRY_READS = 20_000  # a directory that says it has tens of thousands of entries
_LONGEST_READ = 1 << 20
# Bytes of a value by TIFF's type number; 14 and 15 are none, and from 16 on they are BigTIFF's.
_SIZES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)

Pair = tuple[int, int]
At = Callable[[int, int], bytes]
"""Returns up to so many bytes (second argument) at an offset (first)."""


class _Bounded(io.BytesIO):
    """A block that runs dry after _MOST_READS reads and in the end raises, so that exifread ends on any directory."""

    reads = 0

    def read(self, length: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > _MOST_READS:
            return _dry(self.reads)
        return super().read(length)


class _BoundedFile(io.BufferedReader):
    """The same for a file on disk, and no single read of more than _LONGEST_READ bytes."""

    reads = 0

    def read(self, length: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > _MOST_READS:
            return _dry(self.reads)
        return super().read(_LONGEST_READ if length is None or length < 0 else min(length, _LONGEST_READ))


def _dry(reads: int) -> bytes:
    if reads > _MOST_READS + _MOST_DRY_READS:
        raise ValueError("endless directory")
    return b""


class Entry(NamedTuple):
    """One entry of a directory: TIFF type number, number of values, offset of the first."""

    type: int
    number: int
    offset: int


class Directory:
    """One TIFF directory: tag number to Entry, and where the next directory is (0: none)."""

    def __init__(self, at: At, offset: int, order: str, big: bool = False) -> None:
        """Read the directory at `offset`; `order` is struct's "<" or ">"; `big`: BigTIFF's 64-bit layout.

        A damaged one is empty or short.
        """
        self._at, self.order = at, order
        self.entries: dict[int, Entry] = {}
        counts, layout, pointer = ("Q", "HHQQ", "Q") if big else ("H", "HHII", "I")
        ahead, size, room = struct.calcsize(counts), struct.calcsize(order + layout), struct.calcsize(pointer)
        start = at(offset, ahead)
        count = struct.unpack(order + counts, start)[0] if len(start) == ahead else 0
        table = at(offset + ahead, size * min(count, 1024))
        rows = struct.iter_unpack(order + layout, table[: len(table) // size * size])
        for place, (tag, kind, number, value) in enumerate(rows):
            if kind < len(_SIZES) and _SIZES[kind]:
                inline = _SIZES[kind] * number <= room
                self.entries[tag] = Entry(kind, number, offset + ahead + size * (place + 1) - room if inline else value)
        self.next_at = offset + ahead + size * count
        following = at(self.next_at, room)
        self.next = struct.unpack(order + pointer, following)[0] if len(following) == room else 0

    def raw(self, tag: int, most: int = 65536) -> bytes:
        """Return the bytes of a tag's values, at most `most` of them; empty if it is not there."""
        entry = self.entries.get(tag)
        return self._at(entry.offset, min(_SIZES[entry.type] * entry.number, most)) if entry else b""

    def integers(self, tag: int) -> list[int]:
        """Return a tag's values if they are SHORT, LONG, IFD or BigTIFF's LONG8, at most 64 of them."""
        entry = self.entries.get(tag)
        if not entry or entry.type not in (3, 4, 13, 16):
            return []
        letter = {3: "H", 16: "Q"}.get(entry.type, "I")
        raw = self.raw(tag, 64 * _SIZES[entry.type])
        size = _SIZES[entry.type]
        return [value for (value,) in struct.iter_unpack(self.order + letter, raw[: len(raw) // size * size])]

    def text(self, tag: int) -> str:
        """Return a tag's ASCII value without padding, or ""."""
        return _text(self.raw(tag))

    def integer(self, tag: int) -> int:
        """Return a tag's first value, or 0."""
        return next(iter(self.integers(tag)), 0)


def tiff_order(head: bytes) -> str | None:
    """Return struct's byte order of a TIFF header, "<" or ">", or None if it is not one."""
    return {b"II": "<", b"MM": ">"}.get(head[:2]) if len(head) >= 8 else None


def first_directory(at: At) -> Directory | None:
    """Return the first directory of a TIFF or BigTIFF, or None if it is neither."""
    head = at(0, 16)
    order = tiff_order(head)
    if not order:
        return None
    if head[2:4] in (b"+\0", b"\0+"):
        return Directory(at, struct.unpack(order + "Q", head[8:])[0], order, big=True) if len(head) == 16 else None
    return Directory(at, struct.unpack(order + "I", head[4:8])[0], order)


def read_block(block: bytes, problems: list[str]) -> dict[str, Any]:
    """Read an EXIF block as it lies in a JPEG, PNG, WebP or HEIC file, with or without its "Exif" mark.

    Returns tag names of TEXTS, WIDE_TEXTS, NUMBERS, RATIOS, COMMENT, BURST and CONTENT to values; adds a sentence to
    `problems` if the block is damaged.
    """
    if not block:
        return {}
    if tiff_order(block) is None:
        starts = [start for mark in (b"II*\0", b"MM\0*") if (start := block.find(mark, 0, 64)) >= 0]
        if not starts:
            problems.append("The camera data in this file (EXIF) is damaged and was not read.")
            return {}
        block = block[min(starts) :]

    def at(offset: int, length: int) -> bytes:
        return block[offset : offset + length]

    first = first_directory(at)
    if first and first.next:  # the thumbnail's directory: nobody asks for it, and a damaged one can be endless
        block = block[: first.next_at] + b"\0\0\0\0" + block[first.next_at + 4 :]
    return _read(_Bounded(block), first, at, problems)


def read_tiff(path: Path, problems: list[str]) -> dict[str, Any]:
    """Read the tags of a TIFF-like file (TIFF, DNG, NEF, CR2, ARW, ORF, RW2); the same names as `read_block`."""
    with Source(path) as source, _BoundedFile(path.open("rb", buffering=0)) as bounded:
        return _read(bounded, first_directory(source.at), source.at, problems)


def below(tag: int, block: bytes) -> bytes:
    """Return a TIFF block whose first directory is what was that of `block`, moved below `tag` of a new first one.

    Canon's CR3 keeps the EXIF and the GPS directory each in a TIFF of its own.
    """
    order = tiff_order(block)
    if not order:
        return b""
    new_first = struct.pack(order + "HHHII", 1, tag, 4, 1, struct.unpack(order + "I", block[4:8])[0])
    return block[:4] + struct.pack(order + "I", len(block)) + block[8:] + new_first + b"\0\0\0\0"


def _read(file: Any, first: Directory | None, at: At, problems: list[str]) -> dict[str, Any]:
    try:
        tags = exifread.process_file(file, details=False, extract_thumbnail=False)
    except Exception as error:  # exifread raises whatever a damaged directory makes it stumble over
        if isinstance(error, OSError) and error.errno in PASSING:
            raise
        problems.append("The camera data in this file (EXIF) is damaged and was not read.")
        return {}
    exif: dict[str, Any] = {}
    for name in TEXTS:
        if (tag := _tag(tags, name)) is not None and (text := _text(tag.values)):
            exif[name] = text
    for name in WIDE_TEXTS:
        if (tag := tags.get(name)) is not None and (text := _wide(tag.values)):
            exif[name] = text
    for name in NUMBERS:
        if (tag := _tag(tags, name)) is not None and tag.values and isinstance(tag.values[0], int):
            exif[name] = tag.values[0]
    for name in RATIOS:
        if (tag := tags.get(name)) is not None and isinstance(tag.values, list) and tag.values:
            exif[name] = [_pair(value) for value in tag.values]
    if first:
        _read_inner(first, at, exif)
    return exif


def _tag(tags: dict[str, Any], name: str) -> Any:
    """Look a tag up, also in the main directory, where raw files keep their EXIF tags."""
    tag = tags.get(name)
    return tag if tag is not None or not name.startswith("EXIF ") else tags.get("Image " + name[5:])


def _read_inner(first: Directory, at: At, exif: dict[str, Any]) -> None:
    """Add what exifread leaves out when it leaves out maker notes."""
    if not (offset := first.integer(0x8769)):
        return
    order = ">" if at(0, 2) == b"MM" else "<"
    inner = Directory(at, offset, order)
    if comment := decode_comment(inner.raw(0x9286, 8192), order):
        exif[COMMENT] = comment
    note = inner.raw(0x927C)
    if note.startswith(b"Apple iOS\0"):
        apple = Directory(lambda where, length: note[where : where + length], 14, ">")
        if burst := apple.raw(0x000B, 64).split(b"\0", 1)[0].decode("ascii", "ignore"):
            exif[BURST] = burst
        if content := apple.raw(0x0011, 64).split(b"\0", 1)[0].decode("ascii", "ignore"):
            exif[CONTENT] = content


def decode_comment(raw: bytes, order: str) -> str:
    """Decode a UserComment by the charset its first eight bytes name; `order` is the block's byte order."""
    charset, body = raw[:8].rstrip(b"\0 ").upper(), raw[8:]
    if charset == b"UNICODE":
        # Many writers use the machine's byte order, not the block's: the side with more zero bytes is the high one.
        even, odd = body[0::2].count(0), body[1::2].count(0)
        codec = (
            ("utf-16-be" if order == ">" else "utf-16-le")
            if even == odd
            else "utf-16-be"
            if even > odd
            else "utf-16-le"
        )
        text = body[: len(body) // 2 * 2].decode(
            "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else codec, "replace"
        )
    elif charset == b"JIS":
        text = body.decode("iso2022_jp", "replace")
    else:
        text = _text(body if charset in (b"ASCII", b"") else raw)
    text = text.split("\0", 1)[0].strip()
    return "" if "\ufffd" in text else text


def _text(values: Any) -> str:
    if isinstance(values, list):
        values = bytes(value for value in values if isinstance(value, int) and 0 <= value < 256)
    if isinstance(values, bytes):
        values = values.split(b"\0", 1)[0]
        try:
            values = values.decode("utf-8")
        except UnicodeDecodeError:
            values = values.decode("cp1252", "replace")
    return values.strip() if isinstance(values, str) else ""


def _wide(values: Any) -> str:
    if not isinstance(values, list) or not all(isinstance(value, int) and 0 <= value < 256 for value in values):
        return ""
    return bytes(values[: len(values) // 2 * 2]).decode("utf-16-le", "replace").split("\0", 1)[0].strip()


def _pair(value: Any) -> Pair:
    if isinstance(value, tuple):  # exifread gives a FLOAT or DOUBLE as a tuple of one
        value = value[0]
    if isinstance(value, float):
        return value.as_integer_ratio() if math.isfinite(value) else (0, 0)
    if isinstance(value, int):
        return value, 1
    return int(value.num), int(value.den)
