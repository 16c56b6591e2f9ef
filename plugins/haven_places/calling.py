"""Naming places: the only place that changes what the owner calls them, and which places are the owner's own.

A town keeps its key whatever it is called. An own place's key is its middle, so the same place made again is the same.
"""

import json
from collections.abc import Iterable, Mapping

from haven_fs import Change, PhotoSet, Words, Writer, names, rename_values, settle, value_of
from haven_places.ownplaces import METRES, PLACE, OwnPlace, own_places


class PlaceNameTaken(ValueError):
    """Another place is called that; `name` is how."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def name_place(w: Writer, key: str, name: str) -> None:
    """Have the owner call a place by a name; by the name that Haven found, it is the owner's no more.

    Raises PlaceNameTaken, and LookupError if there is no such place.
    """
    before = value_of(w.db, PLACE, key)
    if before is None:
        raise LookupError(key)
    _check_free(w, name, key)
    known = w.db.execute("SELECT original, radius FROM place_name WHERE key = ?", (key,)).fetchone()
    own = known is not None and known[1] is not None
    if known is not None and not own and name in (known[0], _found_name(w, key)):
        w.db.execute("DELETE FROM place_name WHERE key = ?", (key,))
        w.db.execute("INSERT OR IGNORE INTO place_told VALUES (?)", (key,))
    else:
        w.db.execute(
            "INSERT INTO place_name (key, name, original) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET name = excluded.name",
            (key, name, before.name),
        )
    _show_names(w, {key: name})
    w.correct("place named", name=name, before=before.name)


def make_place(
    w: Writer, name: str, latitude: float, longitude: float, radius: float, country: str | None = None
) -> OwnPlace:
    """Make a place of the owner's own, or change its name and radius if it has that middle. Raises PlaceNameTaken."""
    # About a metre: what is kept of a row that changed, see haven_fs.catalog.changes, is exact to 15 digits.
    latitude, longitude = round(latitude, 5), round(longitude, 5)
    place = OwnPlace(f"at {latitude:.5f} {longitude:.5f}", name, latitude, longitude, radius, country)
    _check_free(w, name, place.key)
    before = {one.key: one for one in own_places(w.db)}.get(place.key)
    w.db.execute(
        "INSERT INTO place_name (key, name, latitude, longitude, radius, country) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET name = excluded.name, radius = excluded.radius",
        (place.key, name, latitude, longitude, radius, country),
    )
    _settle(w, photos_in(w, [place, before]) | _members(w, place.key))
    w.correct("place made", name=name, latitude=latitude, longitude=longitude, radius=radius)
    return place


def remove_place(w: Writer, place: OwnPlace) -> None:
    """Have a place of the owner's own be none any more; photos said to be there stay there."""
    w.db.execute("DELETE FROM place_name WHERE key = ?", (place.key,))
    w.db.execute("INSERT OR IGNORE INTO place_told VALUES (?)", (place.key,))  # sidecars may still tell it
    _settle(w, _members(w, place.key))
    w.correct("place removed", name=place.name)


WORDS = (
    Words("place named", "{before} is called {name}"),
    Words("place made", "New place {name}"),
    Words("place removed", "The place {name} is removed"),
)
"""How what the owner says about places themselves is put."""


def original_name(w: Writer, key: str, name: str) -> str:
    """Return what a place is called apart from the owner's own name for it."""
    row = w.db.execute("SELECT original FROM place_name WHERE key = ?", (key,)).fetchone()
    return name if row is None or row[0] is None else str(row[0])


def follow_names(w: Writer, changes: Iterable[Change]) -> set[int]:
    """Have places be called as rows of `place_name` say that an undo changed; return the photos to settle."""
    towns: dict[str, str | None] = {}
    own: list[OwnPlace] = []
    for change in changes:
        key = change["key"]["key"]
        sides = [side for side in (change["before"], change["after"]) if side]
        whole = [side for side in sides if side.get("radius") is not None and side.get("latitude") is not None]
        own += [OwnPlace(key, s["name"], s["latitude"], s["longitude"], s["radius"], s["country"]) for s in whole]
        towns[key] = next((side["original"] for side in sides if side.get("original")), towns.get(key))
    named: dict[str, str] = {}
    for key, original in towns.items():
        said = w.db.execute("SELECT name FROM place_name WHERE key = ?", (key,)).fetchone()
        known = value_of(w.db, PLACE, key)
        if known is not None:
            named[key] = (said[0] if said else _found_name(w, key) or original) or known.name
    _show_names(w, named)
    there = [place for place in own_places(w.db) if place.key in towns]
    resettled = {place.key for place in own} | {place.key for place in there}
    return photos_in(w, [*own, *there]).union(*(_members(w, key) for key in resettled))


def _show_names(w: Writer, named: Mapping[str, str]) -> None:
    """Have places' folders be called by these names; all above them is new."""
    rename_values(w, PLACE, named)
    for key in named:
        w.touch(_members(w, key))
    w.note_removal()


def _check_free(w: Writer, name: str, key: str) -> None:
    """Raise PlaceNameTaken if another place is called that; one without any photo gives its name away."""
    row = w.db.execute(
        "SELECT id, name, key FROM value WHERE facet = ? AND fold = ?", (PLACE, names.fold(name))
    ).fetchone()
    if row is None or row[2] == key:
        row = w.db.execute("SELECT key, name FROM place_name WHERE key <> ?", (key,)).fetchall()
        for _, other in row:
            if names.fold(other) == names.fold(name):
                raise PlaceNameTaken(other)
        return
    if w.db.execute("SELECT 1 FROM member WHERE value_id = ?", (row[0],)).fetchone():
        raise PlaceNameTaken(row[1])
    w.db.execute("DELETE FROM value WHERE id = ?", (row[0],))


def _found_name(w: Writer, key: str) -> str | None:
    """Return what analyzers call a place."""
    rows = w.db.execute(
        "SELECT a.facts FROM value v JOIN member m ON m.value_id = v.id JOIN analysis a ON a.photo_id = m.photo_id"
        " WHERE v.facet = ? AND v.key = ? AND instr(a.facts, ?) LIMIT 50",
        (PLACE, key, json.dumps(key)),
    )
    for (text,) in rows:
        for facet, tagged, name, _ in json.loads(text).get("tags", ()):
            if (facet, tagged) == (PLACE, key):
                return str(name)
    return None


def _members(w: Writer, key: str) -> set[int]:
    return set(PhotoSet(shown=False).with_facet(PLACE, key).ids(w.db))


def photos_in(w: Writer, places: Iterable[OwnPlace | None]) -> set[int]:
    """Return the photos that were taken in places of the owner's own, by their positions."""
    found: set[int] = set()
    for place in places:
        if place is None:
            continue
        margin = place.radius / METRES + 1e-6
        rows = w.db.execute(
            "SELECT id, latitude, longitude FROM photo WHERE latitude BETWEEN ? AND ? AND longitude IS NOT NULL",
            (place.latitude - margin, place.latitude + margin),
        )
        found |= {int(id_) for id_, north, east in rows if place.holds(north, east)}
    return found


def _settle(w: Writer, photo_ids: Iterable[int]) -> None:
    settle(w, photo_ids)
    w.note_removal()
