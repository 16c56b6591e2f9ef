"""What was put away: found again after a kill or without a catalog, brought back as it was, and moved across disks."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from helpers.disks import failing_disk
from helpers.home import Home

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.libraries import Library, set_writable
from haven_fs.catalog.trash import adopt, all_trashed, erase, files_of, keep_old
from haven_fs.errors import AlreadyExists, DiskFailed, Refused
from haven_fs.library import filecalls, fileops, storing, trash
from haven_fs.testing import make_photo
from haven_fs.tree.disk.filing import Filing
from haven_fs.tree.disk.place import DiskPlace


@pytest.fixture
def home(home: Home) -> Home:
    """The library with three photos, and writable."""
    for number in range(3):
        home.add(f"2020/IMG_{number}.jpg", f"2020-05-0{number + 1} 12:00:00")
    home.index()
    with home.catalog.write() as w:
        set_writable(w, "Pictures", writable=True)
    return home


@pytest.fixture
def library(home: Home) -> Library:
    return home.library()


def filing(home: Home) -> Filing:
    return Filing(lambda: home.catalog.write(by="me"), lambda _: None)


def test_killed_before_the_catalog_was_told(home: Home, library: Library) -> None:
    photo = home.seen()["2020/IMG_0.jpg"]
    trash.put_away(library.root, "2020/IMG_0.jpg")
    trash.put_away(library.root, "2020")
    assert adopt(home.catalog, library) == 2
    assert home.seen() == {}
    assert adopt(home.catalog, library) == 0
    with home.catalog.read() as db:
        folder, file = sorted(all_trashed(db), key=lambda one: one.path)
        assert (folder.path, folder.is_folder, folder.files) == ("2020", True, 2)
        assert (file.path, file.name, files_of(db, file.id)) == ("2020/IMG_0.jpg", "IMG_0.jpg", {b"": photo.id})
    filing(home).restore(folder, "", DiskPlace(library, "again"))
    filing(home).restore(file, "", DiskPlace(library, "again/IMG_0.jpg"))
    assert home.seen()["again/IMG_0.jpg"].photo == photo.photo
    assert set(home.seen()) == {f"again/IMG_{number}.jpg" for number in range(3)}
    home.index()
    assert home.seen()["again/IMG_0.jpg"].name == photo.name
    assert list((library.root / trash.REMOVED).iterdir()) == []


@pytest.mark.parametrize("named", ["other", "the same", "in part the same"])
def test_killed_amid_a_folder_that_takes_the_place_of_another(home: Home, library: Library, named: str) -> None:
    """Here it is more than a few files: by itself, a walk would take them for missing, and the disk for away."""
    shift = {"other": 20, "the same": 0, "in part the same": 10}[named]
    for number in range(20):
        home.add(f"old/{number}.jpg", "2020-06-01 12:00:00", size=(40 + number, 30))
        home.add(f"old/below/{number}.jpg", "2020-06-01 12:00:00", size=(40 + number, 40))
        home.add(f"new/{number + shift}.jpg", "2020-06-01 12:00:00", size=(40 + number, 50))
    (library.root / "new/below").write_text("a file where there was a folder")
    home.index()
    before = home.seen()
    trash.put_away(library.root, "old")
    (library.root / "new").rename(library.root / "old")
    home.index()
    with home.catalog.read() as db:
        (one,) = all_trashed(db)
    assert home.library().away is None
    after = home.seen()
    for number in range(20):
        assert after[f"old/{number + shift}.jpg"].photo == before[f"new/{number + shift}.jpg"].photo
    there = {f"old/{number + shift}.jpg" for number in range(20)} | {"old/below"}
    assert {path for path in after if not path.startswith("2020/")} == there
    filing(home).restore(one, "", DiskPlace(library, "back"))
    home.index()
    back = home.seen()
    for path in before:
        if path.startswith("old/"):
            assert back[path.replace("old/", "back/", 1)].photo == before[path].photo, path


def test_the_catalog_is_lost(home: Home, library: Library) -> None:
    filing(home).remove(DiskPlace(library, "2020"))
    with home.catalog.write() as w:
        w.db.execute("DELETE FROM trash")
        w.db.execute("DELETE FROM trash_file")
    home.index()
    with home.catalog.read() as db:
        (one,) = all_trashed(db)
    assert one.is_folder
    assert {path.name for path in one.place.iterdir()} == {f"IMG_{number}.jpg" for number in range(3)}


def test_a_replacement_that_did_not_come_leaves_nothing(home: Home, library: Library) -> None:
    trash.keep_old(library.root, "2020/IMG_0.jpg")
    assert adopt(home.catalog, library) == 1
    with home.catalog.read() as db:
        assert all_trashed(db) == []
    assert "2020/IMG_0.jpg" in home.seen()


def test_what_is_replaced_is_kept(home: Home, library: Library) -> None:
    path = library.root / "2020/IMG_0.jpg"
    old = path.read_bytes()
    with home.catalog.write(by="me") as w:
        keep_old(w, library, b"2020/IMG_0.jpg")
    path.unlink()
    path.write_bytes(b"other")
    with home.catalog.read() as db:
        (one,) = all_trashed(db)
    assert one.place.read_bytes() == old
    assert one.by == "me"
    assert erase(home.catalog, one) == len(old)
    with home.catalog.read() as db:
        assert all_trashed(db) == []


def test_nothing_is_erased_while_its_disk_is_away(home: Home, library: Library) -> None:
    filing(home).remove(DiskPlace(library, "2020/IMG_0.jpg"))
    with home.catalog.read() as db:
        (one,) = all_trashed(db)
    library.root.rename(library.root.with_name("away"))
    library.root.mkdir()
    with pytest.raises(OSError, match="away"):
        erase(home.catalog, one)
    assert adopt(home.catalog, library) == 0
    with home.catalog.read() as db:
        assert all_trashed(db) == [one]


def test_what_a_failing_catalog_leaves(home: Home, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = home.seen()
    monkeypatch.setattr("haven_fs.catalog.trash.drop", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        filing(home).remove(DiskPlace(library, "2020"))
    assert home.seen() == before
    assert (library.root / "2020/IMG_0.jpg").exists()


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another disk than tests have theirs on."""
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev or not os.access(shm, os.W_OK):
        pytest.skip("there is no second disk here")
    folder = shm / f"haven-{os.getpid()}"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_moving_to_another_disk(home: Home, library: Library, other_disk: Path) -> None:
    home.add_library(other_disk)
    with home.catalog.write() as w:
        other = set_writable(w, str(other_disk), writable=True)
    before = home.seen()
    body = (library.root / "2020/IMG_0.jpg").read_bytes()
    (library.root / "2020/.hidden").write_text("goes along")
    os.utime(library.root / "2020/IMG_1.jpg", ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789))
    filing(home).move(DiskPlace(library, "2020"), DiskPlace(other, "here"))
    assert not (library.root / "2020").exists()
    assert (other_disk / "here/IMG_0.jpg").read_bytes() == body
    assert (other_disk / "here/.hidden").read_text() == "goes along"
    assert (other_disk / "here/IMG_1.jpg").stat().st_mtime_ns == 1_600_000_000_123_456_789
    after = home.seen(other_disk)
    assert {p.removeprefix("here/"): s.photo for p, s in after.items()} == {
        p.removeprefix("2020/"): s.photo for p, s in before.items()
    }
    assert not [path for path in other_disk.iterdir() if path.name.startswith(".haven-part")]


