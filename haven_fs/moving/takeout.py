"""Google's export of Google Photos (Takeout), unpacked or in its zips or tgz files: what is in it, and what belongs
together.

Folders are years ("Photos from 2019", in the account's language) or albums. A picture that is in albums lies in each of
their folders once more. An album's title is in a JSON of its folder, whose name is in the account's language too, so
files are told by what is in them. A picture's JSON may be cut off, numbered elsewhere (haven_fs.library.googlenotes) or
in another part of the export.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from haven_fs.library.folding import fold
from haven_fs.library.googlenotes import DAY, LONGEST, album_title, base_of, fits, plain
from haven_fs.library.kinds import HEAD_SIZE, VIDEO_ENDINGS, claims_media, ending, sniff
from haven_fs.library.stems import read_name, stem_key
from haven_fs.moving.described import Export, Item
from haven_fs.moving.sources import Entry, read_files

TITLE = "Google Photos"
_YEAR = re.compile(r"\D{0,30}(?<!\d)(?:1[89]|20)\d\d(?!\d)\D{0,6}")
"""A folder of a year, if it has no title of its own: "Photos from 2019", "2019年の写真"."""
_SERVICE = re.compile(r"google \S.*", re.IGNORECASE)
_PART = re.compile(r"takeout[^/]*", re.IGNORECASE)
_OTHERS = ("json", "html", "htm", "csv", "txt", "ini", "db", "xml", "pdf")


def read_takeout(paths: Sequence[Path]) -> Export:
    """Describe an export. Raises UserError."""
    files = read_files(paths)
    export = Export(TITLE, left_out=list(files.left_out), files=files)
    folders: dict[str, list[Entry]] = defaultdict(list)
    has_others = any(_service_of(entry.path) for entry in files.entries)
    for entry in files.entries:
        if has_others and not _service_of(entry.path):
            export.seen["files of other services"] += 1
            continue
        folders[_folder_of(entry.path)].append(entry)
    notes: dict[str, dict[str, _Notes]] = {}
    media: dict[str, list[Entry]] = {}
    for folder, entries in sorted(folders.items()):
        notes[folder], media[folder] = {}, []
        for entry in sorted(entries, key=lambda one: one.path):
            _sort_in(entry, folder, notes, media, export)
    _Takeout(export, notes, media).describe()
    return export


class _Notes:
    """The JSON of a picture: the file, and what tells how to treat it."""

    __slots__ = ("entry", "left_out", "said", "title", "used")

    def __init__(self, entry: Entry, found: Mapping[str, Any]) -> None:
        self.entry = entry
        self.title = plain(found.get("title"))
        self.left_out = "it is in the bin" if found.get("trashed") is True else ""
        if found.get("inLockedFolder") is True:
            self.left_out = "it is in the locked folder"
        self.said = str((found.get("photoTakenTime"), found.get("url"), found.get("description"), found.get("people")))
        self.used = False


def _parts_of(path: str) -> list[str]:
    """Return a path's folders without those that differ between the parts of an export: "Takeout 2/"."""
    parts = path.split("/")[:-1]
    while parts and _PART.fullmatch(parts[0]):
        parts = parts[1:]
    return parts


def _service_of(path: str) -> bool:
    """Tell whether a file is in the folder of Google Photos: an export may have those of other services, too."""
    parts = _parts_of(path)
    return bool(parts) and _SERVICE.fullmatch(parts[0]) is not None


def _folder_of(path: str) -> str:
    parts = _parts_of(path)
    return "/".join(parts[1:] if _service_of(path) else parts)


def _sort_in(
    entry: Entry,
    folder: str,
    notes: dict[str, dict[str, _Notes]],
    media: dict[str, list[Entry]],
    export: Export,
) -> None:
    tail = ending(entry.name)
    if tail == "json":
        _read_json(entry, folder, notes, export)
    elif claims_media(entry.name) or (tail not in _OTHERS and _is_media(entry, export)):
        media[folder].append(entry)
    else:
        export.seen["other files"] += 1
        if tail not in _OTHERS:
            export.left_out.append((entry.path, "it is neither a picture nor a video"))


def _is_media(entry: Entry, export: Export) -> bool:
    try:
        return sniff(entry.head(HEAD_SIZE), entry.name).kind in ("image", "raw", "video")
    except OSError as error:
        export.left_out.append((entry.path, f"it cannot be read: {error.strerror}"))
        return False


