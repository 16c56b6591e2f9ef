"""Parsers of what lies in a library: headers of pictures and videos, XMP, sidecars, ignore files, names."""

import io
import struct
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from unittest import mock

import av
import numpy as np
import pillow_heif
from PIL import Image, PngImagePlugin

from haven_fs.analysis.analyzer import Analyzer, Metadata, Sample
from haven_fs.library import picture, tiff
from haven_fs.library.beside import read_sidecar
from haven_fs.library.containers import Source
from haven_fs.library.exif import read_block
from haven_fs.library.ignore import read_patterns
from haven_fs.library.iptc import in_order, in_resources, parse_iptc
from haven_fs.library.kinds import kind_of, sniff
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.named import named_people
from haven_fs.library.placed import NotEditable
from haven_fs.library.raw import picture_size, previews
from haven_fs.library.rawheads import read_head
from haven_fs.library.regions import Named
from haven_fs.library.xmp import parse_xmp
from haven_fs.library.xmp_texts import Wrote, with_texts
from haven_fs.library.xmp_write import with_people
from haven_time.names import time_in_name
from helpers.fuzzing.target import Target
from helpers.home import plugins

PACKET = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    b' xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    b' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:MP="http://ns.microsoft.com/photo/1.2/"'
    b' xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"'
    b' xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
    b' xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
    b' xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"'
    b' xmp:Rating="4" tiff:Orientation="6" exif:GPSLatitude="52,31.2N" exif:GPSLongitude="13,24.3E"'
    b' photoshop:DateCreated="1987-06-20T10:11:12+02:00">'
    b"<dc:subject><rdf:Bag><rdf:li>People|Ann</rdf:li><rdf:li>beach</rdf:li></rdf:Bag></dc:subject>"
    b'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Sea</rdf:li></rdf:Alt></dc:title>'
    b'<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="640" stDim:h="480"'
    b' stDim:unit="pixel"/><mwg-rs:RegionList><rdf:Bag><rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ann</mwg-rs:Name>'
    b'<mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Area stArea:x="0.5" stArea:y="0.4" stArea:w="0.1" stArea:h="0.2"'
    b' stArea:unit="normalized"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    b'<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag><rdf:li MPReg:PersonDisplayName="Bob"'
    b' MPReg:Rectangle="0.1, 0.2, 0.1, 0.1"/></rdf:Bag></MPRI:Regions></MP:RegionInfo>'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


@cache
def _scratch() -> Path:
    # Lives as long as the process: thousands of inputs go through one file.
    _scratch.folder = tempfile.TemporaryDirectory(prefix="haven-fuzz-")  # type: ignore[attr-defined]
    return Path(_scratch.folder.name)  # type: ignore[attr-defined]


def _file(data: bytes, name: str) -> Path:
    path = _scratch() / name
    path.write_bytes(data)
    return path


def exif_block(order: str = "<") -> bytes:
    """Return an EXIF block with a date, a place, a comment and sub-directories."""
    exif = Image.Exif()
    exif.endian = order
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0132] = "Maker", "Model", 6, "2021:05:06 07:08:09"
    exif.get_ifd(0x8769).update(
        {0x9003: "2021:05:06 07:08:09", 0x9011: "+02:00", 0x9291: "123", 0x9286: b"UNICODE\0S\0e\0a\0", 0xA002: 640}
    )
    exif.get_ifd(0x8825).update(
        {
            1: "N",
            2: (48.0, 51.0, 30.2),
            3: "E",
            4: (2.0, 17.0, 40.1),
            5: b"\0",
            6: 35.5,
            7: (10.0, 11.0, 12.0),
            29: "2021:05:06",
        }
    )
    return exif.tobytes()


IPTC = (
    b"\x1c\x01\x5a\0\3\x1b%G\x1c\x02\0\0\2\0\4\x1c\x02\x19\0\5beach\x1c\x02\x37\0\x0819710704\x1c\x02\x3c\0\x0b101500+0200"
    b"\x1c\x02\x78\0\x0aAt the sea\x1c\x02\x5a\x80\4\0\0\0\3Ulm"
)


