"""`haven allow`: lets a large removal go on that the brake has stopped, for a while. Works while `serve` runs."""

import argparse
import time
from datetime import datetime

from haven_fs.catalog.brake import allow
from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --minutes and --data to `parser`."""
    parser.add_argument(
        "--minutes", type=options.count, default=60, metavar="N", help="how long to allow it (default: 60)"
    )
    options.add_data(parser)
    parser.epilog = (
        "Haven stops anyone who removes more than a hundred photos and half of a folder in one go, because a sync tool"
        " pointed at the wrong folder would do just that; and anyone who undoes more than twenty changes in one go in"
        " /Review/Changes. If you meant it, run this command and repeat the removal."
    )


def run(args: argparse.Namespace) -> int:
    """Release the brake until --minutes have passed. Returns 0; raises UserError if there is no catalog yet."""
    data = options.data_folder(args)
    until = time.time() + 60 * args.minutes
    with data.catalog_beside("Nothing has been stopped.") as catalog, catalog.write(quiet=True) as w:
        allow(w, until)
    print(f"Large removals are allowed until {datetime.fromtimestamp(until):%H:%M}. Repeat the one that was stopped.")
    return 0


COMMAND = Command("allow", "Allow a large removal that Haven has stopped.", arguments, run, group="Corrections")
