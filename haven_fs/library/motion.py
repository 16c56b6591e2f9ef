"""The film inside a picture's file: motion photos of Google, Samsung and those who do as they do.

Google's XMP says how long what follows the picture is: once as MicroVideoOffset, now as a directory of what the file
contains. Samsung puts a list of blocks at the very end (SEFT), one of which is called MotionPhoto_Data. In a HEIC the
film is a box, "mpvd". Whatever they say, it counts if a film begins there. Nothing here raises for a file's contents.
"""

import struct
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from haven_fs.library.containers import Source, boxes
from haven_fs.library.rdf import fields_of, items_of, text_of

DIRECTORY = "Container:Directory"
"""A name in `xmp`: what XMP says that a file contains, a list of Item."""
_CONTAINER = "{http://ns.google.com/photos/1.0/container/}"
_ITEM = "{http://ns.google.com/photos/1.0/container/item/}"
_MOST_BLOCKS = 100
_SAMSUNG = b"MotionPhoto_Data"
_SMALLEST = 1024


class Item(NamedTuple):
    """A part of a file: what it is to the picture, its media type, its bytes and how many empty ones follow it."""

    what: str
    media: str
    length: int
    padding: int


class Span(NamedTuple):
    """Where a film lies in its file, in bytes."""

    start: int
    length: int


def read_directory(root: Element) -> list[Item]:
    """Return what a packet of XMP says that its file contains, in the order in which it does."""
    items: list[Item] = []
    for directory in root.iter(_CONTAINER + "Directory"):
        for holder in items_of(directory):
            fields = fields_of(holder)
            inner = fields_of(fields.get(_CONTAINER + "Item")) or fields
            what, media, *sizes = (
                text_of(inner.get(_ITEM + name)) for name in ("Semantic", "Mime", "Length", "Padding")
            )
            length, padding = (
                int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0 for size in sizes
            )
            items.append(Item(what, media, length, padding))
    return items


def film_in(source: Source, form: str, xmp: dict[str, Any], make: str) -> Span | None:
    """Return where the film is that a picture's file contains, None if there is none.

    `form`: the picture's format. `make`: who made the camera: the end of a file is only read where it may say more.
    """
    if form in ("heic", "heif", "avif"):
        return _begins(source, _box(source))
    if form != "jpeg":
        return None
    found = _begins(source, _said(source, xmp))
    if found is None and (make.casefold().startswith("samsung") or "1" in _says_so(xmp)):
        found = _begins(source, _samsung(source))
    return found


def _says_so(xmp: dict[str, Any]) -> tuple[Any, Any]:
    return xmp.get("GCamera:MotionPhoto"), xmp.get("GCamera:MicroVideo")


def _begins(source: Source, span: Span | None) -> Span | None:
    """Return a span if an MP4 begins there and it lies in the file."""
    if span is None or span.length < _SMALLEST or span.start < 0 or span.start + span.length > source.size():
        return None
    return span if source.at(span.start, 8)[4:] == b"ftyp" else None


def _said(source: Source, xmp: dict[str, Any]) -> Span | None:
    """Return what XMP says: of a directory the film's place counted from the end, since the picture has no length."""
    after = 0
    for item in reversed(xmp.get(DIRECTORY, ())):
        after += item.length + item.padding
        if item.what == "MotionPhoto" or item.media.startswith("video/"):
            return Span(source.size() - after, item.length)
    offset = xmp.get("GCamera:MicroVideoOffset", "")
    if isinstance(offset, str) and offset.isascii() and offset.isdigit() and len(offset) < 16:
        return Span(source.size() - int(offset), int(offset))
    return None


def _samsung(source: Source) -> Span | None:
    """Return the block of the list at the end of the file: each says its kind, how far ahead it is and its length."""
    tail = source.at(max(0, source.size() - 8), 8)
    if tail[4:] != b"SEFT":
        return None
    length = struct.unpack("<I", tail[:4])[0]
    start = source.size() - 8 - length
    head = source.at(start, 12) if start >= 0 else b""
    if head[:4] != b"SEFH" or len(head) < 12:
        return None
    count = min(struct.unpack_from("<I", head, 8)[0], _MOST_BLOCKS)
    table = source.at(start + 12, 12 * count)
    for _, _, ahead, size in struct.iter_unpack("<HHII", table[: len(table) // 12 * 12]):
        at = start - ahead
        name = source.at(at, 8 + len(_SAMSUNG)) if at >= 0 else b""
        if name[8:] == _SAMSUNG and name[4:8] == struct.pack("<I", len(_SAMSUNG)):
            return Span(at + len(name), size - len(name))
    return None


def _box(source: Source) -> Span | None:
    return next((Span(at, length) for name, at, length in boxes(source) if name == b"mpvd"), None)
