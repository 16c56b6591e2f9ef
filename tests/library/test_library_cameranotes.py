"""What camcorders and drones write beside their films: when and where those were taken, by the clock of the place."""

from pathlib import Path

import pytest

from haven_fs.library.beside import read_sidecar
from haven_fs.library.kinds import Kind, sniff
from haven_fs.library.pair import Companion, Member, pair

SONY = """<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00" lastUpdate="2023-07-01T08:10:30+10:00">
  <Duration value="250"/>
  <CreationDate value="2023-07-01T08:10:00+10:00"/>
  <Device manufacturer="Sony" modelName="ILCE-7M4" serialNo="1"/>
  <AcquisitionRecord>{}</AcquisitionRecord>
</NonRealTimeMeta>
"""
POSITION = (
    '<Group name="ExifGPS"><Item name="VersionID" value="2.3.0.0"/><Item name="LatitudeRef" value="S"/>'
    '<Item name="Latitude" value="33:51:24.480"/><Item name="LongitudeRef" value="E"/>'
    '<Item name="Longitude" value="151:12:55.080"/></Group>'
)
DJI = """1
00:00:00,000 --> 00:00:00,033
<font size="28">FrameCnt: 1, DiffTime: 33ms
2023-05-14 10:11:12.345
[iso: 100] [shutter: 1/500.0] [latitude: {}] [longitude: {}] [rel_alt: 1.2 abs_alt: 400.1]</font>
"""
OLD_DJI = """1
00:00:01,000 --> 00:00:02,000
HOME(8.5391,47.3686) 2017.08.05 14:11:51
GPS(8.5391,47.3686,19) BAROMETER:1.9
"""


def said(tmp_path: Path, name: str, text: str) -> dict[str, object]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    problems: list[str] = []
    found = read_sidecar(path, sniff(path.read_bytes(), name).format, problems)
    assert problems == []
    return found


def test_sony(tmp_path: Path) -> None:
    assert said(tmp_path, "C0001M01.XML", SONY.format("")) == {"photoshop:DateCreated": "2023-07-01T08:10:00+10:00"}


def test_sony_with_a_position(tmp_path: Path) -> None:
    assert said(tmp_path, "C0001M01.XML", SONY.format(POSITION)) == {
        "photoshop:DateCreated": "2023-07-01T08:10:00+10:00",
        "exif:GPSLatitude": "-33.8568000",
        "exif:GPSLongitude": "151.2153000",
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (DJI.format("0.0", "0.0"), {"photoshop:DateCreated": "2023-05-14T10:11:12"}),
        (
            DJI.format("47.3686", "-8.5391"),
            {
                "photoshop:DateCreated": "2023-05-14T10:11:12",
                "exif:GPSLatitude": "47.3686000",
                "exif:GPSLongitude": "-8.5391000",
            },
        ),
        (OLD_DJI, {"photoshop:DateCreated": "2017-08-05T14:11:51"}),
        (OLD_DJI.replace("\n", "\r\n"), {"photoshop:DateCreated": "2017-08-05T14:11:51"}),
    ],
)
def test_dji(tmp_path: Path, text: str, wanted: dict[str, str]) -> None:
    assert said(tmp_path, "DJI_0001.SRT", text) == wanted


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("film.srt", "1\n00:00:01,000 --> 00:00:02,000\nIt was 2017-08-05 14:11:51.\n"),
        ("a.xml", '<?xml version="1.0"?><notes><CreationDate value="2023-07-01T08:10:00+10:00"/></notes>'),
    ],
)
def test_what_is_none_of_them(name: str, text: str) -> None:
    assert sniff(text.encode(), name).kind == "other"


@pytest.mark.parametrize(("film", "beside"), [("C0001.MP4", "C0001M01.XML"), ("DJI_0001.MP4", "DJI_0001.SRT")])
def test_it_is_the_film_s(film: str, beside: str) -> None:
    form = {"XML": "sony", "SRT": "dji"}[beside[-3:]]
    members = [Member(film, Kind("video", "mp4", "")), Member(beside, Kind("sidecar", form, ""))]
    (photo,) = pair(members)
    assert (photo.main, photo.companions) == (film, [Companion("sidecar", beside)])
