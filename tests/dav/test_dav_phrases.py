"""Phrases over WebDAV: what /Search/"..." finds of real files, and how the note says that it was understood."""

import os
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from helpers.dav import Client
from helpers.films import draw
from helpers.serving import Serving, serve

from haven_fs.testing import make_photo

WEDNESDAY = 1_614_772_800
PARIS = (48.8584, 2.2945)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    root = tmp_path_factory.mktemp("phrases") / "Pictures"
    make_photo(root / "dusk.jpg", "2019-07-14 21:45:00", PARIS, size=(48, 64), rating=5)
    make_photo(root / "noon.jpg", "2019-07-13 13:50:00", PARIS, caption="Lunch", size=(64, 48))
    make_photo(root / "nowhere.jpg", "1985-05-03 23:30:00", size=(64, 64), keywords=["scan"], rating=2)
    make_photo(root / "drawing.png", "2022-12-20 09:00:00", format="PNG")
    clip = draw(root / "clip.mp4", codec="libx264", frames=90)
    os.utime(clip, (WEDNESDAY, WEDNESDAY))
    with serve(root, data=root.parent / "data") as made:
        yield made


@pytest.fixture
def dav(serving: Serving) -> Iterator[Client]:
    with Client(serving.url) as client:
        yield client


def names(dav: Client, phrase: str) -> set[str]:
    files = dav.files(f"/Search/{quote(chr(34) + phrase + chr(34))}")
    return {name for name in files if not name.endswith(".txt")}


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("photos without location", {"nowhere.jpg", "drawing.png"}),
        ("no GPS", {"nowhere.jpg", "drawing.png", "clip.mp4"}),
        ("at sunset", {"dusk.jpg"}),
        ("in the evening", {"dusk.jpg"}),
        ("at noon", {"noon.jpg"}),
        ("at night", {"nowhere.jpg"}),
        ("weekend", {"dusk.jpg", "noon.jpg"}),
        ("Sunday", {"dusk.jpg"}),
        ("the eighties", {"nowhere.jpg"}),
        ("early May", {"nowhere.jpg"}),
        ("Hanukkah 2022", {"drawing.png"}),
        ("favourites", {"dusk.jpg"}),
        ("with a caption", {"noon.jpg"}),
        ("unrated", {"noon.jpg", "drawing.png", "clip.mp4"}),
        ("not in PNG format", {"dusk.jpg", "noon.jpg", "nowhere.jpg", "clip.mp4"}),
        ("square photos", {"nowhere.jpg"}),
        ("portrait format", {"dusk.jpg"}),
        ("smaller than 1 MB", {"dusk.jpg", "noon.jpg", "nowhere.jpg", "drawing.png", "clip.mp4"}),
        ("bigger than 1 MB", set()),
        ("videos longer than 2 seconds", {"clip.mp4"}),
        ("videos longer than a minute", set()),
        ("undated", {"clip.mp4"}),
        ("not in any album", {"dusk.jpg", "noon.jpg", "nowhere.jpg", "drawing.png", "clip.mp4"}),
    ],
)
def test_found(dav: Client, phrase: str, expected: set[str]) -> None:
    assert names(dav, phrase) == expected


def test_albums_by_their_names(dav: Client) -> None:
    assert dav("MKCOL", "/Albums/Summer").status == 201
    moved = {"Destination": f"{dav.address}/Albums/Summer/dusk.jpg"}
    assert dav("COPY", "/Timeline/2019/2019-07/dusk.jpg", **moved).status in (201, 204)
    assert names(dav, "in the album Summer") == {"dusk.jpg"}
    assert names(dav, "the Summer album") == {"dusk.jpg"}
    assert names(dav, "photos in an album") == {"dusk.jpg"}
    assert "dusk.jpg" not in names(dav, "photos not in any album")


def test_the_note_says_how_it_was_understood(dav: Client) -> None:
    folder = f"/Search/{quote(chr(34) + 'Sunday at sunset without a caption' + chr(34))}"
    note = next(member.href for member in dav.members(folder) if member.href.endswith(".txt"))
    text = dav("GET", note).body.decode()
    for said in ("taken on a Sunday", "taken at sunset", "without a caption"):
        assert said in text
