"""Sets of photos as SQL conditions.

A folder never holds its photos: it holds the condition that picks them, so that folders compose (Alice in Paris in
2019 is three conditions).
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from haven_fs.tree.files import FileSet, Stamp


def having(facet: str, key: str | None = None, parent: str | None = None) -> tuple[str, ...]:
    """Return the condition that a photo `p` has a value of a facet, and its parameters; see PhotoSet.with_facet."""
    chosen, params = "facet = ?", [facet]
    for column, wanted in (("key", key), ("parent", parent)):
        if wanted is not None:
            chosen, params = f"{chosen} AND {column} = ?", [*params, wanted]
    values = f"SELECT id FROM value WHERE {chosen}"
    return (f"p.id IN (SELECT photo_id FROM member WHERE value_id IN ({values}))", *params)


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Photos picked by conditions over `photo AS p`, all of which must hold."""

    where: tuple[str, ...] = ()
    params: tuple[Any, ...] = ()
    shown: bool = True

    def narrowed(self, condition: str, *params: Any) -> "PhotoSet":
        """Return the photos of this set for which `condition`, SQL over `p`, holds too."""
        return PhotoSet((*self.where, condition), self.params + params, self.shown)

    def with_facet(self, facet: str, key: str | None = None, *, parent: str | None = None) -> "PhotoSet":
        """Return the photos of this set that have the value of that key in a facet; without a key, any value of it.

        `parent`: only values below that key count.
        """
        return self.narrowed(*having(facet, key, parent))

    def without_facet(self, facet: str, key: str | None = None) -> "PhotoSet":
        """Return the photos of this set that have no such value; see `with_facet`."""
        condition, *params = having(facet, key)
        return self.narrowed(f"NOT ({condition})", *params)

    def __and__(self, other: "PhotoSet") -> "PhotoSet":
        return PhotoSet(self.where + other.where, self.params + other.params, self.shown and other.shown)

    @property
    def condition(self) -> str:
        """The conditions as one SQL expression."""
        shown = ("p.shown = 1",) if self.shown else ()
        return " AND ".join((*shown, *self.where)) or "1"

    def stamp(self, db: sqlite3.Connection) -> Stamp:
        """Return how many photos there are and when one last changed."""
        query = f"SELECT count(*), max(p.seq) FROM photo p WHERE {self.condition}"
        count, seq = db.execute(query, self.params).fetchone()
        return Stamp(count, seq or 0)

    def ids(self, db: sqlite3.Connection) -> list[int]:
        """Return the ids of the photos."""
        return [id_ for (id_,) in db.execute(f"SELECT p.id FROM photo p WHERE {self.condition}", self.params)]

    def grouped(self, db: sqlite3.Connection, expression: str) -> list[tuple[Any, Stamp]]:
        """Return each value of an SQL expression over `p` with the stamp of its photos, in its order."""
        query = f"SELECT {expression}, count(*), max(p.seq) FROM photo p WHERE {self.condition} GROUP BY 1 ORDER BY 1"
        return [(value, Stamp(count, seq)) for value, count, seq in db.execute(query, self.params)]

    def by_value(self, db: sqlite3.Connection, facet: str, parent: str | None = None) -> list[tuple[int, str, Stamp]]:
        """Return each value of a facet that photos of this set have: its id, its name, the stamp of those photos."""
        below = "AND v.parent = ?" if parent is not None else ""
        query = (
            "SELECT v.id, v.name, count(*), max(p.seq) FROM value v JOIN member m ON m.value_id = v.id"
            f" JOIN photo p ON p.id = m.photo_id WHERE v.facet = ? {below} AND {self.condition}"
            " GROUP BY v.id ORDER BY v.fold"
        )
        params = (facet, *((parent,) if parent is not None else ()), *self.params)
        return [(id_, name, Stamp(count, seq)) for id_, name, count, seq in db.execute(query, params)]

    def files(self) -> FileSet:
        """Return the files these photos are shown as: each with its companions, but without sidecars."""
        # CROSS JOIN fixes the order of the joins: photos by their index first, then their few originals; for one
        # name the original by its index first, then its photo.
        where = f"WHERE {self.condition} AND o.gone IS NULL AND o.name IS NOT NULL"
        return FileSet(
            f"FROM photo p CROSS JOIN original o ON o.photo_id = p.id {where}",
            self.params,
            order="ORDER BY o.name_fold",
            lookup=f"FROM original o CROSS JOIN photo p ON p.id = o.photo_id {where}",
        )

    def main_files(self) -> FileSet:
        """Return the file that each of these photos is looked at by, without its companions."""
        return self.narrowed("o.id = p.main_id").files()

    def among(self, photo_ids: Sequence[int]) -> "PhotoSet":
        """Return the photos of this set that are among these."""
        return self.narrowed("p.id IN (SELECT value FROM json_each(?))", json.dumps(list(photo_ids)))

    def ranked_files(self, photo_ids: Sequence[int], first: int | None = None) -> FileSet:
        """Return the files of those photos of this set that are among these, by their place in `photo_ids`.

        `first`: only of those that have one of so many first places; their names are as among all.
        """
        # As in `files`, the order of the joins is given: by rank for a listing, by name for one file.
        by_rank = "FROM json_each(?) r CROSS JOIN photo p ON p.id = r.value CROSS JOIN original o ON o.photo_id = p.id"
        by_name = "FROM original o CROSS JOIN photo p ON p.id = o.photo_id CROSS JOIN json_each(?) r ON r.value = p.id"
        where = f"WHERE {self.condition} AND o.gone IS NULL AND o.name IS NOT NULL"
        return FileSet(
            f"{by_rank} {where}",
            (json.dumps(list(photo_ids[:first])), *self.params),
            order="ORDER BY r.key, o.name_fold",
            lookup=f"{by_name} {where}",
            rank="r.key + 1",
            digits=max(3, len(str(len(photo_ids)))),
        )
