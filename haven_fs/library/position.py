"""Where a photo was taken, as its headers say, or why what they say cannot be true.

A wrong place is worse than none: a position that is no number, not on the earth, without its hemisphere, or the
0, 0 that devices write when they know nothing, is dropped with a sentence for the owner. Nothing here raises for what
a file says.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from haven_fs.library.headers import Metadata

_XMP = re.compile(
    r"\s*(?P<sign>[-+]?)(?P<degrees>\d+(?:\.\d*)?)\s*(?:°|deg)?"
    r"(?:\s*[,\s]\s*(?P<minutes>\d+(?:\.\d*)?)\s*['′]?(?:\s*[,\s]\s*(?P<seconds>\d+(?:\.\d*)?)\s*[\"″]?)?)?"
    r"\s*(?P<ref>[NSEWnsew]?)\s*"
)
_ISO_6709 = re.compile(r"([-+]\d{1,6}(?:\.\d*)?)([-+]\d{1,7}(?:\.\d*)?)(?:[-+]\d+(?:\.\d*)?)?(?:CRS[^/]*)?/?")
_ISO_KEYS = ("com.apple.quicktime.location.iso6709", "location")


class _NonsenseError(ValueError):
    """A position that cannot be true; the message says why."""


@dataclass(frozen=True, slots=True)
class _Axis:
    name: str
    limit: float
    positive: str
    negative: str
    hemispheres: str


_LATITUDE = _Axis("latitude", 90.0, "N", "S", "north or south")
_LONGITUDE = _Axis("longitude", 180.0, "E", "W", "east or west")


def position_of(metadata: Metadata, companions: Mapping[str, Metadata]) -> tuple[tuple[float, float] | None, list[str]]:
    """Return (latitude, longitude) in WGS 84 degrees, None if there is none to believe, and what was dropped.

    Asked in turn: sidecars, EXIF, XMP, the video container's location, then the same of each companion.
    """
    problems: list[str] = []
    for whose, source in [("", metadata), *((f" of its {role} file", companions[role]) for role in sorted(companions))]:
        for where, read in _readers(source):
            try:
                found = read()
            except _NonsenseError as nonsense:
                problems.append(f"The {where} position{whose} was ignored: {nonsense}.")
                continue
            if found is not None:
                return found, problems
    return None, problems


def _readers(metadata: Metadata) -> Iterator[tuple[str, Callable[[], tuple[float, float] | None]]]:
    yield "sidecar's", lambda: _from_xmp(metadata.beside)
    yield "GPS", lambda: _from_exif(metadata.exif)
    yield "XMP", lambda: _from_xmp(metadata.xmp)
    yield "video's", lambda: _from_video(metadata.video)


def _checked(latitude: float, longitude: float) -> tuple[float, float]:
    for value, axis in ((latitude, _LATITUDE), (longitude, _LONGITUDE)):
        if not math.isfinite(value):
            raise _NonsenseError(f"its {axis.name} is not a number")
        if abs(value) > axis.limit:
            raise _NonsenseError(f"there is no {axis.name} of {value:.6g} degrees")
    if latitude == 0 and longitude == 0:
        raise _NonsenseError("devices write 0, 0 when they do not know where they are")
    return latitude, longitude


def _from_exif(exif: Mapping[str, Any]) -> tuple[float, float] | None:
    values = exif.get("GPS GPSLatitude"), exif.get("GPS GPSLongitude")
    if values == (None, None):
        return None
    if None in values:
        raise _NonsenseError(f"it only has a {'longitude' if values[0] is None else 'latitude'}")
    sizes = [_degrees(value, axis) for value, axis in zip(values, (_LATITUDE, _LONGITUDE), strict=True)]
    refs = exif.get("GPS GPSLatitudeRef"), exif.get("GPS GPSLongitudeRef")
    if sizes == [0, 0]:
        return _checked(0, 0)
    return _checked(_signed(sizes[0], refs[0], _LATITUDE), _signed(sizes[1], refs[1], _LONGITUDE))


def _degrees(value: Any, axis: _Axis) -> float:
    """Add up degrees, minutes and seconds; each a pair (numerator, denominator) or a plain number."""
    parts = list(value) if isinstance(value, list | tuple) else [value]
    if not 1 <= len(parts) <= 3:
        raise _NonsenseError(f"its {axis.name} has {len(parts)} parts instead of degrees, minutes and seconds")
    numbers = [_number(part, axis) for part in parts]
    if any(abs(number) > 60 for number in numbers[1:]):
        raise _NonsenseError(f"its {axis.name} has more than 60 minutes or seconds")
    size = math.fsum(abs(number) / 60.0**power for power, number in enumerate(numbers))
    return -size if any(number < 0 for number in numbers) else size


def _number(part: Any, axis: _Axis) -> float:
    try:
        if isinstance(part, list | tuple):
            numerator, denominator = part
            number = float(numerator) / float(denominator)
        else:
            number = float(part)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _NonsenseError(f"its {axis.name} is not a number")
    return number


def _signed(size: float, ref: Any, axis: _Axis) -> float:
    """Return degrees with the sign of the hemisphere; a minus sign of its own may only agree with it."""
    letter = str(ref or "").strip("\x00 ").upper()[:1]
    if letter == axis.negative:
        return -abs(size)
    if letter == axis.positive and size >= 0:
        return size
    if letter == axis.positive:
        raise _NonsenseError(f"its {axis.name} is marked {letter} but negative")
    if size < 0 and not letter:
        return size
    raise _NonsenseError(f"it does not say whether its {axis.name} is {axis.hemispheres}")


def _from_xmp(xmp: Mapping[str, Any]) -> tuple[float, float] | None:
    values = xmp.get("exif:GPSLatitude"), xmp.get("exif:GPSLongitude")
    if None in values:
        return None
    refs = xmp.get("exif:GPSLatitudeRef"), xmp.get("exif:GPSLongitudeRef")
    return _checked(_from_text(values[0], refs[0], _LATITUDE), _from_text(values[1], refs[1], _LONGITUDE))


def _from_text(value: Any, ref: Any, axis: _Axis) -> float:
    """Read XMP's "48,51.396N" and "48,51,24N", and what some programs write: degrees with a sign or a `ref` apart."""
    text = str(value[0] if isinstance(value, list) and value else value)
    match = _XMP.fullmatch(text)
    if match is None:
        raise _NonsenseError(f"its {axis.name} is not a number")
    size = _degrees([float(match[part] or 0) for part in ("degrees", "minutes", "seconds")], axis)
    size = -size if match["sign"] == "-" else size
    ref = match["ref"] or (ref if isinstance(ref, str) else "")
    if not ref and match["minutes"] is None:
        return size
    return _signed(size, ref, axis)


