"""Folders that Picasa kept: a `.picasa.ini` in each says which pictures have a star, who is in them, in which albums.

The format was never documented; this is what is publicly known of it. A face is `rect64(HEX),CONTACT`: left, top, right
and bottom as four hexadecimal digits each, of 65,535, in the picture as it is stored. Names of contacts are in the
`.picasa.ini` itself, or in Picasa's `contacts.xml`, which is found if it lies anywhere in what is given.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from haven_fs.library.folding import fold
from haven_fs.library.headers import Values
from haven_fs.library.kinds import claims_media
from haven_fs.library.plainnotes import said
from haven_fs.library.regions import REGIONS, NamedArea
from haven_fs.moving.described import Export, Item, sidecar_of
from haven_fs.moving.sources import Entry, read_files

TITLE = "Picasa"
LONGEST = 16 << 20
_FACE = re.compile(r"rect64\(([0-9a-f]{1,16})\),([0-9a-z]+)", re.IGNORECASE)
_ALBUM = ".album:"
_NOBODY = "ffffffffffffffff"
Sections = dict[str, dict[str, str]]


def read_picasa(paths: Sequence[Path]) -> Export:
    """Describe folders of Picasa. Raises UserError."""
    files = read_files(paths)
    export = Export(TITLE, left_out=list(files.left_out), files=files)
    inis: dict[str, Sections] = {}
    contacts: dict[str, str] = {}
    for entry in files.entries:
        if fold(entry.name) in (".picasa.ini", "picasa.ini"):
            inis[entry.folder] = _sections(entry, export)
        elif fold(entry.name) == "contacts.xml":
            contacts.update(_contacts(entry, export))
    for sections in inis.values():
        for name, fields in sections.items():
            if name in ("contacts2", "contacts"):
                known = {id_: one.partition(";")[0].strip() for id_, one in fields.items()}
                contacts.update({id_: one for id_, one in known.items() if one and "_lh," not in one})
            elif name.startswith(_ALBUM) and (title := fields.get("name", "").strip()):
                export.albums[name.removeprefix(_ALBUM)] = title
    export.albums = dict(sorted(export.albums.items()))
    for entry in files.entries:
        if claims_media(entry.name):
            fields = inis.get(entry.folder, {}).get(fold(entry.name), {})
            albums = [token for token in fields.get("albums", "").lower().split(",") if token in export.albums]
            values = _values(fields, contacts)
            export.items.append(Item(entry, entry.folder, entry.name, sidecar_of(values), albums))
            export.seen["photos and videos"] += 1
            export.seen["described by Picasa"] += bool(values or albums)
    export.seen["albums"] = len({key for item in export.items for key in item.albums})
    return export


def _sections(entry: Entry, export: Export) -> Sections:
    """Read an ini by hand: names of pictures may hold anything, and keys come twice."""
    found: Sections = {}
    fields: dict[str, str] = {}
    for line in _text(entry, export).splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            fields = found.setdefault(fold(line[1:-1]), {})
        elif "=" in line:
            key, _, value = line.partition("=")
            fields.setdefault(key.strip().lower(), value.strip())
    return found


def _text(entry: Entry, export: Export) -> str:
    if entry.size > LONGEST:
        export.left_out.append((entry.path, "it is too long for what Picasa writes"))
        return ""
    try:
        data = b"".join(entry.blocks())
    except OSError as error:
        export.left_out.append((entry.path, f"it cannot be read: {error.strerror}"))
        return ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _contacts(entry: Entry, export: Export) -> dict[str, str]:
    try:
        root = fromstring(_text(entry, export).encode())
    except (ParseError, DefusedXmlException, ValueError):
        export.left_out.append((entry.path, "it is damaged"))
        return {}
    return {
        str(one.get("id")).lower(): name
        for one in root.iter("contact")
        if (name := (one.get("name") or one.get("display") or "").strip())
    }


def _values(fields: Mapping[str, str], contacts: Mapping[str, str]) -> Values:
    areas: list[NamedArea] = []
    for code, contact in _FACE.findall(fields.get("faces", "")):
        name = contacts.get(contact.lower().lstrip("0"), contacts.get(contact.lower(), ""))
        if contact.lower() != _NOBODY and name:
            number = code.zfill(16)
            left, top, right, bottom = (int(number[at : at + 4], 16) / 65535 for at in (0, 4, 8, 12))
            areas.append(NamedArea(name, (left, top, right, bottom)))
    values = said(
        caption=fields.get("caption", ""),
        keywords=[word.strip() for word in fields.get("keywords", "").split(",") if word.strip()],
        people=dict.fromkeys(area.name for area in areas),
        favourite=fields.get("star", "").lower() == "yes",
    )
    return {**values, REGIONS: areas} if areas else values