def _picture(form: str, **more: object) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (32, 24), bytes(range(256)) * 9).save(out, form, **more)
    return out.getvalue()


@cache
def pictures() -> Sequence[bytes]:
    """Return a small file of each format, with metadata."""
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", PACKET.decode())
    texts.add_text("Creation Time", "2020:01:02 03:04:05")
    block = exif_block()
    made = [
        _picture("JPEG", exif=block, xmp=PACKET, comment=b"hello"),
        _picture("JPEG", exif=exif_block(">")),
        _picture("PNG", exif=block, pnginfo=texts),
        _picture("WEBP", exif=block, xmp=PACKET),
        _picture("TIFF"),
        _picture("GIF"),
        _picture("BMP"),
        raw(),
        film(),
    ]
    made += [_picture("TIFF", compression="tiff_lzw"), _picture("PNG", pnginfo=_profile()), _picture("JPEG2000"), jxl()]
    heif = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64))).save(heif, exif=block)
    return [*made, heif.getvalue()]


def _profile() -> PngImagePlugin.PngInfo:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Raw profile type iptc", f"\niptc\n{len(IPTC)}\n{IPTC.hex()}\n", zip=True)
    return texts


def jxl() -> bytes:
    """Return the boxes of a JPEG XL with metadata, around the headers of a codestream that has several sizes."""
    boxes = (
        (b"jxlc", b"\xff\x0a\x5a\x01\xf3\x07" + b"\x55" * 40),
        (b"Exif", b"\0\0\0\0" + exif_block()),
        (b"xml ", PACKET),
    )
    start = b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl "
    return start + b"".join(struct.pack(">I", len(data) + 8) + name + data for name, data in boxes)


def raw() -> bytes:
    """Return what is a RAW file by its tags: a maker, a CFA picture, a JPEG of the picture inside."""
    inside = _picture("JPEG", exif=exif_block())
    rows = (
        (0x00FE, 4, 1, 0),
        (0x0100, 4, 1, 4000),
        (0x0101, 4, 1, 3000),
        (0x0103, 3, 1, 1),
        (0x0106, 3, 1, 32803),
        (0x010F, 2, 4, int.from_bytes(b"Mk\0\0", "little")),
        (0x0112, 3, 1, 1),
        (0xC612, 1, 4, 0x0401),
    )
    packed = b"".join(struct.pack("<HHII", *row) for row in rows)
    return b"II*\0" + struct.pack("<IH", 8, len(rows)) + packed + b"\0\0\0\0" + inside


def film() -> bytes:
    """Return a film of a second in an MP4, with tags."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update({"creation_time": "2021-05-06T07:08:09Z", "location": "+48.8583+002.2945/"})
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height = 64, 48
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()


def _read(data: bytes) -> None:
    """Read a file as the first pass does, and ask each analyzer that needs no more what it makes of it."""
    path = _file(data, "IMG_20210506_070809.jpg")
    metadata = read_metadata(path, kind_of(path), data[:65536])
    _judge(path, metadata)


def _parts(data: bytes) -> None:
    """Look at a picture as if it were too large to be decoded at once."""
    path = _file(data, "large.png")
    with mock.patch.object(picture, "MOST_BYTES", 0):
        picture.open_picture(path, longest=8)


def _judge(path: Path, metadata: Metadata) -> None:
    list(named_people(metadata, []))
    for analyzer in _analyzers():
        analyzer.analyze([Sample(path, 1.6e9, metadata, companions={"sidecar": metadata})])


@cache
def _analyzers() -> Sequence[Analyzer]:
    found = plugins().analyzers({one.name: one.default for one in plugins().settings()})
    return [one for one in found.values() if one.light and one.needs == "metadata"]


def _sidecar(data: bytes) -> None:
    problems: list[str] = []
    path = _file(data, "a.jpg.xmp")
    values = read_sidecar(path, sniff(data, path.name).format, problems)
    _judge(path, Metadata("image", "jpeg", 640, 480, beside=values))


def _packet(data: bytes) -> None:
    parse_xmp(data, [])


def _iptc(data: bytes) -> None:
    parse_iptc(data)
    parse_iptc(in_order(data))
    parse_iptc(in_resources(data))


def _edit(data: bytes) -> None:
    """Write into somebody else's sidecar: what comes out must be XMP again."""
    shown = Metadata("image", "jpeg", 640, 480, xmp=parse_xmp(data, []))
    people = [Named("Ann", (0.1, 0.1, 0.2, 0.2)), Named('B<o>b & "Co"', None)]
    texts, lists = {"xmp:Rating": "5", "dc:description": "<A> &\n\0"}, {"lr:hierarchicalSubject": ["Albums|A & B"]}
    for written in (
        with_texts(data, texts, lists, {}, Wrote(items={"dc:subject": ["x"]}))[0],
        with_people(data, people, shown, {"bob"}),
    ):
        parse_xmp(written, problems := [])
        assert not any("damaged" in problem for problem in problems), written


