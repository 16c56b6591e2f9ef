"""The folders of people over a real catalog: what naming, moving, copying and deleting say, and that it lasts."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.catalogs import open_catalog
from helpers.home import Home
from helpers.people import LEFT, RIGHT, SPACE, face, group, looks, members, plant, say

from haven_faces.folders import PEOPLE, UNKNOWN, PersonFolder
from haven_fs.catalog.corrections import FILE
from haven_fs.catalog.findings import Analysis
from haven_fs.catalog.undo import KIND, corrections, undo
from haven_fs.errors import AlreadyExists, Forbidden, Refused
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder
from haven_fs.tree.tree import Tree
from haven_fs.tree.writes import LetsGo, MakesFolders, Removable, Renamable, TakesFolders, TakesPhotos

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 9)]


class House(Home):
    """A home, and writing to the folders of its people as a provider does."""

    def tree(self) -> Tree:
        folders = {one.path: one for one in (PEOPLE, UNKNOWN)}
        return Tree(self.catalog, self.settings, folders)

    def listed(self, path: str) -> list[str]:
        """Return the files in a folder, aliases among them."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            assert isinstance(folder, Folder), path
            files = folder.files()
            names = [file.name for file in files.files(view.db)] if files is not None else []
            return sorted([*names, *(file.name for file in folder.extras())])

    def people(self) -> list[str]:
        """Return the folders in /People."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, ["People"])
            assert isinstance(folder, Folder)
            return [entry.name for entry in folder.entries()]

    def stamp(self, path: str) -> str:
        """Return a folder's version."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            assert isinstance(folder, Folder), path
            return str(folder.stamp())

    def write(self, path: str, what: str, *arguments: Any) -> None:
        """Call a write of a folder; arguments that are paths of the tree ("@People/Alice") are opened first."""
        tree = self.tree()
        with tree.view() as view:
            folder = tree.resolve(view, path.split("/"))
            opened = [
                tree.resolve(view, a[1:].split("/")) if isinstance(a, str) and a.startswith("@") else a
                for a in arguments
            ]
            assert folder is not None and None not in opened, (path, arguments)
            with self.catalog.write(by="", place=path) as w:
                getattr(folder, what)(w, *opened)

    def rename(self, name: str, to: str) -> None:
        self.write(f"People/{name}", "rename", to)

    def copy(self, photo: str, person: str, name: str | None = None) -> None:
        """Copy a photo of another person's, or of any, into a person's folder."""
        self.write(f"People/{person}", "put_photo", name or photo.rpartition("/")[2], f"@{photo}")

    def move(self, photo: str, source: str, to: str) -> None:
        source_path, photo_path = f"@People/{source}", f"@People/{source}/{photo}"
        self.write(f"People/{to}", "move_photo", photo, photo_path, source_path)

    def delete(self, photo: str, person: str) -> None:
        self.write(f"People/{person}", "take_out", f"@People/{person}/{photo}")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Eight photos: somebody (1) at the left of all, somebody else (2) at the right of the last four."""
    made = House(tmp_path, settings={"people.least_quality": 0.3, "people.covers": False})
    for name in PHOTOS:
        made.add(name)
    made.index()
    for number, name in enumerate(PHOTOS):
        both = [(LEFT, looks(1, turn=0.3, seed=number))]
        if number >= 4:
            both.append((RIGHT, looks(2, turn=0.3, seed=number)))
        plant(made, name, both)
    group(made, PHOTOS)
    group(made, PHOTOS[4:], RIGHT)
    yield made
    made.close()


def test_abilities(house: House) -> None:
    tree = house.tree()
    with tree.view() as view:
        person = tree.resolve(view, ["People", "Person 1"])
        assert isinstance(person, PersonFolder)
        for ability in (Renamable, Removable, LetsGo, TakesPhotos, TakesFolders):
            assert isinstance(person, ability)
        assert isinstance(tree.resolve(view, ["People"]), MakesFolders)
        assert isinstance(tree.resolve(view, ["Review", "Unknown faces"]), LetsGo)


def test_people_have_numbers_until_they_are_named(house: House) -> None:
    assert house.people() == ["Person 1", "Person 2"]
    assert house.listed("People/Person 1") == PHOTOS
    before = house.stamp("People"), house.stamp("People/Person 1")
    house.rename("Person 1", "Alice")
    assert house.people() == ["Alice", "Person 2"]
    assert members(house) == {"Alice": set(PHOTOS), "Person 2": set(PHOTOS[4:])}
    assert house.stamp("People") != before[0] and house.stamp("People/Alice") != before[1]
    house.rename("alice", "Zoë 👩‍🦰")
    assert house.people() == ["Zoë 👩‍🦰", "Person 2"]


def test_a_number_is_never_given_again(house: House) -> None:
    house.rename("Person 2", "Bob")
    house.write("People/Bob", "remove")
    plant(house, PHOTOS[0], [(LEFT, looks(1)), (RIGHT, looks(3))])
    plant(house, PHOTOS[1], [(LEFT, looks(1)), (RIGHT, looks(3))])
    plant(house, PHOTOS[2], [(LEFT, looks(1)), (RIGHT, looks(3))])
    group(house, PHOTOS[:3], RIGHT)
    assert house.people() == ["Person 1", "Person 3"]


def test_a_name_that_is_taken_is_refused(house: House) -> None:
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
def test_names_that_cannot_be_are_refused_in_words(house: House, name: str) -> None:
    before = house.people()
    with pytest.raises(Refused) as refused:
        house.rename("Person 1", name)
    assert type(refused.value) is Forbidden and len(refused.value.reason) > 20
    assert house.people() == before


@pytest.mark.parametrize(
    "name", ["a∕b", "x" * 200, "ü" * 100, "O'Neil & Söhne", "%2F", "日本語", "👨‍👩‍👧‍👦", "עברית", "Person", "001 Bond"]
)
def test_odd_names_are_kept_as_they_are(house: House, name: str) -> None:
    house.rename("Person 1", name)
    assert name in house.people()
    assert house.listed(f"People/{name}") == PHOTOS


def test_a_number_as_a_name_takes_the_name_away(house: House) -> None:
    house.rename("Person 1", "Alice")
    house.rename("Alice", "Person 1")
    assert house.people() == ["Person 1", "Person 2"]
    house.rename("Person 2", "Alice")
    assert house.people() == ["Alice", "Person 1"]


def test_a_photo_moved_is_the_other_ones(house: House) -> None:
    house.move(PHOTOS[0], "Person 1", "Person 2")
    assert PHOTOS[0] not in house.listed("People/Person 1")
    assert PHOTOS[0] in house.listed("People/Person 2")
    house.move(PHOTOS[0], "Person 2", "Person 1")
    assert house.listed("People/Person 1") == PHOTOS
    assert house.listed("People/Person 2") == PHOTOS[4:]


def test_what_was_deleted_is_not_that_person_whatever_the_grouping_says(house: House) -> None:
    house.delete(PHOTOS[0], "Person 1")
    assert house.listed("People/Person 1") == PHOTOS[1:]
    person = person_of(house, "Person 1")
    group(house, [PHOTOS[0]], person=person)
    assert house.listed("People/Person 1") == PHOTOS[1:]
    # Said again to be in it, it is.
    house.copy(f"Review/Unknown faces/{PHOTOS[0]}", "Person 1")
    assert house.listed("People/Person 1") == PHOTOS


def test_a_copy_takes_the_face_that_fits(house: House) -> None:
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


def test_the_written_name_answers(house: House) -> None:
    house.write("People", "make_folder", "Carl")
    house.copy(f"People/Person 1/{PHOTOS[0]}", "Carl", "001 best.jpg")
    house.copy(f"People/Person 1/{PHOTOS[1]}", "Carl", PHOTOS[1].lower())
    assert house.listed("People/Carl") == ["001 best.jpg", PHOTOS[1]]
    tree = house.tree()
    with tree.view() as view:
        for name in ("001 best.jpg", "001 BEST.jpg", PHOTOS[0]):
            assert isinstance(tree.resolve(view, ["People", "Carl", name]), File)
    house.rename("Carl", "Carla")
    house.index()
    assert house.listed("People/Carla") == ["001 best.jpg", PHOTOS[1]]
    house.delete("001 best.jpg", "Carla")
    assert house.listed("People/Carla") == [PHOTOS[1]]
    with house.catalog.read() as db:
        assert db.execute("SELECT count(*) FROM alias").fetchone() == (0,)


def test_merging(house: House) -> None:
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


def test_merging_keeps_who_is_not_in_a_photo(house: House) -> None:
    house.delete(PHOTOS[5], "Person 1")
    house.write("People/Person 1", "take_folder", "@People/Person 2")
    assert set(house.listed("People/Person 1")) == set(PHOTOS) - {PHOTOS[5]}


def test_hidden_people(house: House) -> None:
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


def test_deleting_photo_by_photo_and_then_the_folder_only_hides(house: House) -> None:
    house.rename("Person 1", "Alice")
    for photo in PHOTOS:
        house.delete(photo, "Alice")
    assert house.listed("People/Alice") == [] and "Alice" in house.people()
    house.write("People/Alice", "remove")
    house.write("People", "make_folder", "Alice")
    assert house.listed("People/Alice") == PHOTOS


def test_an_old_removal_is_not_part_of_the_gesture(house: House) -> None:
    house.delete(PHOTOS[0], "Person 1")
    with house.catalog.write() as w:
        w.db.execute("UPDATE not_person SET at = at - 60")
    house.delete(PHOTOS[1], "Person 1")
    house.write("People/Person 1", "remove")
    with house.catalog.write() as w:
        w.db.execute("UPDATE person SET hidden = 0, made = 1")
    assert members(house) == {"Person 2": set(PHOTOS[4:])}
    house.catalog.write()
    with house.catalog.read() as db:
        assert db.execute("SELECT count(*) FROM not_person").fetchone() == (1,)


def person_of(house: Home, name: str) -> int:
    with house.catalog.read() as db:
        from haven_faces.persons import find_person

        found = find_person(db, name)
    assert found is not None
    return found


def everything(house: House) -> dict[str, list[str]]:
    return {name: house.listed(f"People/{name}") for name in house.people()}


def test_all_that_was_said_outlasts_analyses(house: House) -> None:
    house.rename("Person 1", "Alice")
    house.move(PHOTOS[4], "Alice", "Person 2")
    house.delete(PHOTOS[0], "Alice")
    house.write("People", "make_folder", "Carl")
    house.copy(f"People/Alice/{PHOTOS[2]}", "Carl", "x.jpg")
    said = everything(house)
    assert PHOTOS[0] not in said["Alice"] and said["Carl"] == ["x.jpg"]
    # Another model finds the same faces a little elsewhere, with other vectors, and in one photo none.
    for number, name in enumerate(PHOTOS):
        moved = [tuple(side + 0.01 for side in LEFT)] + ([tuple(side - 0.01 for side in RIGHT)] if number >= 4 else [])
        plant(house, name, [(box, looks(50 + number)) for box in moved] if number != 4 else [], version=2)
    assert everything(house) == said
    with house.catalog.write() as w:
        w.db.execute("DELETE FROM analysis")
        w.db.execute("UPDATE original SET probed = 0")
    house.index()
    assert everything(house) == said


def test_names_in_files(house: House) -> None:
    for photo in PHOTOS[:2]:
        named = [face([0.05, 0.15, 0.35, 0.55], None, name="Alice"), face(None, None, name="Grandma")]  # type: ignore[arg-type]
        say(house, photo_id(house, photo), "names", Analysis(1, json.dumps({"regions": named})))
    assert everything(house)["Alice"] == PHOTOS[:2]
    assert everything(house)["Grandma"] == PHOTOS[:2]
    with house.catalog.read() as db:
        rows = db.execute("SELECT count(*) FROM face WHERE said = 1 AND space = ?", (SPACE,)).fetchone()
    assert rows == (2,)  # the faces that were there
    # The owner knows better than the file, and a renamed person is still the one the file means.
    house.rename("Alice", "Alicia")
    house.delete(PHOTOS[1], "Alicia")
    named = [face([0.05, 0.15, 0.35, 0.55], None, name="Alice")]
    for photo in PHOTOS[:3]:
        say(house, photo_id(house, photo), "names", Analysis(2, json.dumps({"regions": named})))
    assert everything(house)["Alicia"] == [PHOTOS[0], PHOTOS[2]]
    assert "Alice" not in house.people() and everything(house)["Grandma"] == []


def photo_id(house: Home, name: str) -> int:
    with house.catalog.read() as db:
        return int(db.execute("SELECT photo_id FROM original WHERE name = ?", (name,)).fetchone()[0])


def test_unknown_faces_wait_in_review(house: House) -> None:
    strangers = [house.add(f"street{number}.jpg").name for number in range(3)]
    house.index()
    for number, name in enumerate(strangers):
        plant(house, name, [(LEFT, looks(20 + number))], quality=0.9 if number else 0.1)
    assert house.listed("Review/Unknown faces") == strangers[1:]  # a blur is nobody's business
    assert house.people() == ["Person 1", "Person 2"]
    house.write("Review/Unknown faces", "take_out", f"@Review/Unknown faces/{strangers[1]}")
    assert house.listed("Review/Unknown faces") == strangers[2:]
    house.copy(f"Review/Unknown faces/{strangers[2]}", "Person 1")
    assert house.listed("Review/Unknown faces") == []


def test_each_correction_is_a_line_on_disk(house: House) -> None:
    house.rename("Person 1", "Alice")
    house.delete(PHOTOS[0], "Alice")
    lines = [json.loads(line) for line in (house.data / FILE).read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["person named", "person not in photo"]
    assert lines[1]["file"].endswith(f"Pictures/{PHOTOS[0]}") and lines[1]["fingerprint"]
    # A line that was cut short by a kill, or never written, is there after the next start.
    with (house.data / FILE).open("r+b") as file:
        file.truncate((house.data / FILE).stat().st_size - 20)
    house.catalog.close()

    house.catalog = open_catalog(house.data)
    assert [json.loads(line) for line in (house.data / FILE).read_text().splitlines()] == lines


def test_everything_said_can_be_taken_back(house: House) -> None:
    steps = (
        lambda: house.rename("Person 1", "Alice"),
        lambda: house.move(PHOTOS[4], "Alice", "Person 2"),
        lambda: house.delete(PHOTOS[0], "Alice"),
        lambda: house.write("People", "make_folder", "Carl"),
        lambda: house.copy(f"People/Alice/{PHOTOS[2]}", "Carl", "x.jpg"),
        lambda: house.write("Review/Unknown faces", "take_out", f"@Review/Unknown faces/{PHOTOS[0]}"),
        lambda: house.write("People/Alice", "take_folder", "@People/Person 2"),
        lambda: house.rename("Carl", "Person Two"),
        lambda: house.write("People/Alice", "remove"),
        lambda: house.write("People", "make_folder", "alice"),
    )
    states = [state(house)]
    for step in steps:
        step()
        states.append(state(house))
    assert len({str(one) for one in states}) == len(states)
    with house.catalog.read() as db:
        said = corrections(db)
    assert len(said) == len(steps)
    for number in range(len(steps) - 1, -1, -1):
        take_back(house, [said[len(steps) - 1 - number].id])
        assert state(house) == states[number], number
    # Taking back is taken back too: all at once, the newest first.
    with house.catalog.read() as db:
        again = [one.id for one in corrections(db) if one.kind == KIND]
    take_back(house, again)
    assert state(house) == states[-1]
    take_back(house, [one.id for one in said])
    assert state(house) == states[0]


def test_names_that_were_exchanged_are_again(house: House) -> None:
    house.rename("Person 1", "A")
    house.rename("Person 2", "B")
    before = state(house)
    for name, to in (("A", "C"), ("B", "A"), ("C", "B")):
        house.rename(name, to)
    with house.catalog.read() as db:
        last = [one.id for one in corrections(db, limit=3)]
    take_back(house, last)
    assert state(house) == before


def take_back(house: House, ids: list[int]) -> None:
    with house.catalog.read() as db:
        chosen = corrections(db, ids=ids)
    with house.catalog.write(by="") as w:
        assert undo(w, chosen, 0.0).left == 0


def state(house: House) -> dict[str, Any]:
    """Return all that folders of people show."""
    with house.catalog.read() as db:
        values = db.execute("SELECT name FROM value WHERE facet = 'person' ORDER BY name").fetchall()
    return {
        "people": everything(house),
        "in": members(house),
        "unknown": house.listed("Review/Unknown faces"),
        "v": values,
    }
