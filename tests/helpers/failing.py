"""Programs whose system calls fail one by one: compiles failing.c, and says which call of which folders is to fail."""

import ctypes
import errno
import json
import mmap
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from helpers.forking import environment
from helpers.serving import PATIENCE, Serving, wait_for

_SOURCE = Path(__file__).with_name("failing.c")
_PROCESS = Path(__file__).with_name("failing_process.py")
_FOLDERS, _CALLS = 8, 4096
_SOON = 0.005
WRITES, READS = 1, 2


class Way(NamedTuple):
    """How calls fail: see failing.c. `which`: calls that write, or that read. `more`: how many more fail after it."""

    name: str
    how: int
    error: int = 0
    more: int = 0
    which: int = WRITES

    @property
    def kills(self) -> bool:
        """Whether the process ends."""
        return self.how in (1, 3)


EIO = Way("EIO", 0, errno.EIO)
ENOSPC = Way("ENOSPC", 0, errno.ENOSPC)
FULL = Way("full from there on", 0, errno.ENOSPC, 1 << 20)
INTERRUPTED = Way("EINTR", 0, errno.EINTR)
SHORT = Way("short write", 2)
KILLED = Way("killed", 1)
TORN = Way("killed amid a write", 3)
UNREADABLE = Way("EIO in reading", 0, errno.EIO, 0, READS)


class _Call(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char * 16), ("path", ctypes.c_char * 240))


class _Control(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int) for name in ("armed", "which", "count", "at", "more", "error", "how", "fired", "room")),
        ("folders", ctypes.c_char * 256 * _FOLDERS),
        ("calls", _Call * _CALLS),
    )


def can_fail() -> bool:
    """Tell whether this machine has what it takes: Linux and a C compiler."""
    return sys.platform == "linux" and shutil.which("gcc") is not None


class Calls:
    """The calls of some processes on the files below `folders`, steered by the memory in `file`."""

    def __init__(self, file: Path, folders: Sequence[Path]) -> None:
        self.file = file
        file.write_bytes(bytes(ctypes.sizeof(_Control)))
        with file.open("r+b") as shared:
            self._control = _Control.from_buffer(mmap.mmap(shared.fileno(), 0))
        for number, folder in enumerate(folders):
            self._control.folders[number].value = os.fsencode(folder.resolve())

    def arm(self, at: int = 0, way: Way = EIO) -> None:
        """Have call number `at` fail from now on, or none but count them."""
        control = self._control
        control.count = control.fired = control.room = 0
        control.which, control.at, control.more = way.which, at, way.more if at else -1
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


class Failing:
    """Processes of `haven` whose calls on the files below `folders` can fail: one that serves, and commands.

    `build`: an empty folder for what this takes.
    """

    def __init__(self, build: Path, folders: Sequence[Path]) -> None:
        library, self._build = build / "failing.so", build
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, _SOURCE, "-ldl"], check=True)
        self.server = Calls(build / "server.control", folders)
        self.commands = Calls(build / "commands.control", folders)
        variables = {**environment(), "LD_PRELOAD": str(library)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        self._parent = subprocess.Popen([sys.executable, str(_PROCESS)], env=variables, **pipes)  # type: ignore[call-overload]

    def close(self) -> None:
        """End what starts the processes; they are to have ended."""
        self._parent.stdin.close()
        self._parent.wait()
        self._parent.stdout.close()

    def ask(self, **order: object) -> str:
        """Send a line to failing_process.py and return the answer."""
        self._parent.stdin.write(json.dumps(order, default=str) + "\n")
        return str(self._parent.stdout.readline()).strip()

    def run(self, *arguments: object, input: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of `haven` whose calls can fail."""
        with tempfile.TemporaryDirectory(dir=self._build) as folder:
            files = {name: Path(folder) / name for name in ("input", "output", "errors")}
            for path in files.values():
                path.write_text(input if path.name == "input" else "")
            status = self._begin(self.commands, arguments, files).wait(PATIENCE)
            output, errors = (files[name].read_text(errors="replace") for name in ("output", "errors"))
            return subprocess.CompletedProcess(list(arguments), status, output, errors)

    def start(self, data: Path, *options: object) -> Serving:
        """Start `haven serve` whose calls can fail, and return it once it answers; stop it at the end."""
        said, log = self._build / "serving", data.parent / f"{data.name}.log"
        said.write_text("")
        log.touch()
        words = ["serve", "--data", data, "--port", "0", *options]
        process = self._begin(self.server, words, {"input": Path(os.devnull), "output": said, "errors": log})
        wait_for(lambda: "\n" in said.read_text() or process.poll() is not None, "a server to start", every=_SOON)
        first = said.read_text().partition("\n")[0]
        assert first.startswith("Serving on http"), (first, log.read_text()[-2000:])
        return Serving(first.rpartition(" ")[2].strip(), data, process, said.open(), [first])

    def _begin(self, calls: Calls, words: Sequence[object], files: dict[str, Path]) -> "_Forked":
        pid = int(self.ask(words=[str(word) for word in words], control=calls.file, **files))
        return _Forked(self, pid)


class _Forked:
    """A process that failing_process.py has begun; see helpers.forking.Process."""

    def __init__(self, failing: Failing, pid: int) -> None:
        self.pid = pid
        self._failing, self._status = failing, ""

    def poll(self) -> int | None:
        if not self._status or self._status == "null":
            self._status = self._failing.ask(poll=self.pid)
        return None if self._status == "null" else int(self._status)

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (PATIENCE if timeout is None else timeout)
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("haven", timeout or PATIENCE)
            time.sleep(_SOON)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)
