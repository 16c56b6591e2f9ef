"""PhotoPrism's originals with its `storage` folder: a YAML beside each picture, and one of each album in its backups.

Give both folders, or the one that they are in. Sidecars mirror the folders of the originals; of albums, those that
people made count ("album"), not the months, states and moments that PhotoPrism makes itself.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from haven_fs.library.folding import fold
from haven_fs.library.kinds import claims_media, ending
from haven_fs.library.photoprismnotes import LONGEST
from haven_fs.moving.described import Export, Item
from haven_fs.moving.sources import Entry, read_files

TITLE = "PhotoPrism"
_MADE = ("cache", "thumb", "thumbnails", "temp", "config", "import", "backup")
"""Folders of `storage` that hold no originals."""


def read_photoprism(paths: Sequence[Path]) -> Export:
    """Describe originals and what PhotoPrism says of them. Raises UserError."""
    files = read_files(paths)
    export = Export(TITLE, left_out=list(files.left_out), files=files)
    media: dict[str, list[Entry]] = defaultdict(list)
    notes: list[tuple[Entry, dict[str, Any]]] = []
    albums: dict[str, dict[str, Any]] = {}
    for entry in files.entries:
        if claims_media(entry.name):
            if not _is_made(entry):
                media[fold(_stem(entry.name))].append(entry)
        elif ending(entry.name) in ("yml", "yaml") and (found := _loaded(entry, export)) is not None:
            if isinstance(found.get("Photos"), list):
                albums[entry.path] = found
            elif "UID" in found:
                notes.append((entry, found))
    described: dict[str, tuple[Entry, dict[str, Any]]] = {}
    for entry, found in notes:
        owner = _owner(entry, media[fold(_stem(entry.name))])
        for one in owner:
            described[one.path] = entry, found
        if not owner:
            export.left_out.append((entry.path, "the picture that it describes is not here"))
    _describe(export, media, described, albums)
    return export


def _describe(
    export: Export,
    media: dict[str, list[Entry]],
    described: dict[str, tuple[Entry, dict[str, Any]]],
    albums: dict[str, dict[str, Any]],
) -> None:
    of_photo: dict[str, list[str]] = defaultdict(list)
    for key, album in sorted(albums.items()):
        title = album.get("Title")
        if album.get("Type", "album") == "album" and isinstance(title, str) and title and not album.get("DeletedAt"):
            export.albums[key] = title
            for photo in album["Photos"]:
                if isinstance(photo, dict) and str(photo.get("Hidden", "")).lower() != "true":
                    of_photo[str(photo.get("UID"))].append(key)
    for entry in sorted((one for ones in media.values() for one in ones), key=lambda one: one.order):
        note, found = described.get(entry.path, (None, {}))
        if found.get("DeletedAt"):
            export.left_out.append((entry.path, "it is in PhotoPrism's archive"))
            continue
        keys = of_photo.get(str(found.get("UID")), []) if found else []
        export.items.append(Item(entry, entry.folder, entry.name, note, list(keys)))
        export.seen["photos and videos"] += 1
        export.seen["described by PhotoPrism"] += note is not None
    export.seen["albums"] = len({key for item in export.items for key in item.albums})


def _is_made(entry: Entry) -> bool:
    """Tell whether a picture is one that PhotoPrism made itself, such as the JPEG of a RAW file in `sidecar`."""
    folders = [fold(part) for part in entry.folder.split("/")]
    return "sidecar" in folders or any(a == "storage" and b in _MADE for a, b in pairwise(folders))


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _owner(note: Entry, candidates: Sequence[Entry]) -> list[Entry]:
    """Return the files that a sidecar is about: of its name, in the folder most like its own."""
    mine = [fold(part) for part in note.folder.split("/")]

    def alike(entry: Entry) -> int:
        other = [fold(part) for part in entry.folder.split("/")]
        count = 0
        while count < min(len(mine), len(other)) and mine[-1 - count] == other[-1 - count]:
            count += 1
        return count if mine != other else len(mine) + 1

    best = max((alike(entry) for entry in candidates), default=0)
    fitting = [entry for entry in candidates if alike(entry) == best]
    return fitting if len({entry.folder for entry in fitting}) == 1 else []


def _loaded(entry: Entry, export: Export) -> dict[str, Any] | None:
    import yaml

    if entry.size > LONGEST:
        export.left_out.append((entry.path, "it is too long for what PhotoPrism writes"))
        return None
    try:
        found = yaml.load(b"".join(entry.blocks()), Loader=yaml.BaseLoader)  # noqa: S506 - which makes only texts
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        export.left_out.append((entry.path, "it is damaged"))
        return None
    return found if isinstance(found, dict) else None
