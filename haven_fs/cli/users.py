"""`haven users`: who may open the drive from other devices, and with which passwords."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from datetime import datetime

from haven_fs.cli import options
from haven_fs.command import Command
from haven_fs.errors import UserError
from haven_fs.library.rights import make_private
from haven_fs.server.audit import Audit, escaped
from haven_fs.server.users import SHORTEST, User, Users
from haven_fs.server.uses import Uses


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs `list`, `add`, `remove` and those of `passwords`, and --data, to `parser`."""
    verbs = parser.add_subparsers(dest="verb", metavar="list|add|remove|passwords", required=True)
    show = verbs.add_parser("list", help="list the users and when each password was last used")
    add = verbs.add_parser("add", help="add a user, or change a user's own password")
    add.add_argument("name", metavar="NAME", help="the user name")
    add.add_argument(
        "--digest",
        action="store_true",
        help="let this password work without TLS too, by digest sign-in; whoever reads users.json could then use it",
    )
    remove = verbs.add_parser("remove", help="remove a user with all passwords")
    remove.add_argument("name", metavar="NAME", help="the user name")
    devices = verbs.add_parser("passwords", help="make, list or remove a password for one device of a user")
    devices.add_argument("what", metavar="add|list|remove", choices=("add", "list", "remove"), help="what to do")
    devices.add_argument("name", metavar="NAME", help="the user name")
    devices.add_argument("device", metavar="DEVICE", nargs="?", help="such as `laptop` or `Anna's phone`")
    devices.add_argument("--tls-only", action="store_true", help="for a device that connects by https:// only")
    options.add_data(parser, show, add, remove, devices)
    parser.epilog = (
        "`add` asks for the password twice; if its input is not a terminal, it reads one line instead. `passwords add`"
        " makes a long password for one device and shows it once; remove it when the device is lost. A running `serve`"
        " that asks for passwords takes up each change at once."
    )


def run(args: argparse.Namespace) -> int:
    """Carry out the verb. Returns 0; raises UserError for a bad name or password, or if there is no such user."""
    data = options.data_folder(args)
    make_private(data.path)
    users = Users(data.path / "users.json")
    uses, audit = Uses(data.path / "signins.json"), Audit(data.path / "audit.log", aloud=False)
    if args.verb == "list":
        lines = [line for name, user in sorted(users.all().items()) for line in (name, *_passwords(name, user, uses))]
        print("\n".join(lines) or "There are no users yet. Add one: haven users add NAME")
    elif args.verb == "add":
        name, new = users.add(args.name, _ask(), digest=args.digest)
        audit.note(f"{escaped(name)} {'was added' if new else 'got a new own password'}")
        print(f"{name} can now sign in{'' if args.digest else ' over TLS (https://)'}.")
        if not args.digest:
            print(f"A device that connects without TLS takes its own password: haven users passwords add {name} DEVICE")
    elif args.verb == "remove":
        name, left = users.remove(args.name)
        audit.note(f"{escaped(name)} was removed")
        print(f"{name} can no longer sign in.")
        if not left:
            print(
                "There are no users left, so nobody can. The drive does not open because of that: before the next"
                " `haven serve`, add one with `haven users add NAME`, or give --no-auth to ask nobody on this computer."
            )
    else:
        _devices(args, users, uses, audit)
    return 0


def _devices(args: argparse.Namespace, users: Users, uses: Uses, audit: Audit) -> None:
    if args.what == "list":
        print("\n".join(_passwords(args.name, users.of(args.name), uses)))
        return
    if not args.device:
        raise UserError(f"Name the device too: haven users passwords {args.what} {args.name} DEVICE")
    if args.what == "add":
        password = users.add_device(args.name, args.device, digest=not args.tls_only)
        audit.note(f"{escaped(args.name)} got a password for {escaped(args.device)}")
        print(f"User: {args.name}   Password: {password}")
        print(f"Type it on {args.device}. It will not be shown again.")
    else:
        users.remove_device(args.name, args.device)
        audit.note(f"the password of {escaped(args.name)} for {escaped(args.device)} was removed")
        print(f"{args.device} can no longer sign in.")


def _passwords(name: str, user: User, uses: Uses) -> Iterator[str]:
    """Say of each password of a user what it is for and when it was last used."""
    for one in user:
        kind = f"password for {one.device}" if one.device else f"own password{', made by Haven' if one.made else ''}"
        where = "with or without TLS" if one.ha1 else "over TLS"
        last = uses.last(name, one.device)
        used = "not used yet"
        if last is not None:
            used = f"last used {datetime.fromtimestamp(last.when):%Y-%m-%d %H:%M} from {last.address}"
        yield f"  {kind}, {where}, {used}"


def _ask() -> str:
    """Ask for a password twice on a terminal; elsewhere take the first line of the input. Raises UserError."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Repeat it: ") != password:
            raise UserError("The two passwords differ. Nothing was changed.")
    if len(password) < SHORTEST:
        raise UserError(f"The password must have at least {SHORTEST} characters. Nothing was changed.")
    return password


COMMAND = Command("users", "List, add or remove the people who may open the drive.", arguments, run, group="Start")
