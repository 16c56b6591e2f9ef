"""What is due is a query on the catalog, never a queue: a killed run loses nothing and the next goes on from there."""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from haven_fs.analysis.analyzer import Analyzer
from haven_fs.analysis.jobs import File, Group, Photo
from haven_fs.catalog import Catalog
from haven_fs.catalog.exported import OWN
from haven_fs.catalog.schema import LOCATED
from haven_fs.library.beneath import Beneath, placed

_PAGE = 2000
_FILE = f"SELECT o.id, o.file, o.mtime_ns, o.dir_id, o.stem, d.path, l.root, {OWN} FROM original o {LOCATED}"
_READY = "o.probed = 0 AND o.gone IS NULL"


Notes = tuple[tuple[Beneath, str], ...]
"""Files that describe a whole folder, each with its format."""


def _groups(
    db: sqlite3.Connection, rows: Sequence[tuple[int, bytes, int, int, str, bytes, bytes, str | None]]
) -> list[Group]:
    notes = _notes(db, {row[3] for row in rows})
    return [
        Group(
            *key,
            tuple(File(id_, placed(root, path, file), at, wrote) for id_, file, at, _, _, path, root, wrote in group),
            notes.get(key[0], ()),
        )
        for key, group in groupby(rows, key=lambda row: (row[3], row[4]))
    ]


def _notes(db: sqlite3.Connection, dir_ids: Iterable[int]) -> dict[int, Notes]:
    """Return what describes these folders."""
    query = (
        f"SELECT o.dir_id, l.root, d.path, o.file, o.format FROM json_each(?) j CROSS JOIN original o {LOCATED}"
        " WHERE o.dir_id = j.value AND o.format = 'googlealbum' AND o.gone IS NULL ORDER BY o.file"
    )
    found: dict[int, Notes] = {}
    for dir_id, root, path, file, form in db.execute(query, (json.dumps(list(dir_ids)),)):
        found[dir_id] = (*found.get(dir_id, ()), (placed(root, path, file), form))
    return found


def groups_in(db: sqlite3.Connection, dir_ids: Sequence[int]) -> list[Group]:
    """Return the groups of files in these folders that are due to be looked into."""
    marks = ",".join("?" * len(dir_ids))
    rows = db.execute(
        f"{_FILE} WHERE {_READY} AND o.dir_id IN ({marks}) ORDER BY o.dir_id, o.stem, o.id", list(dir_ids)
    )
    return _groups(db, rows.fetchall())


def group_of(db: sqlite3.Connection, original_id: int) -> Group | None:
    """Return the group that an original is in, None if it is not due to be looked into."""
    row = db.execute("SELECT dir_id, stem FROM original WHERE id = ?", (original_id,)).fetchone()
    if row is None:
        return None
    rows = db.execute(f"{_FILE} WHERE {_READY} AND o.dir_id = ? AND o.stem = ? ORDER BY o.id", row)
    return next(iter(_groups(db, rows.fetchall())), None)


def all_groups(catalog: Catalog) -> Iterator[Group]:
    """Give every group of files that is due, page by page, of the libraries whose roots are there."""
    with catalog.read() as db:
        roots = db.execute("SELECT id, root FROM library WHERE gone IS NULL").fetchall()
    ready = [id_ for id_, root in roots if Path(os.fsdecode(root)).is_dir()]
    marks = ",".join("?" * len(ready))
    last: tuple[int, str] = (0, "")
    while True:
        with catalog.read() as db:
            keys = db.execute(
                f"SELECT DISTINCT o.dir_id, o.stem FROM original o WHERE {_READY} AND (o.dir_id, o.stem) > (?, ?)"
                f" AND o.dir_id IN (SELECT id FROM dir WHERE library_id IN ({marks}))"
                f" ORDER BY o.dir_id, o.stem LIMIT {_PAGE}",
                (*last, *ready),
            ).fetchall()
            if not keys:
                return
            rows = db.execute(
                f"{_FILE} WHERE {_READY} AND (o.dir_id, o.stem) > (?, ?) AND (o.dir_id, o.stem) <= (?, ?)"
                f" AND d.library_id IN ({marks}) ORDER BY o.dir_id, o.stem, o.id",
                (*last, *keys[-1], *ready),
            ).fetchall()
            groups = _groups(db, rows)
        last = keys[-1]
        yield from groups


