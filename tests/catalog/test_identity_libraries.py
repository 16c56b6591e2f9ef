"""Much of a library, or all of it, that comes to another one: what was said goes along with the pictures."""

import shutil
from pathlib import Path

import pytest
from helpers.home import Home, photos

from haven_fs.catalog.libraries import remove_library
from haven_fs.testing import make_photo


def beside(home: Home, tmp_path: Path) -> Path:
    """Index the library and another, which has a photo of its own; return where that one is."""
    home.index()
    other = tmp_path / "Other"
    make_photo(other / "own.jpg")
    home.add_library(other)
    home.index()
    return other


@pytest.mark.parametrize("first", ["source", "target"])
@pytest.mark.parametrize("share", ["half", "a folder"])
def test_much_of_a_library_moved_to_another(home: Home, tmp_path: Path, first: str, share: str) -> None:
    for number in range(40):
        home.add(f"{'in' if number % 2 else 'out'}/{number}.jpg")
    other = beside(home, tmp_path)
    before = photos(home)
    if share == "a folder":
        (home.root / "in").rename(other / "in")
    else:
        (other / "in").mkdir()
        for path in sorted((home.root / "in").iterdir()):
            path.rename(other / "in" / path.name)
    indexer = home.indexer()
    libraries = {library.root: library.id for library in indexer.libraries()}
    looks = [(libraries[home.root.resolve()], {"", "in"}), (libraries[other.resolve()], {"", "in"})]
    for library_id, paths in looks if first == "source" else reversed(looks):
        indexer.look_at(library_id, paths)
    indexer.work()
    moved = {path: id_ for path, id_ in before.items() if path.startswith("in/")}
    assert {path: id_ for path, id_ in photos(home, other).items() if path != "own.jpg"} == moved
    assert photos(home) == {path: id_ for path, id_ in before.items() if path not in moved}
    assert home.query("SELECT away FROM library") == [None, None]


@pytest.mark.parametrize("looks", ["st", "ts", "tst", "index"])
@pytest.mark.parametrize("is_worked", [False, True], ids=["", "looked into at once"])
def test_all_of_a_library_moved_to_another(home: Home, tmp_path: Path, looks: str, *, is_worked: bool) -> None:
    """Its own folder is there, and it is the one that the files were in: so they are not merely away."""
    for number in range(6):
        home.add(f"{'a/' if number % 2 else ''}{number}.jpg")
    other = beside(home, tmp_path)
    before = photos(home)
    for path in list(home.root.iterdir()):
        path.rename(other / path.name)
    indexer = home.indexer()
    libraries = {library.root: library.id for library in indexer.libraries()}
    ways = {"s": (libraries[home.root.resolve()], {"", "a"}), "t": (libraries[other.resolve()], {"", "a"})}
    for way in looks if looks != "index" else "":
        indexer.look_at(*ways[way])
        if is_worked:
            indexer.work()
    home.index()
    assert {path: id_ for path, id_ in photos(home, other).items() if path != "own.jpg"} == before
    assert photos(home) == {}
    assert home.query("SELECT away FROM library") == [None, None]


@pytest.mark.parametrize("name", ["3.jpg", "renamed.jpg"])
def test_a_library_that_was_copied_and_removed(home: Home, tmp_path: Path, name: str) -> None:
    for number in range(6):
        home.add(f"a/{number}.jpg")
    home.index()
    home.make("Albums/A")
    home.copy("Recent/3.jpg", "Albums/A/")
    before = photos(home)
    other = tmp_path / "Other"
    shutil.copytree(home.root, other)
    (other / "a/3.jpg").rename(other / "a" / name)
    home.add_library(other)
    home.indexer().run()
    remove_library(home.catalog, "Pictures")
    home.indexer().run()
    assert home.list("Albums/A") == ["3.jpg"]
    assert photos(home, other)[f"a/{name}"] == before["a/3.jpg"]
    assert len(home.list("Recent")) == 6
    assert home.indexer().counts().pending == 0


def test_copies_on_another_disk_are_no_move_while_a_library_is_away(home: Home, tmp_path: Path) -> None:
    for number in range(4):
        home.add(f"{number}.jpg")
    home.index()
    before = photos(home)
    other = tmp_path / "Backup"
    shutil.copytree(home.root, other)
    home.root.rename(tmp_path / "unplugged")
    home.root.mkdir()
    home.add_library(other)
    home.indexer().run()
    assert not set(photos(home, other).values()) & set(before.values())
    home.root.rmdir()
    (tmp_path / "unplugged").rename(home.root)
    home.index()
    assert photos(home) == before
