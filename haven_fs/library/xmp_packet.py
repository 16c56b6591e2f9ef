"""A packet of XMP that is being changed: its properties, in whatever spelling of RDF they are, and its lists.

What is there already is kept, and altered as little as can be: see haven_fs.library.placed.
"""

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from haven_fs.library import xmp_markup as markup
from haven_fs.library.placed import Draft, NotEditable, Placed
from haven_fs.library.rdf import RDF, XML, container_of, fields_of, items_of, text_of

_LANGUAGE = XML + "lang"


class Packet:
    """Changes one packet. Raises NotEditable if it is no XMP that can be changed safely."""

    def __init__(self, data: bytes) -> None:
        self.draft = Draft(data)
        rdf = self.draft.root if self.draft.root.tag == RDF + "RDF" else self.draft.root.find(RDF + "RDF")
        if not isinstance(rdf, Placed) or not isinstance(rdf.find(RDF + "Description"), Placed):
            raise NotEditable("it is not XMP")
        self._rdf = rdf

    def property(self, name: str) -> Placed | None:
        """Return the element of a property by its full name, None if there is none."""
        found = self._rdf.find(f"{RDF}Description/{name}")
        return found if isinstance(found, Placed) else None

    def said(self, name: str) -> str:
        """Return the text of a property, which may be an attribute or an element; "" if there is none."""
        for description in self._rdf.findall(RDF + "Description"):
            if text := text_of(fields_of(description).get(name)):
                return text
        return ""

    def first(self) -> Placed:
        """Return the description that new properties go into."""
        found = self._rdf.find(RDF + "Description")
        assert isinstance(found, Placed)  # as was made sure of at the start
        return found

    def put(self, value: Placed | None, text: str) -> None:
        """Put a property in the place of one that says nothing, or add it."""
        if value is None:
            self.draft.append(self.first(), text)
        else:
            self.draft.replace(value, text.strip())

    # Texts

    def set_text(self, prefix: str, name: str, text: str) -> None:
        """Have a property be one text; of a text in several languages the default one is that."""
        full = markup.PREFIXES[prefix] + name
        for description in self._rdf.findall(RDF + "Description"):
            if not isinstance(description, Placed):
                continue
            if full in description.attrib:
                return self.draft.set_attribute(description, full, quoteattr(text))
            if isinstance(value := description.find(full), Placed):
                return self._set_element(value, prefix, name, text)
        return self.put(None, markup.text_property(self.first(), prefix, name, text))

    def _set_element(self, value: Placed, prefix: str, name: str, text: str) -> None:
        items = [item for item in items_of(value) if isinstance(item, Placed)]
        if items:
            default = [item for item in items if item.get(_LANGUAGE) == "x-default"]
            self.draft.set_text((default or items)[0], escape(text))
        elif len(value) or f"{prefix}:{name}" in markup.ALTERNATIVES:  # a list without items, or some structure
            self.draft.replace(value, markup.text_property(self.first(), prefix, name, text).strip())
        else:
            self.draft.set_text(value, escape(text))

    def drop(self, full: str) -> None:
        """Take a property out."""
        for description in self._rdf.findall(RDF + "Description"):
            if isinstance(description, Placed):
                if full in description.attrib:
                    self.draft.remove_attribute(description, full)
                if isinstance(value := description.find(full), Placed):
                    self.draft.remove(value)

    # Lists

    def items(self, full: str) -> list[str]:
        """Return the texts of a property that is a list, or the one text of one that is none."""
        items = [text_of(item) for item in items_of(self.property(full))]
        alone = "" if items else self.said(full)
        return [alone] if alone else items

    def change_list(
        self, prefix: str, name: str, add: Sequence[str], gone: Callable[[str], bool], key: Callable[[str], str] = str
    ) -> None:
        """Have a list hold the texts `add`, and none that is `gone`; `key`: what two spellings have in common."""
        full = markup.PREFIXES[prefix] + name
        value = self.property(full)
        items = items_of(value)
        there = {key(text_of(item)) for item in items}
        new = [text for text in add if key(text) not in there]
        self.remove_items(value, len(items), [item for item in items if gone(text_of(item))], bool(new))
        container = container_of(value)
        if isinstance(container, Placed):
            self.draft.append(container, markup.list_items(container, new))
            return
        alone = self.said(full)  # some programs write one text and no list
        new = [text for text in new if key(text) != key(alone)]
        if value is None and alone:
            return  # an attribute of the description; a second property of that name would contradict it
        if new:
            kept = [alone] if alone and not gone(alone) else []
            self.put(value, markup.list_property(self.first(), prefix, name, kept + new))

    def remove_items(self, value: Placed | None, count: int, items: Sequence[Element], more: bool) -> None:
        """Take items out of a property that has `count`; the whole of it if nothing is left and no `more` comes."""
        if value is not None and not more and len(items) == count > 0:
            self.draft.remove(value)
            return
        for item in items:
            assert isinstance(item, Placed)
            self.draft.remove(item)
