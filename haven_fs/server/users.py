"""Who may sign in: names, their hashed passwords and those of their devices, in users.json.

Some of the hashes are as good as the password (see haven_fs.server.passwords), so the file is the owner's alone (0600).
Another process may change it at any time; the next question sees that, and a password that was removed opens nothing
from then on. Files of older versions are read, and each password is kept as argon2id from its next use on.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from haven_fs.errors import UserError, why
from haven_fs.library.whole import written_whole
from haven_fs.server import passwords
from haven_fs.server.passwords import Password

NAME = re.compile(r"\w[\w.@-]{0,63}")
DEVICE = re.compile(r"\S(?:.{0,62}\S)?")
MARK = "asks-for-passwords"
"""The file beside users.json that says that there have been users: a list that is lost must not open the drive."""
LOST = (
    "This drive had users, and users.json in {} has none now. Restore that file, or add them again: haven users add"
    " NAME. To let all programs on this computer in without a password instead: haven serve --no-auth"
)
FIRST_NAME = "haven"
MOST_DEVICES = 64
SHORTEST = 8
"""Letters that a chosen password must have."""

User = tuple[Password, ...]
"""All passwords of a user, the own one first."""


class Users:
    """The users of one data folder. Any method raises UserError if the file is there but not to be understood.

    Those that ask who there is also do if it is not there, but once was.

    Safe to use from several threads and processes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, ...] | None = None
        self._users: dict[str, User] = {}

    def names(self) -> list[str]:
        """Return the users' names, sorted."""
        return sorted(self.all())

    def all(self) -> Mapping[str, User]:
        """Return every user's passwords by name. Not to be changed; the same object as long as the file is the same."""
        with self._lock:
            try:
                status = self.path.stat()
            except FileNotFoundError:
                if self._mark().exists():
                    raise UserError(LOST.format(self.path.parent)) from None
                return {}
            except OSError as error:
                raise self._unreadable(error) from error
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            if stamp != self._stamp:
                self._users = self._read()
                self._stamp = stamp
            return self._users

    def of(self, name: str) -> User:
        """Return the passwords of a user; UserError if there is none of that name."""
        return _known(self.all(), passwords.clean(name))

    def without_digest(self) -> list[str]:
        """Return the names of those who have a password that digest cannot check, so that only Basic takes it."""
        return [name for name, user in sorted(self.all().items()) if any(not password.ha1 for password in user)]

    def add(self, name: str, password: str, *, digest: bool = False) -> tuple[str, bool]:
        """Add a user or change the own password; devices keep theirs. Return the name as it is kept, and if it is new.

        `digest`: keep what digest needs, too. UserError if the name or password cannot be one.
        """
        name = passwords.clean(name)
        if not NAME.fullmatch(name):
            raise UserError(f"{name!r} cannot be a user name. Use letters, digits and . _ - @, at most 64 of them.")
        if len(password) < SHORTEST:
            raise UserError(f"The password is too short: use at least {SHORTEST} characters.")
        kept = passwords.chosen(name, password, digest=digest)
        with self._changing() as users:
            new = name not in users
            users[name] = (kept, *(one for one in users.get(name, ()) if one.device))
        return name, new

    def remove(self, name: str) -> tuple[str, list[str]]:
        """Remove a user with all passwords, and return the name and those who are left; UserError if there is none."""
        name = passwords.clean(name)
        with self._changing() as users:
            if users.pop(name, None) is None:
                raise UserError(f"There is no user called {name}.")
            left = sorted(users)
        return name, left

    def had_some(self) -> bool:
        """Return whether there are users, or have ever been; from then on, users.json may be lost and this is not."""
        if not self._mark().exists() and self.names():
            self._remember()
        return self._mark().exists()

    def _mark(self) -> Path:
        return self.path.with_name(MARK)

    def _remember(self) -> None:
        with written_whole(self._mark()) as file:
            file.write(b"This drive has users. If their list, users.json, is lost, it is not open to everybody.\n")

    def create_first(self) -> tuple[str, str]:
        """Make the first user; return its name and password, which is kept nowhere. UserError if there are users.

        Nobody knows yet which programs will sign in, and most sign in by digest where there is no TLS.
        """
        password = passwords.make(4)
        with self._changing() as users:
            if users:
                raise UserError("There are already users: `haven users list` shows them.")
            users[FIRST_NAME] = (passwords.made(FIRST_NAME, password, "", _now(), digest=True),)
        return FIRST_NAME, password

    def add_device(self, name: str, device: str, *, digest: bool = True) -> str:
        """Make a password for one device of a user and return it; it is kept nowhere.

        `digest`: keep what digest needs; without it, the password works over TLS only. UserError if there is no such
        user, or there is such a device.
        """
        name, device = passwords.clean(name), passwords.clean(device)
        if not DEVICE.fullmatch(device) or not device.isprintable():
            raise UserError(f"{device!r} cannot be the name of a device. Use at most 64 letters, digits and spaces.")
        password = passwords.make(5)
        with self._changing() as users:
            user = _known(users, name)
            if any(one.device == device for one in user):
                raise UserError(
                    f"{name} has a password for {device} already. Remove it first:"
                    f" haven users passwords remove {name} '{device}'"
                )
            if len(user) > MOST_DEVICES:
                raise UserError(f"{name} has passwords for {MOST_DEVICES} devices. Remove one that is not used.")
            users[name] = (*user, passwords.made(name, password, device, _now(), digest=digest))
        return password

    def remove_device(self, name: str, device: str) -> None:
        """Take back the password of a device; UserError if there is none."""
        name, device = passwords.clean(name), passwords.clean(device)
        with self._changing() as users:
            user = _known(users, name)
            left = tuple(one for one in user if one.device != device or not device)
            if len(left) == len(user):
                raise UserError(f"{name} has no password for {device}. See them: haven users passwords list {name}")
            users[name] = left

    def renew(self, name: str, old: Password, password: str) -> None:
        """Keep a password that was right as argon2id, if it is still the same and kept as scrypt."""
        renewed = replace(old, scrypt="", argon2=passwords.chosen(name, password, digest=False).argon2)
        with self._changing() as users:
            users[name] = tuple(renewed if one == old else one for one in users.get(name, ()))
            if not users[name]:
                del users[name]

    def _read(self) -> dict[str, User]:
        try:
            table = json.loads(self.path.read_text(encoding="utf-8"))
            return {name: _user(user) for name, user in table["users"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> UserError:
        return UserError(
            f"{self.path} cannot be read: {why(error)}. Repair it, or move it away and add the users again."
        )

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        """The users to change; written, on disk and in one step, when the block ends well."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_name(self.path.name + ".lock")):
            users = self._read()
            before = dict(users)
            yield users
            if users:
                self._remember()
            if users != before:
                table = {"users": {name: {"passwords": _plain(user)} for name, user in sorted(users.items())}}
                with written_whole(self.path) as file:
                    file.write(json.dumps(table, indent=1).encode())


def _known(users: Mapping[str, User], name: str) -> User:
    if name not in users:
        raise UserError(f"There is no user called {name}. Add one: haven users add {name}")
    return users[name]


def _user(kept: dict[str, Any]) -> User:
    """Return a user as the file has it; older versions kept one password with two hashes."""
    if "passwords" not in kept:
        return (Password(scrypt=f"{kept['salt']}${kept['scrypt']}", ha1=(str(kept["ha1"]),)),)
    known = {field.name for field in fields(Password)}
    found = []
    for one in kept["passwords"]:
        texts = {key: str(value) for key, value in one.items() if key in known and key != "ha1"}
        found.append(Password(**texts, ha1=tuple(map(str, one.get("ha1", ())))))
    return tuple(found)


def _plain(user: Sequence[Password]) -> list[dict[str, Any]]:
    return [{key: value for key, value in asdict(one).items() if value} for one in user]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
