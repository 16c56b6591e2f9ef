"""A fingerprint finds a moved file again and depends on size, start and end alone."""

import io
from pathlib import Path

import pytest

from haven_fs.library.fingerprint import SPAN, fingerprint, fingerprint_of


@pytest.mark.parametrize("size", [0, 1, SPAN - 1, SPAN, SPAN + 1, 2 * SPAN + 7, 300_000])
def test_the_same_from_path_file_and_bytes(tmp_path: Path, size: int) -> None:
    data = bytes(n % 251 for n in range(size))
    (tmp_path / "a").write_bytes(data)
    expected = fingerprint_of(data[: 2 * SPAN], data[-SPAN:] if size else b"", size)
    assert len(expected) == 16
    assert fingerprint(tmp_path / "a", size) == expected
    opened = io.BytesIO(data)
    opened.seek(0, io.SEEK_END)
    assert fingerprint(opened, size) == expected


def test_what_it_sees_and_what_not() -> None:
    data = bytearray(300_000)
    prints = {fingerprint(io.BytesIO(data), len(data))}
    for at in (0, SPAN - 1, len(data) - SPAN, len(data) - 1):
        changed = bytearray(data)
        changed[at] = 1
        prints.add(fingerprint(io.BytesIO(changed), len(changed)))
    prints.add(fingerprint(io.BytesIO(bytes(300_001)), 300_001))
    assert len(prints) == 6
    data[150_000] = 1  # the middle is not looked at: no proof that files are equal
    assert fingerprint(io.BytesIO(data), len(data)) in prints


def test_a_file_that_shrank(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    with pytest.raises(OSError, match="shorter"):
        fingerprint(tmp_path / "a", 101)
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    with pytest.raises(OSError, match="shorter"):
        fingerprint(tmp_path / "a", 200_000)
    with pytest.raises(ValueError, match="not the ends"):
        fingerprint_of(b"x" * 10, b"x" * 10, 11)
    with pytest.raises(FileNotFoundError):
        fingerprint(tmp_path / "b", 1)
