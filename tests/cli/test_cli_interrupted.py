"""Ctrl+C at an unlucky moment: the server has its threads already, and nobody waits for a signal yet."""

import subprocess
import sys
from pathlib import Path

from helpers.serving import environment

INTERRUPTED = """
import os, signal, sys
from haven_fs.cli import main
from haven_fs.server.http import Server

prepare = Server.prepare

def interrupted(self):
    prepare(self)
    os.kill(os.getpid(), signal.SIGINT)

Server.prepare = interrupted
sys.exit(main(sys.argv[1:]))
"""


def test_ctrl_c_while_the_server_starts_ends_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", INTERRUPTED, "serve", "--data", str(tmp_path / "data"), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment(), check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
