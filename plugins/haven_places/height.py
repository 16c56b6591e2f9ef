"""How high a photo was taken, as its headers say, in metres above the sea; what cannot be true is left out."""

import math
import re
from collections.abc import Mapping
from typing import Any

from haven_fs import Metadata

_LOWEST, _HIGHEST = -500.0, 20_000.0
_SIGN = 1 << 31
_FRACTION = re.compile(r"\s*([-+]?\d+(?:\.\d*)?)\s*(?:/\s*(\d+))?\s*")
_ISO_6709 = re.compile(r"[-+][\d.]+[-+][\d.]+([-+]\d+(?:\.\d*)?)(?:CRS[^/]*)?/?")
_ISO_KEYS = ("com.apple.quicktime.location.iso6709", "location")


def altitude(metadata: Metadata, companions: Mapping[str, Metadata]) -> float | None:
    """Return metres above the sea, None if none are known; asked as in `position_of`."""
    for source in (metadata, *(companions[role] for role in sorted(companions))):
        found = (
            _signed(source.beside.get("exif:GPSAltitude"), source.beside.get("exif:GPSAltitudeRef")),
            _signed(source.exif.get("GPS GPSAltitude"), source.exif.get("GPS GPSAltitudeRef")),
            _signed(source.xmp.get("exif:GPSAltitude"), source.xmp.get("exif:GPSAltitudeRef")),
            _from_video(source.video),
        )
        for metres in found:
            if metres is not None and _LOWEST <= metres <= _HIGHEST:
                return metres
    return None


def _signed(value: Any, ref: Any) -> float | None:
    """Return an altitude, which is below the sea if the reference is 1."""
    metres = _number(value)
    below = _number(ref[0] if isinstance(ref, bytes) and ref else ref) == 1
    return -abs(metres) if metres is not None and below else metres


def _number(value: Any) -> float | None:
    """Return a number, a pair of them, or one that is written as 1234/10; None if it is none of these."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    try:
        if isinstance(value, list | tuple):
            numerator, denominator = value
            if _SIGN <= numerator < 2 * _SIGN:  # below the sea, by phones that know of no reference
                numerator -= 2 * _SIGN
            number = float(numerator) / float(denominator)
        elif isinstance(value, str):
            match = _FRACTION.fullmatch(value)
            number = float(match[1]) / float(match[2] or 1) if match else math.nan
        else:
            number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _from_video(tags: Mapping[str, str]) -> float | None:
    """Read the third part of ISO 6709, "+48.8566+002.3522+035/"."""
    keys = [*_ISO_KEYS, *sorted(key for key in tags if key.startswith("location-"))]
    match = _ISO_6709.fullmatch(next((tags[key] for key in keys if tags.get(key)), "").strip())
    return _number(match[1]) if match else None