def _from_video(tags: Mapping[str, str]) -> tuple[float, float] | None:
    """Read ISO 6709, "+48.8566+002.3522+035/"."""
    keys = [*_ISO_KEYS, *sorted(key for key in tags if key.startswith("location-"))]
    text = next((tags[key] for key in keys if tags.get(key)), None)
    if text is None:
        return None
    match = _ISO_6709.fullmatch(text.strip())
    if match is None:
        raise _NonsenseError("it is not written as latitude and longitude")
    return _checked(_iso_degrees(match[1], 2), _iso_degrees(match[2], 3))


def _iso_degrees(text: str, degree_digits: int) -> float:
    """Read +DD.D, +DDMM.M or +DDMMSS.S, with three digits of degrees for a longitude."""
    whole, _, fraction = text[1:].partition(".")
    extra = len(whole) - degree_digits
    parts = extra // 2 if extra in (2, 4) else 0  # after the degrees: minutes, or minutes and seconds
    cut = len(whole) - 2 * parts
    numbers = [whole[:cut], *(whole[cut + 2 * part : cut + 2 * part + 2] for part in range(parts))]
    numbers[-1] += f".{fraction or 0}"
    size = _degrees([float(number) for number in numbers], _LATITUDE if degree_digits == 2 else _LONGITUDE)
    return -size if text[0] == "-" else size
