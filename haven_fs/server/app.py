"""The WSGI application of `haven serve`: wsgidav with a provider, behind Haven's sign-in, and what stands around it.

From the outside in: every answer gets the headers that keep other sites out, a mistake inside becomes a plain 500, a
proxy's words are believed or dropped, people see pages, and the guard turns away what nobody needs to look at.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wsgidav.dav_provider import DAVProvider
from wsgidav.mw.base_mw import BaseMiddleware
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.server.guard import Guard
from haven_fs.server.inwords import InWords
from haven_fs.server.login import SignIn
from haven_fs.server.proxied import Network, Proxied, PublicUrl
from haven_fs.server.shielded import Shielded
from haven_fs.server.users import Users

App = Callable[..., Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Behind:
    """The proxies that are trusted, and the address at which they answer if the owner said it."""

    networks: Sequence[Network] = ()
    url: PublicUrl | None = None


_NOTHING = Behind()


class _ToProvider(BaseMiddleware):  # type: ignore[misc]
    """Has the provider answer each request, without wsgidav's own methods and their pages."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer: Iterable[bytes] = environ["wsgidav.provider"].custom_request_handler(environ, start_response, None)
        return answer


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
        "middleware_stack": [_ToProvider],
        "http_authenticator": {"accept_basic": False},  # SignIn asks before wsgidav hears of a request
        "lock_storage": False,
        "property_manager": None,
        "hotfixes": {"re_encode_path_info": True, "unquote_path_info": False},
        # The owner's log is Haven's: one line a request would bury what matters.
        "verbose": 1,
        "logging": {"enable": False},
    }
    guard = Guard(SignIn(WsgiDAVApp(config), users, allow_basic=allow_basic), users is None, behind.url)
    return Shielded(InWords(Proxied(pages(guard), behind.networks, behind.url)))
