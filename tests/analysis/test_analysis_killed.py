"""`haven index` killed at random moments: the catalog is that of an undisturbed run, the originals are untouched."""

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.effort import times
from helpers.serving import environment

from haven_fs.testing import make_photo, make_video

pytestmark = pytest.mark.long

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill_index.py"


def test_killed_and_started_again(tmp_path: Path) -> None:
    library = tmp_path / "Pictures"
    for number in range(times(150, 250)):
        day = f"20{number % 20:02d}-0{1 + number % 9}-01 10:00:00"
        # Names that occur in several folders, whose suffixes must not depend on what was killed when.
        where = (48.85 - number * 0.01, 2.29) if number % 40 == 0 else None
        make_photo(library / f"{number // 50}/IMG_{number % 50:04}.jpg", day, where, seed=number, size=(16, 16))
    for number in range(8):
        make_video(library / f"{number}/IMG_{number:04}.MOV", seed=number)
    (library / "0/broken.jpg").write_bytes(b"\xff\xd8\xff")
    command = [sys.executable, str(SCRIPT), str(library), "--kills", str(times(2, 3)), "--restart", str(times(1, 2))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, env=environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
