"""Arguments that several commands share."""

import argparse
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.catalog.libraries import add_library
from haven_fs.config import default_data_dir
from haven_fs.datafolder import DataFolder


def add_data(*parsers: argparse.ArgumentParser) -> None:
    """Add --data to a command's parser, and to those of its verbs, so that it may stand before the verb or after it."""
    for parser in parsers:
        # A verb that is not told must not undo what its command was told.
        default = None if parser is parsers[0] else argparse.SUPPRESS
        help_ = f"Haven's own folder (default: {default_data_dir()})"
        parser.add_argument("--data", type=Path, default=default, metavar="DIR", help=help_)


def add_json(*parsers: argparse.ArgumentParser) -> None:
    """Add --json, as `add_data` does."""
    for parser in parsers:
        default = False if parser is parsers[0] else argparse.SUPPRESS
        parser.add_argument("--json", action="store_true", default=default, help="print JSON for programs")


def add_libraries(parser: argparse.ArgumentParser) -> None:
    """Add the folders of photos, and what to do about missing ones."""
    parser.add_argument(
        "libraries", nargs="*", type=Path, metavar="FOLDER", help="a folder of photos to add; it is remembered"
    )
    parser.add_argument(
        "--accept-missing", action="store_true", help="believe that missing photos are deleted, however many they are"
    )


def data_folder(args: argparse.Namespace) -> DataFolder:
    """Return the data folder that the arguments name."""
    return DataFolder(args.data or default_data_dir())


def remember_libraries(args: argparse.Namespace, data: DataFolder, catalog: Catalog) -> None:
    """Add the libraries that the arguments name."""
    for folder in args.libraries:
        add_library(catalog, folder, data.path)
