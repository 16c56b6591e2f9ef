"""Who holds the data folder: a Haven that runs, or what one that was killed had just begun, for a moment."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from haven_fs.datafolder import DataFolder
from haven_fs.errors import UserError

HOLD = """
import sys, filelock
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(data: Path, pid: int) -> Iterator[subprocess.Popen[str]]:
    """Have a process hold the folder, in which another one, `pid`, says that it runs."""
    data.mkdir()
    (data / "running.json").write_text(json.dumps({"pid": pid}))
    command = [sys.executable, "-c", HOLD, str(data / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield process


def test_a_haven_that_runs_keeps_others_out(tmp_path: Path) -> None:
    words = f"process {os.getpid()}"
    with (
        held(tmp_path / "data", os.getpid()),
        pytest.raises(UserError, match=words),
        DataFolder(tmp_path / "data").locked(),
    ):
        pass


def test_one_that_was_killed_does_not(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    with held(tmp_path / "data", ended.pid) as process:
        end = subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.5); os.kill({process.pid}, 9)"])
        with DataFolder(tmp_path / "data").locked():
            assert DataFolder(tmp_path / "data").running() == {"pid": os.getpid()}
        end.wait()
