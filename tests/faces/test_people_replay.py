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
from haven_faces.persons import PERSON, find_person
from haven_faces.telling import find, tell
from haven_fs import settle


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


@pytest.mark.parametrize("is_older", [False, True])
def test_taken_out_one_by_one_and_then_hidden(home: Home, tmp_path: Path, is_older: bool) -> None:
    """Programs that delete a folder delete what is in it first: that nobody is said not to be in these is kept too."""
    say(home, lambda people, called: people.rename(called("Person 1"), "Anna"))
    names = [name for name in home.list("/People/Anna") if name.endswith(".jpg")]
    home.delete(f"/People/Anna/{names[0]}")
    home.catalog.close()
    shutil.copy(home.data / "catalog.sqlite", kept := tmp_path / "kept.sqlite")
    home.catalog = home.folder.open_catalog()
    home.delete(f"/People/Anna/{names[1]}")
    assert home.query("SELECT count(*) FROM not_person") == [2]
    home.delete("/People/Anna")
    home.index()
    before = facts(home)
    assert before["not_person"] == []
    home.catalog.close()
    lose(home.data, kept=kept if is_older else None)
    home.catalog = home.folder.open_catalog()
    home.index()
    assert differences(before, facts(home)) == []


def test_whoever_is_found_by_faces_has_a_folder_by_the_number_that_was_known(home: Home) -> None:
    """A grouping that was too small for a folder, and one that has another number now."""
    shown = {path: home.list(f"/People/{path}") for path in ("Person 1", "Person 2")}
    assert all(shown.values())
    with home.catalog.read() as db:
        told = {n: tell(db, PERSON, find_person(db, f"Person {n}"), ()) for n in (1, 2)}
    with home.catalog.write() as w:
        people = People(w)
        photos = w.db.execute("SELECT DISTINCT photo_id FROM face").fetchall()
        w.db.execute("UPDATE person SET number = NULL WHERE number = 1")
        w.db.execute("UPDATE person SET number = 1 WHERE number = 2")
        settle(w, [photo_id for (photo_id,) in photos])
        people.finish()
    assert "Person 2" not in home.list("/People")
    with home.catalog.write() as w:
        for one in told.values():
            assert find(w, PERSON, one, complete=True) is not None
    assert {path: home.list(f"/People/{path}") for path in shown} == shown