def _read_json(entry: Entry, folder: str, notes: dict[str, dict[str, _Notes]], export: Export) -> None:
    if entry.size > LONGEST:
        export.left_out.append((entry.path, "it is too long for what Google Photos writes"))
        return
    try:
        found = json.loads(b"".join(entry.blocks()).decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        export.left_out.append((entry.path, "it is damaged"))
        return
    if not isinstance(found, dict):
        return
    if "photoTakenTime" in found:
        notes[folder][entry.name] = _Notes(entry, found)
        return
    if (title := album_title(found)) is not None:
        export.albums.setdefault(folder, title)


class _Takeout:
    """Puts together what was found in the folders of an export."""

    def __init__(self, export: Export, notes: dict[str, dict[str, _Notes]], media: dict[str, list[Entry]]) -> None:
        self._export = export
        self._notes = notes
        self._media = media
        self._by_key: dict[str, list[tuple[str, _Notes]]] = defaultdict(list)
        for folder, ones in notes.items():
            for name, one in ones.items():
                self._by_key[_key(base_of(name)[0])].append((folder, one))
        self._by_stem: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._of_shot: dict[tuple[str, str], list[str]] = defaultdict(list)
        for folder, entries in media.items():
            for entry in entries:
                self._by_stem[folder, _key(fold(entry.name))].append(entry.name)
                self._of_shot[folder, stem_key(entry.name)].append(entry.name)

    def describe(self) -> None:
        """Make items of all files."""
        export = self._export
        titles = {folder: title for folder, title in export.albums.items() if title}
        for folder in self._media:
            last = folder.rpartition("/")[2]
            if folder in export.albums or not last or _YEAR.fullmatch(last) or DAY.fullmatch(last):
                continue
            if not any(one.left_out for one in self._notes[folder].values()):
                titles[folder] = last
        export.albums = _distinct(titles)
        first: dict[tuple[int, str], Item] = {}
        for folder in sorted(self._media, key=lambda one: (one in titles, one)):
            for entry in self._media[folder]:
                self._describe(entry, folder, first)
        for ones in self._notes.values():
            for one in ones.values():
                if not one.used:
                    export.seen["descriptions without their picture"] += 1
                    export.left_out.append((one.entry.path, "the picture that it describes is not in the export"))
        export.items.sort(key=lambda item: item.entry.order)
        export.seen["albums"] = len({key for item in export.items for key in item.albums})

    def _describe(self, entry: Entry, folder: str, first: dict[tuple[int, str], Item]) -> None:
        export = self._export
        notes = self._notes_of(entry, folder)
        if notes is not None:
            notes.used = True
            if notes.left_out:
                export.left_out.append((entry.path, notes.left_out))
                return
        else:
            export.seen["without a description"] += 1
        item = Item(entry, folder, entry.name, notes.entry if notes is not None else None)
        if folder in export.albums:
            item.albums.append(folder)
        key = (entry.size, notes.said if notes is not None else fold(entry.name))
        other = first.setdefault(key, item)
        item.again = other is not item and other.folder != folder
        export.seen["again in another folder" if item.again else "photos and videos"] += 1
        export.items.append(item)

    def _notes_of(self, entry: Entry, folder: str) -> _Notes | None:
        """Return the JSON of a file: of its folder, else of another part's or folder's, where one alone fits.

        Edits and films of pictures have none of their own, and share that of the picture, also if it is not there.
        """
        names, named = [entry.name], read_name(entry.name)
        if original := _edited(entry.name, self._of_shot[folder, named.key]):
            names.append(original)
        elif named.said == "edit":
            names.append(f"{named.whole}.{ending(entry.name)}")
        for is_here in (True, False):
            for name in names:
                some = [one for where, one in self._candidates(name) if (where == folder) is is_here]
                some = [one for one in some if not self._is_another_s(one, name)]
                found = _best(some, name) if is_here else _only(some, name)
                if found is not None:
                    return found
        return None

    def _is_another_s(self, notes: _Notes, name: str) -> bool:
        """Tell whether a JSON that fits a file more or less is that of another one, in its own folder."""
        best = fits(notes.entry.name, name)
        others = self._by_stem.get((_folder_of(notes.entry.path), _key(fold(name))), ())
        return best > 0 and any(fits(notes.entry.name, other) > best for other in others)

    def _candidates(self, name: str) -> Iterable[tuple[str, _Notes]]:
        return self._by_key.get(_key(fold(name)), ())


_IN_FULL = 500
"""How well the name of a JSON has to fit that of a file in another folder."""
_SHORTEST_CUT = 24
"""Characters of a name that are always left of it: by them it is looked up."""


def _key(name: str) -> str:
    """Return what a file's name and that of its JSON share, however the latter was cut: the start of the stem."""
    stem = re.sub(r"\(\d{1,4}\)(?=\.|$)", "", name)
    stem = stem.partition(".")[0] or stem
    return stem[:_SHORTEST_CUT]


def _best(found: Iterable[_Notes], name: str) -> _Notes | None:
    ranked = [(fits(one.entry.name, name), one.title == name, one.entry.name, one) for one in found]
    best = max(ranked, key=lambda one: one[:3], default=None)
    return best[3] if best is not None and best[0] else None


def _only(found: Sequence[_Notes], name: str) -> _Notes | None:
    """Return the JSON that fits a file in full; of several only if they say the same, as those of its albums do."""
    best = max((fits(one.entry.name, name) for one in found), default=0)
    fitting = [one for one in found if best >= _IN_FULL and fits(one.entry.name, name) == best]
    return fitting[0] if fitting and len({one.said for one in fitting}) == 1 else None


def _edited(name: str, others: Iterable[str]) -> str | None:
    """Return which of the files of one shot a file was made of, or is the film of; that has its JSON."""
    mine = read_name(name)
    if mine.said != "edit" and ending(name) not in VIDEO_ENDINGS | {"mp"}:
        return None
    found = [one for one in others if one != name and read_name(one).said != "edit"]
    return min(found, key=lambda one: (one.rpartition(".")[2] != name.rpartition(".")[2], one), default=None)


def _distinct(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles of albums, of which two may have one, by their folders; a second one gets a number."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for folder, title in sorted(titles.items()):
        name, number = title, 2
        while fold(name) in taken:
            name, number = f"{title} ({number})", number + 1
        taken.add(fold(name))
        found[folder] = name
    return found
