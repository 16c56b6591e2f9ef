"""The one place where what analyzers said becomes what folders show: a photo's columns and its facet values.

`analysis` keeps each analyzer's words; nothing else reads them. Whoever changes them calls `settle`.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.findings import FACTS

_COLUMNS = tuple(sorted(FACTS))
_UPDATE = (
    f"UPDATE photo SET {', '.join(f'{column} = ?' for column in _COLUMNS)}, day = ?, shown = ?, seq = ? WHERE id = ?"
)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock's time, which has no zone


def settle(w: Writer, photo_ids: Iterable[int]) -> None:
    """Derive the columns and facet values of photos anew from their analyses."""
    for photo_id in photo_ids:
        _settle_one(w, photo_id)


def _settle_one(w: Writer, photo_id: int) -> None:
    values: dict[str, Any] = {}
    tags: dict[tuple[str, str], tuple[str, str | None]] = {}
    for (text,) in w.db.execute("SELECT facts FROM analysis WHERE photo_id = ? ORDER BY analyzer", (photo_id,)):
        facts = json.loads(text)
        values.update(facts.get("values", {}))
        for facet, key, name, parent in facts.get("tags", ()):
            tags[facet, key] = (name, parent)
    before = w.db.execute(
        "SELECT shown, day, taken_source, latitude IS NULL, unreadable IS NULL AND EXISTS"
        " (SELECT 1 FROM original WHERE photo_id = photo.id AND gone IS NULL) FROM photo WHERE id = ?",
        (photo_id,),
    ).fetchone()
    shown, day = before[4], day_of(values.get("taken"))
    w.db.execute(_UPDATE, (*(values.get(column) for column in _COLUMNS), day, shown, w.seq, photo_id))
    wanted = {_value_id(w, facet, key, *named) for (facet, key), named in tags.items()}
    current = {row[0] for row in w.db.execute("SELECT value_id FROM member WHERE photo_id = ?", (photo_id,))}
    w.db.executemany("INSERT INTO member VALUES (?, ?)", [(value, photo_id) for value in wanted - current])
    w.db.executemany("DELETE FROM member WHERE value_id = ? AND photo_id = ?", [(value, photo_id) for value in current - wanted])
    after = (shown, day, values.get("taken_source"), values.get("latitude") is None)
    if before[0] and (current - wanted or after != before[:4]):
        w.note_removal()


def day_of(taken: int | None) -> int | None:
    """Return yyyymmdd of a wall-clock time in seconds since 1970, None if there is none or no calendar has it."""
    if taken is None:
        return None
    try:
        date = _EPOCH + timedelta(seconds=taken)
    except OverflowError:
        return None
    return date.year * 10000 + date.month * 100 + date.day


def _value_id(w: Writer, facet: str, key: str, name: str, parent: str | None) -> int:
    name = names.portable(name)
    row = w.db.execute("SELECT id, name, parent FROM value WHERE facet = ? AND key = ?", (facet, key)).fetchone()
    if row and row[2] == parent and (row[1] == name or row[1].startswith(f"{name} (")):
        return int(row[0])
    wanted, number = name, 1
    while True:
        folded = names.fold(wanted)
        owner = w.db.execute("SELECT key FROM value WHERE facet = ? AND fold = ?", (facet, folded)).fetchone()
        if owner is None or owner[0] == key:
            break
        number += 1
        wanted = f"{name} ({number})"
    stored = w.db.execute(
        "INSERT INTO value (facet, key, name, fold, parent, seq) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (facet, key)"
        " DO UPDATE SET name = excluded.name, fold = excluded.fold, parent = excluded.parent, seq = excluded.seq RETURNING id",
        (facet, key, wanted, folded, parent, w.seq),
    ).fetchone()
    return int(stored[0])
