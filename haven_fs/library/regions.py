"""Who is where in a picture, as photo programs write it into XMP: four ways of saying it, read into one.

The Metadata Working Group's regions (digiKam, Lightroom, Picasa, Apple), Microsoft's, ACDSee's and the IPTC's, as they
stand: haven_fs.library.upright tells where in the upright picture they are. Nothing here raises for a packet's
contents.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from haven_fs.library.personnames import clean_name
from haven_fs.library.rdf import RDF, Fields, fields_of, items_of, text_of

Box = tuple[float, float, float, float]
"""Left, top, right, bottom: shares of a picture's width and height."""
Areas = list[tuple[Element, "NamedArea | None"]]
"""Each rdf:li of a list of regions and its area, None if it is no face."""

REGIONS = "haven:Regions"
"""A name of Haven's own in what `parse_xmp` returns: a list of NamedArea; a sidecar's outrank the file's."""
MOST_REGIONS = 500
"""Regions read of one packet; a picture of a crowd has fewer."""

MWG = "{http://www.metadataworkinggroup.com/schemas/regions/}"
AREA = "{http://ns.adobe.com/xmp/sType/Area#}"
DIMENSIONS = "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"
MP = "{http://ns.microsoft.com/photo/1.2/}"
MPRI = "{http://ns.microsoft.com/photo/1.2/t/RegionInfo#}"
MPREG = "{http://ns.microsoft.com/photo/1.2/t/Region#}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
ACDSEE = "{http://ns.acdsee.com/regions/}"
_ACDSEE_AREA = "{http://ns.acdsee.com/sType/Area#}"
_ACDSEE_DIMENSIONS = "{http://ns.acdsee.com/sType/Dimensions#}"


@dataclass(frozen=True, slots=True)
class NamedArea:
    """Somebody in a picture, as one region says it; the name is "" if the region gives none.

    `box`: in the frame of whoever wrote it, in pixels of it if `pixels`; None if it is somewhere in the picture.
    `drawn_on`: width and height of the picture it was drawn on, if the file says. `turned`: the packet's own
    orientation, EXIF's 1 to 8, if it gives one. `odd`: a place is given that makes no sense.
    """

    name: str
    box: Box | None
    drawn_on: tuple[float, float] | None = None
    turned: int | None = None
    pixels: bool = False
    odd: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A person in a photo: `box` is a share of the upright picture, None for somewhere in it."""

    name: str
    box: Box | None = None


def read_regions(root: Element, turned: int | None, problems: list[str]) -> list[NamedArea]:
    """Return the named people of a packet, `turned` by its own orientation; what makes no sense is in `problems`."""
    properties: Fields = {}
    for description in root.iter(RDF + "Description"):
        for child in description:
            if child.tag in (MWG + "Regions", MP + "RegionInfo", ACDSEE + "Regions", IPTC + "ImageRegion"):
                properties.setdefault(child.tag, child)
    if not properties:
        return []
    mwg, microsoft, acdsee, iptc = (
        properties.get(name) for name in (MWG + "Regions", MP + "RegionInfo", ACDSEE + "Regions", IPTC + "ImageRegion")
    )
    # Microsoft's say no size of their own; programs that write them beside the others mean the same.
    drawn_on = size_of(mwg) or size_of(acdsee)
    areas = mwg_areas(mwg, turned) + microsoft_areas(microsoft, drawn_on, turned) + _acdsee_areas(acdsee, turned)
    found = [area for _, area in areas if area and area.name] + list(_iptc_areas(iptc, turned))
    if any(area.odd for area in found):
        problems.append("The positions of some people in this picture make no sense and were ignored.")
    if len(found) > MOST_REGIONS:
        problems.append(f"More than {MOST_REGIONS} people are marked in this file; the rest were ignored.")
    return found[:MOST_REGIONS]


def mwg_areas(regions: Element | str | None, turned: int | None) -> Areas:
    """Read an mwg-rs:Regions."""
    return _areas(regions, MWG, "Area", AREA, turned)


def _acdsee_areas(regions: Element | str | None, turned: int | None) -> Areas:
    return _areas(regions, ACDSEE, "DLYArea", _ACDSEE_AREA, turned)


def _areas(regions: Element | str | None, space: str, area: str, sides: str, turned: int | None) -> Areas:
    found: Areas = []
    drawn_on = size_of(regions)
    for item in items_of(fields_of(regions).get(space + "RegionList")):
        fields = fields_of(item)
        kind = text_of(fields.get(space + "Type")).casefold()
        if kind not in ("", "face") or text_of(fields.get(space + "NameAssignType")) == "denied":
            found.append((item, None))
            continue
        measures = fields_of(fields.get(space + area))
        x, y, w, h = (_number(text_of(measures.get(sides + side))) for side in "xywh")
        pixels = text_of(measures.get(sides + "unit")).casefold() == "pixel"
        box = None
        if x is not None and y is not None and w is not None and h is not None and w >= 0 and h >= 0:
            box = x - w / 2, y - h / 2, x + w / 2, y + h / 2
            if pixels and drawn_on:
                (width, height), pixels = drawn_on, False
                box = box[0] / width, box[1] / height, box[2] / width, box[3] / height
        odd = bool(measures) and box is None
        name = clean_name(text_of(fields.get(space + "Name")))
        found.append((item, NamedArea(name, box, drawn_on, turned, pixels, odd)))
    return found


def microsoft_areas(info: Element | str | None, drawn_on: tuple[float, float] | None, turned: int | None) -> Areas:
    """Read an MP:RegionInfo; one without a rectangle is somewhere in the picture."""
    found: Areas = []
    for item in items_of(fields_of(info).get(MPRI + "Regions")):
        fields = fields_of(item)
        rectangle = text_of(fields.get(MPREG + "Rectangle"))
        box = _rectangle(rectangle)
        name = clean_name(text_of(fields.get(MPREG + "PersonDisplayName")))
        found.append((item, NamedArea(name, box, drawn_on, turned, odd=bool(rectangle) and box is None)))
    return found


def _rectangle(text: str) -> Box | None:
    """Return Microsoft's "left, top, width, height"; some programs write decimal commas into it."""
    parts = text.replace(";", " ").split()
    if len(parts) != 4:
        parts = text.split(",")
    numbers = [_number(part.strip().strip(",")) for part in parts]
    if len(numbers) != 4 or None in numbers:
        return None
    left, top, width, height = (number or 0.0 for number in numbers)
    return (left, top, left + width, top + height) if width >= 0 and height >= 0 else None


