"""`haven verify`: reads every photo whole and says which the disk no longer has as it was. Works while `serve` runs."""

import argparse
import json
import os
import time
from pathlib import Path

from haven_fs.analysis.checksums import Unread, look_at
from haven_fs.analysis.progress import Progress
from haven_fs.analysis.verify import (
    Part,
    Report,
    libraries_of,
    verify,
    verify_backups,
    verify_record,
    verify_removed,
)
from haven_fs.catalog import Catalog
from haven_fs.catalog import checksums as kept
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError
from haven_fs.library.checksum import Pace
from haven_fs.library.text import as_text

_NAMED = 100
"""How many files of each kind are named to people; programs are told of all."""
_FIRST = "haven index"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add FOLDER..., --since, --limit, --accept, --data and --json to `parser`."""
    parser.add_argument(
        "folders", nargs="*", type=Path, metavar="FOLDER", help="only this folder or file (default: everything)"
    )
    options.add_since(parser, "only what was not found right since then")
    parser.add_argument("--limit", type=options.count, metavar="MB", help="read at most MB megabytes a second")
    parser.add_argument(
        "--accept", action="store_true", help="take the damaged files given as they are now: you edited them"
    )
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Compares each file with the SHA-256 that was kept when it was first read: by `haven serve` when nothing else"
        " was to do, or by this command. It tells damage from edits, and names each damaged file, when it was last"
        " right, and where a good copy is, if a library has one. Without FOLDER it also checks what is in Recently"
        " Removed, the backups, the catalog and the record of your changes. A stopped run goes on with --since 1d. The"
        " exit status is 1 if something is damaged or cannot be read. With --json it prints `right`, `new`, `edited`,"
        " `changed` (too new to judge), `removed`, `bytes`, `seconds`, `damaged` (`path`, `reason`, `last_right`,"
        " `copy`), `unreadable` (`path`, `reason`), `missing`, `away`, `backups` and `problems`."
    )


def run(args: argparse.Namespace) -> int:
    """Verify and print what was found. Returns 1 if something is damaged; raises UserError if there is no catalog."""
    data, began = options.data_folder(args), time.monotonic()
    with data.catalog_beside(f"Run: {_FIRST} ~/Pictures") as catalog:
        parts = _parts(catalog, args.folders)
        if args.accept:
            return _accept(catalog, parts, args)
        pace = Pace(limit=args.limit * 1e6 if args.limit else None)
        progress = Progress(bar=not args.json)
        report = verify(catalog, parts, since=args.since, pace=pace, progress=progress)
        if not args.folders:
            verify_removed(catalog, pace, progress, report)
            verify_record(catalog, report)
            verify_backups(data.backups(), report)
    if args.json:
        print(json.dumps(_as_json(report, time.monotonic() - began)))
    else:
        _print(report)
    return 0 if report.is_well else 1


def _parts(catalog: Catalog, folders: list[Path]) -> list[Part]:
    """Return which libraries, and what in them, the owner means. Raises UserError of what is in none."""
    libraries = libraries_of(catalog)
    if not libraries:
        raise UserError(f"There is no library yet. Give the folder your photos are in: {_FIRST} ~/Pictures")
    if not folders:
        return [(library, b"") for library in libraries]
    parts = []
    for folder in folders:
        path = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100 a link in a library is no way out of it
        holder = next((one for one in libraries if path.is_relative_to(one.root)), None)
        if holder is None:
            raise UserError(f"{folder} is in no library. `haven libraries list` shows which there are.")
        below = path.relative_to(holder.root).as_posix()
        parts.append((holder, b"" if below == "." else os.fsencode(below)))
    return parts


def _accept(catalog: Catalog, parts: list[Part], args: argparse.Namespace) -> int:
    """Take damaged files as they are now."""
    if not args.folders:
        raise UserError("Name the files to accept: haven verify --accept FILE")
    accepted = []
    for library, below in parts:
        with catalog.read() as db:
            targets = [one for one in kept.targets(db, library.id, below, since=None) if one.kept]
        for found in look_at(catalog, [one for one in targets if one.kept and one.kept.damaged is not None]):
            if isinstance(found, Unread):
                raise UserError(f"{found.target.path} cannot be read: {found.error.strerror}.")
            with catalog.write() as w:
                kept.accept(w, found[0], found[1])
            accepted.append(as_text(str(found[0].path)))
    if args.json:
        print(json.dumps({"accepted": accepted}))
    else:
        print(f"Accepted {options.counted(len(accepted), 'file')} as they are now.")
    return 0


def _as_json(report: Report, seconds: float) -> dict[str, object]:
    return {
        "right": report.right,
        "new": report.new,
        "edited": report.edited,
        "changed": report.busy,
        "removed": report.removed,
        "bytes": report.bytes,
        "seconds": round(seconds, 2),
        "damaged": [
            {"path": one.path, "reason": one.reason, "last_right": one.last_right, "copy": one.copy}
            for one in report.damaged
        ],
        "unreadable": [{"path": path, "reason": reason} for path, reason in report.unreadable],
        "missing": report.missing,
        "away": report.away,
        "backups": report.backups,
        "problems": report.problems,
    }


def _print(report: Report) -> None:
    counted = options.counted
    parts = [f"{counted(report.right, 'file')} right"]
    if report.new:
        parts.append(f"{report.new:,} read for the first time")
    if report.edited:
        parts.append(f"{report.edited:,} edited since they were last read")
    if report.busy:
        parts.append(f"{report.busy:,} changed since Haven last looked (checked next time)")
    if report.removed:
        parts.append(f"{report.removed:,} in Recently Removed")
    print(f"{'; '.join(parts)}.")
    for one in report.damaged[:_NAMED]:
        print(f"DAMAGED: {one.path}\n    {one.reason}\n    {advice(one)}")
    _print_some("CANNOT BE READ", [f"{path}\n    {reason}" for path, reason in report.unreadable])
    _print_some("Not there any more", report.missing)
    for reason in report.away:
        print(f"Not checked: {reason}")
    for problem in report.problems:
        print(f"PROBLEM: {problem}")
    if len(report.damaged) > _NAMED:
        print(f"{len(report.damaged) - _NAMED:,} more files are damaged; /Review/Damaged has them all.")
    if report.backups:
        print(f"Checked {counted(report.backups, 'backup')} of Haven's data.")


def advice(one: kept.Damage) -> str:
    """Return what to do about a damaged file."""
    if one.copy:
        return f"{one.copy} has the right bytes: copy it over this one."
    edited = f" If you edited it: haven verify --accept {one.path!r}" if "edited" in one.reason else ""
    return f"Restore it from your backup.{edited}"


def _print_some(heading: str, lines: list[str]) -> None:
    for line in lines[:_NAMED]:
        print(f"{heading}: {line}")
    if len(lines) > _NAMED:
        print(f"{heading}: {len(lines) - _NAMED:,} more.")


COMMAND = Command("verify", "Read every photo whole and find what the disk has damaged.", arguments, run, group="Care")
