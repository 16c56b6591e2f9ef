"""Random walks of mixed writes: people, albums, favourites, dates and narrowed folders against a simple model of them.

After each write the folders show what the model says, and taking back any suffix of what was said brings back the state
before it. Real names, and writes as a provider makes them.
"""

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.effort import times
from helpers.people import LEFT, RIGHT, group, looks, plant
from helpers.saying import Saying
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haven_fs.catalog.history import corrections
from haven_fs.catalog.undo import undo
from haven_fs.errors import AlreadyExists, Conflict, Forbidden, Refused
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder

pytestmark = pytest.mark.long

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 7)]
NAMES = ["Alice", "Bob", "Carl", "Dora 👩", "Ève"]
ALBUMS = ["Summer", "Winter", "Been & done"]
MONTHS = ["2020-05", "2021-06"]
Model = dict[str, Any]


class Walked(Saying):
    """A home whose writes are done as a provider does them."""

    def write(self, path: str, what: str, *arguments: Any, place: str | None = None) -> None:
        """Call a write of a folder; arguments that begin with "@" are opened first. Raises Refused."""
        tree = self.tree()
        with tree.view() as view:

            def opened(one: str) -> Any:
                found = tree.resolve(view, one.split("/"))
                assert found is not None, one
                return found

            folder = opened(path)
            given = [opened(one[1:]) if isinstance(one, str) and one.startswith("@") else one for one in arguments]
            with self.catalog.write(by="", place=place or path) as w:
                if what == "narrow":
                    tree.narrow(w, folder, *given)
                else:
                    getattr(folder, what)(w, *given)

    def shown(self) -> Model:
        """Return what the folders show."""
        months = {month: set(self.listed(f"Timeline/{month[:4]}/{month}")) for month in MONTHS}
        people = {name: set(self.listed(f"People/{name}")) for name in self.folders("People")}
        albums = {name: set(self.listed(f"Albums/{name}")) for name in self.folders("Albums")}
        return {"people": people, "albums": albums, "favorites": set(self.listed("Favorites")), "months": months}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    made = Walked(tmp_path_factory.mktemp("walked"))
    for number, name in enumerate(PHOTOS):
        made.add(name, f"{MONTHS[number % 2]}-04 12:00:00")
    made.index()
    for number, name in enumerate(PHOTOS):
        plant(made, name, [(LEFT, looks(1, seed=number)), (RIGHT, looks(2, seed=number))])
    group(made, PHOTOS[:4])
    group(made, PHOTOS[2:], RIGHT)
    yield made
    made.close()


def first(home: Walked) -> Model:
    return {
        "people": {"Person 1": set(PHOTOS[:4]), "Person 2": set(PHOTOS[2:])},
        "albums": {},
        "favorites": set(),
        "months": {MONTHS[0]: set(PHOTOS[::2]), MONTHS[1]: set(PHOTOS[1::2])},
    }


