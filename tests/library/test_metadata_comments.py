"""What people and programs wrote into files in plain words, and IPTC's headers wherever a JPEG has them."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.containers import Source, walk_jpeg

Read = Callable[[Path], Metadata]
IPTC = b"\x1c\x02\x5a\x00\x06London\x1c\x02\x78\x00\x05A fog"


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def photoshop(block: bytes) -> bytes:
    return segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block)


def jpeg(path: Path, *, first: bytes = b"", after_frame: bytes = b"") -> Path:
    """Write a JPEG with segments after its start, and others right before its scan."""
    Image.new("RGB", (40, 30), "teal").save(path, "JPEG")
    data = path.read_bytes()
    scan = data.index(b"\xff\xda")
    path.write_bytes(data[:2] + first + data[2:scan] + after_frame + data[scan:])
    return path


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_iptc_s_headers_may_follow_the_frame_header(tmp_path: Path, read: Read) -> None:
    found = read(jpeg(tmp_path / "a.jpg", after_frame=photoshop(IPTC)))
    assert found.iptc == {"iptc:City": "London", "iptc:Caption-Abstract": "A fog"}
    assert (found.width, found.height) == (40, 30)


def test_the_first_frame_header_tells_the_size(tmp_path: Path, read: Read) -> None:
    other = segment(0xC0, struct.pack(">BHHB", 8, 9, 9, 1) + b"\1\x11\0")
    found = read(jpeg(tmp_path / "a.jpg", after_frame=other))
    assert (found.width, found.height) == (40, 30)


def test_rubbish_after_the_frame_header_is_not_walked_through(tmp_path: Path) -> None:
    path = jpeg(tmp_path / "a.jpg")
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"\xff\xda")] + b"\x55" * 200_000)
    reads = 0

    class Counted(Source):
        __slots__ = ()

        def at(self, offset: int, length: int) -> bytes:
            nonlocal reads
            reads += 1
            return super().at(offset, length)

    with Counted(path) as source:
        assert walk_jpeg(source).width == 40
    assert reads < 50


@pytest.mark.parametrize(
    ("raw", "comment"),
    [
        (b"Smoke over the harbour\0", "Smoke over the harbour"),
        ("Grüße aus Köln".encode(), "Grüße aus Köln"),
        ("Grüße aus Köln".encode("cp1252"), "Grüße aus Köln"),
    ],
)
def test_a_jpeg_s_comment(tmp_path: Path, read: Read, raw: bytes, comment: str) -> None:
    more = segment(0xFE, b"and more")
    assert read(jpeg(tmp_path / "a.jpg", first=segment(0xFE, raw) + more)).comments == [comment, "and more"]


def test_a_comment_of_nothing_is_none(tmp_path: Path, read: Read) -> None:
    assert read(jpeg(tmp_path / "a.jpg", first=segment(0xFE, b"\0" * 900) + segment(0xFE, b""))).comments == []


def test_comments_are_bounded(tmp_path: Path, read: Read) -> None:
    found = read(jpeg(tmp_path / "a.jpg", first=segment(0xFE, b"x" * 60_000) * 40))
    assert len(found.comments) < 20
    assert all(len(comment) <= 4096 for comment in found.comments)
    long = read(jpeg(tmp_path / "b.jpg", first=segment(0xFE, ("x" + "é" * 9000).encode())))
    assert long.comments == ["x" + "é" * 2047]


def test_a_png_s_texts(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (40, 30)).save(path)
    data = path.read_bytes()
    texts = chunk(b"tEXt", b"Comment\0by hand") + chunk(b"tEXt", b"Title\0Fog")
    texts += chunk(b"tEXt", "Description\0Köln im Nebel".encode())  # against the rules, as many do
    path.write_bytes(data[:-12] + texts + data[-12:])
    assert read(path).comments == ["Köln im Nebel", "Fog", "by hand"]


def test_a_gif_s_comment(tmp_path: Path, read: Read) -> None:
    Image.new("P", (40, 30)).save(tmp_path / "a.gif", comment=b"In the garden")
    assert read(tmp_path / "a.gif").comments == ["In the garden"]
