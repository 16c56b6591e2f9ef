"""JPEGs of an exact length: coded below it, and filled up inside the format.

A listing has promised the length, see sizes.py. What a photo does not need of it is filled with comment segments
before the picture (ITU T.81, B.2.4.5), which every decoder skips, so nothing after the end of the picture looks like
the rest of a broken download.
"""

import io
from datetime import UTC, datetime

from PIL import Image

from haven_fs.renditions.orders import Said

_QUALITIES = (65, 50, 38, 28, 20, 12)
_BETTER = 90
"""Tried if the first quality leaves much of the length unused."""
_ROOM = 0.55
_SMALLER = 0.7
_LONGEST_SEGMENT = 65_533
_COMMENT = b"\xff\xfe"


def encoded(picture: Image.Image, quality: int, said: Said | None = None) -> bytes:
    """Return an RGB picture as JPEG, of whatever length that takes."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality, **({"exif": _exif(said)} if said else {}))
    return data.getvalue()


def fitted(picture: Image.Image, length: int, quality: int, said: Said | None = None) -> bytes:
    """Return an RGB picture as a JPEG of exactly `length` bytes: as good as `quality` and the length allow.

    Raises ValueError if not even a tiny picture fits.
    """
    while True:
        for one in (quality, *(lower for lower in _QUALITIES if lower < quality)):
            data = encoded(picture, one, said)
            if len(data) <= length:
                if one == quality and len(data) < length * _ROOM and quality < _BETTER:
                    better = encoded(picture, _BETTER, said)
                    data = better if len(better) <= length else data
                return filled(data, length)
        size = (int(picture.width * _SMALLER), int(picture.height * _SMALLER))
        if min(size) < 1:
            raise ValueError(f"no picture fits into {length} bytes")
        picture = picture.resize(size, Image.Resampling.BILINEAR)


def filled(data: bytes, length: int) -> bytes:
    """Return a JPEG with comment segments that make it `length` bytes long. Raises ValueError if it is longer."""
    lacking = length - len(data)
    if lacking < 0:
        raise ValueError(f"{len(data)} bytes do not fit into {length}")
    filling = []
    while lacking >= 4:
        count = min(lacking - 4, _LONGEST_SEGMENT)
        filling.append(_COMMENT + (count + 2).to_bytes(2) + bytes(count))
        lacking -= count + 4
    # Fill bytes may precede any marker (T.81, B.1.1.2): what is too short for a segment.
    at = _after_application_segments(data)
    return data[:at] + b"".join(filling) + b"\xff" * lacking + data[at:]


def _after_application_segments(data: bytes) -> int:
    """Return where the first segment begins that is neither APPn nor a comment, of a JPEG that Pillow wrote."""
    at = 2
    while data[at] == 0xFF and (0xE0 <= data[at + 1] <= 0xEF or data[at + 1] == 0xFE):
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return at


def _exif(said: Said) -> Image.Exif:
    exif = Image.Exif()
    if said.taken is not None:
        try:
            clock = datetime.fromtimestamp(said.taken, UTC).strftime("%Y:%m:%d %H:%M:%S")
        except (ValueError, OverflowError, OSError):  # a year that no calendar has
            clock = ""
        if clock:
            exif[0x0132] = clock
            inner = exif.get_ifd(0x8769)
            inner[0x9003] = inner[0x9004] = clock
            if said.offset is not None:
                sign, minutes = "-" if said.offset < 0 else "+", abs(round(said.offset))
                inner[0x9011] = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    if said.latitude is not None and said.longitude is not None:
        gps = exif.get_ifd(0x8825)
        gps[0] = b"\x02\x03\x00\x00"
        gps[1], gps[2] = "N" if said.latitude >= 0 else "S", _degrees(said.latitude)
        gps[3], gps[4] = "E" if said.longitude >= 0 else "W", _degrees(said.longitude)
    if said.rating is not None and said.rating >= 0:
        exif[0x4746] = min(5, round(said.rating))
        exif[0x4749] = min(100, round(said.rating * 20))
    return exif


def _degrees(value: float) -> tuple[float, float, float]:
    seconds = round(abs(value) * 3600, 3)
    return float(seconds // 3600), float(seconds % 3600 // 60), round(seconds % 60, 3)
