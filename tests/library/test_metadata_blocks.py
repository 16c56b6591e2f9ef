"""EXIF blocks, XMP packets and RAW files built byte by byte, honest and hostile."""

import io
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.exif import decode_comment, read_block
from haven_fs.library.kinds import Kind
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.picture import open_picture
from haven_fs.library.xmp import LONGEST_PACKET, parse_xmp

Read = Callable[[Path], Metadata]
Tags = dict[int, tuple[int, int, bytes]]


def directory(tags: Tags, at: int, following: int = 0) -> bytes:
    """Build a little-endian directory to lie at offset `at`: tag to type, count, value bytes."""
    rows, tail = b"", b""
    data_at = at + 2 + 12 * len(tags) + 4
    for tag, (kind, count, value) in sorted(tags.items()):
        if len(value) > 4:
            rows += struct.pack("<HHII", tag, kind, count, data_at + len(tail))
            tail += value
        else:
            rows += struct.pack("<HHI4s", tag, kind, count, value)
    return struct.pack("<H", len(tags)) + rows + struct.pack("<I", following) + tail


def block(tags: Tags, following: int = 0) -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + directory(tags, 8, following)


def text(value: str) -> tuple[int, int, bytes]:
    raw = value.encode() + b"\0"
    return 2, len(raw), raw


def long(value: int) -> tuple[int, int, bytes]:
    return 4, 1, struct.pack("<I", value)


def test_values_are_plain_and_stripped() -> None:
    tags = {
        0x010F: text("NIKON CORPORATION   "),
        0x0110: (2, 5, "Été".encode("cp1252") + b"\0\0"),
        0x0112: (3, 1, b"\6\0\0\0"),
        0x4746: (3, 1, b"\4\0\0\0"),
    }
    problems: list[str] = []
    assert read_block(block(tags), problems) == {
        "Image Make": "NIKON CORPORATION",
        "Image Model": "Été",
        "Image Orientation": 6,
        "Image Rating": 4,
    }
    assert problems == []


@pytest.mark.parametrize(
    ("kind", "raw", "pairs"),
    [
        (5, struct.pack("<6I", 48, 1, 51, 1, 2412, 100), [(48, 1), (51, 1), (603, 25)]),
        (5, struct.pack("<6I", 0, 0, 1, 0, 3, 4), [(0, 0), (1, 0), (3, 4)]),
        (12, struct.pack("<3d", 48.5, float("nan"), float("inf")), [(97, 2), (0, 0), (0, 0)]),
        (4, struct.pack("<3I", 48, 51, 24), [(48, 1), (51, 1), (24, 1)]),
        (10, struct.pack("<6i", -48, 1, 51, 1, 2, 1), [(-48, 1), (51, 1), (2, 1)]),
    ],
)
def test_positions_are_pairs_whatever_type_was_written(kind: int, raw: bytes, pairs: list[tuple[int, int]]) -> None:
    start = len(block({0x8825: long(0)}))
    whole = block({0x8825: long(start)}) + directory({1: text("N"), 2: (kind, 3, raw)}, start)
    assert read_block(whole, [])["GPS GPSLatitude"] == pairs


@pytest.mark.parametrize(
    ("raw", "order", "comment"),
    [
        (b"ASCII\0\0\0on the pier\0\0\0", "<", "on the pier"),
        (b"ASCII\0\0\0      \0", "<", ""),
        (b"UNICODE\0" + "Grüße".encode("utf-16-le"), "<", "Grüße"),
        (b"UNICODE\0" + "Grüße".encode("utf-16-be"), "<", "Grüße"),
        (b"UNICODE\0" + "Grüße".encode("utf-16"), ">", "Grüße"),
        (b"JIS\0\0\0\0\0" + "海".encode("iso2022_jp"), "<", "海"),
        (b"\0" * 8 + "Grüße".encode(), "<", "Grüße"),
        (b"no charset at all", "<", "no charset at all"),
        (b"\0" * 80, "<", ""),
        (b"", "<", ""),
    ],
)
def test_comments_by_their_charset(raw: bytes, order: str, comment: str) -> None:
    assert decode_comment(raw, order) == comment


