"""Reads what can be read of a damaged database: table by table, around the pages that are damaged.

A table is read in the order of its keys until SQLite stops at a damaged page. Where the first column of a key is a
number, the next number from which it can be read on is found by halving; a table of other keys is read from its other
end too. So what is lost is little more than what was on that page.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
_AT_ONCE = 500
_MOST = 1 << 62


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, and those of its key; (`rowid`,) if that is hidden."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    by_number: bool

    @property
    def quoted(self) -> str:
        """Its columns, for SQL."""
        return ", ".join(f'"{column}"' for column in self.columns)


def opened(path: Path) -> sqlite3.Connection:
    """Open a database that may be damaged, and shorter than it says. Raises sqlite3.DatabaseError if that is vain."""
    db = sqlite3.connect(path, isolation_level=None)
    db.text_factory = lambda data: data.decode(errors="replace")
    try:
        # Else nothing at all is read of a file whose end is missing.
        db.execute("PRAGMA writable_schema = ON")
        db.execute("PRAGMA cell_size_check = ON")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def table_of(db: sqlite3.Connection, name: str) -> Table:
    """Return a table as the schema describes it."""
    info = db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (name,)).fetchall()
    columns = tuple(column for column, _, _ in info)
    key = tuple(column for column, _, _ in sorted((one for one in info if one[2]), key=lambda one: one[2]))
    sql = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0].upper()
    if "WITHOUT ROWID" not in sql:
        return Table(name, columns, ("rowid",), True)
    kinds = {column: kind.upper() for column, kind, _ in info}
    return Table(name, columns, key, kinds[key[0]] == "INTEGER")


def count_of(db: sqlite3.Connection, table: Table) -> int | None:
    """Return how many rows a table has, damaged ones among them, if an index of it can tell; else None."""
    try:
        return int(db.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])
    except sqlite3.DatabaseError:
        return None


def rows_of(db: sqlite3.Connection, table: Table) -> Iterator[list[Row]]:
    """Give the rows that can be read, many at a time; each begins with its rowid if the table has one."""
    if table.by_number:
        yield from _by_number(db, table)
        return
    read, whole = _until_damage(db, table, "ASC")
    yield read
    if not whole:
        width = len(table.key)
        places = [table.columns.index(column) for column in table.key]
        seen = {tuple(row[place] for place in places) for row in read} if width else set()
        others, _ = _until_damage(db, table, "DESC")
        yield [row for row in others if tuple(row[place] for place in places) not in seen]


def _until_damage(db: sqlite3.Connection, table: Table, direction: str) -> tuple[list[Row], bool]:
    order = ", ".join(f'"{column}" {direction}' for column in table.key)
    found: list[Row] = []
    try:
        # Row by row: what was read before an error is kept.
        found.extend(db.execute(f'SELECT {table.quoted} FROM "{table.name}" NOT INDEXED ORDER BY {order}'))
    except sqlite3.Error:
        return found, False
    return found, True


def _by_number(db: sqlite3.Connection, table: Table) -> Iterator[list[Row]]:
    number = table.key[0]
    is_hidden = number == "rowid"
    columns = f"rowid, {table.quoted}" if is_hidden else table.quoted
    place = 0 if is_hidden else table.columns.index(number)
    order = ", ".join("rowid" if is_hidden else f'"{column}"' for column in table.key)
    query = f'SELECT {columns} FROM "{table.name}" NOT INDEXED WHERE "{number}" > ? ORDER BY {order}'
    if is_hidden:
        query = query.replace('"rowid"', "rowid")
    last = -_MOST
    while True:
        batch: list[Row] = []
        try:
            for row in db.execute(query, (last,)):
                batch.append(row)
                if len(batch) >= _AT_ONCE and row[place] != batch[-2][place]:
                    break
            else:
                yield batch
                return
        except sqlite3.Error:
            yield batch
            beyond = _readable_from(db, query, batch[-1][place] if batch else last)
            if beyond is None:
                return
            last = beyond
            continue
        yield batch[:-1]  # the last one may be one of several of its number
        last = batch[-1][place] - 1


def _readable_from(db: sqlite3.Connection, query: str, last: int) -> int | None:
    """Return the least number, not below `last`, after which a row can be read; None if there is none."""

    def is_readable(after: int) -> bool:
        try:
            return db.execute(f"{query} LIMIT 1", (after,)).fetchone() is not None
        except sqlite3.Error:
            return False

    step, low = 1, max(last, 0)
    while not is_readable(low + step):
        step *= 2
        if step > _MOST:
            return None
    high, low = low + step, low + step // 2
    while low < high:
        middle = (low + high) // 2
        if is_readable(middle):
            high = middle
        else:
            low = middle + 1
    return high


def changed_rows(changes: Sequence[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any] | None]:
    """Return what changes noted by haven_fs.catalog.changes make of rows, by table and key; None of what went."""
    rows: dict[tuple[str, str], dict[str, Any] | None] = {}
    for change in changes:
        key = change["table"], repr(sorted(change["key"].items()))
        if change["after"] is None:
            rows[key] = None
        elif change["before"] is None:
            rows[key] = dict(change["after"])
        elif (row := rows.get(key)) is not None:
            row.update(change["after"])
    return rows
