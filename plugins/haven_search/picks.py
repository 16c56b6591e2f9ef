"""Reads "the last time Bob was in France", "our second day in Palma": one day of those that all the rest fits."""

import sqlite3
from dataclasses import dataclass

from haven_fs import PhotoSet
from haven_search.filters import Filter
from haven_search.reading import Item, Reading

_DAYS = {"first": 0, "second": 1, "third": 2, "last": -1}


@dataclass(frozen=True, slots=True)
class Pick:
    """Which day of those with photos: 0 is the first, -1 the last."""

    day: int

    def of(self, db: sqlite3.Connection, photos: PhotoSet) -> PhotoSet:
        """Return those of the photos that were taken on that day; none if there are not so many days."""
        order, offset = ("DESC", 0) if self.day < 0 else ("ASC", self.day)
        query = (
            f"SELECT DISTINCT p.day FROM photo p WHERE {photos.condition} AND p.day > 0"
            f" ORDER BY p.day {order} LIMIT 1 OFFSET ?"
        )
        row = db.execute(query, (*photos.params, offset)).fetchone()
        return photos.narrowed("p.day = ?", row[0] if row else -1)


def read_pick(reading: Reading) -> Pick | None:
    """Make an item of the words that ask for one day, if anything else is asked for; None if none do."""
    if not reading.items:
        return None

    for place in range(len(reading.words)):
        found = reading.cues.find(place, "pick")
        if found is not None and _is_free(reading, place, found[0]):
            which = str(found[1].value)
            says = Filter("date", "1", (), f"on the {which} day of all that fit the rest", broad=True)
            reading.claim(Item(place, found[0], "pick", filter=says))
            return Pick(_DAYS[which])
    return None


def _is_free(reading: Reading, start: int, end: int) -> bool:
    """Tell whether words are free, or are once "photo" is no item of its own in "the first photo"."""
    owners = {id(owner): owner for owner in reading.owner[start:end] if owner is not None}
    inner = [one for one in owners.values() if one.start >= start and one.end <= end]
    if len(inner) < len(owners) or not all(one.filter is not None and one.filter.broad for one in inner):
        return False
    reading.items[:] = [item for item in reading.items if item not in inner]
    return True
