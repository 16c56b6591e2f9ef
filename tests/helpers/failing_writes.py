"""Tries a kind of write once for each system call that it makes, with that call failing, and looks what became of it.

A write that was acknowledged must be done, one that was refused must not have happened, after a restart too, and
nothing that was there may be lost, whatever the answer. A refusal says in words what to do, and `haven doctor` and
`haven verify` find nothing wrong afterwards.
"""

import http.client
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from subprocess import CompletedProcess

from haven_fs.library.storing import DRAFT
from helpers.dav import Answer as DavAnswer
from helpers.dav import Client
from helpers.failing import UNREADABLE, Calls, Failing, Way
from helpers.failing_kinds import Kind
from helpers.failing_world import World, digest, photo
from helpers.serving import Serving

_SOON = 20.0
"""Seconds that a restarted server has to find what a killed one left."""
_ELSEWHERE = (Path("/dev/shm"), Path("/var/tmp"))
PARTLY = "partly"
Done = bool | str | None
"""Whether a write was done; None if nobody was told."""
Answer = DavAnswer | CompletedProcess[str]


@dataclass
class Result:
    """What became of one kind of write, in one way of failing: how often, and what was wrong in which try."""

    kind: str
    way: str
    disk: str
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
        """Whether nothing was lost, nothing kept that was refused, and all was said in words."""
        return not (self.lost or self.kept or self.unexplained or self.tracebacks)


