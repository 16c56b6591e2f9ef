"""Who may sign in: names and hashed passwords in users.json, and wsgidav's way of asking for them.

Two hashes of a password are kept. `scrypt` serves Basic, which brings the password itself. `ha1`, the MD5 of
name:realm:password, is what digest is defined on (RFC 7616) and is as good as the password to whoever reads it, so
the file is the owner's alone (0600) and made passwords are long. Another process may change the file at any time;
the next question sees it.
"""

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock
from wsgidav.dc.base_dc import BaseDomainController

from haven_fs.errors import UserError
from haven_fs.library.whole import written_whole

REALM = "Haven FS"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
COST, BLOCK, PARALLEL = 2**14, 8, 1
"""scrypt's parameters: 16 MiB and about 50 ms a check."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For made passwords: nothing that is mistaken for something else when read aloud or off a screen."""
FIRST_NAME = "haven"


@dataclass(frozen=True, slots=True)
class User:
    """A user as the file has it, in hexadecimal."""

    salt: str
    scrypt: str
    ha1: str


class Users:
    """The users of one data folder. Any method raises UserError if the file is there but not to be understood.

    Safe to use from several threads and processes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._hashing = threading.Lock()  # scrypt's memory is needed once, not once a thread
        self._key = secrets.token_bytes(32)
        self._nobody = User(secrets.token_hex(16), secrets.token_hex(32), "")  # the hash of no password that is known
        self._stamp: tuple[int, ...] | None = None
        self._users: dict[str, User] = {}
        self._verified: dict[str, bytes] = {}

    def names(self) -> list[str]:
        """Return the users' names, sorted."""
        return sorted(self._load())

    def add(self, name: str, password: str) -> None:
        """Add a user or change a password; UserError if the name or password cannot be one."""
        if not NAME.fullmatch(name):
            raise UserError(
                f"{name!r} cannot be a user name. Use letters A to Z, digits and . _ - @, at most 64 of them."
            )
        if len(password) < 8:
            raise UserError("The password is too short: use at least 8 characters.")
        with self._changing() as users:
            users[name] = _hashed(name, password)

    def remove(self, name: str) -> None:
        """Remove a user; UserError if there is none of that name."""
        with self._changing() as users:
            if users.pop(name, None) is None:
                raise UserError(f"There is no user called {name}.")

    def create_first(self) -> tuple[str, str]:
        """Make the first user; return its name and password, which is kept nowhere. UserError if there are users."""
        password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        with self._changing() as users:
            if users:
                raise UserError("There are already users: `haven users list` shows them.")
            users[FIRST_NAME] = _hashed(FIRST_NAME, password)
        return FIRST_NAME, password

    def verify(self, name: str, password: str) -> bool:
        """Return whether this is the user's password; slow the first time, so that guessing is."""
        user = self._load().get(name)
        seen = hmac.digest(self._key, _bytes(f"{name}\0{password}"), "sha256")
        if user is not None and hmac.compare_digest(self._verified.get(name, b""), seen):
            return True
        with self._hashing:
            # A name that does not exist takes as long as one that does.
            right = _matches(user or self._nobody, password) and user is not None
        if right:
            with self._lock:
                if self._users.get(name) is user:
                    self._verified[name] = seen
        return right

    def ha1(self, name: str) -> str | None:
        """Return MD5(name:REALM:password) in hexadecimal for digest, or None if there is no such user."""
        user = self._load().get(name)
        return user.ha1 if user else None

    def _load(self) -> Mapping[str, User]:
        try:
            status = self._path.stat()
            stamp: tuple[int, ...] | None = (status.st_mtime_ns, status.st_size, status.st_ino)
        except FileNotFoundError:
            stamp = None
        with self._lock:
            if stamp != self._stamp:
                self._users = self._read() if stamp else {}
                self._verified = {}
                self._stamp = stamp
            return self._users

    def _read(self) -> dict[str, User]:
        try:
            table = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                name: User(str(user["salt"]), str(user["scrypt"]), str(user["ha1"]))
                for name, user in table["users"].items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{self._path} cannot be read ({error}). Repair it, or move it away and add the users again."
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        """The users to change; written, on disk and in one step, when the block ends well."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_name(self._path.name + ".lock")):
            users = self._read()
            yield users
            table = {"users": {name: asdict(user) for name, user in sorted(users.items())}}
            with written_whole(self._path) as file:
                file.write(json.dumps(table, indent=1).encode())


def _hashed(name: str, password: str) -> User:
    salt = secrets.token_hex(16)
    ha1 = hashlib.md5(_bytes(f"{name}:{REALM}:{password}"), usedforsecurity=False).hexdigest()
    return User(salt, _scrypt(salt, password), ha1)


def _matches(user: User, password: str) -> bool:
    return hmac.compare_digest(user.scrypt, _scrypt(user.salt, password))


def _scrypt(salt: str, password: str) -> str:
    digest = hashlib.scrypt(_bytes(password), salt=salt.encode(), n=COST, r=BLOCK, p=PARALLEL, maxmem=2**26, dklen=32)
    return digest.hex()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class HavenDomainController(BaseDomainController):  # type: ignore[misc]
    """Answers wsgidav's questions from the Users in config["http_authenticator"]["haven_users"]; None asks nobody."""

    def __init__(self, wsgidav_app: Any, config: dict[str, Any]) -> None:
        super().__init__(wsgidav_app, config)
        self._users: Users | None = config["http_authenticator"]["haven_users"]

    def get_domain_realm(self, path_info: str, environ: dict[str, Any] | None) -> str:
        """Return REALM, which holds for the whole server."""
        return REALM

    def require_authentication(self, realm: str, environ: dict[str, Any] | None) -> bool:
        """Return whether anybody is asked."""
        return self._users is not None

    def basic_auth_user(self, realm: str, user_name: str, password: str, environ: dict[str, Any]) -> bool:
        """Return whether the password is right."""
        return self._users is not None and self._users.verify(user_name, password)

    def supports_http_digest_auth(self) -> bool:
        """Return True."""
        return True

    def digest_auth_user(self, realm: str, user_name: str, environ: dict[str, Any]) -> str | bool:
        """Return the user's HA1, or False."""
        return (self._users is not None and self._users.ha1(user_name)) or False


def auth_config(users: Users | None, tls: bool, allow_basic: bool) -> dict[str, Any]:
    """Return wsgidav's "http_authenticator": digest always, Basic only over TLS or if the owner allows it in clear.

    `users` None means that nobody is asked, for the loopback address alone.
    """
    return {
        "domain_controller": HavenDomainController,
        "haven_users": users,
        "accept_basic": tls or allow_basic,
        "accept_digest": True,
        "default_to_digest": True,
        "trusted_auth_header": None,
    }
