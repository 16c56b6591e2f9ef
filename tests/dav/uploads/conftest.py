"""Each test has a server of its own over an empty inbox and a small library, which must be the same at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.files import drafts
from helpers.serving import Serving, haven, serve_copy

from haven_fs.testing import make_photo


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two photos, beside a data folder that knows it, and new photos to upload."""
    folder = tmp_path_factory.mktemp("indexed")
    for name in ("old.jpg", "older.jpg"):
        make_photo(folder / "Pictures" / name, "2019-05-04 12:00:00")
    for number in range(1, 7):
        make_photo(folder / "new" / f"IMG_{number}.jpg", f"2021-05-{number:02} 10:00:00")
    haven("index", folder / "Pictures", "--data", folder / "data")
    return folder


@pytest.fixture
def house(indexed: Path, tmp_path: Path) -> Iterator[Serving]:
    """A server over a copy of the data folder, with an empty inbox."""
    with serve_copy(indexed, tmp_path, inbox=tmp_path / "Inbox") as serving:
        yield serving
    assert not drafts(tmp_path)


@pytest.fixture
def inbox(house: Serving) -> Path:
    return house.data.parent / "Inbox"


@pytest.fixture
def new(indexed: Path) -> list[Path]:
    return sorted((indexed / "new").iterdir())
