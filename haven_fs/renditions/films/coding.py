"""H.264 in slots: each frame is encoded to fit its slot, and filled up to the last byte of it.

libx264 encodes at a constant quality, and is told a buffer of the size of one slot, of which each frame may take all
and leave nothing to the next. So it lowers the quality where, and only where, that is needed, within a frame too, and
nearly always the first attempt fits. A frame is filled up with a NAL unit of filler data, which decoders skip: it is
what broadcasters fill their channels with. A segment refers to nothing outside it, and is encoded by one thread, as
the number of threads shows in the bytes.
"""

import functools
from collections.abc import Callable, Iterable

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from haven_fs.renditions.films.film import Film

_QUALITIES = (21, 30, 40)
"""x264's CRF, of which 18 is hard to tell from the original. The next is tried if a frame does not fit its slot."""
_MARGINS = (0.97, 0.85, 0.6)
"""How much of a slot x264 is told of, with each of them. It aims well, but promises nothing."""
_SETUP = {
    "bframes": 0,
    "keyint": "infinite",
    "scenecut": 0,
    "rc-lookahead": 0,
    "sync-lookahead": 0,
    "mbtree": 0,
    "threads": 1,
    "stitchable": 1,  # what is said once for all segments does not depend on the quality of one
    "colorprim": "bt709",
    "transfer": "bt709",
    "colormatrix": "bt709",
}
_PLAIN, _KEY, _SETS = (1, 5), 5, (7, 8)  # types of NAL units
_LEAST_FILLER = 4 + 2


def encode(film: Film, frames: Callable[[], Iterable[av.VideoFrame]], count: int) -> list[bytes]:
    """Return the slots of a segment, each full to the byte.

    `frames` gives its `count` frames, yuv420p, of the film's size, from the first one again each time it is called:
    once nearly always, more often if a frame has not fitted. A segment that will not fit at all is black.
    """
    slots = [film.key] + [film.slot] * (count - 1)
    for quality, margin in zip(_QUALITIES, _MARGINS, strict=True):
        coded = _attempt(film, frames(), quality, margin)
        if len(coded) == count and all(len(c) + _LEAST_FILLER <= slot for c, slot in zip(coded, slots, strict=True)):
            return [_fill(c, slot) for c, slot in zip(coded, slots, strict=True)]
    black = black_frame(film)
    coded = _attempt(film, (black for _ in range(count)), _QUALITIES[-1], 1.0)
    return [_fill(c, slot) for c, slot in zip(coded, slots, strict=True)]


def black_frame(film: Film) -> av.VideoFrame:
    """Return a black frame of a film."""
    frame = av.VideoFrame(film.width, film.height, "yuv420p")
    for plane, value in zip(frame.planes, (16, 128, 128), strict=True):
        plane.update(bytes([value]) * plane.buffer_size)
    return frame


@functools.lru_cache(maxsize=64)
def parameter_sets(film: Film) -> tuple[bytes, bytes]:
    """Return the sequence and the picture parameter set of a film, that its segments are decoded with."""
    encoder = _encoder(film, _QUALITIES[0], _MARGINS[0])
    encoder.open()
    units = {unit[0] & 31: unit for unit in _units(encoder.extradata or b"")}
    sps, pps = (units[kind] for kind in _SETS)
    return sps, pps


def _encoder(film: Film, quality: int, margin: float) -> VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = film.width, film.height, "yuv420p"
    encoder.framerate, encoder.time_base = film.rate, 1 / film.rate
    encoder.color_range = 1  # of television: black is 16
    encoder.thread_count = 1
    encoder.flags |= 1 << 22  # headers apart
    key, slot = (max(1, int((size - _LEAST_FILLER) * 8 * margin / 1000)) for size in (film.key, film.slot))
    per_second = [max(1, int(kilobits * film.rate)) for kilobits in (key, slot)]
    # A buffer as large as what comes in for a frame makes x264 treat each frame by itself.
    zones = f"0,0,b=1,vbv-bufsize={key},vbv-maxrate={per_second[0]}"
    zones += f"/1,{film.group},b=1,vbv-bufsize={slot},vbv-maxrate={per_second[1]}"
    setup = _SETUP | {"vbv-bufsize": key, "vbv-maxrate": per_second[0], "vbv-init": 1, "zones": zones}
    setup["level"] = 3.1 if film.width <= 1280 and film.height <= 720 else 4
    encoder.options = {
        "preset": "superfast",
        "crf": str(quality),
        "x264-params": ":".join(f"{name}={value}" for name, value in setup.items()),
    }
    return encoder


def _attempt(film: Film, frames: Iterable[av.VideoFrame], quality: int, margin: float) -> list[bytes]:
    """Return what each frame is coded as, in length-prefixed NAL units; nothing that a slot has no need of."""
    encoder = _encoder(film, quality, margin)
    packets = []
    for number, frame in enumerate(frames):
        frame.pts, frame.time_base = number, 1 / film.rate
        frame.pict_type = PictureType.NONE  # where the original began anew is no matter
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return [b"".join(len(u).to_bytes(4) + u for u in _units(bytes(p)) if u[0] & 31 in _PLAIN) for p in packets]


def _units(stream: bytes) -> list[bytes]:
    """Return the NAL units of a stream with start codes."""
    return [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1")[1:]]


def _fill(coded: bytes, slot: int) -> bytes:
    """Fill a frame up to the size of its slot with one NAL unit of type 12."""
    size = slot - len(coded) - 4
    return coded + size.to_bytes(4) + b"\x0c" + b"\xff" * (size - 2) + b"\x80"
