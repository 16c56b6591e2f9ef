"""Photos made for a test, with whatever it needs to be in them; no two have the same bytes unless one is a copy."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

from haven_fs.library.headers import Metadata
from haven_fs.library.regions import Box, Named
from haven_fs.library.xmp_markup import EMPTY
from haven_fs.library.xmp_write import with_people

Position = tuple[float, float]
"""Degrees of latitude, then of longitude; south and west are negative."""


def make_photo(
    path: Path,
    taken: datetime | str | None = None,
    position: Position | None = None,
    *,
    image: Image.Image | None = None,
    seed: object = None,
    size: tuple[int, int] = (64, 48),
    format: str = "JPEG",
    camera: tuple[str, str] | None = ("Haven", "Test"),
    caption: str | None = None,
    rating: int | None = None,
    keywords: Sequence[str] = (),
    people: Mapping[str, Box | None] | None = None,
) -> Path:
    """Write a photo, with its folders, and return its path.

    `taken`: "2019-07-01 10:00:00" or a datetime, on the camera's clock. `image`: what it shows; without one, coloured
    squares in that `size` that depend on `seed`, by default the path. `camera`: its make and model. `rating`: 1 to 5
    stars. `people`: names, each with the box of the face (left, top, right, bottom as shares of the picture), or None
    for somewhere in it. The last three are XMP, for which the format must be JPEG.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if camera:
        exif[0x010F], exif[0x0110] = camera
    if caption:
        exif[0x010E] = caption
    if taken:
        time = (datetime.fromisoformat(taken) if isinstance(taken, str) else taken).strftime("%Y:%m:%d %H:%M:%S")
        exif[0x0132] = time
        exif.get_ifd(0x8769)[0x9003] = time
    if position:
        where = exif.get_ifd(0x8825)
        where[1], where[2] = "N" if position[0] >= 0 else "S", _degrees(position[0])
        where[3], where[4] = "E" if position[1] >= 0 else "W", _degrees(position[1])
    shown = image or picture(str(path) if seed is None else seed, size)
    xmp = _xmp(shown.size, rating, keywords, people or {})
    assert not xmp or format == "JPEG", "who is in a photo, its rating and its keywords are written into a JPEG only"
    shown.save(path, format, quality=85, exif=exif, **({"xmp": xmp} if xmp else {}))
    return path


def picture(seed: object, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Return a picture of coloured squares that depends on `seed` alone."""
    digest = hashlib.blake2b(repr(seed).encode(), digest_size=48).digest()
    pixels = np.frombuffer(digest, np.uint8).reshape(4, 4, 3)
    return Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)


def jpeg(seed: object) -> bytes:
    """Return a JPEG of that picture, as it is sent."""
    out = io.BytesIO()
    picture(seed).save(out, "JPEG")
    return out.getvalue()


def make_video(
    path: Path,
    *,
    seed: object = None,
    seconds: float = 1.0,
    taken: str | None = None,
    changing: bool = False,
    image: Image.Image | None = None,
) -> Path:
    """Write a small MP4 or MOV film and return its path; `taken` as for a photo, in UTC.

    It shows one picture all the time, `image` if that is given, or another each second if it is `changing`.
    """
    import av  # which takes a while to load, and most tests need no film

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mov" if path.suffix.lower() == ".mov" else "mp4") as container:
        if taken:
            container.metadata["creation_time"] = taken.replace(" ", "T") + ".000000Z"
        stream = container.add_stream("mpeg4", rate=Fraction(10))
        width, height = image.size if image is not None else (64, 48)
        stream.width, stream.height, stream.pix_fmt = width // 2 * 2, height // 2 * 2, "yuv420p"
        shown = str(path) if seed is None else seed
        for number in range(max(1, int(seconds * 10))):
            look = image or picture((shown, number // 10) if changing else shown)
            frame = av.VideoFrame.from_image(look)  # type: ignore[no-untyped-call]
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _degrees(value: float) -> tuple[float, float, float]:
    seconds = round(abs(value) * 3600, 2)
    return seconds // 3600, seconds % 3600 // 60, round(seconds % 60, 2)


def _xmp(size: tuple[int, int], rating: int | None, keywords: Sequence[str], people: Mapping[str, Box | None]) -> bytes:
    """Return a packet that says this, none if there is nothing to say."""
    if rating is None and not keywords and not people:
        return b""
    said = "" if rating is None else f"<xmp:Rating>{rating}</xmp:Rating>"
    if keywords:
        items = "".join(f"<rdf:li>{escape(keyword)}</rdf:li>" for keyword in keywords)
        said += f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>"
    end = b"</rdf:Description>"
    packet = EMPTY.replace(end, said.encode() + end)
    return with_people(packet, [Named(*one) for one in people.items()], Metadata("image", "jpeg", *size))
