"""What a file is, told from its first bytes: picture, RAW, video, sidecar or something else.

Endings lie: a phone's export names a JPEG .heic, a sync tool names an HTML error page .jpg. So the content decides,
and the ending is asked in three cases only: a RAW file that is a TIFF to the byte, a property list that may or may
not be Apple's record of an edit, and JSON, YAML and subtitles, which may hold anything. The signatures are
those of the formats' own specifications. A kind says what a file starts like, not that the rest of it can be decoded.
"""

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from haven_fs.library import ownnotes, tiff

HEAD_SIZE = 64 * 1024
"""Bytes from the start of a file that `sniff` makes use of. Fewer do, except where a TIFF keeps its tags further in."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is. `format`: "jpeg", "heic", "nef", "mp4", ...; empty if not known. `mime`: its media type."""

    kind: Literal["image", "raw", "video", "sidecar", "other"]
    format: str
    mime: str


UNKNOWN = Kind("other", "", "application/octet-stream")

_IMAGES = {
    **{name: f"image/{name}" for name in ("jpeg", "png", "webp", "tiff", "gif", "bmp", "heic", "heif", "avif")},
    "jp2": "image/jp2",
    "jxl": "image/jxl",
}
_RAWS = {
    "cr2": "image/x-canon-cr2",
    "cr3": "image/x-canon-cr3",
    "crw": "image/x-canon-crw",
    "nef": "image/x-nikon-nef",
    "arw": "image/x-sony-arw",
    "dng": "image/x-adobe-dng",
    "orf": "image/x-olympus-orf",
    "rw2": "image/x-panasonic-rw2",
    "raf": "image/x-fuji-raf",
    "pef": "image/x-pentax-pef",
    "srw": "image/x-samsung-srw",
    "3fr": "image/x-hasselblad-3fr",
    "iiq": "image/x-phaseone-iiq",
    "mos": "image/x-leaf-mos",
    "erf": "image/x-epson-erf",
    "mef": "image/x-mamiya-mef",
    "dcr": "image/x-kodak-dcr",
    "mrw": "image/x-minolta-mrw",
    "x3f": "image/x-sigma-x3f",
    "raw": "image/x-raw",
}
_VIDEOS = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "m4v": "video/x-m4v",
    "3gp": "video/3gpp",
    "3g2": "video/3gpp2",
    "avi": "video/x-msvideo",
    "mts": "video/mp2t",
    "mpg": "video/mpeg",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "wmv": "video/x-ms-wmv",
    "flv": "video/x-flv",
    "ogv": "video/ogg",
}
_KINDS: dict[str, Kind] = {
    **{name: Kind("image", name, mime) for name, mime in _IMAGES.items()},
    **{name: Kind("raw", name, mime) for name, mime in _RAWS.items()},
    **{name: Kind("video", name, mime) for name, mime in _VIDEOS.items()},
    "xmp": Kind("sidecar", "xmp", "application/rdf+xml"),
    "aae": Kind("sidecar", "aae", "application/x-plist"),
    "google": Kind("sidecar", "google", "application/json"),
    "osxphotos": Kind("sidecar", "osxphotos", "application/json"),
    "exiftool": Kind("sidecar", "exiftool", "application/json"),
    "photoprism": Kind("sidecar", "photoprism", "application/yaml"),
    "sony": Kind("sidecar", "sony", "application/xml"),
    "dji": Kind("sidecar", "dji", "application/x-subrip"),
    "googlealbum": Kind("other", "googlealbum", "application/json"),  # describes a folder, and no photo
    "haven": Kind("other", "haven", "application/json"),
    "psd": Kind("other", "psd", "image/vnd.adobe.photoshop"),  # a picture editor's working file, not a photo
    "m4a": Kind("other", "m4a", "audio/mp4"),
    "wma": Kind("other", "wma", "audio/x-ms-wma"),
}

