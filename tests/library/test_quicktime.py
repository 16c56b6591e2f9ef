"""What QuickTime and MP4 files note beside their tracks, as 3GPP and Apple write it."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.fuzzing.files import film

from haven_fs.analysis.analyzer import Metadata

Read = Callable[[Path], Metadata]


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def told(language: bytes, *texts: bytes) -> bytes:
    """Return a note as 3GPP has it: a version, a language and a text."""
    return b"\0\0\0\0" + language + b"".join(texts)


def with_notes(path: Path, *notes: bytes) -> Path:
    """Write an MP4 with boxes in its user data; what says where its pictures are stays right, as they come first."""
    data = film()
    at = data.index(b"moov") - 4
    assert data.index(b"mdat") < at
    more = box(b"udta", b"".join(notes))
    (size,) = struct.unpack_from(">I", data, at)
    path.write_bytes(
        data[:at] + struct.pack(">I", size + len(more)) + data[at + 4 : at + size] + more + data[at + size :]
    )
    return path


def test_the_date_that_apple_writes_into_a_film_it_exports(tmp_path: Path, read: Read) -> None:
    found = read(with_notes(tmp_path / "a.mp4", box(b"date", b"2020-11-20T15:04:02+0100")))
    assert found.video["date"] == "2020-11-20T15:04:02+0100"
    assert found.video["creation_time"].startswith("2021-05-06")


def test_3gpp_s_title_description_and_keywords(tmp_path: Path, read: Read) -> None:
    notes = (
        box(b"titl", told(b"\x55\xc4", "Köln\0".encode())),
        box(b"dscp", told(b"\x55\xc4", "Am Dom".encode("utf-16"), b"\0\0")),
        box(b"kywd", told(b"\x55\xc4", b"\2\4Fog\0\5Dom\0\0")),
    )
    found = read(with_notes(tmp_path / "a.mp4", *notes)).video
    assert [found[name] for name in ("title", "description", "keywords")] == ["Köln", "Am Dom", "Fog,Dom"]


def test_keywords_as_imovie_writes_them(tmp_path: Path, read: Read) -> None:
    assert read(with_notes(tmp_path / "a.mp4", box(b"kywd", b"iMovie"))).video["keywords"] == "iMovie"


@pytest.mark.parametrize(
    "notes",
    [
        [box(b"kywd", told(b"\x55\xc4", b"\xff\xff"))],
        [box(b"kywd", b"\0\0\0\0")],
        [box(b"titl", b""), box(b"dscp", b"\0\0\0\0\x55")],
        [box(b"date", b"\0" * 9000)] * 300,
        [struct.pack(">I", 0x7FFFFFFF) + b"date2020"],
        [struct.pack(">I", 3) + b"date"],
    ],
)
def test_damaged_notes_are_none_or_short(tmp_path: Path, read: Read, notes: list[bytes]) -> None:
    found = read(with_notes(tmp_path / "a.mp4", *notes))
    assert (found.width, found.height) == (64, 48)
    assert all(len(text) <= 4096 for text in found.video.values())
