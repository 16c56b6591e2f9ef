"""What writing to the folders of places says: a photo was taken here, was taken here instead, was not taken here.

What is said is the town and the country. The position itself is then not known: one that was made up would lie about
the exact spot to whatever reads it.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haven_fs import Conflict, Forbidden, Writer
from haven_fs.catalog.dismissed import ask_again
from haven_fs.catalog.said import say, unsay
from haven_fs.catalog.settle import TAGS, Settler
from haven_places.calling import original_name
from haven_places.ownplaces import COUNTRY, PLACE, own_places

FACTS = (TAGS + PLACE, TAGS + COUNTRY, "latitude", "longitude")
"""All that says where a photo was taken; it is said together."""
NOWHERE: Mapping[str, Any] = {FACTS[0]: [], FACTS[1]: [], FACTS[2]: None, FACTS[3]: None}
_GONE = "This place is not there any more. Open the folder again."


@dataclass(frozen=True, slots=True)
class Spot:
    """What a folder stands for: the key of a place, or only that of a country, outside any town; neither: elsewhere."""

    place: str | None = None
    country: str | None = None


def put_here(w: Writer, photo_id: int, spot: Spot) -> bool:
    """Say that a photo was taken here, if nobody knows where it was; False if that is known. Raises Refused."""
    keys = _keys(w.db, photo_id)
    if _is_here(keys, spot):
        return False
    if w.db.execute("SELECT placed FROM photo WHERE id = ?", (photo_id,)).fetchone()[0]:
        names = [name for facet in (PLACE, COUNTRY) for name in keys[facet].values()]
        where = names[0] if names else "another place"
        raise Forbidden(
            f"Haven knows that this photo was taken in {where}. If that is wrong, move the photo here from the folder"
            f" {names[0] if names else 'Elsewhere'} in Places.",
        )
    _say(w, photo_id, spot, "taken here")
    return True


def move_here(w: Writer, photo_id: int, spot: Spot, source: Spot | None) -> bool:
    """Say that a photo was taken here and not at `source`, whatever was known; False if that is known."""
    keys = _keys(w.db, photo_id)
    leaves = source is not None and source.place != spot.place and source.place in keys[PLACE]
    if _is_here(keys, spot) and not leaves:
        return False
    _say(w, photo_id, spot, "taken here instead", besides=source if leaves else None)
    return True


def not_here(w: Writer, photo_id: int, spot: Spot) -> None:
    """Say that a photo was not taken where Haven thinks: where it was is not known then.

    Of a place of the owner's own it is known still, if that lies in a town.
    """
    ask_again(w, photo_id, PLACE)
    facts = NOWHERE
    if spot.place in {place.key for place in own_places(w.db)}:
        rows = w.db.execute(
            "SELECT v.key, v.name, v.parent FROM member m JOIN value v ON v.id = m.value_id"
            " WHERE m.photo_id = ? AND v.facet = ? AND v.key <> ?",
            (photo_id, PLACE, spot.place),
        ).fetchall()
        if rows:
            facts = {TAGS + PLACE: [[key, original_name(w, key, name), parent] for key, name, parent in rows]}
    say(w, photo_id, facts, "not taken here")


def _say(w: Writer, photo_id: int, spot: Spot, kind: str, besides: Spot | None = None) -> None:
    facts = _facts(w, spot)
    ask_again(w, photo_id, PLACE)
    # It may leave the folder of photos without a place, whose other photos are as they were.
    w.note_removal()
    if _is_found(w, photo_id, facts, besides):
        # As the file says: then its position is right too.
        unsay(w, photo_id, FACTS, kind)
    else:
        say(w, photo_id, facts, kind)


def _is_found(w: Writer, photo_id: int, facts: Mapping[str, Any], besides: Spot | None) -> bool:
    """Tell whether analyzers say the same; a town's photos may be in places of the owner's own, too."""
    _, tags = Settler(w).found(photo_id)
    places, countries = ({key for facet, key in tags if facet == one} for one in (PLACE, COUNTRY))
    said = {tag[0] for tag in facts[TAGS + PLACE]}
    if besides is not None and besides.place in places:
        return False
    return said <= places and bool(said) == bool(places) and {tag[0] for tag in facts[TAGS + COUNTRY]} == countries


def _facts(w: Writer, spot: Spot) -> dict[str, Any]:
    """Return what it means to be taken there. Raises Refused if there is no such place any more."""
    country, places = spot.country, []
    if spot.place is not None:
        row = w.db.execute("SELECT name, parent FROM value WHERE facet = ? AND key = ?", (PLACE, spot.place)).fetchone()
        if row is None:
            raise Conflict(_GONE)
        country = row[1]
        places = [[spot.place, original_name(w, spot.place, row[0]), country]]
    countries = []
    if country is not None:
        row = w.db.execute("SELECT name FROM value WHERE facet = ? AND key = ?", (COUNTRY, country)).fetchone()
        countries = [[country, row[0] if row else country, None]]
    return {**NOWHERE, TAGS + PLACE: places, TAGS + COUNTRY: countries}


def _keys(db: sqlite3.Connection, photo_id: int) -> dict[str, dict[str, str]]:
    """Return the places and countries that a photo is in: by facet, keys and names."""
    found: dict[str, dict[str, str]] = {PLACE: {}, COUNTRY: {}}
    for facet, key, name in db.execute(
        "SELECT v.facet, v.key, v.name FROM member m JOIN value v ON v.id = m.value_id"
        " WHERE m.photo_id = ? AND v.facet IN ('place', 'country')",
        (photo_id,),
    ):
        found[facet][key] = name
    return found


def _is_here(keys: dict[str, dict[str, str]], spot: Spot) -> bool:
    if spot.place is not None:
        return spot.place in keys[PLACE]
    return spot.country in keys[COUNTRY] and not keys[PLACE]
