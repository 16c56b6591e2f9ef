"""One value of a facet that an owner says a photo has, or has not: the others are left to analyzers."""

import pytest
from helpers.home import Home

from haven_fs.catalog.said import say, unsay
from haven_fs.catalog.values import values_of


def types(home: Home) -> set[str]:
    with home.catalog.read() as db:
        return {tag.key for tag in values_of(db, 1, "type")}


@pytest.fixture
def one(home: Home) -> Home:
    home.add("Screenshot_1.jpg")
    home.index()
    assert types(home) == {"screenshot"}
    return home


def test_a_value_is_added_or_taken_away_by_itself(one: Home) -> None:
    with one.catalog.write(by="") as w:
        say(w, 1, {"tag:type:panorama": ("Panoramas", None)}, "said")
    assert types(one) == {"screenshot", "panorama"}
    with one.catalog.write(by="") as w:
        say(w, 1, {"tag:type:screenshot": None}, "said")
    assert types(one) == {"panorama"}
    one.undo()
    with one.catalog.write(by="") as w:
        unsay(w, 1, ["tag:type:panorama"], "unsaid")
    assert types(one) == {"screenshot"}


def test_it_holds_whatever_is_said_of_all(one: Home) -> None:
    with one.catalog.write(by="") as w:
        say(w, 1, {"tag:type:panorama": ("Panoramas", None), "tags:type": [["raw", "RAW", None]]}, "said")
    assert types(one) == {"raw", "panorama"}


def test_a_key_may_have_a_colon(one: Home) -> None:
    with one.catalog.write(by="") as w:
        say(w, 1, {"tag:type:a:b": ("A or B", None)}, "said")
    assert types(one) == {"screenshot", "a:b"}
    one.index(anew=True)
    assert types(one) == {"screenshot", "a:b"}
