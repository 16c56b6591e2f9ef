"""Moving files: never over another, whatever the disk can do, and to other disks too."""

import errno
import os
from pathlib import Path

import pytest

from haven_fs.library import filecalls, fileops
from haven_fs.library.storing import Draft


def draft(folder: Path, data: bytes = b"data") -> Draft:
    made = Draft(folder)
    made.write(data)
    made.finish()
    return made


def no_links(*args: object, **more: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.mark.parametrize("can", ["rename exclusively", "link", "neither, as FAT"])
def test_nothing_is_ever_written_over(tmp_path: Path, can: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if can != "rename exclusively":
        monkeypatch.setattr(filecalls, "system_rename", lambda: None)
    if can == "neither, as FAT":
        monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("there", "folder", "link"):
        one = draft(tmp_path)
        with pytest.raises(FileExistsError):
            fileops.move(one.path, tmp_path / name)
        one.discard()
    assert (tmp_path / "there").read_bytes() == b"old"
    fileops.move(draft(tmp_path).path, tmp_path / "new")
    assert (tmp_path / "new").read_bytes() == b"data"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "new", "there"]


def test_a_file_is_moved_to_another_disk(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk")
    target = other / f"haven-test-{os.getpid()}"
    target.mkdir()
    try:
        one = Draft(tmp_path)
        one.write(b"x" * (3 << 20))
        one.finish(1600000000)
        fileops.move(one.path, target / "x")
        assert (target / "x").read_bytes() == b"x" * (3 << 20)
        assert (target / "x").stat().st_mtime == 1600000000
        assert [path.name for path in target.iterdir()] == ["x"]
        assert not list(tmp_path.iterdir())
    finally:
        for path in target.iterdir():
            path.unlink()
        target.rmdir()
