"""Storing files: whole or not at all, never over another, and what a killed process leaves is swept."""

import errno
import os
from pathlib import Path

import pytest

from haven_fs.library import storing
from haven_fs.library.ignore import is_noise
from haven_fs.library.storing import Draft


def draft(folder: Path, data: bytes = b"data") -> Draft:
    made = Draft(folder)
    made.write(data)
    made.finish()
    return made


def test_a_draft_is_placed_under_its_name(tmp_path: Path) -> None:
    one = Draft(tmp_path, 9)
    assert is_noise(one.path.name)
    for block in (b"abc", b"", b"def"):
        one.write(block)
    one.finish(1600000000.5)
    assert one.size == 6
    storing.place(one.path, tmp_path / "x.jpg")
    one.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["x.jpg"]
    assert (tmp_path / "x.jpg").read_bytes() == b"abcdef"
    assert (tmp_path / "x.jpg").stat().st_mtime == 1600000000.5
    assert (tmp_path / "x.jpg").stat().st_nlink == 1


def no_links(*args: object, **more: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("links", [True, False])
def test_nothing_is_ever_written_over(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:  # as on FAT
        monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("there", "folder", "link"):
        one = draft(tmp_path)
        with pytest.raises(FileExistsError):
            storing.place(one.path, tmp_path / name)
        one.discard()
    assert (tmp_path / "there").read_bytes() == b"old"
    storing.place(draft(tmp_path).path, tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "new", "there"]


def test_a_draft_is_carried_to_another_disk(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk")
    target = other / f"haven-test-{os.getpid()}"
    target.mkdir()
    try:
        one = Draft(tmp_path)
        one.write(b"x" * (3 << 20))
        one.finish(1600000000)
        storing.place(one.path, target / "x")
        assert (target / "x").read_bytes() == b"x" * (3 << 20)
        assert (target / "x").stat().st_mtime == 1600000000
        assert [path.name for path in target.iterdir()] == ["x"]
        assert not list(tmp_path.iterdir())
    finally:
        for path in target.iterdir():
            path.unlink()
        target.rmdir()


def test_no_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError) as told:
        Draft(tmp_path, 1 << 60)
    assert told.value.errno == errno.ENOSPC
    assert not list(tmp_path.iterdir())


def test_what_others_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    left = tmp_path / "a/b" / f"{storing.DRAFT}0-1"
    left.write_bytes(b"half")
    mine = Draft(tmp_path / "a")
    (tmp_path / "a/photo.jpg").write_bytes(b"x")
    (tmp_path / ".hidden").write_bytes(b"x")
    assert storing.sweep(tmp_path) == 1
    assert not left.exists()
    assert mine.path.exists()
    mine.discard()
    assert {path.name for path in tmp_path.rglob("*")} == {"a", "b", "photo.jpg", ".hidden"}


def test_folders_are_made_as_needed(tmp_path: Path) -> None:
    assert storing.make_folders(tmp_path, "2021/2021-05") == tmp_path / "2021/2021-05"
    assert storing.make_folders(tmp_path, "2021/2021-06").is_dir()
    assert storing.make_folders(tmp_path, "") == tmp_path
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError):
        storing.make_folders(tmp_path, "file/below")
