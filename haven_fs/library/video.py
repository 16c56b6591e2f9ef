"""What a video's container says: size, rotation, duration, tags. No frame is decoded.

PyAV (libav) reads it. libav is told which container to expect, so that a file cannot have it fetch what a playlist
names. How a QuickTime or MP4 track is turned is in its track header, which PyAV shows only with a decoded frame, so
it is read here.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import av
import av.container

from haven_fs.library.avchd import recorded

_DEMUXERS = {
    **dict.fromkeys(("mp4", "mov", "m4v", "3gp", "3g2"), "mov"),
    **dict.fromkeys(("mkv", "webm"), "matroska"),
    **{"avi": "avi", "mts": "mpegts", "mpg": "mpeg", "wmv": "asf", "flv": "flv", "ogv": "ogg"},
}
# Signs of a track's display matrix a, b, c, d to EXIF's orientation; one that is slanted has none.
_TURNS: dict[tuple[int, ...], int] = {(1, 0, 0, 1): 1, (-1, 0, 0, -1): 3, (0, 1, -1, 0): 6, (0, -1, 1, 0): 8}
# Not as options for the streams too: PyAV before 18 crashes over those of a format whose streams turn up one by one.
_OPTIONS = {"export_xmp": "1"}
_LONGEST_TAG = 4096
_MOST_BOXES = 10_000


class VideoError(Exception):
    """The file has no video in it that libav can find; the text says why, for the owner to read."""


@dataclass(slots=True)
class VideoFacts:
    """Pixels as stored, EXIF's orientation or None, seconds or None, tags in lower case, an XMP packet or none."""

    width: int
    height: int
    orientation: int | None
    duration: float | None
    tags: dict[str, str] = field(default_factory=dict)
    xmp: bytes = b""


def open_container(file: BinaryIO, format_name: str) -> av.container.InputContainer:
    """Open a video for reading; `format_name` is Kind's. Raises av.FFmpegError and ValueError for what is none."""
    return av.open(file, "r", format=_DEMUXERS.get(format_name), metadata_errors="replace", container_options=_OPTIONS)


def read_video(path: Path, format_name: str) -> VideoFacts:
    """Read a video's headers. Raises VideoError."""
    with path.open("rb") as file:
        try:
            with open_container(file, format_name) as container:
                stream = next(iter(container.streams.video), None)
                if stream is None:
                    raise VideoError("This video contains no picture, only sound at most.")
                codec = getattr(stream, "codec_context", None)
                if codec is None:
                    raise VideoError("This video uses a format that Haven does not know.")
                width, height = codec.width, codec.height
                duration = container.duration / av.time_base if container.duration else None
                tags = {key.lower(): text for key, text in {**stream.metadata, **container.metadata}.items()}
        except VideoError:
            raise
        except Exception as error:  # libav's errors are of many kinds, and PyAV stumbles over what they leave
            raise VideoError("This video is damaged or cut off: its table of contents cannot be read.") from error
        if not width or not height:
            raise VideoError("This video is damaged: it does not say how large its picture is.")
        orientation = orientation_of(file, format_name)
        if format_name == "mts" and "date" not in tags and (date := recorded(file)):
            tags["date"] = date
    xmp = tags.pop("xmp", "").encode()
    tags = {key: text[:_LONGEST_TAG] for key, text in tags.items()}
    return VideoFacts(width, height, orientation, duration if duration and duration > 0 else None, tags, xmp)


def orientation_of(file: BinaryIO, format_name: str) -> int | None:
    """Return EXIF's orientation of the first video track, None if its header does not tell. Raises OSError."""
    if _DEMUXERS.get(format_name) != "mov":
        return None
    file.seek(0, io.SEEK_END)
    end = file.tell()
    for name, start, stop in _boxes(file, 0, end):
        if name != b"moov":
            continue
        for track, track_start, track_stop in _boxes(file, start, stop):
            if track == b"trak" and (matrix := _video_matrix(file, track_start, track_stop)):
                return _TURNS.get(tuple((value > 0) - (value < 0) for value in matrix))
    return None


def _video_matrix(file: BinaryIO, start: int, stop: int) -> tuple[int, int, int, int] | None:
    """Return a, b, c, d of the track's display matrix, None if the track is not video."""
    matrix = None
    for name, inner, inner_stop in _boxes(file, start, stop):
        if name == b"tkhd":
            file.seek(inner)
            header = file.read(inner_stop - inner if inner_stop - inner < 128 else 128)
            at = 52 if header[:1] == b"\1" else 40
            if len(header) >= at + 20:
                a, b, _, c, d = struct.unpack_from(">5i", header, at)
                matrix = a, b, c, d
        elif name == b"mdia":
            for media, handler, _ in _boxes(file, inner, inner_stop):
                if media == b"hdlr":
                    file.seek(handler + 8)
                    if file.read(4) == b"vide":
                        return matrix
    return None


def _boxes(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the contents of each box between `start` and `stop`."""
    for _ in range(_MOST_BOXES):
        file.seek(start)
        header = file.read(16)
        if start + 8 > stop or len(header) < 8:
            return
        size, name = struct.unpack_from(">I4s", header)
        begin = start + 8
        if size == 1 and len(header) == 16:
            size, begin = struct.unpack_from(">Q", header, 8)[0], start + 16
        end = stop if size == 0 else start + size
        if end < begin or end > stop:
            end = stop
        yield name, begin, end
        start = end
