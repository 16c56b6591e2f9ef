"""Tell the RAW formats that are TIFFs inside from a TIFF picture, by the tags of the first directory.

Tag numbers are those of TIFF 6.0, TIFF/EP and the DNG specification; what Nikon, Sony, Pentax and the rest do with
them is public knowledge. Works on the first bytes of a file alone and never raises.
"""

import struct
from typing import Final, Literal

Verdict = Literal["raw", "picture", "unclear"]

_SUBFILE, _COMPRESSION, _PHOTOMETRIC, _MAKE, _SUB_IFDS, _DNG_VERSION = 0xFE, 0x103, 0x106, 0x10F, 0x14A, 0xC612
_SENSOR_DATA: Final = {32803, 34892}  # colour filter array, linear raw
_RAW_COMPRESSIONS: Final = {32767, 32769, 32770, 32772, 34713, 65000, 65535}  # Sony, Samsung, Nikon, Kodak, Pentax

_MAKERS: Final = (
    (b"NIKON", "nef"),
    (b"SONY", "arw"),
    (b"PENTAX", "pef"),
    (b"RICOH", "pef"),
    (b"SAMSUNG", "srw"),
    (b"HASSELBLAD", "3fr"),
    (b"PHASE ONE", "iiq"),
    (b"LEAF", "mos"),
    (b"SEIKO EPSON", "erf"),
    (b"EASTMAN KODAK", "dcr"),
    (b"KODAK", "dcr"),
    (b"MAMIYA", "mef"),
    (b"CANON", "cr2"),
    (b"OLYMPUS", "orf"),
    (b"PANASONIC", "rw2"),
    (b"LEICA", "rw2"),
)

_Tags = dict[int, tuple[int, int]]


def judge(head: bytes) -> tuple[Verdict, str]:
    """Judge a file that starts with a TIFF header, and name the RAW format its camera writes ("" if not known).

    "raw": there is sensor data inside. "picture": there is none. "unclear": the tags lie beyond `head`, or a camera
    maker's name is there and nothing else that decides.
    """
    if head[8:10] == b"CR":
        return "raw", "cr2"
    if head[8:12] in (b"IIII", b"MMMM"):
        return "raw", "iiq"
    order = "<" if head[:1] == b"I" else ">"
    tags = _directory(head, order, struct.unpack_from(order + "I", head, 4)[0] if len(head) >= 8 else 0)
    if _DNG_VERSION in tags:
        return "raw", "dng"
    count, at = tags.get(_MAKE, (0, 0))
    make = head[at : at + min(count, 40)].strip(b"\0 ").upper()
    written = next((name for start, name in _MAKERS if make.startswith(start)), "")
    preview_first = _SUB_IFDS in tags and tags.get(_SUBFILE, (0, 0))[1] & 1
    if preview_first or any(_holds_sensor_data(each) for each in (tags, *_inner_directories(head, order, tags))):
        return "raw", written
    return ("unclear" if written or not tags else "picture"), written


def _holds_sensor_data(tags: _Tags) -> bool:
    return tags.get(_PHOTOMETRIC, (0, 0))[1] in _SENSOR_DATA or tags.get(_COMPRESSION, (0, 0))[1] in _RAW_COMPRESSIONS


def _inner_directories(head: bytes, order: str, tags: _Tags) -> list[_Tags]:
    count, at = tags.get(_SUB_IFDS, (0, 0))
    if count == 1:
        return [_directory(head, order, at)]
    count = min(count, 8, max(0, len(head) - at) // 4)
    return [
        _directory(head, order, offset) for offset in struct.unpack_from(f"{order}{count}I", head, at if count else 0)
    ]


def _directory(head: bytes, order: str, at: int) -> _Tags:
    """Return tag → (count, value or offset) of the directory at `at`; empty if it does not lie within `head`."""
    if not 8 <= at <= len(head) - 2:
        return {}
    (entries,) = struct.unpack_from(order + "H", head, at)
    tags: _Tags = {}
    for start in range(at + 2, min(at + 2 + 12 * entries, len(head) - 11), 12):
        tag, kind, count, value = struct.unpack_from(order + "HHII", head, start)
        if kind == 3 and count == 1:  # a single 16-bit number lies at the start of the field, whatever the byte order
            (value,) = struct.unpack_from(order + "H", head, start + 8)
        tags[tag] = (count, value)
    return tags
