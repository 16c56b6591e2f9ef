"""/Review/Maybe: whom an unknown face may be, what confirming and declining it says, and that it is only a question."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.home import Home
from helpers.people import DIM, LEFT, RIGHT, looks, members, plant

from haven_faces.keeper import FaceKeeper
from haven_faces.model import ChosenFaces
from haven_faces.people import People
from haven_faces.persons import find_person
from haven_fs.analysis.progress import Progress

RED, BLUE = [100.0] + [0.0] * 26, [0.0] * 26 + [100.0]


def turned(cosine: float, seed: int) -> np.ndarray:
    """Return a face that is so like the first person's looks."""
    own, other = looks(1), np.random.default_rng(seed).normal(size=DIM)
    other -= (other @ own) * own
    return (cosine * own + (1 - cosine**2) ** 0.5 * other / np.linalg.norm(other)).astype(np.float32)


class Asked(Home):
    """A home with Alice in four photos of one day, all in red."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.add_library()
        self.keeper = FaceKeeper(self.settings)
        self.keeper._model = ChosenFaces(self.root, "planted", 0.5)
        for number in range(4):
            self.face(f"a{number}.jpg", looks(1, turn=0.2, seed=number), taken=f"2020-05-04 12:0{number}:00")
        with self.catalog.write() as w:
            people = People(w)
            person = find_person(w.db, "Person 1")
            assert person is not None
            people.rename(person, "Alice")
            people.finish()

    def face(self, name: str, vector: np.ndarray, *, taken: str = "2021-01-01 12:00:00", clothes: object = RED) -> None:
        self.add(name, taken)
        self.index()
        self.keeper.follow(self.catalog, [plant(self, name, [(LEFT, vector)], clothes=clothes)])

    def settle(self) -> None:
        with self.catalog.write() as w:
            w.db.execute("UPDATE correction SET at = at - 60")
            w.db.execute("DELETE FROM state WHERE key = 'grouped'")
        self.keeper.idle(self.catalog, Progress(), lambda: False)

    def asked(self) -> dict[str, list[str]]:
        with self.looking() as look:
            if look.at("Review/Maybe") is None:
                return {}
            return {name: look.files(f"Review/Maybe/{name}") for name in look.folders("Review/Maybe")}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Asked]:
    made = Asked(tmp_path)
    yield made
    made.close()


def test_a_face_that_is_nearly_like_is_asked_about(home: Asked) -> None:
    home.face("turned.jpg", turned(0.5, 1))
    home.face("stranger.jpg", turned(0.05, 2))
    assert home.asked() == {}, "nothing is worked out while a photo comes or a folder is listed"
    home.settle()
    assert home.asked() == {"Alice": ["turned.jpg"]}
    assert "turned.jpg" not in members(home)["Alice"], "it is only a question"


def test_moving_it_to_the_person_says_yes(home: Asked) -> None:
    home.face("turned.jpg", turned(0.5, 1))
    home.settle()
    home.move("Review/Maybe/Alice/turned.jpg", "People/Alice/turned.jpg")
    assert "turned.jpg" in members(home)["Alice"]
    assert home.asked() == {}
    home.undo()
    assert home.asked() == {"Alice": ["turned.jpg"]}


def test_the_face_that_was_asked_about_is_meant(home: Asked) -> None:
    home.add("two.jpg", "2021-01-01 12:00:00")
    home.index()
    plant(home, "two.jpg", [(LEFT, turned(0.49, 3)), (RIGHT, looks(7))])
    home.settle()
    home.copy("Review/Maybe/Alice/two.jpg", "People/Alice/two.jpg")
    assert home.query("SELECT left FROM face WHERE said = 2") == [LEFT[0]]


def test_deleting_it_is_not_asking_again_and_nothing_else(home: Asked) -> None:
    home.face("turned.jpg", turned(0.5, 1))
    home.settle()
    home.delete("Review/Maybe/Alice/turned.jpg")
    home.settle()
    assert home.asked() == {}
    with home.looking() as look:
        assert "turned.jpg" in look.files("Review/Unknown faces")
    assert home.query("SELECT count(*) FROM not_person") == [0]
    home.undo()
    assert home.asked() == {"Alice": ["turned.jpg"]}


@pytest.mark.parametrize(
    ("taken", "clothes", "is_asked"),
    [
        ("2020-05-04 15:00:00", RED, True),
        ("2020-05-04 15:00:00", BLUE, False),
        ("2020-05-04 15:00:00", None, False),
        ("2020-05-06 12:00:00", RED, False),
    ],
)
def test_time_and_clothes_speak_for_a_face_that_is_less_like(
    home: Asked, taken: str, clothes: object, is_asked: bool
) -> None:
    home.face("profile.jpg", turned(0.35, 1), taken=taken, clothes=clothes)
    home.settle()
    assert home.asked() == ({"Alice": ["profile.jpg"]} if is_asked else {})


def test_nobody_is_asked_about_who_is_there_or_was_denied(home: Asked) -> None:
    home.add("both.jpg", "2021-01-01 12:00:00")
    home.face("denied.jpg", turned(0.5, 4))
    home.index()
    home.keeper.follow(
        home.catalog, [plant(home, "both.jpg", [(LEFT, looks(1, turn=0.2, seed=30)), (RIGHT, turned(0.5, 5))])]
    )
    home.copy("Review/Unknown faces/denied.jpg", "People/Alice/denied.jpg")
    home.delete("People/Alice/denied.jpg")
    home.settle()
    assert "both.jpg" in members(home)["Alice"]
    assert home.asked() == {}
