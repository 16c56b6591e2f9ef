"""What sidecars are to say of where photos were taken: positions, and the names of places, also the owner's own.

Other programs read the names from Photoshop's and the IPTC's properties. Which place is meant exactly the core writes,
word for word (haven:Said). What a town is called by its owner, and where a place of the owner's own is, each photo in
it carries (haven:PlaceNames), since nothing else outlasts the catalog.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from haven_fs import Found, SidecarNotes, Writer, rename_values, said_facts, value_of
from haven_places.ownplaces import COUNTRY, PLACE, REGION, OwnPlace, own_places

PROPERTY = "haven:PlaceNames"
CITY, STATE, NATION, CODE = "photoshop:City", "photoshop:State", "photoshop:Country", "Iptc4xmpCore:CountryCode"
SPOT = "Iptc4xmpCore:Location"
LATITUDE, LONGITUDE = "exif:GPSLatitude", "exif:GPSLongitude"
ALTITUDE, BELOW_SEA = "exif:GPSAltitude", "exif:GPSAltitudeRef"
_TAGS = tuple(f"tags:{facet}" for facet in (PLACE, COUNTRY, REGION))
_DIVISION = re.compile(r"[A-Z]{2}\.[^.]+")
_OWN = re.compile(r"at -?\d+\.\d{5} -?\d+\.\d{5}")
_ROW = "key, name, original, latitude, longitude, radius, country"
_LONGEST = 200


class PlacesInSidecars:
    """Where owners said that photos were taken, and what they call places."""

    name = "places"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return what owners said of places, photo by photo."""
        notes = {
            photo_id: SidecarNotes(texts=dict(_positions(facts)))
            for photo_id, facts in said_facts(db, ("latitude", "longitude", "altitude")).items()
        }
        placed = set(said_facts(db, _TAGS))
        named = dict(_named(db))
        for photo_id, tags in _tags(db, placed | named.keys()).items():
            note = notes.setdefault(photo_id, SidecarNotes())
            note.texts.update(_names(tags, only=None if photo_id in placed else named[photo_id]))
        for photo_id in placed - notes.keys():
            notes[photo_id] = SidecarNotes()
        for photo_id in placed:
            for name in (CITY, STATE, NATION, CODE, SPOT):
                notes[photo_id].texts.setdefault(name, "")
        for photo_id, rows in named.items():
            note = notes.setdefault(photo_id, SidecarNotes())
            note.items[PROPERTY] = list(rows.values())
            note.gone[PROPERTY] = _former(rows)
        return notes

    def of_no_photo(self, db: sqlite3.Connection) -> Mapping[str, Sequence[str]]:
        """Return what places are called, also those that no photo is in."""
        rows = db.execute(f"SELECT {_ROW} FROM place_name ORDER BY key").fetchall()
        return {PROPERTY: [json.dumps(row, ensure_ascii=False) for row in rows]}


def _former(rows: Mapping[str, str]) -> Callable[[str], bool]:
    """Tell of a text whether it is what a place was called before; `rows`: texts by the places' keys."""
    return lambda text: rows.get(_key(text) or "", text) != text


def _positions(facts: Mapping[str, Any]) -> dict[str, str]:
    north, east, metres = (facts.get(name) for name in ("latitude", "longitude", "altitude"))
    texts = dict.fromkeys((LATITUDE, LONGITUDE, ALTITUDE, BELOW_SEA), "")
    if north is None or east is None:
        return texts
    texts |= {LATITUDE: spelled(north, "NS"), LONGITUDE: spelled(east, "EW")}
    if metres is not None:
        texts |= {ALTITUDE: f"{round(abs(metres) * 10)}/10", BELOW_SEA: "1" if metres < 0 else "0"}
    return texts


def spelled(degrees: float, signs: str) -> str:
    """Return an angle as XMP has it, "48,51.396000N"; `signs`: the letters of the positive and the negative half."""
    whole, minutes = divmod(round(abs(degrees) * 60_000_000), 60_000_000)
    return f"{whole},{minutes / 1_000_000:.6f}{signs[degrees < 0]}"