_RAW_ENDINGS = {
    **{name: name for name in _RAWS},
    **{"nrw": "nef", "sr2": "arw", "srf": "arw", "gpr": "dng", "rwl": "rw2", "fff": "3fr", "kdc": "dcr", "k25": "dcr"},
}
IMAGE_ENDINGS = frozenset(
    {*_IMAGES, "jpg", "jpe", "jfif", "mpo", "tif", "hif", "heics", "heifs", "avifs", "dib", "j2k"}
)
RAW_ENDINGS = frozenset(_RAW_ENDINGS)
VIDEO_ENDINGS = frozenset({*_VIDEOS, "qt", "m2ts", "m2t", "mpeg", "mpe", "m2v", "vob", "asf", "divx", "3gpp", "3gp2"})
_CLAIMS = IMAGE_ENDINGS | RAW_ENDINGS | VIDEO_ENDINGS


def ending(name: str) -> str:
    """Return the ending of a file name in lower case without its dot; empty if there is none."""
    stem, dot, tail = name.rpartition(".")
    return tail.lower() if dot and stem else ""


def claims_media(name: str) -> bool:
    """Tell whether a file name says "picture" or "video"; with unknown content such a file is worth a complaint."""
    return ending(name) in _CLAIMS


def sniff(head: bytes, name: str) -> Kind:
    """Return the kind of the file `name` that starts with `head`: HEAD_SIZE bytes, or the whole of a shorter file."""
    return _KINDS.get(_format(head, name), UNKNOWN)


_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"IIU\0", "rw2"),
    (b"IIRO", "orf"),
    (b"IIRS", "orf"),
    (b"MMOR", "orf"),
    (b"FUJIFILMCCD-RAW", "raf"),
    (b"II\x1a\0\0\0HEAPCCDR", "crw"),
    (b"\0MRM", "mrw"),
    (b"FOVb", "x3f"),
    (b"8BPS", "psd"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jxl"),
    (b"\xff\x0a", "jxl"),  # a bare codestream
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jp2"),
    (b"\xff\x4f\xff\x51\0", "jp2"),  # a bare codestream
    (b"\0\0\x01\xba", "mpg"),
    (b"\0\0\x01\xb3", "mpg"),
    (b"FLV\x01", "flv"),
)
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO_STREAM = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")


def kind_of(path: Path, name: str | None = None) -> Kind:
    """Return what the file at a path is; `name`: what it is called, if not as it lies there. Raises OSError."""
    with path.open("rb") as file:
        return sniff(file.read(HEAD_SIZE), name or path.name)


def _format(head: bytes, name: str) -> str:
    for magic, format_name in _MAGIC:
        if head.startswith(magic):
            return format_name
    start = head[:4]
    if start in (b"II*\0", b"MM\0*"):
        verdict, written = tiff.judge(head)
        if verdict == "raw":
            return written or _RAW_ENDINGS.get(ending(name), "raw")
        return _RAW_ENDINGS.get(ending(name), "tiff") if verdict == "unclear" else "tiff"
    if start in (b"II+\0", b"MM\0+"):  # BigTIFF
        return "tiff"
    if start == b"RIFF":
        return {b"WEBP": "webp", b"AVI ": "avi"}.get(head[8:12], "")
    if start == b"\x1aE\xdf\xa3":
        return "webm" if b"webm" in head[:128] else "mkv"
    if start == b"OggS":
        return "ogv" if b"\x80theora" in head[:4096] else ""
    if head.startswith(_ASF):
        return "wmv" if _ASF_VIDEO_STREAM in head else "wma"
    if head[4:8] == b"ftyp":
        return _brand(head)
    return _old_quicktime(head) or _bitmap(head) or _transport_stream(head) or _sidecar(head, ending(name))


_BRANDS = {
    "avif": "avif avis",
    "heic": "heic heix heim heis hevc hevx hevm hevs",
    "cr3": "crx",
    "mov": "qt",
    "m4v": "M4V M4VH M4VP",
    "m4a": "M4A M4B M4P F4A F4B",
    "mp4": "isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 mp41 mp42 avc1 dash MSNV NDSC mmp4 mp71 XAVC hvc1 f4v F4V",
}
_FORMAT_OF_BRAND = {brand.ljust(4).encode(): name for name, brands in _BRANDS.items() for brand in brands.split()}
_ANY_STILL = frozenset({b"mif1", b"mif2", b"msf1", b"miaf", b"MiHB", b"MiHE"})


