"""What a picture or video says of itself in its headers, read fast and without decoding a pixel.

The first pass over a library is this function and little else, so it reads each file once, and a JPEG, PNG or WebP
not beyond its headers. It does not judge: what the values mean, and whether to believe them, is the analyzers'
business. Memory does not depend on the size of the picture. The libraries for HEIC and for video are loaded with the
first such file: they weigh more than all the rest, and many a library has none.
"""

from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError, features

from haven_fs.library.containers import (
    LONGEST_TEXT,
    Blocks,
    Source,
    plain_text,
    walk_jp2,
    walk_jpeg,
    walk_png,
    walk_webp,
)
from haven_fs.library.exif import Directory, first_directory, read_block, read_tiff, tiff_order
from haven_fs.library.guard import lenient
from haven_fs.library.headers import Metadata
from haven_fs.library.iptc import LONGEST_BLOCK, in_order, in_resources, parse_iptc
from haven_fs.library.jxl import walk_jxl
from haven_fs.library.kinds import Kind
from haven_fs.library.motion import film_in
from haven_fs.library.raw import picture_size, previews
from haven_fs.library.rawheads import read_head
from haven_fs.library.xmp import LONGEST_PACKET, parse_xmp

_LARGEST_HEIC = 512 << 20  # bytes; pillow_heif takes a file whole
_BIG_TIFF_TEXTS = {0x10E: "Image ImageDescription", 0x10F: "Image Make", 0x110: "Image Model", 0x132: "Image DateTime"}
_WALKERS = {"jpeg": walk_jpeg, "png": walk_png, "webp": walk_webp, "jxl": walk_jxl}


class Unreadable(Exception):
    """A file that cannot be shown; the text is a sentence for its owner."""


def read_metadata(path: Path, kind: Kind, head: bytes = b"") -> Metadata:
    """Read the headers of a picture, RAW file or video.

    `head`: the first bytes of the file, if they are known already; 65,536 of them (or the whole of a shorter file)
    save the most reading. Raises Unreadable if the file has no size to be found, so that it cannot be shown either,
    and OSError if the disk fails.
    """
    if kind.kind == "video":
        return _video(path, kind)
    if kind.kind not in ("image", "raw"):
        raise Unreadable("This file is neither a picture nor a video.")
    with Source(path, head) as source:
        if not source.head:
            raise Unreadable("This file is empty.")
        if kind.kind == "raw":
            found = _raw(source, kind)
        elif kind.format in _WALKERS:
            found = _walked(source, kind)
        elif kind.format == "tiff":
            found = _tiff(source, kind)
        elif kind.format in ("heic", "heif", "avif"):
            found = _heif(source, kind)
        else:
            found = _by_pillow(source, kind)
        if not found.width or not found.height:
            raise Unreadable("The picture's header is damaged: it does not say how large the picture is.")
        found.film = film_in(source, kind.format, found.xmp, str(found.exif.get("Image Make", "")))
    return found


def _video(path: Path, kind: Kind) -> Metadata:
    if path.stat().st_size == 0:
        raise Unreadable("This file is empty.")
    from haven_fs.library.video import VideoError, read_video

    try:
        facts = read_video(path, kind.format)
    except VideoError as error:
        raise Unreadable(str(error)) from error
    found = Metadata("video", kind.format, facts.width, facts.height, facts.orientation, facts.duration)
    found.video = facts.tags
    found.xmp = parse_xmp(facts.xmp, found.problems) if facts.xmp else {}
    return found


def _walked(source: Source, kind: Kind) -> Metadata:
    blocks = _WALKERS[kind.format](source)
    found = Metadata("image", kind.format, blocks.width, blocks.height, frames=blocks.frames)
    _take(found, blocks)
    if made := blocks.texts.get("Creation Time") or blocks.texts.get("CreationTime"):
        found.xmp.setdefault("xmp:CreateDate", made)
    texts = [blocks.texts.get(name, "") for name in ("Description", "Title", "Comment")]
    found.comments = [text for text in (*texts, *blocks.comments) if text]
    return _turn_themselves(found) if kind.format == "jxl" else found


def _take(found: Metadata, blocks: Blocks) -> None:
    """Read the blocks into `found`; an orientation that is none is left out."""
    found.exif.update(read_block(blocks.exif, found.problems))
    if blocks.xmp:
        found.xmp = parse_xmp(blocks.xmp, found.problems)
    if blocks.more_xmp:
        found.xmp = {**parse_xmp(blocks.more_xmp, found.problems), **found.xmp}
    if blocks.iptc or blocks.photoshop:
        found.iptc = parse_iptc(blocks.iptc or in_resources(blocks.photoshop))
    found.orientation = _orientation(found)


