"""XML that remembers where it stands in its file, so that a part can be changed and every other byte stays.

Other programs' packets hold what nobody else understands: develop settings, histories, fields of their own. Writing
them anew from a tree would lose spelling, order, comments and prefixes; here the file's bytes are cut and joined.
"""

import re
from xml.etree.ElementTree import Element
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

_ATTRIBUTE = re.compile(rb"""([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")
_ENCODING = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([^"']+)["']""")
_NAME = re.compile(rb"<([^\s/>]+)")
_TAG = re.compile(rb"""<[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>""")
_DEEPEST = 500


class NotEditable(Exception):
    """A packet that is left as it is; the text says why, as the end of a sentence about it."""


class Placed(Element):
    """An element and where it is: `start` to `end` with its tags, `inner` to `close` without; bytes of the file."""

    start: int
    inner: int
    close: int
    end: int
    parent: "Placed | None"
    declares: dict[str, str]

    def namespace(self, prefix: str) -> str | None:
        """Return what a prefix stands for inside it, None if it was not declared."""
        element: Placed | None = self
        while element is not None:
            if prefix in element.declares:
                return element.declares[prefix]
            element = element.parent
        return None


class Draft:
    """A file's bytes, its tree, and what is to be changed. Raises NotEditable if it is not XML in UTF-8."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._edits: list[tuple[int, int, bytes]] = []
        self._appended: dict[int, tuple[Placed, list[str]]] = {}
        encoding = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
        if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
            raise NotEditable("it is not encoded in UTF-8")
        try:
            fromstring(data)  # refuses entities, which `_read` would expand
            self.root = _read(data)
        except (expat.ExpatError, SyntaxError, DefusedXmlException, ValueError, LookupError) as error:
            raise NotEditable("it is damaged") from error

    def result(self) -> bytes:
        """Return the bytes with all changes."""
        pieces, at = [], 0
        for start, end, text in sorted(self._edits + self._appendices(), key=lambda edit: edit[:2]):
            pieces += [self._data[at:start], text]
            at = end
        return b"".join([*pieces, self._data[at:]])

    def _appendices(self) -> list[tuple[int, int, bytes]]:
        found = []
        for element, texts in self._appended.values():
            text = "".join(texts).encode()
            if element.inner < element.end:
                last = element[-1] if len(element) else None
                at = last.end if isinstance(last, Placed) else element.inner
                found.append((at, at, text))
            else:  # <empty/>
                name = _NAME.match(self._data, element.start)
                found.append((element.end - 2, element.end, b">" + text + b"</" + (name[1] if name else b"") + b">"))
        return found

    def replace(self, element: Placed, text: str) -> None:
        """Put `text` in the place of a whole element."""
        self._edits.append((element.start, element.end, text.encode()))

    def remove(self, element: Placed) -> None:
        """Take an element out, with the white space before it."""
        start = element.start
        while start and self._data[start - 1 : start] in (b" ", b"\t", b"\r", b"\n"):
            start -= 1
        self._edits.append((start, element.end, b""))

    def append(self, element: Placed, text: str) -> None:
        """Put `text` after the last element in an element, or at its start if there is none."""
        if text:
            self._appended.setdefault(element.start, (element, []))[1].append(text)

    def set_text(self, element: Placed, text: str) -> None:
        """Put `text`, which is XML already, in the place of all that an element holds."""
        if element.inner < element.end:
            self._edits.append((element.inner, element.close, text.encode()))
        else:  # <empty/>
            self.append(element, text)

    def set_attribute(self, element: Placed, name: str, text: str) -> None:
        """Give an attribute that the element has, by its full name, another value; `text` is quoted already."""
        for found in _ATTRIBUTE.finditer(self._data, element.start, element.inner):
            prefix, _, local = found[1].decode().rpartition(":")
            if (f"{{{element.namespace(prefix)}}}{local}" if prefix else local) == name:
                self._edits.append((*found.span(2), text.encode()))
                return

    def remove_attribute(self, element: Placed, name: str) -> None:
        """Take an attribute that the element has, by its full name, out, with the white space before it."""
        for found in _ATTRIBUTE.finditer(self._data, element.start, element.inner):
            prefix, _, local = found[1].decode().rpartition(":")
            if (f"{{{element.namespace(prefix)}}}{local}" if prefix else local) == name:
                start = found.start()
                while self._data[start - 1 : start] in (b" ", b"\t", b"\r", b"\n"):
                    start -= 1
                self._edits.append((start, found.end(), b""))
                return

    def add_attribute(self, element: Placed, text: str) -> None:
        """Add `text`, such as ' name="value"', to an element's start tag."""
        at = element.inner - 1
        if self._data[at - 1 : at] == b"/" and element.inner == element.end:
            at -= 1
        self._edits.append((at, at, text.encode()))


def _read(data: bytes) -> Placed:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    open_: list[Placed] = []
    roots: list[Placed] = []
    declared: dict[str, str] = {}

    def declare(prefix: str | None, space: str | None) -> None:
        declared[prefix or ""] = space or ""

    def begin(name: str, attributes: dict[str, str]) -> None:
        element = Placed(_full(name), {_full(key): text for key, text in attributes.items()})
        element.start = parser.CurrentByteIndex
        tag = _TAG.match(data, element.start)
        if tag is None or len(open_) > _DEEPEST:
            raise ValueError("too deep")
        element.inner = tag.end()
        element.parent = open_[-1] if open_ else None
        element.declares = dict(declared)
        declared.clear()
        (open_[-1].append if open_ else roots.append)(element)
        open_.append(element)

    def end(_: str) -> None:
        element = open_.pop()
        element.close = element.end = element.inner
        if data[element.inner - 2 : element.inner] != b"/>":
            element.close = parser.CurrentByteIndex
            element.end = data.index(b">", element.close) + 1

    def characters(text: str) -> None:
        if open_ and not len(open_[-1]):
            open_[-1].text = (open_[-1].text or "") + text

    parser.StartNamespaceDeclHandler = declare
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.Parse(data, True)
    return roots[0]


def _full(name: str) -> str:
    return f"{{{name}" if "}" in name else name
