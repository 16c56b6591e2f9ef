"""Reads how near a place photos were taken: "near Paris", "within 20 km of Home", "5 miles from Rome"; and words whose
meaning depends on the library: "at home", "abroad".

Which values there is anything near, and what those words ask for, plugins say (haven_fs.tree.spoken). Words: roles
`near`, `far`, `within` ("less than"), `beyond`, `off` ("from", after a distance), [length] and [related] in the folder
`tongues`.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from haven_search import filters
from haven_search.folding import pieces
from haven_search.known import OTHER, Name
from haven_search.levels import meant

if TYPE_CHECKING:
    from haven_search.reading import Item, Reading

_KM = {"km": 1.0, "m": 0.001, "mile": 1.609344}
_LENGTH = re.compile(r"(\d{1,5}(?:[.,]\d{1,3})?)([^\W\d_]+)?")
_INITIALS = 4
"""Letters up to which what others call something counts with care: "NYC", "Rom"."""
_LETTERS = 2
"""Letters up to which it has to be written in capitals: "TX", but not "la plage"."""


def items(reading: "Reading", db: sqlite3.Connection, place: int) -> Iterator["Item"]:
    """Give what begins at `place` and is about a distance, or depends on the library."""
    from haven_search.reading import Item

    for count, sense in reading.cues.at(place):
        if sense.role == "related":
            for facet, spoken in reading.known.spoken.items():
                asked = spoken.related(db, str(sense.value))
                if asked is not None:
                    yield Item(place, place + count, facet, filter=filters.asked(facet, asked))
    for start, km, beyond in _distances(reading, place):
        for count, names in reading.known.names_at(reading.words, start):
            found = _around(reading, db, reading.able(start, names), km)
            if found is not None and reading.is_free(start, start + count):
                yield Item(place, _behind(reading, start + count), found.kind, filter=found, out=beyond)
                return


def _distances(reading: "Reading", place: int) -> Iterator[tuple[int, float | None, bool]]:
    """Give where the name begins that a distance leads to; the km, None if just near; whether beyond is meant."""
    cues = reading.cues
    opened = cues.find(place, "beyond", "more", "least")
    start = cues.after(place, "within", "of", "at", most=2) if opened is None else opened[0]
    length = _length(reading, start)
    if length is not None:
        end, km = length
        off = cues.after(end, "off", "article", most=3)
        if off > end:
            yield off, km, opened is not None
    near = cues.find(place, "near", "far")
    if near is not None:
        far = near[1].role == "far"
        yield near[0], None, far
        yield cues.after(near[0], "off", "of", "article", most=3), None, far


def _length(reading: "Reading", place: int) -> tuple[int, float] | None:
    """Return the place after a length, and the km: "20 km", "20km", "1.5 miles", "five miles"."""
    words = reading.words
    if place >= len(words):
        return None
    spelled = reading.cues.find(place, "number")
    match = _LENGTH.fullmatch(words[place].raw)
    if match is not None:
        number, end = float(match[1].replace(",", ".")), place + 1
        if match[2] is not None:
            unit = _unit(reading, pieces(match[2]))
            return None if unit is None else (end, number * unit)
        follows = words[end] if end < len(words) else None
        if follows is not None and follows.comma and follows.start == words[place].end + 1 and follows.raw.isdecimal():
            number, end = number + float(f"0.{follows.raw}"), end + 1
    elif spelled is not None:
        number, end = float(spelled[1].value), spelled[0]
    else:
        return None
    unit = _unit(reading, words[end].pieces) if end < len(words) else None
    return None if unit is None else (end + 1, number * unit)


def _unit(reading: "Reading", key: tuple[str, ...]) -> float | None:
    unit = reading.cues.vocabulary.lengths.get(key)
    return None if unit is None else _KM[unit]


def _around(
    reading: "Reading", db: sqlite3.Connection, names: Sequence[tuple[int, Name]], km: float | None
) -> filters.Filter | None:
    """Return the filter for what was taken near any of the values that a name most nearly is; None if there is none."""
    spoken = reading.known.spoken
    left = sorted(meant(names, spoken, reading.known.inside)[0])
    found = [(said, name, spoken[name.facet].around(db, name.key, km)) for said, name in left if name.facet in spoken]
    able = [(said, name, asked) for said, name, asked in found if asked is not None]
    if not able:
        return None
    best = able[0][0]
    return filters.any_of([filters.asked(name.facet, asked) for said, name, asked in able if said == best])


def _behind(reading: "Reading", place: int) -> int:
    """Return the place after what may end it, as in "20 km um Paris herum"."""
    return reading.cues.after(place, "behind", most=1)


def without_initials(
    reading: "Reading", place: int, count: int, names: list[tuple[int, Name]]
) -> list[tuple[int, Name]]:
    """Return the names without those that only others call so, in a few letters that may as well be a word.

    They count in capitals and after a word such as "in", very short ones in capitals alone.
    """
    if not _is_short(reading, place, count):
        return names
    capitals = all(word.raw.isupper() for word in reading.words[place : place + count])
    led = reading.cues.has(place - 1, "at", "near") and not _is_short(reading, place, count, _LETTERS)
    return names if capitals or led else [(said, name) for said, name in names if said != OTHER]


def alone(reading: "Reading", place: int, count: int, names: list[tuple[int, Name]]) -> list[tuple[int, Name]]:
    """Return those of the names that `without_initials` leaves out, if no word beside them is left to be understood."""
    beside = reading.is_plain(place - 1) or reading.is_plain(place + count)
    if beside or not _is_short(reading, place, count) or _is_short(reading, place, count, _LETTERS):
        return []
    return [(said, name) for said, name in names if said == OTHER]


def _is_short(reading: "Reading", place: int, count: int, most: int = _INITIALS) -> bool:
    return sum(len(piece) for word in reading.words[place : place + count] for piece in word.pieces) <= most
