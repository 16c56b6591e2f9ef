"""`haven serve` killed in the midst of uploads, and uploads while it indexes: nothing is lost, nothing is torn."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.effort import times
from helpers.serving import environment

pytestmark = pytest.mark.long

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "kill_uploads.py"


def test_killed_in_uploads_and_many_at_once() -> None:
    command = [sys.executable, str(SCRIPT), "--kills", str(times(1, 2))]
    command += ["--photos", str(times(40, 120)), "--library", str(times(40, 120))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, env=environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