def test_apple_s_burst_id() -> None:
    note = b"Apple iOS\0\0\1MM" + struct.pack(">H", 1) + struct.pack(">HHII", 0x0B, 2, 5, 14 + 18) + b"\0\0\0\0AB-C\0"
    start = len(block({0x8769: long(0)}))
    whole = block({0x8769: long(start)}) + directory({0x927C: (7, len(note), note)}, start)
    assert read_block(whole, [])["Apple BurstUUID"] == "AB-C"


def endless_directories() -> dict[str, bytes]:
    many = {tag: (4, 999, struct.pack("<I", 8)) for tag in range(0x1000, 0x1400)}
    crowd = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 65535) + struct.pack("<HHII", 0x1234, 4, 999, 8) * 65535
    return {
        "itself": block({0x010F: text("Canon")}, 8),
        "its own EXIF": block({0x010F: text("Canon"), 0x8769: long(8), 0x8825: long(8), 0xA005: long(8)}),
        "many values": block(many),
        "a crowd": crowd,
        "huge texts": block({0x010F: (2, 0xFFFFFFF0, struct.pack("<I", 8)), 0x0110: (2, 0x7FFFFFFF, b"\0\0\0\0")}),
        "huge notes": block({0x8769: long(8), 0x927C: (7, 0xFFFFFFF0, struct.pack("<I", 8))}),
    }


@pytest.mark.parametrize("name", list(endless_directories()))
def test_an_endless_block_ends(name: str, tmp_path: Path) -> None:
    whole = endless_directories()[name]
    started = time.monotonic()
    found = read_block(whole, [])
    path = tmp_path / "a.nef"
    path.write_bytes(whole)
    with pytest.raises(Unreadable):
        read_metadata(path, Kind("raw", "nef", ""))
    assert time.monotonic() - started < 3
    if name.startswith("it"):
        assert found["Image Make"] == "Canon"


def test_a_bigtiff_that_points_nowhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"II+\0\x08\0\0\0" + b"\xff" * 8 + b"\0" * 100)
    with pytest.raises(Unreadable):
        read_metadata(path, Kind("image", "tiff", ""))


@settings(deadline=None, max_examples=times(40, 100))
@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_give_plain_values_or_a_problem(rubbish: bytes, mark: bytes) -> None:
    for whole in (rubbish, b"II*\0\x08\0\0\0" + rubbish, b"Exif\0\0MM\0*" + rubbish, mark + rubbish):
        problems: list[str] = []
        values = read_block(whole, problems)
        assert all(isinstance(value, (str, int, list)) for value in values.values())
        assert all(problem.endswith(".") for problem in problems)
        parse_xmp(whole, problems)


def packet(body: str, attributes: str = "") -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:q="urn:q" {attributes}>{body}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def test_xmp_values_by_namespace_and_shape() -> None:
    body = (
        "<d:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li> b </rdf:li><rdf:li/></rdf:Bag></d:subject>"
        '<d:title><rdf:Alt><rdf:li xml:lang="fr">Été</rdf:li>'
        '<rdf:li xml:lang="x-default">Summer</rdf:li></rdf:Alt></d:title>'
        "<d:format> image/jpeg </d:format><q:other>1</q:other>"
        "<d:creator rdf:parseType='Resource'><d:x>1</d:x></d:creator>"
    )
    assert parse_xmp(packet(body, 'd:rights="mine" q:odd="1"'), []) == {
        "dc:subject": ["a", "b"],
        "dc:title": "Summer",
        "dc:format": "image/jpeg",
        "dc:rights": "mine",
    }


def test_a_packet_in_utf_16_or_cut_off_after_its_end_is_read() -> None:
    whole = packet("<d:format>x</d:format>")
    older = b'<?xpacket end="r"?>li>' + whole[whole.index(b"<d:format>") :]  # of a longer one that was written over
    for variant in (whole.decode().encode("utf-16"), whole + b"  <?xpacket en", b"\n " + whole + b"\0", whole + older):
        problems: list[str] = []
        assert parse_xmp(variant, problems) == {"dc:format": "x"}
        assert problems == []


