"""What cameras write beside their films, in the words of XMP: Sony's XML of XAVC, DJI's telemetry as subtitles.

| file | what it has |
|---|---|
| C0001M01.XML (root NonRealTimeMeta) | `CreationDate` with the zone; the group `ExifGPS` if a phone gave the position |
| DJI_0001.SRT | the drone's clock of each second or picture, and where it was: `[latitude: ...] [longitude: ...]` |

Both are known from files that users publish; ExifTool reads the same. In the older `GPS(...)` of DJI, drones differ in
which number comes first, so that is left out.
"""

import re

from haven_fs.library.headers import Values
from haven_fs.library.plainnotes import said

LONGEST = 1 << 20
"""Bytes: the first picture's line is all that is needed of any."""

_CREATED = re.compile(rb'<(?:\w+:)?CreationDate\s+value="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?)"')
_ITEM = re.compile(rb'<(?:\w+:)?Item\s+name="((?:Latitude|Longitude)(?:Ref)?)"\s+value="([\d.:NSEW]+)"')
_CLOCK = re.compile(rb"((?:19|20)\d\d)[-.](\d\d)[-.](\d\d) (\d\d:\d\d:\d\d)(?!\d)")
_PLACE = re.compile(
    rb"\[\s*latitude\s*:\s*(-?\d{1,2}\.\d+)\s*\]?[^\r\n]{0,40}?\[?\s*longt?itude\s*:\s*(-?\d{1,3}\.\d+)"
)


def parse_sony(data: bytes, problems: list[str]) -> Values:
    """Read the XML of an XAVC film."""
    created = _CREATED.search(data[:LONGEST])
    if created is None:
        problems.append("What the camera wrote beside this film is damaged and was not read.")
        return {}
    items = dict(_ITEM.findall(data[:LONGEST]))
    north = _degrees(items.get(b"Latitude", b""), items.get(b"LatitudeRef") == b"S")
    east = _degrees(items.get(b"Longitude", b""), items.get(b"LongitudeRef") == b"W")
    return said(taken=created[1].decode(), position=(north, east, None))


def parse_dji(data: bytes, problems: list[str]) -> Values:
    """Read the subtitles of a drone's film: what they say first."""
    clock, place = _CLOCK.search(data[:LONGEST]), _PLACE.search(data[:LONGEST])
    taken = f"{clock[1].decode()}-{clock[2].decode()}-{clock[3].decode()}T{clock[4].decode()}" if clock else ""
    return said(taken=taken, position=(place[1].decode(), place[2].decode(), None) if place else (None, None, None))


def _degrees(text: bytes, negative: bool) -> float | None:
    """Return degrees of "33:51:24.480"; None if it is none."""
    try:
        degrees, minutes, seconds = (float(part) for part in text.split(b":"))
    except ValueError:
        return None
    found = degrees + minutes / 60 + seconds / 3600
    return -found if negative else found
