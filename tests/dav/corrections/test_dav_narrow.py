"""Folders made inside smart folders narrow them: over HTTP, as rclone, a mounted drive and gio make them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.home import Home
from helpers.people import LEFT, RIGHT, plant_people
from helpers.programs import gio, mounted, rclone
from helpers.serving import Serving, haven

PARIS = (48.8584, 2.2945)
PHOTOS = {
    "IMG_1.jpg": ("A dog on the beach", None, (1,)),
    "IMG_2.jpg": ("A dog in the park", PARIS, (1,)),
    "IMG_3.jpg": ("The beach", PARIS, (1, 2)),
    "IMG_4.jpg": ("A cake", PARIS, (2,)),
    "IMG_5.jpg": ("A dog at home", None, (1, 2)),
    "IMG_6.jpg": ("A dog in the rain", PARIS, (1,)),
}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder, and photos beside it, with two people in them."""
    home = Home(tmp_path_factory.mktemp("planted"))
    for number, (name, (caption, gps, _)) in enumerate(PHOTOS.items()):
        home.add(name, f"2020-0{number + 1}-04 12:00:00", position=gps, caption=caption)
    first, second = ([name for name, (_, _, people) in PHOTOS.items() if one in people] for one in (1, 2))
    plant_people(home, (LEFT, first), (RIGHT, second))
    home.close()
    return home.data.parent


@pytest.fixture
def dav(house: Serving) -> Iterator[Client]:
    with Client(house.url) as client:
        for number, name in enumerate(("Alice", "Bob"), 1):
            moved = client("MOVE", f"/People/Person%20{number}", Destination=f"{client.address}/People/{name}")
            assert moved.status == 201
        yield client


def photos(dav: Client, path: str) -> set[str]:
    return {name.removeprefix(f"{rank:03d} ") for rank, name in enumerate(jpegs(dav, path), 1)}


def jpegs(dav: Client, path: str) -> list[str]:
    return [name for name in dav.files(quote(path) + "/") if name.endswith(".jpg")]


def test_a_folder_made_in_a_persons_is_a_search_within_it(dav: Client) -> None:
    assert dav("PROPFIND", "/People/Alice/dog", Depth=0).status == 404
    assert dav("MKCOL", "/People/Alice/dog").status == 201
    assert dav("MKCOL", "/People/Alice/dog").status == 405
    assert photos(dav, "/People/Alice/dog") == {"IMG_1.jpg", "IMG_2.jpg", "IMG_5.jpg", "IMG_6.jpg"}
    assert dav.folders("/People/Alice/") == ["dog"] and dav.folders("/People/Bob/") == []
    assert dav("MKCOL", "/People/Alice/dog/with%20Bob").status == 201
    assert photos(dav, "/People/Alice/dog/with Bob") == {"IMG_5.jpg"}
    assert dav("MKCOL", "/Places/Paris/with%20Bob").status == 201
    assert photos(dav, "/Places/Paris/with Bob") == {"IMG_3.jpg", "IMG_4.jpg"}
    assert photos(dav, "/Places/Paris/People/Alice") == {"IMG_2.jpg", "IMG_3.jpg", "IMG_6.jpg"}
    assert dav("MKCOL", "/Recent/beach").status == 201
    assert photos(dav, "/Recent/beach") == {"IMG_1.jpg", "IMG_3.jpg"}


def test_it_is_renamed_and_removed(dav: Client) -> None:
    dav("MKCOL", "/People/Alice/New%20folder")
    assert dav.transfer("MOVE", "/People/Alice/New folder", "/People/Alice/beach", Overwrite="F").status == 201
    assert photos(dav, "/People/Alice/beach") == {"IMG_1.jpg", "IMG_3.jpg"}
    dav("MKCOL", "/People/Alice/beach/Paris")
    dav("MKCOL", "/People/Alice/dog")
    assert dav.transfer("MOVE", "/People/Alice/dog", "/People/Alice/BEACH", Overwrite="F").status == 412
    assert dav.transfer("MOVE", "/People/Alice/beach", "/People/Alice/Beach 2020", Overwrite="F").status == 201
    assert dav.folders("/People/Alice/Beach%202020/") == ["Paris"]
    # A person's new name takes what was made there along.
    assert dav.transfer("MOVE", "/People/Alice", "/People/Alicia", Overwrite="F").status == 201
    assert dav.folders("/People/Alicia/") == ["Beach 2020", "dog"]
    assert dav("DELETE", "/People/Alicia/Beach%202020").status == 204
    assert dav.folders("/People/Alicia/") == ["dog"]
    assert dav("MKCOL", "/People/Alicia/beach").status == 201
    assert dav.folders("/People/Alicia/beach/") == []
    assert photos(dav, "/People/Alicia") == {"IMG_1.jpg", "IMG_2.jpg", "IMG_3.jpg", "IMG_5.jpg", "IMG_6.jpg"}


