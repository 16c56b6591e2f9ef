"""The folders of people over a real catalog: what naming, moving, copying, merging and deleting say."""

import json
import unicodedata

import pytest
from helpers.home import Home
from helpers.people import LEFT, RIGHT, group, looks, members, plant
from helpers.people_home import PHOTOS, PeopleHome

from haven_faces.folders import PersonFolder
from haven_fs.errors import AlreadyExists, Forbidden, Refused
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder
from haven_fs.tree.writes import LetsGo, MakesFolders, Removable, Renamable, TakesFolders, TakesPhotos


def person_of(house: Home, name: str) -> int:
    with house.catalog.read() as db:
        from haven_faces.persons import find_person

        found = find_person(db, name)
    assert found is not None
    return found


def test_abilities(house: PeopleHome) -> None:
    tree = house.tree()
    with tree.view() as view:
        person = tree.resolve(view, ["People", "Person 1"])
        assert isinstance(person, PersonFolder)
        for ability in (Renamable, Removable, LetsGo, TakesPhotos, TakesFolders):
            assert isinstance(person, ability)
        assert isinstance(tree.resolve(view, ["People"]), MakesFolders)
        assert isinstance(tree.resolve(view, ["Review", "Unknown faces"]), LetsGo)


def test_people_have_numbers_until_they_are_named(house: PeopleHome) -> None:
    assert house.people() == ["Person 1", "Person 2"]
    assert house.listed("People/Person 1") == PHOTOS
    before = house.stamp("People"), house.stamp("People/Person 1")
    house.rename("Person 1", "Alice")
    assert house.people() == ["Alice", "Person 2"]
    assert members(house) == {"Alice": set(PHOTOS), "Person 2": set(PHOTOS[4:])}
    assert house.stamp("People") != before[0] and house.stamp("People/Alice") != before[1]
    house.rename("alice", "Zoë 👩‍🦰")
    assert house.people() == ["Zoë 👩‍🦰", "Person 2"]


def test_a_number_is_never_given_again(house: PeopleHome) -> None:
    house.rename("Person 2", "Bob")
    house.write("People/Bob", "remove")
    plant(house, PHOTOS[0], [(LEFT, looks(1)), (RIGHT, looks(3))])
    plant(house, PHOTOS[1], [(LEFT, looks(1)), (RIGHT, looks(3))])
    plant(house, PHOTOS[2], [(LEFT, looks(1)), (RIGHT, looks(3))])
    group(house, PHOTOS[:3], RIGHT)
    assert house.people() == ["Person 1", "Person 3"]


def test_a_name_that_is_taken_is_refused(house: PeopleHome) -> None:
    house.rename("Person 1", "Anna")
    for name in ("Anna", "ANNA", unicodedata.normalize("NFD", "Anna")):
        with pytest.raises(Refused, match="already") as refused:
            house.rename("Person 2", name)
        assert type(refused.value) is AlreadyExists
    house.rename("Person 2", "Ännä")
    assert house.people() == ["Anna", "Ännä"]
    with pytest.raises(Refused):
        house.rename("Anna", unicodedata.normalize("NFD", "ÄNNÄ"))
    house.rename("Anna", "ANNA")
    assert house.people() == ["ANNA", "Ännä"]


@pytest.mark.parametrize(
    "name", ["a/b", "x" * 201, "ü" * 128, "Person 7", "person 2", "why?", "dot.", "\x07bell", "a\\b"]
)
def test_names_that_cannot_be_are_refused_in_words(house: PeopleHome, name: str) -> None:
    before = house.people()
    with pytest.raises(Refused) as refused:
        house.rename("Person 1", name)
    assert type(refused.value) is Forbidden and len(refused.value.reason) > 20
    assert house.people() == before


@pytest.mark.parametrize(
    "name", ["a∕b", "x" * 200, "ü" * 100, "O'Neil & Söhne", "%2F", "日本語", "👨‍👩‍👧‍👦", "עברית", "Person", "001 Bond"]
)
def test_odd_names_are_kept_as_they_are(house: PeopleHome, name: str) -> None:
    house.rename("Person 1", name)
    assert name in house.people()
    assert house.listed(f"People/{name}") == PHOTOS


def test_a_number_as_a_name_takes_the_name_away(house: PeopleHome) -> None:
    house.rename("Person 1", "Alice")
    house.rename("Alice", "Person 1")
    assert house.people() == ["Person 1", "Person 2"]
    house.rename("Person 2", "Alice")
    assert house.people() == ["Alice", "Person 1"]


def test_a_photo_moved_is_the_other_ones(house: PeopleHome) -> None:
    house.move(PHOTOS[0], "Person 1", "Person 2")
    assert PHOTOS[0] not in house.listed("People/Person 1")
    assert PHOTOS[0] in house.listed("People/Person 2")
    house.move(PHOTOS[0], "Person 2", "Person 1")
    assert house.listed("People/Person 1") == PHOTOS
    assert house.listed("People/Person 2") == PHOTOS[4:]


def test_what_was_deleted_is_not_that_person_whatever_the_grouping_says(house: PeopleHome) -> None:
    house.delete(PHOTOS[0], "Person 1")
    assert house.listed("People/Person 1") == PHOTOS[1:]
    person = person_of(house, "Person 1")
    group(house, [PHOTOS[0]], person=person)
    assert house.listed("People/Person 1") == PHOTOS[1:]
    # Said again to be in it, it is.
    house.copy(f"Review/Unknown faces/{PHOTOS[0]}", "Person 1")
    assert house.listed("People/Person 1") == PHOTOS


