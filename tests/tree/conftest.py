"""The tree is tested over an indexed library with something in every folder, which no test may change."""

from collections.abc import Iterator

import pytest
from helpers.family import Family
from helpers.home import Home

from haven_fs.testing import make_photo


@pytest.fixture(scope="session")
def full(family: Family, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """The shared library and a second one, indexed."""
    home = Home(tmp_path_factory.mktemp("home"))
    make_photo(home.root / "sea/IMG_9001.jpg", "2020-07-03 10:00:00", (0.0, -30.0))
    make_photo(home.root / "wild/IMG_9002.jpg", "2021-07-03 10:00:00", (38.5, -116.5))
    make_photo(home.root / "IMG_9003.jpg", None, camera=None)
    make_photo(home.root / "old/IMG_9004.jpg", "1999-07-03 10:00:00")
    make_photo(home.root / "today/IMG_9005.jpg", "2024-07-03 10:00:00")
    home.add_library(family.root)
    home.index()
    yield home
    home.close()
