"""A catalog that is lost with all of the owner's words is made anew from sidecars; the benchmark does it with 5,000."""

import json
from pathlib import Path

import pytest
from helpers.programs import run
from helpers.rebuilding import Family, export, known, lost, rebuilt, say_more
from helpers.saying_much import library

from haven_fs import say
from haven_fs.library.xmp import parse_xmp
from haven_fs.library.xmp_markup import EMPTY
from haven_fs.library.xmp_texts import Wrote, with_texts
from haven_fs.testing import Home


def test_all_that_was_said_comes_back_and_is_not_taken_back(tmp_path: Path) -> None:
    home = library(tmp_path / "first", 60)
    family = Family(home, 5)
    family.say(60)
    say_more(home, family, 20)
    for number in range(3):  # kinds that chance may leave out
        home.copy(family.any_photo(), "/Favorites/")
        home.move(family.any_photo(), "/Recently Removed/")
        home.make(f"/Albums/Sure {number}")
        home.copy(family.any_photo(), f"/Albums/Sure {number}/")
    home.index()
    before = known(home)
    assert all(before[kind] for kind in ("people", "albums", "favourites", "dates", "places", "captions", "hidden"))
    export(home, tmp_path / "mirror")
    home.close()
    with rebuilt(home, tmp_path / "second", tmp_path / "mirror") as other:
        assert list(lost(before, known(other))) == []
        # What is only in sidecars was said by nobody: exporting takes none of it back.
        other.add_library(writable=True)
        export(other, "--sidecars")
        other.index(anew=True)
        assert list(lost(before, known(other))) == []


@pytest.fixture
def sidecars(tmp_path: Path) -> Home:
    """A home that was made of sidecars: photos in the albums Summer and Summer/Beach, one of them hidden."""
    with Home(tmp_path / "first") as home:
        for number in range(4):
            home.add(f"{number}.jpg", f"2020-05-0{number + 1} 12:00:00")
        home.add_library(writable=True)
        home.index()
        home.make("/Albums/Summer")
        home.make("/Albums/Summer/Beach")
        home.copy("/Timeline/2020/2020-05/0.jpg", "/Albums/Summer/")
        for number in (2, 1):
            home.copy(f"/Timeline/2020/2020-05/{number}.jpg", "/Albums/Summer/Beach/")
        home.move("/Timeline/2020/2020-05/3.jpg", "/Recently Removed/")
        export(home, "--sidecars")
    return rebuilt(home, tmp_path / "second")


def test_the_owner_outranks_sidecars_and_they_follow(sidecars: Home) -> None:
    with sidecars as home:
        assert home.list("/Albums/Summer/Beach") == ["2.jpg", "1.jpg"]
        home.delete("/Albums/Summer/Beach/1.jpg")
        home.later()
        home.move("/Albums/Summer", "/Albums/Sommer")
        home.move("/Recently Removed/3.jpg", "/Timeline/")
        home.index(anew=True)
        assert home.list("/Albums") == ["Sommer/", "How to make albums.txt"]
        assert home.list("/Albums/Sommer") == ["Beach/", "0.jpg"]
        assert home.list("/Albums/Sommer/Beach") == ["2.jpg"]
        assert home.list("/Recently Removed") == []
        home.add_library(writable=True)
        assert export(home, "--sidecars")["written"] == 4
        said = {n: parse_xmp(path.read_bytes(), []) for n in "023" if (path := home.root / f"{n}.jpg.xmp").exists()}
        assert said == {
            "0": {"haven:Albums": ["Sommer|1"], "lr:hierarchicalSubject": ["Albums|Sommer"],
                  "digiKam:TagsList": ["Albums/Sommer"]},
            "2": {"haven:Albums": ["Sommer/Beach|1"], "lr:hierarchicalSubject": ["Albums|Sommer|Beach"],
                  "digiKam:TagsList": ["Albums/Sommer/Beach"]},
        }  # fmt: skip
        home.undo(*(one.id for one in home.said()))
        assert home.list("/Albums/Summer/Beach") == ["2.jpg", "1.jpg"]


def test_what_only_sidecars_said_goes_with_them(sidecars: Home) -> None:
    with sidecars as home:
        for path in home.root.glob("*.xmp"):
            path.unlink()
        home.index()
        assert home.list("/Albums") == ["How to make albums.txt"]
        assert home.list("/Recently Removed") == []


