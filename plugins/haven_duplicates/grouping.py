"""Keeps the groups of the catalog up to date: what hangs together with a photo that changed is grouped anew."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

from haven_duplicates.facet import set_state, state
from haven_duplicates.groups import Group, Pair, find_groups
from haven_fs import Catalog, Writer, names

_AT_ONCE = 100
"""Photos that are grouped anew in one go."""
_AMONG = "json_each(?) j CROSS JOIN"
_BESIDE = (
    f"SELECT DISTINCT other FROM {_AMONG} copy_pair ON one = j.value",
    f"SELECT n.photo_id FROM (SELECT DISTINCT group_id FROM {_AMONG} copy_member m ON m.photo_id = j.value) g"
    " CROSS JOIN copy_member n ON n.group_id = g.group_id",
    f"SELECT q.id FROM (SELECT DISTINCT o.size, o.fingerprint FROM {_AMONG} photo p ON p.id = j.value"
    " CROSS JOIN original o ON o.id = p.main_id WHERE o.gone IS NULL AND o.fingerprint <> x'') f"
    " CROSS JOIN original n ON n.size = f.size AND n.fingerprint = f.fingerprint AND n.gone IS NULL"
    " CROSS JOIN photo q ON q.id = n.photo_id AND q.main_id = n.id",
)
"""Which photos hang together with some: copies by what they show, those in their groups, and copies by their bytes."""


def note_changes(catalog: Catalog) -> None:
    """Have photos be grouped anew that are in a group, or were, and have changed since this was last asked."""
    with catalog.read() as db:
        seq = int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
        seen = state(db, "seen")
        if seq == seen:
            return
        query = "SELECT m.photo_id FROM copy_member m CROSS JOIN photo p ON p.id = m.photo_id WHERE p.seq > ?"
        changed = db.execute(query, (seen,)).fetchall()
    with catalog.write(quiet=True) as w:
        w.db.executemany("INSERT OR IGNORE INTO copy_due VALUES (?)", changed)
        set_state(w.db, "seen", seq)


def regroup(catalog: Catalog, go_on: Callable[[], bool]) -> Iterator[int]:
    """Group anew what is due; give how many photos were, slice by slice."""
    while go_on():
        with catalog.read() as db:
            due = [id_ for (id_,) in db.execute("SELECT photo_id FROM copy_due LIMIT ?", (_AT_ONCE,))]
            if not due:
                return
            from haven_duplicates.comparing import KeptLinks  # OpenCV, which only comparing takes

            together = _together(db, due)
            links = KeptLinks(db, together, len(due))
            before = _groups_of(db, together)
            groups = find_groups(db, together, links, partial(_is_taken, db, before))
            is_new = _shape(groups) != _shape_before(db, before)
        with catalog.write(quiet=not is_new) as w:
            put_pairs(w, links.new)
            w.db.execute("DELETE FROM copy_due WHERE photo_id IN (SELECT value FROM json_each(?))", (json.dumps(due),))
            _put(w, together, before, groups)
            if is_new:
                w.note_removal()
        yield len(due)


def put_pairs(w: Writer, pairs: Collection[Pair]) -> None:
    """Note photos as copies by what they show."""
    both = [pair for one, other in pairs for pair in ((one, other), (other, one))]
    w.db.executemany("INSERT OR IGNORE INTO copy_pair VALUES (?, ?)", both)


def _together(db: sqlite3.Connection, photo_ids: Collection[int]) -> set[int]:
    """Return all photos that hang together with some, directly or not."""
    found, edge = set(photo_ids), set(photo_ids)
    while edge:
        ids = json.dumps(list(edge))
        edge = {id_ for query in _BESIDE for (id_,) in db.execute(query, (ids,))} - found
        found |= edge
    return found


def _groups_of(db: sqlite3.Connection, photo_ids: Collection[int]) -> set[int]:
    query = f"SELECT DISTINCT group_id FROM {_AMONG} copy_member m ON m.photo_id = j.value WHERE group_id IS NOT NULL"
    return {id_ for (id_,) in db.execute(query, (json.dumps(list(photo_ids)),))}


def _is_taken(db: sqlite3.Connection, but: Collection[int], fold: str) -> bool:
    row = db.execute("SELECT id FROM copy_group WHERE fold = ?", (fold,)).fetchone()
    return row is not None and row[0] not in but


def _shape(groups: Collection[Group]) -> set[tuple[Any, ...]]:
    return {(group.name, *zip(group.photo_ids, group.copies, _checked(group), strict=True)) for group in groups}


def _shape_before(db: sqlite3.Connection, group_ids: Collection[int]) -> set[tuple[Any, ...]]:
    shapes: dict[str, list[tuple[Any, ...]]] = {}
    rows = db.execute(
        "SELECT g.name, m.photo_id, m.same_as, m.checked FROM json_each(?) j CROSS JOIN copy_group g ON g.id = j.value"
        " CROSS JOIN copy_member m ON m.group_id = g.id ORDER BY m.group_id, m.place",
        (json.dumps(list(group_ids)),),
    )
    for name, *member in rows:
        shapes.setdefault(name, []).append(tuple(member))
    return {(name, *members) for name, members in shapes.items()}


def _checked(group: Group) -> list[int | None]:
    """Return of each photo whether all its bytes were compared, None if it is an exact copy of none."""
    several = {copy for copy in group.copies if group.copies.count(copy) > 1}
    return [
        int(id_ in group.compared) if copy in several else None
        for id_, copy in zip(group.photo_ids, group.copies, strict=True)
    ]


def _put(w: Writer, photo_ids: Collection[int], before: Collection[int], groups: Collection[Group]) -> None:
    """Have the groups of some photos be these."""
    ids = json.dumps(list(photo_ids))
    w.db.execute("DELETE FROM copy_group WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(before)),))
    w.db.execute("DELETE FROM copy_member WHERE photo_id IN (SELECT value FROM json_each(?))", (ids,))
    for group in groups:
        added = w.db.execute("INSERT INTO copy_group (name, fold) VALUES (?, ?)", (group.name, names.fold(group.name)))
        w.db.executemany(
            "INSERT INTO copy_member VALUES (?, ?, ?, ?, ?)",
            [
                (id_, added.lastrowid, place, copy, checked)
                for place, (id_, copy, checked) in enumerate(
                    zip(group.photo_ids, group.copies, _checked(group), strict=True), start=1
                )
            ],
        )
    # Those that are alone, since they or the others are hidden, may be in a group again.
    alone = set(photo_ids) - {id_ for group in groups for id_ in group.photo_ids}
    w.db.execute(
        "INSERT INTO copy_member SELECT p.id, NULL, 0, 0, NULL FROM json_each(?) j CROSS JOIN photo p ON p.id = j.value"
        " WHERE p.shown = 0 OR EXISTS (SELECT 1 FROM copy_pair WHERE one = p.id)",
        (json.dumps(list(alone)),),
    )
