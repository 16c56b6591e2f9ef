"""How the provider says no, and how it says much at once: DAV:error and DAV:multistatus."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus

from haven_dav.send import Environ, StartResponse
from haven_fs.catalog import names
from haven_fs.phrase import status_line

XML = "application/xml; charset=utf-8"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def fail(
    environ: Environ,
    start_response: StartResponse,
    status: int | HTTPStatus,
    reason: str,
    condition: str = "",
    more: Iterable[tuple[str, str]] = (),
) -> Iterator[bytes]:
    """Answer with a status and a sentence, as the DAV:error element that clients look for."""
    inner = f"{condition}<h:reason>{names.xml(reason)}</h:reason>"
    body = f'{_HEAD}<D:error xmlns:D="DAV:" xmlns:h="urn:haven-fs">{inner}</D:error>'.encode()
    start_response(status_line(status, reason), [("Content-Type", XML), ("Content-Length", str(len(body))), *more])
    yield b"" if environ["REQUEST_METHOD"] == "HEAD" else body


def multistatus(start_response: StartResponse, body: list[bytes]) -> Iterable[bytes]:
    """Answer with a whole multistatus."""
    length = str(sum(map(len, body)))
    start_response("207 Multi-Status", [("Content-Type", XML), ("Content-Length", length)])
    return body


def prop(start_response: StartResponse, status: str, inner: str, more: Iterable[tuple[str, str]]) -> Iterable[bytes]:
    """Answer with a DAV:prop element."""
    body = f'{_HEAD}<D:prop xmlns:D="DAV:">{inner}</D:prop>'.encode()
    start_response(status, [("Content-Type", XML), ("Content-Length", str(len(body))), *more])
    return [body]
