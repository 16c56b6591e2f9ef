"""What is known of towns and of what they lie in, from the table of places that a worker has built.

A town costs the reading of its one record, so that it can be learned in the very transaction that stores its first
photo. Nothing is built here: while nobody has built the table, there is no atlas.
"""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haven_places.gazetteer import Table, stored
from haven_places.lookup import Town, town_of
from haven_places.regions import Area
from haven_places.sources import record_at

_COLUMNS = ("ids", "offset", "district", "districts", "areas", "wider", "called")


class Atlas:
    """Towns by their ids, and areas by their keys: `areas` are regions and islands, `wider` continents and groups.

    `countries`: what those are called in many languages, by ISO code.
    """

    def __init__(self, table: Table) -> None:
        self._ids = table["ids"]
        self._order = np.argsort(self._ids)
        self._table = table
        self.areas, self.wider = _areas(table["areas"]), _areas(table["wider"])
        self.countries: dict[str, list[str]] = json.loads(table["called"].tobytes())

    @classmethod
    def open(cls, caches: Sequence[Path], language: str) -> "Atlas | None":
        """Open the table from the folder that has it; None if nobody has built it yet."""
        table = stored(caches, language, _COLUMNS)
        return None if table is None else cls(table)

    def towns(self, ids: Collection[str]) -> dict[str, Town] | None:
        """Return the towns with these GeoNames ids; None if their records are not where the table says.

        Raises OSError or ValueError if the package's table is unreadable.
        """
        found: dict[str, Town] = {}
        for key in ids:
            at = int(np.searchsorted(self._ids, int(key), sorter=self._order))
            row = int(self._order[at]) if at < len(self._order) else -1
            if row < 0 or int(self._ids[row]) != int(key):
                continue
            record = record_at(int(self._table["offset"][row]), int(key))
            if record is None:
                return None
            found[key] = town_of(record, str(self._table["districts"][self._table["district"][row]]))
        return found


def _areas(column: npt.NDArray[np.generic]) -> dict[str, Area]:
    return {key: Area(key, name, parent, tuple(names)) for key, name, parent, names in json.loads(column.tobytes())}
