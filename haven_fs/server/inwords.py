"""The last word: whatever raises inside becomes a plain 500 in Haven's words, with one line in the log.

A file of the data folder that cannot be used, such as users.json after a power cut, is a 503 that says so.

No answer ever carries the text of an exception, a traceback, or a page of a library.
"""

import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from haven_fs.errors import Refused, UserError
from haven_fs.phrase import status_line

log = logging.getLogger(__name__)

SORRY = "Something went wrong inside Haven. Try again; the log of `haven serve` says more."


class InWords:
    """WSGI middleware, the outermost."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        """Answer as the application does, or 500 or 503 if it raises. Raises ConnectionError if part of it was sent."""
        body: Iterable[bytes] = ()
        try:
            body = self._app(environ, start_response)
            yield from body
        except (ConnectionError, TimeoutError):
            raise  # the client went away, or is too slow
        except (UserError, Refused) as error:
            log.error("%s", error)
            yield from _apologise(environ, start_response, 503, str(error))
        except Exception as error:
            log.error("%s: %s", environ.get("REQUEST_METHOD", ""), _in_a_line(error))
            log.debug("where this came from", exc_info=True)
            yield from _apologise(environ, start_response, 500, SORRY)
        finally:
            getattr(body, "close", lambda: None)()


def _in_a_line(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}{where}"


def _apologise(
    environ: dict[str, Any], start_response: Callable[..., Any], status: int, sentence: str
) -> Iterator[bytes]:
    body = f"{sentence}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    ]
    try:
        start_response(status_line(status, sentence), headers, sys.exc_info())
    except Exception as error:  # it is too late: part of the answer is out
        raise ConnectionAbortedError("the answer could not be finished") from error
    yield b"" if environ.get("REQUEST_METHOD") == "HEAD" else body
