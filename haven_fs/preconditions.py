"""The preconditions of HTTP (RFC 9110, 13): the one place that evaluates them, for reading and for writing.

What is compared is what PROPFIND and GET show: a file's entity tag and date, a folder's stamp. Conditions are looked at
only where the request would be done without them (13.2.1), in the order of 13.2.2. The If header of WebDAV, which also
shows the tokens of locks, is a provider's own business.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_LONGEST = 16 * 1024
_MOST_TAGS = 500
_TAG = re.compile(r'[ \t]*(?:(W/)?"([\x21\x23-\x7e\x80-\uffff]*)")?[ \t]*(?:,|$)')
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?P<h>\d\d):(?P<n>\d\d):(?P<s>\d\d)"
_DATES = (
    re.compile(rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<d>\d\d) (?P<m>[A-Za-z]{{3}}) (?P<y>\d{{4}}) {_TIME} GMT", re.I),
    re.compile(
        rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?P<d>\d\d)-(?P<m>[A-Za-z]{{3}})-(?P<y>\d\d) {_TIME} GMT", re.I
    ),
    re.compile(rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?P<m>[A-Za-z]{{3}}) (?P<d>[ \d]\d) {_TIME} (?P<y>\d{{4}})", re.I),
)
"""The three forms of a date in HTTP: the usual one, that of RFC 850, and C's asctime (RFC 9110, 5.6.7)."""
CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
"""The headers that hold conditions, as WSGI names them."""
_READS = ("GET", "HEAD")
_WITHOUT = ("OPTIONS",)
"""Methods that are not about what is there, so conditions mean nothing (RFC 9110, 13.2.1)."""


@dataclass(frozen=True, slots=True)
class State:
    """What is at a path: its entity tag without quotes, and when it was modified, in seconds since the epoch.

    `tag`: None if what is there has none.
    """

    tag: str | None
    modified: int | None


@dataclass(frozen=True, slots=True)
class _Tags:
    """The entity tags that a header lists; `any`: it is `*`."""

    any: bool
    strong: frozenset[str]
    weak: frozenset[str]


def failed(environ: Mapping[str, Any], state: State | None) -> int | None:
    """Return 412 or 304 if a request's conditions do not hold, None to go on. `state`: None if nothing is there."""
    method = environ["REQUEST_METHOD"]
    if method in _WITHOUT:
        return None
    if (header := environ.get("HTTP_IF_MATCH")) is not None:
        if not _is_among(_tags(header), state, weakly=False):
            return 412
    elif _is_newer(state, environ.get("HTTP_IF_UNMODIFIED_SINCE")):
        return 412
    if (header := environ.get("HTTP_IF_NONE_MATCH")) is not None:
        if _is_among(_tags(header), state, weakly=True):
            return 304 if method in _READS else 412
    elif method in _READS and _is_newer(state, environ.get("HTTP_IF_MODIFIED_SINCE")) is False:
        return 304
    return None


def _is_newer(state: State | None, header: str | None) -> bool | None:
    """Tell whether something was modified after the date in a header; None if there is nothing to compare."""
    since = parse_date(header)
    return state.modified > since if state is not None and state.modified is not None and since is not None else None


def is_known(header: str | None, tag: str) -> bool:
    """Tell whether an If-None-Match names an entity tag, given without quotes, strong or weak."""
    return header is not None and _is_among(_tags(header), State(tag, None), weakly=True)


def range_holds(environ: Mapping[str, Any], state: State) -> bool:
    """Tell whether part of a file may be sent as far as If-Range says (RFC 9110, 13.1.5): only of the same file."""
    header = environ.get("HTTP_IF_RANGE")
    if header is None:
        return True
    date = parse_date(header)
    if date is not None:
        return date == state.modified
    return state.tag is not None and header.strip() == f'"{state.tag}"'


def parse_date(header: str | None) -> int | None:
    """Return a date in any form of HTTP in seconds since the epoch; None if it is none, which is as good as absent."""
    text = (header or "").strip()
    match = next((found for form in _DATES if (found := form.fullmatch(text))), None)
    if match is None or match["m"].lower() not in _MONTHS:
        return None
    year, month = int(match["y"]), _MONTHS.index(match["m"].lower()) + 1
    if len(match["y"]) == 2:  # RFC 850: more than 50 years ahead is the century before
        this = datetime.now(UTC).year
        year += this // 100 * 100
        year -= 100 if year > this + 50 else 0
    try:
        day = datetime(year, month, int(match["d"]), int(match["h"]), int(match["n"]), tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp()) + int(match["s"]) if int(match["s"]) <= 60 else None


def _tags(header: str) -> _Tags | None:
    """Return the tags in a header; None if it is malformed, and so names no tag that anything has."""
    text = header.strip()
    if text == "*":
        return _Tags(True, frozenset(), frozenset())
    strong: set[str] = set()
    weak: set[str] = set()
    position = 0
    while position < len(text):
        match = _TAG.match(text, position)
        if match is None or match.end() == position or len(text) > _LONGEST or len(strong) + len(weak) > _MOST_TAGS:
            return None
        if match[2] is not None:
            (weak if match[1] else strong).add(match[2])
        position = match.end()
    return _Tags(False, frozenset(strong), frozenset(weak))


def _is_among(tags: _Tags | None, state: State | None, *, weakly: bool) -> bool:
    if tags is None or state is None:
        return False
    return tags.any or (state.tag is not None and (state.tag in tags.strong or (weakly and state.tag in tags.weak)))