def test_what_is_taken_back_goes_from_sidecars_again(tmp_path: Path) -> None:
    with Home(tmp_path / "home") as home:
        for number in range(3):
            home.add(f"{number}.jpg", None)
        mine = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        mine += b"<rdf:Description xmlns:p='http://ns.adobe.com/photoshop/1.0/' p:City='Bonn'/></rdf:RDF></x:xmpmeta>"
        (home.root / "1.jpg.xmp").write_bytes(mine)
        home.add("paris.jpg", None, position=(48.8566, 2.3522))
        home.index()
        taken = home.list("/Review/Undated")
        assert taken
        for number in range(2):
            home.copy(f"/Review/Undated/{number}.jpg", "/Places/Paris/")
            home.copy(f"/Review/Undated/{number}.jpg", "/Favorites/")
        home.add_library(writable=True)
        assert export(home, "--sidecars")["written"] == 2
        assert parse_xmp((home.root / "1.jpg.xmp").read_bytes(), [])["photoshop:City"] == "Paris"
        home.index(anew=True)
        assert home.list("/Favorites") == ["0.jpg", "1.jpg"]
        home.undo(*(one.id for one in home.said()))
        # What this catalog had written is no evidence for it: it knows better.
        home.index(anew=True)
        assert home.list("/Favorites") == [] and home.list("/Places/Paris") == ["paris.jpg"]
        assert export(home, "--sidecars")["written"] == 2
        # One that Haven made and that says nothing any more is not there; one of somebody else's is as it was.
        assert not (home.root / "0.jpg.xmp").exists()
        assert parse_xmp((home.root / "1.jpg.xmp").read_bytes(), []) == {"photoshop:City": "Bonn"}
        assert export(home, "--sidecars") == {"written": 0, "unchanged": 0, "read_only": 0, "skipped": []}


def test_a_sidecar_of_a_stranger_says_nothing_that_only_this_catalog_can_know(tmp_path: Path) -> None:
    said = [
        'tags:album [["7", "Theirs", null]]',
        'tags:person [["x", "Eve", null]]',
        "taken 7",
        'tag:type:document ["Document", null]',
        'tags:place [["1"]]',
        "tags [",
        "nothing null",
    ]
    items = {
        "haven:Said": said,
        "haven:Albums": ["../..|1", "", "|", "Summer|x", "/".join("a" * 99)],
        "haven:PlaceNames": ["[]", "{", '["at 1.00000 2.00000", "A", null, 1, 2, 1e999, null]', '["5", ""]'],
        "haven:NotInImage": ["", "x" * 500],
    }
    with Home(tmp_path / "home") as home:
        home.add("a.jpg", "2020-05-04 12:00:00")
        packet, _ = with_texts(EMPTY, {"haven:Hidden": "perhaps", "haven:Regions": "none"}, items, {}, Wrote())
        (home.root / "a.jpg.xmp").write_bytes(packet)
        home.index()
        assert home.list("/Timeline/2020/2020-05") == ["a.jpg"]
        query = "SELECT facet, key FROM value v JOIN member m ON m.value_id = v.id WHERE facet <> 'daytime'"
        assert home.query(query) == [("type", "document")]
        assert home.list("/Albums") == ["How to make albums.txt"]
        assert home.query("SELECT count(*) FROM place_name") == [0]


def test_exiftool_reads_the_standards_properties(tmp_path: Path) -> None:
    with Home(tmp_path / "home") as home:
        home.add("a.jpg", "2020-05-04 12:00:00", position=(48.8566, 2.3522))
        home.index()
        facts = {"taken": 551188800, "taken_offset": -210, "latitude": -33.868812, "longitude": -151.2093,
                 "altitude": -3.5, "caption": "Übung <1> & \"2\"\nzwei", "tags:place": [["2988507", "Paris", "FR"]],
                 "tags:country": [["FR", "France", None]]}  # fmt: skip
        with home.catalog.write(by="") as w:
            say(w, home.query("SELECT id FROM photo")[0], facts, "taken then", when="then")
        home.make("/Albums/A & B")
        home.copy("/Timeline/1987/1987-06/a.jpg", "/Albums/A & B/")
        export(home, tmp_path / "mirror")
    path = tmp_path / "mirror/Pictures/a.jpg.xmp"
    shown = run("exiftool", "-j", "-n", "-validate", "-XMP:all", str(path)).stdout
    found = json.loads(shown)[0]
    assert found["Validate"] == "0 0 0"
    assert found["DateTimeOriginal"] == found["DateCreated"] == found["CreateDate"] == "1987:06:20 12:00:00-03:30"
    assert (found["GPSLatitude"], found["GPSLongitude"]) == pytest.approx((-33.868812, -151.2093), abs=1e-7)
    assert (found["GPSAltitude"], found["GPSAltitudeRef"]) == (3.5, 1)
    assert found["Description"] == facts["caption"]
    assert (found["City"], found["Country"], found["CountryCode"]) == ("Paris", "France", "FR")
    assert (found["HierarchicalSubject"], found["TagsList"]) == ("Albums|A & B", "Albums/A & B")
    assert "Subject" not in found
    assert (tmp_path / "mirror/Albums/A & B.m3u8").read_text().splitlines()[-1] == "../Pictures/a.jpg"
