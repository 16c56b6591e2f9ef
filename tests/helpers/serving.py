"""The real `haven serve`, run as its owner runs it: a process of its own, on any free port."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import psutil

from haven_fs.analysis.analyzer import Analyzer
from haven_fs.analysis.due import counts
from haven_fs.catalog import Catalog
from haven_fs.config import load_settings
from haven_fs.errors import UserError
from helpers.files import states
from helpers.forking import HAVEN, Process, environment, start
from helpers.home import plugins

_STILL = 1.0
"""Seconds without a change after which nothing more is expected."""
_BUSY = 8
"""How often that is waited for once more since a process is at work."""
__all__ = ["HAVEN", "Serving", "environment", "haven", "serve", "serve_copy", "typed", "wait_for"]

PATIENCE = 240.0
"""Seconds to wait for what should take one or two; a loaded machine is no reason to fail."""


@dataclass(slots=True)
class Serving:
    """A running server: its address, its data folder, and what it printed."""

    url: str
    data: Path
    process: Process
    output: IO[str]
    lines: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The port it got."""
        return urlsplit(self.url).port or 0

    def status(self) -> dict[str, Any]:
        """Return what `haven status --json` says."""
        done = haven("status", "--json", "--data", self.data)
        return dict(json.loads(done.stdout))

    def settle(self) -> None:
        """Wait until everything is indexed, as `haven status` sees it, and what follows in the background is done too.

        Nothing says when that is, such as that copies are grouped: the catalog's clock stands still then, and the
        processes have nothing to do, unless they go on at leisure.
        """
        settings = load_settings(self.data, plugins().settings())
        wait_for(lambda: self._pending(plugins().analyzers(settings)) == 0, "everything to be indexed")
        before, spent, patience = None, 0.0, _BUSY
        while (now := self.query("SELECT value FROM state WHERE key = 'seq'")) != before or (
            self._spent() - spent > _STILL / 4 and (patience := patience - 1) > 0
        ):
            before, spent = now, self._spent()
            time.sleep(_STILL)

    def _spent(self) -> float:
        """Return the seconds of processor time that its processes have used."""
        try:
            server = psutil.Process(self.process.pid)
            return sum(sum(one.cpu_times()[:2]) for one in (server, *server.children(recursive=True)))
        except psutil.Error:  # one has just ended
            return 0.0

    def query(self, sql: str, *params: Any) -> list[Any]:
        """Return the rows that its catalog answers."""
        with closing(sqlite3.connect(f"file:{self.data}/catalog.sqlite?mode=ro", uri=True)) as db:
            return db.execute(sql, params).fetchall()

    def _pending(self, analyzers: dict[str, Analyzer]) -> int | None:
        try:
            catalog = Catalog(self.data / "catalog.sqlite", readonly=True)
        except UserError:  # the server has yet to make it
            return None
        try:
            with catalog.read() as db:
                return counts(db, analyzers).pending
        finally:
            catalog.close()

    def stop(self) -> None:
        """End it as Ctrl+C does, or harder."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()


@contextmanager
def serve(*libraries: Path, data: Path, **options: Any) -> Iterator[Serving]:
    """Run `haven serve` until the block ends; `host="0.0.0.0"`, `tls=True`, `settled=False` (do not wait) and so on."""
    settled = options.pop("settled", True)
    arguments = [str(library) for library in libraries]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
    serving = start_serving(["serve", *arguments, "--data", str(data)], data)
    try:
        if settled:
            serving.settle()
        yield serving
    finally:
        serving.stop()


def start_serving(arguments: Sequence[str], data: Path) -> Serving:
    """Start `haven serve` or `haven demo` on a free port and return it as soon as it answers; stop it at the end."""
    log = data.parent / f"{data.name}.log"
    reading, writing = os.pipe()
    output = os.fdopen(reading, encoding="utf-8")
    with Path(os.devnull).open() as nothing, os.fdopen(writing, "wb") as written, log.open("ab") as errors:
        process = start([*arguments, "--port", "0"], stdin=nothing, stdout=written, stderr=errors)
    first = output.readline()
    serving = Serving(first.rpartition(" ")[2].strip(), data, process, output, [first])
    try:
        assert first.startswith("Serving on http"), f"{first!r}\n{log.read_text()}"
        while (line := output.readline()) and "Ctrl+C" not in line:
            serving.lines.append(line)
    except BaseException:
        serving.stop()
        raise
    return serving


@contextmanager
def serve_copy(base: Path, folder: Path, **options: Any) -> Iterator[Serving]:
    """Serve a copy, made in `folder`, of the data folder in `base`; its library there must be the same at the end."""
    before = states(base / "Pictures")
    shutil.copytree(base / "data", folder / "data")
    with serve(data=folder / "data", **options) as serving:
        yield serving
    assert states(base / "Pictures") == before


def haven(*arguments: object, check: bool = True, input: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of `haven` to its end."""
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
    ):
        given.write(input)
        given.seek(0)
        words = [str(argument) for argument in arguments]
        status = start(words, stdin=given, stdout=output, stderr=errors).wait(timeout=PATIENCE)
        output.seek(0)
        errors.seek(0)
        done = subprocess.CompletedProcess(words, status, output.read(), errors.read())
    assert not check or done.returncode == 0, done.stderr
    return done


def typed(keys: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with a person at the keyboard who types `keys`."""
    import pty

    ours, theirs = pty.openpty()
    words = [*HAVEN, *map(str, arguments)]
    with subprocess.Popen(
        words, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        os.write(ours, keys.encode())
        out, errors = process.communicate(timeout=PATIENCE)
    for end in (ours, theirs):
        os.close(end)
    return subprocess.CompletedProcess(words, process.returncode, out, errors)


def wait_for(condition: Any, what: str, *, seconds: float = PATIENCE, every: float = 0.1) -> Any:
    """Wait until `condition()` is true and return what it gave; fail in words after `seconds`."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(every)
    return found
