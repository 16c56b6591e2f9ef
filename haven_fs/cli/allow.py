"""`haven allow`: lets somebody take out a folder's photos by the hundred, which is stopped half way otherwise."""

import argparse
import time
from datetime import datetime

from haven_fs.catalog.brake import allow
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `allow` takes."""
    parser.add_argument("--minutes", type=options.count, default=60, metavar="N", help="for how long (default: 60)")
    options.add_data(parser)


def run(args: argparse.Namespace) -> int:
    """Take the brake off for a while; works while `serve` runs."""
    data = options.data_folder(args)
    until = time.time() + 60 * args.minutes
    with data.catalog_beside("Nothing needs to be allowed.") as catalog, catalog.write(quiet=True) as w:
        allow(w, until)
    print(f"Until {datetime.fromtimestamp(until):%H:%M} photos may be taken out of folders by the hundred.")
    return 0


COMMAND = Command("allow", "Allow taking out a folder's photos by the hundred, for an hour.", arguments, run)
