"""A file is written whole or stays as it was."""

import os
from pathlib import Path

import pytest

from haven_fs.library.whole import written_whole


def test_a_file_is_replaced_by_the_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")
    with written_whole(path) as file:
        file.write(b"after")
        assert path.read_bytes() == b"before"
    assert path.read_bytes() == b"after"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a"
    path.write_bytes(b"before")
    monkeypatch.setattr("haven_fs.library.whole.os.fsync", full)
    with pytest.raises(OSError, match="No space"), written_whole(path) as file:
        file.write(b"after")
    with pytest.raises(ZeroDivisionError), written_whole(path) as file:
        file.write(bytes(1 // 0))
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="there are no permissions")
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_who_may_read_it(tmp_path: Path, mode: int) -> None:
    with written_whole(tmp_path / "a", mode) as file:
        assert os.fstat(file.fileno()).st_mode & 0o077 == 0, "nobody else, before it is whole"
    assert (tmp_path / "a").stat().st_mode & 0o777 == mode
