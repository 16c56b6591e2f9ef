"""`haven locks`: lists what programs have locked in the drive, and breaks locks. Works while `serve` runs."""

import argparse
import json
from dataclasses import asdict
from datetime import datetime

from haven_fs.catalog.locks import Lock, Locks
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError

_NONE = "Nothing is locked."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb break, --data and --json to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    breaking = verbs.add_parser("break", help="break the locks on a path and below it, or all of them")
    breaking.add_argument("path", nargs="?", metavar="PATH", help="a path in the drive, such as /Inbox/Holiday")
    breaking.add_argument("--all", action="store_true", help="break every lock")
    breaking.epilog = (
        "The program that holds a lock is not told: what it writes next is refused. With --json it prints `broken`."
    )
    options.add_data(parser, breaking)
    options.add_json(parser, breaking)
    parser.epilog = (
        "Office programs, Finder and others lock what they have open, so that nobody else changes it. A lock lasts an"
        " hour at most unless its program asks again. Each line has the path, who locked it with which program, since"
        " when and until when. With --json it prints one object per line."
    )


def run(args: argparse.Namespace) -> int:
    """List the locks, or break some. Returns 0, 1 if there was none to break; raises UserError."""
    data = options.data_folder(args)
    if args.verb == "break":
        if bool(args.path) == args.all:
            raise UserError("Say which locks: haven locks break PATH, or haven locks break --all")
        with data.catalog_beside(_NONE) as catalog:
            locks = Locks(catalog)
            found = [lock for lock in locks.all() if args.all or _is_at(lock, args.path)]
            broken = locks.release(found)
        if args.json:
            print(json.dumps({"broken": broken}))
        else:
            print(f"Broke {options.counted(broken, 'lock')}." if broken else "No lock there.")
        return 0 if broken or args.all else 1
    with data.catalog_beside(_NONE) as catalog:
        found = Locks(catalog).all()
    for lock in found:
        print(json.dumps(_plain(lock), ensure_ascii=False) if args.json else _in_words(lock))
    if not found and not args.json:
        print(_NONE)
    return 0


def _is_at(lock: Lock, path: str) -> bool:
    asked = "/" + path.strip("/")
    return any(
        f"{held.rstrip('/')}/".casefold().startswith(f"{asked.rstrip('/')}/".casefold())
        for held in (lock.root, lock.shown)
    )


def _plain(lock: Lock) -> dict[str, object]:
    return {name: value for name, value in asdict(lock).items() if name not in ("root", "shown")} | {"path": lock.shown}


def _in_words(lock: Lock) -> str:
    since, until = (datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M:%S") for moment in (lock.taken, lock.until))
    who = lock.by or "a guest"
    program = f" with {' '.join(lock.program.split())}" if lock.program.strip() else ""
    kind = "shared, " if lock.shared else ""
    below = " and all below" if lock.deep and lock.shown.endswith("/") and not lock.only_root else ""
    return f"{lock.shown}{below}  by {who}{program}  {kind}since {since}, until {until}"


COMMAND = Command("locks", "List what programs have locked, and break locks.", arguments, run, group="Care")
