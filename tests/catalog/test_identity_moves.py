"""Photos have an id: a file that was moved, renamed, changed, or deleted and brought back is the photo it was."""

import shutil
from pathlib import Path

import pytest
from helpers.home import Home, Seen

from haven_fs.testing import make_photo


def same(after: Seen, before: Seen) -> bool:
    return (after.id, after.photo, after.name, after.shown) == (before.id, before.photo, before.name, True)


@pytest.mark.parametrize("to", ["b.jpg", "new/folder/a.jpg", "A.JPG", "sub/A (2).jpg", "ä.jpg"])
@pytest.mark.parametrize("way", ["walk", "announced"])
def test_a_moved_file_keeps_its_photo_and_name(home: Home, to: str, way: str) -> None:
    home.add("a.jpg")
    home.add("sub/other.jpg")
    home.index()
    before = home.seen()
    (home.root / to).parent.mkdir(parents=True, exist_ok=True)
    (home.root / "a.jpg").rename(home.root / to)
    if way == "walk":
        home.index()
    else:
        home.look({"", to.rpartition("/")[0]})
    after = home.seen()
    assert set(after) == {to, "sub/other.jpg"}
    assert same(after[to], before["a.jpg"])
    assert after[to].shown_as == Path(to).name
    assert same(after["sub/other.jpg"], before["sub/other.jpg"])


def test_a_renamed_folder_keeps_its_photos(home: Home) -> None:
    for name in ("Trip/a.jpg", "Trip/day 2/b.jpg"):
        home.add(name)
    home.index()
    before = home.seen()
    (home.root / "Trip").rename(home.root / "trip")
    home.index()
    after = home.seen()
    assert same(after["trip/a.jpg"], before["Trip/a.jpg"])
    assert same(after["trip/day 2/b.jpg"], before["Trip/day 2/b.jpg"])
    assert home.query("SELECT shown FROM dir WHERE gone IS NULL AND parent_id IS NOT NULL ORDER BY shown") == [
        "day 2",
        "trip",
    ]


def test_a_file_moved_to_another_library_keeps_its_photo(home: Home, tmp_path: Path) -> None:
    home.add("a.jpg")
    home.add("b.jpg")
    other = tmp_path / "Other"
    make_photo(other / "c.jpg")
    home.add_library(other)
    home.index()
    before = home.seen()
    (home.root / "a.jpg").rename(other / "a.jpg")
    home.index()
    assert same(home.seen(other)["a.jpg"], before["a.jpg"])
    (other / "a.jpg").rename(home.root / "back.jpg")
    home.index()
    assert same(home.seen()["back.jpg"], before["a.jpg"])


def test_new_bytes_at_an_old_path_are_the_photo_seen_anew(home: Home) -> None:
    home.add("a.jpg", "2019-01-02 03:04:05", caption="before")
    home.index()
    before, facts = home.seen()["a.jpg"], home.facts("a.jpg")
    home.add("a.jpg", "2021-01-02 03:04:05", seed="other", size=(96, 48), camera=None)
    home.index()
    assert same(home.seen()["a.jpg"], before)
    assert home.facts("a.jpg")["taken"] - facts["taken"] == 731 * 86400
    assert (home.facts("a.jpg")["width"], home.facts("a.jpg")["caption"]) == (96, None)


def test_a_photo_that_breaks_and_is_mended(home: Home) -> None:
    path = home.add("a.jpg")
    home.index()
    before, whole = home.seen()["a.jpg"], path.read_bytes()
    path.write_bytes(b"\xff\xd8\xff" + b"no picture" * 50)
    home.index()
    assert home.seen()["a.jpg"].photo == before.photo
    assert not home.seen()["a.jpg"].shown
    assert home.query("SELECT count(*) FROM photo WHERE unreadable IS NOT NULL") == [1]
    path.write_bytes(whole)
    home.index()
    assert same(home.seen()["a.jpg"], before)
    assert home.query("SELECT count(*) FROM photo WHERE unreadable IS NOT NULL") == [0]


def test_exact_duplicates_are_two_photos(home: Home) -> None:
    first = home.add("a/x.jpg")
    for name in ("b/x.jpg", "b/y.jpg"):
        (home.root / name).parent.mkdir(exist_ok=True)
        shutil.copy2(first, home.root / name)
    home.index()
    before = home.seen()
    assert len({seen.photo for seen in before.values()}) == 3
    # Of several copies that could be meant, the one of that name is.
    (home.root / "b/x.jpg").rename(home.root / "x.jpg")
    home.index()
    assert same(home.seen()["x.jpg"], before["b/x.jpg"])
    assert same(home.seen()["a/x.jpg"], before["a/x.jpg"])


