"""What writing to the folders of places says: a photo was taken here, was taken here instead, was not taken here.

What is said is the town and the country. The position itself is then not known: one that was made up would lie about
the exact spot to whatever reads it.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haven_fs import Conflict, Forbidden, Tag, Words, Writer, as_found, ask_again, say, unsay, value_of, values_of
from haven_places.calling import original_name
from haven_places.ownplaces import COUNTRY, PLACE, REGION, own_places

PLACES, COUNTRIES, REGIONS = f"tags:{PLACE}", f"tags:{COUNTRY}", f"tags:{REGION}"
NOWHERE: Mapping[str, Any] = {
    **{fact: [] for fact in (PLACES, COUNTRIES, REGIONS)},
    **dict.fromkeys(("latitude", "longitude", "altitude")),
}
"""All that says where a photo was taken; it is said together."""
WORDS = (
    Words("taken here", "{photo} was taken in {where}", "{photos} were taken in {where}"),
    Words("taken here instead", "{photo} was taken in {where}", "{photos} were taken in {where}"),
    Words("not taken here", "{photo} was not taken in {where}", "{photos} were not taken in {where}"),
)
"""How what is said of where photos were taken is put."""
_GONE = "This place no longer exists. Open the folder again."


@dataclass(frozen=True, slots=True)
class TakenHere:
    """The fact that a photo was taken in a place, or in a country or a region of it outside any town; none of these: in
    none that is known.

    `place`, `country` and `region`: their keys. A region's country is always given with it.
    """

    place: str | None = None
    country: str | None = None
    region: str | None = None

    def put(self, w: Writer, photo_id: int) -> bool:
        """Say it, if nobody knows where the photo was taken. Raises Refused if that is known to be elsewhere."""
        self.check()
        there = _whereabouts(w.db, photo_id)
        if self._holds(there):
            return False
        if w.db.execute("SELECT placed FROM photo WHERE id = ?", (photo_id,)).fetchone()[0]:
            names = [tag.name for tag in there]
            raise Forbidden(
                f"This photo says it was taken in {names[0] if names else 'another place'}. If that is wrong, move the"
                f" photo here from the folder {names[0] if names else 'Elsewhere'} in Places."
            )
        _say(w, photo_id, self, "taken here")
        return True

    def move(self, w: Writer, photo_id: int, source: "TakenHere") -> bool:
        """Say it, and that the photo was not taken at the source, whatever was known."""
        self.check()
        there = _whereabouts(w.db, photo_id)
        leaves = source.place != self.place and source.place in _keys(there, PLACE)
        if self._holds(there) and (self.region is not None or not leaves):
            return False
        _say(w, photo_id, self, "taken here instead", besides=source if leaves else None)
        return True

    def take_out(self, w: Writer, photo_id: int) -> None:
        """Say that a photo was not taken where Haven thinks: where it was is not known then.

        Of a place of the owner's own it is known still, if that lies in a town.
        """
        ask_again(w, photo_id, PLACE)
        facts = NOWHERE
        if self.place in {place.key for place in own_places(w.db)}:
            others = [tag for tag in _whereabouts(w.db, photo_id) if tag.facet == PLACE and tag.key != self.place]
            if others:
                facts = {PLACES: [[tag.key, original_name(w, tag.key, tag.name), tag.parent] for tag in others]}
        say(w, photo_id, facts, "not taken here", where=_called(w, self))

    def check(self) -> None:
        """Raise Refused if it is neither a place nor a country."""
        if self.place is None and self.country is None:
            raise Forbidden(
                "To say where photos were taken, put them into the folder of a place, or into that of a country if it"
                " was outside any town."
            )

    def _holds(self, there: Sequence[Tag]) -> bool:
        if self.place is not None:
            return self.place in _keys(there, PLACE)
        if self.region is not None:
            return self.region in _keys(there, REGION)
        return self.country in _keys(there, COUNTRY) and not _keys(there, PLACE)


def _say(w: Writer, photo_id: int, here: TakenHere, kind: str, besides: TakenHere | None = None) -> None:
    facts = _facts(w, here)
    ask_again(w, photo_id, PLACE)
    # It may leave the folder of photos without a place, whose other photos are as they were.
    w.note_removal()
    if _is_found(w, photo_id, facts, besides):
        # As the file says: then its position is right too.
        unsay(w, photo_id, NOWHERE.keys(), kind, where=_called(w, here))
    else:
        say(w, photo_id, facts, kind, where=_called(w, here))


def _called(w: Writer, here: TakenHere) -> str:
    """Return what a place is called, or else the region or country."""
    keys = (PLACE, here.place), (REGION, here.region), (COUNTRY, here.country)
    found = next((value for facet, key in keys if key is not None and (value := value_of(w.db, facet, key))), None)
    return "the place it is shown in" if found is None else found.name


def _is_found(w: Writer, photo_id: int, facts: Mapping[str, Any], besides: TakenHere | None) -> bool:
    """Tell whether analyzers say the same; a town's photos may be in places of the owner's own, too."""
    _, tags = as_found(w, photo_id)
    places, countries = _keys(tags, PLACE), _keys(tags, COUNTRY)
    said = {tag[0] for tag in facts[PLACES]}
    if besides is not None and besides.place in places:
        return False
    if facts[REGIONS]:
        return False  # which analyzers only know of towns
    return said <= places and bool(said) == bool(places) and {tag[0] for tag in facts[COUNTRIES]} == countries


def _facts(w: Writer, here: TakenHere) -> dict[str, Any]:
    """Return what it means to be taken there. Raises Refused if there is no such place any more."""
    country, places = here.country, []
    if here.place is not None:
        found = value_of(w.db, PLACE, here.place)
        if found is None:
            raise Conflict(_GONE)
        country = found.parent
        places = [[here.place, original_name(w, here.place, found.name), country]]
    countries = []
    if country is not None:
        known = value_of(w.db, COUNTRY, country)
        countries = [[country, known.name if known else country, None]]
    regions = []
    if here.region is not None:
        if (lies_in := value_of(w.db, REGION, here.region)) is None:
            raise Conflict(_GONE)
        regions = [[here.region, lies_in.name, lies_in.parent]]
    return {**NOWHERE, PLACES: places, COUNTRIES: countries, REGIONS: regions}


def _whereabouts(db: sqlite3.Connection, photo_id: int) -> list[Tag]:
    """Return the places that a photo is in, then the regions, then the country."""
    return [tag for facet in (PLACE, REGION, COUNTRY) for tag in values_of(db, photo_id, facet)]


def _keys(tags: Iterable[Tag], facet: str) -> set[str]:
    return {tag.key for tag in tags if tag.facet == facet}
