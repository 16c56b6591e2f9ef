"""`haven undo`: undoes changes made in the drive. Works while `serve` runs."""

import argparse
import json
import time

from haven_fs.catalog.undo import corrections, last_gesture, undo
from haven_fs.cli import options
from haven_fs.cli.log import in_words
from haven_fs.command import Command
from haven_fs.errors import UserError

_SHOWN = 20
"""How many changes are listed; there may be thousands in one gesture."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add ID..., --since, --user, --dry-run, --data and --json to `parser`."""
    parser.add_argument(
        "ids", nargs="*", type=options.count, metavar="ID", help="the number of a change, as `haven log` shows it"
    )
    options.add_since(parser, "undo every change made since then")
    parser.add_argument("--user", metavar="NAME", help="only changes by this user")
    parser.add_argument("--dry-run", action="store_true", help="show what would be undone, and change nothing")
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Without ID and --since it undoes the last action: everything that one user did in one folder in one go, such"
        " as deleting a hundred photos from Alice. Details that have been changed again since then are left alone. To"
        " undo an undo, give its number. With --json it prints `taken_back`, a list of numbers, and `left`, how many"
        " details were left alone."
    )


def run(args: argparse.Namespace) -> int:
    """Undo the changes named, or the last gesture if none is. Returns 0; raises UserError if there is no such one."""
    data = options.data_folder(args)
    with data.catalog_beside("There is nothing to undo.") as catalog, catalog.write(by="", place="haven undo") as w:
        if args.ids:
            chosen = corrections(w.db, ids=args.ids)
            lacking = set(args.ids) - {one.id for one in chosen}
            if lacking:
                raise UserError(f"There is no change number {min(lacking)}. `haven log` lists them.")
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
    for one in chosen[:_SHOWN]:
        print(in_words(one))
    if len(chosen) > _SHOWN:
        print(f"        and {len(chosen) - _SHOWN:,} more before that")
    if not chosen:
        print("Nothing to undo.")
    elif done is None:
        print("This would be undone.")
    else:
        print("Undone. Run `haven undo` again to undo what came before; `haven log` lists every change.")
        if done.left:
            print(f"Left alone, because it has changed again since then: {options.counted(done.left, 'detail')}.")
    return 0


COMMAND = Command("undo", "Undo changes made in the drive.", arguments, run, group="Corrections")
