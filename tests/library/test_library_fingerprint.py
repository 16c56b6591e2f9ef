"""A fingerprint finds a moved file again: by size, start and end, and by all of what may agree there by chance."""

import io
import random
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from haven_fs.library.fingerprint import SPAN, fingerprint, read_ends

NOISE = random.Random(1).randbytes(300_000)


@pytest.mark.parametrize("size", [0, 1, SPAN - 1, SPAN, SPAN + 1, 2 * SPAN + 7, 300_000])
def test_the_same_from_path_file_and_ends(tmp_path: Path, size: int) -> None:
    data = NOISE[:size]
    (tmp_path / "a").write_bytes(data)
    opened = io.BytesIO(data)
    opened.seek(0, io.SEEK_END)
    prints = {
        fingerprint(tmp_path / "a", size),
        fingerprint(opened, size),
        fingerprint(opened, size, read_ends(opened, size)),
    }
    assert [len(one) for one in prints] == [16]


def changed(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_what_it_sees_and_what_not() -> None:
    prints = {fingerprint(io.BytesIO(NOISE), len(NOISE))}
    for at in (0, SPAN - 1, len(NOISE) - SPAN, len(NOISE) - 1):
        prints.add(fingerprint(io.BytesIO(changed(NOISE, at)), len(NOISE)))
    prints.add(fingerprint(io.BytesIO(NOISE + b"\0"), len(NOISE) + 1))
    assert len(prints) == 6
    # The middle of what looks compressed is not looked at: no proof that files are equal.
    assert fingerprint(io.BytesIO(changed(NOISE, 150_000)), len(NOISE)) in prints


def scan(path: Path, spot: tuple[int, int], ground: str, **options: object) -> bytes:
    """Save a page with one small thing on it, the same size whatever is on it."""
    page = Image.new("RGB", (620, 438), "white")
    if ground == "noise":
        page.frombytes(random.Random(2).randbytes(620 * 438 * 3))
    ImageDraw.Draw(page).rectangle((*spot, spot[0] + 9, spot[1] + 9), "black")
    page.save(path, **options)
    return path.read_bytes()


@pytest.mark.parametrize("ground", ["white", "noise"])
@pytest.mark.parametrize("ending", ["bmp", "tif", "ppm"])
def test_scans_of_one_size_with_equal_margins(tmp_path: Path, ending: str, ground: str) -> None:
    first = scan(tmp_path / f"1.{ending}", (300, 200), ground)
    second = scan(tmp_path / f"2.{ending}", (320, 200), ground)
    assert len(first) == len(second) and first[:SPAN] == second[:SPAN] and first[-SPAN:] == second[-SPAN:]
    prints = {fingerprint(io.BytesIO(data), len(data)) for data in (first, second)}
    assert len(prints) == (1 if (ending, ground) == ("ppm", "noise") else 2)


def test_a_tiff_whose_directory_comes_first(tmp_path: Path) -> None:
    """As picture editors write it; with a camera's name in it, too."""
    make = b"EPSON\0"
    pixels = NOISE[:200_000]
    entries = [(0x100, 4, 1, 500), (0x101, 4, 1, 400), (0x103, 3, 1, 1), (0x106, 3, 1, 1), (0x10F, 2, 6, 200)]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = (b"II*\0" + struct.pack("<I", 8) + directory).ljust(200, b"\0") + make
    prints = {fingerprint(io.BytesIO(head + one), len(head + one)) for one in (pixels, changed(pixels, 100_000))}
    assert len(prints) == 2


def test_a_large_file_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    class Counting(io.BytesIO):
        total = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            Counting.total += len(data)
            return data

    monkeypatch.setattr("haven_fs.library.fingerprint._MOST", 4 << 20)
    page = bytes(40 << 20)
    fingerprint(Counting(page), len(page))
    assert 3 << 20 <= Counting.total <= 5 << 20


def test_a_file_that_shrank(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 100)
    with pytest.raises(OSError, match="shorter"):
        fingerprint(tmp_path / "a", 101)
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    with pytest.raises(OSError, match="shorter"):
        fingerprint(tmp_path / "a", 200_000)
    with pytest.raises(FileNotFoundError):
        fingerprint(tmp_path / "b", 1)
