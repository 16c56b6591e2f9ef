"""What writing to the folders of places says of photos, and that it lasts."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.saying import Saying

from haven_fs.analysis.analyzer import Metadata, Sample
from haven_fs.catalog.findings import Analysis
from haven_fs.catalog.photos import PhotoStore
from haven_fs.errors import AlreadyExists, Forbidden, Refused
from haven_fs.tree.writes import LetsGo, MakesFolders, Removable, Renamable, TakesPhotos
from haven_places.analyzer import PlacesAnalyzer
from haven_places.calling import PlaceNameTaken, make_place, remove_place
from haven_places.ownplaces import OwnPlace

PARIS, LYON, BERLIN = (48.8584, 2.2945), (45.7640, 4.8357), (52.5163, 13.3777)
DESERT, SEA = (38.5, -116.5), (0.0, -30.0)
POSITIONS = {"p1.jpg": PARIS, "p2.jpg": PARIS, "l1.jpg": LYON, "b1.jpg": BERLIN, "b2.jpg": BERLIN}
POSITIONS |= {"desert.jpg": DESERT, "sea.jpg": SEA}
UNPLACED = ["n1.jpg", "n2.jpg"]
SHOWN = ("Places", "Review/Unplaced")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Saying]:
    """Photos in two towns of one country, in another, in a desert and at sea, and two of which nobody knows where."""
    made = Saying(tmp_path)
    for number, name in enumerate([*POSITIONS, *UNPLACED], 1):
        made.add(name, f"2020-05-{number:02d} 12:00:00", position=POSITIONS.get(name))
    made.index()
    yield made
    made.close()


def test_abilities(home: Saying) -> None:
    with home.opened("Places/Paris") as paris:
        for ability in (Renamable, LetsGo, TakesPhotos):
            assert isinstance(paris, ability)
        assert not isinstance(paris, Removable) and not isinstance(paris, MakesFolders)
    with home.opened("Places/Countries/France") as france:
        assert isinstance(france, TakesPhotos) and not isinstance(france, Renamable | Removable | LetsGo)
    with home.opened("Places/Countries") as countries:
        assert not isinstance(countries, TakesPhotos | Renamable | Removable | LetsGo)
    with home.opened("Review/Unplaced") as unplaced:
        assert isinstance(unplaced, LetsGo) and not isinstance(unplaced, TakesPhotos)


@pytest.mark.parametrize("folder", ["Places/Paris", "Places/Countries/France/Paris"])
def test_a_photo_without_a_place_was_taken_where_it_is_put(home: Saying, folder: str) -> None:
    tops = ("", "Places", "Places/Paris", "Places/Countries", "Places/Countries/France", "Review/Unplaced")
    before = [home.stamp(path) for path in tops]
    home.copy("Timeline/2020/2020-05/n1.jpg", folder)
    for path in ("Places/Paris", "Places/Countries/France/Paris"):
        assert home.listed(path) == ["n1.jpg", "p1.jpg", "p2.jpg"]
    assert home.listed("Review/Unplaced") == ["n2.jpg"]
    assert all(was != home.stamp(path) for was, path in zip(before, tops, strict=True))
    assert home.said() == ["taken here"]
    assert home.facts("n1.jpg")["latitude"] is None


def test_a_photo_with_a_place_is_to_be_moved(home: Saying) -> None:
    for photo, word in (("Paris/p1.jpg", "Paris"), ("Elsewhere/sea.jpg", "Elsewhere")):
        with pytest.raises(Refused, match="move the photo here") as refused:
            home.copy(f"Places/{photo}", "Places/Berlin")
        assert type(refused.value) is Forbidden and word in refused.value.reason
    home.copy("Review/Unplaced/n1.jpg", "Places/Lyon")
    with pytest.raises(Refused, match="taken in Lyon"):
        home.copy("Places/Lyon/n1.jpg", "Places/Berlin")
    # Where it is already it may be copied again, as sync tools do.
    home.copy("Recent/n1.jpg", "Places/Lyon")
    home.copy("Places/Lyon/n1.jpg", "Places/Countries/France/Lyon")
    assert home.listed("Places/Lyon") == ["l1.jpg", "n1.jpg"]


def test_a_photo_moved_was_taken_there_instead(home: Saying) -> None:
    tops = ("", "Places", "Places/Paris", "Places/Berlin", "Places/Countries/France", "Places/Countries/Germany")
    before = [home.stamp(path) for path in tops]
    home.move("Places/Paris/p1.jpg", "Places/Berlin")
    assert home.listed("Places/Paris") == ["p2.jpg"]
    assert (
        home.listed("Places/Berlin") == home.listed("Places/Countries/Germany/Berlin") == ["b1.jpg", "b2.jpg", "p1.jpg"]
    )
    assert all(was != home.stamp(path) for was, path in zip(before, tops, strict=True))
    # The exact spot is not known then; moved back, it is the file's again.
    assert home.facts("p1.jpg")["latitude"] is None
    home.move("Places/Berlin/p1.jpg", "Places/Countries/France/Paris")
    assert home.facts("p1.jpg")["latitude"] == pytest.approx(PARIS[0])
    assert home.query("SELECT count(*) FROM said") == [0]
    assert home.said() == ["taken here instead"] * 2


def test_the_last_photo_of_a_town_takes_its_folder_along(home: Saying) -> None:
    home.move("Places/Lyon/l1.jpg", "Places/Paris")
    assert home.folders("Places") == ["Countries", "Berlin", "Paris", "Elsewhere"]
    assert home.folders("Places/Countries/France") == ["Paris"]
    home.take_back()
    assert home.folders("Places") == ["Countries", "Berlin", "Lyon", "Paris", "Elsewhere"]


def test_a_photo_deleted_was_not_taken_there(home: Saying) -> None:
    before = home.stamp("Review/Unplaced")
    home.delete("Places/Paris/p1.jpg")
    assert home.listed("Places/Paris") == ["p2.jpg"]
    assert home.listed("Review/Unplaced") == ["n1.jpg", "n2.jpg", "p1.jpg"]
    assert home.stamp("Review/Unplaced") != before
    facts = home.facts("p1.jpg")
    assert facts["latitude"] is None and facts["longitude"] is None
    # Nobody knows where it was, so it may be put anywhere: there too.
    home.copy("Review/Unplaced/p1.jpg", "Places/Berlin")
    assert "p1.jpg" in home.listed("Places/Berlin")


def test_outside_of_any_town(home: Saying) -> None:
    desert = "Places/Countries/United States"
    with pytest.raises(Refused, match="outside any town"):
        home.copy("Review/Unplaced/n1.jpg", "Places/Elsewhere")
    with pytest.raises(Refused):
        home.move("Places/Paris/p1.jpg", "Places/Elsewhere")
    home.copy("Review/Unplaced/n1.jpg", f"{desert}/Elsewhere")
    home.copy("Review/Unplaced/n2.jpg", desert)
    home.move("Places/Elsewhere/sea.jpg", f"{desert}/Elsewhere")
    assert home.listed(f"{desert}/Elsewhere") == ["desert.jpg", "n1.jpg", "n2.jpg", "sea.jpg"]
    assert home.listed(desert) == ["n2.jpg"]  # exactly there it was written
    home.move(f"{desert}/Elsewhere/desert.jpg", "Places/Paris")
    home.move("Places/Berlin/b1.jpg", "Places/Countries/France")
    assert home.listed("Places/Countries/France/Elsewhere") == ["b1.jpg"]
    home.delete("Places/Countries/France/Elsewhere/b1.jpg")
    assert home.listed("Review/Unplaced") == ["b1.jpg"]
    assert home.listed("Places") == home.listed("Places/Countries") == []


def test_dismissing_says_nothing_else(home: Saying) -> None:
    before = home.shown("Places")
    home.delete("Review/Unplaced/n1.jpg")
    assert home.listed("Review/Unplaced") == ["n2.jpg"]
    assert home.shown("Places") == before
    home.index(anew=True)
    assert home.listed("Review/Unplaced") == ["n2.jpg"]
    first = home.stamp("Review/Unplaced")
    home.take_back()
    home.delete("Review/Unplaced/n2.jpg")
    assert home.listed("Review/Unplaced") == ["n1.jpg"] and home.stamp("Review/Unplaced") != first
    # What was said of a place opens the question again.
    home.copy("Timeline/2020/2020-05/n2.jpg", "Places/Paris")
    home.delete("Places/Paris/n2.jpg")
    assert home.listed("Review/Unplaced") == ["n1.jpg", "n2.jpg"]


def test_the_written_name_answers(home: Saying) -> None:
    home.copy("Review/Unplaced/n1.jpg", "Places/Paris", "001 tower.jpg")
    assert home.listed("Places/Paris") == ["001 tower.jpg", "p1.jpg", "p2.jpg"]
    for name in ("001 tower.jpg", "001 TOWER.jpg", "n1.jpg"):
        assert home.is_there(f"Places/Paris/{name}")
    assert home.listed("Places/Countries/France/Paris") == home.listed("Places/Paris")
    before = home.stamp("Places/Paris")
    home.copy("Places/Paris/n1.jpg", "Places/Paris", "002 tower.jpg")
    # Both were written, so both are there.
    assert home.listed("Places/Paris")[:2] == ["001 tower.jpg", "002 tower.jpg"]
    assert home.stamp("Places/Paris") != before
    home.move("Places/Paris/002 tower.jpg", "Places/Berlin", "wall.jpg")
    assert home.listed("Places/Berlin") == ["b1.jpg", "b2.jpg", "wall.jpg"]
    home.index(anew=True)
    assert home.listed("Places/Berlin") == ["b1.jpg", "b2.jpg", "wall.jpg"]
    with pytest.raises(Refused, match="keep their names"):
        home.move("Places/Berlin/wall.jpg", "Places/Berlin", "wall 2.jpg")
    with pytest.raises(Refused, match="keep the names"):
        home.move("Places/Berlin/wall.jpg", "Places/Countries/Germany/Berlin", "wall 2.jpg")
    home.delete("Places/Berlin/wall.jpg")
    assert home.query("SELECT count(*) FROM alias") == [0]


def test_only_what_belongs_there_is_put_into_a_part(home: Saying) -> None:
    home.add("old.jpg", "2001-05-01 12:00:00")
    home.index()
    with pytest.raises(Refused, match="only some"):
        home.copy("Review/Unplaced/old.jpg", "Timeline/2020/Places/Paris")
    assert home.listed("Review/Unplaced") == ["n1.jpg", "n2.jpg", "old.jpg"]
    home.copy("Review/Unplaced/n1.jpg", "Timeline/2020/Places/Paris")
    assert "n1.jpg" in home.listed("Places/Paris")


def test_a_split_place_takes_photos(home: Saying) -> None:
    home.settings["tree.split_above"] = 1
    assert home.folders("Places/Paris") == ["2020"]
    home.copy("Timeline/2020/2020-05/2020-05-08/n1.jpg", "Places/Paris")
    assert home.listed("Places/Paris") == ["n1.jpg"]
    assert home.is_there("Places/Paris/2020/2020-05/n1.jpg")


def test_a_place_gets_the_owners_name(home: Saying) -> None:
    tops = ("", "Places", "Places/Countries", "Places/Countries/Germany")
    before = [home.stamp(path) for path in tops]
    home.rename("Places/Berlin", "Home")
    assert all(was != home.stamp(path) for was, path in zip(before, tops, strict=True))
    assert home.folders("Places") == ["Countries", "Home", "Lyon", "Paris", "Elsewhere"]
    assert home.folders("Places/Countries/Germany") == ["Home"]
    assert home.listed("Places/Home") == ["b1.jpg", "b2.jpg"] and not home.is_there("Places/Berlin")
    # Photos that come later, new analyses, what is said: all of the place by its new name.
    home.add("b3.jpg", "2021-05-01 12:00:00", position=BERLIN)
    home.index(anew=True)
    home.copy("Review/Unplaced/n1.jpg", "Places/Home")
    home.move("Places/Paris/p1.jpg", "Places/Home")
    assert home.listed("Places/Home") == ["b1.jpg", "b2.jpg", "b3.jpg", "n1.jpg", "p1.jpg"]
    home.rename("Places/Home", "HOME")
    home.rename("Places/HOME", "Berlin")
    assert home.folders("Places") == ["Countries", "Berlin", "Lyon", "Paris", "Elsewhere"]
    assert home.query("SELECT count(*) FROM place_name") == [0]
    home.index(anew=True)
    assert home.listed("Places/Berlin") == ["b1.jpg", "b2.jpg", "b3.jpg", "n1.jpg", "p1.jpg"]


def test_names_that_are_taken(home: Saying) -> None:
    for name in ("Paris", "PARIS"):
        with pytest.raises(Refused, match="already") as refused:
            home.rename("Places/Berlin", name)
        assert type(refused.value) is AlreadyExists
    for name in ("Countries", "elsewhere"):
        with pytest.raises(Refused) as refused:
            home.rename("Places/Berlin", name)
        assert type(refused.value) is AlreadyExists
    with pytest.raises(Refused) as refused:
        home.rename("Places/Berlin", "a:b")
    assert type(refused.value) is Forbidden
    # The name of a town without a photo is free, and the town comes back beside it.
    home.move("Places/Lyon/l1.jpg", "Places/Paris")
    home.rename("Places/Berlin", "Lyon")
    home.add("l2.jpg", "2021-05-01 12:00:00", position=LYON)
    home.index()
    assert home.folders("Places") == ["Countries", "Lyon", "Lyon (2)", "Paris", "Elsewhere"]
    assert home.listed("Places/Lyon") == ["b1.jpg", "b2.jpg"] and home.listed("Places/Lyon (2)") == ["l2.jpg"]


def test_names_that_were_exchanged_are_again(home: Saying) -> None:
    before = home.shown("Places")
    for name, to in (("Paris", "X"), ("Berlin", "Paris"), ("X", "Berlin")):
        home.rename(f"Places/{name}", to)
    assert home.listed("Places/Berlin") == ["p1.jpg", "p2.jpg"]
    home.take_back(1, 2, 3)
    assert home.shown("Places") == before


def test_the_owners_name_outlasts_another_language(home: Saying) -> None:
    home.rename("Places/Lyon", "Oma")
    home.move("Places/Berlin/b1.jpg", "Places/Paris")
    home.copy("Review/Unplaced/n1.jpg", "Places/Paris")
    in_portuguese(home)
    assert home.folders("Places") == ["Countries", "Berlim", "Oma", "Paris", "Elsewhere"]
    assert home.folders("Places/Countries") == ["Alemanha", "Estados Unidos", "França"]
    assert home.listed("Places/Paris") == ["b1.jpg", "n1.jpg", "p1.jpg", "p2.jpg"]
    home.rename("Places/Berlim", "Casa")
    home.rename("Places/Casa", "Berlim")
    home.rename("Places/Oma", "Lyon")
    assert home.query("SELECT key FROM place_name") == []


def in_portuguese(home: Saying) -> None:
    """Do what `haven config` and a new index do, in this process."""
    analyzer = PlacesAnalyzer({**home.settings, "language": "pt"})
    for name, where in POSITIONS.items():
        video = {"location": f"{where[0]:+09.5f}{where[1]:+010.5f}/"}
        (facts,) = analyzer.analyze([Sample(Path(name), 0.0, Metadata("video", "mp4", video=video))])
        tags = [[tag.facet, tag.key, tag.name, tag.parent] for tag in facts.tags]
        said = json.dumps({"values": facts.values, "tags": tags})
        with home.catalog.write() as w:
            photo = home.seen()[name].photo
            assert photo is not None
            PhotoStore(w).put_analyses({photo: {"places": Analysis(analyzer.version, said)}})


STEPS = (
    ("copy", "Review/Unplaced/n1.jpg", "Places/Paris", "tower.jpg"),
    ("move", "Places/Paris/p1.jpg", "Places/Berlin"),
    ("move", "Places/Paris/tower.jpg", "Places/Countries/France/Lyon"),
    ("delete", "Places/Berlin/b2.jpg"),
    ("rename", "Places/Berlin", "Home"),
    ("delete", "Review/Unplaced/n2.jpg"),
    ("copy", "Review/Unplaced/b2.jpg", "Places/Countries/France"),
    ("move", "Places/Home/p1.jpg", "Places/Paris"),
    ("rename", "Places/Home", "Berlin"),
    ("move", "Places/Lyon/l1.jpg", "Places/Berlin", "l.jpg"),
)


def do(home: Saying, step: tuple[str, ...]) -> None:
    getattr(home, step[0])(*step[1:])


def test_all_that_was_said_outlasts_analyses_and_can_be_taken_back(home: Saying) -> None:
    states = [home.shown(*SHOWN)]
    for step in STEPS:
        do(home, step)
        states.append(home.shown(*SHOWN))
    assert len({str(state) for state in states}) == len(states)
    home.index(anew=True)
    assert home.shown(*SHOWN) == states[-1]
    for number in range(len(STEPS), 0, -1):
        assert home.take_back(number) == 0
        assert home.shown(*SHOWN) == states[number - 1], STEPS[number - 1]
    # Taking back is taken back too, all at once.
    home.take_back(*range(len(STEPS) + 1, 2 * len(STEPS) + 1))
    assert home.shown(*SHOWN) == states[-1]
    home.take_back(*range(1, len(STEPS) + 1))
    assert home.shown(*SHOWN) == states[0]


def make_own(home: Saying, name: str, where: tuple[float, float], radius: float = 300) -> OwnPlace:
    with home.catalog.write(by="", place="haven places") as w:
        return make_place(w, name, *where, radius, "DE")


def test_a_place_of_ones_own(home: Saying) -> None:
    near, far = (BERLIN[0] + 0.002, BERLIN[1]), (BERLIN[0] + 0.004, BERLIN[1])
    home.add("near.jpg", "2020-06-01 12:00:00", position=near)
    home.add("far.jpg", "2020-06-02 12:00:00", position=far)
    home.index()
    before = home.shown(*SHOWN), home.stamp("Places"), home.stamp("Places/Countries")
    make_own(home, "Home", BERLIN)
    assert (
        home.listed("Places/Home") == home.listed("Places/Countries/Germany/Home") == ["b1.jpg", "b2.jpg", "near.jpg"]
    )
    assert home.stamp("Places") != before[1] and home.stamp("Places/Countries") != before[2]
    assert home.listed("Places/Berlin") == ["b1.jpg", "b2.jpg", "far.jpg", "near.jpg"]  # which Home is in
    home.add("late.jpg", "2020-06-03 12:00:00", position=near)
    home.index(anew=True)
    make_own(home, "Home", BERLIN, 600)
    assert home.listed("Places/Home") == ["b1.jpg", "b2.jpg", "far.jpg", "late.jpg", "near.jpg"]
    home.rename("Places/Home", "Hyde")
    make_own(home, "Hyde", BERLIN, 100)
    assert home.listed("Places/Hyde") == ["b1.jpg", "b2.jpg"]
    for number, (name, count) in ((4, ("Hyde", 5)), (3, ("Home", 5)), (2, ("Home", 4))):
        assert home.take_back(number) == 0
        assert len(home.listed(f"Places/{name}")) == count
    home.take_back(1)
    (home.root / "late.jpg").unlink()
    home.index()
    assert home.shown(*SHOWN) == before[0]


def test_what_is_said_of_a_place_of_ones_own(home: Saying) -> None:
    own = make_own(home, "Home", BERLIN)
    home.copy("Review/Unplaced/n1.jpg", "Places/Home")
    home.move("Places/Paris/p1.jpg", "Places/Home")
    assert home.listed("Places/Home") == ["b1.jpg", "b2.jpg", "n1.jpg", "p1.jpg"]
    home.delete("Places/Home/b1.jpg")  # in Berlin, but not at home
    assert home.listed("Places/Berlin") == ["b1.jpg", "b2.jpg"] and home.facts("b1.jpg")["latitude"] is not None
    home.move("Places/Home/b2.jpg", "Places/Berlin")
    assert home.listed("Places/Home") == ["n1.jpg", "p1.jpg"]
    home.move("Places/Berlin/b2.jpg", "Places/Home")
    home.delete("Places/Berlin/b1.jpg")
    assert home.listed("Review/Unplaced") == ["b1.jpg", "n2.jpg"]
    assert home.listed("Places/Home") == ["b2.jpg", "n1.jpg", "p1.jpg"]
    home.index(anew=True)
    assert home.listed("Places/Home") == ["b2.jpg", "n1.jpg", "p1.jpg"]
    with home.catalog.write(by="", place="haven places") as w:
        remove_place(w, own)
    assert home.listed("Places/Home") == ["b2.jpg", "n1.jpg", "p1.jpg"]  # said to be there
    home.take_back()
    assert home.folders("Places") == ["Countries", "Home", "Lyon", "Paris", "Elsewhere"]


def test_names_of_places_of_ones_own_that_are_taken(home: Saying) -> None:
    make_own(home, "Home", SEA)
    for name, where in (("paris", SEA), ("home", BERLIN)):
        with pytest.raises(PlaceNameTaken):
            make_own(home, name, where)
    with pytest.raises(Refused) as refused:
        home.rename("Places/Paris", "Home")
    assert type(refused.value) is AlreadyExists
    assert home.listed("Places/Home") == ["sea.jpg"]


def test_a_library_of_an_older_version_is_placed_anew_and_keeps_what_was_said(home: Saying) -> None:
    """Until then Paris was found in Germany, and nothing in the desert."""
    wrong = {"p1.jpg": "DE", "p2.jpg": "DE", "desert.jpg": None}
    with home.catalog.write() as w:
        for name, country in wrong.items():
            photo = home.seen()[name].photo
            assert photo is not None
            tags = [["country", country, "Germany", None], ["place", "1", "Nowhere", country]] if country else []
            north, east = POSITIONS[name]
            said = json.dumps({"values": {"latitude": north, "longitude": east}, "tags": tags})
            PhotoStore(w).put_analyses({photo: {"places": Analysis(PlacesAnalyzer({}).version - 1, said)}})
    home.rename("Places/Nowhere", "Honeymoon")
    home.move("Places/Honeymoon/p1.jpg", "Places/Lyon")
    assert home.listed("Places/Countries/United States") == []
    home.index()
    assert home.listed("Places/Paris") == ["p2.jpg"]
    assert home.listed("Places/Lyon") == ["l1.jpg", "p1.jpg"]
    assert home.listed("Places/Countries/United States/Elsewhere") == ["desert.jpg"]
    assert not home.is_there("Places/Countries/Germany/Honeymoon") or home.listed("Places/Honeymoon") == []
    assert home.query("SELECT name FROM place_name WHERE key = '1'") == ["Honeymoon"]
