"""`haven purge`: erases for good what was deleted in writable libraries. Works while `serve` runs."""

import argparse
import json
import sys
import time

from haven_fs.catalog.removed import DAY, all_removed, erase
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError
from haven_fs.library.removing import size_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `purge` takes."""
    parser.add_argument(
        "--older-than", type=options.count, metavar="DAYS", help="only what was removed longer ago (default: all)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="show what would be erased, and erase nothing")
    options.add_data(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Erase what is in Recently Removed: the files, not photos that are only hidden."""
    data = options.data_folder(args)
    with data.catalog_beside("Nothing was removed.") as catalog:
        with catalog.read() as db:
            before = time.time() - args.older_than * DAY if args.older_than else None
            removed = all_removed(db, before=before)
        sizes = {one.id: size_of(one.place) for one in removed}
        total = sum(sizes.values())
        if not args.json:
            for one in removed:
                print(f"{sizes[one.id]:>14,}  {one.name}  (was {one.root / one.path})")
        if removed and not args.dry_run and not args.yes:
            _ask(len(removed), total)
        erased, bytes_, problems = 0, 0, []
        for one in [] if args.dry_run else removed:
            try:
                bytes_ += erase(catalog, one)
                erased += 1
            except OSError as error:
                problems.append(f"{one.name} cannot be erased now: {error.strerror or error}.")
    if args.json:
        print(json.dumps({"found": len(removed), "erased": erased, "bytes": total if args.dry_run else bytes_}))
    elif not removed:
        print("There is nothing to erase.")
    elif args.dry_run:
        print(f"This would be erased: {len(removed)} files and folders, {total:,} bytes.")
    else:
        print(f"Erased: {erased} files and folders, {bytes_:,} bytes.")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _ask(count: int, size: int) -> None:
    """Raise UserError unless the person at the keyboard agrees."""
    if not sys.stdin.isatty():
        raise UserError("This cannot be undone. Say --yes to erase it, or --dry-run to only look.")
    answer = input(f"Erase {count} files and folders, {size:,} bytes, for good? [y/N] ")
    if answer.strip().lower() not in ("y", "yes"):
        raise UserError("Nothing was erased.")


COMMAND = Command("purge", "Erase for good what was removed in writable libraries.", arguments, run)
