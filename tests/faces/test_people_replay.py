"""People who are merged after somebody was said not to be in a photo, or to be somewhere in one: kept in a loss."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.people import photo_of
from helpers.replaying import differences, facts, lose
from helpers.saying_much import PLUGIN

from haven_faces.people import People
from haven_faces.persons import find_person


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path, [PLUGIN])
    for number in range(30):
        made.add(f"IMG_{number}.jpg", seed=number)
    made.index()
    yield made
    made.close()


def say(home: Home, act: Callable[[People, Callable[[str], int]], None]) -> None:
    with home.catalog.write(by="", place="/People") as w:
        people = People(w)

        def called(name: str) -> int:
            found = find_person(w.db, name)
            assert found is not None
            return found

        act(people, called)
        people.finish()


@pytest.mark.parametrize("is_older", [False, True])
def test_merged(home: Home, tmp_path: Path, is_older: bool) -> None:
    photos = home.query("SELECT photo_id FROM face WHERE person_id = (SELECT id FROM person WHERE number = 1)")
    others = [id_ for id_ in home.query("SELECT id FROM photo ORDER BY id") if id_ not in photos]
    assert photos and others and photo_of(home, "IMG_0.jpg")
    say(home, lambda people, called: people.rename(called("Person 1"), "Anna"))
    say(home, lambda people, called: people.add(photos[1], called("Anna")))  # whom it was grouped with already
    say(home, lambda people, called: people.deny(photos[0], called("Anna")))
    say(home, lambda people, called: people.add(others[0], called("Anna")))
    home.catalog.close()
    shutil.copy(home.data / "catalog.sqlite", kept := tmp_path / "kept.sqlite")
    home.catalog = home.folder.open_catalog()
    say(home, lambda people, called: people.merge(called("Anna"), called("Person 2")))
    say(home, lambda people, called: people.rename(called("Person 2"), "Berta"))
    say(home, lambda people, called: people.deny(others[0], called("Berta")))
    home.index()
    before = facts(home)
    assert len(before["not_person"]) == 2
    home.catalog.close()
    lose(home.data, kept=kept if is_older else None)
    home.catalog = home.folder.open_catalog()
    home.index()
    assert differences(before, facts(home)) == []