@pytest.mark.parametrize("codec", ["utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le", "utf-32"])
def test_a_packet_of_wide_characters_need_not_say_so(codec: str) -> None:
    problems: list[str] = []
    assert parse_xmp(packet("<d:format>Été</d:format>").decode().encode(codec), problems) == {"dc:format": "Été"}
    assert problems == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (b"a\x01b\x00c", "abc"),
        ("Été".encode("cp1252"), "Été"),
        (b"Tom & Ann", "Tom & Ann"),
        (b"Tom &amp; Ann&nbsp;B", "Tom & Ann&nbsp;B"),
        (b"a&#1;b&#x1F;c&#65;", "abcA"),
        (b"a</d:format><d:TIFF/EPStandardID>1</d:TIFF/EPStandardID><d:format>b", "b"),  # of DxO Optics Pro 9
    ],
)
def test_a_packet_is_read_that_is_no_xml_for_one_character(written: bytes, meant: str) -> None:
    problems: list[str] = []
    raw = packet("<d:format>@</d:format>").replace(b"@", written)
    assert parse_xmp(raw, problems)["dc:format"] == meant
    assert problems == []


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (packet("<d:format>x</d:format>")[:-30], "damaged"),
        (b"rubbish", "damaged"),
        (
            b'<!DOCTYPE x [<!ENTITY e "eeee">]>' + packet("<d:format>&e;</d:format>").replace(b"x:xmpmeta", b"x:x"),
            "damaged",
        ),
        (packet("<d:format>" + "x" * LONGEST_PACKET + "</d:format>"), "too long"),
    ],
)
def test_a_bad_packet_is_a_problem(raw: bytes, words: str) -> None:
    problems: list[str] = []
    assert parse_xmp(raw, problems) == {}
    assert len(problems) == 1 and words in problems[0]


def jpeg(size: tuple[int, int], color: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG", **options)
    return out.getvalue()


def make_raw(path: Path) -> None:
    """Write a TIFF such as Nikon's: a small first directory, below it one with a JPEG and one of the sensor."""
    large, small = jpeg((640, 480), "red"), jpeg((160, 120), "blue")
    previews_at = 4096
    preview = {0x0201: long(previews_at + len(small)), 0x0202: long(len(large))}
    sensor = {0x0100: long(6000), 0x0101: long(4000), 0x0106: (3, 1, struct.pack("<I", 32803))}
    main = {
        0x00FE: long(1),
        0x0100: long(160),
        0x0101: long(120),
        0x010F: text("NIKON"),
        0x0112: (3, 1, struct.pack("<I", 6)),
        0x014A: (4, 2, struct.pack("<II", 1024, 2048)),
        0x8769: long(3072),
    }
    whole = block(main).ljust(1024, b"\0") + directory(preview, 1024)
    whole = whole.ljust(2048, b"\0") + directory(sensor, 2048)
    whole = whole.ljust(3072, b"\0") + directory({0x9003: text("2019:01:02 03:04:05")}, 3072)
    path.write_bytes(whole.ljust(previews_at, b"\0") + small + large + bytes(range(256)) * 50)


def test_a_raw_file_gives_its_full_size_and_its_largest_preview_upright(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.nef"
    make_raw(path)
    found = read(path)
    assert (found.kind, found.width, found.height, found.orientation) == ("raw", 6000, 4000, 6)
    assert found.exif["Image Make"] == "NIKON"
    assert found.exif["EXIF DateTimeOriginal"] == "2019:01:02 03:04:05"
    shown = open_picture(path, Kind("raw", "nef", ""))
    assert shown.size == (480, 640)
    assert shown.getpixel((5, 5))[0] > 240  # type: ignore[index]


def test_a_raw_file_that_is_no_tiff_is_as_large_as_its_largest_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "a.cr3"
    inner = block({0x9003: text("2019:01:02 03:04:05")})
    gps = block({1: text("N"), 2: (5, 3, struct.pack("<6I", 48, 1, 51, 1, 24, 1))})
    boxes = b"".join(
        struct.pack(">I4s", len(body) + 8, name) + body
        for name, body in (
            (b"ftyp", b"crx "),
            (b"CMT1", block({0x010F: text("Canon")})),
            (b"CMT2", inner),
            (b"CMT4", gps),
        )
    )
    path.write_bytes(boxes + jpeg((160, 120), "blue") + b"\0" * 2_000_000 + jpeg((640, 480), "red"))
    found = read_metadata(path, Kind("raw", "cr3", ""))
    assert (found.width, found.height) == (640, 480)
    assert found.exif == {
        "Image Make": "Canon",
        "EXIF DateTimeOriginal": "2019:01:02 03:04:05",
        "GPS GPSLatitudeRef": "N",
        "GPS GPSLatitude": [(48, 1), (51, 1), (24, 1)],
    }
    assert open_picture(path, Kind("raw", "cr3", "")).size == (640, 480)
