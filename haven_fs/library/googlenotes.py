"""The JSON that Google Photos' exports (Takeout) put beside each picture, whatever its name has become there.

Google documents none of this; the fields and the rules of names are those that public reports agree on. A file says
the moment a photo was taken, not what a clock showed there; a position of 0, 0 means none.
"""

import html
import re
from typing import Any

from haven_fs.library.folding import fold
from haven_fs.library.headers import ALBUMS, HIDDEN, IN_BIN, Values
from haven_fs.library.plainnotes import loaded, moment, number, said, text, texts

LONGEST = 1 << 20
"""Bytes of one that is read."""
LIMIT = 46
"""Characters that are left of "NAME.supplemental-metadata" in the name of the JSON, before its number and ending."""
_OF_YEAR = re.compile(r"(?:photos from|fotos von|(?:photos|fotos) de|foto del|foto's uit) \d{4}", re.IGNORECASE)
"""What old exports gave the folder of a year as a title."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?: ?#?\d+)?|untitled(?:\(\d+\))?", re.IGNORECASE)
"""Old exports made a folder of each day, with a title like an album's."""
_METADATA = ".supplemental-metadata"
_MOVED = re.compile(r"(?<=\S)\((\d{1,4})\)$")
_NUMBERED = re.compile(r"(?<=\S)\((\d{1,4})\)(?=\.[^.]*$|$)")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|amp|lt|gt|quot|apos);")


def parse_google(data: bytes, problems: list[str]) -> Values:
    """Read the JSON of one picture."""
    found = loaded(data, "Google Photos", LONGEST, problems)
    if not isinstance(found, dict):
        return {}
    taken = found.get("photoTakenTime")
    people = found.get("people")
    is_away = found.get("trashed") is True or found.get("inLockedFolder") is True
    values = said(
        taken=moment(number(taken.get("timestamp"))) if isinstance(taken, dict) else "",
        caption=plain(found.get("description")),
        people=texts([one.get("name") for one in people if isinstance(one, dict)] if isinstance(people, list) else []),
        position=_position(found),
        favourite=found.get("favorited") is True,
    )
    return {**values, HIDDEN: IN_BIN} if is_away else values


def parse_album(folder: str, data: bytes, problems: list[str]) -> Values:
    """Read the JSON of a folder, which is called `folder`: the album that its pictures are in."""
    found = loaded(data, "Google Photos", LONGEST, problems)
    title = album_title(found) if isinstance(found, dict) else ""
    if not title:
        return {}
    # Folders of albums with one title are numbered.
    number = _MOVED.search(folder)
    if number is not None and not title.endswith(number[0]):
        title = f"{title} ({int(number[1]) + 1})"
    return {ALBUMS: [re.sub(r"[/|]", "_", title.lstrip("."))]}


def album_title(found: dict[str, Any]) -> str | None:
    """Return the title of an album by the JSON of its folder; "" if the folder is none for people, None without one."""
    within = found.get("albumData")
    album = within if isinstance(within, dict) else found
    if "title" not in album:
        return "" if "albumData" in found else None
    title = plain(album["title"])
    return "" if DAY.fullmatch(title) or _OF_YEAR.fullmatch(title) else title


def plain(value: Any) -> str:
    """Return a text of an export, of which some have their ampersands and quotes escaped as in HTML."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text(value))


def _position(found: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return the position that the owner may have corrected, else that of the camera."""
    for name in ("geoData", "geoDataExif"):
        place = found.get(name)
        if isinstance(place, dict) and (number(place.get("latitude")) or number(place.get("longitude"))):
            return place.get("latitude"), place.get("longitude"), place.get("altitude")
    return None, None, None


def base_of(name: str) -> tuple[str, str]:
    """Return what the name of a JSON says of the file it is about, folded: its name, maybe cut, and its number.

    The number of "b(1).jpg" stands at the end: "b.jpg(1).json", "b.jpg.supplemental-metadata(1).json".
    """
    base = fold(name).removesuffix(".json")
    moved = _MOVED.search(base)
    if moved is not None:
        base = base[: moved.start()]
    stem, dot, tail = base.rpartition(".")
    if dot and stem and _METADATA.startswith(f".{tail}"):
        base = stem
    return base, moved[1] if moved is not None else ""


def fits(name: str, file: str) -> int:
    """Tell how well the name of a JSON fits that of a picture or film: 0 for not at all, else the more the better."""
    found = _fits(name, file)
    return found and found + name.startswith((file, _parted(file)[0]))  # of two that differ by case alone


def _fits(name: str, file: str) -> int:
    base, number_ = base_of(name)
    whole = fold(file)
    plainly, own = _parted(whole)
    for wanted, its, best in ((plainly, own, 1000), (whole, "", 900)):
        if number_ == its and base == wanted:
            return best
        if number_ == its and _is_cut(fold(name), base, wanted):
            return best - 300 + len(base)
    # Some have the name without its ending, or with another one: it was converted, or is the film of a picture.
    stem = plainly.rpartition(".")[0] or plainly
    if number_ == own and stem and base == stem:
        return 500
    if number_ == own and stem and base.rpartition(".")[0] == stem:
        return 400
    if number_ == own and len(base) == LIMIT and len(stem) >= LIMIT and stem.startswith(base):
        return 300
    return 0


def _parted(whole: str) -> tuple[str, str]:
    """Return a file's name without its number, and that."""
    found = _NUMBERED.search(whole)
    return (whole[: found.start()] + whole[found.end() :], found[1]) if found is not None else (whole, "")


def _is_cut(name: str, base: str, whole: str) -> bool:
    """Tell whether a JSON has what is left of a name that is too long for it."""
    uncut = _MOVED.sub("", name.removesuffix(".json"))
    return len(uncut) >= LIMIT - 1 and len(base) >= LIMIT - len(_METADATA) and whole.startswith(base.rstrip("."))
