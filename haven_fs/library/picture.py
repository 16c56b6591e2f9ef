"""Small upright RGB pictures of anything Haven can show, for analyzers to look at: one, or some frames of a video.

Each format takes its cheapest way: a JPEG is scaled while it is decoded, a RAW file gives the JPEG its camera put
inside, a HEIC its thumbnail if that is large enough or the picture is huge, a video a few key frames. Memory is
bounded: before anything is decoded its cost is worked out from the size the headers give. What would cost more than
MOST_BYTES is decoded in parts or at a lower resolution (library/large.py), and refused if it cannot be. Damaged files
give what can be decoded.
"""

import io
import math
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import av
import numpy as np
import pillow_heif
import simplejpeg
from PIL import Image, ImageFile, features

from haven_fs.library.bands import NotInBands, PartDamaged
from haven_fs.library.colour import to_srgb
from haven_fs.library.containers import Source, walk_jpeg
from haven_fs.library.developing import NotDeveloped, developed
from haven_fs.library.exif import read_block
from haven_fs.library.guard import hushed, lenient
from haven_fs.library.headers import Metadata
from haven_fs.library.jxl import Missing, open_jxl
from haven_fs.library.kinds import Kind, kind_of
from haven_fs.library.large import reduced
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.raw import previews
from haven_fs.library.video import open_container

MOST_BYTES = 600 << 20
"""Memory that decoding one picture may take at its peak."""
HUGE = 50_000_000
"""Pixels above which a HEIC's thumbnail is taken however small it is."""
MOST_FRAMES = 6
"""Frames of a video that are looked at."""
SECONDS_A_FRAME = 2.0
"""A video shorter than this, times the number of frames, gives fewer of them."""
_SMALLEST_THUMBNAIL = 160
_USEFUL_PREVIEW = 640
"""Pixels of the longer side of a RAW file's preview with which its sensor's data are left alone."""
_LONGEST_JPEG = 128 << 20
_ENOUGH = 0.9  # of the size asked for: to scale what was decoded takes nearly as long as to decode it
_MOST_PACKETS = 2000  # read of a video until a key frame is found

# Peak bytes a pixel of the full size, the worst measured with Pillow 13 and pillow_heif 1.8 among color, alpha and gray
# modes, rounded up. A baseline JPEG is decoded in strips; a progressive one keeps all its coefficients.
_COST = {"heic": 9, "heif": 9, "avif": 12, "webp": 17, "png": 9, "gif": 7, "tiff": 12, "bmp": 9, "jp2": 20, "jxl": 12}
_COST_OF_OTHERS = 20
_COST_OF_LIBAV = 6
_JPEG_COST, _COEFFICIENT = 0.5, 2.2

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_picture(path: Path, kind: Kind | None = None, longest: int = 1280, *, partly: bool = False) -> Image.Image:
    """Return the first of `open_frames`; `kind`: what the file is, if that is known. Raises Unreadable, OSError."""
    return open_frames(path, kind or kind_of(path), longest, most=1, partly=partly)[0]


def open_frames(
    path: Path, kind: Kind, longest: int = 1280, most: int = MOST_FRAMES, *, partly: bool = False
) -> list[Image.Image]:
    """Return a picture's, RAW file's or video's look: RGB, upright, the longer side at most `longest` pixels.

    Never enlarged. At least one; of a video up to `most` frames spread over its length, the one a third into it
    first. Raises Unreadable if nothing of it can be decoded or it would take too much memory, OSError if the disk
    fails before decoding begins. A large picture of which only the upper part can be read is Unreadable too, unless
    it is asked for `partly`: then it is white below.
    """
    found = read_metadata(path, kind)
    ways: dict[str, Callable[[], list[Image.Image]]] = {
        "image": lambda: [_image(path, found, longest, partly)],
        "raw": lambda: [_raw(path, found, longest)],
        "video": lambda: _video(path, found, longest, most),
    }
    try:
        with lenient():
            return ways[found.kind]()
    except Unreadable:
        raise
    except MemoryError as error:
        raise Unreadable("There was not enough memory to open this picture.") from error
    except Exception as error:  # decoders raise whatever damaged data makes them
        raise Unreadable(
            f"The {'video' if found.kind == 'video' else 'picture'} is damaged and cannot be decoded."
        ) from error


def _image(path: Path, found: Metadata, longest: int, partly: bool) -> Image.Image:
    pixels = (found.width or 0) * (found.height or 0)
    if found.format == "jpeg":
        with Source(path) as source:
            return _jpeg(source, 0, longest, found.orientation)
    if found.format in ("heic", "heif") or (found.format == "avif" and not features.check("avif")):
        return _heif(path, pixels, longest)
    if found.format == "jxl":
        return _jxl(path, pixels, longest)
    cost = pixels * _COST.get(found.format, _COST_OF_OTHERS)
    if cost > MOST_BYTES:
        return _large(path, found, longest, partly)
    with hushed() if found.format == "tiff" else nullcontext(), path.open("rb") as file, Image.open(file) as image:
        image.load()
        # What is left to be done: Pillow turns a TIFF itself, and tells an AVIF's own rotation in its EXIF.
        return _finish(image, longest, image.getexif().get(0x0112))


