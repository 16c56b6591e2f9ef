"""A backup that a program left beside a photo is a photo of its own as soon as nothing is there that it is a backup of.

At once, not when the indexer comes to it: whoever removes the one may put the other into an album next.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home

from haven_fs.errors import Forbidden


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with Home(tmp_path) as home:
        home.add("Trip/a.jpg")
        home.add("Trip/b.jpg", "2018-01-01 12:00:00")
        older = home.add("Trip/older.jpg", "2019-01-01 12:00:00")
        older.rename(older.with_name("a.jpg~"))
        home.add_library(writable=True)
        home.index()
        home.make("/Albums/A")
        yield home


def _at(home: Home, name: str) -> str:
    return f"/Originals/{home.root.name}/Trip/{name}"


def test_a_backup_is_no_photo(home: Home) -> None:
    with pytest.raises(Forbidden, match="backup"):
        home.copy(_at(home, "a.jpg~"), "/Albums/A/a.jpg")


def test_what_it_was_of_is_deleted(home: Home) -> None:
    home.delete(_at(home, "a.jpg"))
    home.copy(_at(home, "a.jpg~"), "/Albums/A/a.jpg")
    assert len([name for name in home.list("/Albums/A") if name.startswith("a.jpg")]) == 1


def test_what_it_was_of_is_moved_away(home: Home) -> None:
    home.move(_at(home, "a.jpg"), _at(home, "b.jpg"))
    home.copy(_at(home, "a.jpg~"), "/Albums/A/")
    assert home.list("/Recent") != []


def test_it_gets_a_name_of_its_own(home: Home) -> None:
    home.move(_at(home, "a.jpg~"), _at(home, "older.jpg"))
    home.copy(_at(home, "older.jpg"), "/Albums/A/")
    assert "older.jpg" in home.list("/Albums/A")


def test_it_stays_hidden_beside_another_photo(home: Home) -> None:
    """What was hidden with the photo it is of is not shown when others come to that photo's place and go again."""
    home.move("/Recent/b.jpg", "/Recently Removed/b.jpg")
    (home.root / "Trip/b.jpg~").write_bytes(home.add("c.jpg", "2017-01-01 12:00:00").read_bytes())
    home.index()
    home.move(_at(home, "b.jpg"), _at(home, "gone.jpg"))
    home.move(_at(home, "a.jpg"), _at(home, "b.jpg"))
    home.move(_at(home, "b.jpg"), _at(home, "a.jpg"))
    assert [name for name in home.list("/Recent") if "~" in name] == []


def test_it_is_not_shown_when_a_hidden_photo_is_saved_anew(home: Home) -> None:
    """Programs delete a file and send it anew: what came between must not be seen for good."""
    home.move("/Recent/a.jpg", "/Recently Removed/a.jpg")
    home.delete(_at(home, "a.jpg"))
    home.put(_at(home, "a.jpg"), (home.root / "Trip/b.jpg").read_bytes() + b"1")
    assert [name for name in home.list("/Recent") if name.startswith("a")] == []
