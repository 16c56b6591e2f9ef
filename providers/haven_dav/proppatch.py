"""PROPPATCH of times: what Explorer, Finder and sync tools say of a file after they have sent it.

The time of the last modification is set as the file's own. Everything else that systems set for themselves is kept with
what other programs keep beside a file, or granted for what nobody keeps, such as their own hidden files.
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

_WINDOWS, _APPLE = "urn:schemas-microsoft-com:", "http://www.apple.com/webdav_fs/props/"
LATEST = 9.2e9
"""Seconds since the epoch, in the year 2261: the catalog keeps no later time."""
TIMES = {f"{{{_WINDOWS}}}Win32LastModifiedTime", "{DAV:}lastmodified"}
"""Properties by which programs set when a file was last modified: Explorer's, and that of rclone and others."""


def is_system(tag: str) -> bool:
    """Tell whether a property, by its tag as ElementTree spells it, is one that systems set for themselves."""
    return tag.startswith((f"{{{_WINDOWS}}}", f"{{{_APPLE}}}"))


def time_of(element: Element) -> float | None:
    """Return the time that a property says, in seconds since the epoch; None if it says none.

    It is a date as in HTTP, one of ISO 8601, or a number of seconds.
    """
    text = (element.text or "").strip()
    for read in (float, _http, _iso):
        try:
            seconds = read(text)
        except (ValueError, TypeError, OverflowError):
            continue
        return seconds if math.isfinite(seconds) and abs(seconds) < LATEST else None
    return None


def _http(text: str) -> float:
    return _seconds(parsedate_to_datetime(text))


def _iso(text: str) -> float:
    return _seconds(datetime.fromisoformat(text))


def _seconds(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
