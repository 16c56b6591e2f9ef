"""What `haven undo` takes back, beside a server that people write to: the last thing done, and all of it."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.people import LEFT, RIGHT, plant_people
from helpers.programs import rclone
from helpers.serving import Serving, haven

PHOTOS = [f"IMG_{number}.jpg" for number in range(1, 13)]
MAY = "/Timeline/2020/2020-05"


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two people in twelve photos."""
    home = Home(tmp_path_factory.mktemp("planted"))
    for name in PHOTOS:
        home.add(name, size=(64, 48))
    plant_people(home, (LEFT, PHOTOS[:8]), (RIGHT, PHOTOS[4:]))
    home.close()
    return home.data.parent


@pytest.fixture
def undo(house: Serving) -> Callable[[], int]:
    """Return what runs `haven undo`, and returns how many changes it took back."""
    return lambda: len(json.loads(haven("undo", "--json", "--data", house.data).stdout)["taken_back"])


def test_a_merge_goes_and_the_name_given_just_before_stays(dav: Client, undo: Callable[[], int]) -> None:
    assert dav.transfer("MOVE", "/People/Person 1", "/People/Alice").status == 201
    assert dav.transfer("MOVE", "/People/Person 2", "/People/Alice/Person 2").status == 201
    assert dav.folders("/People/") == ["Alice"]
    assert undo() == 1
    assert dav.folders("/People/") == ["Alice", "Person 2"]
    assert undo() == 1
    assert dav.folders("/People/") == ["Person 1", "Person 2"]


def test_six_names_given_quickly_are_six_things(dav: Client, undo: Callable[[], int]) -> None:
    names = ["Alice", "Alma", "Anna"]
    for before, name in zip(["Person 1", *names], names, strict=False):
        assert dav.transfer("MOVE", f"/People/{before}", f"/People/{name}").status == 201
    assert dav.transfer("MOVE", "/People/Person 2", "/People/Bob").status == 201
    assert dav("DELETE", "/People/Bob").status == 204
    assert dav("MKCOL", "/People/Carl").status == 201
    assert undo() == 1 and dav.folders("/People/") == ["Anna"]
    assert undo() == 1 and dav.folders("/People/") == ["Anna", "Bob"]
    assert undo() == 1 and dav.folders("/People/") == ["Anna", "Person 2"]
    for name in ("Alma", "Alice", "Person 1"):
        assert undo() == 1 and dav.folders("/People/") == [name, "Person 2"]
    assert undo() == 0


def test_copying_in_and_taking_out_are_two_things(house: Serving, dav: Client, undo: Callable[[], int]) -> None:
    assert dav("MKCOL", "/Albums/Summer").status == 201
    rclone(house, "copy", f"haven:{MAY[1:]}", "haven:Albums/Summer")
    for name in PHOTOS[:5]:
        assert dav("DELETE", f"/Albums/Summer/{name}").status == 204
    assert sorted(dav.files("/Albums/Summer/")) == sorted(PHOTOS[5:])
    assert undo() == 5 and sorted(dav.files("/Albums/Summer/")) == sorted(PHOTOS)
    assert undo() == 12 and dav.files("/Albums/Summer/") == []
    assert dav.folders("/Albums/") == ["Summer"], "the album was made by an act of its own"
    assert undo() == 1 and dav.folders("/Albums/") == []


def test_what_goes_along_with_photos_goes_with_them(dav: Client, undo: Callable[[], int]) -> None:
    """A photo that is there already and only gets another name, and a text of Haven's own, are part of the copying."""
    assert dav("MKCOL", "/Albums/Summer").status == 201
    assert dav("MKCOL", "/Search/2020").status == 201
    source = "/Search/2020"
    assert dav.transfer("COPY", f"{MAY}/{PHOTOS[0]}", f"{MAY}/first of all.jpg").status == 201
    assert dav.transfer("COPY", f"{source}/About this search.txt", "/Albums/Summer/About this search.txt").status == 201
    for name in PHOTOS[:3]:
        assert dav.transfer("COPY", f"{MAY}/{name}", f"/Albums/Summer/{name}").status == 201
    assert undo() == 4 and dav.files("/Albums/Summer/") == []
    assert undo() == 1 and "first of all.jpg" not in dav.files(f"{MAY}/")


def test_photos_moved_to_two_people_are_two_things(dav: Client, undo: Callable[[], int]) -> None:
    assert dav("MKCOL", "/People/Carl").status == 201
    for number, name in enumerate(PHOTOS[:4]):
        to = "Carl" if number < 2 else "Person 2"
        assert dav.transfer("MOVE", f"/People/Person 1/{name}", f"/People/{to}/{name}").status == 201
    assert undo() == 2
    assert set(dav.files(f"/People/{quote('Person 1')}/")) == {*PHOTOS[2:8]}
    assert set(dav.files("/People/Carl/")) == {*PHOTOS[:2]}
    assert undo() == 2 and dav.files("/People/Carl/") == []


def test_what_came_between_parts_two_acts_of_one_kind(dav: Client, undo: Callable[[], int]) -> None:
    assert dav("MKCOL", "/Albums/Summer").status == 201
    for name in PHOTOS[:3]:
        assert dav.transfer("COPY", f"{MAY}/{name}", f"/Albums/Summer/{name}").status == 201
    assert dav("DELETE", f"/Albums/Summer/{PHOTOS[0]}").status == 204
    assert dav.transfer("COPY", f"{MAY}/{PHOTOS[5]}", f"/Albums/Summer/{PHOTOS[5]}").status == 201
    assert undo() == 1 and dav.files("/Albums/Summer/") == PHOTOS[1:3]
    assert undo() == 1 and dav.files("/Albums/Summer/") == PHOTOS[:3]
    assert undo() == 3


def test_a_folder_deleted_with_what_is_in_it_comes_back_whole(dav: Client, undo: Callable[[], int]) -> None:
    """`rm -r` deletes photo by photo first; hiding the person is all there is to undo."""
    for name in dav.files("/People/Person%201/"):
        assert dav("DELETE", f"/People/Person%201/{name}").status == 204
    assert dav("DELETE", "/People/Person%201").status == 204
    assert undo() == 1
    assert set(dav.files("/People/Person%201/")) == {*PHOTOS[:8]}
    assert undo() == 0


def test_a_removal_that_was_void_is_no_part_of_what_comes_next(dav: Client, undo: Callable[[], int]) -> None:
    """A program saves a file by deleting it and writing it again, and the person takes out another one just then."""
    assert dav("MKCOL", "/Albums/Summer").status == 201
    for name in PHOTOS[:3]:
        assert dav.transfer("COPY", f"{MAY}/{name}", f"/Albums/Summer/{name}").status == 201
    assert dav("DELETE", f"/Albums/Summer/{PHOTOS[0]}").status == 204
    assert dav.transfer("COPY", f"{MAY}/{PHOTOS[0]}", f"/Albums/Summer/{PHOTOS[0]}").status in (201, 204)
    assert dav("DELETE", f"/Albums/Summer/{PHOTOS[1]}").status == 204
    assert undo() == 1 and dav.files("/Albums/Summer/") == PHOTOS[:3]
