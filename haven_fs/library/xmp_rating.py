"""The stars in a packet of XMP: five where a photo is to have them, none where it is not any more.

xmp:Rating is what photo programs show and sort by. All else in the packet stays, to the byte.
"""

from xml.sax.saxutils import quoteattr

from haven_fs.library import xmp_markup as markup
from haven_fs.library.placed import Draft, NotEditable, Placed
from haven_fs.library.rdf import RDF, text_of

_FIVE = 5
_UNRATED = 0
_RATING = markup.PREFIXES["xmp"] + "Rating"


def with_five_stars(packet: bytes, *, given: bool, rated: bool = False) -> bytes:
    """Return a packet that gives five stars, or does not if they are not `given`; fewer stay as they are.

    `rated`: the photo's own file may give five, which only a packet that says otherwise outdoes. Raises NotEditable.
    """
    draft = Draft(packet)
    rdf = draft.root if draft.root.tag == RDF + "RDF" else draft.root.find(RDF + "RDF")
    descriptions = [] if rdf is None else [d for d in rdf.findall(RDF + "Description") if isinstance(d, Placed)]
    if not descriptions:
        raise NotEditable("it is not XMP")
    stars = str(_FIVE if given else _UNRATED)
    for description in descriptions:
        value = description.attrib.get(_RATING) or description.find(_RATING)
        if value is None:
            continue
        if (_stars(text_of(value)) >= _FIVE) == given:
            return packet
        if isinstance(value, Placed):
            draft.set_text(value, stars)
        else:
            draft.set_attribute(description, _RATING, quoteattr(stars))
        return draft.result()
    if not given and not rated:
        return packet
    draft.add_attribute(descriptions[0], markup.attribute(descriptions[0], "xmp", "Rating", stars))
    return draft.result()


def _stars(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _UNRATED
