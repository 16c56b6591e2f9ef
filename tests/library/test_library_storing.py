"""Storing files: whole or not at all, never over another, and what a killed process leaves is swept."""

import errno
from pathlib import Path

import pytest

from haven_fs.library import fileops, storing
from haven_fs.library.ignore import is_noise
from haven_fs.library.storing import Draft


def test_a_draft_becomes_a_file_by_being_moved(tmp_path: Path) -> None:
    one = Draft(tmp_path, 9)
    assert is_noise(one.path.name)
    for block in (b"abc", b"", b"def"):
        one.write(block)
    one.finish(1600000000.5)
    assert one.size == 6
    fileops.move(one.path, tmp_path / "x.jpg")
    one.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["x.jpg"]
    assert (tmp_path / "x.jpg").read_bytes() == b"abcdef"
    assert (tmp_path / "x.jpg").stat().st_mtime == 1600000000.5
    assert (tmp_path / "x.jpg").stat().st_nlink == 1


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


def test_what_is_replaced_by_a_file_leaves_drafts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed before it is done leaves nothing that shows, whatever the name of what it moves."""
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / name).write_text(name)
    seen: set[str] = set()
    monkeypatch.setattr(storing, "sync_folder", lambda folder: seen.update(path.name for path in folder.iterdir()))
    storing.replace_with(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert {name for name in seen if not is_noise(name)} == {"b.jpg"}
    assert {path.name for path in tmp_path.iterdir()} == {"b.jpg"}


def test_folders_are_made_as_needed(tmp_path: Path) -> None:
    assert storing.make_folders(tmp_path, "2021/2021-05") == tmp_path / "2021/2021-05"
    assert storing.make_folders(tmp_path, "2021/2021-06").is_dir()
    assert storing.make_folders(tmp_path, "") == tmp_path
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError):
        storing.make_folders(tmp_path, "file/below")
