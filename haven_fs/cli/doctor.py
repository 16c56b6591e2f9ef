"""`haven doctor`: checks for problems and shows the settings."""

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import sqlite3
import time
from datetime import datetime
from pathlib import Path

from haven_fs import __version__
from haven_fs.catalog import Catalog
from haven_fs.catalog.again import Trouble, ahead_of_clock, troubles
from haven_fs.catalog.checksums import damages
from haven_fs.catalog.failures import failures
from haven_fs.catalog.libraries import all_libraries
from haven_fs.catalog.skipped import Skipped, skipped
from haven_fs.catalog.waiting import in_words
from haven_fs.cli import options, passed_over
from haven_fs.cli.checks import check_catalog, check_files
from haven_fs.command import Command
from haven_fs.datafolder import DataFolder
from haven_fs.errors import Refused, UserError
from haven_fs.library.rights import exposed

_PACKAGES = ("wsgidav", "cheroot", "pluggy", "pillow", "pillow-heif", "av", "exifread", "watchfiles")
_LOW_SPACE = 200 << 20
_NAMED = 20
"""How many files that cannot be read are named, of each kind."""
_FAILURES = 10
"""How many files on which an analyzer failed are named."""
_FEW_AHEAD = 10
"""So many photos may well be from cameras whose clocks were wrong."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --data and --json to `parser`."""
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Checks the catalog and every other file in the data folder, the record of your changes, the space on the disk,"
        " whether each library is connected and"
        " readable, the plugins and the analyzers. The exit status is 1 if there is a problem."
        " With --json it prints `versions`, `data`, `settings`, `hints` (what more Haven could do), `problems`,"
        " `unreadable`, the damaged files, and `skipped`, what was passed over and why, as `haven status` does."
    )


