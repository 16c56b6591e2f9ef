"""The WSGI application of `haven serve`: wsgidav with a provider, behind Haven's sign-in, and what stands around it.

From the outside in: every answer gets the headers that keep other sites out, a proxy's words are believed or dropped,
people see pages, and the guard turns away what nobody needs to look at.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wsgidav.dav_provider import DAVProvider
from wsgidav.error_printer import ErrorPrinter
from wsgidav.lock_man.lock_storage import LockStorageDict
from wsgidav.mw.base_mw import BaseMiddleware
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.errors import Refused, UserError
from haven_fs.server.guard import Guard
from haven_fs.server.login import SignIn
from haven_fs.server.proxied import Network, Proxied, PublicUrl
from haven_fs.server.shielded import Shielded
from haven_fs.server.users import Users

logger = logging.getLogger(__name__)

App = Callable[..., Iterable[bytes]]


class Unusable(BaseMiddleware):  # type: ignore[misc]
    """Says in words, as 503, that a file of the data folder cannot be used, such as users.json after a power cut."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        try:
            answer: Iterable[bytes] = self.next_app(environ, start_response)
        except (UserError, Refused) as error:
            logger.error("%s", error)
            body = f"{error}\n".encode()
            head = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
            start_response("503 Service Unavailable", head)
            return [body]
        return answer


@dataclass(frozen=True, slots=True)
class Behind:
    """The proxies that are trusted, and the address at which they answer if the owner said it."""

    networks: Sequence[Network] = ()
    url: PublicUrl | None = None


_NOTHING = Behind()


def make_app(
    provider: DAVProvider,
    users: Users | None,
    *,
    allow_basic: bool = False,
    behind: Behind = _NOTHING,
    pages: Callable[[App], App] = lambda app: app,
) -> App:
    """Return the application that serves what a provider publishes.

    `users`: None asks for no password and lets only loopback in. `allow_basic`: passwords may be sent unencrypted.
    `pages`: what shows people a page in place of a plain refusal.
    """
    config = {
        "provider_mapping": {"/": provider},
        "middleware_stack": [ErrorPrinter, Unusable, RequestResolver],
        "http_authenticator": {"accept_basic": False},  # SignIn asks before wsgidav hears of a request
        "lock_storage": LockStorageDict(),
        "property_manager": None,
        "hotfixes": {"re_encode_path_info": True, "unquote_path_info": False},
        "add_header_MS_Author_Via": True,
        # The owner's log is Haven's: one line a request would bury what matters.
        "verbose": 1,
        "logging": {"enable": False},
    }
    app = Unusable(None, SignIn(WsgiDAVApp(config), users, allow_basic=allow_basic), config)
    guard = Guard(app, users is None, behind.url)
    return Shielded(Proxied(pages(guard), behind.networks, behind.url))
