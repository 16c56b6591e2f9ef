"""The pieces of XMP that Haven writes: an empty packet, regions with a name and a place, lists of names.

Each is RDF as Adobe's tools write it. A piece that goes into somebody else's packet declares the prefixes that do not
mean there what they mean here: `at` is the element it goes into, None inside another piece.
"""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from haven_fs.library.placed import Placed
from haven_fs.library.rdf import RDF
from haven_fs.library.regions import AREA, DIMENSIONS, IPTC, MP, MPREG, MPRI, MWG, Box

PREFIXES = {
    "rdf": RDF, "mwg-rs": MWG, "stArea": AREA, "stDim": DIMENSIONS, "MP": MP, "MPRI": MPRI, "MPReg": MPREG,
    "Iptc4xmpExt": IPTC, "dc": "{http://purl.org/dc/elements/1.1/}", "xmp": "{http://ns.adobe.com/xap/1.0/}",
    "exif": "{http://ns.adobe.com/exif/1.0/}", "photoshop": "{http://ns.adobe.com/photoshop/1.0/}",
    "Iptc4xmpCore": "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}", "lr": "{http://ns.adobe.com/lightroom/1.0/}",
    "digiKam": "{http://www.digikam.org/ns/1.0/}", "haven": "{urn:haven-fs:xmp:1.0/}",
}  # fmt: skip
ALTERNATIVES = {"dc:description", "dc:title"}
"""Properties that are texts in several languages."""
_SEQUENCES = {"digiKam:TagsList", "haven:Albums"}
"""Lists that have an order."""

EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Haven FS">\n'
    f' <rdf:RDF xmlns:rdf="{RDF[1:-1]}">\n  <rdf:Description rdf:about=""'
    + "".join(f'\n    xmlns:{prefix}="{space[1:-1]}"' for prefix, space in PREFIXES.items() if prefix != "rdf")
    + '>\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>\n'
).encode()
"""A packet that says nothing: what a new sidecar starts from."""


def declared(at: Placed | None, *prefixes: str) -> str:
    """Return the declarations of those prefixes that do not mean at `at` what they mean here."""
    return "".join(
        f' xmlns:{prefix}="{PREFIXES[prefix][1:-1]}"'
        for prefix in prefixes
        if at is not None and at.namespace(prefix) != PREFIXES[prefix][1:-1]
    )


def attribute(at: Placed, prefix: str, name: str, text: str) -> str:
    """Return an attribute for the tag of `at`, with a prefix of its own if that one stands for something else there."""
    space = PREFIXES[prefix][1:-1]
    while at.namespace(prefix) not in (None, space):
        prefix += "_"
    declaration = f' xmlns:{prefix}="{space}"' if at.namespace(prefix) is None else ""
    return f"{declaration} {prefix}:{name}={quoteattr(text)}"


def mwg_item(at: Placed | None, name: str, box: Box) -> str:
    """Return a face as a region of the Metadata Working Group; `box` in the frame of the regions it goes to."""
    left, top, right, bottom = box
    return (
        f"\n      <rdf:li{declared(at, 'rdf', 'mwg-rs', 'stArea')}>"
        f'\n       <rdf:Description mwg-rs:Name={quoteattr(name)} mwg-rs:Type="Face">'
        f'\n        <mwg-rs:Area stArea:x="{(left + right) / 2:.6f}" stArea:y="{(top + bottom) / 2:.6f}"'
        f' stArea:w="{right - left:.6f}" stArea:h="{bottom - top:.6f}" stArea:unit="normalized"/>'
        "\n       </rdf:Description>\n      </rdf:li>"
    )


def mwg_property(at: Placed, items: str, width: int | None, height: int | None) -> str:
    """Return such regions as a property; `width` and `height`: pixels of the picture as it is stored."""
    size = ""
    if width and height:
        size = f'\n    <mwg-rs:AppliedToDimensions stDim:w="{width}" stDim:h="{height}" stDim:unit="pixel"/>'
    return (
        f'\n   <mwg-rs:Regions{declared(at, "rdf", "mwg-rs", "stArea", "stDim")} rdf:parseType="Resource">{size}'
        f"\n    <mwg-rs:RegionList>\n     <rdf:Bag>{items}\n     </rdf:Bag>\n    </mwg-rs:RegionList>"
        "\n   </mwg-rs:Regions>"
    )


def mp_item(at: Placed | None, name: str, box: Box | None) -> str:
    """Return a person as a region of Microsoft's, without a rectangle if there is no box."""
    rectangle = ""
    if box:
        left, top, right, bottom = box
        rectangle = f' MPReg:Rectangle="{left:.6f}, {top:.6f}, {right - left:.6f}, {bottom - top:.6f}"'
    return f"\n      <rdf:li{declared(at, 'rdf', 'MPReg')} MPReg:PersonDisplayName={quoteattr(name)}{rectangle}/>"


def mp_property(at: Placed, items: str) -> str:
    """Return such regions as a property."""
    return (
        f'\n   <MP:RegionInfo{declared(at, "rdf", "MP", "MPRI", "MPReg")} rdf:parseType="Resource">'
        f"\n    <MPRI:Regions>\n     <rdf:Bag>{items}\n     </rdf:Bag>\n    </MPRI:Regions>\n   </MP:RegionInfo>"
    )


def list_items(at: Placed | None, names: Sequence[str]) -> str:
    """Return texts as items of a list."""
    return "".join(f"\n     <rdf:li{declared(at, 'rdf')}>{escape(name)}</rdf:li>" for name in names)


def list_property(at: Placed, prefix: str, name: str, texts: Sequence[str]) -> str:
    """Return texts as a property that is a list."""
    kind = "Seq" if f"{prefix}:{name}" in _SEQUENCES else "Bag"
    return (
        f"\n   <{prefix}:{name}{declared(at, prefix, 'rdf')}>\n    <rdf:{kind}>{list_items(None, texts)}"
        f"\n    </rdf:{kind}>\n   </{prefix}:{name}>"
    )


def text_property(at: Placed, prefix: str, name: str, text: str) -> str:
    """Return a text as a property; one that may have several languages is in none in particular."""
    begin, end = f"\n   <{prefix}:{name}{declared(at, prefix, 'rdf')}>", f"</{prefix}:{name}>"
    if f"{prefix}:{name}" not in ALTERNATIVES:
        return f"\n   <{prefix}:{name}{declared(at, prefix)}>{escape(text)}{end}"
    item = f'<rdf:li xml:lang="x-default">{escape(text)}</rdf:li>'
    return f"{begin}\n    <rdf:Alt>\n     {item}\n    </rdf:Alt>\n   {end}"
