"""Regions as folders, what is said by writing to them, how a library gets its regions, and where home is."""

import math
import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from helpers.saying import Saying

from haven_fs.catalog.quadkeys import quadkey_of
from haven_fs.errors import Forbidden, Refused
from haven_fs.tree.maps.circle import within_km
from haven_places.calling import make_place
from haven_places.folders import CountryFolder
from haven_places.learning import PlaceLearner
from haven_places.ownplaces import distance
from haven_search.planner import Plan, plan

MUNICH, NUREMBERG, BERLIN, PARIS = (48.1374, 11.5755), (49.4521, 11.0767), (52.5163, 13.3777), (48.8584, 2.2945)
BERN, THUN, GENEVA = (46.9480, 7.4474), (46.7580, 7.6280), (46.2044, 6.1432)
GERMANY = "Places/Countries/Germany"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Saying]:
    """Munich in two months, Nuremberg, Berlin and Paris once, and two photos of which nobody knows where."""
    made = Saying(tmp_path)
    made.add("m1.jpg", "2020-05-01 12:00:00", position=MUNICH)
    made.add("m2.jpg", "2020-06-01 12:00:00", position=MUNICH)
    made.add("n1.jpg", "2020-05-02 12:00:00", position=NUREMBERG)
    made.add("b1.jpg", "2020-05-03 12:00:00", position=BERLIN)
    made.add("p1.jpg", "2020-05-04 12:00:00", position=PARIS)
    made.add("x1.jpg", "2020-05-05 12:00:00")
    made.add("x2.jpg", "2020-05-06 12:00:00")
    made.index()
    yield made
    made.close()


def asked(home: Saying, phrase: str) -> tuple[set[str], Plan]:
    """Return what a phrase finds, and how it was understood."""
    tree = home.tree()
    with tree.view() as view:
        understood = plan(view.db, phrase, now=datetime(2026, 1, 2), spoken=view.spoken)
        query = f"SELECT o.name FROM photo p JOIN original o ON o.id = p.main_id WHERE {understood.photos.condition}"
        return {name for (name,) in view.db.execute(query, understood.photos.params)}, understood


def find(home: Saying, phrase: str) -> set[str]:
    return asked(home, phrase)[0]


def test_a_small_country_lists_its_towns_and_opens_its_regions(home: Saying) -> None:
    assert home.folders(GERMANY) == ["Berlin", "Munich", "Nuremberg"]
    assert home.folders(f"{GERMANY}/Bavaria") == ["Munich", "Nuremberg"]
    assert home.listed(f"{GERMANY}/bavaria/munich") == home.listed(f"{GERMANY}/Munich") == ["m1.jpg", "m2.jpg"]
    assert not home.is_there(f"{GERMANY}/Bavaria/Berlin")
    assert not home.is_there("Places/Countries/France/Bavaria")
    assert not home.is_there(f"{GERMANY}/Saxony")


def test_a_country_with_many_towns_lists_regions(home: Saying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CountryFolder, "MANY", 2)
    # Berlin is the only town of its region.
    assert home.folders(GERMANY) == ["Bavaria", "Berlin"]
    for path in ("Bavaria/Munich", "Munich", "Berlin"):
        assert home.listed(f"{GERMANY}/{path}")
    with home.opened(f"{GERMANY}/Bavaria") as folder:
        assert folder.photos.stamp(folder.view.db).count == 3
    with home.opened("Places") as places:
        assert places.path_to("region", "DE.02") == ("Countries", "Germany", "Bavaria")


def test_once_regions_are_listed_they_stay(home: Saying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CountryFolder, "MANY", 2)
    home.folders(GERMANY)
    monkeypatch.setattr(CountryFolder, "MANY", 20)
    assert home.folders(GERMANY) == ["Bavaria", "Berlin"]


