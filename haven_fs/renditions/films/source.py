"""The original of a film, read from any point: frames of picture or sound, and the seconds that they belong to.

Damage is passed over: what cannot be decoded is left out, and an original that breaks off ends there. Only a disk that
fails is an error, as what is made of such an original must not be kept.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import av
from av.audio.stream import AudioStream
from av.codec.context import ThreadType
from av.container import InputContainer
from av.video.stream import VideoStream

from haven_fs.library.trouble import PASSING
from haven_fs.library.video import open_container

DAMAGE = (av.FFmpegError, ValueError, LookupError, ArithmeticError, RuntimeError)
"""What comes of damaged files: what libav says, and what PyAV stumbles over."""
_F = TypeVar("_F", av.VideoFrame, av.AudioFrame)
_EARLIER = (0, 2, 10, 30)
"""Seconds before the wanted ones to try from, if what was found begins too late."""
_LATE = 1
"""Seconds that picture may begin after sound and still be the beginning of the film."""
_BEYOND = 10
"""Seconds after the wanted ones at which reading ends, as a rule it ends where enough was found."""
_MOST_FRAMES = 20_000
TICKS = 705_600_000
"""A second, in a unit that all usual frame and sample rates have whole numbers of."""


@contextmanager
def opened(path: Path, format_name: str) -> Iterator[InputContainer]:
    """Open an original. Raises one of DAMAGE if it is damaged, while it is read too, and OSError if the disk fails."""
    with path.open("rb") as file:
        try:
            with open_container(file, format_name) as container:
                yield container
        except OSError as error:
            if isinstance(error, av.FFmpegError) or error.errno in PASSING:
                raise
            raise ValueError("a damaged table points to nowhere") from error


def picture_of(container: InputContainer) -> VideoStream | None:
    """Return the stream that is shown; libav knows covers and thumbnails from films."""
    stream = container.streams.best("video")
    return stream if isinstance(stream, VideoStream) and getattr(stream, "codec_context", None) else None


def sound_of(container: InputContainer) -> AudioStream | None:
    """Return the stream that is heard, None if there is none that can be decoded."""
    stream = container.streams.best("audio")
    if isinstance(stream, AudioStream) and getattr(stream, "codec_context", None) and stream.codec_context.sample_rate:
        return stream
    return None


def beginning(container: InputContainer) -> Fraction:
    """Return the time stamp of the first moment of the film, in seconds."""
    start = Fraction(container.start_time or 0, av.time_base)
    picture = picture_of(container)
    if picture is not None and picture.start_time is not None and picture.time_base:
        shown = picture.start_time * picture.time_base
        if start < shown <= start + _LATE:
            return shown
    return start


def time_of(frame: av.VideoFrame | av.AudioFrame) -> Fraction:
    """Return the second of the film that a frame of `decoded` belongs to."""
    return (frame.pts or 0) * Fraction(frame.time_base or 1)


def decoded(
    path: Path, format_name: str, kind: type[_F], since: Fraction, until: Fraction, threads: int = 1
) -> Iterator[_F]:
    """Yield frames of picture or sound, from the last one at or before the second `since` of the film, if possible.

    Earlier ones may come first, and those after `until` may be missing. Their time stamps count from the beginning of
    the film, TICKS a second. Raises OSError if the disk fails, and one of DAMAGE if it cannot be opened.
    """
    for earlier in _EARLIER:
        place = max(since - earlier, Fraction(0))
        with opened(path, format_name) as container:  # anew, as a decoder that has met damage may be no good after it
            stream = picture_of(container) if issubclass(kind, av.VideoFrame) else sound_of(container)
            if stream is None:
                return
            stream.codec_context.thread_count, stream.codec_context.thread_type = threads, ThreadType.AUTO
            begin = beginning(container)
            try:
                if place:
                    container.seek(int((begin + place) / (stream.time_base or 1)), stream=stream)
            except DAMAGE:
                place = Fraction(0)  # it is read from where it stands
            found = _frames(container, stream, kind, begin, until)
            first = next(found, None)
            if first and (time_of(first) <= since or not place or earlier == _EARLIER[-1]):
                yield first
                del first  # it may be large
                yield from found
                return
        if not place:
            return


def _frames(
    container: InputContainer, stream: VideoStream | AudioStream, kind: type[_F], begin: Fraction, until: Fraction
) -> Iterator[_F]:
    base = Fraction(stream.time_base or 1)
    first = (stream.start_time or 0) * base
    packets = container.demux(stream)
    stamp, count = None, 0
    while count < _MOST_FRAMES:
        try:
            packet = next(packets, None)
        except DAMAGE:
            return
        if packet is None or (packet.dts is not None and packet.dts * base > begin + until + _BEYOND):
            return
        try:
            frames = packet.decode()
        except DAMAGE:
            continue
        for frame in frames:
            count += 1
            if not isinstance(frame, kind):
                continue
            # AVI knows no times, only an order, and what libav makes of it for frames that look ahead is mixed up.
            known = (frame.dts, frame.pts) if container.format.name == "avi" else (frame.pts, frame.dts)
            stamp = next((time for time in known if time is not None), stamp)
            if stamp is not None:
                time = stamp * base
                if isinstance(frame, av.AudioFrame) and frame.samples:
                    time = _even(frame, time, first, base)
                frame.pts, frame.time_base = round((time - begin) * TICKS), Fraction(1, TICKS)
                yield frame


def _even(frame: av.AudioFrame, time: Fraction, first: Fraction, base: Fraction) -> Fraction:
    """Return the time of sound whose time stamp is rounded: a whole number of such frames after the first one."""
    length = Fraction(frame.samples, frame.sample_rate)
    even = first + round((time - first) / length) * length
    return even if abs(even - time) <= base else time
