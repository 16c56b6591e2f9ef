"""A killed Haven must not leave worker processes behind, which would hold memory for ever."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
from PIL import Image


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    library = tmp_path / "photos"
    library.mkdir()
    for number in range(300):
        Image.new("RGB", (64, 64), (number % 256, 0, 0)).save(library / f"{number}.png")
    command = [sys.executable, "-m", "haven_fs", "serve", str(library), "--data", str(tmp_path / "data"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as haven:
        workers: list[psutil.Process] = []
        deadline = time.monotonic() + 60
        while not workers and time.monotonic() < deadline:
            time.sleep(0.05)
            workers = [p for p in psutil.Process(haven.pid).children() if "spawn_main" in " ".join(p.cmdline())]
        haven.kill()
    assert workers, "no worker was started"
    _, alive = psutil.wait_procs(workers, timeout=20)
    for process in alive:
        process.kill()
    assert not alive
