"""Killed in the middle of writing vectors or the index, or the index damaged: nothing lost, answers right."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.effort import times
from helpers.serving import environment

pytestmark = pytest.mark.long

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill_chroma.py"


def test_killed_and_damaged() -> None:
    command = [sys.executable, str(SCRIPT), "--damages", "1"]
    command += ["--kills", str(times(1, 2)), "--photos", str(times(600, 1200))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, env=environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
