"""`haven undo`: takes back what was said by writing to the drive. Works while `serve` runs."""

import argparse
import json
import time

from haven_fs.catalog.undo import corrections, last_gesture, undo
from haven_fs.cli import options
from haven_fs.cli.log import in_words
from haven_fs.command import Command
from haven_fs.errors import UserError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `undo` takes."""
    parser.add_argument("ids", nargs="*", type=options.count, metavar="ID", help="as `haven log` shows them")
    options.add_since(parser, "everything that was said since then")
    parser.add_argument("--user", metavar="NAME", help="what this user said: all since then, or the last gesture")
    parser.add_argument("--dry-run", action="store_true", help="show what would be taken back, and change nothing")
    options.add_data(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Take back what is named; without anything named, the last gesture: what was said in one go."""
    data = options.data_folder(args)
    with data.catalog_beside("Nothing was said.") as catalog, catalog.write(by="", place="haven undo") as w:
        if args.ids:
            chosen = corrections(w.db, ids=args.ids)
            lacking = set(args.ids) - {one.id for one in chosen}
            if lacking:
                raise UserError(f"There is no correction {min(lacking)}. `haven log` shows them.")
        elif args.since is not None:
            chosen = corrections(w.db, since=args.since, by=args.user)
        else:
            gesture = last_gesture(w.db, args.user)
            chosen = [] if gesture is None else corrections(w.db, gesture=gesture)
        chosen = [one for one in chosen if one.undone is None]
        done = None if args.dry_run or not chosen else undo(w, chosen, time.time())
    if args.json:
        print(json.dumps({"taken_back": [one.id for one in chosen], "left": done.left if done else 0}))
        return 0
    for one in chosen:
        print(in_words(one))
    if not chosen:
        print("There is nothing to take back.")
    elif done is None:
        print("This would be taken back.")
    else:
        print("Taken back. `haven undo` once more takes back what was said before that; `haven log` shows all.")
        if done.left:
            print(f"{done.left} details were changed again since, and stay as they are now.")
    return 0


COMMAND = Command("undo", "Take back what was said by writing to the drive.", arguments, run)
