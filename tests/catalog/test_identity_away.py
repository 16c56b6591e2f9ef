"""A disk that is not there is not a library whose photos were deleted: nothing is lost until the owner says so."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from helpers.home import Home, Seen

from haven_fs.errors import UserError
from haven_fs.library import beneath
from haven_fs.testing import make_photo


def fill(home: Home, count: int, folder: str = "") -> dict[str, Seen]:
    for number in range(count):
        home.add(f"{folder}{number:02d}.jpg", size=(8, 8), camera=None)
    home.index()
    return home.seen()


def shown(home: Home) -> int:
    return int(home.query("SELECT count(*) FROM photo WHERE shown = 1")[0])


def test_a_root_that_is_not_there(home: Home) -> None:
    before = fill(home, 3)
    home.root.rename(home.root.with_name("elsewhere"))
    indexer = home.indexer()
    indexer.run(accept_missing=True)
    assert home.seen() == before
    assert "is not there" in (home.library().away or "")
    home.root.with_name("elsewhere").rename(home.root)
    home.index()
    assert home.seen() == before
    assert home.library().away is None


def test_a_root_that_is_a_file(home: Home) -> None:
    before = fill(home, 3)
    home.root.rename(home.root.with_name("elsewhere"))
    home.root.touch()
    home.indexer().run()
    assert home.seen() == before
    assert home.library().away


@pytest.mark.parametrize("look", [None, {""}, {"", "a"}])
def test_an_empty_root_is_a_mount_point_without_its_disk(home: Home, look: Any) -> None:
    before = fill(home, 3, "a/")
    shutil.move(home.root / "a", home.root.parent / "a")
    home.look(look)
    assert home.seen() == before
    assert shown(home) == 3
    away = home.library().away or ""
    assert "is empty" in away
    assert "--accept-missing" in away
    shutil.move(home.root.parent / "a", home.root / "a")
    home.look(None)
    assert home.seen() == before
    assert home.library().away is None


def test_more_than_a_tenth_lost_is_not_believed(home: Home) -> None:
    before = fill(home, 40)
    for number in range(11):
        (home.root / f"{number:02d}.jpg").unlink()
    home.index()
    assert home.seen() == before
    assert "11 of 40" in (home.library().away or "")
    assert home.library().missing == 11
    home.index(accept_missing=True)
    assert len(home.seen()) == shown(home) == 29
    assert home.library().away is None
    assert home.library().missing == 0


def test_few_deleted_are_believed(home: Home) -> None:
    fill(home, 40)
    for number in range(10):
        (home.root / f"{number:02d}.jpg").unlink()
    home.index()
    assert len(home.seen()) == shown(home) == 30
    assert home.library().away is None


@pytest.mark.parametrize("other_device", [False, True])
def test_half_lost_on_another_disk_is_not_believed(
    home: Home, monkeypatch: pytest.MonkeyPatch, other_device: bool
) -> None:
    before = fill(home, 8)
    for number in range(5):
        (home.root / f"{number:02d}.jpg").unlink()
    real, root = Path.stat, home.root.resolve()

    def stat(path: Path, **how: Any) -> os.stat_result:
        found = real(path, **how)
        if not other_device or path != root:
            return found
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10]))

    monkeypatch.setattr(Path, "stat", stat)
    home.index()
    assert bool(home.library().away) is other_device
    assert len(home.seen()) == shown(home) == (8 if other_device else 3)
    assert not other_device or home.seen() == before


def test_another_device_number_alone_says_nothing(home: Home) -> None:
    before = fill(home, 4)
    with home.catalog.write() as w:
        w.db.execute("UPDATE library SET device = device + 1")
    home.index()
    assert home.library().away is None
    assert home.seen() == before


def test_a_library_that_is_away_stays_so_until_all_of_it_was_seen(home: Home) -> None:
    fill(home, 30, "kept/")
    before = fill(home, 15, "lost/")
    shutil.move(home.root / "lost", home.root.parent / "lost")
    home.index()
    assert home.library().away
    home.add("kept/new.jpg")
    home.look({"kept"})
    assert home.library().away
    assert home.library().missing == 15
    assert {path: home.seen()[path] for path in before} == before


def test_what_is_new_on_a_disk_that_lost_much_is_shown(home: Home) -> None:
    before = fill(home, 20)
    for number in range(15):
        (home.root / f"{number:02d}.jpg").unlink()
    home.add("new.jpg")
    home.index()
    assert home.library().away
    assert home.seen().keys() == before.keys() | {"new.jpg"}


def unreadable(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    real = beneath.open_folder

    def open_folder(path: Path) -> int:
        if path == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(beneath, "open_folder", open_folder)


@pytest.mark.parametrize("look", [None, {"", "a", "a/b"}, {"a/b"}])
def test_a_folder_that_cannot_be_listed_loses_nothing(home: Home, monkeypatch: pytest.MonkeyPatch, look: Any) -> None:
    for name in ("x.jpg", "a/b/y.jpg", "a/b/c/z.jpg"):
        home.add(name)
    home.index()
    before = home.seen()
    with monkeypatch.context() as patch:
        unreadable(patch, home.root.resolve() / "a/b")
        home.look(look)
        assert home.seen() == before
        assert shown(home) == 3
    home.index()
    assert home.seen() == before


def test_what_comes_into_a_folder_that_cannot_be_listed_is_found_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.add("a/x.jpg")
    home.add("b/y.jpg")
    home.index()
    before = home.seen()
    with monkeypatch.context() as patch:
        unreadable(patch, home.root.resolve() / "b")
        (home.root / "a/x.jpg").rename(home.root / "b/x.jpg")
        home.add("b/new.jpg")
        home.index()
        assert home.seen() == {"b/y.jpg": before["b/y.jpg"]}
    home.index()
    after = home.seen()
    assert after["b/x.jpg"] == before["a/x.jpg"]
    assert after["b/y.jpg"] == before["b/y.jpg"]
    assert after["b/new.jpg"].shown


def test_folders_that_come_without_being_announced(home: Home) -> None:
    """A folder moved in brings folders of its own, of which the system tells nothing."""
    home.add("a.jpg")
    home.index()
    make_photo(home.root.parent / "out/deep/er/b.jpg")
    (home.root.parent / "out").rename(home.root / "in")
    home.look({""})
    assert home.seen().keys() == {"a.jpg", "in/deep/er/b.jpg"}
    assert home.seen()["in/deep/er/b.jpg"].shown


def test_ignore_rules_that_change(home: Home) -> None:
    home.add("private/a.jpg")
    home.add("b.jpg")
    home.index()
    before = home.seen()
    (home.root / ".havenignore").write_text("private/\n")
    home.index()
    assert home.seen().keys() == {"b.jpg"}
    assert shown(home) == 1
    (home.root / ".havenignore").unlink()
    home.index()
    assert home.seen() == before
    assert shown(home) == 2


def test_a_library_removed_and_added_again(home: Home) -> None:
    from haven_fs.catalog.libraries import remove_library

    for name in ("a/x.jpg", "b/x.jpg", "c/IMG_1.jpg"):
        home.add(name)
    shutil.copy2(home.root / "a/x.jpg", home.root / "copy.jpg")
    (home.root / "d").mkdir()
    shutil.copy2(home.root / "b/x.jpg", home.root / "d/x.jpg")
    home.index()
    before = home.seen()
    remove_library(home.catalog, "Pictures")
    assert shown(home) == 0
    assert home.indexer().counts().pending == 0
    tree = home.tree()
    with tree.view() as view:
        assert tree.resolve(view, ["Originals", "Pictures"]) is None
    # One more copy must not take what belongs to another.
    (home.root / "0").mkdir()
    shutil.copy2(home.root / "b/x.jpg", home.root / "0/x.jpg")
    home.index()
    after = home.seen()
    assert {path: after[path] for path in before} == before
    assert len({seen.photo for seen in after.values()}) == 6
    with pytest.raises(UserError, match="no library"):
        remove_library(home.catalog, "nothing")


def test_folders_that_cannot_be_libraries(home: Home, tmp_path: Path) -> None:
    home.add("sub/a.jpg")
    library = home.add_library()
    assert home.add_library() == library
    (tmp_path / "link").symlink_to(home.root)
    assert home.add_library(tmp_path / "link") == library
    for folder in (home.root / "sub", tmp_path / "link" / "sub"):
        with pytest.raises(UserError, match="overlaps"):
            home.add_library(folder)
    for folder in (tmp_path, home.data):
        with pytest.raises(UserError, match="data folder"):
            home.add_library(folder)
    with pytest.raises(UserError, match="no folder"):
        home.add_library(tmp_path / "missing")
    with pytest.raises(UserError, match="no folder"):
        home.add_library(home.root / "sub/a.jpg")
    assert [known.root for known in home.indexer().libraries()] == [home.root.resolve()]


def test_libraries_of_one_name(home: Home, tmp_path: Path) -> None:
    home.add("a.jpg")
    make_photo(tmp_path / "other" / "pictures" / "b.jpg")
    home.add_library()
    home.add_library(tmp_path / "other" / "pictures")
    home.index()
    assert [library.name for library in home.indexer().libraries()] == ["Pictures", "pictures (2)"]
