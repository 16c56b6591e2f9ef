"""What is passed over, and why: walks count it where they meet it, so that telling it needs no walk."""

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from haven_fs.catalog.catalog import Catalog
from haven_fs.catalog.schema import LOCATED
from haven_fs.library.ownnotes import FORMAT
from haven_fs.library.text import as_text

BINNED = 2
"""What `hidden.found` is of photos that lie in the bin of another program, as its sidecars say."""

Counts = Mapping[tuple[str, bool], int]
"""How many files (False) and folders (True) of one folder are passed over, by the reason."""


class Skipped(NamedTuple):
    """What is passed over for one of haven_fs.library.leavings.REASONS; `example`: a folder in which some of it is."""

    reason: str
    files: int
    folders: int
    example: str


def note_skipped(catalog: Catalog, library_id: int, found: Mapping[bytes, Counts], *, whole: bool) -> None:
    """Keep what a walk passed over, by folder. `whole`: it saw all folders, so that others than these are no more.

    Nothing is written if nothing is new.
    """
    now = {(path, reason) for path, counts in found.items() for reason, _ in counts}
    rows = {
        (path, reason): (found[path].get((reason, False), 0), found[path].get((reason, True), 0))
        for path, reason in now
    }
    query = "SELECT path, reason, files, folders FROM skipped WHERE library_id = ?"
    with catalog.read() as db:
        known = {
            (path, reason): (files, folders)
            for look in ([(query, (library_id,))] if whole else _each(query, library_id, found))
            for path, reason, files, folders in db.execute(*look)
        }
    if known == rows:
        return
    with catalog.write(quiet=True) as w:
        w.db.executemany(
            "DELETE FROM skipped WHERE library_id = ? AND path = ? AND reason = ?",
            [(library_id, *key) for key in known.keys() - rows.keys()],
        )
        w.db.executemany(
            "INSERT OR REPLACE INTO skipped (library_id, path, reason, files, folders) VALUES (?, ?, ?, ?, ?)",
            [(library_id, *key, *counts) for key, counts in rows.items() if known.get(key) != counts],
        )


def _each(query: str, library_id: int, found: Mapping[bytes, Counts]) -> list[tuple[str, tuple[int, bytes]]]:
    return [(f"{query} AND path = ?", (library_id, path)) for path in found]


def skipped(db: sqlite3.Connection) -> list[Skipped]:
    """Return what is passed over in all libraries, most first: backups beside their photos among it, and what sidecars
    say is in another program's bin.
    """
    example = "min(CAST(l.root || '/' || {} AS BLOB))"
    query = (
        f"SELECT reason, sum(files) AS files, sum(folders) AS folders, {example.format('s.path')} AS place"
        " FROM skipped s JOIN library l ON l.id = s.library_id WHERE l.gone IS NULL GROUP BY reason"
        f" UNION ALL SELECT 'backup', count(*), 0, {example.format('d.path')}"
        f" FROM original o INDEXED BY original_spare {LOCATED} WHERE o.role = 'backup' AND o.gone IS NULL"
        f" UNION ALL SELECT 'bin', count(*), 0, {example.format('d.path')}"
        f" FROM hidden h JOIN photo p ON p.id = h.photo_id JOIN original o ON o.id = p.main_id {LOCATED}"
        f" WHERE h.found = {BINNED} AND o.gone IS NULL AND l.gone IS NULL"
        f" UNION ALL SELECT 'haven', count(*), 0, {example.format('d.path')}"
        f" FROM original o {LOCATED} WHERE o.format = '{FORMAT}' AND o.gone IS NULL AND l.gone IS NULL"
    )
    query = f"SELECT reason, sum(files), sum(folders), min(place) FROM ({query}) GROUP BY reason"
    found = [
        Skipped(reason, files, folders, as_text(str(Path(os.fsdecode(path)))))
        for reason, files, folders, path in db.execute(query)
        if files or folders
    ]
    return sorted(found, key=lambda one: (-one.files - one.folders, one.reason))
