"""Photos that only the name of a folder dates: where they are filed, asked about and confirmed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from helpers.home import Home
from PIL import Image


@pytest.fixture
def scans(home: Home) -> Iterator[Home]:
    for number, name in enumerate(("1987/1987-08 Italy/a.jpg", "1987/1987-08 Italy/b.jpg", "1985 Oma/c.jpg")):
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30 + number), "green").save(path)
    home.index()
    yield home


GUESSES = "/Review/Dated by Folder"


def test_it_is_filed_by_the_folder_and_asked_about(scans: Home) -> None:
    assert scans.list("/Timeline/1987/1987-08") == ["a.jpg", "b.jpg"]
    assert scans.list(GUESSES) == ["a.jpg", "b.jpg", "c.jpg"]
    assert scans.list("/Review/Undated") == []


def test_copying_it_into_a_month_confirms_it(scans: Home) -> None:
    scans.copy(f"{GUESSES}/a.jpg", "/Timeline/1987/1987-08/")
    scans.move(f"{GUESSES}/b.jpg", "/Timeline/1985/1985-01/")
    assert scans.list(GUESSES) == ["c.jpg"]
    assert scans.list("/Timeline/1985/1985-01") == ["b.jpg", "c.jpg"]
    scans.index(anew=True)
    assert scans.list(GUESSES) == ["c.jpg"]
    scans.undo()
    assert scans.list(GUESSES) == ["b.jpg", "c.jpg"]


def test_deleting_it_there_leaves_the_date(scans: Home) -> None:
    scans.delete(f"{GUESSES}/c.jpg")
    assert scans.list(GUESSES) == ["a.jpg", "b.jpg"]
    assert scans.list("/Timeline/1985/1985-01") == ["c.jpg"]


def test_a_folder_that_gets_another_name_dates_anew(scans: Home) -> None:
    (scans.root / "1985 Oma").rename(scans.root / "1986-03 Oma")
    scans.index()
    assert scans.list("/Timeline/1986/1986-03") == ["c.jpg"]


def test_a_camcorder_s_film_is_dated_by_its_thumbnail(home: Home, tmp_path: Path) -> None:
    with av.open(str(home.root / "MVI_0123.AVI"), "w", format="avi") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(250):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number, np.uint8))
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    home.add("small.jpg", "2006-08-12 18:20:31", position=(48.85, 2.35), image=Image.new("RGB", (160, 120)))
    shutil.move(home.root / "small.jpg", home.root / "MVI_0123.THM")
    home.index()
    query = "SELECT datetime(taken, 'unixepoch'), kind, round(latitude, 2) FROM photo"
    with home.catalog.read() as db:
        assert db.execute(query).fetchall() == [("2006-08-12 18:20:31", "video", 48.85)]
    assert "MVI_0123.AVI" in home.list("/Timeline/2006/2006-08")
