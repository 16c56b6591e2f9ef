"""What people wrote about a photo: its caption and keywords, without what cameras and programs write there."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from haven_fs import Metadata, Tag

LONGEST_CAPTION = 4000
"""Characters kept of a caption."""
LONGEST_KEYWORD = 100
MOST_KEYWORDS = 200

_XMP_CAPTIONS = ("dc:description", "dc:title", "photoshop:Headline")
_IPTC_CAPTIONS = ("iptc:Caption-Abstract", "iptc:ObjectName", "iptc:Headline")
_EXIF_CAPTIONS = ("Image ImageDescription", "Image XPComment", "Image XPSubject", "Image XPTitle", "EXIF UserComment")
_VIDEO_CAPTIONS = ("com.apple.quicktime.description", "description", "com.apple.quicktime.title", "title")

_VIDEO_KEYWORDS = ("keywords", "com.apple.quicktime.keywords")

# Written by cameras and programs into every file, as in the samples of Drew Noakes' metadata-extractor and of Exiv2.
_DEFAULTS = re.compile(
    r"((\w+ ){0,2}digital (still )?camera|sony dsc|minolta \w+|dcf[ \d.]*|exif[ _]jpeg(_picture)?|jpeg|untitled|default"
    r"|no name|none|null|ascii|screenshot|samsung( camera pictures)?|dig\w* camera|processed with .{1,40}|camera"
    r"|(created|optimi[sz]ed|compressed|edited|converted) (with|using|by) .{1,40}|(created )?by .{0,40}photoshop.*"
    r"|file written by .*|img|image|photo|picture|video)[.! ]*",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(r"([\w-]+[\\/])*[\w-]+\.(jpe?g|png|tiff?|heic|mp4|mov|nef|cr2|arw|dng)", re.IGNORECASE)
_CODE = re.compile(r"[A-Z0-9_-]*\d[A-Z0-9_-]*")
"""A single word like DSC00019: a number the camera gave, or its type."""
_MODE_WORD = re.compile(r"[a-z]{2,5}(_[a-z]{2,5})?")
"""Some phones write the camera's mode as a made-up word ("cof", "mde", "rhdr") where the caption belongs."""
_MODE_WRITERS = ("huawei", "honor")
_MACHINE = re.compile(r"[{<\[#;]|\w+\s*[:=]\s*[\d{\"]|\S{60}")
_PROGRAM_S = re.compile(
    r"^(creator: |https?://|applemark|gpencoder)|\b(corp|inc|ltd)\b|\d\.\d+\.\d|\bv(er(sion)?)?\.? ?\d+\.\d"
    r"|\b(generated|constructed|processed|rendered) (with|using|by|and)\b|\b(encoder|software)\b",
    re.IGNORECASE,
)
"""Of what programs write where a file has room for a comment: their names and versions."""
_HIERARCHIES = (("lr:hierarchicalSubject", "|"), ("digiKam:TagsList", "/"), ("MicrosoftPhoto:LastKeywordXMP", "/"))


_ALBUMS = "haven:Albums"


def clean(value: Any) -> str:
    """Return a text without control characters, NULs and padding, NFC; "" if it is none."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if not isinstance(value, str):
        return ""
    text = "".join(char if char == "\n" or unicodedata.category(char) != "Cc" else " " for char in value)
    return unicodedata.normalize("NFC", text).strip()


def caption_of(metadata: Metadata) -> str | None:
    """Return what somebody wrote about the photo: sidecars before XMP, IPTC, EXIF, comments, a video's container."""
    said = ((metadata.beside, _XMP_CAPTIONS), (metadata.xmp, _XMP_CAPTIONS), (metadata.iptc, _IPTC_CAPTIONS))
    for notes, names in said:
        for name in names:
            if (text := clean(notes.get(name))) and not _is_default(text, metadata):
                return text[:LONGEST_CAPTION]
    for name in _EXIF_CAPTIONS:
        text = clean(metadata.exif.get(name))
        if text and not _is_default(text, metadata) and not (name == "EXIF UserComment" and _MACHINE.match(text)):
            return text[:LONGEST_CAPTION]
    for text in map(clean, metadata.comments):
        if text and not (_is_default(text, metadata) or _MACHINE.match(text) or _PROGRAM_S.search(text)):
            return text[:LONGEST_CAPTION]
    for name in _VIDEO_CAPTIONS:
        if (text := clean(metadata.video.get(name))) and not _is_default(text, metadata):
            return text[:LONGEST_CAPTION]
    return None


def _is_default(text: str, metadata: Metadata) -> bool:
    if not any(char.isalpha() for char in text):
        return True
    if any(pattern.fullmatch(text) for pattern in (_DEFAULTS, _FILE_NAME, _CODE)):
        return True
    make, model = (clean(metadata.exif.get(tag)).casefold() for tag in ("Image Make", "Image Model"))
    if text.casefold() in (make, model, f"{make} {model}"):
        return True
    return make in _MODE_WRITERS and _MODE_WORD.fullmatch(text) is not None


def keywords_of(metadata: Metadata) -> list[Tag]:
    """Return the keywords as tags of the facet "keyword"; of hierarchies the last part."""
    tags: dict[str, Tag] = {}
    for text in _keywords(metadata):
        name = " ".join(clean(text).split())
        key = name.casefold()
        if 0 < len(name) <= LONGEST_KEYWORD and len(tags) < MOST_KEYWORDS:
            tags.setdefault(key, Tag("keyword", key, name))
    return list(tags.values())


def _keywords(metadata: Metadata) -> Iterator[str]:
    beside = list(_noted(metadata.beside))
    if beside:  # where a keyword was taken away, it is missing there
        yield from beside
        return
    yield from _noted(metadata.xmp)
    yield from _texts(metadata.iptc.get("iptc:Keywords"))
    yield from clean(metadata.exif.get("Image XPKeywords")).split(";")
    for name in _VIDEO_KEYWORDS:
        yield from clean(metadata.video.get(name)).split(",")


def _noted(notes: Mapping[str, Any]) -> Iterator[str]:
    # Who is shown is no keyword: programs without a word for people repeat them here, and Haven does for those.
    people = {text.casefold() for text in _texts(notes.get("Iptc4xmpExt:PersonInImage"))}
    yield from (text for text in _texts(notes.get("dc:subject")) if text.casefold() not in people)
    for name, separator in _HIERARCHIES:
        for path in _texts(notes.get(name)):
            if _ALBUMS in notes and path.startswith(f"Albums{separator}"):
                continue  # Haven wrote it there for other programs
            yield path.rstrip(separator).rpartition(separator)[2]


def _texts(value: Any) -> list[str]:
    """Return a property's texts; some programs write a bag, some one text."""
    if isinstance(value, str):
        return [value]
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
