"""Makes one segment of a film: encodes its pictures and its sound, and puts their slots in the order of the layout."""

from pathlib import Path

from haven_fs.renditions.films.coding import encode
from haven_fs.renditions.films.film import Film
from haven_fs.renditions.films.pictures import pictures
from haven_fs.renditions.films.sound import encode_sound


def segment(path: Path, format_name: str, film: Film, n: int, threads: int = 1) -> bytes:
    """Return segment `n` of the film that was planned for an original: exactly as many bytes as `film.span(n)` says.

    `format_name` is Kind's. `threads` decode, one encodes. The same segment has the same bytes each time, and needs no
    other one. What is damaged or missing in the original is the last picture before it, or black, and silence.
    Raises OSError if the original cannot be read: nothing is known of the film then. Raises IndexError if there is no
    such segment.
    """
    first, last = film.frames_of(n)
    count = last - first
    frames = encode(film, lambda: pictures(path, format_name, film, first, count, threads), count)
    heard = film.sounds_before(first)
    sound = encode_sound(path, format_name, film, heard, film.sounds_before(last)) if film.sound else []
    parts: list[bytes] = []
    for start, end in film.chunks_of(n):
        parts += frames[start - first : end - first]
        parts += sound[film.sounds_before(start) - heard : film.sounds_before(end) - heard]
    return b"".join(parts)
