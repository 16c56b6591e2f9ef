"""What every answer says to browsers, so that the pages of other sites learn nothing from it, nor can use it.

They hold for photos, listings, errors and refusals alike: what is said of some only would tell them apart. An answer
that says more itself, as a page does, keeps its own words.
"""

from collections.abc import Callable, Iterable
from typing import Any

from haven_fs.server.guard import is_loopback

ALWAYS = (
    # No other site shows it in a frame. Older browsers know only the second.
    ("Content-Security-Policy", "frame-ancestors 'none'"),
    ("X-Frame-Options", "DENY"),
    # No other site gets it as a picture, script, film or font, nor learns whether it could have been one.
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
)
APART = ("Cross-Origin-Opener-Policy", "same-origin")
"""A site that opened it as a window has no hold on that. Browsers complain of it where others can listen."""
ACTIVE = ("text/html", "application/xhtml", "image/svg", "text/xml", "application/xml")
"""Types of which a file may hold scripts. A file of yours is no page of Haven's, so it does not act in its name."""
SANDBOX = "frame-ancestors 'none'; sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads"


class Shielded:
    """WSGI middleware, outside of all others."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as the application does, with these headers."""

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            said = {name.lower(): value for name, value in headers}
            missing = [one for one in ALWAYS if one[0].lower() not in said]
            if "content-security-policy" not in said and said.get("content-type", "").startswith(ACTIVE):
                missing[0] = (missing[0][0], SANDBOX)
            if environ.get("wsgi.url_scheme") == "https" or is_loopback(environ.get("HTTP_HOST", "")):
                missing.append(APART)
            return start_response(status, [*headers, *missing], *exc_info)

        return self._app(environ, start)
