"""`haven backup`: copies what Haven cannot work out again. Works while `serve` runs."""

import argparse
import json
from pathlib import Path

from haven_fs.backup import backup
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.library.fileops import size_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add DIR, --data and --json to `parser`."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="the folder to put the backup in (default: `backups` in the data folder)",
    )
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Copies the catalog, your corrections, the pictures you put into Search, the users and the settings to a new"
        " folder, which is a complete data folder. To restore it, run `haven serve --data` with that folder."
        " Your photos and anything that can be computed or downloaded again are not included."
        " With --json it prints `backup`, the new folder, and `bytes`."
    )


def run(args: argparse.Namespace) -> int:
    """Make a backup and print where it is. Returns 0; raises UserError if there is nothing to copy or no room."""
    data = options.data_folder(args)
    options.refuse_file(args.folder)
    folders = [name for facet in data.plugins.facets(data.settings) for name in facet.folders]
    place = backup(data.path, args.folder or data.path / "backups", folders)
    size = size_of(place)
    if args.json:
        print(json.dumps({"backup": str(place), "bytes": size}, ensure_ascii=False))
    else:
        print(f"Backed up to {place} ({options.in_bytes(size)}). To restore it: haven serve --data {place}")
    return 0


COMMAND = Command("backup", "Back up everything Haven cannot work out again.", arguments, run, group="Care")
