"""What other services and programs keep beside a picture: which file it is about, and what it says."""

import json
from pathlib import Path
from typing import Any

import pytest

from haven_fs.library.beside import LONGEST, read_sidecar
from haven_fs.library.kinds import Kind, sniff
from haven_fs.library.pair import Member, pair
from haven_fs.library.regions import REGIONS, NamedArea
from haven_fs.library.xmp import parse_xmp
from haven_fs.library.xmp_new import packet_of
from haven_fs.testing import Home

TAKEN = {"photoTakenTime": {"timestamp": "1341150000"}}
LONG = "Screenshot_2018-09-20-01-23-45-678_com.android.chrome"


def google(tmp_path: Path, **said: Any) -> dict[str, Any]:
    """Return what a JSON of Google Photos says."""
    path = tmp_path / "b.jpg.json"
    path.write_text(json.dumps({"title": "b.jpg", **TAKEN, **said}))
    assert sniff(path.read_bytes(), path.name).format == "google"
    problems: list[str] = []
    found = read_sidecar(path, "google", problems)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, {}),
        ({"photoTakenTime": {"timestamp": "-86400"}}, {"photoshop:DateCreated": "1969-12-31T00:00:00Z"}),
        ({"geoData": {"latitude": 0.0, "longitude": 0.0}}, {}),
        (
            {"geoData": {"latitude": 0.0, "longitude": 0.0}, "geoDataExif": {"latitude": 1.5, "longitude": -2.5}},
            {"exif:GPSLatitude": "1.5000000", "exif:GPSLongitude": "-2.5000000"},
        ),
        ({"description": "Tom &amp; Ann&#39;s"}, {"dc:description": "Tom & Ann's"}),
        ({"people": [{"name": "Alice"}, {"name": " "}, "x"]}, {"Iptc4xmpExt:PersonInImage": ["Alice"]}),
        ({"favorited": True}, {"xmp:Rating": "5"}),
        ({"favorited": "yes", "people": "x", "geoData": 5, "description": 7}, {}),
    ],
)
def test_what_google_says(tmp_path: Path, said: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = google(tmp_path, **said)
    assert found == {"photoshop:DateCreated": "2012-07-01T13:40:00Z", **wanted}


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"{", "damaged"), (b"[" * 100_000, "damaged"), (b'{"a": "' + b"x" * LONGEST, "too long"), (b"\xff{}", "damaged")],
)
def test_a_json_that_cannot_be_read_is_told(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "b.json").write_bytes(data)
    problems: list[str] = []
    assert read_sidecar(tmp_path / "b.json", "google", problems) == {}
    assert why in problems[0]


@pytest.mark.parametrize(
    ("picture", "notes"),
    [
        ("b.jpg", "b.jpg.json"),
        ("b.jpg", "b.jpg.supplemental-metadata.json"),
        *(("b.jpg", f"b.jpg.{'supplemental-metadata'[:length]}.json") for length in (0, 1, 5, 12, 13, 20)),
        ("b(1).jpg", "b.jpg(1).json"),
        ("b(1).jpg", "b.jpg.supplemental-metadata(1).json"),
        ("b(1).jpg", "b(1).jpg.json"),
        ("b.jpg", "b.json"),
        (f"{LONG[:47]}.jpg", f"{LONG}.jpg"[:46] + ".json"),
        (f"{LONG[:47]}(2).jpg", f"{LONG}.jpg"[:46] + "(2).json"),
        ("original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg", "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json"),
        *((f"{LONG[:n]}.jpg", f"{LONG[:n]}.jpg.supplemental-metadata"[:46] + ".json") for n in range(38, 48)),
        *((f"{LONG[:n]}(1).jpg", f"{LONG[:n]}.jpg.supplemental-metadata"[:46] + "(1).json") for n in range(38, 48)),
        ("Tom _ Ann_s 100_.jpg", "Tom _ Ann_s 100_.jpg.supplemental-metadata.json"),
    ],
)
def test_whose_json_it_is(picture: str, notes: str) -> None:
    strangers = ["a.jpg", f"{LONG[:46]}Z.jpg", f"{LONG[:40]}.jpg" if len(picture) > 50 else "c.jpg", "b.png"]
    others = [name for name in strangers if name != picture and (name, notes) != ("b.png", "b.json")]
    photos = pair([Member(name, Kind("image", "jpeg", "")) for name in (picture, *others)] + [note(notes)])
    assert [(one.main, len(one.companions)) for one in photos if one.companions] == [(picture, 1)]


