"""The searches that were kept, as an export has them: they are of no photo."""

import sqlite3
from collections.abc import Mapping, Sequence

from haven_fs import SidecarNotes
from haven_search.facet import PLACE, SEARCHES


class KeptSearches:
    """Says which searches there are."""

    name = "searches"

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return nothing: no photo is in a search for good."""
        return {}

    def of_no_photo(self, db: sqlite3.Connection) -> Mapping[str, Sequence[str]]:
        """Return the phrases."""
        query = "SELECT name FROM made WHERE parent = ? ORDER BY id"
        return {SEARCHES: [name for (name,) in db.execute(query, (PLACE,))]}
