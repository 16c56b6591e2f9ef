"""Files are read whole, in pieces, at a pace; one that changes meanwhile is not mistaken for another."""

import errno
import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from haven_fs.library.checksum import BLOCK, Pace, Reading, checksum_of
from haven_fs.library.fingerprint import ending_of


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK - 5])
def test_all_bytes_count(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "a").write_bytes(data)
    found = checksum_of(tmp_path, "a")
    assert (found.size, found.digest) == (size, sha256(data).digest())
    assert found.ending == ending_of(data[-65536:], size)


def test_a_pause_in_the_middle(tmp_path: Path) -> None:
    data = os.urandom(3 * BLOCK)
    (tmp_path / "a").write_bytes(data)
    reading = Reading(tmp_path, "a")
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else None
    while reading.step(Pace()):
        reading.pause()
        assert before is None or len(list(Path("/proc/self/fd").iterdir())) == before, "nothing is open in a pause"
    assert reading.finish().digest == sha256(data).digest()


@pytest.mark.parametrize("paused", [False, True])
@pytest.mark.parametrize("how", ["written", "replaced", "appended"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, how: str, paused: bool) -> None:
    path = tmp_path / "a"
    path.write_bytes(os.urandom(3 * BLOCK))
    time.sleep(0.02)  # the clock of file times moves in steps
    reading = Reading(tmp_path, "a")
    assert reading.step(Pace())
    if paused:
        reading.pause()
    if how == "replaced":
        (tmp_path / "b").write_bytes(os.urandom(3 * BLOCK))
        (tmp_path / "b").replace(path)
    else:
        with path.open("r+b") as file:
            file.seek(0, os.SEEK_END if how == "appended" else os.SEEK_SET)
            file.write(b"other")

    def rest() -> None:
        while reading.step(Pace()):
            pass
        reading.finish()

    with pytest.raises(OSError, match="changed while it was read") as raised:
        rest()
    assert raised.value.errno == errno.ESTALE
    reading.pause()


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret").write_text("secret")
    (tmp_path / "root").mkdir()
    (tmp_path / "root/link").symlink_to(tmp_path / "elsewhere/secret")
    (tmp_path / "root/folder").symlink_to(tmp_path / "elsewhere")
    for below in ("link", "folder/secret"):
        with pytest.raises(OSError):
            checksum_of(tmp_path / "root", below)


def test_a_pace_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(os.urandom(4 * BLOCK))
    began = time.monotonic()
    checksum_of(tmp_path, "a", Pace(limit=20 * BLOCK))
    assert time.monotonic() - began > 0.15