def test_a_copy_made_later_is_a_photo_of_its_own(home: Home) -> None:
    first = home.add("a.jpg")
    home.index()
    before = home.seen()["a.jpg"]
    shutil.copy2(first, home.root / "copy.jpg")
    home.index()
    assert same(home.seen()["a.jpg"], before)
    assert home.seen()["copy.jpg"].photo != before.photo


def test_two_files_that_swap_names(home: Home) -> None:
    home.add("a.jpg", "2001-01-01 00:00:00")
    home.add("b.jpg", "2002-01-01 00:00:00", size=(96, 64))
    home.index()
    before, facts = home.seen(), {name: home.facts(name) for name in ("a.jpg", "b.jpg")}
    (home.root / "a.jpg").rename(home.root / "c")
    (home.root / "b.jpg").rename(home.root / "a.jpg")
    (home.root / "c").rename(home.root / "b.jpg")
    home.index()
    after = home.seen()
    assert {after[name].photo for name in after} == {before[name].photo for name in before}
    assert all(after[name].shown for name in after)
    # Whichever photo each is, its facts are those of the bytes that are there now.
    assert home.facts("a.jpg") == facts["b.jpg"]
    assert home.facts("b.jpg") == facts["a.jpg"]


def test_a_chain_of_renames(home: Home) -> None:
    """As `rename` does when a file is taken out of the middle of a numbered series."""
    for number in range(5):
        home.add(f"IMG_{number}.jpg", f"200{number}-01-01 00:00:00", size=(64 + number, 48))
    home.index()
    photos, facts = {seen.photo for seen in home.seen().values()}, home.facts("IMG_4.jpg")
    for number in range(4):
        (home.root / f"IMG_{number + 1}.jpg").replace(home.root / f"IMG_{number}.jpg")
    home.index()
    after = home.seen()
    assert {seen.photo for seen in after.values()} < photos
    assert [home.facts(f"IMG_{number}.jpg")["width"] for number in range(4)] == [65, 66, 67, 68]
    assert home.facts("IMG_3.jpg") == facts


def test_deleted_and_brought_back(home: Home, tmp_path: Path) -> None:
    home.add("a.jpg")
    home.add("b.jpg")
    home.index()
    before = home.seen()
    kept = tmp_path / "bin.jpg"
    shutil.copy2(home.root / "a.jpg", kept)
    (home.root / "a.jpg").unlink()
    home.index()
    assert set(home.seen()) == {"b.jpg"}
    assert home.query("SELECT count(*) FROM photo WHERE shown = 1") == [1]
    shutil.copy(kept, home.root / "a.jpg")
    home.index()
    assert same(home.seen()["a.jpg"], before["a.jpg"])


def test_a_file_of_other_bytes_under_an_old_name_is_another_photo(home: Home) -> None:
    path = home.add("a.jpg")
    home.add("b.jpg")
    home.index()
    before = home.seen()["a.jpg"]
    path.unlink()
    home.index()
    home.add("a.jpg", seed="another", size=(80, 60))
    home.index()
    after = home.seen()["a.jpg"]
    assert after.photo != before.photo
    assert after.name == "a (2).jpg"


def test_a_rename_in_another_case_beside_its_twin(home: Home) -> None:
    """The name on disk is shown as it is, although the old one was still known when it was first seen."""
    home.add("a.jpg")
    (home.root / "a.jpg").rename(home.root / "A.jpg")
    home.index()
    (home.root / "A.jpg").unlink()
    home.add("a.JPG", seed="another")
    home.index()
    assert home.seen()["a.JPG"].shown_as == "a.JPG"


def test_nothing_changed_is_nothing_done(home: Home) -> None:
    for name in ("a.jpg", "b/c.jpg"):
        home.add(name)
    home.index()
    tables = ("original", "photo", "name", "analysis", "member", "value", "dir")
    before = {table: home.query(f"SELECT * FROM {table}") for table in tables}
    home.index()
    home.look({"", "b"})
    home.look(None)
    assert {table: home.query(f"SELECT * FROM {table}") for table in tables} == before