def step(home: Walked, model: Model, dice: random.Random) -> bool:
    """Do one write and have the model do the same; tell whether it was taken."""
    people, albums = model["people"], model["albums"]
    photo = dice.choice(PHOTOS)
    month = next(m for m in MONTHS if photo in model["months"][m])
    source = f"@Timeline/{month[:4]}/{month}/{photo}"
    what = dice.choice(["name", "make", "add", "deny", "move", "album", "put", "take", "shift",
                        "favorite", "unfavorite", "then"])  # fmt: skip
    one = dice.choice(sorted(people)) if people else None
    other = dice.choice(sorted(people)) if people else None
    name, album = dice.choice(NAMES), dice.choice(ALBUMS)
    try:
        if what == "name" and one:
            home.write(f"People/{one}", "rename", name, place="People")
            people[name] = people.pop(one)
        elif what == "make":
            home.write("People", "make_folder", name)
            people[name] = set()
        elif what == "add" and one:
            home.write(f"People/{one}", "put_photo", photo, source)
            people[one].add(photo)
        elif what == "deny" and one and people[one]:
            photo = dice.choice(sorted(people[one]))
            home.write(f"People/{one}", "take_out", f"@People/{one}/{photo}")
            people[one].discard(photo)
        elif what == "move" and one and other and one != other and people[one]:
            photo = dice.choice(sorted(people[one]))
            home.write(f"People/{other}", "move_photo", photo, f"@People/{one}/{photo}", f"@People/{one}", place=one)
            people[one].discard(photo)
            people[other].add(photo)
        elif what == "favorite":
            home.write("Favorites", "put_photo", photo, source)
            model["favorites"].add(photo)
        elif what == "unfavorite" and model["favorites"]:
            photo = dice.choice(sorted(model["favorites"]))
            home.write("Favorites", "take_out", f"@Favorites/{photo}")
            model["favorites"].discard(photo)
        elif what == "album":
            home.write("Albums", "make_folder", album)
            albums[album] = set()
        elif what == "put" and albums:
            album = dice.choice(sorted(albums))
            home.write(f"Albums/{album}", "put_photo", photo, source)
            albums[album].add(photo)
        elif what == "take" and albums and albums[album := dice.choice(sorted(albums))]:
            photo = dice.choice(sorted(albums[album]))
            home.write(f"Albums/{album}", "take_out", f"@Albums/{album}/{photo}")
            albums[album].discard(photo)
        elif what == "shift" and len(albums) > 1 and albums[album := dice.choice(sorted(albums))]:
            to = dice.choice(sorted(set(albums) - {album}))
            photo = dice.choice(sorted(albums[album]))
            home.write(f"Albums/{to}", "move_photo", photo, f"@Albums/{album}/{photo}", f"@Albums/{album}", place=album)
            albums[album].discard(photo)
            albums[to].add(photo)
        elif what == "then" and model["months"][to := MONTHS[1 - MONTHS.index(month)]]:
            home.write(f"Timeline/{to[:4]}/{to}", "move_photo", photo, source, source.rpartition("/")[0], place=month)
            model["months"][month].discard(photo)
            model["months"][to].add(photo)
        else:
            return False
    except Refused as refused:
        assert isinstance(refused, Forbidden | Conflict | AlreadyExists), (what, refused.reason)
        return False
    return True


@settings(max_examples=times(8, 16), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), steps=st.integers(5, 80), back=st.integers(1, 80))
def test_a_walk_and_back(home: Walked, seed: int, steps: int, back: int) -> None:
    dice, model = random.Random(seed), first(home)
    assert visible(home.shown()) == model
    with home.catalog.read() as db:
        begun = db.execute("SELECT coalesce(max(id), 0) FROM correction").fetchone()[0]
    states: list[tuple[int, Model]] = [(begun, copy.deepcopy(model))]
    for _ in range(steps):
        if not step(home, model, dice):
            continue
        assert visible(home.shown()) == visible(model)
        with home.catalog.read() as db:
            last = db.execute("SELECT max(id) FROM correction").fetchone()[0]
        states.append((last, copy.deepcopy(model)))
    after, state = states[max(0, len(states) - 1 - back)]
    take_back(home, after)
    assert visible(home.shown()) == visible(state)
    take_back(home, begun)
    assert visible(home.shown()) == first(home)


def visible(model: Model) -> Model:
    """Return a model without people who have neither name nor photos: such a folder is there for ten minutes more."""
    people = {n: p for n, p in model["people"].items() if p or not n.startswith("Person ")}
    return {**{kind: model[kind] for kind in ("albums", "favorites", "months")}, "people": people}


def take_back(home: Walked, after: int) -> None:
    with home.catalog.write(by="", place="undo") as w:
        said = [one for one in corrections(w.db) if one.id > after and one.undone is None and one.kind != "taken back"]
        assert undo(w, said, 1.0).left == 0


def test_no_original_was_touched(home: Walked) -> None:
    assert sorted(path.name for path in Path(home.root).iterdir()) == PHOTOS
    with home.opened("Timeline") as folder:
        assert isinstance(folder, Folder)
    with home.opened(f"Timeline/2020/2020-05/{PHOTOS[0]}") as file:
        assert isinstance(file, File)
