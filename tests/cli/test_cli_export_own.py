"""What was said that is of no photo comes back from the file of Haven's own in a library's folder."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.rebuilding import export, rebuilt

from haven_albums.albums import Albums
from haven_fs.catalog.skipped import skipped
from haven_fs.library.ownnotes import MARK, NAME
from haven_fs.testing import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home in which something of each kind was said."""
    with Home(tmp_path / "home") as home:
        home.add("a.jpg", "2020-05-04 12:00:00", position=(48.8566, 2.3522), people={"Eve": None, "Bob": None})
        home.index()
        home.make("/Search/dog on beach")
        home.make("/Albums/Some day")
        home.make("/Albums/Trips")
        home.make("/Albums/Trips/Norway")
        (trips,) = home.query("SELECT id FROM album WHERE name = 'Trips'")
        with home.catalog.write(by="") as w:
            Albums(w).put_note(trips, "Packing.txt", "Boots")
        home.delete("/People/Eve")
        home.move("/Places/Paris", "/Places/Home")
        yield home


def known(home: Home) -> dict[str, Any]:
    """Return what there is of it."""
    listed = {path: list(home.list(path)) for path in ("/Search", "/Albums", "/Albums/Trips", "/People")}
    return {**listed, "places": home.query("SELECT key, name FROM place_name")}


def test_what_is_of_no_photo_comes_back(home: Home, tmp_path: Path) -> None:
    before = known(home)
    assert before["/People"] == ["Bob/", "How to name people.txt"]
    export(home, tmp_path / "mirror")
    assert export(home, tmp_path / "mirror")["written"] == 0
    with rebuilt(home, tmp_path / "second", tmp_path / "mirror") as other:
        for _ in range(2):
            assert known(other) == before
            with other.catalog.read() as db:
                assert [(one.reason, one.files) for one in skipped(db)] == [("haven", 1)]
            other.add_library(writable=True)
            export(other, "--sidecars")
            other.index(anew=True)


def test_what_is_taken_back_stays_so(home: Home) -> None:
    home.add_library(writable=True)
    export(home, "--sidecars")
    home.delete("/Search/dog on beach")
    home.delete("/Albums/Some day")
    home.index()
    assert "Some day/" not in home.list("/Albums")
    assert "dog on beach/" not in home.list("/Search")
    export(home, "--sidecars")
    said = json.loads((home.root / NAME).read_text())[MARK]
    assert said["albums"] == ["Trips", "Trips/Norway"] and "searches" not in said
    for path in ("/Albums/Trips", "/People/Bob"):
        home.delete(path)
    home.undo(*(one.id for one in home.said()))
    export(home, "--sidecars")
    assert not (home.root / NAME).exists()


def test_a_stranger_s_file_harms_nothing(home: Home) -> None:
    texts = ["", "..", "a" * 5000, "x/" * 90, "[1]", "[]", "{", '["a", 1, 2]', '["Trips", "../x", "y"]', "[" * 9999]
    names = ("albums", "texts in albums", "searches", "hidden people", "haven:PlaceNames", "no such")
    (home.root / NAME).write_text(json.dumps({MARK: {name: [*texts, 5, None] for name in names}}))
    (home.root / "b").mkdir()
    (home.root / "b" / NAME).write_text(json.dumps({MARK: [1]}))
    shutil.copy(home.root / "a.jpg", home.root / "b" / "2.jpg")
    home.index()
    assert {"Some day/", "Trips/"} < set(home.list("/Albums"))
    assert home.list("/People") == ["Bob/", "How to name people.txt"]
    for name in home.list("/Search"):
        home.list(f"/Search/{name}") if name.endswith("/") else None
