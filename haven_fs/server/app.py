"""The WSGI application of `haven serve`: wsgidav with a provider, behind Haven's sign-in and a guard."""

from collections.abc import Callable
from typing import Any

from wsgidav.dav_provider import DAVProvider
from wsgidav.error_printer import ErrorPrinter
from wsgidav.lock_man.lock_storage import LockStorageDict
from wsgidav.mw.cors import Cors
from wsgidav.request_resolver import RequestResolver
from wsgidav.wsgidav_app import WsgiDAVApp

from haven_fs.server.guard import Guard
from haven_fs.server.login import SignIn
from haven_fs.server.users import Users


def make_app(provider: DAVProvider, users: Users | None, *, allow_basic: bool = False) -> Callable[..., Any]:
    """Return the application that serves what a provider publishes.

    `users`: None asks for no password and lets only loopback in. `allow_basic`: passwords may be sent unencrypted.
    """
    config = {
        "provider_mapping": {"/": provider},
        "middleware_stack": [Cors, ErrorPrinter, RequestResolver],
        "http_authenticator": {"accept_basic": False},  # SignIn asks before wsgidav hears of a request
        "lock_storage": LockStorageDict(),
        "property_manager": None,
        "hotfixes": {"re_encode_path_info": True, "unquote_path_info": False},
        "add_header_MS_Author_Via": True,
        # The owner's log is Haven's: one line a request would bury what matters.
        "verbose": 1,
        "logging": {"enable": False},
    }
    app = SignIn(WsgiDAVApp(config), users, allow_basic=allow_basic)
    return Guard(app, passwordless=users is None)
