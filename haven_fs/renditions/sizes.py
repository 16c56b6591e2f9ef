"""Which renditions there are, and how many bytes those have that stand in a listing.

A listing gives the length of a file before anybody has made it. So the length is a function of what the first look
into an original tells, is kept with it, and the picture is fitted into it: coded as well as goes below the length and
filled up inside the format (see jpeg.py). The lengths are chosen for photos of a quality that people are content with.
"""

from dataclasses import dataclass
from typing import Literal

What = Literal["square", "tile", "grid", "screen", "small", "tv", "cover", "film"]

LONGEST: dict[What, int] = {
    "square": 112, "tile": 168, "grid": 320, "screen": 2048, "small": 1600, "tv": 3840, "cover": 512,
}  # fmt: skip
"""Pixels of the longer side, at most; nothing is enlarged but to a square."""
SQUARE: frozenset[What] = frozenset({"square", "tile"})
"""Those that are the middle of the picture. Browsers hold a thousand decoded tiles, so these have no pixel too many."""
QUALITY: dict[What, int] = {"square": 72, "tile": 60, "grid": 60, "screen": 80, "small": 90, "tv": 92, "cover": 90}
"""The JPEG quality; at most that, where a length is to be kept."""

_SMALL_MOST, _SMALL_LEAST = 140_000, 64_000
"""About 150 KB with what is around it: a month of photos is looked through over a slow line."""
_SHARE_OF_JPEG = 21
"""A JPEG's small picture has at most this share of its bytes, unless that is too little to look at."""
_SMALL_RATE, _TV_RATE = 0.25, 0.25
"""Bytes a pixel that suffice for the most detailed photo, and are not exceeded."""
_TV_OF_HEIC = 2.4
"""How many bytes of JPEG stand for one of HEIC or AVIF of the same quality."""
_TV_LEAST_RATE = 0.06
_OVERHEAD = 8 * 1024
"""Bytes for headers, and for the tile that stands for what cannot be decoded."""
_STEP = 1024
TILE = 16 * 1024
"""Bytes in /Small of what is no picture, though its name says so."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Bytes of an original's renditions in /Small and /TV; 0 where the original itself is shown."""

    small: int = 0
    tv: int = 0


PLAIN = frozenset({"jpeg", "png", "gif", "bmp", "webp"})
"""Formats of pictures that players show as they are."""
_DENSE = frozenset({"heic", "heif", "avif", "jxl"})


def reserve(kind: str, format_: str, size: int, width: int | None, height: int | None) -> Reserved:
    """Return how many bytes the renditions of a picture, RAW file or video have.

    `kind`, `format_`: as Kind says them. `size`: bytes of the original. `width`, `height`: its pixels, if known.
    """
    if kind not in ("image", "raw", "video"):
        return Reserved()
    most = LONGEST["small"] ** 2
    pixels = _pixels(width, height, LONGEST["small"]) or most
    small = min(pixels * _SMALL_RATE, _SMALL_MOST)
    if kind == "image" and format_ == "jpeg":
        small = min(small, max(size / _SHARE_OF_JPEG - _OVERHEAD, _SMALL_LEAST))
        if max(width or most, height or most) <= LONGEST["small"]:
            small = min(small, size)
    return Reserved(_rounded(small), 0 if kind == "video" or format_ in PLAIN else _tv(format_, size, width, height))


def _tv(format_: str, size: int, width: int | None, height: int | None) -> int:
    pixels = _pixels(width, height, LONGEST["tv"]) or LONGEST["tv"] ** 2 * 2 // 3
    bytes_ = pixels * _TV_RATE
    if format_ in _DENSE:
        bytes_ = min(bytes_, max(size * _TV_OF_HEIC, pixels * _TV_LEAST_RATE))
    return _rounded(bytes_)


def _pixels(width: int | None, height: int | None, longest: int) -> float:
    if not width or not height:
        return 0.0
    scale = min(1.0, longest / max(width, height))
    return width * height * scale * scale


def _rounded(bytes_: float) -> int:
    return _OVERHEAD + int(-(-bytes_ // _STEP)) * _STEP
