"""`haven users`: who may open the drive from other devices."""

import argparse
import getpass
import sys

from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError
from haven_fs.library.rights import make_private
from haven_fs.server.users import Users


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs `list`, `add` and `remove` with NAME, and --data, to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="add|list|remove", required=True)
    show = verbs.add_parser("list", help="list the users")
    add = verbs.add_parser("add", help="add a user, or change a password")
    add.add_argument("name", metavar="NAME", help="the user name")
    remove = verbs.add_parser("remove", help="remove a user")
    remove.add_argument("name", metavar="NAME", help="the user name")
    options.add_data(parser, show, add, remove)
    parser.epilog = (
        "`add` asks for the password twice; if its input is not a terminal, it reads one line instead. A running"
        " `serve` that asks for passwords takes up the change at once."
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the verb. Returns 0; raises UserError for a bad name or password, or if there is no such user."""
    data = options.data_folder(args)
    make_private(data.path)
    users = Users(data.path / "users.json")
    if args.verb == "list":
        print("\n".join(users.names()) or "There are no users yet. Add one: haven users add NAME")
    elif args.verb == "add":
        users.add(args.name, _ask())
        print(f"{args.name} can now sign in.")
    else:
        users.remove(args.name)
        print(f"{args.name} can no longer sign in.")
    return 0


def _ask() -> str:
    """Ask for a password twice on a terminal; elsewhere take the first line of the input. Raises UserError."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Repeat it: ") != password:
            raise UserError("The two passwords differ. Nothing was changed.")
    if len(password) < 8:
        raise UserError("The password must have at least 8 characters. Nothing was changed.")
    return password


COMMAND = Command("users", "List, add or remove the people who may open the drive.", arguments, run, group="Start")
