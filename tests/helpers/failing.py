"""Programs whose system calls fail one by one: compiles failing.c, and says which call of which folders is to fail."""

import ctypes
import errno
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from helpers.forking import environment
from helpers.serving import Serving

_SOURCE = Path(__file__).with_name("failing.c")
_PROCESS = Path(__file__).with_name("failing_process.py")
_FOLDERS, _CALLS = 8, 4096
WRITES, READS = 1, 2


class Way(NamedTuple):
    """How calls fail: see failing.c. `more`: how many after the chosen one fail too."""

    name: str
    how: int
    error: int = 0
    more: int = 0


EIO = Way("EIO", 0, errno.EIO)
ENOSPC = Way("ENOSPC", 0, errno.ENOSPC)
FULL = Way("full from there on", 0, errno.ENOSPC, 1 << 20)
INTERRUPTED = Way("EINTR", 0, errno.EINTR)
SHORT = Way("short write", 2)
KILLED = Way("killed", 1)
TORN = Way("killed amid a write", 3)


class _Call(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char * 16), ("path", ctypes.c_char * 240))


class _Control(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("armed", "which", "count", "at", "more", "error", "how", "fired")),
        ("folders", ctypes.c_char * 256 * _FOLDERS),
        ("calls", _Call * _CALLS),
    )


def can_fail() -> bool:
    """Tell whether this machine has what it takes: Linux and a C compiler."""
    return sys.platform == "linux" and shutil.which("gcc") is not None


class Failing:
    """The calls of one program at a time on the files below some folders. `build` is where the library goes."""

    def __init__(self, build: Path, folders: Sequence[Path]) -> None:
        self._library = build / "failing.so"
        if not self._library.exists():
            with tempfile.TemporaryDirectory(dir=build) as draft:
                made = Path(draft) / "failing.so"
                subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", made, _SOURCE, "-ldl"], check=True)
                made.rename(self._library)
        self._shared = build / "failing.control"
        self._shared.write_bytes(bytes(ctypes.sizeof(_Control)))
        with self._shared.open("r+b") as file:
            self._control = _Control.from_buffer(mmap.mmap(file.fileno(), 0))
        for number, folder in enumerate(folders):
            self._control.folders[number].value = os.fsencode(folder.resolve())

    def arm(self, at: int = 0, way: Way = EIO, which: int = WRITES) -> None:
        """Have call number `at` fail from now on, or none but count them."""
        control = self._control
        control.count = control.fired = 0
        control.which, control.at, control.more = which, at, way.more if at else -1
        control.error, control.how = way.error, way.how
        control.armed = 1

    def disarm(self) -> list[str]:
        """Let all calls be; return those that were made since `arm`, each as "fsync /PATH"."""
        self._control.armed = 0
        calls = self._control.calls
        return [f"{calls[i].name.decode()} {os.fsdecode(calls[i].path)}" for i in range(min(self.count, _CALLS))]

    @property
    def count(self) -> int:
        """How many calls were made since `arm`."""
        return int(self._control.count)

    @property
    def fired(self) -> int:
        """How many of them failed."""
        return int(self._control.fired)

    @property
    def environment(self) -> dict[str, str]:
        """What a program is to be started with, so that its calls can fail."""
        return {**environment(), "LD_PRELOAD": str(self._library), "FAILING": str(self._shared)}

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a command of `haven` whose calls can fail."""
        words = [sys.executable, str(_PROCESS), *map(str, arguments)]
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=240, check=False)

    @contextmanager
    def serve(self, data: Path, *options: object) -> Iterator[Serving]:
        """Serve so, until the block ends."""
        serving = self.start(data, *options)
        try:
            yield serving
        finally:
            serving.stop()

    def start(self, data: Path, *options: object) -> Serving:
        """Start `haven serve` whose calls can fail, and return it once it answers; stop it at the end."""
        words = [sys.executable, str(_PROCESS), "serve", "--data", str(data), "--port", "0", *map(str, options)]
        with (data.parent / f"{data.name}.log").open("ab") as log:
            process = subprocess.Popen(
                words, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert process.stdout is not None
        first = process.stdout.readline()
        serving = Serving(first.rpartition(" ")[2].strip(), data, process, process.stdout, [first])
        assert first.startswith("Serving on http"), first
        return serving
