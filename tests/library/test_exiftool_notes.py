"""JSON as exiftool and osxphotos write it beside a picture."""

import json
from pathlib import Path
from typing import Any

import pytest
from helpers.importing import home_with_inbox, moved_in

from haven_fs.library.beside import read_sidecar
from haven_fs.library.headers import Metadata
from haven_fs.library.kinds import sniff
from haven_fs.library.position import position_of
from haven_fs.testing import Home, make_photo

__all__ = ["home_with_inbox"]

OSXPHOTOS: dict[str, Any] = {
    "SourceFile": "o0.jpeg", "ExifTool:ExifToolVersion": "12.00", "File:FileName": "o0.jpeg",
    "_CreatedBy": "osxphotos, https://github.com/RhetTbull/osxphotos",
    "EXIF:ImageDescription": "Lilies", "XMP:Description": "Lilies", "IPTC:Caption-Abstract": "Lilies",
    "XMP:Title": "Pond", "IPTC:Keywords": ["flower"], "XMP:Subject": ["flower"], "XMP:TagsList": ["flower"],
    "XMP:PersonInImage": ["Alice"], "XMP:Rating": 5,
    "EXIF:GPSLatitude": -33.8688, "EXIF:GPSLongitude": 151.2093,
    "EXIF:GPSLatitudeRef": "S", "EXIF:GPSLongitudeRef": "E",
    "EXIF:DateTimeOriginal": "2018:05:01 12:00:00", "EXIF:CreateDate": "2018:05:01 12:00:00",
    "EXIF:OffsetTimeOriginal": "+02:00", "IPTC:DateCreated": "2018:05:01", "IPTC:TimeCreated": "12:00:00+02:00",
    "EXIF:ModifyDate": "2020:05:01 12:00:00",
}  # fmt: skip
SEEN = {
    "photoshop:DateCreated": "2018-05-01T12:00:00+02:00",
    "dc:title": "Pond",
    "dc:description": "Lilies",
    "dc:subject": ["flower"],
    "Iptc4xmpExt:PersonInImage": ["Alice"],
    "xmp:Rating": "5",
}


def read(tmp_path: Path, *pictures: object) -> dict[str, Any]:
    """Return what JSON says, without the position, of which the pair is under ""."""
    path = tmp_path / "o0.jpeg.json"
    path.write_text(json.dumps(pictures))
    assert sniff(path.read_bytes(), path.name).format == "exiftool"
    problems: list[str] = []
    found = read_sidecar(path, "exiftool", problems)
    place, why = position_of(Metadata("image", "jpeg", beside=found), {})
    assert problems == why == []
    return {**{name: value for name, value in found.items() if not name.startswith("exif:GPS")}, "": place}


def test_what_osxphotos_exports(tmp_path: Path) -> None:
    assert read(tmp_path, OSXPHOTOS) == {**SEEN, "": (-33.8688, 151.2093)}
    plain = {key if key == "SourceFile" else key.rpartition(":")[2]: value for key, value in OSXPHOTOS.items()}
    plain["_CreatedBy"] = OSXPHOTOS["_CreatedBy"]
    assert read(tmp_path, plain) == {**SEEN, "": (-33.8688, 151.2093)}
    film = {
        "_CreatedBy": OSXPHOTOS["_CreatedBy"],
        "Keys:GPSCoordinates": "48.8584 2.2945",
        "QuickTime:CreationDate": "2018:05:01 12:00:00+02:00",
        "QuickTime:CreateDate": "2018:05:01 10:00:00",
    }
    assert read(tmp_path, film) == {"photoshop:DateCreated": SEEN["photoshop:DateCreated"], "": (48.8584, 2.2945)}


@pytest.mark.parametrize(
    ("tags", "place"),
    [
        ({"EXIF:GPSLatitude": "48 deg 12' 29.52\"", "EXIF:GPSLatitudeRef": "North",
          "EXIF:GPSLongitude": "16 deg 22' 25.68\"", "EXIF:GPSLongitudeRef": "East"}, (48.2082, 16.3738)),
        ({"Composite:GPSLatitude": "33 deg 52' 7.68\" S", "Composite:GPSLongitude": "151 deg 12' 33.48\" E"},
         (-33.8688, 151.2093)),
        ({"EXIF:GPSLatitude": 33.8688, "EXIF:GPSLongitude": 151.2093, "Composite:GPSLatitude": -33.8688,
          "Composite:GPSLongitude": 151.2093}, (-33.8688, 151.2093)),
        ({"QuickTime:GPSCoordinates": "48 deg 12' 29.52\" N, 16 deg 22' 25.68\" E, 120 m Above Sea Level"},
         (48.2082, 16.3738)),
        ({"EXIF:GPSLatitude": 33.8688, "EXIF:GPSLongitude": 151.2093}, None),
    ],
)  # fmt: skip
def test_positions_as_exiftool_prints_them(
    tmp_path: Path, tags: dict[str, Any], place: tuple[float, float] | None
) -> None:
    found = read(tmp_path, {"SourceFile": "a.jpg", "ExifTool:ExifToolVersion": 12.57, **tags})[""]
    assert found == (pytest.approx(place) if place else None)


def test_odd_ones(tmp_path: Path) -> None:
    made = {"SourceFile": "a.jpg", "ExifTool:ExifToolVersion": 12.57}
    assert read(tmp_path, made, made) == read(tmp_path, made) == {"": None}
    odd = {"XMP:Title": 2018, "XMP:Subject": ["a", "Bob"], "XMP:RegionName": ["Bob", "Rex"],
           "XMP:RegionType": ["Face", "Pet"], "EXIF:DateTimeOriginal": "0000:00:00 00:00:00", "XMP:Rating": 0,
           "XMP:Description": {"a": 1}, "EXIF:CreateDate": "2018:05:01 12:00:00.25"}  # fmt: skip
    assert read(tmp_path, {**made, **odd}) == {
        "photoshop:DateCreated": "2018-05-01T12:00:00", "dc:title": "2018", "dc:subject": ["a"],
        "Iptc4xmpExt:PersonInImage": ["Bob"], "": None,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["o0.jpeg.json", "o0.json"])
@pytest.mark.parametrize("imported", [False, True])
def test_it_counts_in_a_library_and_by_an_import(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, *, imported: bool
) -> None:
    root = tmp_path / "export" if imported else home.root
    make_photo(root / "o0.jpeg", None)
    (root / name).write_text(json.dumps([OSXPHOTOS]))
    if imported:
        assert moved_in(home, capsys, "icloud", root)["copied"] == 1
    else:
        home.index()
    said = "SELECT p.caption, datetime(p.taken, 'unixepoch'), p.rating, round(p.latitude, 4) FROM photo p"
    assert home.query(f"{said} JOIN original o ON o.id = p.main_id WHERE o.name = 'o0.jpeg'") == [
        ("Lilies", "2018-05-01 12:00:00", 5, -33.8688)
    ]
    assert home.list("/People/Alice") == home.list("/Favorites") == ["o0.jpeg"]
