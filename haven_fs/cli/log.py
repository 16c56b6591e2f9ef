"""`haven log`: the changes made in the drive, newest first."""

import argparse
import json
from dataclasses import asdict
from datetime import datetime

from haven_fs.catalog.history import Correction, corrections
from haven_fs.catalog.wording import Wording, where
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --limit, --since, --user, --data and --json to `parser`."""
    parser.add_argument(
        "--limit", type=options.count, default=20, metavar="N", help="show at most N changes (default: 20)"
    )
    options.add_since(parser, "only changes made since then")
    parser.add_argument("--user", metavar="NAME", help="only changes by this user")
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Each line has the number of the change, when it was made, what it says, in which folder, and by whom."
        " `haven undo` takes these numbers. With --json it prints one object per line."
    )


def run(args: argparse.Namespace) -> int:
    """Print the changes, newest first. Returns 0; raises UserError if there is no catalog yet."""
    data = options.data_folder(args)
    with data.catalog(readonly=True) as catalog, catalog.read() as db:
        found = corrections(db, since=args.since, by=args.user, limit=args.limit)
    wording = data.plugins.wording()
    for one in found:
        if args.json:
            print(json.dumps(asdict(one) | {"words": wording.sentence(one)}, ensure_ascii=False))
        else:
            print(in_words(one, wording))
    if not found and not args.json:
        narrowed = args.since is not None or args.user
        print("No changes match." if narrowed else "No changes recorded yet.")
    return 0


def in_words(one: Correction, wording: Wording) -> str:
    """Return a correction as a line for people: number, time, what it says, where, by whom."""
    when = datetime.fromtimestamp(one.at).strftime("%Y-%m-%d %H:%M:%S")
    undone = "  (undone)" if one.undone else ""
    return f"{one.id:6}  {when}  {wording.sentence(one)}, {where(one)}{undone}"


COMMAND = Command("log", "List the changes made in the drive.", arguments, run, group="Corrections")
