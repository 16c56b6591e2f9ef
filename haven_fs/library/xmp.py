"""XMP, inside pictures and beside them: an RDF packet to "prefix:Name" and a text or a list of texts.

Prefixes are by namespace, whatever a file calls them. Of structures only regions are read, histories are not. Packets
come from strangers, so they are bounded in size and read by defusedxml, which refuses entities; nothing here raises for
a packet's contents.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from haven_fs.library.headers import Values
from haven_fs.library.motion import DIRECTORY, read_directory
from haven_fs.library.rdf import RDF, XML
from haven_fs.library.regions import REGIONS, read_regions

LONGEST_PACKET = 1 << 20
"""A packet of more bytes than this is skipped: none that a camera or a photo tool writes comes near."""

_NAMESPACES = {
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://www.digikam.org/ns/1.0/": "digiKam",
    "http://ns.microsoft.com/photo/1.0/": "MicrosoftPhoto",
    "http://ns.microsoft.com/photo/1.0": "MicrosoftPhoto",
    "http://ns.google.com/photos/1.0/panorama/": "GPano",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "urn:haven-fs:xmp:1.0/": "haven",
}
_LANGUAGE = XML + "lang"
_END = b"</x:xmpmeta>"
_MOST_ITEMS = 1000
_UNHOLDABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(x[0-9a-fA-F]{1,6}|[0-9]{1,7});")
_SLASHED = re.compile(r"(</?[\w.-]+:[\w.-]+)/(?=[\w.-]+>)")  # DxO has a property TIFF/EPStandardID
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#x[0-9a-fA-F]{1,6}|#[0-9]{1,7});)")


def parse_xmp(packet: bytes, problems: list[str]) -> Values:
    """Read a packet; what is wrong with it is a sentence in `problems`."""
    if codec := _wide(packet):
        packet = packet[: LONGEST_PACKET * 4].decode(codec, "replace").encode()
    packet = packet.strip(b"\0 \t\r\n")
    if not packet:
        return {}
    if len(packet) > LONGEST_PACKET:
        problems.append("What photo programs wrote in this file (XMP) is too long and was not read.")
        return {}
    start = packet.find(b"<x:xmpmeta")
    end = packet.find(_END, start)
    try:
        # Only the element itself: what is around it is most often cut off, or left of a packet that was written over.
        root = _root(packet[start : end + len(_END)] if 0 <= start < end else packet)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        problems.append("What photo programs wrote in this file (XMP) is damaged and was not read.")
        return {}
    values: Values = {}
    for description in root.iter(RDF + "Description"):
        for name, text in description.attrib.items():
            if (key := _key(name)) and text.strip():
                values[key] = text.strip()
        for child in description:
            key, value = _key(child.tag), _value(child)
            if key and value:
                values[key] = value
    values.pop(REGIONS, None)  # nobody but this function says that
    orientation = values.get("tiff:Orientation")
    turned = int(orientation) if orientation in ("1", "2", "3", "4", "5", "6", "7", "8") else None
    if b"/container/" in packet and (directory := read_directory(root)):
        values[DIRECTORY] = directory
    if regions := read_regions(root, turned, problems):
        values[REGIONS] = regions
    return values


def _wide(packet: bytes) -> str | None:
    """Return what a packet is written in if its characters have two or four bytes, which it need not say."""
    marks = {b"\xff\xfe\0\0": "utf-32", b"\0\0\xfe\xff": "utf-32", b"<\0\0\0": "utf-32-le", b"\0\0\0<": "utf-32-be"}
    marks |= {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}
    return next((codec for mark, codec in marks.items() if packet.startswith(mark)), None)


def _root(packet: bytes) -> Element:
    """Return the root element, also where single characters are such as XML cannot hold: programs copy what they find.

    Raises what fromstring does.
    """
    try:
        return fromstring(packet)
    except ParseError:
        try:
            text = packet.decode()
        except UnicodeDecodeError:
            text = packet.decode("cp1252", "replace")
        text = _REFERENCE.sub(lambda found: "" if _is_unholdable(found[1]) else found[0], _UNHOLDABLE.sub("", text))
        return fromstring(_SLASHED.sub(r"\1_", _BARE.sub("&amp;", text)).encode())


def _is_unholdable(reference: str) -> bool:
    number = int(reference[1:], 16) if reference[0] == "x" else int(reference)
    return number < 32 and number not in (9, 10, 13)


def _key(name: object) -> str | None:
    """Return "prefix:Name" of ElementTree's "{namespace}Name", None if the namespace is not one of ours."""
    if not isinstance(name, str) or not name.startswith("{"):  # a comment, or a name of no namespace
        return None
    namespace, _, local = name[1:].partition("}")
    prefix = _NAMESPACES.get(namespace)
    return f"{prefix}:{local}" if prefix else None


def _value(element: Element) -> str | list[str] | None:
    """Return a property's text or list of texts; of a text in several languages the default; None for a structure."""
    if len(element) == 0:
        return (element.text or "").strip() or element.get(RDF + "resource")
    container = element[0]
    texts = list(_items(container))
    if container.tag == RDF + "Alt":
        default = [text for text, language in texts if language == "x-default"] or [text for text, _ in texts]
        return default[0] if default else None
    if container.tag in (RDF + "Bag", RDF + "Seq"):
        return [text for text, _ in texts]
    return None


def _items(container: Element) -> Iterator[tuple[str, str | None]]:
    for item in container[:_MOST_ITEMS]:
        text = (item.text or "").strip()
        if item.tag == RDF + "li" and len(item) == 0 and text:
            yield text, item.get(_LANGUAGE)
