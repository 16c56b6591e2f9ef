"""Whatever a process that died amid a write has left, the next one lists what is on the disk, and nothing is lost."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.effort import times
from helpers.serving import environment

pytestmark = pytest.mark.long

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill_commits.py"


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_writes_that_died(tmp_path: Path) -> None:
    # In a process of its own, since it is forked: this one may have threads.
    seeds, kills, first = times(2, 8), 6, 7
    command = [sys.executable, str(SCRIPT), str(seeds), str(kills), str(first)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 seeds wrong" in done.stdout
