"""`haven demo`: a small library of drawn pictures, made on the spot, that shows all Haven does, offline."""

import argparse
import sys
from pathlib import Path

from haven_fs.cli import options, serve
from haven_fs.command import Command
from haven_fs.config import default_data_dir
from haven_fs.demo import make_demo_library


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --data and the options of `serve` to `parser`, but no libraries."""
    options.add_data(parser)
    serve.add_serving(parser)
    parser.epilog = (
        "Draws about 110 pictures and films with dates, places and people, once, and serves them. They are kept with"
        " their data folder in `haven-fs-demo` beside the usual data folder, or in DIR. Delete that folder when you"
        " are done."
    )


def run(args: argparse.Namespace) -> int:
    """Draw the library if there is none yet, and serve it until told to stop. Returns and raises as `serve` does."""
    folder = Path(args.data) if args.data else default_data_dir().with_name("haven-fs-demo")
    print(f"Drawing a small photo library in {folder} ...", file=sys.stderr)
    print('When the drive is open, create a folder named "dog on beach" in Search,', file=sys.stderr)
    print("and rename a folder in People to say who it is.", file=sys.stderr)
    args.libraries = [make_demo_library(folder / "Demo Photos")]
    args.data = folder / "data"
    _use_demo_models(args.data)
    args.accept_missing = True
    return serve.run(args)


def _use_demo_models(data: Path) -> None:
    """Choose the demo models, which know drawn pictures only, in the demo's own settings."""
    settings = data / "haven.toml"
    said = settings.read_text(encoding="utf-8") if settings.exists() else ""
    lacking = [plugin for plugin in ("clip", "faces") if f"[{plugin}]" not in said]
    if lacking:
        data.mkdir(parents=True, exist_ok=True)
        said += "".join(f'[{plugin}]\nmodel = "demo"\n' for plugin in lacking)
        settings.write_text(said, encoding="utf-8")


COMMAND = Command("demo", "Try Haven on a small made-up photo library.", arguments, run, group="Start")
