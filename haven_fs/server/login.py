"""Signing in over HTTP: wsgidav's authenticator with what it lacks.

- Digest and Basic are both offered where Basic is accepted: Explorer wants the first, rclone speaks only the second.
- Only nonces that this server gave out lately count, so a recorded sign-in is worth nothing later.
- Someone who guesses is told to wait, longer each time.
- A header that is no sign-in at all is a 401 and not a 500.

Take HavenAuthenticator in wsgidav's "middleware_stack" instead of wsgidav.http_authenticator.HTTPAuthenticator.
"""

import base64
import binascii
import hashlib
import hmac
import ipaddress
import logging
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from wsgidav.http_authenticator import HTTPAuthenticator

NONCE_SECONDS = 12 * 3600
FREE_TRIES = 10
"""Wrong passwords from one address for one name before it has to wait; five times as many for all names together."""
LONGEST_WAIT = 300.0
FORGET_SECONDS = 900.0
REMEMBERED = 4096
"""Address and name pairs kept; the oldest go first."""
PARAMETER = re.compile(r'(?:^|[\s,])(username|nonce|response)="?([^",]*)"?')

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Throttle:
    """Counts wrong passwords and says how long an address has to wait; safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()  # count, when the last was

    def wait(self, address: str, user: str) -> float:
        """Return the seconds until this address may try this name again; 0 if it may now."""
        with self._lock:
            return max(self._wait(key, free) for key, free in _keys(address, user))

    def failed(self, address: str, user: str) -> None:
        """Note a wrong password."""
        now = self._clock()
        with self._lock:
            for key, _ in _keys(address, user):
                count, last = self._failures.pop(key, (0, now))
                self._failures[key] = (1 if now - last > FORGET_SECONDS else count + 1, now)
            while len(self._failures) > REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, address: str, user: str) -> None:
        """Forget this address's failures with this name."""
        with self._lock:
            self._failures.pop((address, user), None)

    def _wait(self, key: tuple[str, str], free: int) -> float:
        count, last = self._failures.get(key, (0, 0.0))
        if count < free:
            return 0.0
        return max(0.0, last + min(LONGEST_WAIT, 2.0 ** min(count - free, 20)) - self._clock())


def _keys(address: str, user: str) -> tuple[tuple[tuple[str, str], int], ...]:
    return ((address, user), FREE_TRIES), ((address, ""), 5 * FREE_TRIES)


class HavenAuthenticator(HTTPAuthenticator):  # type: ignore[misc]
    """wsgidav's authenticator; see the module's docstring for the difference."""

    def __init__(self, wsgidav_app: Any, next_app: Any, config: dict[str, Any]) -> None:
        super().__init__(wsgidav_app, next_app, config)
        self._inner, self.next_app = next_app, self._welcome
        self._key = secrets.token_bytes(32)
        self.throttle = Throttle()
        # Two challenges are two headers of one name (RFC 9110, 11.6.1); wsgidav takes that for a mistake.
        logging.getLogger("wsgidav.wsgidav_app").addFilter(_not_about_challenges)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let a request in, or answer 401 or 429."""
        header = environ.get("HTTP_AUTHORIZATION", "")
        scheme, _, value = header.partition(" ")
        environ.pop("haven.attempt", None)
        if not header or not self.domain_controller.require_authentication("", environ):
            return super().__call__(environ, start_response)  # type: ignore[no-any-return]
        if scheme.lower() == "basic" and not self.accept_basic:
            return self._challenge(
                environ, start_response, "Unencrypted passwords are not accepted here: use https://."
            )
        if scheme.lower() == "basic":
            credentials = _basic(value)
            if credentials is None:
                return self._challenge(environ, start_response)
            user = credentials[0]
        else:
            given = dict(PARAMETER.findall(value))
            user = given.get("username", "")
            if scheme.lower() != "digest" or not re.fullmatch("[0-9a-fA-F]{32}", given.get("response", "")):
                return self._challenge(environ, start_response)
            if not self._gave(given.get("nonce", "")):
                return self._challenge(environ, start_response, stale=True)
        address = _network(environ.get("REMOTE_ADDR", ""))
        if (seconds := self.throttle.wait(address, user)) > 0:
            return _too_many(start_response, seconds)
        environ["haven.attempt"] = (address, user)
        return super().__call__(environ, start_response)  # type: ignore[no-any-return]

    def handle_basic_auth_request(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Check a name and password; called by wsgidav."""
        user, password = _basic(environ["HTTP_AUTHORIZATION"].partition(" ")[2]) or ("", "")
        if self.domain_controller.basic_auth_user("", user, password, environ):
            environ["wsgidav.auth.user_name"] = user
            return self._welcome(environ, start_response)
        return self._challenge(environ, start_response)

    def send_basic_auth_response(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Ask for a password; called by wsgidav."""
        return self._challenge(environ, start_response)

    def send_digest_auth_response(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Ask for a password; called by wsgidav."""
        return self._challenge(environ, start_response)

    def _welcome(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if attempt := environ.pop("haven.attempt", None):
            self.throttle.succeeded(*attempt)
        return self._inner(environ, start_response)  # type: ignore[no-any-return]

    def _challenge(
        self,
        environ: Environ,
        start_response: StartResponse,
        reason: str = "Sign in with your user name and password.",
        stale: bool = False,
    ) -> Iterable[bytes]:
        """Answer 401; a name and password that were examined before this were wrong."""
        if attempt := environ.pop("haven.attempt", None):
            self.throttle.failed(*attempt)
        realm = self.domain_controller.get_domain_realm(environ.get("PATH_INFO", ""), environ)
        digest = f'Digest realm="{realm}", nonce="{self._nonce()}", algorithm=MD5, qop="auth"'
        challenges = [("WWW-Authenticate", digest + (", stale=true" if stale else ""))]
        if self.accept_basic:
            challenges.append(("WWW-Authenticate", f'Basic realm="{realm}", charset="UTF-8"'))
        body = reason.encode() + b"\n"
        start_response(
            "401 Unauthorized",
            [*challenges, ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))],
        )
        return [body]

    def _nonce(self) -> str:
        made = f"{int(time.time()):x}-{secrets.token_hex(8)}"
        return f"{made}-{self._seal(made)}"

    def _gave(self, nonce: str) -> bool:
        """Return whether this server gave out `nonce`, and not too long ago."""
        made, _, seal = nonce.rpartition("-")
        if not nonce.isascii() or not hmac.compare_digest(seal, self._seal(made)):
            return False
        return time.time() - int(made.partition("-")[0], 16) < NONCE_SECONDS

    def _seal(self, made: str) -> str:
        return hmac.new(self._key, made.encode(), hashlib.sha256).hexdigest()[:32]


def _basic(value: str) -> tuple[str, str] | None:
    """Return the name and password of a Basic header's value, or None if it is none."""
    try:
        raw = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # older clients
    name, colon, password = text.partition(":")
    return (name, password) if colon else None


def _network(address: str) -> str:
    """Return an address as one guesser has it: an IPv6 network of 64 bits is one person's."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4 or parsed.ipv4_mapped:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _too_many(start_response: StartResponse, seconds: float) -> Iterable[bytes]:
    body = f"Too many wrong passwords. Try again in {seconds:.0f} seconds.\n".encode()
    headers = [
        ("Retry-After", f"{seconds:.0f}"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response("429 Too Many Requests", headers)
    return [body]


def _not_about_challenges(record: logging.LogRecord) -> bool:
    return record.getMessage() != "Duplicate header in response: WWW-Authenticate"
