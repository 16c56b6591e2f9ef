"""How a file's state is spelled for HTTP and WebDAV: once, where it is found, so that a listing costs one join."""

from datetime import UTC, datetime
from email.utils import formatdate


def etag(size: int, mtime_ns: int) -> str:
    """Return the entity tag of a file's state, without quotes; the same for a row and for an open descriptor."""
    return f"{mtime_ns:x}-{size:x}"


def http_date(mtime_ns: int) -> str:
    """Return a time as HTTP's Last-Modified says it; times no calendar has become the nearest it does."""
    return formatdate(min(max(mtime_ns // 1_000_000_000, 0), 253402300799), usegmt=True)


def iso_date(mtime_ns: int) -> str:
    """Return a time as WebDAV's creationdate says it."""
    seconds = min(max(mtime_ns // 1_000_000_000, 0), 253402300799)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
