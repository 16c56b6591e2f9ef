"""What owners say by writing to smart folders: each test has a server over a copy of what its module has planted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.serving import Serving, serve_copy


@pytest.fixture
def house(planted: Path, tmp_path: Path) -> Iterator[Serving]:
    with serve_copy(planted, tmp_path) as serving:
        yield serving
