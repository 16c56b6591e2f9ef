"""Killed while it makes and keeps small pictures: the next start has whole ones, and makes the rest."""

import io
import random
import threading
import time
from http.client import HTTPException
from pathlib import Path

import pytest
from helpers.dav import Client
from helpers.effort import times
from helpers.serving import serve
from PIL import Image

from haven_fs.testing import make_photo

pytestmark = pytest.mark.long


def test_killed_while_pictures_are_made(tmp_path: Path) -> None:
    root = tmp_path / "Pictures"
    for number in range(30):
        make_photo(root / f"IMG_{number}.jpg", "2021-05-01 10:00:00", size=(1600, 1200))
    names = [f"/Small/Recent/IMG_{number}.jpg" for number in range(30)]
    chance = random.Random(12)
    settings = "[renditions]\npercent = 0.0\nleast_megabytes = 1\n"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/haven.toml").write_text(settings)
    for _ in range(times(2, 5)):
        with serve(root, data=tmp_path / "data") as house:

            def look(url: str = house.url) -> None:
                try:
                    with Client(url) as client:
                        for name in chance.sample(names, 30):
                            client("GET", name)
                except (OSError, HTTPException):
                    return  # it was killed, perhaps in the middle of an answer

            lookers = [threading.Thread(target=look) for _ in range(4)]
            for looker in lookers:
                looker.start()
            time.sleep(chance.uniform(0.05, 1.5))
            house.process.kill()
            for looker in lookers:
                looker.join(30)
    with serve(root, data=tmp_path / "data") as house, Client(house.url) as client:
        for name in names:
            answer = client("GET", name)
            assert (answer.status, len(answer.body)) == (200, int(client.one(name)["getcontentlength"]))
            Image.open(io.BytesIO(answer.body)).load()
        kept = sum(path.stat().st_size for path in (tmp_path / "data").glob("renditions.sqlite"))
        assert kept < 2_500_000, "it is bounded: one megabyte, and what SQLite needs around it"
