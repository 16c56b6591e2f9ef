"""Faces grouped over a real catalog: at once, when all is grouped anew, and never against what the owner said."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers.home import Home
from helpers.people import DIM, LEFT, RIGHT, SPACE, group, looks, members, plant

from haven_faces.keeper import LEARN_AFTER, FaceKeeper
from haven_faces.model import ChosenFaces
from haven_faces.people import People
from haven_faces.persons import find_person
from haven_fs.analysis.progress import Progress
from haven_models.judging import covers_of


class Grouped(Home):
    """A home whose planted faces are grouped."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.add_library()
        self.keeper = self.new_keeper()
        self._number = 0

    def new_keeper(self) -> FaceKeeper:
        keeper = FaceKeeper(self.settings)
        keeper._model = ChosenFaces(self.root, "planted", 0.5)
        return keeper

    def faces(self, *vectors: np.ndarray, quality: float = 0.9) -> str:
        """Add a photo with one or two such faces, and have it grouped; return its name."""
        self._number += 1
        name = f"{self._number:03d}.jpg"
        self.add(name)
        self.index()
        return self.again(name, *vectors, quality=quality)

    def again(self, name: str, *vectors: np.ndarray, quality: float = 0.9) -> str:
        boxes = (LEFT, RIGHT)
        photo_id = plant(self, name, [*zip(boxes, vectors, strict=False)], quality=quality)
        self.keeper.follow(self.catalog, [photo_id])
        return name

    def settle(self) -> None:
        """Have all grouped anew, whether it is due or not."""
        assert self.keeper._model is not None
        self.keeper._regroup(self.catalog, self.keeper._model, lambda: False)

    def correct(self, what: str, *arguments: int | str) -> None:
        """Have the owner say something."""
        with self.catalog.write() as w:
            people = People(w)
            getattr(people, what)(*arguments)
            people.finish()

    def person(self, name: str) -> int:
        with self.catalog.read() as db:
            found = find_person(db, name)
        assert found is not None
        return found

    def id(self, photo: str) -> int:
        with self.catalog.read() as db:
            return int(db.execute("SELECT photo_id FROM original WHERE name = ?", (photo,)).fetchone()[0])

    def age(self) -> None:
        """Have ten minutes pass since all removals."""
        with self.catalog.write() as w:
            w.db.execute("UPDATE not_person SET at = at - ?", (LEARN_AFTER + 1,))


def like(person: int, seed: int) -> np.ndarray:
    return looks(person, turn=0.4, seed=seed)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Grouped]:
    made = Grouped(tmp_path)
    yield made
    made.close()


def test_a_new_photo_finds_its_person_at_once(home: Grouped) -> None:
    first = [home.faces(like(1, seed)) for seed in range(2)]
    assert members(home) == {}  # two photos are no folder yet
    first.append(home.faces(like(1, 2)))
    assert members(home) == {"Person 1": set(first)}
    home.correct("rename", home.person("Person 1"), "Alice")
    first.append(home.faces(like(1, 3), like(2, 3)))
    assert members(home) == {"Alice": set(first)}
    # Whoever starts anew goes on from what the catalog says.
    home.keeper = home.new_keeper()
    first.append(home.faces(like(1, 4)))
    assert members(home) == {"Alice": set(first)}


def test_strangers_become_no_folders(home: Grouped) -> None:
    for stranger in range(12):
        home.faces(like(100 + stranger, 0))
    home.settle()
    assert members(home) == {}


def test_two_faces_in_one_photo_are_two_people(home: Grouped) -> None:
    photos = [home.faces(like(1, seed), like(1, 100 + seed)) for seed in range(6)]
    for _ in range(2):
        with home.catalog.read() as db:
            twice = db.execute(
                "SELECT count(*) FROM (SELECT 1 FROM face WHERE person_id > 0 GROUP BY photo_id, person_id"
                " HAVING count(*) > 1)"
            ).fetchone()
        assert twice == (0,), photos
        home.settle()


def test_what_the_owner_said_holds_when_all_is_grouped_anew(home: Grouped) -> None:
    one = [home.faces(like(1, seed)) for seed in range(8)]
    two = [home.faces(like(2, seed)) for seed in range(8)]
    home.correct("rename", home.person("Person 1"), "Alice")
    home.correct("rename", home.person("Person 2"), "Bob")
    alice, bob = home.person("Alice"), home.person("Bob")
    home.correct("deny", home.id(one[0]), alice)
    home.correct("deny", home.id(one[1]), alice, bob)
    home.correct("add", home.id(two[2]), alice)
    expected = {"Alice": {*one[2:], two[2]}, "Bob": {*two, one[1]}}
    assert members(home) == expected
    for _ in range(2):
        home.settle()
        home.age()
        assert {name: members(home)[name] for name in expected} == expected
    # Another version of the analyzer, which finds the same again.
    for seed, name in enumerate(one):
        home.again(name, like(1, seed))
    home.settle()
    assert {name: members(home)[name] for name in expected} == expected


