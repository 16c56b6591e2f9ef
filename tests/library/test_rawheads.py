"""RAW files that are no TIFF, built byte by byte as Canon, Fujifilm and Minolta lay them out."""

import random
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.containers import Source
from haven_fs.library.rawheads import read_head

Read = Callable[[Path], Metadata]
Entries = list[tuple[int, bytes]]
TAKEN = "2004:11:18 23:14:58"


def tiff(*texts: tuple[int, str]) -> bytes:
    """Return a TIFF whose first directory holds the EXIF texts, as MRW has it all in one."""
    rows, tail = b"", b""
    start = 8 + 2 + 12 * len(texts) + 4
    for tag, value in texts:
        raw = value.encode() + b"\0"
        rows += struct.pack("<HHII", tag, 2, len(raw), start + len(tail))
        tail += raw
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(texts)) + rows + b"\0\0\0\0" + tail


def heap(entries: Entries) -> bytes:
    """Return a heap of CIFF: what entries hold, their directory, and where that is."""
    values, table = b"", struct.pack("<H", len(entries))
    for tag, value in entries:
        if tag & 0xC000 == 0x4000:
            table += struct.pack("<H8s", tag, value)
        else:
            table += struct.pack("<HII", tag, len(value), len(values))
            values += value
    return values + table + struct.pack("<I", len(values))


def crw(turn: int = 0) -> bytes:
    seconds = struct.pack("<Ii", 1100819698, 0)
    properties = heap(
        [
            (0x080A, b"Canon\0Canon PowerShot S40\0"),
            (0x180E, seconds + b"\0\0\0\0"),
            (0x1810, struct.pack("<IIfiI", 2272, 1704, 1.0, turn, 8)),
            (0x580B, b"\x01\0\0\0\0\0\0\0"),  # a number that stands in the entry itself
        ]
    )
    return b"II\x1a\0\0\0HEAPCCDR\x02\0\x01\0" + b"\0" * 8 + heap([(0x300A, heap([(0x2807, properties)]))])


def mrw() -> bytes:
    size = struct.pack(">8s4H", b"27730001", 2460, 3264, 2448, 3264)
    info = tiff((0x010F, "Minolta"), (0x0110, "DiMAGE A2"), (0x9003, TAKEN))
    blocks = b"".join(n + struct.pack(">I", len(body)) + body for n, body in ((b"\0PRD", size), (b"\0TTW", info)))
    return b"\0MRM" + struct.pack(">I", len(blocks)) + blocks


def raf() -> bytes:
    """Return a RAF whose JPEG is much smaller than the picture, as in older cameras."""
    info = b"Exif\0\0" + tiff((0x010F, "FUJIFILM"), (0x9003, TAKEN))
    frame = b"\xff\xc0\0\x11" + struct.pack(">BHHB", 8, 120, 160, 3) + b"\1\x22\0\2\x11\1\3\x11\1"
    jpeg = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(info) + 2) + info + frame + b"\xff\xd9"
    table = struct.pack(">I", 2) + struct.pack(">4H", 0x100, 4, 1500, 4400) + struct.pack(">4H", 0x111, 4, 1424, 4256)
    head = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + struct.pack(">4I", 120, len(jpeg), 120 + len(jpeg), len(table))
    return head.ljust(120, b"\0") + jpeg + table


STARS = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<r:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></r:RDF></x:xmpmeta>'
)


def cr3() -> bytes:
    rows = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in ((0x100, 6000), (0x101, 4000))]
    main = b"II*\0\x08\0\0\0" + struct.pack("<H", len(rows)) + b"".join(rows) + b"\0\0\0\0"
    stars = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + STARS
    boxes = ((b"ftyp", b"crx "), (b"CMT1", main), (b"CMT2", tiff((0x9003, TAKEN))), (b"uuid", stars))
    return b"".join(struct.pack(">I4s", len(body) + 8, name) + body for name, body in boxes)


MADE = {"crw": crw, "mrw": mrw, "raf": raf, "cr3": cr3}


@pytest.mark.parametrize(
    ("form", "size", "make"),
    [
        ("crw", (2272, 1704), "Canon"),
        ("mrw", (3264, 2448), "Minolta"),
        ("raf", (4256, 1424), "FUJIFILM"),
        ("cr3", (6000, 4000), None),
    ],
)
def test_the_date_the_camera_and_the_size(
    tmp_path: Path, read: Read, form: str, size: tuple[int, int], make: str | None
) -> None:
    path = tmp_path / f"a.{form}"
    path.write_bytes(MADE[form]())
    found = read(path)
    assert (found.kind, found.format, (found.width, found.height)) == ("raw", form, size)
    assert found.exif["EXIF DateTimeOriginal"] == TAKEN
    assert found.exif.get("Image Make") == make
    assert found.problems == []


@pytest.mark.parametrize(("turn", "orientation"), [(0, 1), (90, 6), (180, 3), (270, 8), (-90, 8), (45, None)])
def test_how_a_canon_s_picture_lies(tmp_path: Path, read: Read, turn: int, orientation: int | None) -> None:
    path = tmp_path / "a.crw"
    path.write_bytes(crw(turn))
    found = read(path)
    assert found.orientation == orientation
    assert found.exif["Image Model"] == "Canon PowerShot S40"


def test_the_stars_that_a_canon_was_told(tmp_path: Path, read: Read) -> None:
    (tmp_path / "a.cr3").write_bytes(cr3())
    assert read(tmp_path / "a.cr3").xmp == {"xmp:Rating": "4"}


@pytest.mark.parametrize("form", MADE)
def test_damaged_headers_end_and_raise_nothing(tmp_path: Path, form: str) -> None:
    whole, dice = MADE[form](), random.Random(7)
    started = time.process_time()
    for number in range(300):
        data = bytearray(whole[: dice.randrange(len(whole))] if number % 3 == 0 else whole)
        for _ in range(dice.randrange(1, 6)):
            if data:
                data[dice.randrange(len(data))] = dice.choice((0, 1, 0x7F, 0xFF, dice.randrange(256)))
        path = tmp_path / "damaged"
        path.write_bytes(data or b"\0")
        with Source(path) as source:
            head = read_head(source, form)
        assert head is not None and max(head.width, head.height) < 1 << 32
    assert time.process_time() - started < 20


def test_a_heap_that_holds_itself_ends(tmp_path: Path) -> None:
    inside = heap([(0x300A, b"")])
    again = struct.pack("<H", 500) + struct.pack("<HII", 0x300A, 26 + 5002 + 4, 0) * 500
    path = tmp_path / "a.crw"
    path.write_bytes(b"II\0\0\0\0HEAPCCDR" + inside + b"\0" * 12 + again + struct.pack("<I", 14 + len(inside) + 12))
    with Source(path) as source:
        assert read_head(source, "crw") is not None
