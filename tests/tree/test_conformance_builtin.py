"""The conformance suite on every folder Haven has, over a real catalog, before and after real changes."""

import shutil

import pytest
from helpers.home import Home
from looking import looking

from haven_fs.catalog.findings import Analysis
from haven_fs.catalog.photos import PhotoStore
from haven_fs.testing import History, check_reading, check_versions, make_video, snapshot
from haven_fs.tree.looks import LOOKS

PARIS = (48.8584, 2.2945)
FOLDERS = (
    "People",
    "Albums",
    "Favorites",
    "Recently Removed",
    "Timeline",
    "Places",
    "Places/Countries",
    "Recent",
    "On This Day",
    "Types",
    "Review",
    "Review/Changes",
    "Review/Undated",
    "Review/Dated by Folder",
    "Review/Unplaced",
    "Review/Unreadable",
    "Review/Damaged",
    "Review/Duplicates",
    "Review/Unknown faces",
    "Review/Maybe",
    "Search",
    "Inbox",
    "Originals",
)
EMPTY = {
    "People", "Albums", "Favorites", "Recently Removed", "Review", "Review/Changes", "Review/Unknown faces",
    "Review/Maybe", "Review/Damaged", "Review/Dated by Folder", "Search", "Inbox",
}  # fmt: skip
"""Folders in which nothing is unless an owner has said something; their own tests look into them full."""


def test_these_are_all_there_are(full: Home) -> None:
    with looking(full) as look:
        tops = {path.partition("/")[0] for path in FOLDERS}
        assert set(look.folders("")) == tops | {look.name for look in LOOKS}
        assert {f"Review/{name}" for name in look.folders("Review")} == {p for p in FOLDERS if p.startswith("Review/")}


@pytest.mark.parametrize("path", FOLDERS)
def test_a_folder(full: Home, path: str) -> None:
    with looking(full) as look:
        listed = check_reading(look, path, portable=not path.startswith("Originals"))
        assert listed or path in EMPTY


@pytest.mark.parametrize("path", ["Places/Paris/Timeline", "Timeline/2019/Places", "Timeline/2022/Types"])
def test_a_composed_folder(full: Home, path: str) -> None:
    with looking(full) as look:
        assert check_reading(look, path)


def test_the_root(full: Home) -> None:
    with looking(full) as look:
        check_reading(look, portable=False)


@pytest.mark.parametrize("path", ["Timeline", "Places", "Recent", "Review/Unplaced"])
def test_a_split_folder(full: Home, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(full.settings, "tree.split_above", 3)
    with looking(full) as look:
        assert check_reading(look, path)
        assert not look.files(path)
    with full.catalog.write() as w:
        w.db.execute("DELETE FROM split")


def test_photos_without_a_day_are_in_a_split_folder_too(home: Home) -> None:
    home.add("a.jpg")
    home.add("b.jpg")
    home.index()
    home.settings["tree.split_above"] = 1
    with home.catalog.write() as w:
        w.db.execute("UPDATE photo SET day = NULL, taken = NULL WHERE id = 1")
    with looking(home) as look:
        assert look.folders("Review/Unplaced") == ["Undated", "2020"]
        assert look.files("Review/Unplaced/undated") == ["a.jpg"]
        assert check_reading(look, "Review") == 2


def test_versions_follow_every_change(home: Home) -> None:
    """One change after another; after each, what changed says so, up to the root."""
    for year in (2019, 2020, 2021):
        home.add(f"{year}/a.jpg", f"{year}-07-03 12:00:00", position=PARIS if year < 2021 else None)
        home.add(f"{year}/b.jpg", f"{year}-01-01 12:00:00")
    home.add("undated.jpg", None, camera=None)
    kept = home.root.parent / "kept.jpg"

    def change(number: int) -> None:
        match number:
            case 0:
                home.add("2022/c.jpg", "2022-02-02 12:00:00")
            case 1:  # a removal, of what is not the newest
                (home.root / "2020/b.jpg").unlink()
            case 2:  # other bytes: another month, no place any more
                home.add("2019/a.jpg", "2019-08-01 12:00:00", seed="other")
            case 3:  # as many as before: one goes, one comes
                shutil.move(home.root / "2021/b.jpg", kept)
                home.add("2021/d.jpg", "2021-01-02 12:00:00")
            case 4:
                shutil.move(kept, home.root / "2021/b.jpg")
            case 5:
                (home.root / "2021").rename(home.root / "moved")
            case 6:
                make_video(home.root / "moved/a.MOV")
            case 7:
                (home.root / "2022/c.jpg").write_bytes(b"\xff\xd8\xff")
            case 8:
                (home.root / "notes.txt").write_text("hello")
            case 9:
                (home.root / "empty").mkdir()
            case 10:  # the only photo of a town
                (home.root / "2020/a.jpg").unlink()
            case 11:
                (home.root / "undated.jpg").unlink()

    home.index()
    history = History()
    for number in range(12):
        with looking(home) as look:
            before = snapshot(look)
        history.note(before)
        change(number)
        home.index()
        with looking(home) as look:
            after = snapshot(look)
        history.note(after)
        # What moved is looked at again, which may cost a folder its version; what is no photo may not.
        assert check_versions(before, after, exact=number in (8, 9)) >= 2, f"change {number} was not seen"


def test_a_value_that_gets_another_name_is_another_folder(home: Home) -> None:
    home.add("a.jpg", None, position=PARIS)
    home.add("b.jpg", None, position=PARIS)
    home.index()
    with looking(home) as look:
        before = snapshot(look, "Places")
    with home.catalog.write() as w:
        said, photo = w.db.execute("SELECT facts, photo_id FROM analysis WHERE analyzer = 'places'").fetchone()
        PhotoStore(w).put_analyses({photo: {"places": Analysis(2, said.replace('"Paris"', '"Lutetia"'))}})
    with looking(home) as look:
        assert look.folders("Places") == ["Countries", "Lutetia"]
        check_reading(look, "Places")
        check_versions(before, snapshot(look, "Places"), exact=False)
    (home.root / "a.jpg").unlink()
    home.index()
    with looking(home) as look:
        check_reading(look, "Places")