def _orientation(found: Metadata) -> int | None:
    """Return how the picture lies by EXIF, or else, as Pillow and digiKam do, by XMP."""
    said = found.exif.get("Image Orientation")
    if isinstance(said, int) and 1 <= said <= 8:
        return said
    noted = found.xmp.get("tiff:Orientation")
    return int(noted) if noted in ("1", "2", "3", "4", "5", "6", "7", "8") else None


def _turn_themselves(found: Metadata) -> Metadata:
    """Note that the file has its own rotation, which the size read includes, and which EXIF only repeats."""
    if found.orientation:
        found.orientation = 1
    return found


def _heif(source: Source, kind: Kind) -> Metadata:
    if source.size() > _LARGEST_HEIC:
        raise Unreadable("The file of this picture is too large to open.")
    import pillow_heif

    pillow_heif.options.DEPTH_IMAGES = False  # only listed, yet each costs a look into the file
    try:
        file = pillow_heif.open_heif(source.whole())
        image = file[file.primary_index]
        width, height = image.size
        info: dict[str, Any] = image.info
    except Exception as error:  # libheif and its wrapper raise several kinds for damaged files
        if kind.format == "avif" and features.check("avif"):
            return _by_pillow(source, kind)
        raise Unreadable("The picture's header is damaged or cut off.") from error
    found = Metadata("image", kind.format, width, height)
    _take(found, Blocks(exif=info.get("exif") or b"", xmp=info.get("xmp") or b""))
    return _turn_themselves(found)


def _by_pillow(source: Source, kind: Kind) -> Metadata:
    try:
        with lenient(), Image.open(source.whole()) as image:
            found = Metadata("image", kind.format, *image.size, frames=_frames(image))
            exif, xmp = image.info.get("exif") or b"", image.info.get("xmp") or b""
            comment = image.info.get("comment") if kind.format == "gif" else None
    except UnidentifiedImageError as error:
        raise Unreadable("This picture is damaged, or of a kind that Haven cannot open.") from error
    except Exception as error:
        raise Unreadable("The picture's header is damaged and cannot be understood.") from error
    blocks = walk_jp2(source) if kind.format == "jp2" else Blocks()
    blocks.exif, blocks.xmp = blocks.exif or exif, blocks.xmp or (xmp if isinstance(xmp, bytes) else str(xmp).encode())
    _take(found, blocks)
    if text := plain_text(comment[:LONGEST_TEXT]) if isinstance(comment, bytes) else "":
        found.comments = [text]
    return found


def _tiff(source: Source, kind: Kind) -> Metadata:
    found = Metadata("image", kind.format)
    first = first_directory(source.at)
    if first is None:
        return found
    found.width, found.height = first.integer(0x100), first.integer(0x101)
    if source.head[2:4] in (b"*\0", b"\0*"):
        found.exif = read_tiff(source.path, found.problems)
    else:  # BigTIFF, which exifread does not know
        texts = {name: first.text(tag) for tag, name in _BIG_TIFF_TEXTS.items()}
        found.exif = {name: text for name, text in texts.items() if text}
        if orientation := first.integer(0x112):
            found.exif["Image Orientation"] = orientation
    found.xmp = parse_xmp(first.raw(0x2BC, LONGEST_PACKET + 1), found.problems)
    found.iptc = _iptc(first)
    found.orientation = _orientation(found)
    return found


def _iptc(first: Directory) -> dict[str, Any]:
    """Read IPTC's headers of a TIFF: in a tag of their own, or among Photoshop's resources."""
    own = in_order(first.raw(0x83BB, LONGEST_BLOCK))
    return parse_iptc(own) or parse_iptc(in_resources(first.raw(0x8649, LONGEST_BLOCK)))


def _frames(image: Image.Image) -> int:
    """Return the number of pictures in an animation."""
    return int(getattr(image, "n_frames", 1)) if image.format in ("GIF", "AVIF") else 1


def _raw(source: Source, kind: Kind) -> Metadata:
    found = Metadata("raw", kind.format)
    if head := read_head(source, kind.format):
        if head.jpeg is not None:
            _take(found, walk_jpeg(source, head.jpeg))
        for block in head.blocks:
            found.exif.update(read_block(block, found.problems))
        found.exif |= head.exif
        found.xmp |= parse_xmp(head.xmp, found.problems)
        found.width, found.height = head.width, head.height
    elif tiff_order(source.head):
        found.width, found.height = picture_size(source)
        found.exif = read_tiff(source.path, found.problems)
        if first := first_directory(source.at):  # a DNG may have all that a TIFF has
            found.xmp = parse_xmp(first.raw(0x2BC, LONGEST_PACKET + 1), found.problems)
            found.iptc = _iptc(first)
    if not found.width or not found.exif:
        largest = next(iter(previews(source)), None)
        if largest:
            if not found.width:
                found.width, found.height = largest.width, largest.height
            if not found.exif:
                _take(found, walk_jpeg(source, largest.offset))
    found.orientation = _orientation(found)
    return found
