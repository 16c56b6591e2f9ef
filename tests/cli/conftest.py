"""The command line is tested as its user runs it: processes of `haven`."""

from pathlib import Path

import pytest
from helpers.serving import haven

from haven_fs.testing import make_photo, make_video

__all__ = ["indexed"]


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an indexed library `Pictures` beside it, which no test may change."""
    folder = tmp_path_factory.mktemp("cli")
    root = folder / "Pictures"
    for number in range(3):
        make_photo(root / f"{number}.jpg", f"2020-05-0{number + 1} 12:00:00", caption=f"Number {number}")
    make_video(root / "film.mp4", taken="2021-01-02 03:04:05")
    make_photo(root / "sub/0.jpg", "2021-05-01 12:00:00")
    (root / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (root / "notes.txt").write_text("Not a photo.")
    haven("index", root, "--data", folder / "data")
    return folder / "data"