def _large(path: Path, found: Metadata, longest: int, partly: bool) -> Image.Image:
    """Look at a picture that is too large to be decoded at once: a smaller one is made of it while it is read."""
    width, height = found.width or 0, found.height or 0
    try:
        if found.format == "jp2":
            return _fewer_levels(path, width * height, longest)
        if found.format == "webp":
            return _by_libav(path, width * height, longest, found.orientation)
        with path.open("rb") as file, Image.open(file) as image:  # which also says so of a header that is damaged
            profile = image.info.get("icc_profile")
        with Source(path) as source, hushed():
            small = _reduced(source, found, longest, partly)
        small.info["icc_profile"] = profile
        return _finish(small, longest, found.orientation)
    except NotInBands:
        raise _too_large(width * height) from None


def _reduced(source: Source, found: Metadata, longest: int, partly: bool) -> Image.Image:
    try:
        return reduced(source, found.format, (found.width or 0, found.height or 0), longest)
    except PartDamaged as damage:
        if partly:
            return damage.part
        raise Unreadable(f"This picture is damaged: only its upper {damage.share:.0%} can be read.") from damage


def _fewer_levels(path: Path, pixels: int, longest: int) -> Image.Image:
    """Decode a JPEG 2000 without its finest levels; most have five that can be left out."""
    with path.open("rb") as file, Image.open(file) as image:
        levels = min(5, max(0, int(math.log2(max(image.size) / longest))))
        _afford(pixels * (_COST["jp2"] / 4**levels + 1), pixels)
        image.reduce = levels  # type: ignore[method-assign, assignment]
        return _finish(image, longest, None)


def _by_libav(path: Path, pixels: int, longest: int, orientation: int | None) -> Image.Image:
    """Decode a WebP by libav, which takes less memory than libwebp's decoder of animations."""
    _afford(pixels * _COST_OF_LIBAV, pixels)
    with path.open("rb") as file, av.open(file, "r", format="webp_pipe") as container:
        container.streams.video[0].codec_context.thread_count = 1
        frame = next(container.decode(video=0))
        size = _fit((frame.width, frame.height), longest)
        return _finish(Image.fromarray(frame.reformat(*size, format="rgb24").to_ndarray()), longest, orientation)


def _jxl(path: Path, pixels: int, longest: int) -> Image.Image:
    _afford(pixels * _COST["jxl"], pixels)
    try:
        with path.open("rb") as file:
            return _finish(open_jxl(file), longest, None)
    except Missing:
        raise Unreadable("This is a JPEG XL picture. To have it opened: pip install 'haven-fs[jxl]'") from None


def _afford(cost: float, pixels: int) -> None:
    if cost > MOST_BYTES:
        raise _too_large(pixels)


def _too_large(pixels: int) -> Unreadable:
    return Unreadable(f"This picture is too large to open: it has {pixels / 1e6:.0f} million pixels.")


def _jpeg(source: Source, offset: int, longest: int, orientation: int | None) -> Image.Image:
    """Decode a JPEG that starts at `offset`: at as few eighths of its size as are enough, which saves scaling it."""
    blocks = walk_jpeg(source, offset)
    pixels = blocks.width * blocks.height
    _afford(pixels * (_COEFFICIENT * blocks.samples if blocks.frame_type == 0xC2 else _JPEG_COST), pixels)
    data = source.at(offset, min(source.size() - offset, _LONGEST_JPEG))
    with Image.open(io.BytesIO(data), formats=("JPEG", "MPO")) as image:
        return _finish(_scaled(data, image, longest) or _halved(image, longest), longest, orientation)


def _scaled(data: bytes, image: Image.Image, longest: int) -> Image.Image | None:
    """Return a JPEG at the fewest eighths that are enough, None if it is of colours or damage that Pillow is for."""
    if image.mode not in ("RGB", "L"):
        return None
    share = min(1.0, longest * _ENOUGH / max(image.size))
    width, height = math.ceil(image.width * share), math.ceil(image.height * share)
    colours = "RGB" if image.mode == "RGB" else "GRAY"
    try:
        pixels = simplejpeg.decode_jpeg(data, colours, min_width=width, min_height=height, strict=False)
    except ValueError:
        return None
    scaled = Image.fromarray(pixels if image.mode == "RGB" else pixels[..., 0])
    scaled.info = image.info
    return scaled


def _halved(image: Image.Image, longest: int) -> Image.Image:
    """Return a JPEG to be decoded at an eighth, a quarter or half of its size if that is enough."""
    image.draft(None, _fit(image.size, longest))
    return image


