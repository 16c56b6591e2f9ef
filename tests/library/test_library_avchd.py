"""The date that camcorders write into the pictures of an AVCHD film."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from haven_fs.library.kinds import kind_of
from haven_fs.library.metadata import read_metadata

UUID = bytes.fromhex("17ee8c60f84d11d98cd60800200c9a66")


def sei(first: str, second: str) -> bytes:
    """Return the supplemental information with a date, and other values before and after it."""
    table = b"MDPM" + bytes([4]) + bytes.fromhex(f"13 00000001 18 {first} 19 {second} 70 00000000")
    payload = UUID + table
    body = bytes([6, 5, len(payload)]) + payload + b"\x80"
    escaped = bytearray()
    for byte in body:
        if byte <= 3 and escaped[-2:] == b"\0\0":
            escaped.append(3)
        escaped.append(byte)
    return b"\0\0\0\1" + bytes(escaped)


def film(path: Path, extra: bytes = b"", lead: bytes = b"") -> Path:
    """Write a transport stream; `extra`: before the first picture; `lead`: before each packet, as M2TS has it."""
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = Fraction(1, 25)
        for number in range(3):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 * number, np.uint8))
            picture.pts = number
            for packet in stream.encode(picture):
                container.mux(packet)
        for number, packet in enumerate(stream.encode(None)):
            if extra and number == 0:
                changed = av.Packet(extra + bytes(packet))
                changed.pts, changed.dts, changed.time_base = packet.pts, packet.dts, packet.time_base
                changed.stream, changed.is_keyframe = stream, True
                packet = changed
            container.mux(packet)
    if lead:
        data = path.read_bytes()
        path.write_bytes(b"".join(lead + data[at : at + 188] for at in range(0, len(data), 188)))
    return path


def date_of(path: Path) -> str | None:
    return read_metadata(path, kind_of(path)).video.get("date")


@pytest.mark.parametrize("lead", [b"", b"\x01\x02\x03\x04"])
def test_date_and_zone(tmp_path: Path, lead: bytes) -> None:
    assert date_of(film(tmp_path / "a.mts", sei("02200912", "01123000"), lead)) == "2009-12-01 12:30:00+01:00"


@pytest.mark.parametrize(
    ("first", "second", "date"),
    [
        ("00200906", "01000000", "2009-06-01 00:00:00"),  # a camera that knows no zone, and bytes that H.264 escapes
        ("42200906", "01123000", "2009-06-01 12:30:00"),  # summer time: of which hour is not documented
        ("ff200906", "01123000", "2009-06-01 12:30:00"),
        ("2a201012", "31235959", "2010-12-31 23:59:59-05:00"),
        ("0b201012", "31235959", "2010-12-31 23:59:59+05:30"),
        ("02ffffff", "ffffffff", None),
    ],
)
def test_zones_and_nonsense(tmp_path: Path, first: str, second: str, date: str | None) -> None:
    assert date_of(film(tmp_path / "a.mts", sei(first, second))) == date


def test_a_camera_s_film(corpus: Path) -> None:
    # ExifTool gives 2019:04:24 22:24:00+02:00 DST.
    assert date_of(corpus / "odd" / "drew__Sony ILCE-7M3 (A7M3).mts") == "2019-04-24 22:24:00"


def test_a_film_without_one(tmp_path: Path) -> None:
    assert date_of(film(tmp_path / "a.mts")) is None
