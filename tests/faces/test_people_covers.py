"""The cover of a person's folder: the best face, cut out, where the owner wants one."""

import io
from pathlib import Path

import numpy as np
from helpers.dav import Client
from helpers.home import Home
from helpers.people import group, looks, plant
from helpers.serving import haven, serve
from PIL import Image

from haven_faces.persons import find_person

RED = (200, 20, 20)


def red_square(path: Path, box: tuple[int, int, int, int]) -> None:
    """Write a grey photo with a red square for a face."""
    pixels = np.full((480, 640, 3), 128, np.uint8)
    left, top, right, bottom = box
    pixels[top:bottom, left:right] = RED
    Image.fromarray(pixels).save(path, quality=95)


def test_a_person_has_a_cover_if_it_is_wanted(tmp_path: Path) -> None:
    home = Home(tmp_path, settings={"tree.covers": True})
    names = ["a.jpg", "b.jpg", "c.jpg"]
    for number, name in enumerate(names):
        red_square(home.root / name, (400, 40 + 10 * number, 500, 140 + 10 * number))
    home.index()
    for number, name in enumerate(names):
        box = (400 / 640, (40 + 10 * number) / 480, 500 / 640, (140 + 10 * number) / 480)
        plant(home, name, [(box, looks(1))], quality=0.9 if number == 1 else 0.4)
    group(home, names, (400 / 640, 0, 1, 1))
    home.close()
    (home.data / "haven.toml").write_text("[tree]\ncovers = true\n")
    with serve(data=home.data) as serving, Client(serving.url) as client:
        listed = {member.name: member for member in client.members("/People/Person%201/")}
        assert set(listed) == {*names, "folder.jpg"}
        answer = client("GET", "/People/Person%201/folder.jpg")
        assert answer["Content-Type"] == "image/jpeg"
        assert int(listed["folder.jpg"]["getcontentlength"]) == len(answer.body)
        with Image.open(io.BytesIO(answer.body)) as cover:
            width, height = cover.size
            assert abs(width - height) <= 1 and width <= 512
            assert np.allclose(cover.getpixel((width // 2, height // 2)), RED, atol=25)
            assert np.allclose(cover.getpixel((5, 5)), (128, 128, 128), atol=25)  # some room around it
        # Who deletes a folder's files one by one meets the cover too.
        assert client("DELETE", "/People/Person%201/folder.jpg").status == 204
        assert set(client.files("/People/Person%201/")) == {*names, "folder.jpg"}


def test_none_is_shown_unless_it_is_wanted(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        red_square(home.root / name, (10, 10, 100, 100))
    home.index()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        plant(home, name, [((0.02, 0.02, 0.15, 0.2), looks(1))])
    group(home, ["a.jpg", "b.jpg", "c.jpg"], (0.02, 0, 0, 0))
    with home.catalog.read() as db:
        assert find_person(db, "Person 1")
    home.close()
    listed = haven("people", "list", "--data", home.data).stdout
    assert "3 photos  Person 1" in listed
    with serve(data=home.data) as serving, Client(serving.url) as client:
        assert client.files("/People/Person%201/") == ["a.jpg", "b.jpg", "c.jpg"]
