"""A TIFF decoded some strips or tiles at a time, each time as a small TIFF of its own that Pillow decodes."""

import math
import struct
from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image

from haven_fs.library.bands import BAND, MOST_OF_BAND, Band, NotInBands
from haven_fs.library.containers import Source
from haven_fs.library.exif import Directory, first_directory

_WIDTH, _LENGTH, _BITS, _COMPRESSION, _SAMPLES, _PLANAR = 0x100, 0x101, 0x102, 0x103, 0x115, 0x11C
_STRIPS, _ROWS, _STRIP_BYTES = 0x111, 0x116, 0x117
_TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES = 0x142, 0x143, 0x144, 0x145
_KEPT = (
    *(_WIDTH, _BITS, _COMPRESSION, 0x106, 0x10A, _SAMPLES, _PLANAR, 0x13D, 0x140, 0x152, 0x153, 0x15B),
    *(0x211, 0x212, 0x213, 0x214, _TILE_WIDTH, _TILE_LENGTH),
)
"""What says how pixels are stored, whichever of them they are."""
_MOST_TIMES = 8  # as many pixels as a band should have, where strips and tiles are so large
_MOST_PARTS = 1_000_000
_LONGEST_VALUE = 1 << 20
_LETTERS = {1: "B", 3: "H", 4: "I", 16: "Q"}


def tiff_bands(source: Source, size: tuple[int, int], factor: int) -> Iterator[Band]:
    """Decode rows of a TIFF, some strips or rows of tiles at a time, so many that `factor` divides their rows."""
    first = first_directory(source.at)
    if first is None or first.integer(_PLANAR) == 2:
        raise NotInBands
    width, height = size
    tiled = _TILES in first.entries
    offsets, lengths = (
        _numbers(first, _TILES if tiled else _STRIPS),
        _numbers(first, _TILE_BYTES if tiled else _STRIP_BYTES),
    )
    rows = first.integer(_TILE_LENGTH if tiled else _ROWS) or height
    across = -(-width // max(1, first.integer(_TILE_WIDTH))) if tiled else 1
    if not tiled and rows >= height and len(offsets) == 1 and first.integer(_COMPRESSION) in (0, 1):
        # Rows as they are can be parted anywhere.
        bits = sum(first.integers(_BITS)) or 1
        row, rows = (width * bits + 7) // 8, 1
        offsets, lengths = range(offsets[0], offsets[0] + row * height, max(1, row)), [row] * height
    most = -(-height // rows) * across
    if len(offsets) < most or len(lengths) < most:
        raise NotInBands
    step = factor // math.gcd(rows, factor)  # parts after which a pixel of the reduced picture is full
    step *= max(1, BAND // (width * rows * step))
    for top in range(0, -(-height // rows), step):
        some = slice(top * across, (top + step) * across)
        inside = min(step * rows, height - top * rows)
        if sum(lengths[some]) > MOST_OF_BAND or width * inside > _MOST_TIMES * BAND:
            raise NotInBands
        parts = [source.at(at, length) for at, length in zip(offsets[some], lengths[some], strict=True)]
        if any(len(part) < length for part, length in zip(parts, lengths[some], strict=True)):
            raise ValueError("the data end early")
        with Image.open(BytesIO(_small_tiff(first, parts, inside, rows, tiled)), formats=("TIFF",)) as image:
            image.load()
            yield Band(top * rows, image)


def _numbers(directory: Directory, tag: int) -> Sequence[int]:
    """Return a tag's numbers, all of them."""
    entry = directory.entries.get(tag)
    if entry is None or entry.type not in _LETTERS or entry.number > _MOST_PARTS:
        raise NotInBands
    letter = directory.order + _LETTERS[entry.type]
    raw = directory.raw(tag, entry.number * 8)
    return [
        number
        for (number,) in struct.iter_unpack(
            letter, raw[: len(raw) // struct.calcsize(letter) * struct.calcsize(letter)]
        )
    ]


def _small_tiff(first: Directory, parts: Sequence[bytes], height: int, rows: int, tiled: bool) -> bytes:
    """Return a TIFF of some strips or tiles of another one."""
    order = first.order
    values = {tag: (first.entries[tag], first.raw(tag, _LONGEST_VALUE)) for tag in _KEPT if tag in first.entries}
    tags = {tag: (entry.type, entry.number, raw) for tag, (entry, raw) in values.items() if entry.type < 16}
    count = len(parts)
    tags[_LENGTH] = (4, 1, struct.pack(order + "I", height))
    if _WIDTH not in tags:
        tags[_WIDTH] = (4, 1, struct.pack(order + "I", first.integer(_WIDTH)))
    if not tiled:
        tags[_ROWS] = (4, 1, struct.pack(order + "I", rows))
    tags[_TILE_BYTES if tiled else _STRIP_BYTES] = (4, count, struct.pack(f"{order}{count}I", *map(len, parts)))
    where = _TILES if tiled else _STRIPS
    tags[where] = (4, count, b"\0" * 4 * count)
    start = 8 + 2 + 12 * len(tags) + 4
    after = start + sum(len(raw) + len(raw) % 2 for _, _, raw in tags.values() if len(raw) > 4)
    starts = [after]
    for part in parts[:-1]:
        starts.append(starts[-1] + len(part))
    tags[where] = (4, count, struct.pack(f"{order}{count}I", *starts))
    table, tail = b"", b""
    for tag, (kind, number, raw) in sorted(tags.items()):
        value = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(order + "I", start + len(tail))
        table += struct.pack(order + "HHI", tag, kind, number) + value
        tail += raw + b"\0" * (len(raw) % 2) if len(raw) > 4 else b""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(order + "IH", 8, len(tags)) + table + b"\0\0\0\0"
    return head + tail + b"".join(parts)