def _raw(data: bytes) -> None:
    tiff.judge(data[:65536])
    sniff(data[:65536], "a.nef")
    with Source(_file(data, "a.nef")) as source:
        picture_size(source)
        for form in ("cr3", "crw", "mrw", "raf"):
            read_head(source, form)
        previews(source)


def _name(data: bytes) -> None:
    name = data.decode("utf-8", "surrogateescape").replace("/", "").replace("\0", "")
    time_in_name(name)


def _ignore(data: bytes) -> None:
    spec = read_patterns(_file(data, ".havenignore").parent)
    if spec is not None:
        spec.match_file("a/b/IMG_1.jpg")


_XML = (
    b"<rdf:li>",
    b"</rdf:Bag>",
    b"rdf:parseType='Resource'",
    b"<!ENTITY a 'b'>",
    b"<!DOCTYPE x>",
    b"<![CDATA[",
    b"]]>",
    b"<?xml version='1.0' encoding='utf-7'?>",
    b"xmlns:a=''",
    b"<x:xmpmeta",
    b"</x:xmpmeta>",
    b"stArea:x='1e400'",
)
_NAMES = (
    b"IMG_20210506_070809.jpg",
    b"2021-02-30 25.61.61.png",
    b"Bildschirmfoto 2022-05-06 um 10.11.12.png",
    b"WhatsApp Image 2020-01-01 at 1.02.03 PM.jpeg",
    b"PXL_20230101_000000123~2.MP.jpg",
    b"1600000000000.jpg",
)

TARGETS = (
    Target("large picture", _parts, lambda: [one for one in pictures() if one[:2] in (b"II", b"\x89P")], (Unreadable,)),
    Target("file", _read, pictures, (Unreadable,), (b"Exif\0\0", b"II*\0", b"MM\0*", b"\xff\xe1", b"moov", b"ftyp")),
    Target("exif", lambda data: read_block(data, []), lambda: [exif_block("<"), exif_block(">")]),
    Target("xmp", _packet, lambda: [PACKET, PACKET.decode().encode("utf-16")], words=_XML),
    Target(
        "iptc", _iptc, lambda: [IPTC, b"8BIM\4\4\0\0\0\0\0" + bytes([len(IPTC)]) + IPTC], words=(b"8BIM\4\4", b"\x1b%G")
    ),
    Target("sidecar", _sidecar, lambda: [PACKET], words=_XML),
    Target("sidecar written", _edit, lambda: [PACKET], (NotEditable,), _XML),
    Target("raw", _raw, lambda: [raw(), *pictures()[:1], b"....ftypcrx CMT1" + exif_block()]),
    Target("name", _name, lambda: _NAMES),
    Target(
        "ignore file",
        _ignore,
        lambda: [b"*.psd\n!.family/\n/a/**/b?[0-9]\n# c\n\\#d \n"],
        words=(b"**/", b"[!a-", b"\\"),
    ),
)
