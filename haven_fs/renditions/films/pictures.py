"""The pictures of a film at even distances of time, taken from an original of any frame rate, or none in particular."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

from haven_fs.renditions.films.coding import black_frame
from haven_fs.renditions.films.film import Film
from haven_fs.renditions.films.look import Look, progressive
from haven_fs.renditions.films.source import DAMAGE, decoded, time_of

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
    look = Look(film)
    wanted = [(number + _AHEAD) / film.rate for number in range(first, first + count)]
    seen = shown = None
    try:
        for frame in _chosen(
            progressive(decoded(path, format_name, av.VideoFrame, wanted[0], wanted[-1], threads)), wanted
        ):
            if shown is None or frame is not seen:
                seen, shown = frame, look(frame)
            yield shown
    except DAMAGE:
        return


def _chosen(found: Iterator[av.VideoFrame], wanted: list[Fraction]) -> Iterator[av.VideoFrame]:
    """Yield for each of the times the last frame up to it, or else the first there is."""
    following = held = next(found, None)
    for limit in wanted:
        while following is not None and time_of(following) <= limit:
            held, following = following, next(found, None)
        if held is None:
            return
        yield held
