"""Values that are named beside the word for what they are: "album Summer", "in the Summer album".

An album may be called by any word, so its name alone says nothing; a word such as "album" ([any] in the tables) speaks
for it.
"""

import sqlite3
from collections.abc import Iterator, Mapping

from haven_fs import SpokenFacet, names
from haven_search.cues import Cues
from haven_search.known import Name

_MOST_WORDS = 8
_COLUMNS = "id, facet, name, fold, key, parent"


class NounReader:
    """Reads the values of one phrase that stand beside a noun."""

    def __init__(self, db: sqlite3.Connection, cues: Cues, spoken: Mapping[str, SpokenFacet]) -> None:
        self._db = db
        self._cues = cues
        self._facets = {one.at_large: one.facet for one in spoken.values() if one.by_noun}
        self._nouns = {
            place: (place + count, self._facets[str(sense.value)])
            for place in range(len(cues.words) if self._facets else 0)
            for count, sense in cues.at(place)
            if sense.role == "any" and sense.value in self._facets
        }

    def find(self, place: int) -> Iterator[tuple[int, list[Name]]]:
        """Give the values that are named, with their noun, from `place` on, and the place after; longest first."""
        if place in self._nouns:
            start, facet = self._nouns[place]
            for end in range(min(start + _MOST_WORDS, len(self._cues.words)), start, -1):
                if found := self._called(facet, start, end):
                    yield end, found
        for noun, (end, facet) in self._nouns.items():
            if place < noun <= place + _MOST_WORDS and (found := self._called(facet, place, noun)):
                yield end, found

    def _called(self, facet: str, start: int, end: int) -> list[Name]:
        words = self._cues.words[start:end]
        if any(word.field is not None or (word.comma and place) for place, word in enumerate(words)):
            return []
        written = " ".join(word.raw for word in words)
        query = f"SELECT {_COLUMNS} FROM value WHERE facet = ?"
        return [Name(*row) for row in self._db.execute(f"{query} AND fold = ?", (facet, names.fold(written)))]
