"""JSON as exiftool writes it (`exiftool -json`), and osxphotos beside what it exports (`--sidecar json`, `exiftool`).

It is a list with one object, whose names are those of exiftool's tags, with their group before them ("EXIF:", "-G") or
not. Positions and hemispheres are numbers and letters ("-n", osxphotos) or words: "48 deg 12' 29.52\\" N", "North".
Names: exiftool's tag names; which of them osxphotos writes is from its source, osxphotos/exifwriter.py (MIT).
"""

import re
from collections.abc import Mapping
from typing import Any

from haven_fs.library.headers import Values
from haven_fs.library.plainnotes import loaded, said, text, texts

LONGEST = 1 << 20
_DATE = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?([+-]\d\d:\d\d|Z)?")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_GROUPS = ("XMP", "IPTC", "Keys", "UserData", "QuickTime", "EXIF", "Composite")
"""The more trusted first: an editor's words go before those of a camera."""
_TAKEN = ("EXIF:DateTimeOriginal", "XMP:DateTimeOriginal", "QuickTime:CreationDate", "Keys:CreationDate",
          "XMP:DateCreated", "XMP:CreateDate", "EXIF:CreateDate", "DateTimeOriginal", "CreationDate")  # fmt: skip


def parse_exiftool(data: bytes, problems: list[str]) -> Values:
    """Read the JSON of one picture; that of many is about none in particular."""
    found: Any = loaded(data, "exiftool", LONGEST, problems)
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], dict):
        return {}
    tags: Mapping[str, Any] = found[0]
    people = _list(tags, "PersonInImage") or _faces(tags)
    keywords = _list(tags, "Keywords") or [one for one in _list(tags, "Subject") if one not in people]
    values = said(
        taken=_taken(tags),
        title=_text(tags, "Title") or _text(tags, "ObjectName"),
        caption=_text(tags, "Description") or _text(tags, "Caption-Abstract") or _text(tags, "ImageDescription"),
        keywords=keywords or _list(tags, "TagsList"),
        people=people,
    )
    rating = _text(tags, "Rating")
    return {**values, **({"xmp:Rating": rating} if rating in {"1", "2", "3", "4", "5"} else {}), **_position(tags)}


def _all(tags: Mapping[str, Any], name: str) -> list[Any]:
    """Return what the groups say of a tag, the most trusted first."""
    keys = [f"{group}:{name}" for group in _GROUPS] + [name]
    return [tags[key] for key in keys if tags.get(key) not in (None, "", [])]


def _plain(value: Any) -> str:
    """Return a text; exiftool writes those that are numbers as such."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else text(value)


def _text(tags: Mapping[str, Any], name: str) -> str:
    return next((found for value in _all(tags, name) if (found := _plain(value))), "")


def _list(tags: Mapping[str, Any], name: str) -> list[str]:
    for value in _all(tags, name):
        if found := texts([_plain(one) for one in _some(value)]):
            return found
    return []


def _faces(tags: Mapping[str, Any]) -> list[str]:
    names, kinds = (_some(next(iter(_all(tags, f"Region{what}")), [])) for what in ("Name", "Type"))
    if len(names) != len(kinds):
        return []
    return texts([name for name, kind in zip(names, kinds, strict=True) if kind == "Face"])


def _some(value: Any) -> list[Any]:
    """Return a list, of which exiftool writes one of a single value as that."""
    return value if isinstance(value, list) else [value]


def _taken(tags: Mapping[str, Any]) -> str:
    for name in _TAKEN:
        if (match := _DATE.fullmatch(text(tags.get(name)))) is None or match[1] == "0000":
            continue
        year, month, day, clock, offset = match.groups()
        if offset is None and name.endswith("DateTimeOriginal"):
            apart = _OFFSET.fullmatch(_text(tags, "OffsetTimeOriginal") or _text(tags, "OffsetTime"))
            offset = apart[0] if apart is not None else None
        return f"{year}-{month}-{day}T{clock}{offset or ''}"
    utc = _DATE.fullmatch(text(tags.get("QuickTime:CreateDate")))  # by its specification
    return f"{utc[1]}-{utc[2]}-{utc[3]}T{utc[4]}Z" if utc is not None and utc[1] != "0000" else ""


def _position(tags: Mapping[str, Any]) -> Values:
    """Return a position as it stands, with its hemispheres, which is judged where positions are."""
    for group in ("XMP:", "EXIF:", "", "Composite:"):
        pair = [_plain(tags.get(f"{group}GPS{axis}")) for axis in ("Latitude", "Longitude")]
        refs = [text(tags.get(f"{group}GPS{axis}Ref"))[:1].upper() for axis in ("Latitude", "Longitude")]
        if all(pair) and (group != "EXIF:" or all(refs)):  # in EXIF a number has no sign
            return _placed(pair, refs)
    for group in ("Keys:", "QuickTime:", "UserData:", ""):
        both = text(tags.get(f"{group}GPSCoordinates"))
        parts = both.split(",") if "," in both else both.split()
        if len(parts) in (2, 3):
            return _placed([part.strip() for part in parts[:2]], ["", ""])
    return {}


def _placed(pair: list[str], refs: list[str]) -> Values:
    found = {"exif:GPSLatitude": pair[0], "exif:GPSLongitude": pair[1],
             "exif:GPSLatitudeRef": refs[0], "exif:GPSLongitudeRef": refs[1]}  # fmt: skip
    return {name: value for name, value in found.items() if value}
