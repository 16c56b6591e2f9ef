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
from av.container import InputContainer
from av.video.stream import VideoStream

from haven_fs.library.trouble import PASSING
from haven_fs.library.video import open_container

_F = TypeVar("_F", av.VideoFrame, av.AudioFrame)
_EARLIER = (0, 2, 10, 30)
"""Seconds before the wanted ones to try from, if what was found begins too late."""
_LATE = 1
"""Seconds that picture may begin after sound and still be the beginning of the film."""
_BEYOND = 10
"""Seconds after the wanted ones at which reading ends, as a rule it ends where enough was found."""
_MOST_FRAMES = 20_000


@contextmanager
def opened(path: Path, format_name: str) -> Iterator[InputContainer]:
    """Open an original. Raises av.FFmpegError and ValueError for what is damaged, while it is read too, and OSError."""
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


def time_of(frame: av.VideoFrame | av.AudioFrame, begin: Fraction) -> Fraction:
    """Return the second of the film that a frame of `decoded` belongs to; `begin` is that of `beginning`."""
    return (frame.pts or 0) * Fraction(frame.time_base or 1) - begin


def decoded(
    container: InputContainer, stream: VideoStream | AudioStream, kind: type[_F], since: Fraction, until: Fraction
) -> Iterator[_F]:
    """Yield frames, all with a time stamp, from the last one at or before the second `since` of the film, if possible.

    Earlier ones may come first, and those after `until` may be missing. Raises OSError if the disk fails.
    """
    begin = beginning(container)
    for earlier in _EARLIER:
        place = max(since - earlier, Fraction(0))
        try:
            if place or earlier:  # not where it stands already
                container.seek(int((begin + place) / (stream.time_base or 1)), stream=stream)
        except (av.FFmpegError, ValueError):
            place = Fraction(0)  # it is read from where it stands
        found = _frames(container, stream, kind, begin + until + _BEYOND)
        first = next(found, None)
        if first and (time_of(first, begin) <= since or not place or earlier == _EARLIER[-1]):
            yield first
            del first  # it may be large
            yield from found
            return
        if not place:
            return


def _frames(
    container: InputContainer, stream: VideoStream | AudioStream, kind: type[_F], end: Fraction
) -> Iterator[_F]:
    base = Fraction(stream.time_base or 1)
    packets = container.demux(stream)
    stamp, count = None, 0
    while count < _MOST_FRAMES:
        try:
            packet = next(packets, None)
        except (av.FFmpegError, ValueError):
            return
        if packet is None or (packet.dts is not None and packet.dts * base > end):
            return
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError):
            continue
        for frame in frames:
            count += 1
            if not isinstance(frame, kind):
                continue
            known = frame.pts if frame.pts is not None else frame.dts
            stamp = stamp if known is None else known
            if stamp is not None:
                frame.pts = stamp
                yield frame
