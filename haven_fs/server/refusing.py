"""The plain answer of what stands before the drive and lets a request in or not."""

from collections.abc import Callable, Iterable
from typing import Any

from haven_fs.phrase import status_line


def refuse(start_response: Callable[..., Any], status: str, reason: str, *more: tuple[str, str]) -> Iterable[bytes]:
    """Answer with a status and a sentence, to be kept by nobody."""
    body = reason.encode() + b"\n"
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(status_line(int(status[:3]), reason), [*headers, ("Cache-Control", "no-store"), *more])
    return [body]
