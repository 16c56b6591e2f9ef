"""Tries a kind of write once for each system call that it makes, with that call failing, and looks what became of it.

A write that was acknowledged must be done, one that was refused must not have happened, after a restart too, and
nothing that was there may be lost, whatever the answer.
"""

import http.client
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from haven_fs.library.storing import DRAFT
from helpers.dav import Client
from helpers.failing import KILLED, TORN, WRITES, Failing, Way
from helpers.failing_kinds import Kind
from helpers.failing_world import World, digest, photo
from helpers.serving import Serving, haven

_SOON = 20.0
"""Seconds that a restarted server has to find what a killed one left."""
_ELSEWHERE = Path("/dev/shm")
PARTLY = "partly"
Done = bool | str | None
"""Whether a write was done; None if nobody was told."""


@dataclass
class Result:
    """What became of one kind of write, in one way of failing: how often, and what was wrong in which try."""

    kind: str
    way: str
    calls: int = 0
    tries: int = 0
    lost: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    refused: int = 0
    done: int = 0
    tracebacks: int = 0

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, and nothing kept that was refused."""
        return not (self.lost or self.kept or self.unexplained)


class Trial:
    """A server that is tried, with its libraries; `elsewhere` is on another file system if there is one.

    `disk`: whose calls fail, those on the "libraries", on Haven's own "data", or on "both".
    """

    def __init__(self, base: Path, elsewhere: Path, disk: str) -> None:
        self._roots = {"Lib": base / "Lib", "Far": elsewhere / "Far", "Inbox": base / "Inbox"}
        self._data, self._number = base / "data", 0
        for root in self._roots.values():
            root.mkdir(parents=True)
        (self._roots["Lib"] / "sub").mkdir()
        for name in ("Lib", "Far"):
            (self._roots[name] / "one.jpg").write_bytes(photo("one" if name == "Lib" else "far"))
        haven("index", self._roots["Lib"], self._roots["Far"], "--data", self._data)
        for name in ("Lib", "Far"):
            haven("libraries", "set", name, "--writable", "--data", self._data)
        folders = {"libraries": [*self._roots.values()], "data": [self._data]}
        self.failing = Failing(base, folders.get(disk) or [*folders["libraries"], *folders["data"]])
        self._serving = self._start()
        self._serving.settle()
        with Client(self._serving.url) as dav:
            for folder in ("put", "over", "move", "moved", "delete", "times"):
                World(self._roots, dav).make(f"/Inbox/{folder}")

    def _start(self) -> Serving:
        return self.failing.start(self._data, "--inbox", self._roots["Inbox"])

    def stop(self) -> None:
        """End the server."""
        self._serving.stop()

    def restart(self) -> None:
        """Start the server anew."""
        self.stop()
        with closing(sqlite3.connect(self._data / "catalog.sqlite")) as db:
            assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        self._serving = self._start()

    def try_all(
        self, kind: Kind, way: Way, *, which: int = WRITES, first: int = 1, every: int = 1, most: int = 1000
    ) -> Result:
        """Try a kind of write with one call failing after another; look at all of it again after a restart."""
        result = Result(kind.name, way.name)
        tried: list[tuple[str, Done]] = []
        before = self._tracebacks()
        for at in range(first, most, every):
            name, done, fired = self._try(kind, way, at, which, result)
            tried.append((name, done))
            if not fired:
                break
            result.tries += 1
            if way in (KILLED, TORN):
                self._check_later(kind, tried, result)
                tried.clear()
        self.restart()
        self._check_later(kind, tried, result)
        result.tracebacks = self._tracebacks() - before
        self._leftovers(result)
        return result

    def _tracebacks(self) -> int:
        log = self._data.parent / f"{self._data.name}.log"
        return log.read_text(errors="replace").count("Traceback (most recent") if log.exists() else 0

    def _try(self, kind: Kind, way: Way, at: int, which: int, result: Result) -> tuple[str, Done, bool]:
        """Return the name of this try, whether it was done, and whether a call failed."""
        self._number += 1
        name = f"n{self._number:05}"
        with Client(self._serving.url) as dav:
            world = World(self._roots, dav)
            kind.prepare(world, name)
            there = world.kept()
            self.failing.arm(at, way, which)
            try:
                answer = kind.act(world, name)
            except (OSError, http.client.HTTPException):
                answer = None
            calls, fired = self.failing.disarm(), self.failing.fired > 0
        result.calls = max(result.calls, len(calls))
        where = f"{name} {calls[at - 1] if fired else 'no call'}"
        if answer is None:
            killed = way in (KILLED, TORN) and fired
            if not killed:
                result.unexplained.append(f"{where}: no answer")
            if killed:
                self._serving.process.wait()
            self.restart()
            self._missing(there, where, result)
            return name, None, fired
        if answer.status == 207 and kind.name.startswith("COPY"):
            # Some of what is in the folder could not be copied, and the answer says what.
            result.done += 1
            self._missing(there, f"{where}: {answer.status}", result)
            return name, PARTLY, fired
        is_done = answer.status < 300
        result.done, result.refused = result.done + is_done, result.refused + (not is_done)
        if not is_done and b"<h:reason>" not in answer.body:
            result.unexplained.append(f"{where}: {answer.status} without a word: {answer.body[:200]!r}")
        self._missing(there, f"{where}: {answer.status}", result)
        with Client(self._serving.url) as dav:
            self._check(kind, World(self._roots, dav), name, is_done, f"{where}: {answer.status}", result)
        return name, is_done, fired

    def _missing(self, there: dict[str, int], where: str, result: Result) -> None:
        kept = World(self._roots, Client("http://localhost")).kept()
        if gone := there.keys() - kept.keys():
            result.lost.append(f"{where}: {len(gone)} contents are nowhere")

    def _check(self, kind: Kind, world: World, name: str, done: Done, where: str, result: Result) -> None:
        try:
            facts = kind.facts(world, name)
        except (AssertionError, ValueError, KeyError) as error:
            result.unexplained.append(f"{where}: {error}")
            return
        after, before = kind.after(name), kind.before(name)
        if done is True and facts != after:
            result.lost.append(f"{where}: done, but {facts}")
        if done is False and facts != before:
            result.kept.append(f"{where}: refused, but {facts}")
        if done is None and facts not in (before, after):
            result.unexplained.append(f"{where}: {facts}")
        is_refused = kind.sends is not None and facts == before and done is not True
        if is_refused and kind.sends is not None and digest(kind.sends(name)) in world.kept():
            result.kept.append(f"{where}: refused, but the bytes are there")

    def _check_later(self, kind: Kind, tried: Sequence[tuple[str, Done]], result: Result) -> None:
        """Look again once the server had time to find what is on disk."""
        until = time.monotonic() + _SOON
        while True:
            later = Result(kind.name, result.way)
            with Client(self._serving.url) as dav:
                for name, done in (one for one in tried if one[1] != PARTLY):
                    self._check(kind, World(self._roots, dav), name, done, f"{name} later", later)
            if later.is_right or time.monotonic() > until:
                break
            time.sleep(0.2)
        result.lost += later.lost
        result.kept += later.kept
        result.unexplained += later.unexplained

    def _leftovers(self, result: Result) -> None:
        until = time.monotonic() + _SOON
        while drafts := [one for root in self._roots.values() for one in root.rglob(f"{DRAFT}*")]:
            if time.monotonic() > until:
                result.unexplained.append(f"drafts are left after a restart: {drafts[:3]}")
                return
            time.sleep(0.2)


@contextmanager
def trial(base: Path, disk: str = "both") -> Iterator[Trial]:
    """Give a server to try, in an empty folder; see Trial."""
    place = _ELSEWHERE if os.access(_ELSEWHERE, os.W_OK) else base
    with tempfile.TemporaryDirectory(dir=place) as elsewhere:
        one = Trial(base, Path(elsewhere), disk)
        try:
            yield one
        finally:
            one.stop()
