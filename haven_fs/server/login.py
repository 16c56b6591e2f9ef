"""Signing in over HTTP: WSGI middleware that asks for a name and password, by digest or Basic.

- A recorded digest sign-in is worth nothing: each count of a nonce is taken once (haven_fs.server.nonces).
- Basic is taken over TLS, or where the owner allows it in clear. Clients choose digest where both are offered, so
  digest is offered beside it only if nobody has a password that digest cannot check.
- A device that signed in before is never held back: one that brings the same name and password again, or answers a
  nonce in use. Nor is one with a password that Haven made. All others take their turns (haven_fs.server.throttle).
- Wrong and unknown names are treated alike and take the same time.
- A sign-in that has to wait, or for argon2, holds no thread where the server can do that (haven_fs.later).
- A request that the application is asked about again is checked once: the result is in its KEPT.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from haven_fs import later
from haven_fs.errors import UserError
from haven_fs.receiving import KEPT
from haven_fs.server import digest
from haven_fs.server.credentials import Credentials, Environ, Outcome, Refusal
from haven_fs.server.passwords import REALM
from haven_fs.server.refusing import refuse
from haven_fs.server.users import Users

logger = logging.getLogger(__name__)

DEVICE = "haven.device"
"""Where in the environ the name of the device is that signed in; "" if it used its user's own password."""
NOT_IN_CLEAR = (
    "Unencrypted passwords are not accepted here: use https://, which `haven serve --tls` offers, or a program that"
    " signs in by digest."
)
UNREADABLE = "The list of users cannot be read. Haven's log says why."

StartResponse = Callable[..., Any]


class SignIn:
    """The middleware. `users`: None asks nobody. `allow_basic`: Basic is taken without TLS, too."""

    def __init__(self, app: Callable[..., Iterable[bytes]], users: Users | None, *, allow_basic: bool) -> None:
        self._app = app
        self._allow_basic = allow_basic
        self._credentials = None if users is None else Credentials(users)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let a request in, or answer 401, 429 or 503."""
        environ["wsgidav.auth.realm"], environ["wsgidav.auth.user_name"] = REALM, ""
        environ["wsgidav.auth.roles"] = environ["wsgidav.auth.permissions"] = None
        if self._credentials is None:
            return self._app(environ, start_response)
        kept = environ.setdefault(KEPT, {})
        try:
            found = kept.get("sign-in") or self._examine(environ)
            if isinstance(found, Future):
                if not found.done() and environ.get(later.SUPPORTED):
                    kept["sign-in"] = environ[later.FUTURE] = found
                    return refuse(start_response, "503 Service Unavailable", "This takes a moment.")
                environ.pop(later.DONE, None)
                found = found.result()
        except UserError as error:
            logger.error("%s", error)
            found = Refusal("503 Service Unavailable", UNREADABLE, retry=30)
        kept["sign-in"] = found
        if isinstance(found, Refusal):
            return self._refuse(found, environ, start_response)
        environ["wsgidav.auth.user_name"], environ[DEVICE] = found.name, found.device
        if not found.info:
            return self._app(environ, start_response)
        more = ("Authentication-Info", found.info)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*headers, more], *((exc_info,) if exc_info else ()))

        return self._app(environ, start)

    def _examine(self, environ: Environ) -> "Outcome | Future[Outcome]":
        assert self._credentials is not None
        scheme, _, value = str(environ.get("HTTP_AUTHORIZATION", "")).strip().partition(" ")
        address = str(environ.get("REMOTE_ADDR", ""))
        if scheme.lower() == "digest":
            return self._credentials.check_digest(value, address, environ)
        if scheme.lower() == "basic":
            if not self._takes_basic(environ):
                return Refusal(reason=NOT_IN_CLEAR)
            return self._credentials.check_basic(value, address)
        return Refusal()

    def _takes_basic(self, environ: Environ) -> bool:
        """Return whether a request may bring a password as it is: over TLS, also if a trusted proxy has that."""
        return self._allow_basic or environ.get("wsgi.url_scheme") == "https"

    def _refuse(self, refusal: Refusal, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        assert self._credentials is not None
        headers = [("Retry-After", f"{refusal.retry:.0f}")] if refusal.retry else []
        if refusal.status.startswith("401"):
            basic = self._takes_basic(environ)
            if not basic or refusal.digest or self._credentials.all_take_digest():
                offer = digest.challenge(self._credentials.nonces.make(), stale=refusal.stale)
                headers.append(("WWW-Authenticate", offer))
            if basic:
                headers.append(("WWW-Authenticate", f'Basic realm="{REALM}", charset="UTF-8"'))
        return refuse(start_response, refusal.status, refusal.reason, *headers)
