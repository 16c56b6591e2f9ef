"""`haven index`: brings the catalog up to date once and stops."""

import argparse
import json
import time
from contextlib import closing

from haven_fs.analysis.indexer import Indexer
from haven_fs.analysis.progress import Progress
from haven_fs.catalog.libraries import all_libraries, expect_walks
from haven_fs.catalog.soundness import is_data_folder
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError
from haven_fs.renditions.renditions import Renditions

_NONE = "There is no library yet. Give the folder your photos are in: haven index ~/Pictures"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add FOLDER..., --accept-missing, --data and --json to `parser`."""
    options.add_libraries(parser)
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = (
        "Shows a progress bar on a terminal and a line a minute elsewhere. It is refused while `serve` runs on the same"
        " data folder, since `serve` finds new photos by itself. With --json the last line it prints is"
        ' `{"photos": N, "videos": N, "unreadable": N, "seconds": S}`.'
    )


def run(args: argparse.Namespace) -> int:
    """Index all libraries and print the totals. Returns 0; raises UserError if there are none or `serve` runs."""
    started = time.monotonic()
    data = options.data_folder(args)
    if not args.libraries and not is_data_folder(data.path):
        raise UserError(_NONE)
    with data.locked(), data.catalog() as catalog, closing(Renditions(catalog, data.settings)) as renditions:
        options.remember_libraries(args, data, catalog)
        progress = Progress(bar=True)
        indexer = Indexer(catalog, data.plugins, data.settings, progress=progress, renditions=renditions)
        if not indexer.libraries():
            raise UserError(_NONE)
        expect_walks(catalog)
        indexer.run(accept_missing=args.accept_missing)
        counts = indexer.counts()
        with catalog.read() as db:
            away = [library for library in all_libraries(db) if library.away]
    seconds = round(time.monotonic() - started, 2)
    if args.json:
        print(
            json.dumps(
                {"photos": counts.photos, "videos": counts.videos, "unreadable": counts.unreadable, "seconds": seconds}
            )
        )
    else:
        print(
            f"{options.counted(counts.photos, 'photo')} and {options.counted(counts.videos, 'video')} in {seconds} s;"
            f" {options.counted(counts.unreadable, 'file')} could not be read."
        )
        for library in away:
            print(f"{library.name} was not updated: {library.away}")
    return 0


COMMAND = Command("index", "Index new and changed photos once, then stop.", arguments, run, group="Start")
