"""The plugin in a home: a data folder and a library of made photos, indexed and written to in the test's process."""

import pytest
from PIL import Image

import haven_colours
import haven_colours_said
from haven_fs import AlreadyExists
from haven_fs.testing import Home, check_reading, check_writing

PHOTOS = {"cherry.jpg": "red", "rose.jpg": "#a01020", "lawn.jpg": "green", "sky.jpg": "blue"}


@pytest.fixture
def home(tmp_path):
    with Home(tmp_path, plugins=[haven_colours, haven_colours_said]) as home:
        for name, colour in PHOTOS.items():
            home.add(name, "2024-05-04 12:00:00", image=Image.new("RGB", (64, 48), colour))
        home.index()
        yield home


def test_colours_are_found(home):
    assert home.list("/Colours") == ["Blue/", "Green/", "Red/"]
    assert home.list("/Colours/Red") == ["cherry.jpg", "rose.jpg"]
    assert home.list("/Timeline/2024/Colours/Blue") == ["sky.jpg"]


def test_the_owner_is_right(home):
    home.copy("/Colours/Blue/sky.jpg", "/Colours/Red/")
    home.delete("/Colours/Red/rose.jpg")
    home.index(anew=True)
    assert home.list("/Colours/Red") == ["cherry.jpg", "sky.jpg"]
    home.undo()
    assert home.list("/Colours/Red") == ["cherry.jpg", "rose.jpg", "sky.jpg"]
    home.undo()
    assert home.list("/Colours") == ["Blue/", "Green/", "Red/"]


def test_a_colour_gets_another_name(home):
    home.move("/Colours/Red", "/Colours/Crimson")
    assert home.list("/Colours") == ["Blue/", "Crimson/", "Green/"]
    with pytest.raises(AlreadyExists, match="Choose another name"):
        home.move("/Colours/Blue", "/Colours/Crimson")


def test_the_rules_that_every_folder_keeps(home):
    with home.looking() as look:
        check_reading(look, "/Colours")
    assert check_writing(home, "/Colours") == {"make"}
    assert check_writing(home, "/Colours/Red") == {"make", "move", "put", "rename", "send", "take out"}
