"""What sidecars in JSON and YAML have in common: reading them without trust, and saying the same in the words of XMP.

Each program has its own names for a title, a position, a favourite. `said` writes them down under those of XMP, which
all analyzers know, and leaves out what is no such value: an empty text, 0, 0 for a position, a year that is none.
"""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from haven_fs.library.headers import Values

_TAKEN = "photoshop:DateCreated"
FAVOURITE = "5"
"""What a favourite is as xmp:Rating."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_ITEMS = 1000


def loaded(data: bytes, what: str, longest: int, problems: list[str]) -> Any:
    """Read JSON of at most `longest` bytes; None if it is damaged, with a sentence in `problems`. `what` wrote it."""
    if len(data) > longest:
        problems.append(f"What {what} wrote beside this file is too long and was not read.")
        return None
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        problems.append(f"What {what} wrote beside this file is damaged and was not read.")
        return None


def text(value: Any) -> str:
    """Return a text without the blanks around it; "" if it is none."""
    return value.strip() if isinstance(value, str) else ""


def number(value: Any) -> float | None:
    """Return a finite number; None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def moment(seconds: float | None) -> str:
    """Return a moment, seconds since the epoch, as XMP has it, in UTC; "" if the calendar has no such."""
    if seconds is None:
        return ""
    try:
        return f"{_EPOCH + timedelta(seconds=int(seconds)):%Y-%m-%dT%H:%M:%SZ}"
    except OverflowError:
        return ""


def local_time(seconds: float, ahead: object) -> str:
    """Return a moment on a clock that is `ahead` of UTC by some seconds, with that offset; else in UTC."""
    known = moment(seconds)
    if not known or isinstance(ahead, bool) or not isinstance(ahead, int) or abs(ahead) > 15 * 3600 or ahead % 60:
        return known
    shown = moment(seconds + ahead)
    sign, minutes = "-" if ahead < 0 else "+", abs(ahead) // 60
    return f"{shown.removesuffix('Z')}{sign}{minutes // 60:02}:{minutes % 60:02}" if shown else known


def moment_of(values: Values) -> float | None:
    """Return when a photo was taken, seconds since the epoch, where a moment is said; else None."""
    try:
        found = datetime.fromisoformat(values[_TAKEN])
        return found.timestamp() if found.tzinfo is not None else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def texts(values: Any) -> list[str]:
    """Return the texts of a list, each once; at most a thousand."""
    found = (text(value) for value in values[:_MOST_ITEMS]) if isinstance(values, list) else ()
    return list(dict.fromkeys(one for one in found if one))


def said(
    *,
    taken: str = "",
    title: str = "",
    caption: str = "",
    keywords: Iterable[str] = (),
    people: Iterable[str] = (),
    position: tuple[Any, Any, Any] = (None, None, None),
    favourite: bool = False,
) -> Values:
    """Return facts in the words of XMP, those that there are.

    `taken`: what a clock showed, with its offset if that is known; "Z" if only the moment is. `position`: degrees
    north, degrees east, metres.
    """
    latitude, longitude, height = (number(value) for value in position)
    found: Values = {
        _TAKEN: taken,
        "dc:title": title,
        "dc:description": caption,
        "dc:subject": list(keywords),
        "Iptc4xmpExt:PersonInImage": list(people),
        "xmp:Rating": FAVOURITE if favourite else "",
    }
    if latitude is not None and longitude is not None and (latitude or longitude):
        found["exif:GPSLatitude"], found["exif:GPSLongitude"] = f"{latitude:.7f}", f"{longitude:.7f}"
        if height:
            found["exif:GPSAltitude"] = f"{abs(height):.1f}"
            found["exif:GPSAltitudeRef"] = "1" if height < 0 else "0"
    return {name: value for name, value in found.items() if value}
