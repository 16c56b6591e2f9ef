"""Arguments that several commands share."""

import argparse
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.catalog.libraries import add_library
from haven_fs.config import default_data_dir
from haven_fs.datafolder import DataFolder


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add --data."""
    parser.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help=f"Haven's own folder (default: {default_data_dir()})"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


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
