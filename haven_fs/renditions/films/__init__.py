"""Videos as MP4 for players that know little: H.264 and AAC, their exact length known before anything is encoded.

    if not is_plain(path, kind.format):     # most videos of phones are, and are sent as they are
        film = plan(path, kind.format)      # while indexing, from headers: some milliseconds
        film.length                         # the Content-Length; film.dumps() and Film.loads() keep a plan as text
        head(film)                          # bytes 0 to film.head, without the original
        film.segments_for(start, count)     # which segments a range of bytes needs
        film.span(n)                        # where segment n lies, and how many bytes it has
        segment(path, kind.format, film, n) # those bytes: decodes and encodes about two seconds
        FOOT                                # the last bytes, after the last segment

Each segment is made by itself, in any order and by any process, and is the same each time. One that is made again by
another version of libav differs, but fits between the others: they share only the head, and that says nothing of how
they were encoded. Whoever keeps an ETag makes it of the original's and `film.dumps()`.

Nothing of this changes or follows what is in the original: libav is told the container. A segment takes as much memory
as decoding takes, and one encoder of at most 1920 x 1080.
"""

from haven_fs.renditions.films.boxes import head
from haven_fs.renditions.films.film import FOOT, Film
from haven_fs.renditions.films.making import segment
from haven_fs.renditions.films.plain import is_plain
from haven_fs.renditions.films.planning import plan

__all__ = ["FOOT", "Film", "head", "is_plain", "plan", "segment"]
