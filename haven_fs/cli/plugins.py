"""`haven plugins`: which plugins there are, what they bring, and which are left out and why."""

import argparse
import json

from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `plugins` takes."""
    options.add_data(parser)
    options.add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Report."""
    data = options.data_folder(args)
    analyzers = data.plugins.analyzers(data.settings)
    folders = data.plugins.smart_folders(data.settings)
    if args.json:
        found = [{"name": p.name, "version": p.version, "problem": p.problem} for p in data.plugins.found]
        facts = {"analyzers": {a.name: a.version for a in analyzers.values()}, "folders": sorted(folders)}
        print(json.dumps({"plugins": found, **facts}))
        return 0
    for plugin in data.plugins.found:
        print(f"{plugin.name} {plugin.version}" + (f"  LEFT OUT: {plugin.problem}" if plugin.problem else ""))
    print("Analyzers: " + ", ".join(f"{a.name} {a.version}" for a in analyzers.values()))
    print("Folders: " + ", ".join(f"/{path}" for path in sorted(folders)))
    return 0


COMMAND = Command("plugins", "Show the plugins and what they bring.", arguments, run)
