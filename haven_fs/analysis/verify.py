"""`haven verify`: whether everything that Haven looks after is as it was: originals, what was removed, backups, record.

What is found is stored as it goes, so a run that is stopped has not been for nothing: see `since`.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from haven_fs.analysis.checksums import Result, Unread, keep, look_at
from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog
from haven_fs.catalog import checksums as kept
from haven_fs.catalog.checksums import Damage, Target
from haven_fs.catalog.libraries import Library, all_libraries
from haven_fs.catalog.record import FILE, Record
from haven_fs.catalog.trash import RemovedFile, keep_digest, removed_files
from haven_fs.library.checksum import Pace, checksum_of
from haven_fs.library.text import as_text
from haven_fs.library.trouble import in_words

_COMMIT_EVERY = 2.0

Part = tuple[Library, bytes]
"""A library, and the folder or file below its root that is meant; empty for all of it."""


@dataclass
class Report:
    """What was found. Paths are as the owner knows them.

    `right`, `new`, `edited`: how many files are as they were, were read for the first time, or have new bytes that
    somebody gave them. `busy`: how many changed since the last walk, or while they were read, and are for the next
    time. `problems`: what is wrong with backups and the record, in words. `backups`: how many were looked at.
    """

    right: int = 0
    new: int = 0
    edited: int = 0
    busy: int = 0
    removed: int = 0
    bytes: int = 0
    damaged: list[Damage] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    backups: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether nothing is damaged or unreadable."""
        return not (self.damaged or self.unreadable or self.problems)


def verify(catalog: Catalog, parts: Sequence[Part], *, since: float | None, pace: Pace, progress: Progress) -> Report:
    """Read all originals of some libraries or folders, and store what is found.

    `since`: only those that were not found right since then, in seconds since the epoch.
    """
    report = Report()
    for library, below in parts:
        if library.away:
            report.away.append(library.away)
            continue
        with catalog.read() as db:
            targets = kept.targets(db, library.id, below, since=since)
        progress.begin(f"Verifying {library.name}", len(targets))
        try:
            _originals(catalog, targets, pace, progress, report)
        finally:
            progress.end()
    with catalog.read() as db:
        report.damaged += [one for one in kept.damages(db) if _is_in(one.path, parts)]
    return report


def _originals(catalog: Catalog, targets: Sequence[Target], pace: Pace, progress: Progress, report: Report) -> None:
    done: list[Result] = []
    began = time.monotonic()
    try:
        for one in look_at(catalog, targets, pace):
            progress.advance(1)
            if isinstance(one, Unread):
                _note_unread(one, report)
                continue
            done.append(one)
            _, now, verdict = one
            report.bytes += now.size
            report.right += verdict == "right"
            report.new += verdict == "new"
            report.edited += verdict == "edited"
            report.busy += verdict in ("changed", "exchanged")
            if time.monotonic() - began > _COMMIT_EVERY:
                keep(catalog, done)
                done, began = [], time.monotonic()
    finally:
        keep(catalog, done)


def _note_unread(one: Unread, report: Report) -> None:
    path = as_text(str(one.target.path))
    if one.is_missing:
        report.missing.append(path)
    elif one.is_busy:
        report.busy += 1
    else:
        report.unreadable.append((path, in_words(one.error)))


def _is_in(path: str, parts: Iterable[Part]) -> bool:
    roots = (as_text(str(library.root / below.decode(errors="surrogateescape"))) for library, below in parts)
    return any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in roots)


def verify_removed(catalog: Catalog, pace: Pace, progress: Progress, report: Report) -> None:
    """Read what is in Recently Removed too; of what was never read, keep what it is."""
    with catalog.read() as db:
        files = removed_files(db)
    progress.begin("Verifying what was removed", len(files))
    for one in files:
        _removed(catalog, one, pace, report)
        progress.advance(1)
    progress.end()


def _removed(catalog: Catalog, one: RemovedFile, pace: Pace, report: Report) -> None:
    path = as_text(str(one.root / one.below))
    try:
        now = checksum_of(one.root, one.below, pace)
    except FileNotFoundError:
        report.missing.append(path)
        return
    except OSError as error:
        report.unreadable.append((path, in_words(error)))
        return
    report.removed += 1
    report.bytes += now.size
    if one.digest is None:
        with catalog.write(quiet=True) as w:
            keep_digest(w, one, now.digest)
    elif now.digest != one.digest:
        report.damaged.append(Damage(path, "Its bytes are not those that it had when it was removed.", 0.0, 0.0, None))


def verify_record(catalog: Catalog, report: Report) -> None:
    """Compare the record of what owners say with the catalog, and look into the catalog itself."""
    report.problems += _check(catalog.path)
    try:
        with catalog.read() as db:
            said, lacking = catalog.record.in_words(db), catalog.record.compare(db).lacking
    except (OSError, sqlite3.Error) as error:
        report.problems.append(f"{catalog.record.path} cannot be read: {error}.")
        return
    report.problems += [said] if said else []
    if lacking:
        report.problems.append(f"{catalog.record.path} lacks {lacking:,} changes that the catalog has.")


def verify_backups(folders: Iterable[Path], report: Report) -> None:
    """Look whether backups can be used: their catalogs are whole, and their records known to them."""
    for folder in folders:
        report.backups += 1
        problems = _check(folder / "catalog.sqlite")
        if not problems:
            try:
                with closing(_open(folder / "catalog.sqlite")) as db:
                    found = Record(folder / FILE).compare(db)
            except (OSError, sqlite3.Error) as error:
                problems.append(f"{folder / FILE} cannot be read: {error}.")
            else:
                if found.more:
                    problems.append(f"{folder / FILE} has {found.more:,} changes that the catalog beside it lacks.")
        report.problems += [f"The backup {folder} is damaged. {one}" for one in problems]


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _check(path: Path) -> list[str]:
    """Return what is wrong with a catalog, in words."""
    try:
        with closing(_open(path)) as db:
            said = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        said = str(error)
    return [] if said == "ok" else [f"{path} is damaged: {said}."]


def libraries_of(catalog: Catalog) -> list[Library]:
    """Return the libraries there are."""
    with catalog.read() as db:
        return all_libraries(db)
