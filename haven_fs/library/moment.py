"""When a picture or film says that it was taken, as far as telling apart what belongs together needs it."""

import calendar
import re
from collections.abc import Iterator
from typing import NamedTuple

from haven_fs.library.headers import Metadata, dates_in

_DATE = re.compile(
    r"\s*(\d{4})[:/-](\d\d)[:/-](\d\d)[T :](\d\d):(\d\d):(\d\d)(?:\.\d+)?\s*(?:([+-])(\d\d):?(\d\d)|Z|UTC)?\s*",
    re.ASCII,
)
_ZONE = re.compile(r"\s*([+-])(\d\d):?(\d\d)\s*", re.ASCII)
_STILL = (
    ("EXIF DateTimeOriginal", "EXIF OffsetTimeOriginal"),
    ("EXIF DateTimeDigitized", "EXIF OffsetTimeDigitized"),
)
_FILM = ("com.apple.quicktime.creationdate", "creation_time", "date")
_FIRST = 1980
"""Years before are those of clocks that were never set, and of films without a date."""
_QUARTER, _FARTHEST = 900, 14 * 3600 + 60


class Moment(NamedTuple):
    """`clock`: what a clock showed, in seconds since 1970; `offset`: how far it is ahead of UTC, None if not sure."""

    clock: int
    offset: int | None = None

    def apart(self, other: "Moment") -> int:
        """Return how many seconds two moments must be apart at least, in whatever zones their clocks were."""
        if self.offset is not None and other.offset is not None:
            return abs(self.clock - self.offset - other.clock + other.offset)
        difference = abs(self.clock - other.clock)
        if difference > _FARTHEST:
            return difference
        return min(difference % _QUARTER, -difference % _QUARTER)  # zones are apart by quarters of an hour


def moment_of(found: Metadata) -> Moment | None:
    """Return when a file says that it was taken; None if it does not, or not to the second."""
    return next((moment for text, zone in _said(found) if (moment := _read(text, zone)) is not None), None)


def _said(found: Metadata) -> Iterator[tuple[str, str]]:
    """Give what may be the time, and what may be its zone, the most trusted first."""
    if found.kind == "video":
        yield from ((found.video.get(name, ""), "") for name in _FILM)
    else:
        yield from ((str(found.exif.get(name, "")), str(found.exif.get(zone, ""))) for name, zone in _STILL)
    yield from ((text, "") for text in dates_in(found.xmp))


def _read(text: str, zone: str) -> Moment | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if year < _FIRST or not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 62):
        return None
    # A film's "Z" is often no UTC: many cameras write what their clocks show.
    apart = _ZONE.fullmatch(zone)
    sign, hours, minutes = match.groups()[6:] if match[7] else apart.groups() if apart else (None, "", "")
    offset = None if sign is None else (-1 if sign == "-" else 1) * (int(hours) * 3600 + int(minutes) * 60)
    return Moment(calendar.timegm((year, month, day, hour, minute, second)), offset)
