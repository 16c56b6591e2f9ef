"""`haven users`: who may open the drive from other devices."""

import argparse
import getpass
import sys

from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError
from haven_fs.server.users import Users


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `users` takes."""
    verbs = parser.add_subparsers(dest="verb", metavar="add|list|remove", required=True)
    show = verbs.add_parser("list", help="show the users")
    add = verbs.add_parser("add", help="add a user, or give one a new password")
    add.add_argument("name")
    remove = verbs.add_parser("remove", help="remove a user")
    remove.add_argument("name")
    options.add_data(parser, show, add, remove)


def run(args: argparse.Namespace) -> int:
    """List, add or remove."""
    data = options.data_folder(args)
    data.path.mkdir(parents=True, exist_ok=True)
    users = Users(data.path / "users.json")
    if args.verb == "list":
        print("\n".join(users.names()) or "There are no users yet. Add one: haven users add NAME")
    elif args.verb == "add":
        users.add(args.name, _ask())
        print(f"{args.name} may open the drive.")
    else:
        users.remove(args.name)
        print(f"{args.name} may not open the drive any more.")
    return 0


def _ask() -> str:
    """Ask for a password twice on a terminal; elsewhere it is the first line of the input."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise UserError("The two were not the same. Nothing was changed.")
    if len(password) < 8:
        raise UserError("The password must have at least 8 characters. Nothing was changed.")
    return password


COMMAND = Command("users", "Show, add or remove who may open the drive.", arguments, run)
