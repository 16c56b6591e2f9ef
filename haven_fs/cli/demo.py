"""`haven demo`: a small library of drawn pictures, made on the spot, with all that Haven does, offline."""

import argparse
import sys
from pathlib import Path

from haven_fs.cli import options, serve
from haven_fs.command import Command
from haven_fs.config import default_data_dir
from haven_fs.demo import make_demo_library


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `demo` takes: what `serve` takes, without libraries."""
    options.add_data(parser)
    serve.add_serving(parser)


def run(args: argparse.Namespace) -> int:
    """Draw the library if it is not there yet, and serve it."""
    folder = Path(args.data) if args.data else default_data_dir().with_name("haven-fs-demo")
    print(f"Drawing a small photo library in {folder} ...", file=sys.stderr)
    print('Once it is served, make a folder named "dog on beach" in its folder Search,', file=sys.stderr)
    print("and rename a folder in People to say who that is.", file=sys.stderr)
    args.libraries = [make_demo_library(folder / "Demo Photos")]
    args.data = folder / "data"
    _use_demo_models(args.data)
    args.accept_missing = True
    return serve.run(args)


def _use_demo_models(data: Path) -> None:
    """Say in the demo's own settings that it uses the demo models, which know drawn pictures only."""
    settings = data / "haven.toml"
    said = settings.read_text(encoding="utf-8") if settings.exists() else ""
    lacking = [plugin for plugin in ("clip", "faces") if f"[{plugin}]" not in said]
    if lacking:
        data.mkdir(parents=True, exist_ok=True)
        said += "".join(f'[{plugin}]\nmodel = "demo"\n' for plugin in lacking)
        settings.write_text(said, encoding="utf-8")


COMMAND = Command("demo", "Serve a small made-up library, to look around.", arguments, run)