def test_a_copy_takes_the_face_that_fits(house: PeopleHome) -> None:
    photo = house.add("new.jpg")
    house.index()
    plant(house, photo.name, [(LEFT, looks(2, turn=0.3, seed=50)), (RIGHT, looks(1, turn=0.3, seed=50))])
    house.rename("Person 1", "Alice")
    house.copy(f"Review/Unknown faces/{photo.name}", "Alice")
    with house.catalog.read() as db:
        left, said = db.execute(
            "SELECT left, said FROM face WHERE person_id = (SELECT id FROM person WHERE name = 'Alice') AND photo_id ="
            " (SELECT photo_id FROM original WHERE name = 'new.jpg')"
        ).fetchone()
    assert (left, said) == (RIGHT[0], 2)
    # Nobody's face is left that could be a third one's: a tag without a face.
    house.copy(f"People/Alice/{photo.name}", "Person 2")
    house.write("People", "make_folder", "Carl")
    house.copy(f"People/Alice/{photo.name}", "Carl")
    assert house.listed("People/Carl") == [photo.name]
    house.delete(photo.name, "Carl")
    assert house.listed("People/Carl") == [] and "Carl" in house.people()


def test_the_written_name_answers(house: PeopleHome) -> None:
    house.write("People", "make_folder", "Carl")
    house.copy(f"People/Person 1/{PHOTOS[0]}", "Carl", "001 best.jpg")
    house.copy(f"People/Person 1/{PHOTOS[1]}", "Carl", PHOTOS[1].lower())
    assert house.listed("People/Carl") == ["001 best.jpg", PHOTOS[1].lower()]
    tree = house.tree()
    with tree.view() as view:
        for name in ("001 best.jpg", "001 BEST.jpg", PHOTOS[0]):
            assert isinstance(tree.resolve(view, ["People", "Carl", name]), File)
    house.rename("Carl", "Carla")
    house.index()
    assert house.listed("People/Carla") == ["001 best.jpg", PHOTOS[1].lower()]
    house.delete("001 best.jpg", "Carla")
    assert house.listed("People/Carla") == [PHOTOS[1].lower()]
    with house.catalog.read() as db:
        assert db.execute("SELECT name FROM alias").fetchall() == [(PHOTOS[1].lower(),)]


def test_merging(house: PeopleHome) -> None:
    house.rename("Person 1", "Alice")
    house.rename("Person 2", "Alice S")
    house.write("People/Alice", "take_folder", "@People/Alice S")
    assert house.people() == ["Alice"]
    assert members(house) == {"Alice": set(PHOTOS)}
    assert house.listed("People/Alice/Alice S") == PHOTOS  # the URL it was moved to
    with pytest.raises(Refused):
        house.write("People/Alice", "take_folder", "@People/Alice")
    # The name that is free again may be another's.
    house.write("People", "make_folder", "Alice S")
    assert house.people() == ["Alice", "Alice S"]


def test_merging_keeps_who_is_not_in_a_photo(house: PeopleHome) -> None:
    house.delete(PHOTOS[5], "Person 1")
    house.write("People/Person 1", "take_folder", "@People/Person 2")
    assert set(house.listed("People/Person 1")) == set(PHOTOS) - {PHOTOS[5]}


def test_hidden_people(house: PeopleHome) -> None:
    house.rename("Person 1", "Alice")
    house.write("People/Alice", "remove")
    assert house.people() == ["Person 2"]
    assert "Alice" not in members(house)
    with pytest.raises(Refused, match="deleted") as refused:
        house.rename("Person 2", "alice")
    assert type(refused.value) is AlreadyExists
    tree = house.tree()
    with tree.view() as view:
        unknown = tree.resolve(view, ["Review", "Unknown faces"])
        assert isinstance(unknown, Folder) and unknown.photos is not None
        assert unknown.photos.stamp(view.db).count == 0  # nobody asks who the hidden are
    house.write("People", "make_folder", "ALICE")
    assert house.people() == ["Alice", "Person 2"]
    assert house.listed("People/Alice") == PHOTOS
    with pytest.raises(Refused) as refused:
        house.write("People", "make_folder", "Alice")
    assert type(refused.value) is AlreadyExists


def test_deleting_photo_by_photo_and_then_the_folder_only_hides(house: PeopleHome) -> None:
    house.rename("Person 1", "Alice")
    for photo in PHOTOS:
        house.delete(photo, "Alice")
    assert house.listed("People/Alice") == [] and "Alice" in house.people()
    house.write("People/Alice", "remove")
    *taken_out, hidden = (house.data / "corrections.jsonl").read_text().splitlines()
    said = [json.loads(line)["id"] for line in taken_out[1:]]
    assert sorted(json.loads(hidden)["data"]["void"]) == sorted(said), "the record says that they are back"
    house.write("People", "make_folder", "Alice")
    assert house.listed("People/Alice") == PHOTOS


def test_an_old_removal_is_not_part_of_the_gesture(house: PeopleHome) -> None:
    house.delete(PHOTOS[0], "Person 1")
    house.later()
    house.delete(PHOTOS[1], "Person 1")
    house.write("People/Person 1", "remove")
    with house.catalog.write() as w:
        w.db.execute("UPDATE person SET hidden = 0, made = 1")
    assert members(house) == {"Person 2": set(PHOTOS[4:])}
    house.catalog.write()
    with house.catalog.read() as db:
        assert db.execute("SELECT count(*) FROM not_person").fetchone() == (1,)
