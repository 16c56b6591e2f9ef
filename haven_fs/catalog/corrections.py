"""What the owner said by a write: a row of one table, noted in the transaction that acts on it.

A plain file beside the catalog has a line for each row: see haven_fs.catalog.record.
"""

import json
import sqlite3
import time
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from haven_fs.catalog.changes import Change, take_changes
from haven_fs.catalog.history import KIND

GESTURE = 10.0
"""Seconds: what one user does in one folder with smaller gaps is one gesture, if it is all one kind of act."""


class Act(NamedTuple):
    """What a transaction is part of: who does it, in which folder, and which kind of act it is.

    `kind` is a word or two, such as "put"; empty for what is an act of its own, such as giving somebody a name.
    """

    by: str
    place: str
    kind: str = ""


def gesture_of(db: sqlite3.Connection, act: Act) -> int | None:
    """Return the gesture that an act goes on with, None if it begins another.

    It does if another kind of act was the last there, or if that was taken back.

    Programs do photo by photo what a person does at once, so copying twelve photos is one gesture. Taking one of them
    out again is another, and so is each name that is given.
    """
    row = db.execute(
        "SELECT gesture, act, undone FROM correction WHERE by = ? AND at > ? AND place = ?"
        " ORDER BY at DESC, id DESC LIMIT 1",
        (act.by, time.time() - GESTURE, act.place),
    ).fetchone()
    if row is None or not act.kind or row[1] != act.kind or row[2] is not None:
        return None
    return int(row[0])


def note_correction(
    db: sqlite3.Connection, act: Act, gesture: int | None, kind: str, photo_id: int | None, data: dict[str, Any]
) -> tuple[int, int]:
    """Note what was said, with the rows that were changed since the last time; return its id and its gesture.

    `gesture`: the one it is part of, None if it begins one. `data`: plain values.
    """
    changed = take_changes(db)
    changes = json.dumps(changed, ensure_ascii=False)
    row = db.execute(
        "INSERT INTO correction (at, by, place, act, gesture, kind, photo_id, data, changes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (time.time(), *act, gesture or 0, kind, photo_id, json.dumps(data, ensure_ascii=False), changes),
    ).fetchone()
    id_ = int(row[0])
    if db.execute("SELECT 1 FROM waiting LIMIT 1").fetchone() is not None:
        note_touched(db, changed, id_)
    if gesture is None:
        db.execute("UPDATE correction SET gesture = id WHERE id = ?", (id_,))
    return id_, gesture or id_


def note_rest(db: sqlite3.Connection) -> None:
    """Add to the last correction what was changed after it was noted, at the end of its transaction."""
    rest = take_changes(db)
    if rest:
        id_, changes = db.execute("SELECT id, changes FROM correction ORDER BY id DESC LIMIT 1").fetchone()
        if db.execute("SELECT 1 FROM waiting LIMIT 1").fetchone() is not None:
            note_touched(db, rest, id_)
        together = json.dumps([*json.loads(changes), *rest], ensure_ascii=False)
        db.execute("UPDATE correction SET changes = ? WHERE id = ?", (together, id_))


def mark(db: sqlite3.Connection, ids: Sequence[int], undone: float | None, now: float) -> None:
    """Note of corrections that they were taken back, or that they are in force again.

    What one of them had taken back itself is in force where it is not, and the other way round.
    """
    query = "UPDATE correction SET undone = ? WHERE id IN (SELECT value FROM json_each(?)) RETURNING id, kind, data"
    # As they were said: one of them may have taken another back.
    for _, kind, data in sorted(db.execute(query, (undone, json.dumps(ids)))):
        if kind == KIND:
            mark(db, json.loads(data).get("corrections", []), now if undone is None else None, now)


def hold(db: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Have what waits to be done again of corrections not be done while these are taken back, see catalog/replay.py."""
    if db.execute("SELECT 1 FROM waiting LIMIT 1").fetchone() is None:
        return
    for id_ in ids:
        db.execute("UPDATE waiting SET held = 1 WHERE correction_id = ?", (id_,))
        kind, data = db.execute("SELECT kind, data FROM correction WHERE id = ?", (id_,)).fetchone()
        if kind == KIND:
            in_force = "SELECT id FROM correction WHERE undone IS NULL AND id IN (SELECT value FROM json_each(?))"
            back = json.dumps(json.loads(data).get("corrections", []))
            db.execute(f"UPDATE waiting SET held = 0 WHERE correction_id IN ({in_force})", (back,))


def note_touched(db: sqlite3.Connection, changes: Sequence[Change], id_: int) -> None:
    """Note which rows a correction is about, so that older ones that wait to be done again do not count for them."""
    db.executemany(
        "INSERT OR REPLACE INTO touched VALUES (?, ?, ?, ?)",
        [
            (
                one["table"],
                json.dumps(one["key"], sort_keys=True),
                " ".join(one["after"]) if one["before"] is not None and one["after"] is not None else "",
                id_,
            )
            for one in changes
        ],
    )


def is_said_of(db: sqlite3.Connection, photo_id: int) -> bool:
    """Tell whether the owner has said something of a photo that was not taken back: of it alone, or with others."""
    alone = "SELECT 1 FROM correction WHERE photo_id = ? AND undone IS NULL LIMIT 1"
    together = (  # read only where the number is somewhere in the text, since one may be of thousands of photos
        "SELECT 1 FROM correction c, json_each(c.changes) change WHERE c.photo_id IS NULL AND c.undone IS NULL"
        " AND (instr(c.changes, '\"photo_id\": ' || ?1 || ',') OR instr(c.changes, '\"photo_id\": ' || ?1 || '}'))"
        " AND json_extract(change.value, '$.after.photo_id') = ?1 LIMIT 1"
    )
    return any(db.execute(query, (photo_id,)).fetchone() is not None for query in (alone, together))


def said_photos(db: sqlite3.Connection) -> set[int]:
    """Return all photos that the owner has said something of that was not taken back."""
    rows = db.execute(
        "SELECT photo_id FROM correction WHERE photo_id IS NOT NULL AND undone IS NULL UNION"
        " SELECT json_extract(change.value, '$.after.photo_id') FROM correction c, json_each(c.changes) change"
        " WHERE c.photo_id IS NULL AND c.undone IS NULL"
    )
    return {photo_id for (photo_id,) in rows if photo_id is not None}


def erase_corrections(db: sqlite3.Connection, ids: Collection[int]) -> None:
    """Erase corrections for good, and note which, so that their lines go too when the record is rewritten."""
    db.execute("DELETE FROM waiting WHERE correction_id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
    erased = "DELETE FROM correction WHERE id IN (SELECT value FROM json_each(?)) RETURNING coalesce(line, id), at"
    keys = db.execute(erased, (json.dumps(list(ids)),)).fetchall()
    before = db.execute("SELECT value FROM state WHERE key = 'erased'").fetchone()
    together = json.dumps([*(json.loads(before[0]) if before else ()), *keys])
    db.execute("INSERT OR REPLACE INTO state VALUES ('erased', ?)", (together,))
