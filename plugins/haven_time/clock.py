"""Dates as cameras, photo programs and containers write them, to seconds of a wall clock, and which to disbelieve.

A clock value is seconds since 1970-01-01T00:00 of the clock it was read from, whatever zone that was in; an offset is
the minutes that clock was ahead of UTC.
"""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from typing import NamedTuple

EARLIEST = int(datetime(1826, 1, 1, tzinfo=UTC).timestamp())
"""Nobody took a photograph before."""
TOLERATED_FUTURE = 2 * 86400
"""Seconds a capture time may be ahead of now: zones and clocks that run fast."""

_DATE = re.compile(
    r"(\d{4})(?:[:/. -](\d{1,2})(?:[:/. -](\d{1,2}))?)?"
    r"(?:[T :]+(上午|下午)?(\d{1,2})[:;](\d{1,2})(?:[:;](\d{1,2})(?:[.,]\d*)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?"
    r"\s*(Z|UTC|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?)?"
)
_FIGURES = re.compile(r"(\d{4})(\d\d)(\d\d)[T ]?(\d\d)(\d\d)(\d\d)(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_PADDED = re.compile(r"([:;/.-]) +(?=\d)")
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?")
_NAMED_UTC = re.compile(r"[+-]0000$|\b(?:GMT|UTC?|Z)$")
_BLANK = re.compile(r"[\s:/.-]*")

_QUARTERS = {-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825}
"""Offsets in use that are no whole hours."""

_ZEROS = {
    int(datetime(1904, 1, 1, tzinfo=UTC).timestamp()): "QuickTime",
    0: "computers",
}
_RESETS = {int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1980, 2000)} | {
    int(datetime(2002, 12, 8, 12, tzinfo=UTC).timestamp())  # of Android before 4
}


_ZONES = {minutes * 60 for minutes in range(-720, 841) if minutes % 60 == 0 or minutes in _QUARTERS}


class Span(NamedTuple):
    """The first and the last second, of some wall clock, of what a date leaves open: a day, a month, a year."""

    first: int
    last: int

    def __contains__(self, clock: object) -> bool:
        """Tell whether a clock value is in it."""
        return isinstance(clock, int) and self.first <= clock <= self.last

    def off(self, clock: int) -> int:
        """Return how many seconds a clock value is away from it, 0 within."""
        return max(self.first - clock, clock - self.last, 0)


class Instant(NamedTuple):
    """A clock value and its offset, None if the zone is not known; `span`: what it stands for, if it is no moment."""

    clock: int
    offset: int | None = None
    span: Span | None = None


class Nonsense(ValueError):
    """A date that is none, or that cannot be true; the text says why, to go after "was ignored: "."""


class Future(Nonsense):
    """A date that is in the future, as far as this computer's clock tells."""


def parse(text: str) -> Instant | None:
    """Read a date of EXIF, XMP, QuickTime or PNG; None if the text is blank, which is EXIF's "not known".

    A date without a time of day is noon, a year or month without more its first day. Raises Nonsense.
    """
    text = text.strip().strip("\0")
    if _BLANK.fullmatch(text):
        return None
    text = _DAY_FIRST.sub(_year_first, _FIGURES.sub(r"\1-\2-\3T\4:\5:\6", _PADDED.sub(r"\1", text), count=1), count=1)
    match = _DATE.fullmatch(text)
    if not match:
        return _parse_mail_date(text)
    early_late, half = match[4], match[8]
    year, month, day, *hours = (int(part) if part else None for part in match.group(1, 2, 3, 5, 6, 7))
    zone = parse_offset(match[9] or "")
    if hours[0] is not None and (early_late or half):
        hours[0] = hours[0] % 12 + (12 if early_late == "下午" or half in ("P", "p") else 0)
    if not year:
        raise Nonsense("there was no year 0")
    if hours[0] is None or not month or not day:  # of an old print, a year is often all that is known
        span = span_of(year, month or None, day if month and day else None)
        return Instant(clock_of(year, month or 1, day if month and day else 1), zone, span)
    return Instant(clock_of(year, month, day, hours[0], hours[1] or 0, min(hours[2] or 0, 59)), zone)


def _year_first(match: re.Match[str]) -> str:
    """Turn a date round that begins with the day; one with a slash only if it can be read in one way."""
    day, month = int(match[1]), int(match[3])
    if match[2] != "." and day <= 12 and day != month:
        if month <= 12:
            raise Nonsense("it is not told whether the day or the month comes first")
        day, month = month, day
    return f"{match[4]}-{month:02}-{day:02}"


