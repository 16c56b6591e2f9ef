"""A PNG decoded some rows at a time, each of them as a small PNG of its own that Pillow decodes."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image

from haven_fs.library.bands import BAND, MOST_OF_BAND, Band, NotInBands
from haven_fs.library.containers import Source, png_chunks

Bytes = npt.NDArray[np.uint8]
_READ = 1 << 20
_MOST_CHUNKS = 1_000_000


def png_bands(source: Source, size: tuple[int, int], factor: int) -> Iterator[Band]:
    """Decode rows of a PNG, some at a time.

    A row is stored as its difference to the one before. So each band begins with the row before it, unchanged. Where
    samples have 16 bits, that row keeps the upper eight of each: all bytes of a pixel are predicted from the same ones
    of its neighbours, so the lower, which nobody looks at, have no part in the upper.
    """
    width, height = size
    depth, colour, interlaced = _png_header(source)
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour, 0)
    if interlaced or not channels or depth not in (1, 2, 4, 8, 16):
        raise NotInBands
    unit = max(1, channels * depth // 8)  # bytes from a sample to that of the neighbour
    length = (width * channels * depth + 7) // 8
    rows = max(1, BAND // width // factor) * factor
    if (length + 1) * (rows + 1) > MOST_OF_BAND:
        raise NotInBands
    palette = _png_chunk(source, b"PLTE")
    inflated = _inflated(source, (length + 1) * rows)
    before = b""
    for top in range(0, height, rows):
        count = min(rows, height - top)
        data = next(inflated, b"")
        whole = min(count, len(data) // (length + 1))
        if not whole:
            raise ValueError("the data end early")
        values = _unfiltered(before + data[: whole * (length + 1)], unit, length, whole + bool(before))
        values = values[1:] if before else values
        before = b"\0" + _last_row(values, unit > 4)
        yield Band(top, _png_picture(values, width, depth, colour, palette))
        if whole < count:
            raise ValueError("the data end early")


def _png_header(source: Source) -> tuple[int, int, int]:
    header = source.at(16, 13)
    return (header[8], header[9], header[12]) if len(header) == 13 else (0, 0, 0)


def _png_chunk(source: Source, wanted: bytes) -> bytes:
    for name, at, length in png_chunks(source, _MOST_CHUNKS):
        if name == wanted:
            return source.at(at, min(length, 768))
        if name == b"IDAT":
            break
    return b""


def _inflated(source: Source, portion: int) -> Iterator[bytes]:
    """Yield what the IDAT chunks hold in portions of so many bytes; the last may be shorter."""
    inflate, data = zlib.decompressobj(), bytearray()
    for name, at, length in png_chunks(source, _MOST_CHUNKS):
        if name != b"IDAT":
            continue
        for start in range(0, length, _READ):
            packed = source.at(at + start, min(_READ, length - start))
            while packed:
                try:
                    data += inflate.decompress(packed, portion - len(data))
                except zlib.error:
                    yield bytes(data)
                    return
                packed = inflate.unconsumed_tail
                if len(data) >= portion:
                    yield bytes(data)
                    data.clear()
    yield bytes(data)


_UNITS = {1: (8, 0), 2: (8, 4), 3: (8, 2), 4: (8, 6), 6: (16, 2), 8: (16, 6)}
"""Depth and colour type of a PNG that has so many bytes from a sample to its neighbour's."""


def _unfiltered(rows: bytes, unit: int, length: int, count: int) -> Bytes:
    """Return rows of a PNG without its filters: bytes as stored, or of samples of 16 bits the upper eight."""
    depth, colour = _UNITS[unit]
    header = struct.pack(">IIBBBBB", length // unit, count, depth, colour, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    with Image.open(BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)), formats=("PNG",)) as image:
        return np.asarray(image).reshape(count, -1)


def _last_row(values: Bytes, upper: bool) -> bytes:
    last = values[-1]
    return (np.stack([last, np.zeros_like(last)], axis=-1) if upper else last).tobytes()


def _png_picture(values: Bytes, width: int, depth: int, colour: int, palette: bytes) -> Image.Image:
    if depth < 8:
        bits = np.unpackbits(values, axis=1).reshape(len(values), -1, depth)
        values = np.right_shift(np.packbits(bits, axis=2).squeeze(2)[:, :width], np.uint8(8 - depth))
        if colour == 0:
            values = (values * (255 // ((1 << depth) - 1))).astype(np.uint8)
    if colour == 3:
        table = np.frombuffer(palette.ljust(768, b"\0"), np.uint8).reshape(256, 3)
        return Image.fromarray(table[values[:, :width]])
    if depth == 16 and colour in (0, 4):  # read as twice the channels of eight bits
        values = np.ascontiguousarray(values[:, ::2])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    shaped = values.reshape(len(values), -1, channels) if channels > 1 else values
    return Image.fromarray(shaped)
