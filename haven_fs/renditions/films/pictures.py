"""The pictures of a film at even distances of time, taken from an original of any frame rate, or none in particular."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

from haven_fs.renditions.films.coding import black_frame
from haven_fs.renditions.films.film import Film
from haven_fs.renditions.films.look import Look, progressive
from haven_fs.renditions.films.source import beginning, decoded, opened, picture_of, time_of

_AHEAD = Fraction(2, 5)
"""How far a frame may be ahead of its time, in frames: enough for time stamps that jitter or are rounded, and less than
half, so that of twice as many it is always the same ones that are taken."""


def pictures(path: Path, format_name: str, film: Film, first: int, count: int, threads: int) -> Iterator[av.VideoFrame]:
    """Yield `count` frames of a film from its frame `first` on: yuv420p, of its size.

    Each is what the original shows at that time. What it lacks at its beginning is its first frame, what it lacks
    later is the last there was, and black if there was none for half a minute. Raises OSError if the disk fails.
    """
    last = None
    for frame in _shown(path, format_name, film, first, count, threads):
        last = frame
        count -= 1
        yield frame
    for _ in range(count):
        yield last or black_frame(film)


def _shown(path: Path, format_name: str, film: Film, first: int, count: int, threads: int) -> Iterator[av.VideoFrame]:
    """Yield those of the frames that there is something to show for."""
    try:
        with opened(path, format_name) as container:
            stream = picture_of(container)
            if stream is None:
                return
            stream.codec_context.thread_count = threads
            stream.thread_type = "AUTO"
            look = Look(film, stream.codec_context.color_trc)
            begin = beginning(container)
            wanted = [(number + _AHEAD) / film.rate for number in range(first, first + count)]
            found = progressive(decoded(container, stream, av.VideoFrame, wanted[0], wanted[-1]))
            seen = shown = None
            for frame in _even(((time_of(frame, begin), frame) for frame in found), wanted):
                if shown is None or frame is not seen:
                    seen, shown = frame, look(frame)
                yield shown
    except (av.FFmpegError, ValueError):
        return


def _even(found: Iterator[tuple[Fraction, av.VideoFrame]], wanted: list[Fraction]) -> Iterator[av.VideoFrame]:
    """Yield for each of the times the last frame up to it, or else the first there is."""
    time, frame = next(found, (Fraction(0), None))
    held = frame
    for limit in wanted:
        while frame is not None and time <= limit:
            held = frame
            time, frame = next(found, (limit, None))
        if held is None:
            return
        yield held