def _fit(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return the size with its longer side at most `longest`."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _finish(image: Image.Image, longest: int, orientation: int | None) -> Image.Image:
    """Scale down, make sRGB on white, turn upright."""
    image.load()
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        image = _eight_bits(image, longest)
    elif image.mode in ("1", "P", "PA"):
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    size = _fit(image.size, longest)
    if size != image.size:
        image = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    if image.mode in ("RGBA", "LA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        profile = image.info.get("icc_profile")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
        image.info["icc_profile"] = profile
    if image.mode == "LAB":
        image = image.getchannel(0)
    turn = _TURNS.get(orientation or 1)
    picture = to_srgb(image)
    if picture.mode != "RGB" or isinstance(picture, ImageFile.ImageFile):  # which holds its file
        picture = picture.convert("RGB")
    return picture.transpose(turn) if turn is not None else picture


def _eight_bits(image: Image.Image, longest: int) -> Image.Image:
    """Return gray levels of 16 or 32 bits or of floating point as 8 bits, thinned out to not much more than needed."""
    values = np.asarray(image)
    step = max(1, max(image.size) // (2 * longest))
    values = values[::step, ::step].astype(np.float32)
    if image.mode == "F":
        values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    low, high = (float(values.min()), float(values.max())) if image.mode == "F" else (0.0, 65535.0)
    values = np.clip((values - low) * (255.0 / max(high - low, 1e-9)), 0, 255)
    return Image.fromarray(values.astype(np.uint8))


def _heif(path: Path, pixels: int, longest: int) -> Image.Image:
    """Decode a HEIC, or its thumbnail: one of the size asked for always, a smaller one if the picture is huge."""
    with path.open("rb") as opened:
        file = pillow_heif.open_heif(opened)
    image = file[file.primary_index]
    wanted = longest if pixels <= HUGE else _SMALLEST_THUMBNAIL
    info: dict[str, Any] = image.info
    sizes: list[tuple[int, int]] = list(enumerate(info.get("thumbnails") or ()))
    for index, size in sorted(sizes, key=lambda item: item[1], reverse=pixels > HUGE):
        if wanted <= size < max(image.size):
            try:
                thumbnail = image.get_thumbnail(index)
                _afford(thumbnail.size[0] * thumbnail.size[1] * _COST["heic"], pixels)
                return _finish(thumbnail.to_pillow(), longest, None)
            except (ValueError, RuntimeError, OSError, EOFError, IndexError):
                continue
    _afford(pixels * _COST["heic"], pixels)
    return _finish(image.to_pillow(), longest, None)


def _raw(path: Path, found: Metadata, longest: int) -> Image.Image:
    """Take the largest preview that can be decoded; if there is none of a useful size, develop the sensor's data."""
    small: Image.Image | None = None
    with Source(path) as source:
        for preview in previews(source):
            exif = read_block(walk_jpeg(source, preview.offset).exif, [])
            try:
                # A preview with its own EXIF says how it is turned itself; others lie as the sensor did.
                small = _jpeg(source, preview.offset, longest, exif.get("Image Orientation") or found.orientation)
                break
            except (OSError, ValueError, SyntaxError, Unreadable):
                continue
    if small is not None and max(small.size) >= min(longest, _USEFUL_PREVIEW, found.width or 0, found.height or 0):
        return small
    try:
        return _finish(developed(path, MOST_BYTES), longest, None)
    except NotDeveloped as error:
        if small is not None:
            return small
        raise Unreadable(str(error)) from error


def _video(path: Path, found: Metadata, longest: int, most: int) -> list[Image.Image]:
    """Decode key frames at even distances, the one before a third first; if none can be, the first that can."""
    _afford((found.width or 0) * (found.height or 0) * 20, (found.width or 0) * (found.height or 0))
    with path.open("rb") as file, open_container(file, found.format) as container:
        seconds = container.duration / av.time_base if container.duration else 0.0
    count = max(1, min(most, int(seconds / SECONDS_A_FRAME)))
    frames: dict[int | None, Image.Image] = {}
    last: Exception | None = None
    for share in (1 / 3, *((number + 0.5) / count for number in range(count) if count > 1), 0.0):
        if share == 0.0 and frames:
            break
        try:
            time, picture = _frame_at(path, found, longest, share)
            # Two places between the same key frames show the same one.
            frames.setdefault(time, picture)
        except (av.FFmpegError, ValueError) as error:
            last = error
        if len(frames) == most:
            break
    if not frames:
        raise Unreadable("No frame of this video can be decoded.") from last
    return list(frames.values())


def _frame_at(path: Path, found: Metadata, longest: int, share: float) -> tuple[int | None, Image.Image]:
    """Decode the key frame before a share of a video, or the next that can be; return its time stamp with it.

    Each is a new opening: a decoder that met damage may give nothing good after it. Raises ValueError, FFmpegError.
    """
    with path.open("rb") as file, open_container(file, found.format) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        stream.codec_context.thread_count = 1
        if share and container.duration:
            container.seek(int((container.start_time or 0) + container.duration * share))
        for packet, _ in zip(container.demux(stream), range(_MOST_PACKETS), strict=False):
            for frame in packet.decode():
                size = _fit((frame.width, frame.height), longest)
                small = frame.reformat(width=size[0], height=size[1], format="rgb24")
                return frame.pts, _finish(Image.fromarray(small.to_ndarray()), longest, found.orientation)
    raise ValueError("there is no frame")
