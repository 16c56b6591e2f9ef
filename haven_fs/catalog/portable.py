"""What a correction changed, told so that another catalog can do it again, whose rows have other numbers.

A photo is told by where it lies and by its bytes, a row that owners make, such as an album, by the catalog it was made
in and its number there, and whatever a facet keeps besides by what that facet says of it. What the columns of a table
refer to is declared (`Facet.refers`); the core knows no facet by name. haven_fs.catalog.replay finds all that again.
"""

import json
import os
import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from haven_fs.catalog.changes import Change
from haven_fs.catalog.schema import LOCATED

if TYPE_CHECKING:
    from haven_fs.catalog.facets import Facets

Told = Any
"""What stands in a line for a value: itself, or {kind: what is told}."""
PHOTO, ORIGINAL, KEY, CORRECTION = "photo", "original", "key", "correction"
"""The core's kinds of references. KEY: a text like "album 5/2020", the parts of which may name rows."""

REFERS: Mapping[str, Mapping[str, str]] = {
    "alias": {"place": KEY, "original_id": ORIGINAL},
    "made": {"parent": KEY},
    "dismissed": {"question": KEY},
}
"""What the columns of the core's own tables refer to, beside those that say so by their names."""
MENTIONS: Mapping[str, str] = {"corrections": CORRECTION, "void": CORRECTION, "made": "made"}
"""What the data of corrections refer to, of all kinds of them."""

_BY_NAME = {"photo_id": PHOTO, "original_id": ORIGINAL}
_PART = re.compile(r"([a-z_]+) ([1-9]\d*)")


class Portable:
    """Tells changes of one catalog's rows; `facets` says which tables there are and what is in them."""

    def __init__(self, facets: "Facets") -> None:
        self.facets = facets
        self.keys = facets.owned
        self.rows = frozenset(table for table, key in self.keys.items() if tuple(key) == ("id",))
        """The tables whose rows are known by a number of their own: what is told of them is where they were made."""
        self.mentions = {**MENTIONS, **facets.mentions}
        self._refers = {**REFERS, **facets.refers}

    def kind_of(self, table: str, column: str) -> str | None:
        """Return what a column refers to, None if it says what it says."""
        said = self._refers.get(table, {}).get(column)
        if said is None and column == "id" and table in self.rows:
            return table
        return said or _BY_NAME.get(column)

    def tell(self, db: sqlite3.Connection, changes: Sequence[Change]) -> list[Change]:
        """Return changes with all that they refer to told."""
        return [
            {
                "table": change["table"],
                **{
                    side: change[side]
                    and {
                        column: self._value(db, self.kind_of(change["table"], column), value, changes)
                        for column, value in change[side].items()
                    }
                    for side in ("key", "before", "after")
                },
            }
            for change in (self._whole(db, one) for one in changes)
        ]

    def _whole(self, db: sqlite3.Connection, change: Change) -> Change:
        """Return a change with the rows that it leaves a row to refer to: "the owner says so" says whose face it is."""
        table, key = change["table"], change["key"]
        if change["before"] is None or change["after"] is None:
            return change
        refers = [
            c for c, kind in self._refers.get(table, {}).items() if kind in self.rows and c not in change["after"]
        ]
        if not refers:
            return change
        where = " AND ".join(f"{column} IS ?" for column in key)
        row = db.execute(f"SELECT {', '.join(refers)} FROM {table} WHERE {where}", tuple(key.values())).fetchone()
        more = {column: value for column, value in zip(refers, row or (), strict=False) if value}
        return {**change, "before": {**change["before"], **more}, "after": {**change["after"], **more}}

    def mentioned(self, db: sqlite3.Connection, data: Mapping[str, Any]) -> dict[str, Told]:
        """Return what the data of a correction refer to, told, by their names."""
        return {
            name: [self._value(db, kind, one, ()) for one in value]
            if isinstance(value, list)
            else self._value(db, kind, value, ())
            for name, kind in self.mentions.items()
            if (value := data.get(name)) and all(map(_is_number, value if isinstance(value, list) else [value]))
        }

    def _value(self, db: sqlite3.Connection, kind: str | None, value: Any, changes: Sequence[Change]) -> Told:
        if kind is None or not value:
            return value
        if kind == KEY:
            return {KEY: [self._part(db, part) for part in str(value).split("/")]}
        if kind in (PHOTO, ORIGINAL):
            return {kind: (told_photo if kind == PHOTO else told_original)(db, value)}
        if kind == CORRECTION:
            row = db.execute("SELECT coalesce(line, id), at FROM correction WHERE id = ?", (value,)).fetchone()
            return {kind: list(row) if row else [value, None]}
        more = self.facets.tell(db, kind, value, changes)
        if kind not in self.rows:
            return {kind: more}
        return {kind: [*name_of(db, kind, value), *([] if more is None else [more])]}

    def _part(self, db: sqlite3.Connection, part: str) -> Told:
        found = _PART.fullmatch(part)
        if found is None or found[1] not in self.rows:
            return part
        return self._value(db, found[1], int(found[2]), ())


