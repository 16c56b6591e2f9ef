"""IPTC's headers (IIM) in JPEGs and TIFFs, written byte by byte."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.iptc import in_order, in_resources, parse_iptc

Read = Callable[[Path], Metadata]


def data_set(number: int, value: bytes, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    named = bytes([len(name)]) + name
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + named
        + b"\0" * (len(named) % 2)
        + struct.pack(">I", len(data))
        + (data + b"\0" * (len(data) % 2))
    )


def jpeg_with(*segments: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG")
    plain = out.getvalue()
    packed = b"".join(b"\xff\xed" + struct.pack(">H", len(one) + 16) + b"Photoshop 3.0\0" + one for one in segments)
    return plain[:2] + packed + plain[2:]


UTF8 = data_set(90, b"\x1b%G", record=1)
BLOCK = (
    UTF8
    + data_set(0, b"\0\4")
    + data_set(5, "Grandmother’s garden".encode())
    + data_set(25, b"garden")
    + data_set(25, "Müller".encode())
    + data_set(55, b"19710704")
    + data_set(60, b"101500+0200")
    + data_set(90, b"Ulm")
    + data_set(101, b"Germany")
    + data_set(120, b"Everybody in the garden\r")
)
SAID = {
    "iptc:ObjectName": "Grandmother’s garden",
    "iptc:Keywords": ["garden", "Müller"],
    "iptc:DateCreated": "19710704",
    "iptc:TimeCreated": "101500+0200",
    "iptc:City": "Ulm",
    "iptc:Country-PrimaryLocationName": "Germany",
    "iptc:Caption-Abstract": "Everybody in the garden",
}


def test_a_jpeg_keeps_them_among_the_resources_of_photoshop(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg_with(resource(0x03ED, b"\0" * 15, b"res") + resource(0x0404, BLOCK)))
    assert read(path).iptc == SAID


def test_a_jpeg_may_cut_them_up_over_segments(tmp_path: Path, read: Read) -> None:
    path, resources = tmp_path / "a.jpg", resource(0x0404, BLOCK)
    path.write_bytes(jpeg_with(resources[:40], resources[40:]))
    assert read(path).iptc == SAID


@pytest.mark.parametrize("kind", [7, 1, 4])  # UNDEFINED, BYTE, and LONG, as many programs write it
def test_a_tiff_has_a_tag_for_them(tmp_path: Path, read: Read, kind: int) -> None:
    path = tmp_path / "a.tif"
    padded = BLOCK + b"\0" * (-len(BLOCK) % 4)
    Image.new("RGB", (64, 48)).save(path, tiffinfo={33723: padded})
    data, count = path.read_bytes(), len(padded)
    entry = struct.pack("<HHI", 33723, 7, count)
    assert data.count(entry) == 1
    path.write_bytes(data.replace(entry, struct.pack("<HHI", 33723, kind, count // 4 if kind == 4 else count)))
    assert read(path).iptc == SAID


def test_numbers_that_were_swapped_are_put_in_order() -> None:
    padded = BLOCK + b"\0" * (-len(BLOCK) % 4)
    swapped = b"".join(padded[at : at + 4][::-1] for at in range(0, len(padded), 4))
    assert parse_iptc(in_order(swapped)) == parse_iptc(in_order(padded)) == SAID


@pytest.mark.parametrize(
    ("declared", "raw", "text"),
    [
        (b"", "Café".encode(), "Café"),
        (b"", "Café „x“".encode("cp1252"), "Café „x“"),
        (b"\x1b%G", "Łódź".encode(), "Łódź"),
        (b"\x1b%G", "Café".encode("cp1252"), "Café"),  # says that it is UTF-8, and is not
        (b"\x1b.A", "Café".encode("latin-1"), "Café"),
        (b"\x1b-B", "Łódź".encode("iso8859-2"), "Łódź"),
        (b"\x1b/L", "Пермь".encode("iso8859-5"), "Пермь"),
    ],
)
def test_character_sets(declared: bytes, raw: bytes, text: str) -> None:
    block = (data_set(90, declared, record=1) if declared else b"") + data_set(120, raw)
    assert parse_iptc(block) == {"iptc:Caption-Abstract": text}


def test_what_comes_before_damage_counts() -> None:
    assert parse_iptc(BLOCK[:-3] + b"") == {**SAID, "iptc:Caption-Abstract": "Everybody in the gard"}
    assert parse_iptc(data_set(90, b"Ulm") + b"rubbish" + data_set(101, b"Germany")) == {"iptc:City": "Ulm"}
    assert parse_iptc(b"\x1c\x02\x78\x80\x04\0\0\0\3abc") == {"iptc:Caption-Abstract": "abc"}
    assert parse_iptc(b"\x1c\x02\x78\xff\xff") == {}


def test_a_block_is_bounded() -> None:
    many = parse_iptc(b"".join(data_set(25, b"%d" % number) for number in range(200_000)))
    assert len(many["iptc:Keywords"]) == 1000
    longest = parse_iptc(b"\x1c\x02\x78\x80\x04" + struct.pack(">I", 500_000) + b"x" * 500_000)
    assert len(longest["iptc:Caption-Abstract"]) == 32768


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(block: bytes) -> None:
    parse_iptc(b"\x1c\x02" + block)
    parse_iptc(in_resources(b"8BIM\x04\x04" + block))
    parse_iptc(in_order(block))
