"""Processes of `haven` that start at once: forked from one that has imported it already, and the same from there on.

Importing Haven takes longer than most commands do, and the tests run a thousand of them. What is to be seen of the
start itself, such as a plugin that hangs or Ctrl+C at an unlucky moment, is tried with `HAVEN`, as its user starts it.
"""

import importlib
import importlib.metadata
import multiprocessing
import os
import subprocess
import sys
import warnings
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, util
from multiprocessing.reduction import DupFd
from typing import IO, Any, Protocol

HAVEN = [sys.executable, "-m", "haven_fs"]
COMMANDS = ["haven_fs.cli.serve", "haven_fs.cli.index", "haven_fs.cli.log", "haven_fs.cli.undo"]
PLUGINS = [entry.module for entry in importlib.metadata.entry_points(group="haven_fs") if entry.dist.name == "haven-fs"]
IMPORTED = ["__main__", "helpers.forking", *COMMANDS, *PLUGINS]
"""What the process that is forked has imported: no more than commands do before they begin to work."""


class Process(Protocol):
    """What subprocess.Popen and a forked process have in common."""

    pid: int

    def poll(self) -> int | None:
        """Return the exit status, None while it runs; -9 if signal 9 ended it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""

    def kill(self) -> None:
        """End it at once."""


def environment() -> dict[str, str]:
    """Return the environment for our own processes: ours, wherever the tests were started from."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONWARNINGS": "default"}


def start(arguments: Sequence[str], *, stdin: IO[Any], stdout: IO[Any], stderr: IO[Any]) -> Process:
    """Run `haven` with these arguments and open files; they remain the caller's to close."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return subprocess.Popen([*HAVEN, *arguments], stdin=stdin, stdout=stdout, stderr=stderr, env=environment())
    return Forked(arguments, [stdin, stdout, stderr])


class Forked:
    """A command that runs in a fork of the process that has imported Haven."""

    def __init__(self, arguments: Sequence[str], streams: Sequence[IO[Any]]) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(IMPORTED)
        _begin_forking()
        passed = [_Passed(stream.fileno()) for stream in streams]
        self._process = context.Process(target=_run, args=(list(arguments), passed, environment()))
        self._process.start()
        self.pid = self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("haven", timeout or 0.0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _begin_forking() -> None:
    """Start the process to fork, unless it runs; it imports what we would, by the path we have.

    It keeps bytecode even if this process was told not to: conftest.py says where, and without it each of its processes
    would compile all of Haven and what that imports.
    """
    before, flags = dict(os.environ), util._args_from_interpreter_flags
    os.environ.update(environment())
    util._args_from_interpreter_flags = lambda: [flag for flag in flags() if flag != "-B"]
    try:
        forkserver.ensure_running()
    finally:
        util._args_from_interpreter_flags = flags
        os.environ.clear()
        os.environ.update(before)


class _Passed:
    """An open file on its way to the new process, where it arrives as its number."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrive, (DupFd(self._number),)


def _arrive(passed: Any) -> int:
    return int(passed.detach())


def _run(arguments: list[str], streams: list[int], variables: Mapping[str, str]) -> None:
    """Be a process of `haven`: in the new process, with its own streams and environment."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(variables)
    warnings.simplefilter("default")
    importlib.invalidate_caches()
    from haven_fs.cli import main

    sys.exit(main(arguments))