def test_a_region_with_the_name_of_a_town(home: Saying, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, spot in enumerate((BERN, THUN, GENEVA)):
        home.add(f"z{number}.jpg", "2020-07-01 12:00:00", position=spot)
    home.index()
    monkeypatch.setattr(CountryFolder, "MANY", 2)
    switzerland = "Places/Countries/Switzerland"
    assert home.folders(switzerland) == ["Bern (region)", "Geneva"]
    assert home.listed(f"{switzerland}/Bern") == ["z0.jpg"]
    assert home.folders(f"{switzerland}/Bern (region)") == ["Bern", "Thun"]
    found, understood = asked(home, "Bern")
    assert found == {"z0.jpg"}
    assert understood.understood[0].meaning == 'taken in Bern (for the region, write: region:"Bern")'
    assert find(home, 'region:"Bern"') == {"z0.jpg", "z1.jpg"}


def test_a_photo_put_into_a_region_was_taken_there(home: Saying) -> None:
    home.copy("Timeline/2020/2020-05/x1.jpg", f"{GERMANY}/Bavaria")
    assert home.listed(f"{GERMANY}/Bavaria/Elsewhere") == ["x1.jpg"]
    assert home.listed(f"{GERMANY}/Elsewhere") == ["x1.jpg"]
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg", "x1.jpg"}
    assert find(home, "Europe") == {"m1.jpg", "m2.jpg", "n1.jpg", "b1.jpg", "p1.jpg", "x1.jpg"}
    # Known better now.
    home.move(f"{GERMANY}/Bavaria/Elsewhere/x1.jpg", f"{GERMANY}/Berlin")
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg"}
    home.undo()
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg", "x1.jpg"}
    home.undo()
    assert home.listed("Review/Unplaced") == ["x1.jpg", "x2.jpg"]
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg"}


def test_a_photo_that_is_elsewhere_has_to_be_moved(home: Saying) -> None:
    with pytest.raises(Forbidden, match="Paris"):
        home.copy("Places/Paris/p1.jpg", f"{GERMANY}/Bavaria")
    home.move("Places/Paris/p1.jpg", f"{GERMANY}/Bavaria")
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg", "p1.jpg"}
    assert not home.is_there("Places/Paris") and not home.is_there("Places/Countries/France")


def test_regions_are_not_renamed_or_removed(home: Saying) -> None:
    with pytest.raises(Refused, match=r"Regions cannot be renamed"):
        home.rename(f"{GERMANY}/Bavaria", "Freistaat")
    with pytest.raises(Refused, match=r"Regions cannot be renamed"):
        home.delete(f"{GERMANY}/Bavaria")


def test_regions_follow_what_is_said_of_towns(home: Saying) -> None:
    home.move("Places/Paris/p1.jpg", "Places/Nuremberg")
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg", "p1.jpg"}
    home.copy("Timeline/2020/2020-05/x2.jpg", "Places/Munich")
    assert "x2.jpg" in find(home, "Bavaria")
    home.delete("Places/Munich/x2.jpg")
    assert "x2.jpg" not in find(home, "Bavaria")


def test_an_old_library_gets_its_regions_without_looking_into_photos(home: Saying) -> None:
    with home.catalog.write() as w:
        w.db.execute(
            "DELETE FROM member WHERE value_id IN (SELECT id FROM value WHERE facet IN ('region', 'continent'))"
        )
        w.db.execute("DELETE FROM value WHERE facet IN ('region', 'continent')")
        w.db.execute("DELETE FROM place_known")
    assert not home.is_there(f"{GERMANY}/Bavaria")
    for file in home.root.iterdir():
        file.unlink()
    stop = iter([False, True])
    learner = PlaceLearner(home.settings)
    learner.idle(home.catalog, None, lambda: next(stop, True))  # type: ignore[arg-type]
    # Killed half way; another process goes on.
    PlaceLearner(home.settings).idle(home.catalog, None, lambda: False)  # type: ignore[arg-type]
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg"}
    assert find(home, "Europe") == {"m1.jpg", "m2.jpg", "n1.jpg", "b1.jpg", "p1.jpg"}
    before = home.query("SELECT value FROM state WHERE key = 'seq'")
    PlaceLearner(home.settings).idle(home.catalog, None, lambda: False)  # type: ignore[arg-type]
    assert home.query("SELECT value FROM state WHERE key = 'seq'") == before


def test_another_language_gives_regions_other_names(home: Saying) -> None:
    PlaceLearner({**home.settings, "language": "de"}).idle(home.catalog, None, lambda: False)  # type: ignore[arg-type]
    assert home.is_there(f"{GERMANY}/Bayern") and not home.is_there(f"{GERMANY}/Bavaria")
    assert find(home, "Bavaria") == {"m1.jpg", "m2.jpg", "n1.jpg"}


def test_tables_that_cannot_be_read_cost_only_the_regions(
    home: Saying, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreadable(*_: object) -> None:
        raise OSError("the disk failed")

    with home.catalog.write() as w:
        w.db.execute("DELETE FROM place_known")
    monkeypatch.setattr("haven_places.atlas.record_at", unreadable)
    PlaceLearner(home.settings).idle(home.catalog, None, lambda: False)  # type: ignore[arg-type]
    assert "What places lie in cannot be looked up: the disk failed" in caplog.text
    assert find(home, "Munich") == {"m1.jpg", "m2.jpg"}


def test_home_and_abroad(home: Saying) -> None:
    found, understood = asked(home, "abroad")
    assert found == {"p1.jpg"}
    assert understood.understood[0].meaning == "taken abroad: outside Germany, where most of your photos were taken"
    assert find(home, "not abroad") == {"m1.jpg", "m2.jpg", "n1.jpg", "b1.jpg", "x1.jpg", "x2.jpg"}
    found, understood = asked(home, "at home")
    assert found == {"m1.jpg", "m2.jpg"}
    assert "at home: in Munich" in understood.understood[0].meaning
    with home.catalog.write() as w:
        make_place(w, "Zuhause", *NUREMBERG, 300.0, "DE")
    assert find(home, "at home") == {"n1.jpg"}
    assert find(home, "within 10 km of Zuhause") == {"n1.jpg"}
    assert find(home, "close to Zuhause") == {"n1.jpg"}
    assert find(home, "within 200 km of Zuhause") == {"n1.jpg", "m1.jpg", "m2.jpg"}


def test_nobody_guesses_a_home_among_equals(home: Saying) -> None:
    home.add("p2.jpg", "2020-06-04 12:00:00", position=PARIS)
    home.index()
    with home.catalog.write() as w:
        w.db.execute("DELETE FROM place_home")
    assert not asked(home, "at home")[1].understood


def test_near_takes_in_what_is_only_said_to_be_there(home: Saying) -> None:
    home.copy("Timeline/2020/2020-05/x1.jpg", "Places/Paris")
    assert find(home, "near Paris") == {"p1.jpg", "x1.jpg"}


def test_a_distance_is_that_over_a_round_earth() -> None:
    """Random positions around many middles, the date line and the poles' neighbourhood among them."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY, latitude REAL, longitude REAL, quadkey INTEGER, shown INT)")
    db.execute("CREATE INDEX photo_quadkey ON photo (quadkey, latitude, longitude) WHERE shown = 1")
    chance = random.Random(3)
    middles = [(48.1, 11.5), (0.0, 0.0), (-16.5, 179.9), (69.6, 18.9), (-77.8, 166.7), (21.3, -157.8)]
    for north, east in middles:
        for _ in range(400):
            far = chance.random() ** 2 * 12
            latitude = max(-84.0, min(84.0, north + chance.uniform(-far, far)))
            spread = far / max(math.cos(math.radians(latitude)), 0.1)
            longitude = (east + chance.uniform(-spread, spread) + 180) % 360 - 180
            key = quadkey_of(latitude, longitude)
            db.execute("INSERT INTO photo (latitude, longitude, quadkey, shown) VALUES (?, ?, ?, 1)",
                       (latitude, longitude, key))  # fmt: skip
    rows = db.execute("SELECT id, latitude, longitude FROM photo").fetchall()
    for north, east in middles:
        for km in (0.5, 5, 30, 200, 1000):
            sql, params = within_km(north, east, km)
            found = {id_ for (id_,) in db.execute(f"SELECT p.id FROM photo p WHERE {sql}", params)}
            apart = {id_: distance(north, east, *spot) / 1000 for id_, *spot in rows}
            slack = 0.005 if km <= 200 else 0.02
            if km <= 200 or abs(north) < 60:
                assert {id_ for id_, far in apart.items() if far <= km * (1 - slack)} <= found
                assert found <= {id_ for id_, far in apart.items() if far <= km * (1 + slack)}


@pytest.mark.parametrize("phrase", ["München", "munchen", "Munique", "Monaco di Baviera", "Мюнхен"])
def test_towns_are_found_by_what_others_call_them(home: Saying, phrase: str) -> None:
    """Whatever language the folders are in."""
    assert find(home, phrase) == {"m1.jpg", "m2.jpg"}
