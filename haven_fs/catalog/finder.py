"""Finding what lines of the record tell in a catalog whose rows have other numbers; see haven_fs.catalog.portable."""

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from haven_fs.catalog.portable import (
    CORRECTION,
    KEY,
    ORIGINAL,
    PHOTO,
    Portable,
    Told,
    found_original,
    found_photo,
    name_of,
    wanted,
)

if TYPE_CHECKING:
    from haven_fs.catalog.catalog import Writer


class NotYet(Exception):
    """What a row is about is not there; `want`: by what it is looked for when it comes, "" if nobody can tell."""

    def __init__(self, want: str = "") -> None:
        super().__init__(want)
        self.want = want


class Finder:
    """Finds rows and photos in one transaction. `complete`: all that is there has been looked into."""

    def __init__(self, w: "Writer", *, complete: bool) -> None:
        self._w, self._db, self._complete = w, w.db, complete
        self.portable = Portable(w.facets)

    def find(self, told: Told) -> Any:
        """Return a value that was told. Raises NotYet."""
        if not isinstance(told, dict):
            return told
        ((kind, value),) = told.items()
        return self.value(kind, value)

    def value(self, kind: str, value: Told) -> Any:
        """Return what was told of a kind. Raises NotYet."""
        if kind == KEY:
            return "/".join(part if isinstance(part, str) else self._part(part) for part in value)
        if kind == CORRECTION:
            return value[0]
        if kind in (PHOTO, ORIGINAL):
            found = (found_photo if kind == PHOTO else found_original)(self._db, value, whatever=self._complete)
            if found is None:
                raise NotYet(wanted(value))
            return found
        if kind not in self.portable.rows:
            found = self._w.facets.find(self._w, kind, value, complete=self._complete)
            if found is None:
                raise NotYet(_first_photo(self._db, value))
            return found
        return self._row(kind, value)

    def _part(self, told: Told) -> str:
        ((kind, value),) = told.items()
        return f"{kind} {self.value(kind, value)}"

    def _row(self, kind: str, told: Told) -> int:
        """Return a row by where it was made, else by what a facet says of it."""
        if kind not in self.portable.rows:
            raise NotYet
        catalog, number, *more = told
        # What owners made may be gone again by now: what is still to be done of it comes to nothing.
        known = self.known(kind, told, gone=not more)
        if known is not None:
            return known
        found: int | None = None
        if more:
            found = self._w.facets.find(self._w, kind, more[0], complete=self._complete)
            if found is None:
                raise NotYet(_first_photo(self._db, more[0]))
        elif list(name_of(self._db, kind, number)) == [catalog, number]:
            found = number  # it is of this catalog, or was before it went back
        if found is None or not self._is_row(kind, found):
            raise NotYet
        self._know(kind, told, found)
        return found

    def known(self, kind: str, told: Told, *, gone: bool = False) -> int | None:
        """Return the number that a row got here, None if it has none, or is gone and not asked for then."""
        row = self._db.execute(
            "SELECT id FROM known_as WHERE kind = ? AND name = ?", (kind, json.dumps(told[:2]))
        ).fetchone()
        return int(row[0]) if row and (gone or self._is_row(kind, row[0])) else None

    def _know(self, kind: str, told: Told, id_: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO known_as VALUES (?, ?, ?)", (kind, json.dumps(told[:2]), id_))

    def _is_row(self, kind: str, id_: int) -> bool:
        return self._db.execute(f"SELECT 1 FROM {kind} WHERE id = ?", (id_,)).fetchone() is not None

    def number(self, table: str, told: Told, after: dict[str, Any]) -> int:
        """Return the number of a row that was made: its own if that is free, else another."""
        if not isinstance(told, dict):
            return int(told)
        value = told[table] if table in told else next(iter(told.values()))
        known = self.known(table, value, gone=True)
        if known is not None:
            return known
        twin = self._twin(table, after)
        number = twin if twin is not None else int(value[1])
        if twin is None and (self._is_row(table, number) or self._is_taken(table, number)):
            query = (
                f"SELECT max((SELECT ifnull(max(id), 0) FROM {table}),"
                " (SELECT ifnull(max(id), 0) FROM known_as WHERE kind = ?)) + 1"
            )
            number = int(self._db.execute(query, (table,)).fetchone()[0])
        self._know(table, value, number)
        return number

    def _is_taken(self, kind: str, number: int) -> bool:
        return (
            self._db.execute("SELECT 1 FROM known_as WHERE kind = ? AND id = ?", (kind, number)).fetchone() is not None
        )

    def _twin(self, table: str, after: dict[str, Any]) -> int | None:
        """Return the row that is there already and cannot be there twice, such as an album made again meanwhile."""
        for _, index, unique, origin, partial in self._db.execute(f"PRAGMA index_list({table})").fetchall():
            if not unique or origin == "pk" or partial:
                continue
            columns = [name for _, _, name in self._db.execute(f"PRAGMA index_info({index})")]
            if all(after.get(column) is not None for column in columns):
                where = " AND ".join(f"{column} IS ?" for column in columns)
                row = self._db.execute(
                    f"SELECT id FROM {table} WHERE {where}", [after[column] for column in columns]
                ).fetchone()
                if row is not None:
                    return int(row[0])
        return None


def _first_photo(db: sqlite3.Connection, told: Told) -> str:
    """Return what is looked for of what a facet told: the first photo in it that is not there."""
    if isinstance(told, dict):
        if isinstance(told.get(PHOTO), list) and found_photo(db, told[PHOTO]) is None:
            return wanted(told[PHOTO])
        told = list(told.values())
    if isinstance(told, list):
        return next((want for one in told if (want := _first_photo(db, one))), "")
    return ""
