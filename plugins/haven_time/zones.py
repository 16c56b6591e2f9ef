"""Shifting the times of a camera's photos: by how far its clock was wrong, or from one time zone to another."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from haven_time.clock import parse_offset

_SPAN = re.compile(r"([+-]?)(?:(\d{1,5})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,4})s)?", re.ASCII)

Zone = Callable[[int], int]
"""Gets a moment in seconds since the epoch, and returns the minutes that clocks of the zone are ahead of UTC then."""


class Shift(NamedTuple):
    """What is done to a time: `by` seconds, or into `zone`; `camera_zone` is that of times that do not say theirs."""

    by: int = 0
    zone: Zone | None = None
    camera_zone: Zone | None = None

    def of(self, clock: int, offset: int | None) -> tuple[int, int | None] | None:
        """Return the right time and its offset; None if it is in no zone that is known."""
        if self.zone is None:
            return clock + self.by, offset
        if offset is None:
            if self.camera_zone is None:
                return None
            # A clock is an hour off at most between the moment it shows and the one it would show in UTC.
            offset = self.camera_zone(clock - self.camera_zone(clock) * 60)
        moment = clock - offset * 60
        there = self.zone(moment)
        return moment + there * 60, there


def span(text: str) -> int:
    """Read "+1h30m", "-2d", "45s" to seconds. Raises ValueError."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or not any(match.groups()[1:]):
        raise ValueError(f"{text} is not a span of time such as +1h30m, 2d or 45s")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    seconds += days * 86400 + hours * 3600 + minutes * 60
    return -seconds if match[1] == "-" else seconds


def zone(text: str) -> Zone:
    """Read "+02:00" or "Europe/Paris". Raises ValueError."""
    offset = parse_offset(text)
    if offset is not None:
        return lambda moment: offset
    try:
        place = ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text} is not a time zone such as +02:00 or Europe/Paris") from None

    def at(moment: int) -> int:
        ahead = datetime.fromtimestamp(moment, UTC).astimezone(place).utcoffset()
        return round(ahead.total_seconds() / 60) if ahead is not None else 0

    return at
