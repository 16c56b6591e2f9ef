"""Folders of dates inside a folder that photos are put into: they say the same of a photo as the folder they are in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from haven_fs import Forbidden
from haven_fs.testing import Home

PHOTOS = [f"IMG_{number}.jpg" for number in range(6)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A person, an album and a place, all of more photos than a folder shows at once."""
    with Home(tmp_path, settings={"tree.split_above": 3}) as home:
        for number, name in enumerate(PHOTOS):
            people = {"Alice": (0.1, 0.1, 0.4, 0.4)}
            home.add(name, f"{2010 + number}-05-04 12:00:00", position=(48.8566, 2.3522), people=people)
        home.index()
        home.make("/Albums/Summer")
        for name in PHOTOS:
            home.copy(f"/Originals/Pictures/{name}", "/Albums/Summer/")
        yield home


@pytest.mark.parametrize("folder", ["/People/Alice", "/Albums/Summer", "/Places/Paris"])
def test_a_photo_moved_out_of_a_date_belongs_there_as_before(home: Home, folder: str) -> None:
    assert home.list(f"{folder}/2010") == PHOTOS[:1]
    tables = ("not_person", "face", "album_photo", "said", "correction")
    before = [home.query(f"SELECT * FROM {table}") for table in tables]
    for source, to in ((f"{folder}/2010", folder), (f"{folder}/2010", f"{folder}/2011")):
        with pytest.raises(Forbidden, match="belongs here already"):
            home.move(f"{source}/{PHOTOS[0]}", f"{to}/{PHOTOS[0]}")
    assert [home.query(f"SELECT * FROM {table}") for table in tables] == before
