"""The JSON of a photo's own fields that osxphotos makes (`osxphotos query --json`, and exports by a template).

What `osxphotos export --sidecar json` writes is another one, see haven_fs.library.exiftoolnotes.
"""

import re
from typing import Any

from haven_fs.library.headers import Values
from haven_fs.library.plainnotes import loaded, said, text, texts

LONGEST = 1 << 20
_UNKNOWN = "_UNKNOWN_"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}")
_OFFSET = re.compile(r"[+-]\d{2}:\d{2}$")


def parse_osxphotos(data: bytes, problems: list[str]) -> Values:
    """Read the JSON of one picture."""
    found: Any = loaded(data, "osxphotos", LONGEST, problems)
    if isinstance(found, list):
        found = found[0] if found else None
    if not isinstance(found, dict) or "original_filename" not in found:
        return {}
    taken = text(found.get("date"))
    date, offset = _DATE.match(taken), _OFFSET.search(taken)
    return said(
        taken=date[0].replace(" ", "T") + (offset[0] if offset is not None else "") if date is not None else "",
        title=text(found.get("title")),
        caption=text(found.get("description")),
        keywords=texts(found.get("keywords")),
        people=[name for name in texts(found.get("persons")) if name != _UNKNOWN],
        position=(found.get("latitude"), found.get("longitude"), None),
        favourite=found.get("favorite") is True,
    )
