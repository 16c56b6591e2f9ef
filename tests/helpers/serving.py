"""The real `haven serve`, run as its owner runs it: a process of its own, on any free port."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from haven_fs.analysis.analyzer import Analyzer
from haven_fs.analysis.due import counts
from haven_fs.catalog import Catalog
from haven_fs.config import load_settings
from haven_fs.errors import UserError
from helpers.files import states
from helpers.home import plugins

HAVEN = [sys.executable, "-m", "haven_fs"]
PATIENCE = 120.0
"""Seconds to wait for what should take one or two; a loaded machine is no reason to fail."""


@dataclass(slots=True)
class Serving:
    """A running server: its address, its data folder, and what it printed."""

    url: str
    data: Path
    process: subprocess.Popen[str]
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
        """Wait until everything is indexed: as `haven status` sees it, without starting that a hundred times."""
        settings = load_settings(self.data, plugins().settings())
        wait_for(lambda: self._pending(plugins().analyzers(settings)) == 0, "everything to be indexed")

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
        if self.process.stdout:
            self.process.stdout.close()


@contextmanager
def serve(*libraries: Path, data: Path, **options: Any) -> Iterator[Serving]:
    """Run `haven serve` until the block ends; `host="0.0.0.0"`, `tls=True`, `settled=False` (do not wait) and so on."""
    settled = options.pop("settled", True)
    arguments = [str(library) for library in libraries]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
    command = [*HAVEN, "serve", *arguments, "--data", str(data), "--port", "0"]
    log = data.parent / f"{data.name}.log"
    with log.open("a") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment())
    assert process.stdout is not None
    first = process.stdout.readline()
    serving = Serving(first.rpartition(" ")[2].strip(), data, process, [first])
    try:
        assert first.startswith("Serving on http"), f"{first!r}\n{log.read_text()}"
        while (line := process.stdout.readline()) and "Ctrl+C" not in line:
            serving.lines.append(line)
        if settled:
            serving.settle()
        yield serving
    finally:
        serving.stop()


@contextmanager
def serve_copy(base: Path, folder: Path, **options: Any) -> Iterator[Serving]:
    """Serve a copy, made in `folder`, of the data folder in `base`; its library there must be the same at the end."""
    before = states(base / "Pictures")
    shutil.copytree(base / "data", folder / "data")
    with serve(data=folder / "data", **options) as serving:
        yield serving
    assert states(base / "Pictures") == before


def haven(*arguments: object, check: bool = True, input: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of `haven` to its end."""
    command = [*HAVEN, *map(str, arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, env=environment(), input=input, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def environment() -> dict[str, str]:
    """Return the environment for our own processes: ours, wherever the tests were started from."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONWARNINGS": "default"}


def wait_for(condition: Any, what: str, *, seconds: float = PATIENCE) -> Any:
    """Wait until `condition()` is true and return what it gave; fail in words after `seconds`."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.1)
    return found
