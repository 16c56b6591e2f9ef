"""What a catalog knows of what owners said, in words that hold in any catalog: to compare before a loss and after."""

import json
import os
import shutil
import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from haven_fs import testing
from haven_fs.catalog.portable import KEY, ORIGINAL, PHOTO, Portable
from haven_fs.testing.looking import Look

_CHANGING = {"seq", "mtime_ns", "quality", "space", "part"}
"""Columns that another indexing gives other values, or that no owner says."""


def facts(home: testing.Home, *, tree: bool = True) -> dict[str, Any]:
    """Return all that was said and how the tree shows: by the names of tables and paths of folders."""
    with home.catalog.read() as db:
        found: dict[str, Any] = tables(db, Portable(home.catalog.facets))
        found["log"] = log(db)
    if tree:
        with home.looking() as look:
            found |= {f"folder {path}": listed for path, listed in folders(look).items()}
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return where two states differ, a line each."""
    lines = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, []), after.get(name, [])
        if old != new:
            lines += [f"{name}: lost {one}" for one in old if one not in new]
            lines += [f"{name}: new {one}" for one in new if one not in old]
            if sorted(map(str, old)) == sorted(map(str, new)):
                lines.append(f"{name}: another order")
    return lines


def tables(db: sqlite3.Connection, portable: Portable) -> dict[str, list[Any]]:
    """Return the rows that hold what owners say."""
    found = {}
    for table in sorted(portable.keys):
        rows = db.execute(f"SELECT * FROM {table}")
        columns = [name for name, *_ in rows.description]
        named = []
        for row in rows.fetchall():
            said = {c: v for c, v in zip(columns, row, strict=True) if c not in _CHANGING and c != "id"}
            if table == "face" and not _is_said(said):
                continue
            if table == "person" and said["name"] is None and not said["hidden"] and not said["merged_into"]:
                continue
            if table == "person" and said["name"] is not None:
                said["number"] = None  # which nobody sees any more
            named.append({c: _named(db, portable.kind_of(table, c), v) for c, v in said.items()})
        found[table] = sorted(named, key=str)
    return found


def _is_said(face: Mapping[str, Any]) -> bool:
    return bool(face["said"] or face["dismissed"])


def _named(db: sqlite3.Connection, kind: str | None, value: Any) -> Any:
    if kind is None or not value:
        return value
    if kind == KEY:
        return "/".join(_part(db, part) for part in str(value).split("/"))
    if kind == PHOTO:
        return _path(db, "p.id = ?", value)
    if kind == ORIGINAL:
        return _path(db, "o.id = ?", value)
    if kind == "face":
        row = db.execute("SELECT photo_id, left, top FROM face WHERE id = ?", (value,)).fetchone()
        return row and (_named(db, PHOTO, row[0]), *(side and round(side, 3) for side in row[1:]))
    if kind == "denied faces":
        return [(_named(db, "face", face), said) for face, said in json.loads(value)]
    if kind == "album":
        row = db.execute("SELECT parent_id, name FROM album WHERE id = ?", (value,)).fetchone()
        return row and f"{_named(db, 'album', row[0]) or ''}/{row[1]}"
    if kind == "person":
        row = db.execute("SELECT name, number, merged_into FROM person WHERE id = ?", (value,)).fetchone()
        return row and (row[0] or row[1] or _named(db, "person", row[2]))
    if kind in ("made", "dropped"):
        row = db.execute(f"SELECT parent, name FROM {kind} WHERE id = ?", (value,)).fetchone()
        return row and (_named(db, KEY, row[0]), row[1])
    raise AssertionError(kind)


def _part(db: sqlite3.Connection, part: str) -> str:
    word, _, number = part.partition(" ")
    if word in ("album", "person", "made") and number.isdecimal():
        return f"{word} {_named(db, word, int(number))}"
    return part


def _path(db: sqlite3.Connection, condition: str, value: int) -> str | None:
    row = db.execute(
        "SELECT l.name, d.path, o.file FROM photo p JOIN original o ON"
        f" {'o.id = p.main_id' if condition.startswith('p') else 'o.photo_id = p.id'}"
        f" JOIN dir d ON d.id = o.dir_id JOIN library l ON l.id = d.library_id WHERE {condition}",
        (value,),
    ).fetchone()
    return None if row is None else "/".join(os.fsdecode(part) if isinstance(part, bytes) else part for part in row)


def log(db: sqlite3.Connection) -> list[Any]:
    """Return what was said, as `haven log` has it."""
    return db.execute(
        "SELECT c.at, c.by, c.place, c.act, c.kind, o.name, c.undone IS NOT NULL,"
        " (SELECT g.at FROM correction g WHERE g.id = c.gesture) FROM correction c"
        " LEFT JOIN photo p ON p.id = c.photo_id LEFT JOIN original o ON o.id = p.main_id ORDER BY c.id"
    ).fetchall()


_LEFT_OUT = ("Small", "TV", "Recent")


def folders(look: Look, *, most: int = 4000) -> dict[str, list[str]]:
    """Return what is listed in all folders."""
    found: dict[str, list[str]] = {}
    todo = [""]
    while todo and len(found) < most:
        path = todo.pop()
        try:
            listed = [name for name in look.listed(f"/{path}") if name != "Map.html"]  # which is made in the background
        except Exception as error:
            listed = [f"cannot be listed: {error}"]
        found[f"/{path}"] = listed
        below = [name[:-1] for name in listed if name.endswith("/") and name[:-1] not in _LEFT_OUT]
        todo += [f"{path}/{name}".strip("/") for name in below]
    return found


def lose(data: Path, *, endings: Collection[str] = ("", "-wal", "-shm"), kept: Path | None = None) -> None:
    """Lose the catalog of a data folder, or have a kept one in its place."""
    for ending in endings:
        (data / f"catalog.sqlite{ending}").unlink(missing_ok=True)
    if kept is not None:
        shutil.copy(kept, data / "catalog.sqlite")
