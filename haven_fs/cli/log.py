"""`haven log`: what was said by writing to the drive, the newest first."""

import argparse
import json
from dataclasses import asdict
from datetime import datetime

from haven_fs.catalog.undo import Correction, corrections
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `log` takes."""
    parser.add_argument(
        "--limit", type=options.count, default=20, metavar="N", help="show at most so many (default: 20)"
    )
    options.add_since(parser, "only what was said since then")
    parser.add_argument("--user", metavar="NAME", help="only what this user said")
    options.add_data(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Show them; JSON is one object a line."""
    with options.data_folder(args).catalog(readonly=True) as catalog, catalog.read() as db:
        found = corrections(db, since=args.since, by=args.user, limit=args.limit)
    for one in found:
        print(json.dumps(asdict(one), ensure_ascii=False) if args.json else in_words(one))
    if not found and not args.json:
        print("Nothing was said yet. What you write to the drive, such as a new name for a person, is noted here.")
    return 0


def in_words(one: Correction) -> str:
    """Return a correction as a line for people."""
    when = datetime.fromtimestamp(one.at).strftime("%Y-%m-%d %H:%M:%S")
    what = [one.kind, *(f'"{one.data[key]}"' for key in ("name",) if one.data.get(key)), one.photo or ""]
    who = f" by {one.by}" if one.by else ""
    taken_back = "  (taken back)" if one.undone else ""
    return f"{one.id:6}  {when}  {' '.join(part for part in what if part)}, in {one.place or '/'}{who}{taken_back}"


COMMAND = Command("log", "Show what was said by writing to the drive.", arguments, run)