@pytest.mark.parametrize("is_taken", [False, True], ids=["put back", "cannot be put back"])
@pytest.mark.parametrize("place", ["2020/IMG_0.jpg", "2020"])
def test_a_move_to_another_disk_that_cannot_be_written(
    place: str, is_taken: bool, home: Home, library: Library, other_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks next finds it where it was; or where it should have gone, if that is not to be: never nowhere."""
    home.add_library(other_disk)
    with home.catalog.write() as w:
        other = set_writable(w, str(other_disk), writable=True)
    source, target = library.root / place, other_disk / "here"
    body = (library.root / "2020/IMG_0.jpg").read_bytes()
    there: list[bool] = []

    @contextmanager
    def failing() -> Iterator[Writer]:
        with suppress(DiskFailed), home.catalog.write() as w:
            w.undo_by(lambda: there.append(source.exists()))  # the last to be undone, before anybody else can write
            yield w
            if is_taken:
                source.write_text("in the way")
            raise DiskFailed("The disk failed.")
        raise DiskFailed("The disk failed.")

    with pytest.raises(DiskFailed):
        Filing(failing, lambda _: None).move(DiskPlace(library, place), DiskPlace(other, "here"))
    assert there == [True]
    found = target if is_taken else source
    assert (found / "IMG_0.jpg" if place == "2020" else found).read_bytes() == body
    assert target.exists() == is_taken
    monkeypatch.setattr(storing, "_TOKEN", "0")  # as the next process does
    storing.sweep(other_disk)
    storing.sweep(library.root)
    assert (found / "IMG_0.jpg" if place == "2020" else found).read_bytes() == body


@pytest.mark.parametrize("when", ["as it leaves", "later"])
def test_a_disk_that_stops_taking_writes_amid_a_move(
    when: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even what was moved away for the moment can be put back there: it is on the other disk."""
    with failing_disk(tmp_path / "disk", 8) as fail:
        make_photo(tmp_path / "disk/a.jpg")
        body = (tmp_path / "disk/a.jpg").read_bytes()
        home.add_library(tmp_path / "disk")
        with home.catalog.write() as w:
            source = set_writable(w, str(tmp_path / "disk"), writable=True)

        @contextmanager
        def failing() -> Iterator[Writer]:
            with home.catalog.write() as w:
                yield w
                fail()
                raise DiskFailed("The disk failed.")

        def sync_folder(folder: Path) -> None:
            if folder == tmp_path / "disk":
                fail()
                raise OSError(errno.EIO, "Input/output error")

        if when == "as it leaves":
            monkeypatch.setattr(fileops, "sync_folder", sync_folder)
        with pytest.raises((DiskFailed, OSError)):
            Filing(failing, lambda _: None).move(DiskPlace(source, "a.jpg"), DiskPlace(home.library(), "here.jpg"))
        monkeypatch.undo()
        assert (home.library().root / "here.jpg").read_bytes() == body


def test_a_name_that_is_taken_meanwhile(home: Home, library: Library) -> None:
    with pytest.raises(Refused) as refused:
        filing(home).move(DiskPlace(library, "2020/IMG_0.jpg"), DiskPlace(library, "2020/IMG_1.jpg"))
    assert type(refused.value) is AlreadyExists
    assert len(home.seen()) == 3


@pytest.mark.parametrize("works", [True, False])
def test_renaming_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, works: bool) -> None:
    if not works:
        monkeypatch.setattr(filecalls, "system_rename", lambda: None)
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").mkdir()
    for source, target in (("a", "b"), ("a", "empty"), ("folder", "empty"), ("folder", "b")):
        with pytest.raises(FileExistsError):
            fileops.rename_new(tmp_path / source, tmp_path / target)
    fileops.rename_new(tmp_path / "a", tmp_path / "c")
    fileops.rename_new(tmp_path / "folder", tmp_path / "d")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c", "d", "empty"]
