"""A child process that is asked one thing at a time over its standard input and output, and may die or hang.

It exists because what runs in it can: a damaged index makes Chroma's native code crash its whole process. The child
ends by itself when its input ends, so it does not outlive a parent that was killed.
"""

import json
import os
import queue
import struct
import subprocess
import sys
import threading
from enum import Enum, auto
from pathlib import Path
from typing import IO, Any

_LENGTHS = struct.Struct("<II")

Frame = tuple[dict[str, Any], bytes]


class How(Enum):
    """How a child was lost."""

    CRASHED = auto()
    KILLED = auto()
    """By somebody's SIGKILL, such as for want of memory."""
    HUNG = auto()
    BROKEN = auto()
    """It said itself that it cannot go on."""


class ChildLost(Exception):
    """The child ended without an answer, or gave none in time and was ended."""

    def __init__(self, reason: str, how: How) -> None:
        super().__init__(reason)
        self.how = how


def write_frame(stream: IO[bytes], words: dict[str, Any], data: bytes = b"") -> None:
    """Send one message: words as JSON, and bytes beside them."""
    text = json.dumps(words).encode()
    stream.write(_LENGTHS.pack(len(text), len(data)) + text + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Frame | None:
    """Return the next message, None if the other side is gone."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    text_length, data_length = _LENGTHS.unpack(lengths)
    text, data = stream.read(text_length), stream.read(data_length)
    return (json.loads(text), data) if len(data) == data_length else None


class ChildProcess:
    """Runs `python -m module arguments`, with `log` for what it writes to its standard error."""

    def __init__(self, module: str, arguments: list[str], log: Path) -> None:
        self._log = log
        command = [sys.executable, "-P", "-m", module, *arguments]
        with log.open("wb") as errors:
            # In a folder of its own: Chroma would read settings from a file .env in the current one.
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, cwd=log.parent
            )
        self._answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True, name=module).start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while (frame := read_frame(self._process.stdout)) is not None:
                self._answers.put(frame)
        except (OSError, ValueError):  # garbled, or closed by `end`
            pass
        self._answers.put(None)

    def ask(self, words: dict[str, Any], data: bytes = b"", *, timeout: float) -> Frame:
        """Send a message and return the answer. Raises ChildLost if none comes in `timeout` seconds."""
        assert self._process.stdin is not None
        answer: Frame | None = None
        try:
            write_frame(self._process.stdin, words, data)
            answer = self._answers.get(timeout=timeout)
        except queue.Empty:
            self.end(grace=0)
            raise ChildLost(f"no answer in {timeout:g} seconds", How.HUNG) from None
        except OSError:
            pass
        if answer is None:
            self.end(grace=1)
            said = self._log.read_text(errors="replace").strip().splitlines()[-1:]
            status = self._process.returncode
            how = How.KILLED if status == -9 else How.CRASHED
            raise ChildLost(f"it ended with status {status} {' '.join(said)}".strip(), how)
        return answer

    def kill(self) -> None:
        """Kill the child, whatever it does; who waits for its answer gets ChildLost."""
        self._process.kill()

    def end(self, *, grace: float = 10) -> None:
        """Let the child finish what it does, for `grace` seconds, and then kill it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """For the child: return its input and output, and send whatever else is printed to standard error."""
    own_input, own_output = os.dup(0), os.dup(1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return os.fdopen(own_input, "rb"), os.fdopen(own_output, "wb")
