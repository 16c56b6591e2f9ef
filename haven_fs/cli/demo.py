"""`haven demo`: a small library of drawn pictures, made on the spot, that shows all Haven does, offline."""

import argparse
import json
import os
import shlex
import sys
import tomllib
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from haven_fs.cli import options, serve
from haven_fs.command import Command
from haven_fs.config import Setting, default_data_dir
from haven_fs.demo import make_demo_library
from haven_fs.errors import UserError
from haven_fs.library.kinds import claims_media
from haven_fs.library.rights import make_private, users_umask
from haven_fs.plugins import Plugins

_PHOTOS = "Demo Photos"
_LOOKED_AT = 10_000
"""Files that are looked at to see if there are photos in a folder."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --data and the options of `serve` to `parser`, but no libraries."""
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help=f"folder for the demo's pictures and data (default: {_default()})"
    )
    serve.add_serving(parser)
    parser.epilog = (
        "Draws about 110 pictures and films with dates, places and people, once, and serves them. They are kept with"
        " what Haven knows about them, and what you upload, in `haven-fs-demo` beside the usual data folder, or in DIR."
        " Other commands take"
        " the same folder: `haven log --data DIR`. Delete it when you are done."
    )


def _default() -> Path:
    return default_data_dir().with_name("haven-fs-demo")


def run(args: argparse.Namespace) -> int:
    """Draw the library if there is none yet, and serve it until told to stop. Returns and raises as `serve` does."""
    folder = args.data or _default()
    _check_free(folder)
    print(f"Drawing a small photo library in {folder} ...", file=sys.stderr)
    print('When the drive is open, create a folder named "dog on beach" in Search,', file=sys.stderr)
    print("and rename a folder in People to say who it is.", file=sys.stderr)
    print(f"Then list your changes: haven log --data {shlex.quote(str(folder))}", file=sys.stderr)
    with users_umask():
        args.libraries = [make_demo_library(folder / _PHOTOS)]
    args.first_inbox = folder / "Inbox"
    args.data = folder / options.DEMO_DATA
    _set_up(args.data, Plugins().settings())
    args.accept_missing = True
    return serve.run(args)


def _check_free(folder: Path) -> None:
    """Raise UserError if there are photos in a folder, and no demo, which would lie among them."""
    options.refuse_file(folder)
    if (folder / _PHOTOS).exists() or (folder / options.DEMO_DATA).exists():
        return
    files = (name for _, _, names in os.walk(folder) for name in names)
    if any(claims_media(name) for name in islice(files, _LOOKED_AT)):
        raise UserError(f"There are photos in {folder}. Give the demo a folder of its own with --data.")


def _set_up(data: Path, settings: Iterable[Setting]) -> None:
    """Give the demo's own settings the values for it, such as models that know drawn pictures; what is there stays."""
    file = data / "haven.toml"
    said = file.read_text(encoding="utf-8") if file.exists() else ""
    try:
        there = tomllib.loads(said).keys()
    except tomllib.TOMLDecodeError:
        return  # whoever reads the settings says what is wrong with them
    lines: dict[str, list[str]] = {}
    for setting in settings:
        section, _, key = setting.name.rpartition(".")
        if setting.demo is not None and section and section not in there:
            lines.setdefault(section, []).append(f"{key} = {json.dumps(setting.demo)}\n")
    if lines:
        make_private(data)
        said += "".join(f"[{section}]\n{''.join(values)}" for section, values in lines.items())
        file.write_text(said, encoding="utf-8")


COMMAND = Command("demo", "Try Haven on a small made-up photo library.", arguments, run, group="Start")
