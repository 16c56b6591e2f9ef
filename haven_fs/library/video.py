"""What a video's container says: size, rotation, duration, tags. No frame is decoded.

PyAV (libav) reads it. libav is told which container to expect, so that a file cannot have it fetch what a playlist
names. What it leaves out of a QuickTime or MP4 file is read by haven_fs.library.quicktime.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import av
import av.container

from haven_fs.library.avchd import recorded
from haven_fs.library.quicktime import QUICKTIME, orientation_of, user_data

_DEMUXERS = {
    **dict.fromkeys(QUICKTIME, "mov"),
    **dict.fromkeys(("mkv", "webm"), "matroska"),
    **{"avi": "avi", "mts": "mpegts", "mpg": "mpeg", "wmv": "asf", "flv": "flv", "ogv": "ogg"},
}
# Not as options for the streams too: PyAV before 18 crashes over those of a format whose streams turn up one by one.
_OPTIONS = {"export_xmp": "1"}
_LONGEST_TAG = 4096


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
        tags = user_data(file, format_name) | tags
        if format_name == "mts" and "date" not in tags and (date := recorded(file)):
            tags["date"] = date
    xmp = tags.pop("xmp", "").encode()
    tags = {key: text[:_LONGEST_TAG] for key, text in tags.items()}
    return VideoFacts(width, height, orientation, duration if duration and duration > 0 else None, tags, xmp)
