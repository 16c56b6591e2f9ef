"""Whether a video plays as it is: on television sets and boxes, on phones, in browsers, in what comes with Windows."""

from pathlib import Path

from haven_fs.renditions.films.source import DAMAGE, opened, picture_of

_CONTAINERS = frozenset({"mp4", "m4v", "mov", "3gp", "3g2"})
_PIXELS = frozenset({"yuv420p", "yuvj420p"})
_PROFILES = frozenset({66, 77, 100})
"""Baseline, Main, High."""
_HIGHEST_LEVEL = 51
_SOUNDS = frozenset({"aac", "mp3", "mp3float", "ac3"})


def is_plain(path: Path, format_name: str) -> bool:
    """Tell whether plain players play a video as it is; `format_name` is Kind's.

    They play H.264 of 8 bits and 4:2:0 up to level 5.1, with AAC, MP3, AC-3 or no sound, in MP4 and its relatives.
    What cannot be opened is not plain. Raises OSError if the disk fails.
    """
    if format_name not in _CONTAINERS:
        return False
    try:
        with opened(path, format_name) as container:
            stream = picture_of(container)
            if stream is None or stream.codec_context.name != "h264" or stream.codec_context.pix_fmt not in _PIXELS:
                return False
            setup = stream.codec_context.extradata or b""
            if len(setup) < 4 or setup[0] != 1 or setup[1] not in _PROFILES or setup[3] > _HIGHEST_LEVEL:
                return False
            return all(
                codec is not None and codec.name in _SOUNDS
                for codec in (getattr(sound, "codec_context", None) for sound in container.streams.audio[:1])
            )
    except DAMAGE:
        return False
