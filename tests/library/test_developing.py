"""RAW files without a preview: developed where rawpy is there, else a hint; the file is made byte by byte."""

import builtins
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture

SIZE = (1200, 900)


def write_dng(path: Path, orientation: int) -> None:
    """Write a DNG of a Bayer sensor, brighter to the right as it is stored, without any preview."""
    width, height = SIZE
    data = np.broadcast_to(np.linspace(400, 3600, width).astype("<u2"), (height, width)).tobytes()

    def shorts(*values: int) -> tuple[int, int, bytes]:
        return 3, len(values), struct.pack(f"<{len(values)}H", *values)

    def longs(*values: int) -> tuple[int, int, bytes]:
        return 4, len(values), struct.pack(f"<{len(values)}I", *values)

    one = struct.pack("<ii", 1, 1)
    zero = struct.pack("<ii", 0, 1)
    tags = {
        254: longs(0), 256: longs(width), 257: longs(height), 258: shorts(16), 259: shorts(1), 262: shorts(32803),
        271: (2, 5, b"Test\0"), 272: (2, 6, b"Model\0"), 274: shorts(orientation), 277: shorts(1), 278: longs(height),
        279: longs(len(data)), 33421: shorts(2, 2), 33422: (1, 4, bytes([0, 1, 1, 2])),
        50706: (1, 4, bytes([1, 4, 0, 0])), 50708: (2, 11, b"Test Model\0"), 50714: shorts(0), 50717: longs(4095),
        50721: (10, 9, one + zero * 3 + one + zero * 3 + one), 50728: (5, 3, one * 3), 50778: shorts(21),
    }  # fmt: skip
    start = 8 + 2 + 12 * (len(tags) + 1) + 4
    tail = b"".join(raw + b"\0" * (len(raw) % 2) for _, (_, _, raw) in sorted(tags.items()) if len(raw) > 4)
    tags[273] = longs(start + len(tail))
    table, at = b"", start
    for tag, (kind, count, raw) in sorted(tags.items()):
        table += struct.pack("<HHI", tag, kind, count) + (
            raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", at)
        )
        at += len(raw) + len(raw) % 2 if len(raw) > 4 else 0
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(tags)) + table + b"\0\0\0\0" + tail + data)


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_it_is_developed_upright(tmp_path: Path, orientation: int) -> None:
    pytest.importorskip("rawpy")
    write_dng(tmp_path / "a.dng", orientation)
    seen = np.asarray(open_picture(tmp_path / "a.dng").convert("L"), dtype=float)
    assert seen.shape == ((600, 450) if orientation == 6 else (450, 600))
    brighter_to = {1: seen[:, -50:].mean() - seen[:, :50].mean(), 3: seen[:, :50].mean() - seen[:, -50:].mean()}
    assert brighter_to.get(orientation, seen[-50:].mean() - seen[:50].mean()) > 60


def test_without_rawpy_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dng(tmp_path / "a.dng", 1)
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "rawpy":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(Unreadable, match=r"pip install 'haven-fs\[raw\]'"):
        open_picture(tmp_path / "a.dng")


def test_one_that_is_too_large_is_refused_before_it_is_developed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rawpy")
    write_dng(tmp_path / "a.dng", 1)
    monkeypatch.setattr("haven_fs.library.picture.MOST_BYTES", 1_000_000)
    with pytest.raises(Unreadable, match="too large to develop"):
        open_picture(tmp_path / "a.dng")
