"""What the page tells besides the photos: the film in a motion photo, and what was passed over."""

from collections.abc import Iterator

import pytest
from helpers.gallery import Pages
from helpers.home import Home
from helpers.motion import FILM, write_motion_photo
from helpers.serving import serve

from haven_fs.testing import make_video


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    home = Home(tmp_path_factory.mktemp("beside"))
    write_motion_photo(home.root / "moving.jpg", "google")
    home.add("plain.jpg", "2023-05-04 13:00:00", size=(64, 48))
    home.add("plain.jpg_original", "2023-05-04 13:00:00", size=(60, 40), format="JPEG")
    home.add("live.jpg", "2023-05-05 13:00:00", size=(64, 48))
    make_video(home.root / "live.mov", seconds=2, taken="2023-05-05 13:00:00")
    (home.root / ".hidden").mkdir()
    (home.root / "x.jpg.part").write_bytes(b"half")
    home.index()
    home.close()
    with serve(data=home.data) as serving, Pages(serving.url) as client:
        yield client


def test_a_motion_photo_has_a_link_to_its_film(pages: Pages) -> None:
    page = pages.page("/Recent/moving.jpg?view")
    (play,) = [link for link in page.all("a", "tool") if link.text == "Play the film"]
    assert play["href"] == "moving.jpg.mp4?view"
    film = pages.page("/Recent/moving.jpg.mp4?view")
    assert film.one("video")["src"] == "moving.jpg.mp4"
    assert pages("GET", "/Recent/moving.jpg.mp4").body == FILM
    assert not [link for link in film.all("a", "tool") if link.text == "Play the film"]
    assert not [link for link in pages.page("/Recent/plain.jpg?view").all("a", "tool") if link.text == "Play the film"]


def test_so_has_a_live_photo(pages: Pages) -> None:
    for folder in ("/Recent/", "/Originals/Pictures/"):
        page = pages.page(f"{folder}live.jpg?view")
        (play,) = [link for link in page.all("a", "tool") if link.text == "Play the film"]
        assert play["href"] == "live.mov?view"
        assert pages.page(folder + play["href"]).one("video")["src"] == "live.mov"


def test_in_a_folder_of_the_disk_the_film_is_elsewhere(pages: Pages) -> None:
    page = pages.page("/Originals/Pictures/moving.jpg?view")
    assert not [link for link in page.all("a", "tool") if link.text == "Play the film"]


def test_the_first_page_says_what_was_passed_over(pages: Pages) -> None:
    told = pages.page("/").one("details", "passed")
    assert told.one("summary").text == "2 files and 1 folder passed over"
    assert [line.text for line in told.all("li")] == [
        "1 file: backups of photos that are there too",
        "1 folder: names that start with a dot",
        "1 file: files that are still being written or fetched",
    ]
