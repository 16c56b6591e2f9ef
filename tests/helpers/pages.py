"""A page as a test looks at it: elements with their attributes and text. Tags that do not match are an error."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "link", "img", "input", "br", "hr", "source"}


@dataclass(slots=True)
class Element:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        """Its text and that of all in it, spaces as they are seen."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join("".join(parts).split())

    def all(self, tag: str = "", kind: str = "") -> "list[Element]":
        """Return the elements below of that tag and class."""
        return [one for one in self._below() if tag in ("", one.tag) and (not kind or kind in one.classes)]

    def one(self, tag: str = "", kind: str = "") -> "Element":
        """Return the only element below of that tag and class."""
        (found,) = self.all(tag, kind)
        return found

    def _below(self) -> "Iterator[Element]":
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child._below()

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str) -> str | None:
        """Return an attribute."""
        return self.attributes.get(name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), (tag, attrs)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        element = self.open.pop()
        assert element.tag == tag, f"</{tag}> closes <{element.tag} {element.attributes}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(body: bytes) -> Element:
    """Return a page or a part of one, whose tags must match and whose ids must differ."""
    reader = _Reader()
    reader.feed(body.decode())
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    page = reader.open[0]
    ids = [one["id"] for one in page.all() if one.get("id") is not None]
    assert len(ids) == len(set(ids)), ids
    return page
