"""Whether a name and password are right: what is known of users, nonces and tries, put together.

A password that Haven made, a nonce in use and a password by Basic that was right before are checked at once. All else
takes its turn, and is then checked where argon2's memory is needed once (haven_fs.server.checks). Wrong passwords and
unknown names are treated alike.
"""

import base64
import binascii
import hmac
import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from haven_fs.errors import UserError, why
from haven_fs.server import digest, passwords
from haven_fs.server.audit import Audit, escaped
from haven_fs.server.checks import Checks
from haven_fs.server.nonces import Nonces
from haven_fs.server.passwords import Password, clean
from haven_fs.server.throttle import Throttle, network
from haven_fs.server.users import Users
from haven_fs.server.uses import Uses

logger = logging.getLogger(__name__)

RECENT = 1024
"""Right passwords by Basic that are known again without being hashed; the least recently used go first."""
SIGN_IN = "Sign in with your user name and password."
BUSY = "Too many sign-ins with wrong passwords. Try again in a few seconds."

Environ = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Welcome:
    """A right sign-in. `info`: what Authentication-Info says, "" for nothing."""

    name: str
    device: str
    info: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sign-in that is not taken, 401, or cannot be looked at now, 429 or 503 with when to come again."""

    status: str = "401 Unauthorized"
    reason: str = SIGN_IN
    stale: bool = False
    digest: bool = False  # the client speaks digest
    retry: float = 0.0


Outcome = Welcome | Refusal


class Credentials:
    """What is known of users, nonces and tries; safe between threads. Methods raise UserError as Users does."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._uses = Uses(users.path.with_name("signins.json"))
        self._audit = Audit(users.path.with_name("audit.log"))
        self.nonces = Nonces()
        self._throttle = Throttle()
        self._checks = Checks()
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._recent: OrderedDict[bytes, tuple[str, Password]] = OrderedDict()

    def all_take_digest(self) -> bool:
        """Return whether nobody has a password that digest cannot check."""
        try:
            return not self._users.without_digest()
        except UserError:
            return True

    def check_basic(self, value: str, address: str) -> "Outcome | Future[Outcome]":
        """Check what follows "Basic "."""
        credentials = _credentials(value)
        if credentials is None:
            return Refusal()
        raw_name, raw = credentials
        name, password = clean(raw_name), clean(raw)
        user = self._users.all().get(name, ())
        seal = hmac.digest(self._key, f"{name}\0{raw}".encode("utf-8", "surrogatepass"), "sha256")
        with self._lock:
            recent = self._recent.get(seal)
        if recent is not None and recent[0] == name and recent[1] in user:
            return self._welcome(name, recent[1], address)
        for one in user:
            if one.is_made(name, password):
                return self._welcome(name, one, address)

        def check() -> Outcome:
            users = self._users.all()
            own = next((one for one in users.get(name, ()) if one.argon2 or one.scrypt), None)
            older = any(one.scrypt for user in users.values() for one in user)
            if passwords.is_own(own, password, raw, older=older) and own is not None:
                if own.scrypt:
                    own = self._renewed(name, own, password)
                self._remember(seal, name, own)
                self._throttle.right(name, network(address))
                return self._welcome(name, own, address)
            return self._wrong(name, address, digest=False)

        return self._in_turn(name, address, check, slow=True)

    def check_digest(self, value: str, address: str, environ: Environ) -> "Outcome | Future[Outcome]":
        """Check what follows "Digest "."""
        given = digest.read(value)
        if given is None or not digest.is_about(given.uri, environ):
            return Refusal(digest=True)
        if not self.nonces.counts(given.nonce):
            return Refusal(stale=True, digest=True)
        method = str(environ["REQUEST_METHOD"])
        place = network(address)
        users = self._users.all()
        user = users.get(given.name, ())
        owner = self.nonces.owner(given.nonce, place)
        tried = [one for one in user if one.made or (given.name, one) == owner]
        tried.sort(key=lambda one: (given.name, one) != owner)
        found = _answering(given, method, tried)
        if found is None:
            most = max((sum(len(one.ha1) for one in each if one.made) for each in users.values()), default=0)
            for _ in range(most - sum(len(one.ha1) for one in tried)):
                given.answers("0" * 32, method)  # so that names with fewer passwords take as long
        if found is not None:
            return self._answered(given, *found, address)
        if owner is not None:
            self.nonces.wrong(given.nonce)

        def check() -> Outcome:
            chosen = [one for one in self._users.all().get(given.name, ()) if not one.made and one.ha1]
            if right := _answering(given, method, chosen or [Password(ha1=("0" * 32,))]):
                if not chosen:
                    return self._wrong(given.name, address, digest=True)
                self._throttle.right(given.name, place)
                return self._answered(given, *right, address)
            return self._wrong(given.name, address, digest=True)

        return self._in_turn(given.name, address, check, slow=False)

    def _answered(self, given: digest.Given, password: Password, ha1: str, address: str) -> Outcome:
        """A right answer: the only question left is whether it is the first of its kind."""
        owner = (given.name, password)
        if not self.nonces.use(given.nonce, owner, network(address), given.count):
            return Refusal(stale=True, digest=True)
        following = self.nonces.make() if given.count is not None and self.nonces.is_ageing(given.nonce) else None
        return self._welcome(given.name, password, address, given.info(ha1, following))

    def _in_turn(
        self, name: str, address: str, check: Callable[[], Outcome], *, slow: bool
    ) -> "Outcome | Future[Outcome]":
        known = self._uses.is_known(name, address)
        taken, seconds = self._throttle.take(name, network(address), known=known)
        if not taken:
            return Refusal("429 Too Many Requests", BUSY, retry=max(1.0, seconds))
        if not seconds and not slow:
            return check()
        return self._checks.after(seconds, check) or Refusal("429 Too Many Requests", BUSY, retry=3)

    def _welcome(self, name: str, password: Password, address: str, info: str = "") -> Welcome:
        new = self._uses.note(name, password.device, address)
        if new:
            device = f" with the password of {escaped(password.device)}" if password.device else ""
            self._audit.note(f"{escaped(name)} signed in from {escaped(address)}{device}, a new place")
        if (seconds := self._uses.write_in(new)) is not None:
            self._checks.after(seconds, lambda: self._uses.save(self._users.all()))
        return Welcome(name, password.device, info)

    def _renewed(self, name: str, old: Password, password: str) -> Password:
        try:
            self._users.renew(name, old, password)
        except OSError as error:  # next time, then: the password is right all the same
            logger.warning("%s cannot be written: %s", self._users.path, why(error))
        return next((one for one in self._users.all().get(name, ()) if one.argon2), old)

    def _wrong(self, name: str, address: str, *, digest: bool) -> Refusal:
        self._audit.failed(name, address, self._checks.after)
        return Refusal(digest=digest)

    def _remember(self, seal: bytes, name: str, password: Password) -> None:
        with self._lock:
            self._recent[seal] = (name, password)
            self._recent.move_to_end(seal)
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)


def _answering(given: digest.Given, method: str, candidates: Iterable[Password]) -> tuple[Password, str] | None:
    """Return the password that `given` knows, and its HA1 in the spelling that was used."""
    for one in candidates:
        for ha1 in one.ha1:
            if hmac.compare_digest(given.answers(ha1, method), given.response):
                return one, ha1
    return None


def _credentials(value: str) -> tuple[str, str] | None:
    """Return the name and password of a Basic header's value, or None if it is none."""
    try:
        raw = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    name, colon, password = digest.text_of(raw).partition(":")
    return (name, password) if colon else None
