"""Positions as GPX and KML beside any folder of photos, and folders of what was taken in an area."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.mapping import catalog_of, scattered
from helpers.serving import serve
from PIL import Image

from haven_fs.errors import Refused
from haven_fs.testing import Look, make_photo
from haven_fs.tree.files import File
from haven_fs.tree.maps import tracks
from haven_fs.tree.maps.area import area_name, photos_in
from haven_fs.tree.maps.cells import Box
from haven_fs.tree.photoset import PhotoSet

GPX, KML = "{http://www.topografix.com/GPX/1/1}", "{http://www.opengis.net/kml/2.2}"
LISBON, PARIS, FIJI, TONGA = (38.7223, -9.1393), (48.8566, 2.3522), (-16.8, 179.98), (-16.8, -179.98)


def add_all(home: Home) -> None:
    for number in range(3):
        home.add(f"l{number}.jpg", f"2019-07-0{number + 1} 10:00:00", position=(LISBON[0] + number / 100, LISBON[1]))
    home.add("Tom & Ann.jpg", "2020-05-04 12:00:00", position=PARIS)
    path = home.add("high.jpg", "2020-05-05 12:00:00", position=PARIS)
    with Image.open(path) as picture:
        exif = picture.getexif()
        exif.get_ifd(0x8825)[6] = 324.5
        exif.get_ifd(0x8769)[0x9011] = "+02:00"
        picture.save(path, exif=exif)
    home.add("f1.jpg", "2021-01-01 10:00:00", position=FIJI)
    home.add("f2.jpg", "2021-01-02 10:00:00", position=TONGA)
    home.add("nowhere.jpg", "2018-01-01 10:00:00")


@pytest.fixture(scope="module")
def travels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with Home(tmp_path_factory.mktemp("travels")) as home:
        add_all(home)
        home.add_library(writable=True)
        home.add_inbox()
        home.index()
        home.make("Albums/Tom & Ann")
        home.copy("Places/Paris/high.jpg", "Albums/Tom & Ann/")
        home.copy("Places/Lisbon/l0.jpg", "Albums/Tom & Ann/")
        yield home


def track(look: Look, path: str) -> ElementTree.Element:
    file = look.at(path)
    assert isinstance(file, File), path
    data = file.path.read_bytes()
    assert len(data) == file.size
    return ElementTree.fromstring(data)


def test_gpx_has_where_and_when(travels: Home) -> None:
    with travels.looking() as look:
        gpx = track(look, "Albums/Tom & Ann.gpx")
        assert gpx.tag == f"{GPX}gpx" and gpx.get("version") == "1.1"
        assert gpx.findtext(f"{GPX}metadata/{GPX}name") == "Tom & Ann"
        lisbon, paris = gpx.findall(f"{GPX}wpt")
        # In the order that the schema wants.
        assert [child.tag for child in paris] == [f"{GPX}ele", f"{GPX}time", f"{GPX}name"]
        assert (float(paris.get("lat", "")), float(paris.get("lon", ""))) == (
            pytest.approx(48.8566, abs=1e-4),
            pytest.approx(2.3522, abs=1e-4),
        )
        assert [child.text for child in paris] == ["324.5", "2020-05-05T10:00:00Z", "high.jpg"]
        # Of a clock that is in no known zone, the time is as it showed.
        assert [child.text for child in lisbon] == ["2019-07-01T10:00:00", "l0.jpg"]


def test_kml_has_where_and_when(travels: Home) -> None:
    with travels.looking() as look:
        kml = track(look, "Albums/Tom & Ann.kml")
        lisbon, paris = kml.findall(f"{KML}Document/{KML}Placemark")
        assert kml.findtext(f"{KML}Document/{KML}name") == "Tom & Ann"
        assert paris.findtext(f"{KML}name") == "high.jpg"
        assert paris.findtext(f"{KML}TimeStamp/{KML}when") == "2020-05-05T10:00:00Z"
        longitude, latitude, altitude = (
            float(part) for part in (paris.findtext(f"{KML}Point/{KML}coordinates") or "").split(",")
        )
        assert (longitude, latitude) == (pytest.approx(2.3522, abs=1e-4), pytest.approx(48.8566, abs=1e-4))
        assert altitude == 324.5
        assert (lisbon.findtext(f"{KML}Point/{KML}coordinates") or "").count(",") == 1


@pytest.mark.parametrize(
    ("path", "photos"),
    [
        ("Places.gpx", 7),
        ("PLACES.KML", 7),
        ("Places/Lisbon.gpx", 3),
        ("places/countries/france.gpx", 2),
        ("Timeline/2019.kml", 3),
        ("Timeline/2019/2019-07.gpx", 3),
        ("Timeline/2020/Places/Paris.gpx", 2),
        ('Search/"lisbon".gpx', 3),
        ("Area 38,-10 to 39,-9.gpx", 3),
        ("Places/Countries.kml", 7),
    ],
)
def test_beside_any_folder_of_photos(travels: Home, path: str, photos: int) -> None:
    with travels.looking() as look:
        root = track(look, path)
        assert len(root.findall(f"{GPX}wpt") + root.findall(f"{KML}Document/{KML}Placemark")) == photos


@pytest.mark.parametrize(
    "path",
    [
        "Nothing.gpx",
        "Places/Nothing.gpx",
        ".gpx",
        "Places/.gpx",
        "Places.gpx.gpx",
        "Places.gpx/l0.jpg",
        "Albums.gpx",
        "Review.gpx",
        "Timeline/2018.gpx",
        "Originals.gpx",
        "Originals/Pictures.gpx",
        "Inbox.gpx",
        "Places/Lisbon/l0.jpg.gpx",
        "Places/Lisbon.gpxx",
    ],
)
def test_where_there_is_none(travels: Home, path: str) -> None:
    with travels.looking() as look:
        assert look.at(path) is None


def test_it_is_not_listed(travels: Home) -> None:
    with travels.looking() as look:
        assert look.at("Places/Lisbon.gpx") is not None
        assert not [name for path in ("", "Places", "Albums") for name in look.listed(path) if name.endswith("gpx")]


def test_a_new_photo_makes_it_another(home: Home) -> None:
    add_all(home)
    home.index()
    with home.looking() as look:
        before = look.at("Places/Lisbon.gpx")
        assert look.at("Places/Lisbon.gpx") == before
    home.add("late.jpg", "2022-01-01 10:00:00", position=LISBON)
    home.index()
    with home.looking() as look:
        after = look.at("Places/Lisbon.gpx")
        assert isinstance(before, File) and isinstance(after, File)
        assert before.etag != after.etag
        assert len(track(look, "Places/Lisbon.gpx").findall(f"{GPX}wpt")) == 4


def test_nothing_can_be_written_over_it(travels: Home) -> None:
    before = (travels.list("Places"), travels.list("Albums"), travels.list("Originals/Pictures"))
    writes = [
        lambda: travels.put("Places/Lisbon.gpx", b"mine"),
        lambda: travels.delete("Places/Lisbon.gpx"),
        lambda: travels.move("Places/Lisbon.gpx", "Places/x.gpx"),
        lambda: travels.make("Albums/Tom & Ann.gpx"),
        lambda: travels.copy("Places/Lisbon.gpx", "Albums/Tom & Ann/"),
        lambda: travels.copy("Places/Lisbon.gpx", "Originals/Pictures/"),
    ]
    for write in writes:
        with pytest.raises(Refused):
            write()
    assert (travels.list("Places"), travels.list("Albums"), travels.list("Originals/Pictures")) == before
    with travels.looking() as look:
        assert len(track(look, "Places/Lisbon.gpx").findall(f"{GPX}wpt")) == 3


def test_a_million_rows_are_written_a_few_at_a_time(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "_SLICE", 2)
    add_all(home)
    home.index()
    with home.looking() as look:
        folder = look.folder("Places")
        pieces = list(tracks._lines(folder.view.below("x", within=folder.scope), "gpx"))
        assert max(piece.count("<wpt") for piece in pieces) == 2
        assert len(track(look, "Places.gpx").findall(f"{GPX}wpt")) == 7


def test_only_some_are_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracks, "_MOST_FILES", 3)
    add_all(home)
    home.index()
    kept = home.data / "made" / "tracks"
    kept.mkdir(parents=True)
    (kept / "half.part").write_text("<gpx>")  # of a process that was killed
    os.utime(kept / "half.part", (time.time() - 9999,) * 2)
    with home.looking() as look:
        for number, path in enumerate(("Places", "Places/Paris", "Places/Lisbon", "Timeline/2019", "Timeline/2020")):
            for kind in ("gpx", "kml"):
                file = look.at(f"{path}.{kind}")
                assert isinstance(file, File)
                os.utime(file.path, (time.time() - 1000 + number,) * 2)
    assert len(list(kept.iterdir())) == 4
    assert not (kept / "half.part").exists()
    monkeypatch.setattr(tracks, "MOST_BYTES", 1)
    with home.looking() as look:
        file = look.at("Places/Countries.gpx")
        assert isinstance(file, File) and file.path.exists()
    assert len(list(kept.iterdir())) == 1


def test_a_disk_that_is_full(home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    add_all(home)
    home.index()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("haven_fs.library.whole.os.fsync", full)
    with home.looking() as look:
        assert look.at("Places.gpx") is None
    assert "No space left on device" in caplog.text
    assert list((home.data / "made" / "tracks").iterdir()) == []
    monkeypatch.undo()
    with home.looking() as look:
        assert isinstance(look.at("Places.gpx"), File)


def test_its_length_is_what_is_sent(tmp_path: Path) -> None:
    with Home(tmp_path / "home") as home:
        add_all(home)
    with serve(tmp_path / "home/Pictures", data=tmp_path / "data") as serving, Client(serving.url) as client:
        for path, mime in (("/Places/Lisbon.gpx", "gpx"), ("/Places.kml", "kml")):
            listed = client.one(path, "getcontentlength", "getetag", "getlastmodified", "getcontenttype")
            head, whole = client("HEAD", path), client("GET", path)
            assert whole.status == 200
            assert mime in whole["Content-Type"]
            assert int(listed["getcontentlength"]) == int(head["Content-Length"]) == len(whole.body)
            assert listed["getetag"] == head["ETag"] == whole["ETag"]
            assert listed["getlastmodified"] == whole["Last-Modified"]
            part = client("GET", path, Range="bytes=20-59")
            assert (part.status, part.body) == (206, whole.body[20:60])
            assert client("GET", path, If_None_Match=whole["ETag"]).status == 304
        assert client("GET", "/Places/Nothing.gpx").status == 404


# Areas


@pytest.mark.parametrize(
    ("name", "photos"),
    [
        ("Area 38,-10 to 39,-9", ["l0.jpg", "l1.jpg", "l2.jpg"]),
        ("area 38.7,-9.2 to 38.735,-9.1", ["l0.jpg", "l1.jpg"]),
        ("Area 38,-10 to 39,-9, 2019-07-02 to 2019-07-31", ["l1.jpg", "l2.jpg"]),
        ("Area -90,-180 to 90,180", 7),
        ("Area -17,179.5 to -16,-179.5", ["f1.jpg", "f2.jpg"]),
        ("Area -17,179.5 to -16,180", ["f1.jpg"]),
        ("Area 50,0 to 60,10", []),
    ],
)
def test_an_area_is_a_folder(travels: Home, name: str, photos: list[str] | int) -> None:
    with travels.looking() as look:
        listed = look.listed(name)
        assert listed == photos or len(listed) == photos
        assert look.listed(f"Timeline/2019/{name}") == [one for one in listed if one.startswith("l")]
        if photos == 7:
            assert look.folders(f"{name}/Places") == ["Countries", "Elsewhere", "Lisbon", "Paris"] or listed


@pytest.mark.parametrize(
    "name",
    [
        "Area",
        "Area 38,-10",
        "Area 39,-10 to 38,-9",
        "Area 38,-190 to 39,-9",
        "Area -91,0 to 1,1",
        "Area 1,1 to 91,2",
        "Area 1,1 to 2,2, 2019-13-01 to 2019-12-31",
        "Area 1,1 to 2,2, 2019-01-01",
        "Area nan,1 to 2,2",
        "Area ３8,-10 to 39,-9",
    ],
)
def test_what_is_no_area(travels: Home, name: str) -> None:
    with travels.looking() as look:
        assert look.at(name) is None


def test_the_name_of_an_area_holds_all_of_it() -> None:
    assert area_name(Box(-9.1393, 38.7223, -9.1393, 38.7223)) == "Area 38.7223,-9.1393 to 38.7223,-9.1393"
    assert area_name(Box(-9.13931234, 38.72231234, -9.1, 38.73)) == "Area 38.72231,-9.13932 to 38.73,-9.1"
    assert area_name(Box(179.5, -17, 180.5, -16)) == "Area -17,179.5 to -16,-179.5"
    assert area_name(Box(0, 0, 1, 1), (20190101, 20200229)) == "Area 0,0 to 1,1, 2019-01-01 to 2020-02-29"


def test_photos_in_a_box_are_what_one_counts(tmp_path: Path) -> None:
    spots = scattered(1500)
    catalog = catalog_of(tmp_path, spots)
    with catalog.read() as db:
        for box in (Box(-60, -30, 40, 60), Box(170, -20, 195, 30), Box(-180, -90, 180, 90), Box(9, 49, 9.5, 49.5)):
            found = set(photos_in(PhotoSet(), box).ids(db))
            west, east = box.west, box.east
            assert found == {
                spot.id
                for spot in spots
                if box.south <= spot.latitude <= box.north
                and (west <= spot.longitude <= east or west <= spot.longitude + 360 <= east)
            }
    catalog.close()


def test_what_is_to_leave_no_trace_leaves_none(home: Home) -> None:
    make_photo(home.root / "a.jpg", "2020-01-01 10:00:00", LISBON, people={"Alice": None})
    home.index()
    with home.looking() as look:
        file = look.at("People/Alice.gpx")
        assert isinstance(file, File) and b"Alice" in file.path.read_bytes()
    home.catalog.scrub(lambda line: False)
    assert not file.path.exists()
    with home.looking() as look:
        assert isinstance(look.at("People/Alice.gpx"), File)
