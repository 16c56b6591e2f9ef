"""`haven purge`: permanently deletes what was removed from writable libraries. Works while `serve` runs."""

import argparse
import json
import logging
import sqlite3
import sys
import time

from haven_fs.catalog.trash import DAY, all_trashed, erase
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import Refused
from haven_fs.library.fileops import size_of
from haven_fs.renditions.renditions import forget_gone

logger = logging.getLogger(__name__)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --older-than, --yes, --dry-run, --data and --json to `parser`."""
    parser.add_argument(
        "--older-than",
        type=options.count,
        metavar="DAYS",
        help="only what was removed more than DAYS days ago (default: everything)",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    parser.add_argument("--dry-run", action="store_true", help="show what would be deleted, and delete nothing")
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Lists the files and their size, and asks before it deletes them. Photos that are only hidden are kept."
        " With --json it prints `found`, `erased` and `bytes`."
    )


def run(args: argparse.Namespace) -> int:
    """Delete the files in Recently Removed, not photos that are only hidden. Returns 1 if a file could not be deleted.

    Raises UserError if it was not confirmed, or there is no catalog yet.
    """
    data = options.data_folder(args)
    with data.catalog_beside("Nothing has been removed.") as catalog:
        with catalog.read() as db:
            before = time.time() - args.older_than * DAY if args.older_than else None
            removed = all_trashed(db, before=before)
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
                problems.append(f"{one.name} could not be deleted: {error.strerror or error}.")
        if erased:
            try:
                forget_gone(catalog, data.settings)
            except (OSError, Refused, sqlite3.Error) as error:  # it is done, and the next purge tries again
                logger.warning("Small pictures of what was deleted are left over: %s", error)
    if args.json:
        print(json.dumps({"found": len(removed), "erased": erased, "bytes": total if args.dry_run else bytes_}))
    elif not removed:
        print("Recently Removed is empty: nothing to delete.")
    elif args.dry_run:
        print(f"Would delete {options.counted(len(removed), 'item')}, {total:,} bytes.")
    else:
        print(f"Deleted {options.counted(erased, 'item')}, {bytes_:,} bytes.")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def _ask(count: int, size: int) -> None:
    """Raise UserError unless the person at the keyboard agrees."""
    options.confirm(
        f"Permanently delete {options.counted(count, 'item')}, {options.in_bytes(size)}?",
        unasked="This cannot be undone. Add --yes to go ahead, or --dry-run to see what would be deleted.",
        refused="Nothing was deleted.",
    )


COMMAND = Command("purge", "Permanently delete what is in Recently Removed.", arguments, run, group="Care")
