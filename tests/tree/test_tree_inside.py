"""Films inside motion photos are listed beside them, sent in any part, and not written to."""

from pathlib import Path

import pytest
from helpers.motion import FILM, KINDS, write_motion_photo
from PIL import Image

from haven_fs import Forbidden
from haven_fs.testing import Home, check_reading


@pytest.fixture
def home(tmp_path: Path):
    with Home(tmp_path) as home:
        for kind in KINDS:
            write_motion_photo(home.root / f"{kind}.{'heic' if kind == 'heic' else 'jpg'}", kind)
        home.add("plain.jpg", "2023-05-04 13:00:00", image=Image.new("RGB", (64, 48), "green"))
        home.index()
        yield home


def test_they_are_beside_their_photos(home: Home) -> None:
    films = {f"{kind}.{'heic' if kind == 'heic' else 'jpg'}" for kind in KINDS}
    assert set(home.list("/Types/Live Photos")) == films | {f"{name}.mp4" for name in films}
    assert [name for name in home.list("/Originals") if name.endswith(".mp4")] == []
    with home.looking() as look:
        check_reading(look, "/Types/Live Photos")
        film = look.at("/Types/Live Photos/GOOGLE.jpg.MP4")
        assert (film.size, film.mime, film.name) == (len(FILM), "video/mp4", "google.jpg.mp4")
        assert look.at("/Types/Live Photos/plain.jpg.mp4") is None
        assert look.at("/Originals/google.jpg.mp4") is None


def test_nothing_is_written_to_them(home: Home) -> None:
    before = {path.name: path.read_bytes() for path in home.root.iterdir()}
    home.make("/Albums/Best")
    film = "/Types/Live Photos/google.jpg.mp4"
    for write in (
        lambda: home.delete(film),
        lambda: home.put(film, b"other"),
        lambda: home.move(film, "/Albums/Best/"),
        lambda: home.move("/Types/Live Photos/google.jpg", film),
    ):
        with pytest.raises(Forbidden, match="part of the photo beside it"):
            write()
    assert {path.name: path.read_bytes() for path in home.root.iterdir()} == before
    home.copy("/Types/Live Photos/google.jpg", "/Albums/Best/")
    assert home.list("/Albums/Best") == ["google.jpg", "google.jpg.mp4"]


def test_a_film_that_another_file_has_the_name_of_gets_another(home: Home) -> None:
    home.add("google.jpg.mp4", "2023-05-04 14:00:00", image=Image.new("RGB", (64, 48), "blue"))
    home.index()
    with home.looking() as look:
        check_reading(look, "/Types/Live Photos")
    assert "google.jpg (as MP4).mp4" in home.list("/Types/Live Photos")


def test_one_that_is_edited_away_is_listed_no_more(home: Home) -> None:
    path = home.root / "google before.jpg"
    path.write_bytes(path.read_bytes()[: -len(FILM)])
    home.index()
    assert "google before.jpg" not in home.list("/Types/Live Photos")
    with home.looking() as look:
        assert look.at("/Types/Live Photos/google before.jpg.mp4") is None
