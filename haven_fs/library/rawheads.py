"""What RAW formats that are no TIFF say in their headers: Canon's CR3 and CRW, Fujifilm's RAF, Minolta's MRW.

CR3 consists of boxes, with EXIF's directories each as a TIFF of its own. CRW is CIFF: a directory at the end of each
heap, whose entries Canon numbered (CIFF 1.0, 1997). RAF has a table of blocks, of which one is a JPEG with EXIF; MRW
has blocks by name, of which one is a TIFF. The numbers are those of ExifTool's notes on these formats. Nothing here
raises for a file's contents.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from haven_fs.library.containers import LONGEST_BLOCK, Source, plain_text, walk_jp2
from haven_fs.library.exif import below, first_directory

_MOST_ENTRIES = 1000
_MOST_HEAPS = 32
_TURNS = {0: 1, 90: 6, 180: 3, 270: 8}


@dataclass(slots=True)
class RawHead:
    """The size (0 if it is not told), EXIF blocks, a packet of XMP, other tags, and where a JPEG with EXIF begins."""

    width: int = 0
    height: int = 0
    blocks: list[bytes] = field(default_factory=list)
    xmp: bytes = b""
    exif: dict[str, Any] = field(default_factory=dict)
    jpeg: int | None = None


def read_head(source: Source, form: str) -> RawHead | None:
    """Return what a RAW file's own header says; None if its format has none that is known. `form`: Kind's format."""
    reader = _READERS.get(form)
    return reader(source) if reader else None


def canon_blocks(source: Source) -> list[bytes]:
    """Return the EXIF blocks of a CR3, each as a TIFF: main tags, EXIF tags, GPS tags."""
    blocks = []
    for name, tag in ((b"CMT1", 0), (b"CMT2", 0x8769), (b"CMT4", 0x8825)):
        at = source.head.find(name)
        if at >= 4:
            length = struct.unpack_from(">I", source.head, at - 4)[0] - 8
            block = source.at(at + 4, min(max(length, 0), LONGEST_BLOCK))
            blocks.append(below(tag, block) if tag else block)
    return blocks


def _cr3(source: Source) -> RawHead:
    head = RawHead(blocks=canon_blocks(source), xmp=walk_jp2(source).xmp)  # its stars, in a box like JPEG 2000's
    if head.blocks:
        first = first_directory(lambda at, length: head.blocks[0][at : at + length])
        if first and first.integer(0x100) and first.integer(0x101):
            head.width, head.height = first.integer(0x100), first.integer(0x101)
    return head


def _mrw(source: Source) -> RawHead:
    head = RawHead()
    at = 8
    for _ in range(_MOST_ENTRIES):
        header = source.at(at, 8)
        if len(header) < 8 or header[:1] != b"\0":
            break
        name, length = struct.unpack(">4sI", header)
        if name == b"\0PRD" and length >= 16:
            body = source.at(at + 8, 16)
            if len(body) == 16:
                head.height, head.width = struct.unpack_from(">HH", body, 12)
        elif name == b"\0TTW":
            head.blocks.append(source.at(at + 8, min(length, LONGEST_BLOCK)))
        at += 8 + length
    return head


def _raf(source: Source) -> RawHead:
    head = RawHead()
    table = source.at(84, 16)
    if len(table) < 16:
        return head
    jpeg, _, at, _ = struct.unpack(">4I", table)
    if source.at(jpeg, 2) == b"\xff\xd8":
        head.jpeg = jpeg
    count = int.from_bytes(source.at(at, 4), "big")
    at += 4
    for _ in range(min(count, _MOST_ENTRIES)):
        entry = source.at(at, 8)
        if len(entry) < 8:
            break
        tag, length, *size = struct.unpack(">4H", entry)
        if tag == 0x111 and length == 4:
            head.height, head.width = size
        at += 4 + length
    return head


def _crw(source: Source) -> RawHead:
    head = RawHead()
    start = source.at(0, 6)
    order = {b"II": "<", b"MM": ">"}.get(start[:2])
    if order is None or len(start) < 6:
        return head
    begin = struct.unpack_from(order + "I", start, 2)[0]
    waiting = [(begin, source.size() - begin)]
    for _ in range(_MOST_HEAPS):
        if not waiting:
            break
        begin, size = waiting.pop()
        for tag, body_at, length in _heap(source, order, begin, size):
            if tag & 0x3800 in (0x2800, 0x3000):
                waiting.append((body_at, length))
            else:
                _take_canon(head, order, tag & 0x3FFF, source.at(body_at, min(length, 64)))
    return head


def _heap(source: Source, order: str, begin: int, size: int) -> list[tuple[int, int, int]]:
    """Return number, place and length of what a heap of CIFF holds; none if it is damaged."""
    end = source.at(begin + size - 4, 4) if size >= 6 else b""
    table_at = begin + struct.unpack(order + "I", end)[0] if len(end) == 4 else 0
    count = source.at(table_at, 2) if begin < table_at < begin + size else b""
    if len(count) < 2:
        return []
    table = source.at(table_at + 2, 10 * min(struct.unpack(order + "H", count)[0], _MOST_ENTRIES))
    found = []
    for place, (tag, length, at) in enumerate(struct.iter_unpack(order + "HII", table[: len(table) // 10 * 10])):
        if tag & 0xC000 == 0x4000:  # the value stands in the entry itself
            found.append((tag, table_at + 4 + 10 * place, 8))
        elif at + length <= size:
            found.append((tag, begin + at, length))
    return found


def _take_canon(head: RawHead, order: str, tag: int, body: bytes) -> None:
    if tag == 0x080A:
        make, _, model = body.partition(b"\0")
        texts = {"Image Make": plain_text(make), "Image Model": plain_text(model)}
        head.exif |= {name: text for name, text in texts.items() if text}
    elif tag == 0x180E and len(body) >= 4:  # seconds since 1970 on the camera's clock; its zone is hardly ever set
        if seconds := struct.unpack_from(order + "I", body)[0]:
            taken = datetime(1970, 1, 1) + timedelta(seconds=seconds)
            head.exif["EXIF DateTimeOriginal"] = f"{taken:%Y:%m:%d %H:%M:%S}"
    elif tag == 0x1810 and len(body) >= 16:
        width, height, _, turn = struct.unpack_from(order + "IIfi", body)
        head.width, head.height = (width, height) if max(width, height) < 1 << 16 else (0, 0)
        if turn % 360 in _TURNS:
            head.exif["Image Orientation"] = _TURNS[turn % 360]


_READERS: Mapping[str, Callable[[Source], RawHead]] = {"cr3": _cr3, "crw": _crw, "mrw": _mrw, "raf": _raf}
