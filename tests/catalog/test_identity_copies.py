"""A move to another disk is a copy first and a removal later, and between them Haven may have looked."""

import shutil

import pytest
from helpers.home import Home

from haven_fs.catalog import exchange


def copied(home: Home) -> None:
    home.add("2020/a.jpg")
    home.index()
    (home.root / "2021").mkdir()
    shutil.copy2(home.root / "2020/a.jpg", home.root / "2021/a.jpg")
    home.index()


def test_a_copy_whose_source_goes_is_the_photo_it_was(home: Home) -> None:
    copied(home)
    before = home.seen()
    assert before["2020/a.jpg"].photo != before["2021/a.jpg"].photo
    (home.root / "2020/a.jpg").unlink()
    home.index()
    after = home.seen()["2021/a.jpg"]
    assert (after.photo, after.name, after.shown) == (before["2020/a.jpg"].photo, "a.jpg", True)
    assert home.query("SELECT count(*) FROM photo WHERE shown = 1") == [1]


def test_its_companions_come_along(home: Home) -> None:
    copied(home)
    (home.root / "2021/a.xmp").write_text('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    home.index()
    photo = home.seen()["2020/a.jpg"].photo
    (home.root / "2020/a.jpg").unlink()
    home.index()
    seen = home.seen()
    assert (seen["2021/a.jpg"].photo, seen["2021/a.xmp"].photo) == (photo, photo)


def test_a_copy_of_long_ago_is_a_photo_of_its_own(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    copied(home)
    own = home.seen()["2021/a.jpg"].photo
    monkeypatch.setattr(exchange, "RECENT", -60.0)
    (home.root / "2020/a.jpg").unlink()
    home.index()
    assert home.seen()["2021/a.jpg"].photo == own


def test_of_two_copies_one_goes_and_the_other_stays_itself(home: Home) -> None:
    copied(home)
    first = home.seen()["2020/a.jpg"].photo
    (home.root / "2021/a.jpg").unlink()
    home.index()
    assert home.seen()["2020/a.jpg"].photo == first
