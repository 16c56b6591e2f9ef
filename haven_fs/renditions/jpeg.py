"""JPEGs of an exact length: coded below it, and filled up inside the format.

A listing has promised the length, see sizes.py. What a photo does not need of it is filled with comment segments
before the picture (ITU T.81, B.2.4.5), which every decoder skips, so nothing after the end of the picture looks like
the rest of a broken download.
"""

import io
from datetime import UTC, datetime

from PIL import Image

from haven_fs.renditions.orders import Said

_LEAST = 12
"""The JPEG quality below which a smaller picture looks better."""
_SMALLER = 0.7
_SAMPLE = 100_000
"""Pixels of a picture that tell well enough how many bytes the whole takes."""
_BAND = 16
"""Rows of a JPEG's blocks: a sample is made of whole ones."""
_TABLES = 640
"""Bytes that a JPEG has however small its picture is."""
_LONGEST_SEGMENT = 65_533
_COMMENT = b"\xff\xfe"


def encoded(picture: Image.Image, quality: int, said: Said | None = None) -> bytes:
    """Return an RGB picture as JPEG, of whatever length that takes."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality, **({"exif": _exif(said)} if said else {}))
    return data.getvalue()


def fitted(picture: Image.Image, length: int, best: int, said: Said | None = None) -> bytes:
    """Return an RGB picture as a JPEG of exactly `length` bytes, as good as they allow, up to the quality `best`.

    Raises ValueError if not even a tiny picture fits.
    """
    while True:
        quality = _likely(picture, length, best)
        while quality >= _LEAST:
            data = encoded(picture, quality, said)
            if len(data) <= length:
                return filled(data, length)
            quality -= max(1, quality // 16)
        size = (int(picture.width * _SMALLER), int(picture.height * _SMALLER))
        if min(size) < 1:
            raise ValueError(f"no picture fits into {length} bytes")
        picture = picture.resize(size, Image.Resampling.BILINEAR)


def _likely(picture: Image.Image, length: int, best: int) -> int:
    """Return the quality at which a picture probably just fits, by coding a part of it; to code all takes longer."""
    sample = _sample(picture)
    share = (sample.width * sample.height) / (picture.width * picture.height)
    room = (length - _TABLES) * share + _TABLES
    low, high = _LEAST, best
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(encoded(sample, middle)) <= room else (low, middle - 1)
    return low


def _sample(picture: Image.Image) -> Image.Image:
    """Return bands of a picture from top to bottom, one below the other; a small picture as it is."""
    bands = picture.height // _BAND
    taken = max(4, _SAMPLE // (picture.width * _BAND))
    if bands <= 2 * taken:
        return picture
    sample = Image.new("RGB", (picture.width, taken * _BAND))
    for number in range(taken):
        top = (2 * number + 1) * bands // (2 * taken) * _BAND
        sample.paste(picture.crop((0, top, picture.width, top + _BAND)), (0, number * _BAND))
    return sample


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
