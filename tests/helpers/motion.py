"""Motion photos, made: a JPEG or HEIC with a film inside, as Google, Samsung and others write them."""

import io
import struct
from pathlib import Path

import pillow_heif
from PIL import Image

from helpers.fuzzing.files import film

KINDS = ("google", "google before", "samsung", "heic")
FILM = film() + b"\0\0\x04\x08free" + b"\0" * 1024

_DIRECTORY = (
    '<Container:Directory xmlns:Container="http://ns.google.com/photos/1.0/container/"'
    ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/"><rdf:Seq>'
    '<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" Item:Semantic="Primary" Item:Length="0"'
    ' Item:Padding="0"/></rdf:li>'
    '<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" Item:Semantic="GainMap"'
    ' Item:Length="{gain}"/></rdf:li>'
    '<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="video/mp4" Item:Semantic="MotionPhoto"'
    ' Item:Length="{film}" Item:Padding="0"/></rdf:li></rdf:Seq></Container:Directory>'
)


def _xmp(attributes: str, inner: str = "") -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" {attributes}>{inner}'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def _jpeg(colour: str, xmp: bytes = b"", make: str = "Google", taken: str = "2023:05:04 12:00:00") -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0132] = make, taken
    exif.get_ifd(0x8769)[0x9003] = taken
    out = io.BytesIO()
    more = {"xmp": xmp} if xmp else {}
    Image.new("RGB", (320, 240), colour).save(out, "JPEG", exif=exif, **more)
    return out.getvalue()


def motion_photo(kind: str) -> bytes:
    """Return a motion photo of one of KINDS; the film in it is FILM."""
    match kind:
        case "google":  # with a gain map between the picture and the film, as UltraHDR has one
            gain = _jpeg("gray")
            xmp = _xmp('GCamera:MotionPhoto="1"', _DIRECTORY.format(gain=len(gain), film=len(FILM)))
            return _jpeg("red", xmp) + gain + FILM
        case "google before":
            return _jpeg("red", _xmp(f'GCamera:MicroVideo="1" GCamera:MicroVideoOffset="{len(FILM)}"')) + FILM
        case "samsung":
            name = b"MotionPhoto_Data"
            block = struct.pack("<HHI", 0, 0x0A30, len(name)) + name + FILM
            other = struct.pack("<HHI", 0, 0x0A01, 14) + b"Image_UTC_Data" + b"1683194400000"
            head = b"SEFH" + struct.pack("<II", 106, 2)
            head += struct.pack("<HHII", 0, 0x0A01, len(block) + len(other), len(other))
            head += struct.pack("<HHII", 0, 0x0A30, len(block), len(block))
            return _jpeg("red", make="samsung") + other + block + head + struct.pack("<I", len(head)) + b"SEFT"
        case _:
            out = io.BytesIO()
            pillow_heif.from_pillow(Image.new("RGB", (320, 240), "red")).save(out, quality=90)
            return out.getvalue() + struct.pack(">I", len(FILM) + 8) + b"mpvd" + FILM


def write_motion_photo(path: Path, kind: str) -> None:
    """Write one."""
    path.write_bytes(motion_photo(kind))