def _parse_mail_date(text: str) -> Instant:
    """Read "Wed, 02 Jan 2019 03:04:05 +0100", which PNG recommends."""
    parts = parsedate_tz(text)
    if not parts:
        raise Nonsense("it is not a date")
    zone = parts[9] if parts[9] or _NAMED_UTC.search(text) else None  # 0 too where none is said
    return Instant(clock_of(*parts[:6]), zone // 60 if zone is not None else None)


def clock_of(year: int, month: int, day: int, hour: int = 12, minute: int = 0, second: int = 0) -> int:
    """Return the clock value; raises Nonsense if the calendar or the clock has no such."""
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError as error:
        raise Nonsense("there is no such day or hour") from error


def span_of(year: int, month: int | None = None, day: int | None = None) -> Span:
    """Return a year, a month of it or a day; raises Nonsense if no calendar has it."""
    first = clock_of(year, month or 1, day or 1, 0)
    last = clock_of(year, month or 12, day or monthrange(year, month or 12)[1], 23, 59, 59)
    return Span(first, last)


def parse_offset(text: str) -> int | None:
    """Read "+02:00", "+0200", "+2", "GMT+2" or "Z" to minutes; None if it is none of them or no zone has it."""
    text = text.strip().strip("\0")
    if text in ("Z", "UTC"):
        return 0
    match = _OFFSET.fullmatch(text)
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    offset = -minutes if match[1] == "-" else minutes
    return offset if is_zone(offset) else None


def is_zone(offset: int) -> bool:
    """Tell whether some place on earth keeps, or kept in the age of digital cameras, this offset."""
    return -720 <= offset <= 840 and (offset % 60 == 0 or offset in _QUARTERS)


def offset_between(clock: int, utc: int, tolerance: int) -> int | None:
    """Return the offset of a wall clock that showed `clock` within `tolerance` seconds of the moment `utc`."""
    offset = round((clock - utc) / 900) * 15
    return offset if abs(clock - utc - offset * 60) <= tolerance and is_zone(offset) else None


def check(instant: Instant, now: float, unset: bool) -> None:
    """Raise Nonsense for a clock value that cannot be a capture time.

    The zero of computers (1970) and of QuickTime (1904), to the second of some zone but for noon, is what a program
    writes that knows no time, and a clock that starts there is in its first day; far fewer pictures were taken then.
    The midnights with which cameras start after their battery was out (1980, 2000) are as often what somebody dated a
    scan with, so they are disbelieved only if `unset` says that the value comes straight from a camera.
    """
    if instant.clock < EARLIEST:
        raise Nonsense("photography did not exist then")
    if instant.clock > now + TOLERATED_FUTURE:
        raise Future("it is in the future")
    for zero, whose in _ZEROS.items():
        since = instant.clock - zero
        if since != 43_200 and (since in _ZONES or (unset and instant.span is None and 0 <= since < 86_400)):
            raise Nonsense(f"the clock of {whose} starts then, so no time was recorded")
    if unset and instant.clock in _RESETS:
        raise Nonsense("the camera's clock had not been set")


_EXIF_SINCE = {"0220": 2002, "0221": 2003, "0230": 2010, "0231": 2016, "0232": 2019, "0300": 2023}
"""The years in which the versions of EXIF were published (CIPA); no camera wrote one before."""
_MILLENNIA = {clock_of(year, 1, 1, 0) // 86400 for year in (1980, 2000)}


def looks_unset(clock: int, camera: bool = True, exif_version: str = "") -> bool:
    """Tell whether a date is likelier that of a clock nobody had set than that of the picture.

    Cameras begin at a midnight or noon of 1 January when their battery was out, and go on from there; Android had a
    date of its own. Real pictures are taken then too, so such a date only gives way to a name or a folder that says
    otherwise. `camera`: the date comes straight from one; else only the first minute counts, and no year in which
    people date prints so by hand. `exif_version`: "0230", which no camera wrote before that was published.
    """
    then = datetime(1970, 1, 1) + timedelta(seconds=clock)
    if (then.year, then.month, then.day, then.hour) == (2002, 12, 8, 12):
        return True
    if camera and (then.year, then.month, then.day) == (1980, 1, 6):  # zero of GPS
        return True
    if then.month != 1 or (then.year < 2000 and then.year != 1980):
        return False
    if then.day == 1 and then.hour in (0, 12) and (then.minute == 0 or (camera and then.hour == 0)):
        return True
    return camera and (clock // 86400 in _MILLENNIA or then.year < _EXIF_SINCE.get(exif_version, 0))


def words(clock: int) -> str:
    """Return a clock value as people write it."""
    return str(datetime(1970, 1, 1) + timedelta(seconds=clock))