def _lacking(analyzers: Mapping[str, Analyzer]) -> tuple[str, list[str | int]]:
    """Return the SQL that a photo lacks an analysis of the current version by any of these, and its parameters."""
    pairs = ",".join("(?, ?)" for _ in analyzers)
    params: list[str | int] = [part for a in analyzers.values() for part in (a.name, a.version)]
    count = f"(SELECT count(*) FROM analysis a WHERE a.photo_id = p.id AND (a.analyzer, a.version) IN (VALUES {pairs}))"
    return f"p.shown = 1 AND {count} < {len(analyzers)}", params


def photos(catalog: Catalog, analyzers: Mapping[str, Analyzer]) -> Iterator[Photo]:
    """Give every photo that one of these analyzers has not seen at its current version, page by page."""
    if not analyzers:
        return
    lacking, params = _lacking(analyzers)
    last = 0
    while True:
        page: list[tuple[int, Photo]] = []
        with catalog.read() as db:
            ids = [
                row[0]
                for row in db.execute(
                    f"SELECT p.id FROM photo p WHERE {lacking} AND p.id > ? ORDER BY p.id LIMIT {_PAGE}",
                    (*params, last),
                )
            ]
            for id_ in ids:
                done = set(db.execute("SELECT analyzer, version FROM analysis WHERE photo_id = ?", (id_,)))
                due = frozenset(a.name for a in analyzers.values() if (a.name, a.version) not in done)
                files = db.execute(
                    f"SELECT o.role, o.id, o.file, o.mtime_ns, d.path, l.root, {OWN}, o.dir_id"
                    f" FROM original o {LOCATED}"
                    " WHERE o.photo_id = ? AND o.gone IS NULL ORDER BY o.id",
                    (id_,),
                ).fetchall()
                roles = tuple(
                    (role, File(i, placed(root, below, file), mtime, wrote))
                    for role, i, file, mtime, below, root, wrote, _ in files
                )
                if main := next((file[-1] for file in files if file[0] == "main"), None):
                    page.append((main, Photo(id_, roles, due)))
            notes = _notes(db, {dir_id for dir_id, _ in page})
        if not ids:
            return
        last = ids[-1]
        yield from (replace(photo, notes=notes.get(dir_id, ())) for dir_id, photo in page)


def by_urgency(analyzers: Mapping[str, Analyzer]) -> tuple[dict[str, Analyzer], dict[str, Analyzer]]:
    """Return those analyzers that are asked as soon as may be, and those that are asked at leisure."""
    sides: tuple[dict[str, Analyzer], dict[str, Analyzer]] = ({}, {})
    for name, analyzer in analyzers.items():
        sides[analyzer.at_leisure][name] = analyzer
    return sides


@dataclass(frozen=True, slots=True)
class Counts:
    """What the catalog holds: `pending` is what is still due, walks of libraries among it; 0 when all is settled.

    `at_leisure`: photos that are yet to be looked at when nothing else is due.
    """

    photos: int
    videos: int
    unreadable: int
    pending: int
    at_leisure: int = 0


def counts(db: sqlite3.Connection, analyzers: Mapping[str, Analyzer]) -> Counts:
    """Return what the catalog holds now."""
    kinds = dict(db.execute("SELECT kind = 'video', count(*) FROM photo WHERE shown = 1 GROUP BY 1"))
    unreadable = db.execute("SELECT count(*) FROM photo WHERE unreadable IS NOT NULL").fetchone()[0]
    _, later = by_urgency(analyzers)
    return Counts(kinds.get(0, 0), kinds.get(1, 0), unreadable, pending(db, analyzers), due_photos(db, later))


def pending(db: sqlite3.Connection, analyzers: Mapping[str, Analyzer]) -> int:
    """Return how much is still due, walks of libraries among it, but for what is done at leisure."""
    walks = db.execute(
        "SELECT (SELECT count(*) FROM library WHERE gone IS NULL AND walked IS NULL)"
        " + (SELECT count(*) FROM folder_said)"
    ).fetchone()[0]
    return int(walks) + sum(count(db, by_urgency(analyzers)[0]))


def count(db: sqlite3.Connection, analyzers: Mapping[str, Analyzer]) -> tuple[int, int]:
    """Return how many originals are due to be looked into, and how many photos are due for some analyzer."""
    originals = db.execute(f"SELECT count(*) FROM original o WHERE {_READY}").fetchone()[0]
    return originals, due_photos(db, analyzers)


def due_photos(db: sqlite3.Connection, analyzers: Mapping[str, Analyzer]) -> int:
    """Return how many photos are due for some analyzer."""
    if not analyzers:
        return 0
    lacking, params = _lacking(analyzers)
    return int(db.execute(f"SELECT count(*) FROM photo p WHERE {lacking}", params).fetchone()[0])