@pytest.mark.parametrize("name", ["b(1).jpg.json", "b.jpg(1).json", "bb.jpg.json", f"{LONG[:44]}.json"])
def test_another_s_json_is_not_taken(name: str) -> None:
    (photo,) = pair([Member("b.jpg", Kind("image", "jpeg", "")), note(name)])
    assert photo.companions == []


def note(name: str) -> Member:
    return Member(name, Kind("sidecar", "google", ""))


def test_edits_and_films_share_their_picture_s_json() -> None:
    files = [("IMG_1.HEIC", "image"), ("IMG_1-edited.HEIC", "image"), ("IMG_1.MP4", "video")]
    members = [Member(name, Kind(kind, "heic" if kind == "image" else "mp4", "")) for name, kind in files]  # type: ignore[arg-type]
    (photo,) = pair([*members, note("IMG_1.HEIC.supplemental-metadata.json")])
    assert photo.main == "IMG_1.HEIC"
    assert sorted(one.role for one in photo.companions) == ["edit", "live", "sidecar"]


def test_a_picture_of_a_library_is_known_by_what_lies_beside_it(tmp_path: Path) -> None:
    where = {"latitude": 35.6812, "longitude": 139.7671, "altitude": 0.0}
    said = {"title": "b.jpg", **TAKEN, "geoData": where, "people": [{"name": "Alice"}], "favorited": True}
    with Home(tmp_path) as home:
        home.add("b.jpg", None)
        (home.root / "b.jpg.supplemental-metadata.json").write_text(json.dumps({**said, "description": "At last"}))
        home.add("c.jpg", None)
        (home.root / "c.yml").write_text(
            "UID: pra8\nTakenAt: 2013-07-11T14:08:33Z\nTakenAtLocal: 2013-07-11T16:08:33Z\nTakenSrc: meta\n"
            "Title: Sea\nTitleSrc: manual\nLat: 48.8584\nLng: 2.2945\nFavorite: true\n"
        )
        home.add("d.jpg", None)
        (home.root / "d.jpg.json").write_text(
            json.dumps({"uuid": "1", "original_filename": "x", "date": "2014-01-02T03:04:05+01:00", "persons": ["Bob"]})
        )
        home.index()
        assert home.query("SELECT datetime(taken, 'unixepoch') FROM photo ORDER BY id") == [
            "2012-07-01 22:40:00",
            "2013-07-11 16:08:33",
            "2014-01-02 03:04:05",
        ]
        assert home.list("/People")[:2] == ["Alice/", "Bob/"]
        assert home.list("/Favorites") == ["b.jpg", "c.jpg"]
        assert home.query("SELECT caption FROM photo ORDER BY id") == ["At last", "Sea", None]
        assert home.query("SELECT count(*) FROM photo WHERE latitude IS NOT NULL") == [2]


def test_what_photoprism_only_guessed_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "c.yml"
    path.write_text(
        "UID: pra8\nTakenAt: 2013-07-11T14:08:33Z\nTakenSrc: \nTitle: Sea / 2013\nTitleSrc: location\n"
        "Caption: A dog on a beach\nCaptionSrc: ollama\n"
        "Lat: 1\nLng: 2\nPlaceSrc: estimate\nDetails:\n  Keywords: a, b\n  KeywordsSrc: \n"
    )
    assert sniff(path.read_bytes(), "c.yml").format == "photoprism"
    assert read_sidecar(path, "photoprism", []) == {}
    path.write_text("UID: a\nTakenAt: b\n: [}")
    problems: list[str] = []
    assert read_sidecar(path, "photoprism", problems) == {}
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("metadata.json", b'{"title": "Summer", "description": "", "access": "protected"}'),
        ("print-subscriptions.json", b"{}"),
        ("b.txt", b'{"title": "b.jpg", "photoTakenTime": {}}'),
        ("compose.yml", b"services:\n  UID: 5\n"),
    ],
)
def test_other_json_and_yaml_describe_no_picture(name: str, data: bytes) -> None:
    assert sniff(data, name).kind == "other"


def test_a_packet_says_what_is_said() -> None:
    said = {
        "dc:title": "A & <b>\x01",
        "dc:subject": ["x", "y & z"],
        "Iptc4xmpExt:PersonInImage": ["Al"],
        "xmp:Rating": "5",
        "exif:GPSLatitude": "1.5",
        "exif:GPSLongitude": "-2.5",
        "photoshop:DateCreated": "2012-01-02T03:04:05Z",
        REGIONS: [NamedArea("Bob", (0.25, 0.25, 0.5, 0.75), (400, 300))],
    }
    problems: list[str] = []
    assert parse_xmp(packet_of(said), problems) == {**said, "dc:title": "A & <b>"}
    assert problems == []
