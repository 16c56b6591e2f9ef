"""Words that stand in pictures are searched with all others, after those that people wrote, or alone."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.home import Home
from helpers.printed import words
from helpers.printed.pages import Paper
from PIL import Image

from haven_fs.testing import make_video
from haven_text.reader import Reader

Sign = Callable[..., Image.Image]


def page(*lines: str) -> Image.Image:
    paper = Paper(1000, 1400, "")
    for number, line in enumerate(lines):
        paper.write(60, 60 + 46 * number, line, 30)
    return paper.image


@pytest.fixture
def full(home: Home, reader: Reader, sign: Sign) -> Home:
    home.add("cafe.jpg", "2021-05-04 10:00:00", image=sign("Free wifi"))
    home.add("router.jpg", "2022-05-04 10:00:00", caption="the wifi of the neighbours")
    home.add("plain.jpg", "2023-05-04 10:00:00", size=(640, 480))
    rows = [f"{good} {price}" for good, price in zip(words.GOODS["en"] * 2, range(10, 30), strict=True)]
    home.add("page.jpg", "2024-05-04 10:00:00", image=page("House rules", "The wifi is in the kitchen", *rows))
    home.index()
    return home


def test_they_are_searched_with_all_others_and_come_after_what_was_written(full: Home) -> None:
    assert [name for name in full.list('/Search/"wifi"') if name.endswith(".jpg")] == [
        "001 router.jpg",
        "002 cafe.jpg",
        "003 page.jpg",
    ]


def test_they_can_be_asked_for_alone(full: Home) -> None:
    photos = {"text:wifi": ["cafe.jpg", "page.jpg"], "text:“free wifi”": ["cafe.jpg"], "-text:wifi": None}
    for phrase, expected in photos.items():
        listed = [name for name in full.list(f'/Search/"{phrase}"') if name.endswith(".jpg")]
        assert listed == (expected or ["plain.jpg", "router.jpg"]), phrase
    assert "Nothing found.txt" in full.list('/Search/"text:router"')


def test_one_phrase_may_be_of_both(full: Home, sign: Sign) -> None:
    full.add("grandma.jpg", "2021-06-04 10:00:00", image=sign("Exit"), caption="Grandma leaves")
    full.index()
    assert "001 grandma.jpg" in full.list('/Search/"exit grandma"')


def test_what_has_no_words_changes_nothing_that_is_shown(home: Home, reader: Reader) -> None:
    home.add("plain.jpg", size=(640, 480))
    home.add_library()
    indexer = home.indexer()
    indexer.walk()
    indexer.work()
    before = home.query("SELECT value FROM state WHERE key = 'seq'")
    assert indexer.counts().at_leisure == 1
    indexer.work_at_leisure()
    assert indexer.counts().at_leisure == 0
    assert home.query("SELECT value FROM state WHERE key = 'seq'") == before
    assert home.query("SELECT facts FROM analysis WHERE analyzer = 'text'") == ['{"values": {}}']


def test_the_poster_of_a_video_is_read(home: Home, reader: Reader, sign: Sign) -> None:
    make_video(home.root / "film.mp4", image=sign("Happy birthday"))
    home.index()
    assert "film.mp4" in home.list('/Search/"text:birthday"')


def test_info_says_what_was_read(full: Home, capsys: pytest.CaptureFixture[str]) -> None:
    from haven_fs.cli import main

    assert main(["info", str(Path(full.root, "cafe.jpg")), "--json", "--data", str(full.data)]) == 0
    assert json.loads(capsys.readouterr().out)["words"] == ["Free wifi"]
