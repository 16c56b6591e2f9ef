"""Arguments that several commands share, and what they stand for."""

import argparse
import re
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.catalog.again import Trouble
from haven_fs.catalog.libraries import add_library, check_apart, check_folder
from haven_fs.catalog.soundness import is_data_folder
from haven_fs.catalog.wording import counted as counted
from haven_fs.config import default_data_dir
from haven_fs.datafolder import DataFolder
from haven_fs.errors import UserError

DEMO_DATA = "data"
"""The data folder in the folder of a demo, which commands may be given instead."""


def add_data(*parsers: argparse.ArgumentParser) -> None:
    """Add --data to a command's parser, and to those of its verbs, so that it may stand before the verb or after it."""
    for parser in parsers:
        # A verb that is not told must not undo what its command was told.
        default = None if parser is parsers[0] else argparse.SUPPRESS
        help_ = f"Haven's data folder (default: {default_data_dir()})"
        parser.add_argument("--data", type=Path, default=default, metavar="DIR", help=help_)


def add_json(*parsers: argparse.ArgumentParser) -> None:
    """Add --json, as `add_data` does."""
    for parser in parsers:
        default = False if parser is parsers[0] else argparse.SUPPRESS
        parser.add_argument("--json", action="store_true", default=default, help="print JSON, for programs")


def add_since(parser: argparse.ArgumentParser, help_: str) -> None:
    """Add --since, seconds since the epoch once parsed."""
    parser.add_argument(
        "--since", type=moment, metavar="WHEN", help=f"{help_}: 2024-07-31, 2024-07-31T18:30, or 20m, 3h, 2d ago"
    )


def moment(text: str) -> float:
    """Return a date, a time, or how long ago as seconds since the epoch. Raises ArgumentTypeError for anything else."""
    if ago := re.fullmatch(r"(\d{1,6})([mhd])", text.strip(), re.ASCII):
        return time.time() - int(ago[1]) * {"m": 60, "h": 3600, "d": 86400}[ago[2]]
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(
            f"give a time such as 2024-07-31T18:30, or 20m for 20 minutes ago, not `{text}`"
        ) from None


def listed(names: Sequence[str]) -> str:
    """Return names as a person lists them: "a", "a and b", "a, b and c"."""
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), *names[-1:]])


def in_bytes(size: int) -> str:
    """Return a number of bytes as people say it, such as "3.2 MB"."""
    for least, unit in ((1e9, "GB"), (1e6, "MB")):
        if size >= least:
            return f"{size / least:.1f} {unit}"
    return f"{size / 1e3:.0f} kB"


def count(text: str) -> int:
    """Return a whole number of at least 1. Raises ArgumentTypeError for anything else."""
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000_000:
        raise argparse.ArgumentTypeError(f"give a whole number of 1 or more, not `{text}`")
    return int(text)


def add_libraries(parser: argparse.ArgumentParser) -> None:
    """Add FOLDER... and --accept-missing to a command's parser."""
    parser.add_argument(
        "libraries",
        nargs="*",
        type=Path,
        metavar="FOLDER",
        help="a folder of photos to add as a library; it is remembered",
    )
    parser.add_argument(
        "--accept-missing", action="store_true", help="accept that missing photos were deleted, however many there are"
    )


def confirm(question: str, *, unasked: str, refused: str) -> None:
    """Ask whether to go on. Raises UserError unless a person at a terminal types yes.

    `unasked`: what is said where nobody can be asked, with the option that goes on. `refused`: what was not done.
    """
    if not sys.stdin.isatty():
        raise UserError(unasked)
    print(f"{question} [y/N] ", end="", flush=True, file=sys.stderr)  # the output may be a program's
    if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
        raise UserError(refused)


def data_folder(args: argparse.Namespace) -> DataFolder:
    """Return the data folder that the arguments name; nothing is made yet.

    Raises UserError if it is a file, or lies in a folder of photos that they name, or the other way round, and if there
    is no such folder of photos: what was mistyped leaves no data folder behind.
    """
    if args.data is not None and args.data.is_file():
        raise UserError(f"{args.data} is a file, and --data takes a folder.")
    folder = args.data or default_data_dir()
    of_demo = folder / DEMO_DATA
    is_demo = is_data_folder(of_demo) and not is_data_folder(folder)
    chosen = of_demo if is_demo else folder
    libraries, inbox = getattr(args, "libraries", ()), getattr(args, "inbox", None)
    for photos in [*libraries, *([inbox] if inbox else [])]:
        refuse_file(photos)
        check_folder(photos, new=photos is inbox)
        check_apart(photos, chosen)
    return DataFolder(chosen)


def refuse_file(folder: Path | None) -> None:
    """Raise UserError if a file was given where a folder is wanted; what does not exist is the caller's business."""
    if folder is not None and folder.expanduser().is_file():
        raise UserError(f"{folder}: That is a file; give the folder it is in.")


def remember_libraries(args: argparse.Namespace, data: DataFolder, catalog: Catalog) -> None:
    """Add the libraries that the arguments name. Raises UserError if one cannot be a library."""
    for folder in args.libraries:
        add_library(catalog, folder, data.path)


def print_troubles(heading: str, found: Sequence[Trouble], most: int, rest: str, more: int = 0) -> None:
    """Print what cannot be read, if anything: `most` of it, and how much more `rest` tells of.

    `more`: how much there is besides what was found.
    """
    if not found:
        return
    print(heading)
    for one in found[:most]:
        print(f"  {one.path}: {one.reason}")
    if (left := more + max(0, len(found) - most)) > 0:
        print(f"  and {left:,} more; {rest}")
