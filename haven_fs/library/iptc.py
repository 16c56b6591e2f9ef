"""IPTC's old headers (IIM), which picture agencies and editors wrote before XMP: to "iptc:Name" and its value.

They lie among Photoshop's image resources in a JPEG, in a tag of their own in a TIFF. Numbers, names and character sets
are those of the IPTC-NAA Information Interchange Model 4.2; names are spelled as everybody's tools spell them. Nothing
here judges a value, and nothing raises for a block's contents.
"""

import struct
from collections.abc import Iterator

LONGEST_BLOCK = 1 << 20
"""Bytes read of a block; captions are up to 2,000 characters, keywords up to 64."""

_LONGEST_VALUE = 32768
_MOST_SETS = 4000
_MOST_RESOURCES = 1000
_MOST_VALUES = 1000  # of one name
_RESOURCE = 0x0404

_NAMES = {
    5: "ObjectName",
    15: "Category",
    20: "SupplementalCategories",
    25: "Keywords",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    62: "DigitalCreationDate",
    63: "DigitalCreationTime",
    80: "By-line",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    100: "Country-PrimaryLocationCode",
    101: "Country-PrimaryLocationName",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    120: "Caption-Abstract",
}
_LISTS = {20, 25, 80}
# ISO 2022: the last byte of what names a set of 96 characters is that of a part of ISO 8859.
_PARTS = {b"A": 1, b"B": 2, b"C": 3, b"D": 4, b"L": 5, b"G": 6, b"F": 7, b"H": 8, b"M": 9, b"V": 10, b"Y": 13, b"b": 15}


def parse_iptc(block: bytes) -> dict[str, str | list[str]]:
    """Read a block of data sets: "iptc:Name" to a text, as it stands in the file, or to a list where many may be.

    Dates are "CCYYMMDD", times "HHMMSS" and what they are ahead of Greenwich, "+HHMM".
    """
    sets = list(_data_sets(block[:LONGEST_BLOCK]))
    codec = next((_codec(value) for record, number, value in sets if (record, number) == (1, 90)), "")
    found: dict[str, str | list[str]] = {}
    for record, number, value in sets:
        name = _NAMES.get(number) if record == 2 else None
        text = _decoded(value, codec) if name else ""
        if not text:
            continue
        kept = found.setdefault(f"iptc:{name}", [] if number in _LISTS else text)
        if isinstance(kept, list) and len(kept) < _MOST_VALUES:
            kept.append(text)
    return found


def in_resources(resources: bytes) -> bytes:
    """Return the block among Photoshop's image resources ("8BIM"), empty if there is none."""
    at = 0
    for _ in range(_MOST_RESOURCES):
        if len(resources) < at + 12 or resources[at : at + 4] not in (b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa"):
            break
        number, length_of_name = struct.unpack_from(">HB", resources, at + 4)
        at += 6 + (length_of_name + 2) // 2 * 2
        if len(resources) < at + 4:
            break
        (size,) = struct.unpack_from(">I", resources, at)
        if number == _RESOURCE:
            return resources[at + 4 : at + 4 + size]
        at += 4 + size + size % 2
    return b""


def in_order(block: bytes) -> bytes:
    """Return a block that a TIFF holds as 32-bit numbers with its bytes in order: some programs swap them."""
    if block[:1] == b"\x1c" or block[3:4] != b"\x1c":
        return block
    count = len(block) // 4
    return struct.pack(f"<{count}I", *struct.unpack_from(f">{count}I", block))


def _data_sets(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield record, number and value of each data set, up to what is damaged."""
    at = 0
    for _ in range(_MOST_SETS):
        if len(block) < at + 5 or block[at] != 0x1C:
            return
        record, number, size = struct.unpack_from(">BBH", block, at + 1)
        at += 5
        if size & 0x8000:  # the size of the size
            ahead = size & 0x7FFF
            if ahead > 8:
                return
            size = int.from_bytes(block[at : at + ahead], "big")
            at += ahead
        yield record, number, block[at : at + min(size, _LONGEST_VALUE)]
        at += size


def _codec(sequences: bytes) -> str:
    """Return Python's name of the character set that escape sequences choose, "" if they say nothing of use."""
    for sequence in sequences.split(b"\x1b"):
        if sequence[:2] == b"%G" or sequence[:2] == b"%/":
            return "utf-8"
        if sequence[:1] in (b"-", b".", b"/") and (part := _PARTS.get(sequence[1:2])):
            return f"iso8859-{part}"
    return ""


def _decoded(value: bytes, codec: str) -> str:
    """Decode a text. Most programs write UTF-8 or Windows' Latin and few say so."""
    value = value.strip(b"\0 \t\r\n")
    for attempt in (codec, "utf-8") if codec else ("utf-8",):
        try:
            return value.decode(attempt).strip()
        except UnicodeDecodeError:
            continue
    return value.decode("cp1252", "replace").strip()
