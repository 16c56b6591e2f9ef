"""The command line: `haven COMMAND`. One file a command; this one finds them and turns errors into words."""

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from haven_fs import __version__
from haven_fs.command import Command
from haven_fs.errors import UserError

COMMANDS = (
    "serve",
    "index",
    "status",
    "info",
    "libraries",
    "users",
    "log",
    "undo",
    "allow",
    "purge",
    "backup",
    "export",
    "plugins",
    "doctor",
    "demo",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 told what is wrong, 2 the arguments are wrong."""
    argv = list(sys.argv[1:] if argv is None else argv)
    commands: dict[str, Command] = {}
    wanted = next((word for word in argv if not word.startswith("-")), "")
    # A known command does not wait for the others to be imported.
    for name in (wanted,) if wanted in COMMANDS else COMMANDS:
        commands[name] = import_module(f"haven_fs.cli.{name}").COMMAND
    if wanted not in COMMANDS:
        from haven_fs.plugins import Plugins

        commands = {**Plugins().commands(), **commands}
    parser = argparse.ArgumentParser(
        prog="haven", description="Your own photos by time, place and type, as folders of a network drive."
    )
    parser.add_argument("--version", action="version", version=f"haven {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in commands.values():
        command.arguments(subparsers.add_parser(command.name, help=command.help, description=command.help))
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
    for noisy in ("wsgidav", "watchfiles", "PIL", "exifread", "filelock"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        return commands[args.command].run(args)
    except UserError as error:
        print(f"haven: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output, such as `head`, has gone; that is its right.
        sys.stderr.close()
        return 0
