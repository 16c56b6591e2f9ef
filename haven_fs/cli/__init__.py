"""The command line: `haven COMMAND`. One file a command; this one finds them and turns errors into words."""

import errno
import io
import logging
import os
import sqlite3
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword

from haven_fs.cli.parser import HavenParser
from haven_fs.command import Command
from haven_fs.errors import Refused, UserError
from haven_fs.library.rights import private
from haven_fs.library.text import as_text
from haven_fs.library.trouble import DENIED, NO_ROOM

logger = logging.getLogger(__name__)

COMMANDS = (
    "demo",
    "serve",
    "index",
    "libraries",
    "users",
    "info",
    "export",
    "import",
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


def module_of(name: str) -> str:
    """Return the module of one of the core's commands: it ends in "_" where Python keeps the name for itself."""
    return f"haven_fs.cli.{name}_" if iskeyword(name) else f"haven_fs.cli.{name}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 told what is wrong. Wrong arguments exit with 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # names on disks may be no text, and consoles lack letters
    argv = list(sys.argv[1:] if argv is None else argv)
    commands: dict[str, Command] = {}
    wanted = argv[0] if argv else ""
    # A known command does not wait for the others to be imported.
    for name in (wanted,) if wanted in COMMANDS else COMMANDS:
        commands[name] = import_module(module_of(name)).COMMAND
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
    except sqlite3.Error as error:
        from haven_fs.catalog.disktrouble import is_trouble

        if not is_trouble(error):
            raise
        print(f"haven: Haven cannot read its own data: {error}. Check its disk, then do this again.", file=sys.stderr)
        return 1
    except OSError as error:
        logger.debug("The disk failed", exc_info=True)
        print(f"haven: {_of_the_disk(error)}", file=sys.stderr)
        return 1


def _of_the_disk(error: OSError) -> str:
    """Return what to do about an error that no command has words for."""
    where = f" ({as_text(os.fsdecode(error.filename))})" if isinstance(error.filename, str | bytes) else ""
    if error.errno in NO_ROOM:
        return f"The disk is full{where}. Make room on it, then do this again."
    if error.errno in DENIED or error.errno == errno.EROFS:
        return f"Haven may not do this{where}: {error.strerror}. Change who may, then do this again."
    return f"The disk said: {error.strerror or error}{where}. See to it, then do this again."
