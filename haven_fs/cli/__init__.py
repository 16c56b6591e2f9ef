"""The command line: `haven COMMAND`. One file a command; this one finds them and turns errors into words."""

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

from haven_fs.cli.parser import HavenParser
from haven_fs.command import Command
from haven_fs.errors import Refused, UserError
from haven_fs.library.rights import private

COMMANDS = (
    "demo",
    "serve",
    "index",
    "libraries",
    "users",
    "info",
    "export",
    "log",
    "undo",
    "allow",
    "status",
    "doctor",
    "repair",
    "verify",
    "backup",
    "locks",
    "purge",
    "plugins",
)
"""The core's own, in the order in which `haven --help` lists them within their groups; those of plugins follow."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 told what is wrong. Wrong arguments exit with 2."""
    argv = list(sys.argv[1:] if argv is None else argv)
    commands: dict[str, Command] = {}
    wanted = argv[0] if argv else ""
    # A known command does not wait for the others to be imported.
    for name in (wanted,) if wanted in COMMANDS else COMMANDS:
        commands[name] = import_module(f"haven_fs.cli.{name}").COMMAND
    if wanted not in COMMANDS:
        from haven_fs.plugins import Plugins

        commands = {**commands, **{name: one for name, one in Plugins().commands().items() if name not in commands}}
    parser = HavenParser(commands)
    args = parser.parse_args(argv)
    if args.command is None:
        parser.print_help()
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", datefmt="%Y-%m-%d %H:%M:%S")
    for noisy in ("wsgidav", "watchfiles", "PIL", "exifread", "filelock"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        with private():
            return commands[args.command].run(args)
    except UserError as error:
        print(f"haven: {error}", file=sys.stderr)
        return 1
    except Refused as refused:  # such as when the disk is full
        print(f"haven: {refused.reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output, such as `head`, has gone; that is its right.
        sys.stderr.close()
        return 0
