"""Which photos a phrase narrows to, and in which order words find them: the SQL run on a small catalog."""

import json
import sqlite3
from pathlib import Path

import pytest
from little_library import NOW, PHOTOS, found, looked_for, make, matching_words, plan, words_of

from haven_fs import PhotoSet

SHOWN = {name for name, *_, caption in PHOTOS if caption != "not shown"}
PARIS = {"IMG_2041.jpg", "IMG_2042.jpg"}
IPHONES = {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov", "IMG_3000.heic", "b.jpg"}


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("", SHOWN),
        ("dog", SHOWN),
        ("Alice", {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov"}),
        ("Alice and Bob", {"IMG_2042.jpg"}),
        ("Alice or Bob", {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov", "DSC01234.jpg"}),
        ("Alice, Bob or Dan", {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov", "DSC01234.jpg", "j.jpg"}),
        ("Alice without Bob", {"IMG_2041.jpg", "IMG_2043.mov"}),
        ("only Alice", {"IMG_2041.jpg", "IMG_2043.mov"}),
        ("only Alice and Bob", {"IMG_2042.jpg"}),
        ("Carol", {"DSC01235.jpg"}),
        ("Paris", PARIS),
        ("Paris, France", PARIS),
        ("Paris, USA", {"i.jpg"}),
        ("Paris or London", PARIS | {"IMG_2043.mov"}),
        ("Paris and London", PARIS | {"IMG_2043.mov"}),
        ("Paris or France", PARIS | {"PANO_1.jpg", "b.jpg"}),
        ("France", PARIS | {"PANO_1.jpg", "b.jpg"}),
        ("France without Paris", {"PANO_1.jpg", "b.jpg"}),
        ("Springfield", {"P1020304.jpg", "scan_old.jpg"}),
        ("Springfield MO", {"scan_old.jpg"}),
        ("Luxembourg", {"IMG_3000.heic"}),
        ("with Florence", {"scan_old.jpg"}),
        ("in Florence", {"_MG_0001.cr2"}),
        ("Florence 2018", set()),
        ("place:of", {"f.jpg"}),
        ("2019", PARIS),
        ("2019 Alice March", set()),
        ("Alice March", {"IMG_2043.mov"}),
        ("not 2019 Alice", {"IMG_2043.mov"}),
        ("not 2019 in Paris, USA", {"i.jpg"}),
        ("before 2010", {"scan_old.jpg", "g.jpg", "h.jpg"}),
        ("before 2010 after 2008", {"g.jpg"}),
        ("since 2024", {"Screenshot_2024-01-02.png", "beach.jpg", "IMG_3000.heic", "b.jpg"}),
        ("2008 or 2009", {"g.jpg", "h.jpg"}),
        ("2008, 2009 and 2010", {"f.jpg", "g.jpg", "h.jpg"}),
        ("14 July", {"IMG_2041.jpg"}),
        ("14-16 July", PARIS),
        ("29 February", {"d.jpg"}),
        ("July 2019", PARIS),
        ("the 80s", {"scan_old.jpg"}),
        ("christmas", {"_MG_0001.cr2"}),
        ("new year's eve", {"PANO_1.jpg"}),
        ("new year 2018", {"PANO_1.jpg", "P1020304.jpg"}),
        ("in May", {"f.jpg", "g.jpg", "h.jpg"}),
        ("in winter", {"_MG_0001.cr2", "Screenshot_2024-01-02.png", "PANO_1.jpg", "P1020304.jpg", "d.jpg", "j.jpg"}),
        ("last summer", {"DSC01234.jpg", "DSC01235.jpg"}),
        ("last weekend", {"beach.jpg", "b.jpg"}),
        ("on Sundays", {"IMG_2041.jpg", "PANO_1.jpg", "beach.jpg", "c.jpg", "e.jpg"}),
        ("day:14", {"IMG_2041.jpg", "IMG_2043.mov"}),
        ("videos", {"IMG_2043.mov"}),
        ("photos of Alice", PARIS),
        ("photos and videos of Alice", PARIS | {"IMG_2043.mov"}),
        ("Alice without videos", PARIS),
        ("bursts", set()),
        ("type:raw", {"_MG_0001.cr2"}),
        ("screenshots or panoramas", {"Screenshot_2024-01-02.png", "PANO_1.jpg"}),
        ("iPhone", IPHONES),
        ("iPhone 13", {"IMG_2041.jpg", "IMG_2043.mov"}),
        ("iPhone 13 or Canon", {"IMG_2041.jpg", "IMG_2043.mov", "DSC01234.jpg", "DSC01235.jpg", "_MG_0001.cr2"}),
        ("Alice -camera:apple", set()),
        ("France not camera:apple", {"PANO_1.jpg"}),
        ("lens:50mm rating:3", {"DSC01234.jpg"}),
        ("rating:4+", PARIS),
        ("-rating:4+ Canon", {"DSC01234.jpg", "DSC01235.jpg", "_MG_0001.cr2"}),
        ("-rating:4+ iPhone 13", {"IMG_2043.mov"}),
        ("IMG_20", {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov"}),
        ("IMG_2041.jpg", {"IMG_2041.jpg"}),
        ("IMG_2041 or IMG_2042", PARIS),
        ("scan_old", {"scan_old.jpg"}),
        ("DSC0123", {"DSC01234.jpg", "DSC01235.jpg"}),
        ("IMG_9999", set()),
        ("keyword:dog", {"DSC01234.jpg", "beach.jpg"}),
        ("keyword:dog keyword:beach", {"beach.jpg"}),
        ("-keyword:dog keyword:beach", set()),
        ("keyword:été", {"h.jpg"}),
        ("keyword:dog,été", {"DSC01234.jpg", "beach.jpg", "h.jpg"}),
        ("caption:dinner", {"_MG_0001.cr2"}),
        ("colour:blue", set()),
        ("person:Zoltan", set()),
        ("Alice or São Paulo", {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov", "beach.jpg"}),
        ("Alice or 2018", {"IMG_2041.jpg", "IMG_2042.jpg", "IMG_2043.mov", "_MG_0001.cr2", "P1020304.jpg"}),
        ("keyword:dog or keyword:beach", {"DSC01234.jpg", "beach.jpg"}),
        ("iPhone without people", set()),
        ("Canon without people", {"_MG_0001.cr2"}),
        ("Germany", {"d.jpg", "e.jpg"}),
    ],
)
def test_a_phrase_narrows_to(db: sqlite3.Connection, phrase: str, names: set[str]) -> None:
    assert found(db, plan(db, phrase, now=NOW)) == names


def test_the_colour_of_a_plugin_is_a_field(db: sqlite3.Connection) -> None:
    made = plan(db, "colour:red", now=NOW)
    assert [one.kind for one in made.understood] == ["colour"]
    assert found(db, made) == {"beach.jpg"}


def test_a_phrase_narrows_the_photos_it_is_asked_among(db: sqlite3.Connection) -> None:
    within = PhotoSet().narrowed("p.rating BETWEEN ? AND ?", 4, 4).narrowed("p.day > ?", 20000101)
    made = plan(db, "Alice in Paris 2019 without Dan", now=NOW, within=within)
    assert made.photos.where[: len(within.where)] == within.where
    assert made.photos.params[: len(within.params)] == within.params
    assert found(db, made) == {"IMG_2042.jpg"}


def test_of_two_meanings_the_one_that_has_photos_within_is_meant(db: sqlite3.Connection) -> None:
    italy = PhotoSet().narrowed("p.day = ?", 20181225)
    assert found(db, plan(db, "Florence", now=NOW, within=italy)) == {"_MG_0001.cr2"}
    assert found(db, plan(db, "with Florence", now=NOW, within=italy)) == set()
    assert found(db, plan(db, "Florence", now=NOW)) == {"scan_old.jpg"}


@pytest.mark.parametrize(
    ("phrase", "names"),
    [
        ("dog", ["beach.jpg", "DSC01234.jpg"]),
        ("dogs", ["beach.jpg", "DSC01234.jpg"]),
        ("dog on beach", ["beach.jpg", "DSC01234.jpg"]),
        ("dog on beach 2023", ["DSC01234.jpg"]),
        ("ete", ["h.jpg"]),
        ("grandmother", ["scan_old.jpg"]),
        ("2041", ["IMG_2041.jpg"]),
        ('"on beach dog"', []),
        ('"the dog on the beach"', ["DSC01234.jpg"]),
        ("cat", []),
        ("", []),
        ("Alice", []),
        ("🐶", ["DSC01234.jpg", "beach.jpg"]),
    ],
)
def test_words_find_names_captions_and_keywords(db: sqlite3.Connection, phrase: str, names: list[str]) -> None:
    ids = matching_words(db, plan(db, phrase, now=NOW))
    assert sorted(PHOTOS[number - 1][0] for number in ids) == sorted(names)


def test_a_keyword_counts_more_than_a_name(db: sqlite3.Connection) -> None:
    ids = matching_words(db, plan(db, "beach", now=NOW))
    assert [PHOTOS[number - 1][0] for number in ids] == ["beach.jpg", "DSC01234.jpg"]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("dog on beach", "dog on beach", ("dog", "beach")),
        ("dog on the beach in Paris", "dog on the beach", ("dog", "beach")),
        ("DOG dog", "DOG dog", ("dog",)),
        ("Café Straße", "Café Straße", ("café", "straße")),
        ('"New York" pizza', "New York pizza", ("new york", "pizza")),
        ("the who", "the who", ("the", "who")),
        ("t-shirt", "t-shirt", ("t-shirt",)),
        ("2041", "", ("2041",)),
        ("🐶", "🐶", ("dog",)),
        ("Alice", "", ()),
    ],
)
def test_what_is_left_is_a_text_and_words(
    db: sqlite3.Connection, phrase: str, text: str, words: tuple[str, ...]
) -> None:
    made = plan(db, phrase, now=NOW)
    assert (looked_for(made), words_of(made)) == (text, words)


def test_a_plan_explains_itself(db: sqlite3.Connection) -> None:
    text = plan(db, "dog on  beach Paris 2019 without Bob", now=NOW).explain()
    assert text.replace("\r\n", "").find("\n") == -1
    assert text.endswith("\r\n")
    parts = [line.strip().split(": ") for line in text.split("\r\n") if line.startswith("    ")]
    assert parts == [["Paris", "taken in Paris"], ["2019", "taken in 2019"], ["without Bob", "without Bob"]]
    assert "You searched for: dog on beach Paris 2019 without Bob\r\n" in text
    assert "look like: dog on beach\r\n" in text
    assert "name, caption or keywords contain: dog, beach\r\n" in text


def test_a_plan_without_anything_says_so(db: sqlite3.Connection) -> None:
    assert "all photos" in plan(db, "", now=NOW).explain()
    assert "only its beginning" in plan(db, "dog " * 200, now=NOW).explain()


def test_an_ambiguous_name_says_how_to_mean_the_other(db: sqlite3.Connection) -> None:
    assert "for the place, write: in Florence" in plan(db, "Florence", now=NOW).explain()
    assert "for the person, write: with Florence" in plan(db, "in Florence", now=NOW).explain()


def test_a_plan_is_json(db: sqlite3.Connection) -> None:
    made = json.loads(json.dumps(plan(db, "dog Paris -Bob", now=NOW).as_json()))
    assert made == {
        "phrase": "dog Paris -Bob",
        "understood": [
            {"kind": "place", "written": "Paris", "meaning": "taken in Paris"},
            {"kind": "person", "written": "-Bob", "meaning": "without Bob"},
        ],
        "looked_for": [["dog"]],
        "left_out": [],
        "notes": [],
    }


def meanings(db: sqlite3.Connection, phrase: str) -> list[str]:
    return [one.meaning for one in plan(db, phrase, now=NOW).understood]


def test_new_names_are_known_at_once(tmp_path: Path) -> None:
    db = make(str(tmp_path / "catalog.sqlite"))
    assert meanings(db, "Eve Arden Leica") == []
    db.execute("INSERT INTO value (facet, key, name, fold, seq) VALUES ('person', 'e', 'Eve Arden', 'eve arden', 9)")
    db.execute("UPDATE photo SET make = 'Leica', model = 'M10' WHERE id = 1")
    db.execute("UPDATE state SET value = 9 WHERE key = 'seq'")
    assert meanings(db, "Eve Arden Leica") == ["with Eve Arden", "taken with Leica M10"]
    db.execute("UPDATE value SET name = 'Ada', fold = 'ada', seq = 10 WHERE key = 'e'")
    db.execute("UPDATE state SET value = 10 WHERE key = 'seq'")
    assert meanings(db, "Ada with Eve Arden") == ["with Ada"]
    db.close()
