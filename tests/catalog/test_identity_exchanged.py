"""Names that were exchanged while nobody looked: what was said stays with the picture, not with the path."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from helpers.home import Home, photos
from PIL import Image, ImageDraw

from haven_fs.testing import make_photo


@pytest.fixture
def scans(home: Home) -> Home:
    """Six scans of which nobody can tell when they were made, and a film of each as many bytes as the others."""
    for number in range(1, 7):
        home.add(f"scan_{number}.jpg", None, camera=None)
    home.index()
    return home


Look = Callable[[Home], None]


@pytest.fixture(params=["walk", "announced", "one by one"])
def look(request: pytest.FixtureRequest) -> Look:
    """How Haven learns of it: by the next walk, or told of the folders, all at once or the later ones first."""

    def announced(home: Home) -> None:
        home.look({path.relative_to(home.root).as_posix().replace(".", "") for path in folders(home.root)})

    def one_by_one(home: Home) -> None:
        for path in reversed(list(folders(home.root))):
            home.look({path.relative_to(home.root).as_posix().replace(".", "")})
        home.index()

    return {"walk": Home.index, "announced": announced, "one by one": one_by_one}[request.param]


def folders(root: Path) -> Iterator[Path]:
    return (Path(path) for path, _, _ in os.walk(root))


def test_renumbered_up(scans: Home, look: Look) -> None:
    before = photos(scans)
    for number in range(6, 1, -1):
        (scans.root / f"scan_{number}.jpg").rename(scans.root / f"scan_{number + 1}.jpg")
    look(scans)
    up = {f"scan_{number + 1}.jpg": before[f"scan_{number}.jpg"] for number in range(2, 7)}
    assert photos(scans) == {"scan_1.jpg": before["scan_1.jpg"], **up}


@pytest.mark.parametrize("first", ["deleted", "replaced", "moved away"])
def test_renumbered_down(scans: Home, look: Look, first: str) -> None:
    before = photos(scans)
    (scans.root / "old").mkdir()
    if first == "deleted":
        (scans.root / "scan_1.jpg").unlink()
    elif first == "moved away":
        (scans.root / "scan_1.jpg").rename(scans.root / "old/scan_1.jpg")
    for number in range(1, 6):
        (scans.root / f"scan_{number + 1}.jpg").replace(scans.root / f"scan_{number}.jpg")
    look(scans)
    down = {f"scan_{number}.jpg": before[f"scan_{number + 1}.jpg"] for number in range(1, 6)}
    away = {"old/scan_1.jpg": before["scan_1.jpg"]} if first == "moved away" else {}
    assert photos(scans) == {**down, **away}


@pytest.mark.parametrize("deleted", [True, False])
def test_one_takes_the_name_of_another(scans: Home, look: Look, *, deleted: bool) -> None:
    before = photos(scans)
    if deleted:
        (scans.root / "scan_1.jpg").unlink()
    (scans.root / "scan_6.jpg").replace(scans.root / "scan_1.jpg")
    look(scans)
    now = photos(scans)
    assert now.pop("scan_1.jpg") == before["scan_6.jpg"]
    assert now == {f"scan_{number}.jpg": before[f"scan_{number}.jpg"] for number in range(2, 6)}


@pytest.mark.parametrize("files", [2, 3, 6])
def test_names_that_went_round(scans: Home, look: Look, files: int) -> None:
    before = photos(scans)
    names = [f"scan_{number}.jpg" for number in range(1, files + 1)]
    (scans.root / names[-1]).rename(scans.root / "aside")
    for one, next_ in reversed([*pairwise(names)]):
        (scans.root / one).rename(scans.root / next_)
    (scans.root / "aside").rename(scans.root / names[0])
    look(scans)
    after = photos(scans)
    assert {after[next_]: before[one] for one, next_ in pairwise(names)} == {
        before[one]: before[one] for one in names[:-1]
    }
    assert after[names[0]] == before[names[-1]]
    assert set(after) == set(before)


def test_a_name_that_another_picture_has_now(scans: Home, look: Look) -> None:
    """Moved into a folder, and its name given to a new one, as a camera does."""
    before = photos(scans)
    (scans.root / "trip").mkdir()
    (scans.root / "scan_3.jpg").rename(scans.root / "trip/scan_3.jpg")
    scans.add("scan_3.jpg", None, seed="another", size=(90, 70))
    look(scans)
    after = photos(scans)
    assert after["trip/scan_3.jpg"] == before["scan_3.jpg"]
    assert after["scan_3.jpg"] not in before.values()


def test_exchanged_between_libraries(scans: Home, tmp_path: Path) -> None:
    other = tmp_path / "Other"
    make_photo(other / "scan_1.jpg", None, camera=None, seed="other", size=(90, 60))
    scans.add_library(other)
    scans.index()
    before = photos(scans) | {f"other {path}": id_ for path, id_ in photos(scans, other).items()}
    (scans.root / "scan_1.jpg").rename(tmp_path / "aside")
    (other / "scan_1.jpg").rename(scans.root / "scan_1.jpg")
    (tmp_path / "aside").rename(other / "scan_1.jpg")
    scans.index()
    assert photos(scans)["scan_1.jpg"] == before["other scan_1.jpg"]
    assert photos(scans, other) == {"scan_1.jpg": before["scan_1.jpg"]}


def test_companions_go_with_their_photos(home: Home, look: Look) -> None:
    for name in ("a", "b"):
        home.add(f"{name}.jpg", None)
        (home.root / f"{name}.xmp").write_text(f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- {name} --></x:xmpmeta>')
    home.index()
    before = home.seen()
    for ending in ("jpg", "xmp"):
        (home.root / f"a.{ending}").rename(home.root / f"c.{ending}")
        (home.root / f"b.{ending}").rename(home.root / f"a.{ending}")
        (home.root / f"c.{ending}").rename(home.root / f"b.{ending}")
    look(home)
    after = home.seen()
    for ending in ("jpg", "xmp"):
        assert after[f"a.{ending}"].photo == before["b.jpg"].photo
        assert after[f"b.{ending}"].photo == before["a.jpg"].photo


# Programs that save


def test_written_anew(scans: Home, look: Look) -> None:
    before = photos(scans)
    scans.add("scan_2.jpg", None, seed="edited", size=(80, 60))
    look(scans)
    assert photos(scans) == before


@pytest.mark.parametrize("name", ["scan_2.jpg.4711", "new.jpg", "sub/scan_2.jpg"])
@pytest.mark.parametrize("is_seen", [False, True])
def test_a_new_file_moved_over_it(scans: Home, look: Look, name: str, is_seen: bool) -> None:
    before = photos(scans)
    new = scans.add(name, None, seed="edited", size=(80, 60))
    if is_seen:
        look(scans)
    new.replace(scans.root / "scan_2.jpg")
    look(scans)
    assert photos(scans) == before


BACKUPS = ("scan_2.jpg.bak", "scan_2.jpg~", "scan_2.bak", "scan_2.jpg_original", "scan_2_backup.jpg", "scan_2.jpg.~1~")


@pytest.mark.parametrize("backup", BACKUPS)
@pytest.mark.parametrize("is_seen", [False, True])
def test_the_old_one_kept_as_a_backup(scans: Home, look: Look, backup: str, is_seen: bool) -> None:
    before = photos(scans)
    new = scans.add("new.jpg", None, seed="edited", size=(80, 60))
    if is_seen:
        look(scans)
    (scans.root / "scan_2.jpg").rename(scans.root / backup)
    new.rename(scans.root / "scan_2.jpg")
    look(scans)
    after = photos(scans)
    kept = after.pop(backup, None)
    assert after == before
    assert kept not in before.values()
    assert (kept is None) == (not backup.endswith("_backup.jpg"))  # a backup is no photo beside what it is one of


def test_the_old_one_set_aside_and_then_deleted(scans: Home) -> None:
    """Haven looks after each step."""
    before = photos(scans)
    (scans.root / "scan_2.jpg").rename(scans.root / "aside.jpg")
    scans.look({""})
    scans.add("scan_2.jpg", None, seed="edited", size=(80, 60))
    scans.look({""})
    (scans.root / "aside.jpg").unlink()
    scans.look({""})
    assert photos(scans) == before


def test_a_backup_brought_back(scans: Home, look: Look) -> None:
    before = photos(scans)
    (scans.root / "scan_2.jpg").rename(scans.root / "scan_2.jpg~")
    scans.add("scan_2.jpg", None, seed="edited", size=(80, 60))
    look(scans)
    (scans.root / "scan_2.jpg~").replace(scans.root / "scan_2.jpg")
    look(scans)
    assert photos(scans) == before


def test_touched_beside_a_copy(scans: Home, look: Look) -> None:
    before = photos(scans)
    shutil.copy2(scans.root / "scan_2.jpg", scans.root / "copy.jpg")
    os.utime(scans.root / "scan_2.jpg", (1, 1))
    look(scans)
    after = photos(scans)
    assert after.pop("copy.jpg") not in before.values()
    assert after == before


def test_what_is_said_of_the_one_that_comes_is_not_lost(scans: Home, look: Look) -> None:
    scans.make("Albums/A")
    scans.copy("Recent/scan_3.jpg", "Albums/A/")
    before = photos(scans)
    (scans.root / "scan_3.jpg").replace(scans.root / "scan_2.jpg")
    look(scans)
    assert photos(scans)["scan_2.jpg"] == before["scan_3.jpg"]
    assert [*scans.list("Albums/A")] == ["scan_3.jpg"]


@pytest.mark.parametrize("is_said", [False, True])
def test_going_back_to_bytes_that_a_deleted_copy_had(scans: Home, look: Look, is_said: bool) -> None:
    """The file stays its photo, unless something was said of the other one, which is back then."""
    shutil.copy2(scans.root / "scan_2.jpg", scans.root / "copy.jpg")
    old = (scans.root / "copy.jpg").read_bytes()
    scans.index()
    if is_said:
        scans.make("Albums/A")
        scans.copy("Recent/copy.jpg", "Albums/A/")
    before = photos(scans)
    (scans.root / "copy.jpg").unlink()
    scans.add("scan_2.jpg", None, seed="edited", size=(80, 60))
    scans.index()
    scans.later()
    (scans.root / "scan_2.jpg").write_bytes(old)
    look(scans)
    assert photos(scans)["scan_2.jpg"] == before["copy.jpg" if is_said else "scan_2.jpg"]


@pytest.mark.parametrize("deletes", [False, True])
def test_saved_again_by_the_same_temporary_name_within_a_minute(scans: Home, *, deletes: bool) -> None:
    """As exiftool does, whose temporary files are called the same each time."""
    scans.add_inbox()
    scans.put("Inbox/a.jpg", (scans.root / "scan_1.jpg").read_bytes() + b"0")
    scans.make("Albums/A")
    scans.copy("Inbox/a.jpg", "Albums/A/")
    for number in range(1, 4):
        scans.put("Inbox/a.jpg_exiftool_tmp", (scans.root / "scan_2.jpg").read_bytes() + b"%d" % number)
        if deletes:
            scans.delete("Inbox/a.jpg")
        scans.move("Inbox/a.jpg_exiftool_tmp", "Inbox/a.jpg")
        assert scans.list("Albums/A") == ["a.jpg"]
        assert scans.list("Inbox") == ["a.jpg"]
        with scans.catalog.write() as w:
            for table, column in (("vacated", "at"), ("trash", "at"), ("photo", "added")):
                w.db.execute(f"UPDATE {table} SET {column} = {column} - 20")


# Deleted after they were moved


@pytest.mark.parametrize("what", ["swapped", "renumbered", "put elsewhere"])
def test_what_is_deleted_after_a_move_is_not_what_took_its_place(scans: Home, look: Look, what: str) -> None:
    """No program that saves sets a file aside where another one was, or in another folder."""
    before, at = photos(scans), {number: scans.root / f"scan_{number}.jpg" for number in range(1, 8)}
    scans.make("Albums/A")
    scans.copy("Recent/scan_2.jpg", "Albums/A/")
    aside = scans.root / "keep/holiday.jpg"
    if what == "swapped":
        at[2].rename(scans.root / "t")
        at[3].rename(at[2])
        aside = (scans.root / "t").rename(at[3])
    elif what == "renumbered":
        at[4].rename(at[7])
        at[3].rename(at[4])
        aside = at[2].rename(at[3])
        scans.add("scan_2.jpg", None, seed="new", camera=None)
    else:
        aside.parent.mkdir()
        at[2].rename(aside)
        scans.add("scan_2.jpg", None, seed="new", camera=None)
    look(scans)
    assert photos(scans)[aside.relative_to(scans.root).as_posix()] == before["scan_2.jpg"]
    aside.unlink()
    look(scans)
    assert photos(scans)["scan_2.jpg"] != before["scan_2.jpg"]
    assert scans.list("Albums/A") == []


# Cameras that count anew


@pytest.mark.parametrize("is_dated", [False, True], ids=["", "the owner said when the first was taken"])
def test_a_camera_name_used_again(home: Home, look: Look, *, is_dated: bool) -> None:
    """The first picture was deleted while nobody looked, and the camera gave its name to another."""
    home.add("IMG_0001.jpg", "2019-05-04 10:00:00", size=(400, 300))
    home.add("other.jpg", "2016-03-01 12:00:00")
    home.index()
    before = photos(home)
    home.make("Albums/A")
    home.copy("Recent/IMG_0001.jpg", "Albums/A/")
    if is_dated:
        home.move("Timeline/2019/2019-05/IMG_0001.jpg", "Timeline/2016/2016-03/")
    (home.root / "IMG_0001.jpg").unlink()
    home.add("IMG_0001.jpg", "2021-08-14 18:30:00", seed="another", size=(400, 300))
    look(home)
    assert photos(home)["IMG_0001.jpg"] not in before.values()
    assert home.list("Albums/A") == []


@pytest.mark.parametrize("what", ["the date", "the picture", "both, by a program that keeps no date"])
def test_a_date_or_a_picture_that_was_corrected(home: Home, look: Look, what: str) -> None:
    path = home.add("IMG_0001.jpg", "2019-05-04 10:00:00", seed="one", size=(400, 300))
    home.index()
    before = photos(home)
    size = path.stat().st_size
    if what == "the date":
        home.add("IMG_0001.jpg", "2018-05-04 10:00:00", seed="one", size=(400, 300))
        assert path.stat().st_size == size
    elif what == "the picture":
        home.add("IMG_0001.jpg", "2019-05-04 10:00:00", seed="cropped", size=(300, 200))
    else:
        home.add("IMG_0001.jpg", None, seed="cropped", size=(300, 200), camera=None)
    os.utime(path, (1, 1))
    look(home)
    assert photos(home) == before


# Files that look alike at both ends


def page(path: Path, spot: int) -> Path:
    image = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(image).rectangle((spot, 140, spot + 20, 160), fill="black")
    image.save(path)
    return path


@pytest.mark.parametrize("ending", ["bmp", "tif"])
def test_scans_of_one_size_with_equal_margins(home: Home, look: Look, ending: str) -> None:
    for number in range(3):
        page(home.root / f"{number}.{ending}", 150 + 30 * number)
    home.index()
    before = photos(home)
    assert home.list("Review/Duplicates") == ["About duplicates.txt"]
    (home.root / f"0.{ending}").unlink()
    page(home.root / f"3.{ending}", 300)
    look(home)
    after = photos(home)
    assert after[f"3.{ending}"] not in before.values()
    (home.root / f"1.{ending}").rename(home.root / f"x.{ending}")
    (home.root / f"2.{ending}").rename(home.root / f"1.{ending}")
    (home.root / f"x.{ending}").rename(home.root / f"2.{ending}")
    look(home)
    again = photos(home)
    assert (again[f"1.{ending}"], again[f"2.{ending}"]) == (before[f"2.{ending}"], before[f"1.{ending}"])


def test_what_a_killed_walk_left_takes_the_name_of_another(home: Home) -> None:
    """A file that is still to be looked into, and has other bytes again, is one file and not two."""
    for name in ("a.txt", "b.txt", "c.txt"):
        (home.root / name).write_text(f"this is {name}, and not another" * len(name))
    home.index()
    before = {name: seen.id for name, seen in home.seen().items()}
    for mtime, name in enumerate(before):
        os.utime(home.root / name, (mtime, mtime))
    home.indexer().walk()  # and nobody looks into what it found
    (home.root / "b.txt").replace(home.root / "a.txt")
    (home.root / "c.txt").unlink()
    home.index()
    assert {name: seen.id for name, seen in home.seen().items()} == {"a.txt": before["a.txt"]}