def name_of(db: sqlite3.Connection, kind: str, number: int) -> tuple[str, int]:
    """Return where a row was made, and its number there: it is called that in all catalogs that come after."""
    row = db.execute("SELECT name FROM known_as WHERE kind = ? AND id = ? ORDER BY rowid LIMIT 1", (kind, number))
    known = row.fetchone()
    if known is not None:
        catalog, first = json.loads(known[0])
        return str(catalog), int(first)
    return str(db.execute("SELECT value FROM state WHERE key = 'catalog'").fetchone()[0]), number


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_TOLD = f"SELECT l.root, d.path, o.file, o.size, o.fingerprint, o.name FROM original o {LOCATED} WHERE o.id = ?"


def told_photo(db: sqlite3.Connection, photo_id: int) -> Told:
    """Return what a photo is: its library, where it lies, its size and fingerprint, what it is called. None if gone."""
    row = db.execute("SELECT main_id FROM photo WHERE id = ?", (photo_id,)).fetchone()
    return None if row is None else told_original(db, row[0])


def told_original(db: sqlite3.Connection, original_id: int) -> Told:
    """Return the same of a file."""
    row = db.execute(_TOLD, (original_id,)).fetchone()
    if row is None:
        return None
    root, folder, file, size, print_, name = row
    below = b"/".join(part for part in (folder, file) if part)
    return [os.fsdecode(root), os.fsdecode(below), size, print_.hex() if print_ else None, name]


def found_photo(db: sqlite3.Connection, told: Told, *, whatever: bool = False) -> int | None:
    """Return the photo that was told, wherever it lies by now; None if it is not there, or not yet.

    `whatever`: what lies where it lay counts too, though it has other bytes.
    """
    original_id = found_original(db, told, whatever=whatever)
    if original_id is None:
        return None
    row = db.execute("SELECT photo_id FROM original WHERE id = ?", (original_id,)).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def found_original(db: sqlite3.Connection, told: Told, *, whatever: bool = False) -> int | None:
    """Return the same of a file, one that is part of a photo."""
    if told is None:
        return None
    root, below, size, print_, name = told
    there = os.fsencode(root), os.fsencode(below)
    if print_ is not None:
        for gone in ("IS NULL", "IS NOT NULL"):
            rows = db.execute(
                f"SELECT o.id, l.root, d.path, o.file, o.name FROM original o {LOCATED}"
                f" WHERE o.size = ? AND o.fingerprint = ? AND o.photo_id IS NOT NULL AND o.gone {gone}",
                (size, bytes.fromhex(print_)),
            ).fetchall()
            if rows:
                return int(min(rows, key=lambda row: _unlike(row, there, name))[0])
    if print_ is not None and not whatever:
        return None
    folder, _, file = there[1].rpartition(b"/")
    row = db.execute(
        f"SELECT o.id FROM original o {LOCATED} WHERE l.root = ? AND d.path = ? AND o.file = ? AND o.gone IS NULL"
        " AND o.photo_id IS NOT NULL",
        (there[0], folder, file),
    ).fetchone()
    return None if row is None else int(row[0])


def _unlike(row: Any, there: tuple[bytes, bytes], name: str | None) -> tuple[Any, ...]:
    """Order copies of one file: the one that lies where it lay first, then those that are called alike."""
    id_, root, folder, file, called = row
    below = b"/".join(part for part in (folder, file) if part)
    return (root, below) != there, below != there[1], file != there[1].rpartition(b"/")[2], called != name, id_


def wanted(told: Told) -> str:
    """Return by what a photo that was told is looked for when it comes."""
    return f"{told[2]} {told[3]}" if told and told[3] else ""
