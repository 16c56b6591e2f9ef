"""Forgetting somebody whom the record knows from a catalog that was lost or went back: no line of it is left."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.catalogs import open_catalog
from helpers.home import Home
from helpers.people import LEFT, RIGHT, group, looks, plant
from helpers.scrubbing import full_disk
from helpers.serving import haven

from haven_faces.forget import forget, scrub
from haven_faces.people import People
from haven_faces.persons import find_person

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 4)]
NAME = "Zacharias Q"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Three photos with two people in each: both are named and one photo is denied to both."""
    made = Home(tmp_path)
    for photo in PHOTOS:
        made.add(photo)
    made.index()
    for photo in PHOTOS:
        plant(made, photo, [(LEFT, looks(1)), (RIGHT, looks(2))])
    first, second = group(made, PHOTOS), group(made, PHOTOS, RIGHT)
    with made.catalog.write(by="", place="/People") as w:
        photo_id = w.db.execute("SELECT photo_id FROM original WHERE name = ?", (PHOTOS[0],)).fetchone()[0]
        people = People(w)
        people.rename(first, NAME)
        people.rename(second, "Bob")
        people.deny(photo_id, first)
        people.deny(photo_id, second)
        people.finish()
    yield made
    made.close()


def kinds(home: Home) -> list[str]:
    return [json.loads(line)["kind"] for line in text(home).splitlines()]


def text(home: Home) -> str:
    return (home.data / "corrections.jsonl").read_text()


def reopen(home: Home, kept: Path | None = None) -> None:
    """Lose the catalog, or have an older one in its place."""
    home.catalog.close()
    for path in home.data.glob("catalog.sqlite*"):
        path.unlink()
    if kept is not None:
        shutil.copy(kept, home.data / "catalog.sqlite")
    home.catalog = open_catalog(home.data)


def test_the_catalog_that_knew_the_name_is_lost(home: Home) -> None:
    reopen(home)
    home.make("/Albums/Trip")
    assert NAME in text(home) and len(kinds(home)) == 5
    assert forget(home.catalog, home.settings, "Somebody") is None and len(kinds(home)) == 5
    with (home.data / "corrections.jsonl").open("a") as file:
        file.write(f'{{"id": 7, "data": {{"name": "{NAME}"\n')  # which cannot be read any more
    done = forget(home.catalog, home.settings, NAME.upper())
    assert done is not None and done.faces == 0
    left = ["person named", "person not in photo", "album made", "person forgotten"]
    assert kinds(home) == left and NAME not in text(home)
    assert '"Bob"' in text(home)
    assert forget(home.catalog, home.settings, NAME) is None
    home.make("/Albums/More")
    assert len(kinds(home)) == 5


def test_the_catalog_went_back(home: Home, tmp_path: Path) -> None:
    """The person is still known; what was said since, by number alone and by name, is known to the record alone."""
    home.catalog.close()
    shutil.copy(home.data / "catalog.sqlite", kept := tmp_path / "kept.sqlite")
    home.catalog = open_catalog(home.data)
    with home.catalog.write(by="", place="/People") as w:
        people, zach, bob = People(w), find_person(w.db, NAME), find_person(w.db, "Bob")
        assert zach and bob
        people.hide(zach)
        people.rename(bob, "Robert")
        people.finish()
    reopen(home, kept)
    assert len(kinds(home)) == 6
    assert forget(home.catalog, home.settings, NAME)
    assert kinds(home) == ["person named", "person not in photo", "person named", "person forgotten"]
    assert '"Robert"' in text(home) and NAME not in text(home)


def test_a_folder_that_bears_the_name(home: Home) -> None:
    """What was said in the folder of somebody who is forgotten says the name too."""
    with home.catalog.write(by="", place=f"/People/{NAME}") as w:
        w.correct("folder made", name="beach", made=1)
    assert forget(home.catalog, home.settings, NAME)
    assert NAME not in text(home) and home.query("SELECT 1 FROM correction WHERE place LIKE '%zach%'") == []


def test_it_is_cut_short_and_done_later(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two, lines that are to go are not taken for those of a catalog that was lost."""
    with full_disk(monkeypatch):
        forget(home.catalog, home.settings, NAME)
    home.catalog.close()
    home.catalog = open_catalog(home.data)
    home.make("/Albums/Trip")
    assert NAME in text(home)
    with home.catalog.read() as db:
        assert home.catalog.record.compare(db) == (0, 0.0, 0.0, 0)
        assert "/" not in db.execute("SELECT value FROM state WHERE key = 'catalog'").fetchone()[0]
    scrub(home.catalog)
    assert kinds(home) == ["person named", "person not in photo", "person forgotten", "album made"]
    with home.catalog.read() as db:
        assert db.execute("SELECT count(*) FROM state WHERE key IN ('erased', 'scrub')").fetchone() == (0,)


def test_the_command_of_a_name_that_the_record_alone_knows(home: Home) -> None:
    reopen(home)
    home.catalog.close()
    done = haven("people", "forget", NAME, "--yes", "--data", home.data)
    assert "0 faces in 0 photos" in done.stdout and NAME not in text(home)
    home.catalog = open_catalog(home.data)


def test_nobody_comes_back_when_the_catalog_is_lost(home: Home) -> None:
    """Where the faces were and what the name was outlast the catalog; the record says neither name nor whose it was."""
    assert forget(home.catalog, home.settings, NAME)
    assert kinds(home) == ["person named", "person not in photo", "person forgotten"] and NAME not in text(home)
    known = "SELECT o.name, f.left FROM face f JOIN original o ON o.photo_id = f.photo_id ORDER BY 1, 2"
    before = home.query(known)
    assert len(before) == 4, "one of the faces was said not to be that person's"
    reopen(home)
    home.index()
    for photo in PHOTOS:
        plant(home, photo, [(LEFT, looks(1)), (RIGHT, looks(2))])
    assert home.query(known) == before
    assert home.query("SELECT count(*) FROM forgotten_name") == [1]
    group(home, PHOTOS, RIGHT)
    home.index()
    assert [one.kind for one in home.said()] == ["person forgotten", "person not in photo", "person named"]
    assert home.query("SELECT name FROM person WHERE name IS NOT NULL") == ["Bob"]
    home.undo()
    assert home.query("SELECT count(*) FROM forgotten_name") == [1], "it cannot be taken back"
