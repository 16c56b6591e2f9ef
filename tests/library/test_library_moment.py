"""When files say they were taken, and whose film a film is, read from files as phones write them."""

import struct
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest

from haven_fs.library.exif import CONTENT, read_block
from haven_fs.library.headers import Metadata
from haven_fs.library.kinds import kind_of
from haven_fs.library.metadata import read_metadata
from haven_fs.library.moment import Moment, moment_of
from haven_fs.library.pair import Member, pair
from haven_fs.testing import make_photo

MAY = int(datetime(2024, 5, 1, 10, 0, 0, tzinfo=UTC).timestamp())
ID = "5A3C0C3B-9B4E-4A54-8F0A-0123456789AB"


def still(**exif: str) -> Metadata:
    return Metadata("image", "jpeg", exif={name.replace("_", " ", 1): value for name, value in exif.items()})


def film(**tags: str) -> Metadata:
    return Metadata("video", "mov", video={name.replace("_", "."): value for name, value in tags.items()})


@pytest.mark.parametrize(
    ("found", "moment"),
    [
        (still(EXIF_DateTimeOriginal="2024:05:01 10:00:00"), Moment(MAY)),
        (still(EXIF_DateTimeOriginal="2024:05:01 10:00:00", EXIF_OffsetTimeOriginal="+02:00"), Moment(MAY, 7200)),
        (still(EXIF_DateTimeOriginal="2024:05:01 10:00:00", EXIF_OffsetTimeOriginal="nonsense"), Moment(MAY)),
        (still(EXIF_DateTimeDigitized="2024:05:01 10:00:00"), Moment(MAY)),
        (still(EXIF_DateTimeOriginal="0000:00:00 00:00:00"), None),
        (still(Image_DateTime="2024:05:01 10:00:00"), None),
        (still(EXIF_DateTimeOriginal="1904:01:01 00:00:00"), None),
        (Metadata("image", "jpeg", xmp={"exif:DateTimeOriginal": "2024-05-01T10:00:00"}), Moment(MAY)),
        (Metadata("image", "jpeg", xmp={"exif:DateTimeOriginal": "2024-05"}), None),
        (Metadata("video", "mov", video={"creation_time": "2024-05-01T10:00:00.000000Z"}), Moment(MAY)),
        (film(com_apple_quicktime_creationdate="2024-05-01T10:00:00+0200"), Moment(MAY, 7200)),
        (film(com_apple_quicktime_creationdate="2024-05-01T10:00:00-0330"), Moment(MAY, -12600)),
        (Metadata("video", "mov", video={"creation_time": "1970-01-01T00:00:00.000000Z"}), None),
        (Metadata("video", "avi"), None),
    ],
)
def test_moments(found: Metadata, moment: Moment | None) -> None:
    assert moment_of(found) == moment


def test_how_far_apart() -> None:
    assert Moment(MAY).apart(Moment(MAY + 3)) == 3
    assert Moment(MAY).apart(Moment(MAY - 7200 - 2)) == 2
    assert Moment(MAY, 7200).apart(Moment(MAY, 0)) == 7200
    assert Moment(MAY, 7200).apart(Moment(MAY - 7200, 0)) == 0
    assert Moment(MAY).apart(Moment(MAY + 450)) == 450
    assert Moment(MAY).apart(Moment(MAY - 86400)) == 86400


def test_apples_identifier_in_a_picture() -> None:
    value = ID.encode() + b"\0"
    note = b"Apple iOS\0\0\1MM" + struct.pack(">H", 1) + struct.pack(">HHII", 0x11, 2, len(value), 14 + 18) + bytes(4)
    note += value
    inner = struct.pack("<H", 1) + struct.pack("<HHII", 0x927C, 7, len(note), 26 + 18) + bytes(4) + note
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 26) + bytes(4) + inner
    assert read_block(block, [])[CONTENT] == ID


def test_apples_identifier_in_a_film(tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.MOV"
    with av.open(str(path), "w", format="mov", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata["com.apple.quicktime.content.identifier"] = ID
        container.metadata["com.apple.quicktime.make"] = "Apple"
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    kind = kind_of(path)
    found = Member.of(path.name, kind, read_metadata(path, kind))
    assert (found.content, found.maker) == (ID, "apple")
    picture = make_photo(tmp_path / "IMG_1.jpg", "2024-05-01 10:00:00")
    seen = Member.of("IMG_1.jpg", kind_of(picture), read_metadata(picture, kind_of(picture)))
    assert seen.moment == Moment(MAY)
    one = Member(seen.name, seen.kind, None, Moment(0), ID)
    assert [photo.main for photo in pair([found, one])] == ["IMG_1.jpg"]
    other = Member(seen.name, seen.kind, None, Moment(0), ID.replace("5", "6"))
    assert [photo.main for photo in pair([found, other])] == ["IMG_1.MOV", "IMG_1.jpg"]
