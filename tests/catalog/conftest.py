"""Every test of the catalog starts with an empty data folder and an empty library."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.close()
