"""What Haven keeps is its user's alone; what it makes in libraries is for whom the user's umask says."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from haven_fs.library.beneath import Beneath
from haven_fs.library.rights import exposed, make_private, private, users_umask
from haven_fs.library.storing import Draft, make_folders

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system has other rights")


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o022, 0o027, 0o077])
def test_libraries_follow_the_users_umask(tmp_path: Path, mask: int) -> None:
    with umask(mask), private():
        (tmp_path / "own").mkdir()
        (tmp_path / "own/file").touch()
        draft = Draft(Beneath(tmp_path))
        draft.finish()
        make_folders(tmp_path, "a/b")
        own = Draft(tmp_path / "own")
        own.finish()
        with users_umask():
            (tmp_path / "given").touch()
        (tmp_path / "later").touch()
    assert mode(tmp_path / "own") == 0o700
    assert mode(tmp_path / "own/file") == mode(tmp_path / "later") == mode(own.path) == 0o600
    assert mode(draft.path) == mode(tmp_path / "given") == 0o666 & ~mask
    assert mode(tmp_path / "a") == mode(tmp_path / "a/b") == 0o777 & ~mask


def test_a_folder_that_hands_its_group_on_goes_on_doing_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o2775)
    if not mode(tmp_path) & stat.S_ISGID:
        pytest.skip("this disk does not")
    with umask(0o002), private():
        Beneath(tmp_path, "a").mkdir()
    assert mode(tmp_path / "a") == 0o2775


def test_the_rights_of_a_file_that_is_there_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").touch(mode=0o600)
    with umask(0o022), private(), Beneath(tmp_path, "mine").open("ab") as file:
        file.write(b"more")
    assert mode(tmp_path / "mine") == 0o600


def test_a_data_folder_of_before_is_mended(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "vectors/deep").mkdir(parents=True)
    for path in (data / "catalog.sqlite", data / "vectors/deep/rows", data / "start.sh"):
        path.touch()
        path.chmod(0o664)
    (data / "start.sh").chmod(0o755)
    (tmp_path / "other").touch(mode=0o644)
    (data / "link").symlink_to(tmp_path / "other")
    data.chmod(0o775)
    assert "change" in (exposed(data) or "")
    data.chmod(0o755)
    assert "read" in (exposed(data) or "")
    make_private(data)
    assert exposed(data) is None
    assert [mode(path) for path in (data, data / "vectors", data / "vectors/deep")] == [0o700] * 3
    assert mode(data / "catalog.sqlite") == mode(data / "vectors/deep/rows") == 0o600
    assert mode(data / "start.sh") == 0o700
    assert mode(tmp_path / "other") == 0o644


def test_what_is_for_all_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    make_private(tmp_path)
    assert mode(tmp_path) == 0o1777
    assert "change" in (exposed(tmp_path) or "")


def test_another_users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert "belongs to another user" in (exposed(tmp_path) or "")
    tmp_path.chmod(0o755)
    make_private(tmp_path)
    assert mode(tmp_path) == 0o755


def test_a_disk_that_keeps_no_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As FAT: the system says yes and does nothing, or refuses."""
    tmp_path.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    make_private(tmp_path)
    assert "keeps no rights" in (exposed(tmp_path) or "")

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    make_private(tmp_path)
