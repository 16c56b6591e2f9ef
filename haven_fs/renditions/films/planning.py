"""Plans a film: what a video will be as an MP4 that plain players play, from its headers alone."""

import math
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from haven_fs.library.metadata import Unreadable
from haven_fs.library.quicktime import orientation_of
from haven_fs.renditions.films.film import SECONDS, Film
from haven_fs.renditions.films.sound import SLOTS
from haven_fs.renditions.films.source import DAMAGE, beginning, opened, picture_of, sound_of

_WIDEST, _HIGHEST = 1920, 1080
_MOST_A_SECOND = Fraction(61, 2)
_LONGEST = 24 * 3600
"""Seconds. What claims to be longer is broken."""
_USUAL = Fraction(30)
_RATES = (*map(Fraction, (1, 2, 5, 10, 12, 15, 24, 25)), Fraction(24000, 1001), Fraction(30000, 1001), _USUAL)
_EVEN = Fraction(1, 100)
"""How far, as a share, the average may be from the rate of frames that are all the same distance apart."""
_CLOSE = Fraction(1, 500)
"""How far, as a share, a frame rate may be from one of the above and still be meant to be it."""

_FULL_RATE = 10_000_000
"""Bits a second of 1920 x 1080 at 30 frames a second, at most; good for all but noise."""
_FULL = _WIDEST * _HIGHEST * 30
_SCALING = 0.75
"""The power of its pixels a second that a film of the same quality takes bits in."""
_LEAST_SHARE = 0.1
_EFFICIENT = frozenset({"hevc", "vp9", "libvpx-vp9", "av1", "libdav1d", "vvc"})
_GAIN, _GAIN_OF_OTHERS = 1.6, 1.2
"""Bits taken for each bit of the original, since it is encoded faster and, of some, in an older format."""
_KEY = 10
"""Slots of others that the first frame of a segment has the size of."""
_LEAST_SLOT = 512
"""Bytes, that a black frame surely fits in."""


def plan(path: Path, format_name: str) -> Film:
    """Return what a video will be; `format_name` is Kind's.

    Raises Unreadable if it has no picture that can be decoded, or does not say how long it is; OSError if the disk
    fails.
    """
    try:
        with path.open("rb") as file:
            turn = orientation_of(file, format_name) or 1
        with opened(path, format_name) as container:
            return _plan(container, turn, path.stat().st_size)
    except DAMAGE as error:
        raise Unreadable("This video is damaged or cut off: its table of contents cannot be read.") from error


def _plan(container: InputContainer, turn: int, size: int) -> Film:
    stream = picture_of(container)
    if stream is None or not stream.width or not stream.height:
        raise Unreadable("This video contains no picture that can be decoded.")
    end = Fraction(container.start_time or 0, av.time_base) + Fraction(container.duration or 0, av.time_base)
    seconds = end - beginning(container)
    if not 0 < seconds <= _LONGEST:
        raise Unreadable("This video does not say how long it is.")
    width, height = _size(stream, turn)
    rate = _rate(stream)
    key, slot = _slots(stream, width * height * rate, rate, size * 8 / seconds)
    sound = sound_of(container)
    channels = min(2, sound.codec_context.layout.nb_channels) if sound else 0
    return Film(
        width=width,
        height=height,
        rate_num=rate.numerator,
        rate_den=rate.denominator,
        frames=max(1, round(seconds * rate)),
        key=key,
        slot=slot,
        sound=SLOTS.get(channels, 0),
        channels=channels,
        turn=turn,
        transfer=int(stream.codec_context.color_trc),
    )


def _size(stream: VideoStream, turn: int) -> tuple[int, int]:
    """Return width and height of the film: upright, of square pixels, never enlarged, even."""
    aspect = stream.sample_aspect_ratio or 1
    width, height = Fraction(stream.width), Fraction(stream.height)
    width, height = (width * aspect, height) if aspect >= 1 else (width, height / aspect)
    if turn in (6, 8):
        width, height = height, width
    scale = min(Fraction(1), _WIDEST / width, _HIGHEST / height)
    return max(16, round(width * scale / 2) * 2), max(16, round(height * scale / 2) * 2)


def _rate(stream: VideoStream) -> Fraction:
    """Return the frame rate of the film: that of the original, or a whole part of it."""
    rate, base = stream.average_rate or _USUAL, stream.base_rate
    if base and abs(rate / base - 1) <= _EVEN:  # the average counts the last frame as short or long as it may be
        rate = base
    rate /= max(1, math.ceil(rate / _MOST_A_SECOND))
    nearest = min(_RATES, key=lambda usual: abs(usual - rate))
    if abs(rate / nearest - 1) <= _CLOSE:
        return nearest
    return next((Fraction(usual) for usual in (5, 10, 15) if rate < usual), _USUAL)  # it varies


def _slots(stream: VideoStream, pixels: Fraction, rate: Fraction, bits: Fraction) -> tuple[int, int]:
    """Return bytes of a segment's first frame and of the others; `pixels` and `bits` are those of a second."""
    most = _FULL_RATE * (float(pixels) / _FULL) ** _SCALING
    own = stream.width * stream.height * float(stream.average_rate or rate)
    gain = _GAIN if stream.codec_context.name in _EFFICIENT else _GAIN_OF_OTHERS
    wanted = float(bits) * gain * min(1.0, float(pixels) / own) ** _SCALING
    share = min(most, max(wanted, most * _LEAST_SHARE)) * SECONDS / 8
    slot = max(_LEAST_SLOT, round(share / (float(rate) * SECONDS - 1 + _KEY)))
    return slot * _KEY, slot
