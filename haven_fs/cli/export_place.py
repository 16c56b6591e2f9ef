"""How files get into an export: as copies, or as second names of the same bytes, and never over what is not ours.

What is claimed in `.haven-export.jsonl`, before it is there, is ours while it is as it was claimed: its length and its
time. So a run that was interrupted is finished by the next, which leaves alone what is right, and what others changed.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path

from haven_fs.catalog import names
from haven_fs.cli.export_plan import Planned
from haven_fs.library import filecalls
from haven_fs.library.beneath import Beneath, utime
from haven_fs.library.fileops import NO_LINKS, rename_new
from haven_fs.library.storing import draft_path, is_left, make_folders, sweep
from haven_fs.library.trouble import ABSENT, DENIED

CLAIMS = ".haven-export.jsonl"
_PRECISION = 2_000_000_000
"""Nanoseconds: FAT keeps times of two seconds."""
_BLOCK = 1 << 20
_CLONE = 0x40049409
"""Linux's FICLONE."""


@dataclass(slots=True)
class Done:
    """What became of files; `left`: paths that were left out, and why; `former`: of earlier exports, in none now."""

    copied: int = 0
    linked: int = 0
    sidecars: int = 0
    unchanged: int = 0
    former: int = 0
    renamed: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """What an export put at `path`: of which source and wanted path, its length and time, a sidecar's digest."""

    path: str
    source: str
    wanted: str
    size: int
    mtime_ns: int
    digest: str = ""

    def holds(self, state: os.stat_result) -> bool:
        """Tell whether a file is as it was claimed."""
        return state.st_size == self.size and abs(state.st_mtime_ns - self.mtime_ns) <= _PRECISION


