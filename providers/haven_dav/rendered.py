"""The bytes of renditions, for GET: a picture is made whole, a film segment by segment, as far as a client reads."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from functools import lru_cache

from haven_dav.send import GONE, Environ, NotThere
from haven_fs import later
from haven_fs.renditions.renditions import NotNow, Renditions, Wanted, What
from haven_fs.renditions.waiting import made_for
from haven_fs.tree.files import File

Part = Callable[[int, int], Iterator[bytes]]
"""Gives `count` bytes of a file from `start`; what it raises, it raises before the first."""

MOST_FILMS = 8
"""Films that are sent at the same time where each holds a thread: in servers that cannot wait in the midst of one."""
_WHATS: dict[str, What] = {"small": "small", "cover": "cover"}
_films = threading.BoundedSemaphore(MOST_FILMS)


def part_of(environ: Environ, renditions: Renditions, db: sqlite3.Connection, file: File) -> Part:
    """Return what gives the bytes of a rendition. They raise NotThere or NotNow."""
    if file.what == "film":
        found = renditions.wanted_film(db, file.id, file.etag)
        return _gone if found is None else _film(environ, renditions, *found)
    what = _WHATS.get(file.what, "tv")
    original_id, box = (file.cover.original_id, file.cover.box) if file.cover is not None else (file.id, None)
    wanted = renditions.wanted(db, original_id, what, file.etag, file.size, box)
    return _gone if wanted is None else _picture(environ, renditions, wanted)


def _gone(start: int, count: int) -> Iterator[bytes]:
    raise NotThere(404, GONE)


def _picture(environ: Environ, renditions: Renditions, wanted: Wanted) -> Part:
    def part(start: int, count: int) -> Iterator[bytes]:
        yield memoryview(made_for(environ, renditions, wanted))[start : start + count].tobytes()

    return part


def _film(environ: Environ, renditions: Renditions, wanted: Wanted, plan: str) -> Part:
    from haven_fs.renditions.films import FOOT, Film

    film = Film.loads(plan)

    def segment(number: int, asker: Environ) -> bytes:
        return made_for(asker, renditions, renditions.segment_of(wanted, plan, number))

    def waiting(number: int) -> Iterator[bytes]:
        """Have the server wait for a segment, if it must be waited for; see haven_fs.later."""
        one = renditions.segment_of(wanted, plan, number)
        if renditions.find(one) is None:
            environ[later.FUTURE] = renditions.ask(one)
            yield b""

    def part(start: int, count: int) -> Iterator[bytes]:
        end = start + count
        numbers = film.segments_for(start, count)
        # The first is waited for without a thread; once something was sent, there is no way back.
        first = segment(numbers[0], environ) if numbers else b""
        holds_thread = not environ.get(later.SUPPORTED)
        if holds_thread and not _films.acquire(blocking=False):
            raise NotNow(f"{MOST_FILMS} films are being watched already. Try again when one has ended.")
        try:
            if start < film.head:
                head = _head(plan)
                renditions.given.note(wanted.key[0], head, film.length)
                yield head[start:end]
            for number in numbers:
                place, length = film.span(number)
                if number + 1 in numbers:
                    _begin(renditions, renditions.segment_of(wanted, plan, number + 1))
                if number != numbers[0] and not holds_thread:
                    yield from waiting(number)
                data = first if number == numbers[0] else segment(number, {})
                yield memoryview(data)[max(start - place, 0) : min(end - place, length)].tobytes()
            foot = film.length - len(FOOT)
            if end > foot:
                yield FOOT[max(start - foot, 0) : end - foot]
        finally:
            if holds_thread:
                _films.release()

    return part


@lru_cache(maxsize=16)
def _head(plan: str) -> bytes:
    """Return the head of a film: that of an hour takes a moment to make, and players read it in pieces."""
    from haven_fs.renditions.films import Film, head

    return head(Film.loads(plan))


def _begin(renditions: Renditions, wanted: Wanted) -> None:
    """Have something made that will be asked for next."""
    try:
        if renditions.find(wanted) is None:
            renditions.ask(wanted)
    except NotNow:
        return
