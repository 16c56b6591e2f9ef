"""What Apple sends who asks for a copy of their data (iCloud Photos), and what osxphotos exports from Apple Photos.

Apple's parts hold `Photos/` with the pictures and lists of what is known of them (`Photo Details.csv`), `Albums/` with
a list for each, and `Recently Deleted/`. Names of files and of columns are the same in every language, those of folders
are not. osxphotos writes a sidecar beside each picture, JSON or XMP, which are read as in any library.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from haven_fs.errors import UserError
from haven_fs.library.folding import fold
from haven_fs.library.headers import Values
from haven_fs.library.kinds import HEAD_SIZE, claims_media, ending, sniff
from haven_fs.library.plainnotes import moment, said
from haven_fs.moving.applephotos import is_photos_library, read_photos_library
from haven_fs.moving.described import Export, Item, sidecar_of
from haven_fs.moving.sources import Entry, read_files

TITLE = "iCloud Photos"
LONGEST = 64 << 20
_DETAILS = re.compile(r"photo details(?:[ -]?\d+)?\.csv")
_MEMORIES = re.compile(r"(?:memor|erinner|souvenir|recuerd|ricord|minne|mem[oó]ria)", re.IGNORECASE)
_DELETED = re.compile(
    r"recently deleted|zuletzt gelöscht|supprimés récemment|eliminado recientemente|eliminati di recente|senest slettet"
    r"|nylig slettet|nyligen raderade|recent verwijderd",
    re.IGNORECASE,
)
_SHARING = (
    r"(?:shared|geteilte|freigegebene|partagés|compartid[oa]s|condivisi|gedeelde|delte|delade|(?:com)?partilhados)"
)
_SHARED = re.compile(rf"(?:icloud )?(?:{_SHARING} alb\w+|[aá]lb\w+ {_SHARING})", re.IGNORECASE)
"""Where Apple puts what others share, as Photos calls it: most of it is other people's."""
_DATE = re.compile(r"\w+ (\w+ \d{1,2}), ?(\d{4}) (\d{1,2}:\d{2}) ?([AP]M) GMT", re.IGNORECASE)
_NAMES = ("imgname", "imagename", "images", "image name", "filename")


def read_icloud(paths: Sequence[Path]) -> Export:
    """Describe an export, or a library of Apple Photos. Raises UserError."""
    if any(is_photos_library(path) for path in paths):
        if len(paths) > 1:
            raise UserError("Import a library of Apple Photos by itself.")
        return read_photos_library(paths[0])
    files = read_files(paths)
    export = Export(TITLE, left_out=list(files.left_out), files=files)
    details: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    lists: dict[str, list[str]] = {}
    media: list[Entry] = []
    beside: dict[tuple[str, str], Entry] = {}
    for entry in files.entries:
        tail = ending(entry.name)
        if claims_media(entry.name):
            media.append(entry)
        elif tail == "csv":
            rows = _rows(entry, export)
            if _is_below(entry, _SHARED):
                export.left_out.append((entry.path, "it is the list of a shared album"))
            elif _DETAILS.fullmatch(fold(entry.name)):
                details[entry.folder].update({fold(row[""]): row for row in rows})
            elif rows and not _MEMORIES.search(entry.folder.rpartition("/")[2]):
                lists.setdefault(entry.name[:-4], []).extend(fold(row[""]) for row in rows)
        elif tail in ("json", "xmp"):
            beside[entry.folder, fold(entry.name)] = entry
    export.albums = {title: title for title in sorted(lists)}
    in_albums: dict[str, list[str]] = defaultdict(list)
    for title, members in sorted(lists.items()):
        for name in dict.fromkeys(members):
            in_albums[name].append(title)
    everywhere = {name: row for rows in details.values() for name, row in rows.items()}
    for entry in media:
        name = fold(entry.name)
        row = details[entry.folder].get(name) or everywhere.get(name, {})
        if reason := _left_out(entry, row):
            export.left_out.append((entry.path, reason))
            continue
        notes = _beside(entry, beside) or sidecar_of(_values(row))
        export.items.append(Item(entry, _folder(entry), entry.name, notes, list(in_albums.get(name, ()))))
        export.seen["photos and videos"] += 1
        export.seen["described"] += notes is not None
    export.seen["albums"] = len({key for item in export.items for key in item.albums})
    return export


def _rows(entry: Entry, export: Export) -> list[dict[str, str]]:
    """Return the rows of a list, each by the names of its columns in lower case, and the picture's name as ""."""
    if entry.size > LONGEST:
        export.left_out.append((entry.path, "it is too long for what Apple writes"))
        return []
    try:
        text = b"".join(entry.blocks()).decode("utf-8-sig", "replace")
        found = [{str(key).strip().lower(): str(value or "").strip() for key, value in row.items()}
                 for row in csv.DictReader(io.StringIO(text))]  # fmt: skip
    except (OSError, csv.Error) as error:
        export.left_out.append((entry.path, f"it cannot be read: {error}"))
        return []
    named = [{**row, "": next((row[key] for key in _NAMES if row.get(key)), "")} for row in found]
    return [row for row in named if row[""]]


def _is_below(entry: Entry, folder: re.Pattern[str]) -> bool:
    return any(folder.fullmatch(part) for part in fold(entry.folder).split("/"))


def _left_out(entry: Entry, row: Mapping[str, str]) -> str:
    if row.get("deleted", "").lower() == "yes" or _is_below(entry, _DELETED):
        return "it is among the recently deleted"
    if _is_below(entry, _SHARED):
        return "it is in a shared album"
    return "it is hidden in Apple's Photos" if row.get("hidden", "").lower() == "yes" else ""


def _values(row: Mapping[str, Any]) -> Values:
    return said(taken=_moment(row.get("originalcreationdate", "")), favourite=row.get("favorite", "").lower() == "yes")


def _moment(text: str) -> str:
    """Read "Monday December 31,2018 11:30 PM GMT"."""
    match = _DATE.fullmatch(" ".join(text.replace("\u202f", " ").split()))
    if match is None:
        return ""
    try:
        found = datetime.strptime(f"{match[1]} {match[2]} {match[3]} {match[4].upper()}", "%B %d %Y %I:%M %p")
    except ValueError:
        return ""
    return moment(found.replace(tzinfo=UTC).timestamp())


def _beside(entry: Entry, beside: Mapping[tuple[str, str], Entry]) -> Entry | None:
    """Return the sidecar that osxphotos has written for a picture."""
    name = fold(entry.name)
    for own in (f"{name}.json", f"{name}.xmp", f"{name.rpartition('.')[0]}.json", f"{name.rpartition('.')[0]}.xmp"):
        one = beside.get((entry.folder, own))
        if one is not None and sniff(one.head(HEAD_SIZE), one.name).kind == "sidecar":
            return one
    return None


def _folder(entry: Entry) -> str:
    """Return where a picture goes: without the folder of the part, which tells nothing."""
    parts = [part for part in entry.folder.split("/") if part]
    return "/".join(parts[1:] if len(parts) > 1 else parts)
