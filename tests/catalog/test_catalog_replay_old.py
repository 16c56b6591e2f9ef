"""Lines of an older Haven do not say which rows they changed: what is certain is done again, the rest counted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.replaying import lose

from haven_fs.catalog.waiting import in_words

DAY = "/Timeline/2020/2020-05"
NEW = ("changes", "act", "photo", "mentions")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    for number in range(1, 5):
        made.add(f"IMG_{number}.jpg")
    made.add("IMG_5.jpg", "2019-07-01 12:00:00")
    made.index()
    yield made
    made.close()


def shorten(home: Home) -> None:
    """Have the record be as older versions wrote it."""
    file = home.data / "corrections.jsonl"
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        for name in NEW:
            line.pop(name, None)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))


def say(home: Home) -> None:
    home.make("/Albums/Trip")
    home.make("/Albums/Trip/Beach")
    for number in (1, 2, 3):
        home.copy(f"{DAY}/IMG_{number}.jpg", "/Albums/Trip/")
    home.delete("/Albums/Trip/IMG_2.jpg")
    home.move("/Albums/Trip/IMG_3.jpg", "/Albums/Trip/Beach/")
    home.copy(f"{DAY}/IMG_4.jpg", "/Favorites/")
    home.move("/Albums/Trip", "/Albums/Journey")
    home.move(f"{DAY}/IMG_2.jpg", "/Timeline/2019/")
    home.make("/Search/dog on beach")


def test_what_is_certain_is_done_again(home: Home) -> None:
    say(home)
    home.catalog.close()
    shorten(home)
    lose(home.data)
    home.catalog = home.folder.open_catalog()
    home.index()
    assert home.list("/Albums/Journey") == ["Beach/", "IMG_1.jpg"]
    assert home.list("/Albums/Journey/Beach") == ["IMG_3.jpg"]
    assert "IMG_4.jpg" in home.list("/Favorites") and len(home.list("/Timeline/2019")) == 2
    with home.catalog.read() as db:
        words = in_words(db)
    assert words is not None and words.startswith("1 change that an older version of Haven wrote")
    assert home.said()[0].kind == "search kept"


def test_a_catalog_that_is_there_has_its_lines_say_all(home: Home) -> None:
    """As after an update: then nothing hangs on what older lines said."""
    say(home)
    home.catalog.close()
    full = (home.data / "corrections.jsonl").read_text()
    shorten(home)
    home.catalog = home.folder.open_catalog()
    with home.catalog.write(quiet=True) as w:
        w.db.execute("INSERT OR REPLACE INTO state VALUES ('record_short', 1)")
    home.catalog.close()
    home.catalog = home.folder.open_catalog()
    old, new = ([json.loads(line) for line in text.splitlines()]
                for text in (full, (home.data / "corrections.jsonl").read_text()))  # fmt: skip
    assert [one["changes"] for one in new] == [one["changes"] for one in old]
    assert [one["id"] for one in new] == [one["id"] for one in old]