class Export:
    """One export: a folder with what was claimed in it. Raises OSError if that cannot be read."""

    def __init__(self, folder: Path, *, link: bool, done: Done) -> None:
        self._folder, self._link, self._done = folder, link, done
        self._of: dict[tuple[str, str], Claim] = {}
        self._paths: dict[str, Claim] = {}
        self._used: set[str] = set()
        self._clones = True
        sweep(folder, is_left)
        with suppress(FileNotFoundError):
            for line in Beneath(folder, CLAIMS).read_text(encoding="utf-8").splitlines():
                with suppress(ValueError, TypeError):  # the last line of a run that was killed
                    claim = Claim(**json.loads(line))
                    Beneath(folder, claim.path)  # a path that leads elsewhere is nobody's claim
                    self._keep(claim)

    def _keep(self, claim: Claim) -> None:
        self._of[claim.source, claim.wanted] = claim
        self._paths[names.fold(claim.path)] = claim

    def put(self, one: Planned) -> Beneath | None:
        """Have a file be in the export; return where it is, None if it was left out, which is noted."""
        if one.away:
            self._leave(one.wanted, one.away)
            return None
        try:
            with one.path.open("rb") as file:
                return self._put(one, file.fileno())
        except OSError as error:
            self._fail(one.wanted, error)
            return None

    def _put(self, one: Planned, descriptor: int) -> Beneath | None:
        state = os.fstat(descriptor)
        known = self._of.get((one.source, one.wanted))
        path = known.path if known is not None else self._free(one.wanted)
        self._used.add(names.fold(path))
        claim = Claim(path, one.source, one.wanted, state.st_size, state.st_mtime_ns)
        target = Beneath(self._folder, path)
        there = _state(target)
        is_linked = there is not None and os.path.samestat(there, state)
        if there is not None:
            if known is None or not (is_linked or known.holds(there)):
                self._leave(path, "it was changed after it was exported, and stays as it is.")
                return None
            # A copy is right too where links cannot be made.
            if self._link if is_linked else claim.holds(there):
                self._done.unchanged += 1
                return target
        self._write(claim)
        make_folders(self._folder, target.below.rpartition("/")[0])
        if there is not None:
            target.unlink()  # an older state of ours
        if self._link and _linked(one.path, target):
            self._done.linked += 1
        else:
            self._copy(descriptor, target, state)
            self._done.copied += 1
        return target

    def put_text(self, source: str, wanted: str, data: bytes) -> None:
        """Have a sidecar be in the export."""
        digest = sha256(data).hexdigest()
        try:
            known = self._of.get((source, wanted))
            target = Beneath(self._folder, known.path if known else wanted)
            there = target.read_bytes() if target.is_file() and not target.is_symlink() else None
            if there == data:
                self._used.add(names.fold(known.path if known else wanted))
                self._done.unchanged += 1
                return
            if there is not None and (known is None or sha256(there).hexdigest() != known.digest):
                self._leave(wanted, "another file is there.")
                return
            self._used.add(names.fold(wanted))
            self._write(Claim(wanted, source, wanted, len(data), 0, digest))
            draft = draft_path(target.parent)
            try:
                draft.write_bytes(data)
                if there is not None:
                    target.unlink()
                rename_new(draft, target)
            finally:
                draft.unlink(missing_ok=True)
            self._done.sidecars += 1
        except OSError as error:
            self._fail(wanted, error)

    def finish(self) -> None:
        """Count what earlier exports put here that is in none of the folders now; it stays."""
        self._done.former = sum(
            1
            for fold, claim in self._paths.items()
            if fold not in self._used and Beneath(self._folder, claim.path).exists()
        )

    def _free(self, wanted: str) -> str:
        """Return the path for a file that had none in this export: as wanted, or with a number if that is taken."""
        folder, slash, name = wanted.rpartition("/")
        above = folder + slash
        for one in chain((name,), names.numbered(*names.split_ending(name))):
            fold = names.fold(above + one)
            if fold not in self._paths and fold not in self._used and not Beneath(self._folder, above + one).exists():
                self._done.renamed += one != name
                return above + one
        raise AssertionError("numbers do not end")

    def _write(self, claim: Claim) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with Beneath(self._folder, CLAIMS).open("a", encoding="utf-8") as file:
            parts = {name: getattr(claim, name) for name in Claim.__slots__}
            file.write(json.dumps(parts, ensure_ascii=True) + "\n")
        self._keep(claim)

    def _copy(self, descriptor: int, target: Beneath, state: os.stat_result) -> None:
        draft = draft_path(target.parent)
        try:
            with draft.open("xb") as file:
                if not self._cloned(descriptor, file.fileno()):
                    with os.fdopen(os.dup(descriptor), "rb") as source:
                        source.seek(0)
                        shutil.copyfileobj(source, file, _BLOCK)
                file.flush()
                os.fsync(file.fileno())
            utime(draft, state.st_mtime_ns)
            rename_new(draft, target)
        finally:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _cloned(self, source: int, target: int) -> bool:
        """Have a file share the bytes of another until one of them is changed, where the disk can do that."""
        if not self._clones or sys.platform != "linux":
            return False
        import fcntl

        try:
            fcntl.ioctl(target, _CLONE, source)
        except OSError:
            self._clones = False
            return False
        return True

    def _fail(self, path: str, error: OSError) -> None:
        # Of a file that is gone, or that may not be read, the disk is not to blame.
        self._done.failed += error.errno not in ABSENT | DENIED
        self._leave(path, f"{error.strerror or error}.")

    def _leave(self, path: str, reason: str) -> None:
        self._done.left.append((path, reason))


def _linked(source: Path, target: Path) -> bool:
    """Give a file a second name; tell whether that went, which other disks and FAT do not allow."""
    try:
        filecalls.link(source, target)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return False
    return True


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


Sidecar = Callable[[Planned], bytes | None]
"""Gives what a file's sidecar is to say; None for nothing."""


def put_all(export: Export, planned: Iterable[Planned], sidecar: Sidecar | None, step: Callable[[int], None]) -> None:
    """Have files be in an export, with sidecars beside those that their photos are shown by."""
    for one in planned:
        target = export.put(one)
        if target is not None and sidecar is not None and one.main and (data := sidecar(one)) is not None:
            export.put_text(f"{one.source}.xmp", f"{target.below}.xmp", data)
        step(1)
    export.finish()
