"""/Review/Duplicates over indexed libraries: what is in it, what it says, and that it follows the disk."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.home import Home
from looking import looking
from PIL import Image

from haven_duplicates import comparing, folders
from haven_duplicates.grouping import regroup
from haven_duplicates.keeper import CopyKeeper
from haven_fs.analysis.progress import Progress
from haven_fs.demo.drawing import draw_picture
from haven_fs.testing import Look, check_reading, check_versions, make_video, snapshot
from haven_fs.tree.nodes import SmartFolder
from haven_fs.tree.tree import Tree

PLACE = "Review/Duplicates"
TAKEN = "2021:08:14 18:30:00"


@pytest.fixture(scope="session")
def boat() -> Image.Image:
    return draw_picture("boat", "sea", "red", "evening", (800, 600), random.Random(1))


@pytest.fixture(scope="session")
def dog() -> Image.Image:
    return draw_picture("dog", "beach", "brown", "day", (800, 600), random.Random(2))


def shown(home: Home) -> dict[str, list[str]]:
    """Return the files in each folder of /Review/Duplicates, after looking at all of it."""
    with looking(home) as look:
        check_reading(look, PLACE)
        return {name: look.files(f"{PLACE}/{name}") for name in look.folders(PLACE)}


def text_of(home: Home, name: str = "") -> str:
    with looking(home) as look:
        (text,) = look.folder(f"{PLACE}/{name}").texts()
        return text.text


def save(picture: Image.Image, path: Path, *, camera: bool = False, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if camera:
        exif[0x010F], exif[0x0110], exif[0x0132] = "Haven", "Test", TAKEN
        exif.get_ifd(0x8769)[0x9003] = TAKEN
    picture.save(path, exif=exif, **options)
    return path


def keep(home: Home) -> None:
    """Do what is done in the background while nothing is due."""
    CopyKeeper(home.settings).idle(home.catalog, Progress(), lambda: False)


def test_copies_smaller_ones_and_other_formats(home: Home, boat: Image.Image, dog: Image.Image) -> None:
    save(boat, home.root / "2021/IMG_2041.jpg", camera=True)
    save(boat, home.root / "edited/sea.png")
    save(boat.resize((400, 300)), home.root / "WhatsApp/IMG-20210814-WA0001.jpg", quality=60)
    save(dog, home.root / "dog.jpg", camera=True)
    (home.root / "backup").mkdir()
    shutil.copy2(home.root / "dog.jpg", home.root / "backup/dog again.jpg")
    home.add("other.jpg")
    home.index()
    assert shown(home) == {
        "dog and 1 more": ["001 dog.jpg", "002 dog again.jpg"],
        "IMG_2041 and 2 more": ["001 IMG_2041.jpg", "002 sea.png", "003 IMG-20210814-WA0001.jpg"],
    }
    about = text_of(home)
    assert "deletes nothing" in about
    assert "not yet looked at" not in about
    lines = text_of(home, "dog and 1 more").splitlines()
    assert lines[1::2] == ["    /Originals/Pictures/dog.jpg", "    /Originals/Pictures/backup/dog again.jpg"]
    assert lines[0].startswith("001 dog.jpg  (800 x 600, ")
    assert lines[2].endswith(", the same file as 001)")
    said = text_of(home, "IMG_2041 and 2 more")
    assert "/Originals/Pictures/WhatsApp/IMG-20210814-WA0001.jpg" in said
    assert "the same file" not in said


def test_files_that_differ_in_their_middle_alone_are_no_copies(home: Home, dog: Image.Image) -> None:
    """As two cuts of a film may; here what follows a picture, and is as long."""
    first = save(dog, home.root / "a.jpg")
    rest = random.Random(3).randbytes(300_000)
    first.write_bytes(first.read_bytes() + rest)
    data = bytearray(first.read_bytes())
    (home.root / "copy.jpg").write_bytes(data)
    data[len(data) // 2] ^= 1
    (home.root / "other.jpg").write_bytes(data)
    home.index()
    assert len(set(home.query("SELECT fingerprint FROM original"))) == 1
    assert shown(home) == {"a and 2 more": ["001 a.jpg", "002 copy.jpg", "003 other.jpg"]}, "they look alike"
    lines = text_of(home, "a and 2 more").splitlines()
    assert lines[2].endswith(", the same file as 001)") and "same file" not in lines[4]
    with home.catalog.write() as w:
        w.db.execute("DELETE FROM checksum")
        w.db.execute("UPDATE original SET hashed = NULL")
        w.db.execute("INSERT INTO copy_due SELECT id FROM photo")
    assert list(regroup(home.catalog, lambda: True)) == [3]
    assert text_of(home, "a and 2 more").count("most likely the same file as 001") == 2
    keep(home)
    assert text_of(home, "a and 2 more").count(", the same file as 001") == 1


def test_names_of_any_case_and_ranks_of_yesterday(home: Home, boat: Image.Image) -> None:
    save(boat, home.root / "Käse.jpg", camera=True)
    save(boat, home.root / "b.png")
    home.index()
    with looking(home) as look:
        for path in ("review/duplicates/KÄSE AND 1 MORE/002 B.PNG", f"{PLACE}/Käse and 1 more/b.png"):
            assert getattr(look.at(path), "name", None) == "002 b.png"
        assert look.at(f"{PLACE}/Käse and 2 more") is None
        assert look.at(f"{PLACE}/Käse and 1 more/c.png") is None


def test_it_follows_the_disk(home: Home, boat: Image.Image, dog: Image.Image) -> None:
    save(boat, home.root / "a.jpg", camera=True)
    home.add("other.jpg")
    home.index()
    assert shown(home) == {}
    assert "found no duplicates" in text_of(home)
    with looking(home) as look:
        before = snapshot(look, PLACE)
    for change, expected in (
        (lambda: save(boat, home.root / "b.png"), {"a and 1 more": ["001 a.jpg", "002 b.png"]}),
        (lambda: save(boat.resize((1600, 1200)), home.root / "c.jpg"),
         {"c and 2 more": ["001 c.jpg", "002 a.jpg", "003 b.png"]}),
        (lambda: (home.root / "c.jpg").unlink(), {"a and 1 more": ["001 a.jpg", "002 b.png"]}),
        (lambda: save(dog, home.root / "b.png"), {}),
        (lambda: save(dog, home.root / "d.jpg"), {"b and 1 more": ["001 b.png", "002 d.jpg"]}),
        (lambda: (home.root / "d.jpg").rename(home.root / "e.jpg"), {"b and 1 more": ["001 b.png", "002 d.jpg"]}),
    ):  # fmt: skip
        change()
        home.index(accept_missing=True)
        assert shown(home) == expected
        with looking(home) as look:
            after = snapshot(look, PLACE)
        check_versions(before, after, exact=False)
        before = after


def test_two_libraries(home: Home, boat: Image.Image, tmp_path: Path) -> None:
    save(boat, home.root / "a.jpg", camera=True)
    save(boat, tmp_path / "Disk/b.png")
    home.add_library()
    home.add_library(tmp_path / "Disk")
    home.index()
    assert shown(home) == {"a and 1 more": ["001 a.jpg", "002 b.png"]}
    assert "/Originals/Disk/b.png" in text_of(home, "a and 1 more")
    # Away is not gone.
    (tmp_path / "Disk").rename(tmp_path / "Elsewhere")
    home.index()
    assert shown(home) == {"a and 1 more": ["001 a.jpg", "002 b.png"]}


def test_exact_copies_are_there_before_anybody_looked(home: Home, boat: Image.Image) -> None:
    make_video(home.root / "film.mp4", seconds=2)
    shutil.copy2(home.root / "film.mp4", home.root / "film again.mp4")
    save(boat, home.root / "a.jpg")
    save(boat, home.root / "b.png")
    home.index()
    assert set(shown(home)) == {"film and 1 more", "a and 1 more"}
    with home.catalog.write() as w:
        for table in ("copy_details", "copy_pair", "analysis WHERE analyzer = 'look'"):
            w.db.execute(f"DELETE FROM {table}")
        w.db.execute("INSERT INTO copy_due SELECT id FROM photo")
    keep(home)
    assert set(shown(home)) == {"film and 1 more"}
    assert "not yet looked at 4 of your photos" in text_of(home)
    home.index()
    assert set(shown(home)) == {"film and 1 more", "a and 1 more"}
    assert "not yet looked at" not in text_of(home)


def test_parts_screenshots_turned_and_mirrored_ones(home: Home, boat: Image.Image, dog: Image.Image) -> None:
    save(boat, home.root / "a.jpg", camera=True)
    save(boat.crop((60, 10, 760, 560)), home.root / "part.jpg")
    screen = Image.new("RGB", (600, 1300), "black")
    screen.paste(boat.resize((600, 450)), (0, 425))
    save(screen, home.root / "screen.png")
    save(boat.transpose(Image.Transpose.ROTATE_90), home.root / "turned.jpg")
    save(boat.transpose(Image.Transpose.FLIP_LEFT_RIGHT), home.root / "mirrored.jpg")
    save(dog, home.root / "dog.jpg")
    home.index()
    (files,) = shown(home).values()
    assert files[0] == "001 a.jpg"
    assert {name[4:] for name in files} == {"a.jpg", "part.jpg", "screen.png", "turned.jpg", "mirrored.jpg"}


def test_pictures_with_nothing_in_them_are_copies_by_their_bytes_alone(home: Home) -> None:
    for number, low in enumerate(("#a0c8f0", "#b0d0f4", "#90b8e8")):
        sky = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
        save(Image.blend(Image.new("RGB", sky.size, low), sky, 0.2), home.root / f"sky {number}.jpg")
        save(Image.new("RGB", (640, 480), (6 * number,) * 3), home.root / f"black {number}.jpg")
    home.index()
    shutil.copy2(home.root / "sky 1.jpg", home.root / "again.jpg")
    home.index()
    assert shown(home) == {"sky 1 and 1 more": ["001 sky 1.jpg", "002 again.jpg"]}


def test_what_was_hidden_leaves_at_once_and_comes_back(home: Home, boat: Image.Image) -> None:
    save(boat, home.root / "a.jpg", camera=True)
    save(boat, home.root / "b.png")
    home.index()
    home.move("/Recent/b.png", "/Recently Removed/")
    assert shown(home) == {}
    keep(home)
    assert shown(home) == {}
    home.undo()
    keep(home)
    assert shown(home) == {"a and 1 more": ["001 a.jpg", "002 b.png"]}


def test_an_index_that_is_lost_is_filled_again(home: Home, boat: Image.Image) -> None:
    save(boat, home.root / "a.jpg", camera=True)
    home.index()
    shutil.rmtree(home.data / "made/copies", ignore_errors=True)
    save(boat, home.root / "b.png")
    home.index()
    assert set(shown(home)) == {"a and 1 more"}


def test_a_process_that_is_killed_leaves_the_rest_to_the_next(
    home: Home, boat: Image.Image, dog: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.jpg", "b.png"):
        save(boat, home.root / name, camera=name == "a.jpg")
        save(dog, home.root / f"dog {name}", camera=name == "a.jpg")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("put_pairs", "_put"):
        monkeypatch.setattr(f"haven_duplicates.{'keeper' if step == 'put_pairs' else 'grouping'}.{step}", killed)
        with pytest.raises(KeyboardInterrupt):
            home.index()
        monkeypatch.undo()
    assert shown(home) == {}
    home.index()
    assert set(shown(home)) == {"a and 1 more", "dog a and 1 more"}


def test_within_other_folders_only_what_is_there_counts(home: Home, boat: Image.Image) -> None:
    for name in ("a.jpg", "b.png", "c.webp"):
        save(boat, home.root / name, camera=name != "c.webp")
    home.index()
    with looking(home) as look:
        view = replace(look.view, within=look.view.within.narrowed("p.taken_source = 'exif'"))
        within = Look(
            Tree(home.catalog, home.settings, {"Twice": SmartFolder("Twice", folders.DuplicatesFolder)}), view
        )
        assert within.folders("Twice") == ["a and 2 more"]
        assert within.files("Twice/a and 2 more") == ["001 a.jpg", "002 b.png"]
        check_reading(within, "Twice")
        assert within.folder("Twice").scope.stamp(look.view.db).count == 2


def test_a_phrase_there_is_about_the_photos_in_it(home: Home, boat: Image.Image) -> None:
    save(boat, home.root / "a.jpg", camera=True)
    save(boat, home.root / "b.png")
    home.add("other.jpg", "2021-08-14 12:00:00")
    home.index()
    with looking(home) as look:
        assert look.files(f'{PLACE}/"2021"') == ["a.jpg"]


@pytest.fixture
def many(home: Home) -> Home:
    """Twelve groups from three years, and one from nobody knows when."""
    for number in range(12):
        year = 2018 + number % 3
        home.add(f"{number}.jpg", f"{year}-0{1 + number % 2}-05 12:00:00", size=(128, 96), seed=number)
        home.add(f"{number} copy.jpg", "2011-01-01 12:00:00", seed=number)
    home.add("undated.jpg", None, camera=None)
    shutil.copy2(home.root / "undated.jpg", home.root / "undated too.jpg")
    home.index()
    with home.catalog.write() as w:
        w.db.execute("UPDATE photo SET day = NULL, taken = NULL WHERE taken_source = 'file'")
    return home


def test_too_many_are_in_folders_by_date(many: Home) -> None:
    many.settings["tree.split_above"] = 3
    with looking(many) as look:
        folder = look.folder(PLACE)
        assert check_reading(look, PLACE) == 26
        assert look.folders(PLACE) == ["Undated", "2018", "2019", "2020"]
        assert len(folder.texts()) == 1
        assert look.folders(f"{PLACE}/2018") == ["2018-01", "2018-02"]
        assert look.folder(f"{PLACE}/2018").texts() == []
        assert look.folders(f"{PLACE}/2018/2018-02") == ["3 and 1 more", "9 and 1 more"]
        # By its direct path one opens all the same.
        assert look.files(f"{PLACE}/3 and 1 more") == ["001 3.jpg", "002 3 copy.jpg"]


def test_no_folder_compares_anything(many: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing.Comparer, "are_copies", lambda *given: pytest.fail("compared photos"))
    with looking(many) as look:
        assert "Duplicates" in look.folders("Review")
        assert look.folder(PLACE).stamp().seq >= look.view.seq
        assert len(look.folders(PLACE)) == 13
