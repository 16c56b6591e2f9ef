"""How a file's state is spelled for HTTP and WebDAV: once, where it is found, so that a listing costs one join."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800, 253_402_300_799
"""The seconds since the epoch that a calendar of four figures has."""


def etag(size: int, mtime_ns: int) -> str:
    """Return the entity tag of a file's state, without quotes; the same for a row and for an open descriptor."""
    return f"{mtime_ns:x}-{size:x}"


def http_date(mtime_ns: int) -> str:
    """Return a time as HTTP's Last-Modified says it; times no calendar has become the nearest it does."""
    return format_datetime(_moment(mtime_ns), usegmt=True)


def iso_date(mtime_ns: int) -> str:
    """Return a time as WebDAV's creationdate says it."""
    return _moment(mtime_ns).isoformat().replace("+00:00", "Z")


def _moment(mtime_ns: int) -> datetime:
    return _EPOCH + timedelta(seconds=min(max(mtime_ns // 1_000_000_000, _FIRST), _LAST))


def picture_name(original_id: int, etag: str) -> str:
    """Return what names the content of an original in the address of a picture of it."""
    return f"{original_id}-{''.join(letter for letter in etag if letter in '0123456789abcdef-')}"