def run(args: argparse.Namespace) -> int:
    """Print versions, settings and problems as text or JSON. Returns 1 if there is a problem, otherwise 0."""
    data = options.data_folder(args)
    versions = {"haven-fs": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    versions |= {name: importlib.metadata.version(name) for name in _PACKAGES}
    settings = {s.name: (data.settings[s.name], s.help) for s in data.plugins.settings()}
    problems = find_problems(data)
    (damaged, passed), hints = _told(data), data.plugins.hints(data.settings)
    if args.json:
        values = {name: value for name, (value, _) in settings.items()}
        said = {"versions": versions, "data": str(data.path), "settings": values, "problems": problems}
        told = {"unreadable": [one._asdict() for one in damaged], "skipped": passed_over.as_json(passed)}
        print(json.dumps({**said, "hints": hints, **told}))
    else:
        print(", ".join(f"{name} {version}" for name, version in versions.items()))
        print(f"Data folder: {data.path}\nSettings ({data.path / 'haven.toml'}):")
        for name, (value, help_) in settings.items():
            print(f"  {name} = {json.dumps(value)}\n      {help_}")
        heading = f"Unreadable, whoever asks ({len(damaged):,}); replace them by good copies if you have any:"
        options.print_troubles(heading, damaged, _NAMED, "/Review/Unreadable has them all")
        for line in passed_over.lines(passed, advice=True):
            print(line)
        print("\n".join(f"To do more: {hint}" for hint in hints), end="\n" * bool(hints))
        print("\n".join(f"PROBLEM: {problem}" for problem in problems) or "No problems found.")
    return 1 if problems else 0


def _told(data: DataFolder) -> tuple[list[Trouble], list[Skipped]]:
    """Return the files whose content is none, and what was passed over; nothing of a catalog that cannot be read."""
    try:
        with data.catalog(readonly=True) as catalog, catalog.read() as db:
            return [one for one in troubles(db) if not one.passing], skipped(db)
    except (UserError, Refused):
        return [], []  # a problem that is told as one


def find_problems(data: DataFolder) -> list[str]:
    """Return the problems of a data folder, its plugins and its libraries, one sentence each."""
    unusable = data.plugins.problems(data.settings)  # before anybody who needs it says so in the log
    data.plugins.examine(data.settings)
    problems = [
        f"The plugin {plugin.name} is not used: {plugin.problem}" for plugin in data.plugins.found if plugin.problem
    ]
    problems += unusable
    if data.path.exists():
        problems += check_files(data.path)
    try:
        data.check_catalog("Run: haven serve ~/Pictures")
    except UserError as error:
        return [*problems, str(error)]
    if worry := exposed(data.path):
        problems.append(worry)
    if shutil.disk_usage(data.path).free < _LOW_SPACE:
        problems.append(f"The disk of {data.path} is almost full.")
    try:
        with data.catalog(readonly=True) as catalog:
            damage = check_catalog(catalog)
            if damage is not None:
                return [*problems, damage]
            problems += [*_check_catalog(catalog), *_check_record(catalog)]
    except UserError as error:
        problems.append(str(error))
    except Refused as refused:
        problems.append(refused.reason)
    return problems


def _check_catalog(catalog: Catalog) -> list[str]:
    problems = []
    with catalog.read() as db:
        for library in all_libraries(db):
            if library.away:
                problems.append(library.away)
            elif not os.access(library.root, os.R_OK | os.X_OK):
                problems.append(f"Haven is not allowed to read {library.root}.")
            elif library.writable and not os.access(library.root, os.W_OK):
                less = f", or: haven libraries set {library.name!r} --read-only"
                problems.append(
                    f"Nothing can be written to {library.root}, though {library.name} is set writable: its disk is"
                    f" read-only, or Haven is not allowed to. Change that{'' if library.inbox else less}"
                )
        problems += [*_troubles(db), *_damages(db)]
        failed, more = failures(db, _FAILURES)
        problems += [f"{options.listed(one.analyzers)} failed on {one.path}. {one.reason}" for one in failed]
        if more:
            problems.append(
                f"Analyzers failed on {options.counted(more, 'more file')}. `haven status --json` names up to 100."
            )
    return problems + _inotify()


def _damages(db: sqlite3.Connection) -> list[str]:
    """Return what the disk no longer has as it was."""
    found = damages(db)
    problems = [
        f"{one.path} is damaged. {one.reason}" + (f" A good copy is {one.copy}." if one.copy else "")
        for one in found[:_NAMED]
    ]
    if len(found) > _NAMED:
        problems.append(f"{len(found) - _NAMED:,} more files are damaged; /Review/Damaged has them all.")
    return problems


def _troubles(db: sqlite3.Connection) -> list[str]:
    """Return what cannot be read now, and what a wrong clock may be to blame for."""
    passing = [one for one in troubles(db) if one.passing]
    problems = [f"{one.path} cannot be read. {one.reason}" for one in passing[:_NAMED]]
    if len(passing) > _NAMED:
        problems.append(f"{len(passing) - _NAMED:,} more files and folders cannot be read for such reasons.")
    now = time.time()
    ahead, photos = ahead_of_clock(db, now), db.execute("SELECT count(*) FROM photo WHERE shown = 1").fetchone()[0]
    if ahead > max(_FEW_AHEAD, photos / 10):
        problems.append(
            f"{ahead:,} photos say that they were taken after today, which is {datetime.fromtimestamp(now):%Y-%m-%d}"
            " by this computer's clock. If the clock is wrong, set it: Haven looks at them again once it is later."
        )
    return problems


def _check_record(catalog: Catalog) -> list[str]:
    record = catalog.record
    try:
        with catalog.read() as db:
            found = record.compare(db)
            more = record.in_words(db)
            waits = in_words(db)
    except OSError as error:
        return [f"{record.path} cannot be read: {error.strerror}. What you told Haven is noted there; see to it."]
    problems = [words for words in (more, waits) if words]
    problems += [
        f"{path} is a record of another Haven, which was found here in place of this one's. Move it back to where it"
        " belongs, or away."
        for path in sorted(record.path.parent.glob("corrections.other-*.jsonl"))
    ]
    if found.lacking:
        problems.append(
            f"{record.path} lacks {options.counted(found.lacking, 'change')} that the catalog has. Haven adds them with"
            " its next write; if they are still missing then, see that it may write the file and that the disk is not"
            " full."
        )
    return problems


def _inotify() -> list[str]:
    limit = Path("/proc/sys/fs/inotify/max_user_watches")
    if limit.exists() and int(limit.read_text()) < 8192:
        return [
            "Linux lets programs watch only a few folders (fs.inotify.max_user_watches), so Haven notices some changes"
            " only when it walks the library."
        ]
    return []


COMMAND = Command("doctor", "Check for problems and show the settings.", arguments, run, group="Care")
