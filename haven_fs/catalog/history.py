"""What was said so far: single corrections, and gestures, which are what people know as one thing they did."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

KIND = "taken back"
"""The kind of the correction that takes others back; see haven_fs.catalog.undo."""
FOR_GOOD = "for good"
"""The act of a correction that cannot be taken back: it is in the record, since it must outlast a lost catalog."""
_ROW = "c.id, c.at, c.by, c.place, c.gesture, c.kind, o.name, c.data, c.undone, c.act"
_NAMED = "LEFT JOIN photo p ON p.id = c.photo_id LEFT JOIN original o ON o.id = p.main_id"


@dataclass(frozen=True, slots=True)
class Correction:
    """One thing that the owner said; `undone`: when it was taken back, seconds since the epoch."""

    id: int
    at: float
    by: str
    place: str
    gesture: int
    kind: str
    photo: str | None
    data: dict[str, object]
    undone: float | None
    act: str = ""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What one user did in one go: `corrections` are the first of `count`, which are about `photos` photos.

    What was taken back of it is left out, unless all of it was: then `undone` is true.
    """

    id: int
    corrections: tuple[Correction, ...]
    count: int
    photos: int
    undone: bool


def corrections(
    db: sqlite3.Connection,
    *,
    ids: Iterable[int] | None = None,
    since: float | None = None,
    by: str | None = None,
    gesture: int | None = None,
    limit: int = -1,
) -> list[Correction]:
    """Return the corrections that are all of what is given, the newest first."""
    conditions: list[str] = []
    params: list[object] = []
    for condition, value in (
        ("c.id IN (SELECT value FROM json_each(?))", None if ids is None else json.dumps(list(ids))),
        ("c.at >= ?", since),
        ("c.by = ?", by),
        ("c.gesture = ?", gesture),
    ):
        if value is not None:
            conditions.append(condition)
            params.append(value)
    query = (
        f"SELECT {_ROW} FROM correction c {_NAMED} WHERE {' AND '.join(conditions) or '1'} ORDER BY c.id DESC LIMIT ?"
    )
    return [_correction(row) for row in db.execute(query, (*params, limit))]


def _correction(row: tuple[Any, ...]) -> Correction:
    id_, at, by, place, gesture, kind, photo, data, undone, act = row
    return Correction(id_, at, by, place, gesture, kind, photo, json.loads(data), undone, act)


def last_gesture(db: sqlite3.Connection, by: str | None = None) -> int | None:
    """Return the newest gesture, a user's if one is named, that was not taken back and took nothing back itself."""
    row = db.execute(
        "SELECT gesture FROM correction WHERE undone IS NULL AND kind <> ? AND act <> ? AND (? IS NULL OR by = ?)"
        " ORDER BY id DESC LIMIT 1",
        (KIND, FOR_GOOD, by, by),
    ).fetchone()
    return None if row is None else int(row[0])


def gestures(db: sqlite3.Connection, since: float, *, most: int, first: int) -> list[Gesture]:
    """Return the gestures since then, the newest first, each with its `first` corrections.

    `most` of them at most, and up to as many again that were taken back. Those that took others back are left out.
    Gestures are stepped through from the newest on, so the cost follows how many there are to return and how large
    they are, not how much was ever said.
    """
    newest = db.execute(
        "WITH RECURSIVE newest (id) AS (SELECT max(gesture) FROM correction UNION ALL"
        " SELECT (SELECT max(gesture) FROM correction WHERE gesture < newest.id) FROM newest"
        " WHERE (SELECT at FROM correction WHERE gesture = newest.id LIMIT 1) >= ? LIMIT ?)"
        " SELECT id FROM newest WHERE (SELECT at FROM correction WHERE gesture = newest.id LIMIT 1) >= ?",
        (since, 2 * most, since),
    ).fetchall()
    ids = [id_ for (id_,) in newest]
    counts = db.execute(
        "SELECT c.gesture, count(*) - count(c.undone), count(DISTINCT iif(c.undone IS NULL, c.photo_id, NULL))"
        " FROM json_each(?) j CROSS JOIN correction c ON c.gesture = j.value GROUP BY c.gesture",
        (json.dumps(ids),),
    )
    standing = {gesture: (count, photos) for gesture, count, photos in counts}
    seen = accumulate(bool(standing[id_][0]) for id_ in ids)
    ids = [id_ for id_, number in zip(ids, seen, strict=True) if number <= most]
    rows = db.execute(
        f"SELECT {_ROW} FROM (SELECT c.id, row_number() OVER (PARTITION BY c.gesture, c.undone IS NULL ORDER BY c.id)"
        " AS n FROM json_each(?) j CROSS JOIN correction c ON c.gesture = j.value) AS some"
        f" CROSS JOIN correction c ON c.id = some.id {_NAMED} WHERE some.n <= ? ORDER BY c.id",
        (json.dumps(ids), first),
    )
    said: dict[int, list[Correction]] = {}
    for row in rows:
        said.setdefault(row[4], []).append(_correction(row))
    found = (_gesture(id_, said[id_], *standing[id_]) for id_ in ids)
    return [
        gesture for gesture in found if not {gesture.corrections[0].kind, gesture.corrections[0].act} & {KIND, FOR_GOOD}
    ]


def _gesture(id_: int, said: list[Correction], count: int, photos: int) -> Gesture:
    if not count:
        return Gesture(id_, tuple(said), len(said), len({one.photo for one in said}), undone=True)
    return Gesture(id_, tuple(one for one in said if one.undone is None), count, photos, undone=False)
