"""JPEG XL: its headers without decoding, and its picture by libjxl through a plugin of Pillow.

A file is a bare codestream (FF 0A) or boxes around one, which may hold EXIF and XMP. The first bits of the codestream
tell the size, and how the decoder is going to turn the picture: as in a HEIC, EXIF only repeats that. The layout is
that of ISO/IEC 18181. Nothing here raises for a file's contents but `open_jxl`.
"""

from typing import Any, BinaryIO

from PIL import Image

from haven_fs.library.containers import LONGEST_BLOCK, Blocks, Source, boxes

CODESTREAM = b"\xff\x0a"
_HEADER = 64
"""Bytes of the codestream that tell the size."""
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}


class Missing(Exception):
    """The package that decodes JPEG XL is not installed."""


def walk_jxl(source: Source) -> Blocks:
    """Read the boxes of a JPEG XL file to its end; the size is that of the picture as it is shown."""
    found = Blocks()
    if source.at(0, 2) == CODESTREAM:
        _read_size(source.at(0, _HEADER), found)
        return found
    for name, at, length in boxes(source):
        if name == b"jxlc" and not found.width:
            _read_size(source.at(at, min(length, _HEADER)), found)
        elif name == b"jxlp" and not found.width:  # a part of the codestream, after its number
            _read_size(source.at(at + 4, min(length, _HEADER)), found)
        elif name == b"Exif" and 4 < length <= LONGEST_BLOCK and not found.exif:
            found.exif = source.at(at, length)  # an offset, which some leave out, and a TIFF
        elif name == b"xml " and length <= LONGEST_BLOCK and not found.xmp:
            found.xmp = source.at(at, length)
    return found


def open_jxl(file: BinaryIO) -> Image.Image:
    """Decode a picture, turned upright. Raises Missing, and whatever damaged data makes the decoder raise."""
    try:
        from pillow_jxl import JpegXLImagePlugin as Plugin
    except ImportError as error:
        raise Missing from error
    Plugin.DECODE_THREADS = 0  # other photos are looked at meanwhile
    # It decodes when it is opened, and does so with any bytes that begin like a JPEG XL.
    image: Image.Image = Plugin.JXLImageFile(file)
    return image


class _Bits:
    """The bits of a header, the lowest of each byte first; zeros past its end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        return value

    def choose(self, *layouts: tuple[int, int]) -> int:
        """Read a number in one of four layouts: bits, and what is added."""
        bits, more = layouts[self.take(2)]
        return self.take(bits) + more


def _read_size(codestream: bytes, found: Blocks) -> None:
    """Read the size of the upright picture, and whether there are several."""
    if not codestream.startswith(CODESTREAM):
        return
    bits = _Bits(codestream[2:])
    width, height = _size(bits)
    orientation = 1
    if not bits.take(1) and bits.take(1):  # neither all defaults, nor none of the fields that follow
        orientation = bits.take(3) + 1
        if bits.take(1):
            _size(bits)
        if bits.take(1):
            _skip_preview(bits)
        found.frames = 2 if bits.take(1) else 1
    found.width, found.height = (height, width) if orientation >= 5 else (width, height)


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)

    def side() -> int:
        return (bits.take(5) + 1) * 8 if small else bits.choose((9, 1), (13, 1), (18, 1), (30, 1))

    height = side()
    ratio: Any = _RATIOS.get(bits.take(3))
    return (height * ratio[0] // ratio[1] if ratio else side()), height


def _skip_preview(bits: _Bits) -> None:
    eighths = bits.take(1)

    def side() -> None:
        if eighths:
            bits.choose((0, 16), (0, 32), (5, 1), (9, 33))
        else:
            bits.choose((6, 1), (8, 65), (10, 321), (12, 1345))

    side()
    if not bits.take(3):
        side()
