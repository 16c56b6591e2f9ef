"""What is said of a picture as a packet of XMP of its own: a sidecar for what came without one."""

from xml.sax.saxutils import escape

from haven_fs.library.headers import Values
from haven_fs.library.regions import REGIONS, Box

_SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "stDim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
}
_ALTERNATIVES = ("dc:title", "dc:description")


def packet_of(values: Values) -> bytes:
    """Return a packet that says `values`, as `parse_xmp` gives them; of regions those with a name and a box."""
    spaces = "".join(f' xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items() if prefix != "rdf")
    lines = [_property(name, value) for name, value in sorted(values.items()) if name != REGIONS and value]
    if regions := [_region(one.name, one.box) for one in values.get(REGIONS, ()) if one.box is not None and one.name]:
        lines.append(_regions(regions, next((one.drawn_on for one in values[REGIONS]), None)))
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_SPACES["rdf"]}">\n'
        f'<rdf:Description rdf:about=""{spaces}>\n' + "\n".join(lines) + "\n</rdf:Description></rdf:RDF></x:xmpmeta>\n"
    ).encode()


def _property(name: str, value: object) -> str:
    if isinstance(value, list):
        items = "".join(f"<rdf:li>{_text(one)}</rdf:li>" for one in value)
        return f"<{name}><rdf:Bag>{items}</rdf:Bag></{name}>"
    if name in _ALTERNATIVES:
        return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{_text(value)}</rdf:li></rdf:Alt></{name}>'
    return f"<{name}>{_text(value)}</{name}>"


def _text(value: object) -> str:
    """Return a text as XML can hold it."""
    return escape("".join(char for char in str(value) if char >= " " or char in "\t\n"))


def _region(name: str, box: Box) -> str:
    left, top, right, bottom = box
    area = f'stArea:x="{(left + right) / 2:.6f}" stArea:y="{(top + bottom) / 2:.6f}"'
    area += f' stArea:w="{right - left:.6f}" stArea:h="{bottom - top:.6f}" stArea:unit="normalized"'
    said = f"<mwg-rs:Name>{_text(name)}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Area {area}/>"
    return f'<rdf:li rdf:parseType="Resource">{said}</rdf:li>'


def _regions(items: list[str], size: tuple[float, float] | None) -> str:
    drawn_on = ""
    if size is not None:
        drawn_on = f'<mwg-rs:AppliedToDimensions stDim:w="{size[0]:.0f}" stDim:h="{size[1]:.0f}" stDim:unit="pixel"/>'
    listed = f"<mwg-rs:RegionList><rdf:Bag>{''.join(items)}</rdf:Bag></mwg-rs:RegionList>"
    return f'<mwg-rs:Regions rdf:parseType="Resource">{drawn_on}{listed}</mwg-rs:Regions>'
