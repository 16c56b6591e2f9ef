"""The values of facets, such as the place Paris: found by their stable keys, and named so that none share a name."""

import sqlite3
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from haven_fs.catalog import names
from haven_fs.catalog.findings import Tag

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Writer


def value_of(db: sqlite3.Connection, facet: str, key: str) -> Tag | None:
    """Return a value by its key as it is called now, None if no photo ever had it."""
    row = db.execute("SELECT name, parent FROM value WHERE facet = ? AND key = ?", (facet, key)).fetchone()
    return Tag(facet, key, *row) if row else None


def values_of(db: sqlite3.Connection, photo_id: int, *facets: str) -> list[Tag]:
    """Return the values that a photo has of these facets, or of all."""
    chosen = f" AND v.facet IN ({', '.join('?' * len(facets))})" if facets else ""
    rows = db.execute(
        "SELECT v.facet, v.key, v.name, v.parent FROM member m JOIN value v ON v.id = m.value_id"
        f" WHERE m.photo_id = ?{chosen} ORDER BY v.facet, v.name",
        (photo_id, *facets),
    )
    return [Tag(*row) for row in rows]


class Values:
    """Finds and makes values in one write transaction."""

    def __init__(self, w: "Writer") -> None:
        self._w = w
        self._ids: dict[tuple[str, str, str, str | None], int] = {}
        self._called: dict[str, Mapping[str, str] | None] = {}

    def id_of(self, facet: str, key: str, name: str, parent: str | None) -> int:
        """Return the row of a value, made or brought up to date: `name` is what it is called if no owner named it."""
        wanted = (facet, key, name, parent)
        if wanted not in self._ids:
            self._ids[wanted] = self._find(*wanted)
        return self._ids[wanted]

    def forget(self) -> None:
        """Look rows up anew from here on, since some were dropped."""
        self._ids.clear()

    def _find(self, facet: str, key: str, name: str, parent: str | None) -> int:
        db = self._w.db
        if facet not in self._called:
            self._called[facet] = self._w.facets.called(db, facet)
        called = self._called[facet]
        row = db.execute("SELECT id, name, parent FROM value WHERE facet = ? AND key = ?", (facet, key)).fetchone()
        if called is None and row:
            return int(row[0])
        name = names.portable((called or {}).get(key) or name)
        if row and row[2] == parent and (row[1] == name or row[1].startswith(f"{name} (")):
            return int(row[0])
        wanted = _free(db, facet, key, name, self._ids.values())
        if row:
            # A folder leaves under its old name.
            self._w.note_removal()
        stored = db.execute(
            "INSERT INTO value (facet, key, name, fold, parent, seq) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (facet, key)"
            " DO UPDATE SET name = excluded.name, fold = excluded.fold, parent = excluded.parent, seq = excluded.seq"
            " RETURNING id",
            (facet, key, wanted, names.fold(wanted), parent, self._w.seq),
        ).fetchone()
        return int(stored[0])


def _free(db: sqlite3.Connection, facet: str, key: str, name: str, in_use: Collection[int] = ()) -> str:
    """Return a name for a value that no other value of the facet has: the name itself, or with a number.

    A value that no photo has gives its name away, unless it is `in_use`: a photo is about to have it.
    """

    def is_taken(fold: str) -> bool:
        other = db.execute(
            "SELECT id, EXISTS (SELECT 1 FROM member WHERE value_id = value.id) FROM value"
            " WHERE facet = ? AND fold = ? AND key <> ?",
            (facet, fold, key),
        ).fetchone()
        if other is None or other[1] or other[0] in in_use:
            return other is not None
        db.execute("DELETE FROM value WHERE id = ?", (other[0],))
        return False

    return names.free(name, is_taken, folder=True)


def rename_values(w: "Writer", facet: str, named: Mapping[str, str]) -> None:
    """Call values of a facet, by their keys, by these names from now on; two may take each other's.

    Those that no photo has have no row, and nothing is made for them.
    """
    for key in named:
        # First nobody has a name.
        w.db.execute(
            "UPDATE value SET fold = facet || ' ' || key || ' renamed' WHERE facet = ? AND key = ?", (facet, key)
        )
    for key, name in named.items():
        free = _free(w.db, facet, key, name)
        w.db.execute(
            "UPDATE value SET name = ?, fold = ?, seq = ? WHERE facet = ? AND key = ?",
            (free, names.fold(free), w.seq, facet, key),
        )


def drop_empty_values(db: sqlite3.Connection, facet: str) -> None:
    """Free the names of values that no photo has any more."""
    db.execute(
        "DELETE FROM value WHERE facet = ? AND NOT EXISTS (SELECT 1 FROM member WHERE value_id = value.id)", (facet,)
    )