class Trial:
    """A server that is tried, with its libraries; `elsewhere` is on another file system if there is one.

    `disk`: whose calls fail, those on the "libraries", on Haven's own "data", or on "both".
    """

    def __init__(self, base: Path, elsewhere: Path, disk: str) -> None:
        self._roots = {"Lib": base / "Lib", "Far": elsewhere / "Far", "Inbox": base / "Inbox"}
        self._data, self._number, self._disk = base / "data", 0, disk
        for root in self._roots.values():
            root.mkdir(parents=True)
        (self._roots["Lib"] / "sub").mkdir()
        for name in ("Lib", "Far"):
            (self._roots[name] / "one.jpg").write_bytes(photo("one" if name == "Lib" else "far"))
        folders = {"libraries": [*self._roots.values()], "data": [self._data]}
        self._failing = Failing(base, folders.get(disk) or [*folders["libraries"], *folders["data"]])
        self._failing.run("index", self._roots["Lib"], self._roots["Far"], "--data", self._data)
        for name in ("Lib", "Far"):
            self._failing.run("libraries", "set", name, "--writable", "--data", self._data)
        self._serving = self._start()
        self._serving.settle()
        with Client(self._serving.url) as dav:
            for folder in ("put", "over", "move", "moved", "delete", "times"):
                self._world(dav).make(f"/Inbox/{folder}")
        self._known_wrong = self._wrong()

    def _world(self, dav: Client) -> World:
        return World(self._roots, self._data, dav, self._failing.run)

    def _start(self) -> Serving:
        return self._failing.start(self._data, "--inbox", self._roots["Inbox"], "--no-auth")

    def stop(self) -> None:
        """End the server."""
        self._serving.stop()
        self._failing.close()

    def restart(self) -> None:
        """Start the server anew."""
        self._serving.stop()
        with closing(sqlite3.connect(self._data / "catalog.sqlite")) as db:
            assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        self._serving = self._start()

    def try_all(self, kind: Kind, way: Way, *, first: int = 1, every: int = 1, most: int = 2000) -> Result:
        """Try a kind of write with one call failing after another; look at all of it again after a restart."""
        result = Result(kind.name, way.name, self._disk)
        tried: list[tuple[str, Done]] = []
        before = len(self._log())
        for at in range(first, most, every):
            try:
                name, done, fired = self._try(kind, way, at, result)
            except AssertionError as error:  # it cannot even be prepared any more
                result.unexplained.append(f"before call {at}: {error}")
                break
            if way is UNREADABLE and fired and not kind.is_command and self._disk != "libraries":
                if not self._writes():
                    result.unexplained.append(f"{name}: nothing more is written")
                self.restart()  # what fails again and again is called damaged
            tried.append((name, done))
            if not fired:
                break
            result.tries += 1
            if way.kills and not kind.is_command:
                self._check_later(kind, tried, result)
                tried.clear()
        self.restart()
        if kind.lasts:
            self._check_later(kind, tried, result)
        raised = [one for one in self._log()[before:].split("Traceback (most recent")[1:] if not _is_orphan(one)]
        result.tracebacks += len(raised)
        result.unexplained += [f"in the log: {one[-1500:]}" for one in raised]
        self._leftovers(result)
        wrong = self._wrong()
        result.unexplained += [f"found afterwards: {one}" for one in wrong - self._known_wrong]
        self._known_wrong = wrong
        return result

    def _writes(self) -> bool:
        with Client(self._serving.url) as dav:
            return dav("PUT", "/Inbox/put/again.txt", b"again").status in (201, 204)

    def _wrong(self) -> set[str]:
        """Return what `haven doctor` and `haven verify` say is wrong."""
        doctor = json.loads(self._failing.run("doctor", "--json", "--data", self._data).stdout)
        verify = json.loads(self._failing.run("verify", "--json", "--data", self._data).stdout.splitlines()[-1])
        found = [*doctor["problems"], *doctor["unreadable"], *verify["damaged"], *verify["unreadable"]]
        return {str(one) for one in [*found, *verify["problems"]]}

    def _log(self) -> str:
        return (self._data.parent / f"{self._data.name}.log").read_text(errors="replace")

    def _try(self, kind: Kind, way: Way, at: int, result: Result) -> tuple[str, Done, bool]:
        """Return the name of this try, whether it was done, and whether a call failed."""
        self._number += 1
        name = f"n{self._number:05}"
        calls = self._failing.commands if kind.is_command else self._failing.server
        with Client(self._serving.url) as dav:
            world = self._world(dav)
            kind.prepare(world, name)
            there = world.kept()
            answer = _act(kind, world, name, calls, at, way)
            made, fired = calls.disarm(), calls.fired > 0
        result.calls = max(result.calls, len(made))
        where = f"{name} {made[at - 1] if fired else 'no call'}"
        done = self._judge(kind, way, answer, where, result, fired=fired)
        if isinstance(answer, DavAnswer):
            where += f": {answer.status}"
        elif answer is not None:
            where += f": exit status {answer.returncode}"
        result.done, result.refused = result.done + (done is True), result.refused + (done is False)
        if done is None and not kind.is_command:
            if way.kills and fired:
                self._serving.process.wait()
            self.restart()
        erased = {digest(kind.erases(name))} if kind.erases else set()
        with Client(self._serving.url) as dav:
            world = self._world(dav)
            if gone := there.keys() - world.kept().keys() - erased:
                result.lost.append(f"{where}: {len(gone)} contents are nowhere")
            if done in (True, False) or (done is None and kind.is_command):
                self._check(kind, world, name, done, where, result)
        return name, done, fired

    def _judge(self, kind: Kind, way: Way, answer: Answer | None, where: str, result: Result, *, fired: bool) -> Done:
        """Return whether a write was done by what was answered; note an answer that is not in words."""
        if answer is None:
            if not (way.kills and fired):
                result.unexplained.append(f"{where}: no answer")
            return None
        if isinstance(answer, CompletedProcess):
            result.tracebacks += (tracebacks := answer.stderr.count("Traceback (most recent"))
            if tracebacks:
                result.unexplained.append(f"{where}: {answer.stderr[-1500:]}")
            elif answer.returncode > 0 and not answer.stderr.strip():
                result.unexplained.append(f"{where}: exit status {answer.returncode} without a word")
            if answer.returncode < 0 or (answer.returncode and kind.is_partial):
                return None
            return answer.returncode == 0
        if answer.status == 207 and kind.is_partial:
            return PARTLY  # some of it could not be done, and the answer says what
        if answer.status < 300 and not (answer.status == 207 and b" 200 OK" not in answer.body):
            return True
        status = HTTPStatus(answer.status)
        if status not in (207, 503, 507):
            result.unexplained.append(f"{where}: {answer.status} {answer.phrase}")
        elif b"<h:reason>" not in answer.body or (status != 207 and answer.phrase == status.phrase):
            result.unexplained.append(f"{where}: {answer.status} without a word: {answer.body[:200]!r}")
        return False

    def _check(self, kind: Kind, world: World, name: str, done: Done, where: str, result: Result) -> None:
        try:
            facts = kind.facts(world, name)
        except (AssertionError, ValueError, KeyError, OSError, sqlite3.Error) as error:
            result.unexplained.append(f"{where}: {type(error).__name__} {error}")
            return
        after, before = kind.after(name), kind.before(name)
        if done is True and facts != after:
            result.lost.append(f"{where}: done, but {facts}")
        if done is False and facts != before:
            result.kept.append(f"{where}: refused, but {facts}")
        midway = kind.midway(name) if kind.midway else before
        if done is None and facts not in (before, after, midway):
            result.unexplained.append(f"{where}: {facts}")
        # Killed, it may be stored and not yet in its album: who sends it again finds it.
        if done is False and kind.sends is not None and digest(kind.sends(name)) in world.kept():
            result.kept.append(f"{where}: refused, but the bytes are there")
        if kind.erases is not None and facts == after and digest(kind.erases(name)) in world.kept():
            result.unexplained.append(f"{where}: erased, but the bytes are there")

    def _check_later(self, kind: Kind, tried: Sequence[tuple[str, Done]], result: Result) -> None:
        """Look again once the server had time to find what is on disk."""
        until = time.monotonic() + _SOON
        while True:
            later = Result(kind.name, result.way, self._disk)
            with Client(self._serving.url) as dav:
                for name, done in (one for one in tried if one[1] != PARTLY):
                    self._check(kind, self._world(dav), name, done, f"{name} later", later)
            if later.is_right or time.monotonic() > until:
                break
            time.sleep(0.2)
        result.lost += later.lost
        result.kept += later.kept
        result.unexplained += later.unexplained

    def _leftovers(self, result: Result) -> None:
        until = time.monotonic() + _SOON
        while drafts := [one for root in self._roots.values() for one in _drafts_below(root)]:
            if time.monotonic() > until:
                result.unexplained.append(f"drafts are left after a restart: {drafts[:3]}")
                return
            time.sleep(0.2)


def _drafts_below(root: Path) -> Iterator[str]:
    """Give the drafts in a folder that a server may tidy up meanwhile."""
    for folder, folders, files in os.walk(root):
        yield from (f"{folder}/{name}" for name in (*folders, *files) if name.startswith(DRAFT))


def _is_orphan(raised: str) -> bool:
    """Tell whether a traceback is Python's own, of a process that began as the one that started it was killed."""
    return "in spawn_main" in raised and "EOFError: Ran out of input" in raised


def _act(kind: Kind, world: World, name: str, calls: Calls, at: int, way: Way) -> Answer | None:
    """Do it with a call failing; None if nothing was answered."""
    calls.arm(at, way)
    try:
        return kind.act(world, name)
    except (OSError, http.client.HTTPException):
        return None


@contextmanager
def trial(base: Path, disk: str = "both") -> Iterator[Trial]:
    """Give a server to try, in an empty folder; see Trial."""
    here = base.stat().st_dev
    others = [one for one in _ELSEWHERE if os.access(one, os.W_OK) and one.stat().st_dev != here]
    with tempfile.TemporaryDirectory(dir=others[0] if others else base) as elsewhere:
        one = Trial(base, Path(elsewhere), disk)
        try:
            yield one
        finally:
            one.stop()
