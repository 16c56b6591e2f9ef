"""`haven index`: bring the catalog up to date once and end."""

import argparse
import json
import time

from haven_fs.analysis.indexer import Indexer
from haven_fs.analysis.progress import Progress
from haven_fs.catalog.libraries import all_libraries, expect_walks
from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `index` takes."""
    options.add_libraries(parser)
    options.add_data(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Index and report."""
    started = time.monotonic()
    data = options.data_folder(args)
    with data.locked(), data.catalog() as catalog:
        options.remember_libraries(args, data, catalog)
        indexer = Indexer(catalog, data.plugins, data.settings, progress=Progress(bar=True))
        if not indexer.libraries():
            raise UserError("There is no library yet. Name the folder of your photos: haven index ~/Pictures")
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
            f"{counts.photos} photos and {counts.videos} videos in {seconds} s;"
            f" {counts.unreadable} files cannot be read."
        )
        for library in away:
            print(f"Away: {library.away}")
    return 0


COMMAND = Command("index", "Find what is new in your photos, once.", arguments, run)
