"""`haven undo`: undoes changes made in the drive. Works while `serve` runs."""

import argparse
import json
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby

from haven_fs.catalog.history import KIND, Correction, corrections, last_gesture
from haven_fs.catalog.undo import undo
from haven_fs.catalog.wording import Wording
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
        "Without ID and --since it undoes the last action: a name that was given, a folder that was made or moved, or"
        " the photos that one user put into a folder or took out of it in one go. It says first what that was. Details"
        " that have been changed again since then are left alone. To undo an undo, give its number. With --json it"
        " prints `taken_back`, a list of numbers, and `left`, how many details were left alone."
    )


def run(args: argparse.Namespace) -> int:
    """Undo the changes named, or the last gesture if none is. Returns 0; raises UserError if there is no such one."""
    data = options.data_folder(args)
    with data.catalog_beside("There is nothing to undo.") as catalog, catalog.write(by="", place="haven undo") as w:
        named = _chosen(w.db, args)
        chosen = [one for one in named if one.undone is None]
        if args.since is not None:
            chosen = _without_void(chosen, {one.id for one in named})
        if not args.json:
            with suppress(BrokenPipeError):  # somebody who has read enough wants it done all the same
                _show(chosen, data.plugins.wording(), dry=args.dry_run)
        done = None if args.dry_run or not chosen else undo(w, named if args.since is not None else chosen, time.time())
    if args.json:
        print(json.dumps({"taken_back": [one.id for one in chosen], "left": done.left if done else 0}))
    elif done is not None:
        print("Undone. Run `haven undo` again to undo what came before; `haven log` lists every change.")
        if done.left:
            print(f"Left alone, because it has changed again since then: {options.counted(done.left, 'detail')}.")
    return 0


def _chosen(db: sqlite3.Connection, args: argparse.Namespace) -> list[Correction]:
    """Return the changes that the arguments name, the newest first. Raises UserError if there is no such one."""
    if args.ids:
        chosen = corrections(db, ids=args.ids)
        lacking = set(args.ids) - {one.id for one in chosen}
        if lacking:
            raise UserError(f"There is no change number {min(lacking)}. `haven log` lists them.")
        return chosen
    if args.since is not None:
        return corrections(db, since=args.since, by=args.user)
    gesture = last_gesture(db, args.user)
    return [] if gesture is None else corrections(db, gesture=gesture)


def _without_void(chosen: Sequence[Correction], ids: set[object]) -> list[Correction]:
    """Return changes without the undos of nothing but others with these ids: those are void together."""
    return [one for one in chosen if one.kind != KIND or not _undid(one) <= ids]


def _undid(one: Correction) -> set[object]:
    undid = one.data.get("corrections", [])
    return set(undid) if isinstance(undid, list) else set()


def _show(chosen: Sequence[Correction], wording: Wording, *, dry: bool) -> None:
    """Say what will be undone before it is: each gesture in a few words, then its changes."""
    if not chosen:
        print("Nothing to undo.")
        return
    print("This would be undone:" if dry else "Undoing:")
    for _, gesture in groupby(chosen[:_SHOWN], key=lambda one: one.gesture):
        changes = list(gesture)
        if len(changes) > 1:
            whole = [one for one in chosen if one.gesture == changes[0].gesture]
            print(f"{wording.summary(whole)}:")
        for one in changes:
            print(in_words(one, wording))
    if len(chosen) > _SHOWN:
        print(f"        and {len(chosen) - _SHOWN:,} more before that")
    sys.stdout.flush()


COMMAND = Command("undo", "Undo changes made in the drive.", arguments, run, group="Corrections")
