"""What the benchmarks share: a running server, its memory, and a table of figures."""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HAVEN = [sys.executable, "-m", "haven_fs"]


@contextmanager
def serving(library: Path, data: Path) -> Iterator[tuple[str, int]]:
    """Run `haven serve` on any free port and give its address and process id."""
    command = [*HAVEN, "serve", str(library), "--data", str(data), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1], process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        process.stdout.close()


def settle(data: Path) -> dict[str, object]:
    """Wait until nothing is due and return the status."""
    while True:
        done = subprocess.run(
            [*HAVEN, "status", "--data", str(data), "--json"], capture_output=True, text=True, check=False
        )
        status = json.loads(done.stdout) if done.returncode == 0 else {"pending": 1}
        if status["pending"] == 0:
            return dict(status)
        time.sleep(0.5)


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    below = Path(f"/proc/{pid}/task").glob("*/children")
    return [pid, *(one for path in below for child in path.read_text().split() for one in family(int(child)))]


def pss(pid: int) -> float:
    """Return the proportional set size of a process and all below it, in MB (Linux)."""
    total = 0
    for one in family(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def own_memory() -> int:
    """Return the bytes of this process that are in no file, which nobody else can take (Linux)."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="haven-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(name: str, values: list[float], unit: str) -> float:
    """Print the median, the minimum and the maximum of a figure, and return the median."""
    middle = statistics.median(values)
    print(f"{name:<40}{middle:10.2f} {unit:<4} min {min(values):.2f}  max {max(values):.2f}", flush=True)
    return middle


def quiet(command: list[str]) -> float:
    """Run a command without its output and return the seconds it took."""
    started = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=os.environ)
    return time.monotonic() - started


def timed(name: str, act: Callable[[], object], times: int = 5) -> object:
    """Print how long something takes each time, and return what it gave."""
    seconds: list[float] = []
    found: object = None
    for _ in range(times):
        began = time.perf_counter()
        found = act()
        seconds.append(1000 * (time.perf_counter() - began))
    show(name, seconds, "ms")
    return found