def _iptc_areas(value: Element | str | None, turned: int | None) -> Iterator[NamedArea]:
    """Give the people of the IPTC's image regions; a region without a person in it, such as a crop, is none."""
    for item in items_of(value):
        fields = fields_of(item)
        names = [text_of(person) for person in items_of(fields.get(IPTC + "PersonInImage"))]
        if not names and _is_human(fields.get(IPTC + "RCtype")):
            names = [text_of(fields.get(IPTC + "Name"))]
        bounds = fields_of(fields.get(IPTC + "RegionBoundary"))
        pixels = text_of(bounds.get(IPTC + "rbUnit")).casefold() == "pixel"
        box = _boundary(bounds, pixels) if len(names) == 1 else None
        for name in filter(None, map(clean_name, names)):
            yield NamedArea(name, box, None, turned, pixels)


def _is_human(kinds: Element | str | None) -> bool:
    texts = [text for kind in items_of(kinds) for text in kind.itertext()]
    texts += [text for kind in items_of(kinds) for inner in kind.iter() for text in inner.attrib.values()]
    if isinstance(kinds, str):
        texts.append(kinds)
    return any(word in text.casefold() for text in texts for word in ("human", "face", "person"))


def _boundary(bounds: Fields, pixels: bool) -> Box | None:
    x, y, w, h, r = (_number(text_of(bounds.get(IPTC + side))) for side in ("rbX", "rbY", "rbW", "rbH", "rbRx"))
    match text_of(bounds.get(IPTC + "rbShape")).casefold():
        case "rectangle" if x is not None and y is not None and w and h:
            return x, y, x + w, y + h
        case "circle" if x is not None and y is not None and r and pixels:
            return x - r, y - r, x + r, y + r
        case "polygon":
            corners = [fields_of(corner) for corner in items_of(bounds.get(IPTC + "rbVertices"))]
            across = [n for c in corners if (n := _number(text_of(c.get(IPTC + "rbX")))) is not None]
            down = [n for c in corners if (n := _number(text_of(c.get(IPTC + "rbY")))) is not None]
            if len(across) > 1 and len(across) == len(down):
                return min(across), min(down), max(across), max(down)
    return None


def size_of(regions: Element | str | None) -> tuple[float, float] | None:
    """Return the width and height that regions say they were drawn on, None if they do not."""
    fields = fields_of(regions)
    for name, sides in (
        (MWG + "AppliedToDimensions", DIMENSIONS),
        (ACDSEE + "AppliedToDimensions", _ACDSEE_DIMENSIONS),
    ):
        measures = fields_of(fields.get(name))
        width, height = (_number(text_of(measures.get(sides + side))) for side in "wh")
        if width and height and width > 0 and height > 0:
            return width, height
    return None


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e9 else None
