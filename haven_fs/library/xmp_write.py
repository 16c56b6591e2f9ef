"""Who is in a photo, written into a packet of XMP the way other programs read it, with all else left as it is.

Faces become the Metadata Working Group's regions (digiKam, Lightroom, Picasa and most others) and Microsoft's; people
without a place Microsoft's, the IPTC's "person shown" and a keyword. What is there already is kept: a region around
the same face gets the name, one of somebody else stays, a name that the owner took back goes.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from haven_fs.library import xmp_markup as markup
from haven_fs.library.headers import Metadata
from haven_fs.library.personnames import PEOPLE_KEYWORDS, clean_name, name_key, people_in_keywords
from haven_fs.library.placed import NotEditable, Placed
from haven_fs.library.rdf import RDF, container_of, fields_of, items_of, text_of
from haven_fs.library.regions import (
    IPTC,
    MP,
    MPREG,
    MPRI,
    MWG,
    Areas,
    Named,
    NamedArea,
    microsoft_areas,
    mwg_areas,
    size_of,
)
from haven_fs.library.upright import around, as_stored, frame_of, turned, turned_back, upright
from haven_fs.library.xmp_packet import Packet

_TIFF = "{http://ns.adobe.com/tiff/1.0/}"
_KEYWORDS = {
    "lr:hierarchicalSubject": "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject",
    "digiKam:TagsList": "{http://www.digikam.org/ns/1.0/}TagsList",
    "MicrosoftPhoto:LastKeywordXMP": "{http://ns.microsoft.com/photo/1.0/}LastKeywordXMP",
}
_SAME_NAME = 0.2
"""What a name in common counts for when a face is looked for among regions, as a share of overlap."""


def with_people(
    packet: bytes,
    people: Iterable[Named],
    metadata: Metadata,
    gone: Collection[str] = (),
    key: Callable[[str], str] = name_key,
) -> bytes:
    """Return a packet that says who is in the photo whose headers are `metadata`; the same bytes if it does already.

    `gone`: names, by `key`, that are not to stay: of people who are not in it, and former names of those who are.
    `key`: what two spellings of a name have in common. Somebody without a place whom a list in it names already is not
    written again. Raises NotEditable.
    """
    by_key: dict[str, Named] = {}
    for person in people:
        name = clean_name(person.name)
        if name and (key(name) not in by_key or by_key[key(name)].box is None):
            by_key[key(name)] = Named(name, person.box)
    draft = Packet(packet)
    _Writer(draft, metadata, set(gone), key).write(list(by_key.values()))
    return draft.draft.result()


def with_keywords(packet: bytes, lists: Iterable[tuple[str, Sequence[str]]]) -> bytes:
    """Return a packet whose lists of keywords, by "prefix:Name", hold these among others. Raises NotEditable."""
    draft = Packet(packet)
    for keyword, texts in lists:
        prefix, _, name = keyword.partition(":")
        if keyword in PEOPLE_KEYWORDS and prefix in markup.PREFIXES:
            draft.change_list(prefix, name, texts, lambda _: False)
    return draft.draft.result()


class _Writer:
    """Changes one draft: what it finds it leaves, or alters as little as it can."""

    def __init__(self, packet: Packet, metadata: Metadata, gone: set[str], key: Callable[[str], str]) -> None:
        self._packet = packet
        self._draft = packet.draft
        self._metadata = metadata
        self._gone = gone
        self._key = key
        self._frame = 1
        self._names: set[str] = set()

    def write(self, people: Sequence[Named]) -> None:
        """Note all changes in the draft."""
        self._names = {self._key(""), *(self._key(person.name) for person in people)}
        self._gone -= self._names
        regions, info = self._packet.property(MWG + "Regions"), self._packet.property(MP + "RegionInfo")
        said = self._packet.said(_TIFF + "Orientation")
        turned_by = int(said) if said in ("1", "2", "3", "4", "5", "6", "7", "8") else None
        drawn_on = size_of(regions)
        frame = frame_of(NamedArea("", None, drawn_on, turned_by), self._metadata)
        if frame is None:
            raise NotEditable("its face regions belong to the picture before it was cropped or turned")
        self._frame = frame
        listed = self._listed()
        people = [person for person in people if person.box or self._key(person.name) not in listed]
        self._regions(_MWG, regions, mwg_areas(regions, turned_by), [person for person in people if person.box])
        self._regions(_MICROSOFT, info, microsoft_areas(info, drawn_on, turned_by), people)
        shown = {self._key(text_of(item)) for item in items_of(self._packet.property(IPTC + "PersonInImage"))}
        self._list("Iptc4xmpExt", "PersonInImage", people, self._gone)
        # A keyword is taken back only where it stood together with the "person shown": Haven writes both.
        self._list("dc", "subject", [person for person in people if not person.box], self._gone & shown)
        self._keywords()

    # Regions

    def _regions(self, style: "_Style", value: Placed | None, areas: Areas, people: Sequence[Named]) -> None:
        """Give regions that are there the names of the people they are around, and add those that are missing."""
        faces = [(item, area) for item, area in areas if area and isinstance(item, Placed)]
        owners = self._owners([area for _, area in faces], people)
        gone: list[Placed] = []
        for place, (item, area) in enumerate(faces):
            owner = owners.get(place)
            if owner is not None and not self._same(area, owner):
                # The name that stood there goes from the lists of names too.
                self._gone |= {self._key(area.name)} - self._names
                self._rename(item, style, owner.name)
            elif owner is None and (namesake := self._namesake(area, people, owners)):
                owners[place] = namesake
                if namesake.box:
                    self._draft.replace(item, style.item(item, self._as_written(namesake)).strip())
            elif owner is None and area.name and self._key(area.name) in self._gone:
                gone.append(item)
        new = [self._as_written(person) for person in people if person not in owners.values()]
        container = container_of(fields_of(value).get(style.items))
        self._packet.remove_items(value, len(areas), gone, bool(new))
        if isinstance(container, Placed):
            self._draft.append(container, "".join(style.item(container, person) for person in new))
        elif new:
            size = as_stored(self._metadata)[:2]
            text = style.whole(self._packet.first(), "".join(style.item(None, person) for person in new), size)
            self._packet.put(value, text)

    def _owners(self, areas: Sequence[NamedArea], people: Sequence[Named]) -> dict[int, Named]:
        """Return whose face each area is around, the best fits first; nobody has two."""
        boxes = [upright(area, self._metadata) for area in areas]
        pairs = sorted(
            (-closeness - _SAME_NAME * self._same(areas[place], person), number, place)
            for number, person in enumerate(people)
            for place, box in enumerate(boxes)
            if box and person.box and (closeness := around(person.box, box))
        )
        owners: dict[int, Named] = {}
        for _, number, place in pairs:
            if place not in owners and people[number] not in owners.values():
                owners[place] = people[number]
        return owners

    def _namesake(self, area: NamedArea, people: Sequence[Named], owners: dict[int, Named]) -> Named | None:
        return next((p for p in people if self._same(area, p) and p not in owners.values()), None)

    def _same(self, area: NamedArea, person: Named) -> bool:
        return bool(area.name) and self._key(area.name) == self._key(person.name)

    def _rename(self, item: Placed, style: "_Style", name: str) -> None:
        """Put a name into a region that has another, or none, in the spelling of RDF that the region is written in."""
        holders = [item, *(child for child in item if child.tag == RDF + "Description" and isinstance(child, Placed))]
        for holder in holders:
            child = holder.find(style.name)
            if isinstance(child, Placed):
                return self._draft.set_text(child, escape(name))
            if style.name in holder.attrib:
                return self._draft.set_attribute(holder, style.name, quoteattr(name))
        holder = holders[-1]
        local = style.name.rpartition("}")[2]
        if holder.tag == RDF + "Description" or (not len(holder) and RDF + "parseType" not in holder.attrib):
            return self._draft.add_attribute(holder, markup.attribute(holder, style.prefix, local, name))
        tag = f"{style.prefix}:{local}"
        return self._draft.append(holder, f"<{tag}{markup.declared(holder, style.prefix)}>{escape(name)}</{tag}>")

    def _as_written(self, person: Named) -> Named:
        """Return a person with the box in the frame of the packet's regions."""
        if person.box is None:
            return person
        stored = turned_back(person.box, as_stored(self._metadata)[2])
        left, top, right, bottom = (min(1.0, max(0.0, side)) for side in turned(stored, self._frame))
        return Named(person.name, (left, top, right, bottom))

    # Lists of names

    def _list(self, prefix: str, name: str, people: Sequence[Named], gone: Collection[str]) -> None:
        named = [person.name for person in people]
        self._packet.change_list(prefix, name, named, lambda text: self._key(text) in gone, self._key)

    def _listed(self) -> set[str]:
        """Return who is named in keywords that are paths, by keys."""
        texts = ((self._packet.items(_KEYWORDS[keyword]), parts) for keyword, parts in PEOPLE_KEYWORDS.items())
        return {self._key(name) for paths, separator in texts for name in people_in_keywords(paths, separator)}

    def _keywords(self) -> None:
        for keyword, separator in PEOPLE_KEYWORDS.items():
            value = self._packet.property(_KEYWORDS[keyword])
            removed = [
                item
                for item in items_of(value)
                if any(self._key(name) in self._gone for name in people_in_keywords([text_of(item)], separator))
            ]
            self._packet.remove_items(value, len(items_of(value)), removed, False)


@dataclass(frozen=True, slots=True)
class _Style:
    """A way to write regions: where their list and their names are, and the markup of an item and of the whole."""

    prefix: str
    items: str
    name: str
    item: Callable[[Placed | None, Named], str]
    whole: Callable[[Placed, str, tuple[int | None, int | None]], str]


_MWG = _Style(
    "mwg-rs",
    MWG + "RegionList",
    MWG + "Name",
    lambda at, person: markup.mwg_item(at, person.name, person.box or (0.0, 0.0, 1.0, 1.0)),
    lambda at, items, size: markup.mwg_property(at, items, *size),
)
_MICROSOFT = _Style(
    "MPReg",
    MPRI + "Regions",
    MPREG + "PersonDisplayName",
    lambda at, person: markup.mp_item(at, person.name, person.box),
    lambda at, items, _: markup.mp_property(at, items),
)