def _brand(head: bytes) -> str:
    """Tell the formats of ISO base media apart by their brands: the major one first, then the compatible ones."""
    size = min(struct.unpack_from(">I", head)[0], len(head), 1024)
    brands = [head[8:12]] + [head[at : at + 4] for at in range(16, size - 3, 4)]
    for brand in brands:
        if brand in _FORMAT_OF_BRAND:
            return _FORMAT_OF_BRAND[brand]
        if brand[:2] == b"3g":
            return "3g2" if brand[:3] == b"3g2" else "3gp"
        if brand in _ANY_STILL:  # says that it is a picture, not yet how it is coded
            coded = {_FORMAT_OF_BRAND.get(other) for other in brands}
            return next((name for name in ("avif", "heic") if name in coded), "heif")
    return "mp4"


def _old_quicktime(head: bytes) -> str:
    """QuickTime from before there was an ftyp box starts with one of a few others."""
    box = head[4:8]
    if box == b"mdat":
        return "mov"
    # Text may have these letters here too, but its first four, read as a size, are above half a gigabyte.
    if box in (b"moov", b"wide", b"pnot", b"free", b"skip") and head[0] < 0x20:
        return "mov"
    return ""


def _bitmap(head: bytes) -> str:
    at = 14 if head[:2] == b"BA" else 0  # an OS/2 array of bitmaps wraps the first of them
    known = head[at : at + 2] == b"BM" and head[at + 14 : at + 18] in {
        struct.pack("<I", size) for size in (12, 16, 40, 52, 56, 64, 78, 108, 124)
    }
    return "bmp" if known or (at and head[14:16] == b"BM") else ""


def _transport_stream(head: bytes) -> str:
    """MPEG transport streams have a sync byte every 188 bytes; camcorders put a 4-byte clock before each packet."""
    for start, packet in ((0, 188), (4, 192)):
        syncs = head[start : packet * 8 : packet]
        if len(syncs) >= 3 and syncs.count(b"G") == len(syncs):
            return "mts"
    return ""


_ROOT_ELEMENT = re.compile(rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL)


def _sidecar(head: bytes, tail: str) -> str:
    """Look at the root element: xmpmeta (or bare RDF) is XMP, a property list about adjustments is an AAE."""
    if head.startswith(b"bplist00"):
        return "aae" if tail == "aae" or b"adjustment" in head else ""
    # XMP may be UTF-16 or UTF-32 of either order; what matters of it is ASCII, so dropping the zero bytes will do.
    text = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")
    text = text.removeprefix(b"\xfe\xff")
    if not text.lstrip().startswith(b"<"):
        return _notes(text, tail)
    root = _ROOT_ELEMENT.match(text)
    match root[1] if root else b"":
        case b"xmpmeta" | b"xapmeta":
            return "xmp"
        case b"RDF" if tail == "xmp" or b"ns.adobe.com/" in text:
            return "xmp"
        case b"plist" if tail == "aae" or b"adjustmentFormatIdentifier" in text:
            return "aae"
        case b"NonRealTimeMeta":
            return "sony"
        case _:
            return ""


_JSON_NOTES = {
    "haven": ((f'"{ownnotes.MARK}"'.encode(),),),
    "google": ((b'"photoTakenTime"', b'"title"'),),
    "osxphotos": ((b'"uuid"', b'"original_filename"'),),
    "exiftool": ((b'"SourceFile"', b'ExifToolVersion"'), (b'"_CreatedBy"', b'"osxphotos,')),
    "googlealbum": ((b'"albumData"', b'"title"'), (b'"access"', b'"title"', b'"date"')),
}
"""Fields by which a format is told, the first that fits; of each one or more sets."""
_DRONE = re.compile(rb"\s*1\r?\n00:00:0\d,\d{3} --> .*?(?:FrameCnt|SrtCnt|HOME ?\(|\[latitude)", re.DOTALL)
_PHOTOPRISM = re.compile(rb"^(?:TakenAt|OriginalName|UID): ", re.MULTILINE)


def _notes(text: bytes, tail: str) -> str:
    """Tell the files in which services and photo programs keep what they know of a picture by their fields."""
    if tail == "json" and text.lstrip()[:1] in (b"{", b"["):
        found = (name for name, sets in _JSON_NOTES.items() if any(all(f in text for f in fields) for fields in sets))
        return next(found, "")
    if tail == "srt":
        return "dji" if _DRONE.match(text[:4096]) else ""
    return "photoprism" if tail in ("yml", "yaml") and len(_PHOTOPRISM.findall(text)) > 1 else ""
