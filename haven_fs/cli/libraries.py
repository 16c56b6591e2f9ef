"""`haven libraries`: which folders of photos are remembered."""

import argparse
import json

from haven_fs.catalog.libraries import all_libraries, remove_library
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `libraries` takes."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|remove", required=True)
    show = verbs.add_parser("list", help="show the libraries")
    remove = verbs.add_parser("remove", help="forget a library; its files stay as they are")
    remove.add_argument("name", help="its name or its folder")
    options.add_data(parser, show, remove)
    options.add_json(parser, show)


def run(args: argparse.Namespace) -> int:
    """List or remove."""
    data = options.data_folder(args)
    if args.verb == "remove":
        with data.locked(), data.catalog() as catalog:
            remove_library(catalog, args.name)
        print(f"{args.name} is forgotten. Its files are as they were.")
        return 0
    with data.catalog(readonly=True) as catalog, catalog.read() as db:
        libraries = all_libraries(db)
    if args.json:
        print(json.dumps([{"name": lib.name, "root": str(lib.root), "away": lib.away} for lib in libraries]))
    else:
        for library in libraries:
            print(f"{library.name}\t{library.root}\t{library.away or 'there'}")
    return 0


COMMAND = Command("libraries", "Show or forget folders of photos.", arguments, run)
