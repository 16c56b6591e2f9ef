"""What an owner's write changes in the catalog, row by row, so that it can be taken back.

Triggers that live in the writer's connection alone note every row of the tables that hold what owners say, the core's
and those of facets, while `watch_changes` is on. Only what differs is kept: a row's key, and of an update the columns
that changed, so that what Haven itself changes in a row later does not stand in the way.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

Change = dict[str, Any]
"""`table`, `key` (columns to values), `before` and `after`: columns to values, None where there was or is no row."""

OWNED: dict[str, tuple[str, ...]] = {
    "alias": ("place", "name"),
    "made": ("id",),
    "said": ("photo_id", "fact"),
    "dismissed": ("photo_id", "question"),
    "hidden": ("photo_id",),
    "unhidden": ("photo_id",),
    "brought": ("photo_id",),
}
"""The core's tables that hold what owners say, and the columns by which a row is known."""

_DERIVED = frozenset({"seq"})
"""Columns that say when something changed rather than what."""


def prepare_changes(db: sqlite3.Connection, owned: Mapping[str, Sequence[str]]) -> None:
    """Make the triggers of a connection that writes, for tables and the columns by which their rows are known."""
    script = [
        "PRAGMA recursive_triggers = 1",  # else what REPLACE removes goes unnoticed
        "CREATE TEMP TABLE IF NOT EXISTS watching (is_on INTEGER NOT NULL)",
        "INSERT INTO temp.watching SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM temp.watching)",
        "CREATE TEMP TABLE IF NOT EXISTS change (n INTEGER PRIMARY KEY, tbl TEXT, key TEXT, before TEXT, after TEXT)",
    ]
    for table, key in owned.items():
        columns = [name for _, name, *_ in db.execute(f"PRAGMA main.table_info({table})") if name not in _DERIVED]
        for event, before, after in (("INSERT", None, "NEW"), ("UPDATE", "OLD", "NEW"), ("DELETE", "OLD", None)):
            values = f"{_row(after or before, key)}, {_row(before, columns)}, {_row(after, columns)}"
            script.append(
                f"CREATE TEMP TRIGGER IF NOT EXISTS {table}_{event} AFTER {event} ON main.{table}"
                " WHEN (SELECT is_on FROM temp.watching) BEGIN INSERT INTO change (tbl, key, before, after)"
                f" VALUES ('{table}', {values}); END"
            )
    db.executescript(";".join(script))


def _row(side: str | None, columns: Sequence[str]) -> str:
    if side is None:
        return "NULL"
    # json_object gives 15 digits of a number, which times have more of.
    exact = "'{0}', iif(typeof({1}.{0}) = 'real', json(printf('%!.17g', {1}.{0})), {1}.{0})"
    return "json_object(" + ", ".join(exact.format(column, side) for column in columns) + ")"


def watch_changes(db: sqlite3.Connection, *, on: bool) -> None:
    """Begin, or do not, to note what is changed."""
    db.execute("UPDATE temp.watching SET is_on = ?", (on,))
    db.execute("DELETE FROM temp.change")


def take_changes(db: sqlite3.Connection) -> list[Change]:
    """Return what was changed since the last call, in order, and begin anew."""
    rows = db.execute("SELECT tbl, key, before, after FROM temp.change ORDER BY n").fetchall()
    db.execute("DELETE FROM temp.change")
    return [change for row in rows if (change := _change(*row)) is not None]


def _change(table: str, key_text: str, before: str | None, after: str | None) -> Change | None:
    key: dict[str, Any] = json.loads(key_text)
    old, new = (json.loads(text) if text else None for text in (before, after))
    if old is not None and new is not None:
        old, new = ({c: one[c] for c in old if old[c] != new[c] or c in key} for one in (old, new))
        if old == new:
            return None
    return {"table": table, "key": key, "before": old, "after": new}


def take_back(db: sqlite3.Connection, changes: Sequence[Change], seq: int) -> tuple[list[Change], int]:
    """Bring rows back to what they were, the last change first; return what was done and how many could not be.

    A row that was changed again since, in the same columns, stays as it is now; it counts unless that is what it was.
    """
    done, left = [], 0
    for change in reversed(changes):
        if _take_back(db, change, seq):
            done.append(change)
        elif not _is_as_before(db, change):
            left += 1
    return done, left


def _is_as_before(db: sqlite3.Connection, change: Change) -> bool:
    """Tell whether a row is, by another change, what it was before this one."""
    table, before = change["table"], change["before"]
    wanted = {**change["key"], **(before or {})}
    where = " AND ".join(f"{column} IS ?" for column in wanted)
    row = db.execute(f"SELECT 1 FROM {table} WHERE {where}", tuple(wanted.values())).fetchone()
    return (row is None) is (before is None)


def _take_back(db: sqlite3.Connection, change: Change, seq: int) -> bool:
    table, before, after = change["table"], change["before"], change["after"]
    where = " AND ".join(f"{column} IS ?" for column in change["key"])
    key = tuple(change["key"].values())
    if after is None:
        assert before is not None
        stamped = {**before, **({"seq": seq} if has_seq(db, table) else {})}
        columns, marks = ", ".join(stamped), ", ".join("?" * len(stamped))
        query = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"
        return db.execute(query, tuple(stamped.values())).rowcount > 0
    same = " AND ".join(f"{column} IS ?" for column in after)
    if before is None:
        # A row that has become more than it was made as is another's by now.
        return db.execute(f"DELETE FROM {table} WHERE {where} AND {same}", (*key, *after.values())).rowcount > 0
    values = {column: value for column, value in before.items() if value != after[column]}
    if not values:
        return False
    assigned = ", ".join(f"{column} = ?" for column in values) + (", seq = ?" if has_seq(db, table) else "")
    stamp = (seq,) if has_seq(db, table) else ()
    query = f"UPDATE OR IGNORE {table} SET {assigned} WHERE {where} AND {same}"
    return db.execute(query, (*values.values(), *stamp, *key, *after.values())).rowcount > 0


def has_seq(db: sqlite3.Connection, table: str) -> bool:
    """Tell whether rows of a table say when they last changed."""
    return any(name == "seq" for _, name, *_ in db.execute(f"PRAGMA main.table_info({table})"))
