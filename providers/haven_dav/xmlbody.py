"""XML in the bodies of requests: the one place that reads it, with a limit for everything that could grow.

Real clients send under 2 KB, some ten elements, three deep.
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.sax.saxutils import quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from haven_dav.send import Environ
from haven_fs.receiving import declared_length

LONGEST_BODY = 64 * 1024
"""Bytes of a request's XML that are read."""
DEEPEST = 50
"""Elements that may be nested in one another."""
MOST_ELEMENTS = 2000

_DAV = "DAV:"


class BadRequest(Exception):
    """The request's body is not what its method takes; the message says why."""


class _Bounded(TreeBuilder):
    """Builds elements, but not too many and none too deep: serialising them again is recursive."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def start(self, tag: Any, attrs: Any, /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST:
            raise BadRequest(f"The body's elements are nested more than {DEEPEST} deep.")
        if self._count > MOST_ELEMENTS:
            raise BadRequest(f"The body has more than {MOST_ELEMENTS} elements.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def read_body(environ: Environ) -> bytes:
    """Return the request's body, chunked or not. Raises BadRequest if it is longer than any client's."""
    length = _length(environ)
    if length == 0:
        return b""
    if length is not None and length > LONGEST_BODY:
        raise BadRequest(f"The body is longer than {LONGEST_BODY} bytes.")
    try:
        body: bytes = environ["wsgi.input"].read(LONGEST_BODY + 1 if length is None else length)
    except ValueError as error:  # what the framing of chunks says is wrong
        raise BadRequest("The body was not sent as HTTP wants it.") from error
    except (ConnectionError, TimeoutError) as error:
        raise BadRequest("The body was not sent to its end.") from error
    if len(body) > LONGEST_BODY:
        raise BadRequest(f"The body is longer than {LONGEST_BODY} bytes.")
    environ["wsgidav.all_input_read"] = 1
    return body


def has_content(environ: Environ) -> bool:
    """Tell whether a request has a body with anything in it: one that comes in chunks is looked into."""
    length = _length(environ)
    return bool(read_body(environ)) if length is None else length > 0


def _length(environ: Environ) -> int | None:
    try:
        return declared_length(environ)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def read_xml(body: bytes, name: str) -> Element:
    """Return the element of that name, in the namespace DAV:, that a body consists of. Raises BadRequest."""
    parser = XMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(body)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise BadRequest("The body has a document type or entities, which nobody needs here.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadRequest("The body is not well-formed XML.") from error
    if root.tag != f"{{DAV:}}{name}":
        raise BadRequest(f"The body is not a DAV:{name} element.")
    return root


def split_tag(tag: str) -> tuple[str, str]:
    """Return the namespace, "" if there is none, and the name of a tag as ElementTree spells it."""
    space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    return space, name


def empty_element(space: str, name: str) -> str:
    """Return an element of that namespace and name with nothing in it."""
    if space == _DAV:
        return f"<D:{name}/>"
    return f"<x:{name} xmlns:x={quoteattr(space)}/>" if space else f'<{name} xmlns=""/>'