def test_two_whom_the_owner_made_one_stay_one(home: Grouped) -> None:
    one = [home.faces(like(1, seed)) for seed in range(4)]
    two = [home.faces(like(2, seed)) for seed in range(4)]
    home.correct("merge", home.person("Person 2"), home.person("Person 1"))
    home.settle()
    assert members(home) == {"Person 1": {*one, *two}}
    # And both looks find that person from now on.
    new = [home.faces(like(1, 50)), home.faces(like(2, 50))]
    assert members(home) == {"Person 1": {*one, *two, *new}}


def test_two_annas_stay_two(home: Grouped) -> None:
    """Twins: their faces would be one group, but the owner knows better."""
    photos = [home.faces(like(1, seed)) for seed in range(8)]
    anna = home.person("Person 1")
    home.correct("make", "Hannah")
    for photo in photos[4:]:
        home.correct("deny", home.id(photo), anna, home.person("Hannah"))
    home.settle()
    assert members(home) == {"Person 1": set(photos[:4]), "Hannah": set(photos[4:])}


def test_a_removal_teaches_after_a_while(home: Grouped) -> None:
    """Two who look alike are in one folder; one photo of the other is taken out, and the rest of them follow."""
    base, away = looks(1), looks(2)

    def of(other: float, seed: int) -> np.ndarray:
        noise = np.random.default_rng(seed).normal(size=DIM) * 0.35 / DIM**0.5
        vector = base + other * away + noise
        return (vector / np.linalg.norm(vector)).astype(np.float32)

    mine = [home.faces(of(0, seed)) for seed in range(6)]
    hers = [home.faces(of(1.5, 50 + seed)) for seed in range(6)]
    group(home, [*mine, *hers])
    (name,) = [person for person, photos in members(home).items() if photos == {*mine, *hers}]
    home.correct("deny", home.id(hers[0]), home.person(name))
    home.correct("deny", home.id(hers[1]), home.person(name))
    before = members(home)[name]
    assert not home.keeper._load(home.catalog).barred  # it may have been a slip
    home.age()
    home.settle()
    assert before - members(home)[name] >= set(hers[2:])
    assert members(home)[name] == set(mine)


@pytest.mark.parametrize("why", ["lost", "of another model"])
def test_vectors_that_come_back_one_by_one_change_nothing(home: Grouped, why: str) -> None:
    """While most faces have none, one of nobody's may seem to be of a person of whom only one like it is back."""
    vectors = [looks(who, turn=0.2, seed=seed) for seed in range(6) for who in (1, 2)]
    faces = {home.faces(vector): vector for vector in vectors}
    ann, bob = (home.person(f"Person {number}") for number in (1, 2))
    moved, removed = sorted(members(home)["Person 1"])[:2]
    home.correct("deny", home.id(moved), ann, bob)
    home.correct("deny", home.id(removed), ann)
    before = members(home)
    assert removed not in before["Person 1"] | before["Person 2"]
    if why == "lost":
        home.catalog.vectors.store.drop(SPACE)
    else:
        with home.catalog.write() as w:
            w.db.execute("UPDATE face SET space = 'faces:old'")
    home.keeper.rest()
    for name in sorted(faces, key=lambda name: (name not in (moved, removed), name)):
        home.again(name, faces[name])
    home.keeper.idle(home.catalog, Progress(), lambda: False)
    assert members(home) == before
    late = home.faces(like(2, 50))
    assert members(home) == {**before, "Person 2": before["Person 2"] | {late}}


def test_it_is_done_when_there_is_a_reason(home: Grouped) -> None:
    for seed in range(4):
        home.faces(like(1, seed))
    assert home.keeper._is_due(home.catalog)
    home.keeper.idle(home.catalog, Progress(), lambda: False)
    assert not home.keeper._is_due(home.catalog)
    home.correct("rename", home.person("Person 1"), "Alice")
    assert not home.keeper._is_due(home.catalog)  # the owner may not have finished
    with home.catalog.write() as w:
        w.db.execute("UPDATE correction SET at = at - 60")
    assert home.keeper._is_due(home.catalog)
    home.keeper.idle(home.catalog, Progress(), lambda: False)
    assert not home.keeper._is_due(home.catalog)


def test_things_that_were_taken_for_a_person_go_when_they_are_judged_anew(home: Grouped) -> None:
    """The analyzer's next version finds that they are no faces; nothing else has changed."""
    teddies = [home.faces(like(1, seed)) for seed in range(4)]
    people = [home.faces(like(2, seed)) for seed in range(4)]
    home.keeper.idle(home.catalog, Progress(), lambda: False)
    assert members(home) == {"Person 1": set(teddies), "Person 2": set(people)}
    for seed, name in enumerate(teddies):
        home.again(name, like(1, seed), quality=0.0)
    assert not home.keeper._is_due(home.catalog)
    assert home.keeper._model is not None
    home.keeper._model = replace(home.keeper._model, covers=covers_of([np.eye(DIM)[0]], [0.9], [0.95]))
    assert home.keeper._is_due(home.catalog)
    home.keeper.idle(home.catalog, Progress(), lambda: False)
    assert members(home) == {"Person 2": set(people)}
    assert not home.keeper._is_due(home.catalog)


def test_it_ends_soon_when_it_is_asked_to(home: Grouped) -> None:
    for seed in range(4):
        home.faces(like(1, seed))
    home.keeper.idle(home.catalog, Progress(), lambda: True)
    assert home.keeper._is_due(home.catalog)
