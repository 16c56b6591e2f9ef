"""Reading a file as the indexer does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from haven_fs.analysis.analyzer import Metadata
from haven_fs.library.kinds import Kind, sniff
from haven_fs.library.metadata import read_metadata


@pytest.fixture
def kind_of() -> Callable[[Path], Kind]:
    return lambda path: sniff(path.read_bytes()[:65536], path.name)


@pytest.fixture
def read(kind_of: Callable[[Path], Kind]) -> Callable[[Path], Metadata]:
    """Read a file with its head known and without: both must say the same."""

    def both(path: Path) -> Metadata:
        head = path.read_bytes()[:65536]
        known = read_metadata(path, kind_of(path), head)
        assert read_metadata(path, kind_of(path)) == known
        assert read_metadata(path, kind_of(path), head[:100]) == known
        return known

    return both
