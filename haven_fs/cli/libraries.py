"""`haven libraries`: the folders of photos that Haven remembers, and whether their files may be changed."""

import argparse
import json

from haven_fs.catalog.libraries import all_libraries, remove_library, set_writable
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs `list`, `remove` and `set` with their arguments, --data and --json to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|remove|set", required=True)
    show = verbs.add_parser("list", help="list the libraries, where they are and whether they are connected")
    remove = verbs.add_parser("remove", help="forget a library; its files are not touched")
    remove.add_argument("name", metavar="NAME", help="its name or its folder")
    change = verbs.add_parser("set", help="set whether the files of a library may be changed through the drive")
    change.add_argument("name", metavar="NAME", help="its name or its folder")
    what = change.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--writable", action="store_true", help="files can be added, moved and deleted; deleted ones can be restored"
    )
    what.add_argument("--read-only", action="store_true", help="nothing is ever changed; this is the default")
    options.add_data(parser, show, remove, change)
    options.add_json(parser, show)
    parser.epilog = (
        "When a library is removed its photos disappear from the drive; added again, they get their names back."
        " With --json, `list` prints a list of `name`, `root`, `away` (why it is not connected, or null) and"
        " `writable`."
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the verb. Returns 0; raises UserError if there is no such library, or `serve` runs during `remove`."""
    data = options.data_folder(args)
    if args.verb == "set":
        return _set(args)
    if args.verb == "remove":
        data.check_catalog()
        with data.locked(), data.catalog() as catalog:
            remove_library(catalog, args.name)
        print(f"{args.name} is no longer a library. Its files have not been touched.")
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
            writable = ", writable" if library.writable else ""
            print(f"{library.name}\t{library.root}\t{library.away or 'connected'}{writable}")
    return 0


def _set(args: argparse.Namespace) -> int:
    """Set whether a library is writable; works while `serve` runs."""
    data = options.data_folder(args)
    with data.catalog_beside("Add the library first: haven index FOLDER.") as catalog, catalog.write() as w:
        library = set_writable(w, args.name, writable=args.writable)
    if library.writable:
        print(
            f"Files in {library.name} can now be added, moved and deleted in Originals. Anything deleted or replaced"
            " goes to Recently Removed first."
        )
    else:
        print(f"{library.name} is read-only now: Haven changes nothing in it.")
    return 0


COMMAND = Command(
    "libraries", "List, remove or configure the folders your photos are in.", arguments, run, group="Start"
)