def test_taken_out_and_undone(house: Serving, dav: Client) -> None:
    dav("MKCOL", "/People/Alice/dog")
    (first, *_) = jpegs(dav, "/People/Alice/dog")
    assert dav("DELETE", f"/People/Alice/dog/{quote(first)}").status == 204
    assert len(jpegs(dav, "/People/Alice/dog")) == 3 and len(photos(dav, "/People/Alice")) == 5
    haven("undo", "--data", house.data)
    assert len(jpegs(dav, "/People/Alice/dog")) == 4
    dav("DELETE", "/People/Alice/dog")
    newest = json.loads(haven("log", "--json", "--limit", "1", "--data", house.data).stdout)
    assert newest["kind"] == "search removed"
    haven("undo", newest["id"], "--data", house.data)  # the gesture would be making it too
    assert photos(dav, "/People/Alice/dog") == {"IMG_1.jpg", "IMG_2.jpg", "IMG_5.jpg", "IMG_6.jpg"}


def test_versions_move_up_to_the_root(dav: Client) -> None:
    paths = ("/", "/People/", "/People/Alice/")

    def tags() -> list[str]:
        return [dav.one(path, "getetag")["getetag"] for path in paths]

    before = tags()
    dav("MKCOL", "/People/Alice/dog")
    made = tags()
    assert all(one != other for one, other in zip(before, made, strict=True))
    listed = {member.name: member["getetag"] for member in dav.members("/People/") if member.is_folder}
    assert listed["Alice"] == made[2]
    dav("DELETE", "/People/Alice/dog")
    assert all(one != other for one, other in zip(made, tags(), strict=True))


@pytest.mark.parametrize(
    "path", ["/Timeline/2020/dog", "/Timeline/dog", "/Review/dog", "/Review/Undated/dog", "/Originals/dog", "/dog"]
)
def test_where_none_can_be_made_it_says_why(dav: Client, path: str) -> None:
    answer = dav("MKCOL", path)
    assert answer.status == 403 and len(answer.reason()) > 20


def test_names_that_systems_use_are_no_searches(dav: Client) -> None:
    for name in (".Trash-1000", "desktop.ini", "x" * 256):
        assert dav("MKCOL", f"/People/Alice/{name}").status in (403, 405), name
    assert dav.folders("/People/Alice/") == []


def test_rclone_and_a_crawler(house: Serving, dav: Client) -> None:
    rclone(house, "mkdir", "haven:People/Alice/dog/with Bob")
    listed = rclone(house, "lsf", "-R", "haven:").splitlines()
    assert len(listed) == len(set(listed))
    assert {"People/Alice/dog/", "People/Alice/dog/with Bob/"} <= set(listed)
    found = {line for line in listed if "with Bob" in line and line.endswith(".jpg")}
    assert found == {f"{look}People/Alice/dog/with Bob/IMG_5.jpg" for look in ("", "Small/", "TV/")}
    rclone(house, "moveto", "haven:People/Alice/dog", "haven:People/Alice/beach")
    assert photos(dav, "/People/Alice/beach") == {"IMG_1.jpg", "IMG_3.jpg"}
    rclone(house, "purge", "haven:People/Alice/beach")
    assert dav.folders("/People/Alice/") == [] and len(photos(dav, "/People/Alice")) == 5


def test_a_mounted_drive(house: Serving, dav: Client, tmp_path: Path) -> None:
    with mounted(house, tmp_path, "--dir-cache-time", "0s") as mount:
        (mount / "People/Alice/dog").mkdir()
        assert len(list((mount / "People/Alice/dog").glob("*.jpg"))) == 4
        (mount / "People/Alice/dog").rename(mount / "People/Alice/beach")
        assert len(list((mount / "People/Alice/beach").glob("*.jpg"))) == 2
        subprocess.run(["rm", "-r", mount / "People/Alice/beach"], check=True)
    assert dav.folders("/People/Alice/") == [] and len(photos(dav, "/People/Alice")) == 5


def test_gnome(house: Serving, dav: Client, tmp_path: Path) -> None:
    script = """
gio mount "$1" >/dev/null 2>&1
set -e
gio mkdir "$1/Places/Paris/untitled folder"
gio rename "$1/Places/Paris/untitled folder" dog
gio tree "$1/Places"
"""
    shown = gio(house, tmp_path, script).stdout
    assert shown.count("-- dog") == 1 and "001 IMG_2.jpg" in shown
    assert photos(dav, "/Places/Paris/dog") == {"IMG_2.jpg", "IMG_6.jpg"}
