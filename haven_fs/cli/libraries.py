"""`haven libraries`: which folders of photos are remembered, and in which of them files may be changed."""

import argparse
import json

from haven_fs.catalog.libraries import all_libraries, remove_library, set_writable
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `libraries` takes."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|remove|set", required=True)
    show = verbs.add_parser("list", help="show the libraries")
    remove = verbs.add_parser("remove", help="forget a library; its files stay as they are")
    remove.add_argument("name", help="its name or its folder")
    change = verbs.add_parser("set", help="say whether files of a library may be changed through the drive")
    change.add_argument("name", help="its name or its folder")
    what = change.add_mutually_exclusive_group(required=True)
    what.add_argument("--writable", action="store_true", help="files can be added, moved, and deleted recoverably")
    what.add_argument("--read-only", action="store_true", help="nothing is ever changed, as it is from the start")
    options.add_data(parser, show, remove, change)
    options.add_json(parser, show)


def run(args: argparse.Namespace) -> int:
    """List, remove, or set."""
    data = options.data_folder(args)
    if args.verb == "set":
        return _set(args)
    if args.verb == "remove":
        with data.locked(), data.catalog() as catalog:
            remove_library(catalog, args.name)
        print(f"{args.name} is forgotten. Its files are as they were.")
        return 0
    with data.catalog(readonly=True) as catalog, catalog.read() as db:
        libraries = all_libraries(db)
    if args.json:
        print(
            json.dumps(
                [
                    {"name": lib.name, "root": str(lib.root), "away": lib.away, "writable": lib.writable}
                    for lib in libraries
                ]
            )
        )
    else:
        for library in libraries:
            print(
                f"{library.name}\t{library.root}\t{library.away or 'there'}{', writable' if library.writable else ''}"
            )
    return 0


def _set(args: argparse.Namespace) -> int:
    """Set whether a library is writable; works while `serve` runs."""
    data = options.data_folder(args)
    with data.catalog_beside("Add the library first: haven index FOLDER") as catalog, catalog.write() as w:
        library = set_writable(w, args.name, writable=args.writable)
    if library.writable:
        print(
            f"Files of {library.name} can be added, moved and deleted in Originals now. What is deleted or replaced"
            " goes to Recently Removed first."
        )
    else:
        print(f"{library.name} is only read now: nothing in it is ever changed.")
    return 0


COMMAND = Command("libraries", "Show, forget or set up folders of photos.", arguments, run)
