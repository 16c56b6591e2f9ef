"""Photos and videos with whatever a test needs to be in them; no two have the same bytes unless one is a copy."""

import hashlib
import io
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

Position = tuple[float, float]


def make_photo(
    path: Path,
    taken: datetime | str | None = None,
    gps: Position | None = None,
    *,
    seed: object = None,
    size: tuple[int, int] = (64, 48),
    format: str = "JPEG",
    camera: tuple[str, str] | None = ("Haven", "Test"),
    caption: str | None = None,
) -> Path:
    """Write a photo, with its folders, and return its path. `taken` is "2019-07-01 10:00:00" or a datetime.

    What it shows depends on `seed`, by default its path.
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
    if gps:
        where = exif.get_ifd(0x8825)
        where[1], where[2] = "N" if gps[0] >= 0 else "S", _degrees(gps[0])
        where[3], where[4] = "E" if gps[1] >= 0 else "W", _degrees(gps[1])
    picture(str(path) if seed is None else seed, size).save(path, format, quality=85, exif=exif)
    return path


def picture(seed: object, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Return a picture of coloured squares that depends on `seed` alone."""
    digest = hashlib.blake2b(repr(seed).encode(), digest_size=48).digest()
    squares = np.frombuffer(digest, np.uint8).reshape(4, 4, 3)
    return Image.fromarray(squares, "RGB").resize(size, Image.Resampling.NEAREST)


def jpeg(seed: object) -> bytes:
    """Return a JPEG of that picture, as it is sent."""
    out = io.BytesIO()
    picture(seed).save(out, "JPEG")
    return out.getvalue()


def make_video(
    path: Path, *, seed: object = None, seconds: float = 1.0, taken: str | None = None, changing: bool = False
) -> Path:
    """Write a small MP4 or MOV film and return its path; `taken` as for a photo, in UTC.

    It shows one picture all the time, or another each second if it is `changing`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mov" if path.suffix.lower() == ".mov" else "mp4") as container:
        if taken:
            container.metadata["creation_time"] = taken.replace(" ", "T") + ".000000Z"
        stream = container.add_stream("mpeg4", rate=Fraction(10))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        shown = str(path) if seed is None else seed
        for number in range(max(1, int(seconds * 10))):
            look = picture((shown, number // 10) if changing else shown)
            frame = av.VideoFrame.from_image(look)  # type: ignore[no-untyped-call]
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _degrees(value: float) -> tuple[float, float, float]:
    seconds = round(abs(value) * 3600, 2)
    return seconds // 3600, seconds % 3600 // 60, round(seconds % 60, 2)
