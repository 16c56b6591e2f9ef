"""`haven backup`: copies what cannot be computed again. Works while `serve` runs."""

import argparse
import json
from pathlib import Path

from haven_fs.backup import backup
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `backup` takes."""
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="where to put it (default: backups in the data folder)"
    )
    options.add_data(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Make a backup and say where it is."""
    data = options.data_folder(args)
    folders = [name for facet in data.plugins.facets(data.settings) for name in facet.folders]
    place = backup(data.path, args.folder or data.path / "backups", folders)
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    if args.json:
        print(json.dumps({"backup": str(place), "bytes": size}, ensure_ascii=False))
    else:
        print(f"{place} ({size / 1e6:.1f} MB). To go back to it: haven serve --data {place}")
    return 0


COMMAND = Command("backup", "Copy what you said to Haven, with all it needs to go on from there.", arguments, run)
