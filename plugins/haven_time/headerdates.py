"""Dates as headers hold them: EXIF's of the receiver, XMP's by their trust, IPTC's in two halves."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from haven_fs import Metadata
from haven_time.clock import Nonsense, clock_of, looks_unset, parse
from haven_time.devices import FIRST_SCANNER

_IPTC_TIME = re.compile(r"\s*(\d\d):?(\d\d):?(\d\d)(?:[.,]\d+)?\s*([+-]\d\d:?\d\d)?", re.ASCII)
_XMP_DATES = {
    "original": ("exif:DateTimeOriginal", "photoshop:DateCreated"),
    "digitized": ("xmp:CreateDate", "exif:DateTimeDigitized"),
}

_FIRST = clock_of(FIRST_SCANNER, 1, 1)


def noted_dates(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give XMP's capture times, the most trusted first, and whether one is of the original or of its digitization.

    xmp:ModifyDate and xmp:MetadataDate are no capture times.
    """
    for which, names in _XMP_DATES.items():
        for name in names:
            if isinstance(values.get(name), str):
                yield which, values[name]


def iptc_date(iptc: Mapping[str, Any]) -> str | None:
    """Return DateCreated and TimeCreated, "19710704" and "153000+0200", as one date."""
    day, clock = iptc.get("iptc:DateCreated"), iptc.get("iptc:TimeCreated")
    if not isinstance(day, str):
        return None
    digits = day.replace("-", "").replace(":", "").strip()
    if not digits.isdecimal() or len(digits) not in (4, 6, 8) or not int(digits):
        return day if day.strip("0 ") else None
    date = "-".join(part for part in (digits[:4], digits[4:6], digits[6:]) if part)
    time_of_day = _IPTC_TIME.match(str(clock or ""))
    if len(digits) < 8 or time_of_day is None:
        return date
    hour, minute, second, zone = time_of_day.groups("")
    return f"{date} {hour}:{minute}:{second}{zone}"


def seems_unset(clock: int, metadata: Metadata) -> bool:
    """Tell whether a date in a header is likely that of a clock nobody had set, and of nobody's choice."""
    original, digitized = (metadata.exif.get(f"EXIF DateTime{which}") for which in ("Original", "Digitized"))
    if original and digitized and original != digitized:  # somebody dated it
        return False
    return looks_unset(clock, from_camera(metadata), str(metadata.exif.get("EXIF ExifVersion", "")))


def from_camera(metadata: Metadata) -> bool:
    """Tell whether the EXIF times come straight from a camera: it is named, and nobody gave a date of their own."""
    exif = metadata.exif
    original, digitized = exif.get("EXIF DateTimeOriginal"), exif.get("EXIF DateTimeDigitized")
    return "Image Make" in exif and (digitized is None or original is None or original == digitized)


def gps_moment(metadata: Metadata) -> int | None:
    """Return the GPS time, UTC, None if day or time of day are missing or none."""
    day, clock = metadata.exif.get("GPS GPSDate"), metadata.exif.get("GPS GPSTimeStamp")
    if not isinstance(day, str) or not isinstance(clock, list) or len(clock) != 3:
        return None
    try:
        hour, minute, second = (_number(pair) for pair in clock)
        midnight = parse(day)
    except (Nonsense, ValueError):
        return None
    if not (hour or minute or second):  # what is written for want of a time
        return None
    if midnight is None or not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 61):
        return None
    return midnight.clock // 86400 * 86400 + int(hour * 3600 + minute * 60 + second)


def gps_day(metadata: Metadata) -> str:
    """Return the GPS day if there is no time, "" if there is a time or no day."""
    day = metadata.exif.get("GPS GPSDate")
    return day if isinstance(day, str) and "GPS GPSTimeStamp" not in metadata.exif else ""


def is_years_behind(clock: int, metadata: Metadata) -> bool:
    """Tell whether a camera's clock was a whole year or more behind its receiver's, and else right.

    A receiver may keep an old fix, but it is not ahead. Prints that were photographed and dated are of before.
    """
    moment = gps_moment(metadata)
    if moment is None or not _FIRST <= clock < moment - 300 * 86_400 or not from_camera(metadata):
        return False
    showed, was = (datetime(1970, 1, 1) + timedelta(seconds=seconds) for seconds in (clock, moment))
    days = (was - showed).days % 365.25
    return min(days, 365.25 - days) < 2


def _number(pair: Any) -> float:
    numerator, denominator = pair
    if not denominator:
        raise ValueError("no number")
    return float(numerator) / float(denominator)
