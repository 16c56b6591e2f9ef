"""Files are written at random by a process that dies amid it, again and again; the next one finds all as it should be.

Each process is forked. It dies, as by SIGKILL, just before it commits for the nth time, or before it opens or changes
something on the disk for the nth time: what that leaves is the beginning of the next writes.
"""

import os
import random
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from haven_fs.errors import Refused
from haven_fs.library.storing import DRAFT
from haven_fs.tree.gestures import Gestures
from helpers.failing_world import digest
from helpers.home import Home

FOLDERS = ("Inbox/two", "Originals/Pictures/two")
SUB = tuple(f"{folder}/sub" for folder in FOLDERS)
FILES = tuple(f"{folder}/{name}.txt" for folder in (*FOLDERS, *SUB) for name in "ab")
KEPT = tuple(f"{folder}/kept.txt" for folder in FOLDERS)
"""Files that are always there: a library that is empty is taken for one whose disk is away."""
KINDS = ("PUT",) * 3 + ("MOVE",) * 8 + ("COPY",) * 2 + ("DELETE", "SUB", "KEPT")
_CALLS = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.utime"}
"""What Python calls these calls when it announces them. After each rename a folder is opened, to be synced."""
_CALLS_A_COMMIT = 15
_DIED = 9


@dataclass
class Dying:
    """Writes to a new home by processes that die: call `begin`, and then `write` and `check` by turns."""

    home: Home
    seed: int
    kills: int = 0
    acknowledged: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Make the library, the inbox, and what is always there."""
        home = self.home
        home.add_library(writable=True)
        home.add_inbox()
        home.indexer().run()
        for path in FOLDERS:
            home.make(path)
        for path in KEPT:
            home.put(path, path.encode())
        home.close()

    def _open(self) -> Home:
        """Return the home as a new process has it, which remembers nothing of what was done."""
        self.home.catalog, self.home.gestures = self.home.folder.open_catalog(), Gestures()
        return self.home

    def write(self, number: int) -> None:
        """Have a process write until it dies, or has written enough."""
        log = self.home.data.with_name("acknowledged")
        if (pid := os.fork()) == 0:
            try:
                self._write(random.Random(f"{self.seed} {number}"), number, log)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code in (0, _DIED), f"seed {self.seed}, process {number} ended with {code}"
        self.kills += code == _DIED
        self.acknowledged |= set(log.read_text().split()) if log.exists() else set()

    def _write(self, rng: random.Random, number: int, log: Path) -> None:
        home = self._open()
        _die(home, rng.randint(1, 60), at_commits=rng.random() < 0.7)
        files = rng.sample(FILES, rng.choice((3, 4)))
        with log.open("a") as said:
            for step in range(150):
                data = f"{self.seed} {number} {step}\n".encode() * rng.choice((1, 500))
                try:
                    was_sent = _one_write(home, rng, files, data)
                except Refused:
                    continue
                said.write(f"{digest(data)}\n" if was_sent else "")
                said.flush()

    def check(self) -> None:
        """Do what the next start does. Raises AssertionError if that is not what the disk has, or something is lost."""
        with self._open() as home:
            indexer = home.indexer()
            indexer.run()
            assert indexer.counts().pending == 0, f"seed {self.seed}: it cannot be indexed"
            roots = {home.root, home.root.with_name("Inbox")}
            rows = home.query(
                "SELECT l.root, d.path, o.file, o.size, o.mtime_ns FROM original o JOIN dir d ON d.id = o.dir_id"
                " JOIN library l ON l.id = d.library_id WHERE o.gone IS NULL"
            )
        known = {
            (os.fsdecode(b"/".join(part for part in parts if part)), size, mtime_ns) for *parts, size, mtime_ns in rows
        }
        paths = [
            path for root in roots for path in root.rglob("*") if path.is_file() and not path.name.startswith(DRAFT)
        ]
        there = {
            (str(path), path.stat().st_size, path.stat().st_mtime_ns)
            for path in paths
            if ".haven-removed" not in path.parts
        }
        assert known == there, f"seed {self.seed}: {sorted(known ^ there)}"
        others = {Path(path).name for path, *_ in there} - {Path(path).name for path in (*FILES, *KEPT)}
        assert not others, f"seed {self.seed}: nobody has made {sorted(others)}"
        lost = self.acknowledged - {digest(path.read_bytes()) for path in paths}
        assert not lost, f"seed {self.seed}: {len(lost)} acknowledged contents are nowhere"


def _one_write(home: Home, rng: random.Random, files: list[str], data: bytes) -> bool:
    """Do one write to files or folders; tell whether `data` was sent. Raises Refused."""
    kind, (path, to) = rng.choice(KINDS), rng.sample(files, 2)
    overwrite = rng.random() < 0.8
    if kind == "SUB":
        kind, path, overwrite = rng.choice(("MAKE", "MAKE", "DELETE", "MOVE")), rng.choice(SUB), False
        to = SUB[1 - SUB.index(path)]
    elif kind == "KEPT":
        kind, to = rng.choice(("COPY", "MOVE")), rng.choice(KEPT)
    if kind == "PUT":
        home.put(path, data)
    elif kind == "MAKE":
        home.make(path)
    elif kind == "DELETE":
        home.delete(path)
    elif kind == "MOVE":
        home.move(path, to, overwrite=overwrite)
    else:
        home.copy(path, to, overwrite=overwrite)
    return kind == "PUT"


def _die(home: Home, number: int, *, at_commits: bool) -> None:
    """Have this process die before its nth commit, or about then, before it opens or changes something on the disk."""
    left = number if at_commits else _CALLS_A_COMMIT * number

    def count() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os._exit(_DIED)

    if at_commits:
        assert home.catalog._writer is not None
        home.catalog._writer.set_trace_callback(lambda sql: count() if sql == "COMMIT" else None)
    else:
        sys.addaudithook(lambda event, _: count() if event in _CALLS else None)
