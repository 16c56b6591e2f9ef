"""What owners say by writing to the folders of types: of those of which a program may be wrong."""

import pytest
from helpers.home import Home

from haven_fs.errors import Forbidden
from haven_fs.testing import check_writing, make_video


@pytest.fixture
def full(home: Home) -> Home:
    home.add("Screenshot_1.jpg", "2020-05-04 12:00:00")
    home.add("pano_20200505.jpg", "2020-05-05 12:00:00")
    home.add("plain.jpg", "2020-05-06 12:00:00")
    make_video(home.root / "film.mp4")
    home.index()
    return home


def test_a_photo_is_of_a_type_because_its_owner_says_so(full: Home) -> None:
    full.copy("/Recent/plain.jpg", "/Types/Screenshots/")
    full.later()
    full.delete("/Types/Screenshots/Screenshot_1.jpg")
    full.index(anew=True)
    assert full.list("/Types/Screenshots") == ["plain.jpg"]
    full.undo()
    full.undo()
    assert full.list("/Types/Screenshots") == ["Screenshot_1.jpg"]


def test_what_is_said_of_one_type_leaves_the_others_alone(full: Home) -> None:
    full.copy("/Recent/pano_20200505.jpg", "/Types/Screenshots/")
    assert full.list("/Types/Panoramas") == ["pano_20200505.jpg"]
    full.delete("/Types/Screenshots/pano_20200505.jpg")
    assert full.list("/Types/Panoramas") == ["pano_20200505.jpg"]


def test_one_that_is_moved_is_of_the_other_type_instead(full: Home) -> None:
    full.move("/Types/Screenshots/Screenshot_1.jpg", "/Types/Panoramas/")
    assert full.list("/Types/Panoramas") == ["pano_20200505.jpg", "Screenshot_1.jpg"]
    assert "Screenshots/" not in full.list("/Types")


def test_what_a_file_is_for_certain_nobody_can_say_otherwise(full: Home) -> None:
    with pytest.raises(Forbidden):
        full.copy("/Recent/plain.jpg", "/Types/Videos/")
    with pytest.raises(Forbidden):
        full.delete("/Types/Videos/film.mp4")


def test_the_rules_that_every_folder_keeps(full: Home) -> None:
    assert check_writing(full, "/Types/Screenshots") == {"make", "move", "put", "send", "take out"}