def _named(db: sqlite3.Connection) -> Iterable[tuple[int, dict[str, str]]]:
    """Give the photos that are in places with names of the owner's, with the rows of those as text, by their keys."""
    found: dict[int, dict[str, str]] = {}
    rows = {row[0]: json.dumps(row, ensure_ascii=False) for row in db.execute(f"SELECT {_ROW} FROM place_name")}
    query = "SELECT m.photo_id, v.key FROM value v JOIN member m ON m.value_id = v.id WHERE v.facet = ? AND v.key = ?"
    for key, text in rows.items():
        for photo_id, _ in db.execute(query, (PLACE, key)):
            found.setdefault(photo_id, {})[key] = text
    return found.items()


def _tags(db: sqlite3.Connection, photo_ids: Iterable[int]) -> dict[int, list[tuple[str, str, str]]]:
    """Return the places, regions and countries of photos, as they are called now: facet, key, name."""
    query = (
        "SELECT m.photo_id, v.facet, v.key, v.name FROM json_each(?) j CROSS JOIN member m ON m.photo_id = j.value"
        f" JOIN value v ON v.id = m.value_id WHERE v.facet IN ('{PLACE}', '{REGION}', '{COUNTRY}') ORDER BY v.key"
    )
    found: dict[int, list[tuple[str, str, str]]] = {}
    for photo_id, *tag in db.execute(query, (json.dumps(list(photo_ids)),)):
        found.setdefault(photo_id, []).append((tag[0], tag[1], tag[2]))
    return found


def _names(tags: Iterable[tuple[str, str, str]], only: Mapping[str, str] | None) -> dict[str, str]:
    """Return the names of places as properties; `only`: those with these keys, since the rest nobody said."""
    texts: dict[str, str] = {}
    for facet, key, name in tags:
        if only is not None and key not in only:
            continue
        if facet == PLACE:
            texts[SPOT if _OWN.fullmatch(key) else CITY] = name
        elif facet == REGION and _DIVISION.fullmatch(key):
            texts[STATE] = name
        elif facet == COUNTRY:
            texts |= {NATION: name, CODE: key}
    return texts


def _key(text: str) -> str | None:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return row[0] if isinstance(row, list) and row and isinstance(row[0], str) else None


def absorb_names(w: Writer, found: Found) -> list[OwnPlace]:
    """Take in what sidecars of photos say that places are called; see `hear_names`."""
    return hear_names(
        w, {t for said in found.values() if "beside" in said for t in said["beside"].notes().get(PROPERTY, ())}
    )


def hear_names(w: Writer, texts: Collection[str]) -> list[OwnPlace]:
    """Take in what sidecars say that places are called, each once: whatever the owner makes of it then stays.

    Return the places of the owner's own among them.
    """
    rows = [row for text in sorted(texts) if (row := _row(text)) is not None]
    named: dict[str, str] = {}
    for row in rows:
        known = w.db.execute("INSERT OR IGNORE INTO place_told VALUES (?)", (row[0],)).rowcount == 0
        taken = w.db.execute("SELECT 1 FROM place_name WHERE key = ? OR name = ?", row[:2]).fetchone()
        if known or taken:
            continue
        w.db.execute(f"INSERT INTO place_name ({_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        if value_of(w.db, PLACE, row[0]) is not None:
            named[row[0]] = row[1]
    if named:
        rename_values(w, PLACE, named)
        w.note_removal()
    new = {row[0] for row in rows}
    return [place for place in own_places(w.db) if place.key in new]


def _row(text: str) -> tuple[Any, ...] | None:
    """Return a row of `place_name` of its text, None if it is none: anybody may have written it."""
    key = _key(text)
    row = json.loads(text) if key is not None else []
    if len(row) != 7 or not isinstance(row[1], str) or not 0 < len(row[1].strip()) <= _LONGEST:
        return None
    original, *spot, country = row[2:]
    if not isinstance(original, str | None) or not isinstance(country, str | None):
        return None
    if not _OWN.fullmatch(key or ""):
        return tuple(row) if str(key).isdecimal() and spot == [None, None, None] else None
    numbers = [float(n) for n in spot if isinstance(n, int | float) and not isinstance(n, bool)]
    if len(numbers) != 3 or not (abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and 0 < numbers[2] <= 1e6):
        return None
    return (key, row[1], original, *numbers, country)
