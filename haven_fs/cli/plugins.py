"""`haven plugins`: which plugins are installed, what they add, and which are not used and why."""

import argparse
import json

from haven_fs.cli import options
from haven_fs.command import Command


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add --data and --json to `parser`."""
    options.add_data(parser)
    options.add_json(parser)
    parser.epilog = "With --json it prints `plugins`, `analyzers`, `folders`, `patterns` and `commands`."


def run(args: argparse.Namespace) -> int:
    """Print the plugins and what they add as text or JSON. Returns 0."""
    data = options.data_folder(args)
    analyzers = data.plugins.analyzers(data.settings)
    folders = data.plugins.smart_folders(data.settings)
    patterns = data.plugins.path_patterns(data.settings)
    commands = data.plugins.commands()
    if args.json:
        found = [{"name": p.name, "version": p.version, "problem": p.problem} for p in data.plugins.found]
        facts: dict[str, object] = {
            "analyzers": {a.name: a.version for a in analyzers.values()},
            "folders": sorted(folders),
        }
        facts |= {"patterns": [p.pattern.pattern for p in patterns], "commands": sorted(commands)}
        print(json.dumps({"plugins": found, **facts}))
        return 0
    for plugin in data.plugins.found:
        print(f"{plugin.name} {plugin.version}" + (f"  NOT USED: {plugin.problem}" if plugin.problem else ""))
    print("Analyzers: " + ", ".join(f"{a.name} {a.version}" for a in analyzers.values()))
    print("Folders: " + ", ".join(f"/{path}" for path in sorted(folders)))
    if commands:
        print("Commands: " + ", ".join(f"haven {name}" for name in sorted(commands)))
    return 0


COMMAND = Command("plugins", "List the plugins and what they add.", arguments, run, group="Care")
