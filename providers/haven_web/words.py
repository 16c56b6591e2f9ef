"""Dates, numbers, lengths and progress as people say them. In English; nothing of it depends on the system's locale."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from haven_fs.analysis.progress import Doing
from haven_fs.catalog.wording import counted as counted

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NO_DATE = "Without a date"
DATED = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
"""The name of a folder of a year, a month or a day."""
_NOUNS = {"Reading files": "files read", "Analysing photos": "photos looked at"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def date_of(day: int) -> date | None:
    """Return the date of a day such as 20240706; None if there is none, as of 0."""
    try:
        return date(day // 10000, day // 100 % 100, day % 100)
    except ValueError:
        return None


def short_day(day: int, *, brief: bool = False) -> str:
    """Return a day without its weekday: "6 July 2024", or "6 Jul 2024" if it is to be `brief`."""
    found = date_of(day)
    if found is None:
        return NO_DATE
    month = MONTHS[found.month - 1]
    return f"{found.day} {month[:3] if brief else month} {found.year}"


def long_day(day: int) -> str:
    """Return a day with its weekday: "Saturday, 6 July 2024"."""
    found = date_of(day)
    return f"{WEEKDAYS[found.weekday()]}, {short_day(day)}" if found else NO_DATE


def moment(clock: int) -> str:
    """Return a time on the camera's clock, in seconds since the epoch: "Saturday, 6 July 2024, 14:05"."""
    try:
        at = _EPOCH + timedelta(seconds=clock)
    except OverflowError:
        return NO_DATE
    return f"{WEEKDAYS[at.weekday()]}, {at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def dated(name: str) -> str:
    """Return a folder's name as a date if it is one: "2024-07" is "July 2024"."""
    match = DATED.fullmatch(name)
    if match is None or not match[2] or not 1 <= int(match[2]) <= 12:
        return name
    month = f"{MONTHS[int(match[2]) - 1]} {int(match[1])}"
    return f"{int(match[3])} {month}" if match[3] else month


def photos(number: int) -> str:
    """Return a number of photos, which may be videos."""
    return counted(number, "photo") if number else "No photos"


def length(seconds: float) -> str:
    """Return how long a video is: "0:08", "1:02:05"."""
    whole = max(round(seconds), 1)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def spoken_length(seconds: float) -> str:
    """Return how long a video is, for a screen reader: "8 seconds", "2 minutes 5 seconds"."""
    whole = max(round(seconds), 1)
    parts = ((whole // 3600, "hour"), (whole // 60 % 60, "minute"), (whole % 60, "second"))
    return " ".join(counted(number, noun) for number, noun in parts if number)


def size(count: int) -> str:
    """Return a number of bytes: "340 kB", "4.2 MB"."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{max(count / 1e3, 1):.0f} kB"


def listed(things: Collection[str]) -> str:
    """Return things as one says them: "Alice, Bob and Carol"."""
    *first, last = things
    return f"{', '.join(first)} and {last}" if first else last


def progress(doing: Doing | None) -> str:
    """Return how far the indexer is: "120 of 361 photos looked at, about 2 minutes left"; "" if it does nothing."""
    if doing is None:
        return ""
    if doing.trouble:
        return doing.trouble
    said = f"{doing.done:,} of {doing.total:,}"
    noun = _NOUNS.get(doing.what)
    said = f"{said} {noun}" if noun else f"{doing.what}: {said}"
    return said if doing.seconds_left is None else f"{said}, {_left(doing.seconds_left)} left"


def _left(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {counted(minutes, 'minute')}"
    return f"about {counted(round(minutes / 60), 'hour')}"
