"""Two clients write at random to one server, which is killed amid it: facts and bytes are as they should."""

from pathlib import Path

import pytest
from helpers.effort import times
from helpers.writing_walk import walk

pytestmark = pytest.mark.long


def test_two_clients_and_kills(tmp_path: Path) -> None:
    done = walk(tmp_path, times(160, 320), 80, seed=times(1, 2))
    assert done.total() >= times(160, 320)
