"""Names that every client can show: portable on Windows, in NFC, legal in XML, compared without case."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from html import escape
from itertools import chain, count
from urllib.parse import quote

from haven_fs.library.folding import fold

# XML 1.0 cannot carry most control characters, nor lone surrogates, which is how Python spells a file name that is
# not UTF-8; one such name in a listing would make the whole answer unreadable to every client.
_NOT_XML = re.compile("[\x00-\x1f\x7f\ud800-\udfff￾￿]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_WINDOWS = re.compile(r'[\\/:*?"<>|]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)", re.IGNORECASE)
__all__ = ["LONGEST", "fold", "free", "href", "is_text", "numbered", "portable", "same", "shown", "split_ending", "xml"]
LONGEST = 200
"""Bytes of UTF-8 that a display name may have: 255 is most file systems' limit, suffixes and prefixes need room."""


def same(name: str, other: str) -> bool:
    """Tell whether two names are spelled alike but for Unicode composition."""
    return name == other or unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", other)


def is_text(name: str) -> bool:
    """Tell whether a name can be written in UTF-8 at all: one that stands for bytes which are not cannot."""
    return not _SURROGATE.search(name)


def shown(name: str) -> str:
    """Return a disk's name as /Originals shows it: as it is, except for what no client could be sent."""
    return _NOT_XML.sub("\ufffd", unicodedata.normalize("NFC", name)).replace("/", "\ufffd")


def portable(name: str) -> str:
    """Return `name` as every system can store it; never empty. A name that is so already stays as it is."""
    name = shown(_NOT_WINDOWS.sub("_", name)).strip(" ").rstrip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    stem, ending = split_ending(name)
    stem = stem.encode()[: LONGEST - len(ending.encode())].decode(errors="ignore")
    return (stem + ending).rstrip(" .") or "_"


def split_ending(name: str) -> tuple[str, str]:
    """Return a name's stem and its ending with the dot: "IMG_1", ".jpg"; an ending is at most eight characters."""
    stem, dot, ending = name.rpartition(".")
    if not stem or not dot or len(ending) > 8:
        return name, ""
    return stem, dot + ending


def numbered(stem: str, ending: str = "") -> Iterator[str]:
    """Give "stem (2)", "stem (3)", ..., each with `ending`: what to call a thing whose name another has."""
    return (f"{stem} ({number}){ending}" for number in count(2))


def free(
    wanted: str, is_taken: Callable[[str], object], *, folder: bool = False, key: Callable[[str], str] = fold
) -> str:
    """Return `wanted`, or the first of its numbered forms that is not taken.

    `is_taken` is asked about names by their `key`. The number stands before the ending of a file's name, and at the end
    of a `folder`'s: the "Gallen" of "St. Gallen" is no ending.
    """
    stem, ending = (wanted, "") if folder else split_ending(wanted)
    return next(name for name in chain((wanted,), numbered(stem, ending)) if not is_taken(key(name)))


def href(name: str) -> str:
    """Return `name` as a segment of a URL, safe inside XML too."""
    return quote(name, safe="-_.~!()")


def xml(name: str) -> str:
    """Return `name` as XML text."""
    return escape(name, quote=False)
