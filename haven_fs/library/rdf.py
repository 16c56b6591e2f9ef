"""How RDF says structures and lists, in all its spellings: what a packet of XMP is made of, below its meaning.

A structure's fields are attributes or elements, of the element itself or of an rdf:Description in it, whatever program
wrote it; names are "{namespace}local", as ElementTree has them.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XML = "{http://www.w3.org/XML/1998/namespace}"

MOST_ITEMS = 1000
"""Items read of one list."""

Fields = dict[str, Element | str]


def fields_of(value: Element | str | None) -> Fields:
    """Return a structure's fields by their full names."""
    found: Fields = {}
    if not isinstance(value, Element):
        return found
    for holder in (value, *value.findall(RDF + "Description")):
        for name, text in holder.attrib.items():
            if not name.startswith((RDF, XML)):
                found.setdefault(name, text)
        for child in holder:
            if isinstance(child.tag, str) and child.tag != RDF + "Description":
                found.setdefault(child.tag, child)
    return found


def container_of(value: Element | str | None) -> Element | None:
    """Return the rdf:Bag, Seq or Alt of a list."""
    if isinstance(value, Element):
        return next((child for child in value if child.tag in (RDF + "Bag", RDF + "Seq", RDF + "Alt")), None)
    return None


def items_of(value: Element | str | None) -> Sequence[Element]:
    """Return the elements of a list; of one with too many, the first."""
    container = container_of(value)
    return [] if container is None else container.findall(RDF + "li")[:MOST_ITEMS]


def text_of(value: Element | str | None) -> str:
    """Return a text, of a text in several languages the first; "" for anything else."""
    if isinstance(value, Element):
        items = items_of(value)
        inner = items[0] if items else value.find(RDF + "value") if len(value) else value
        value = "" if inner is None else inner.text or value.get(RDF + "resource") or ""
    return (value or "").strip()
