"""Capture times in file names, as phones, messengers and screenshot tools write them.

| name | time |
|---|---|
| IMG_20190102_030405, VID_..., 20190102_030405, DJI_20190102030405_0001 | of the place |
| PXL_20210101_120000123 | UTC |
| Screenshot_2019-01-02-03-04-05, Screenshot 2019-01-02 at 3.04.05 PM, 2019-01-02 03.04.05 | of the place |
| signal-2019-01-02-030405, photo_2019-01-02_03-04-05, WhatsApp Image 2019-01-02 at 03.04.05 | of the place |
| FB_IMG_1546398245000, mmexport1546398245000 | milliseconds since 1970, UTC |
| IMG-20190102-WA0001, 2019-01-02 beach | the day only |
"""

import re
from typing import NamedTuple

from haven_time.clock import Nonsense, clock_of

_MILLISECONDS = re.compile(r"(?:^|[^a-z])(?:fb_img_|mmexport)(1\d{12})(?!\d)", re.IGNORECASE)
_YEAR = r"(?<!\d)((?:19|20)\d\d)"
_EXACT = re.compile(
    _YEAR + r"([-_.]?)(\d\d)\2(\d\d)"  # the same separator, or none, twice
    r"(?:T|[-_. ]{1,3}(?:at )?)?"
    r"(?<!\d)(\d\d|\d(?=[.:h]))[-_.:h]?(\d\d)[-_.:m]?(\d\d)"
    r"(?:[.,_-]?\d{3}(?!\d)|(?!\d))"
    r"(?:[\s\u202f\u00a0]*([ap])\.?m\b)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(_YEAR + r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)")
_DAY = re.compile(_YEAR + r"([-_.]?)(\d\d)\2(\d\d)(?!\d)")


class NameTime(NamedTuple):
    """`clock`: as in haven_time.clock; `exact`: has a time of day (else noon stands for the day); `utc`: is of UTC."""

    clock: int
    exact: bool
    utc: bool


def time_in_name(name: str) -> NameTime | None:
    """Return the capture time a file's name gives; None if it gives none, or one the calendar has not."""
    if match := _MILLISECONDS.search(name):
        return NameTime(int(match[1]) // 1000, exact=True, utc=True)
    for match in _EXACT.finditer(name):
        year, _, month, day, hour, minute, second, half = match.groups()
        hours = int(hour)
        if half:
            hours = hours % 12 + (12 if half in "pP" else 0)
        if (clock := _clock(year, month, day, hours, minute, second)) is not None:
            return NameTime(clock, exact=True, utc=name[: match.start()].upper().endswith("PXL_"))
    for match in _COMPACT.finditer(name):
        if (clock := _clock(*match.groups())) is not None:
            return NameTime(clock, exact=True, utc=False)
    for match in _DAY.finditer(name):
        if (clock := _clock(match[1], match[3], match[4])) is not None:
            return NameTime(clock, exact=False, utc=False)
    return None


def _clock(*parts: str | int) -> int | None:
    try:
        return clock_of(*(int(part) for part in parts))
    except Nonsense:
        return None
