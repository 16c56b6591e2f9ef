"""Photos that an import has copied into a library: taking the import back puts their files into /Recently Removed.

That a photo was brought is a row of what owners say, so undo and the record know of it as of anything said. What
follows from a row that goes or comes back is done to the files here, in the same transaction.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.changes import Change
from haven_fs.catalog.moving import file_stat, files_below, place_file
from haven_fs.catalog.trash import Trashed, all_trashed, files_of, forget, note_trashed
from haven_fs.catalog.wording import counted
from haven_fs.library import trash
from haven_fs.library.beneath import Beneath, is_taken

TABLE = "brought"
BEGUN, KIND, SAID, FINISHED = "import begun", "photos imported", "facts imported", "import finished"
"""The kinds of corrections of an import, in order."""


def bring(w: Writer, photo_ids: Sequence[int], source: str) -> None:
    """Note that photos were copied into a library from a source, such as "Google Photos"."""
    ids = list(dict.fromkeys(photo_ids))
    w.db.executemany("INSERT OR IGNORE INTO brought (photo_id, source) VALUES (?, ?)", [(id_, source) for id_ in ids])
    w.correct(KIND, count=counted(len(ids), "photo"), name=source)


def is_brought(db: sqlite3.Connection, photo_id: int) -> bool:
    """Tell whether an import has copied a photo."""
    return db.execute("SELECT 1 FROM brought WHERE photo_id = ?", (photo_id,)).fetchone() is not None


def begun(db: sqlite3.Connection, source: str) -> tuple[int | None, str | None]:
    """Return the folder that a source was last imported to, and the gesture if that was interrupted; None if never."""
    rows = db.execute(
        "SELECT c.gesture, c.data, EXISTS (SELECT 1 FROM correction f WHERE f.gesture = c.gesture AND f.kind = ?)"
        " FROM correction c WHERE c.kind = ? AND c.undone IS NULL ORDER BY c.id DESC",
        (FINISHED, BEGUN),
    )
    for gesture, data, is_finished in rows:
        said = json.loads(data)
        if said.get("source") == source:
            return None if is_finished else int(gesture), str(said.get("folder"))
    return None, None


def follow_brought(w: Writer, changes: Iterable[Change]) -> None:
    """Put away the files of photos that are brought no more, and put back those that are again. Raises OSError.

    `changes`: rows that were taken back or done again; which of the two, the table tells.
    """
    photos = {int(change["key"]["photo_id"]) for change in changes if change["table"] == TABLE}
    if gone := {photo_id for photo_id in photos if not is_brought(w.db, photo_id)}:
        _put_away(w, gone)
    if back := photos - gone:
        _put_back(w, back)


def _put_away(w: Writer, photo_ids: set[int]) -> None:
    rows = w.db.execute(
        "SELECT DISTINCT d.library_id, l.root, d.path FROM original o JOIN dir d ON d.id = o.dir_id"
        " JOIN library l ON l.id = d.library_id WHERE o.gone IS NULL AND l.writable AND l.gone IS NULL"
        " AND o.photo_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(photo_ids)),),
    ).fetchall()
    libraries: dict[int, tuple[Path, list[bytes]]] = {}
    for library_id, root, path in rows:
        libraries.setdefault(library_id, (Path(os.fsdecode(root)), []))[1].append(path)
    for library_id, (root, paths) in libraries.items():
        owners = _owners(w.db, library_id)
        mine = {id_ for id_, photo_id in owners.items() if photo_id in photo_ids}
        for top in sorted({path.partition(b"/")[0] for path in paths}):
            _clear(w, library_id, root, top, mine)


def _owners(db: sqlite3.Connection, library_id: int) -> dict[int, int | None]:
    rows = db.execute(
        "SELECT o.id, o.photo_id FROM original o JOIN dir d ON d.id = o.dir_id WHERE d.library_id = ?"
        " AND o.gone IS NULL",
        (library_id,),
    )
    return dict(rows.fetchall())


def _clear(w: Writer, library_id: int, root: Path, folder: bytes, mine: set[int]) -> None:
    """Put away what is `mine` in a folder: the folder as it is where nothing else is in it."""
    inside = files_below(w.db, library_id, folder)
    if not any(row.id in mine for row in inside):
        return
    if folder and all(row.id in mine for row in inside):
        _put_one_away(w, library_id, root, folder, is_folder=True)
        return
    start = len(folder) + 1 if folder else 0
    for row in inside:
        if row.id in mine and b"/" not in row.path[start:]:
            _put_one_away(w, library_id, root, row.path, is_folder=False)
    below = {row.path[start:].partition(b"/")[0] for row in inside if b"/" in row.path[start:]}
    for name in sorted(below):
        _clear(w, library_id, root, folder + b"/" + name if folder else name, mine)


def _put_one_away(w: Writer, library_id: int, root: Path, path: bytes, *, is_folder: bool) -> None:
    below = os.fsdecode(path)
    if not is_taken(Beneath(root, below)):
        return
    token = trash.put_away(root, below)
    w.undo_by(lambda: trash.put_back(root, token, below))
    note_trashed(w, library_id, token, path, is_folder=is_folder)


def _put_back(w: Writer, photo_ids: set[int]) -> None:
    """Put back what was put away of photos, where nothing else is by now; the rest stays in /Recently Removed."""
    wanted = json.dumps(sorted(photo_ids))
    query = (
        "SELECT DISTINCT f.trash_id FROM trash_file f JOIN original o ON o.id = f.original_id"
        " WHERE o.gone IS NOT NULL AND o.photo_id IN (SELECT value FROM json_each(?))"
    )
    ids = {id_ for (id_,) in w.db.execute(query, (wanted,))}
    for one in all_trashed(w.db) if ids else ():
        if one.id in ids and one.writable and not is_taken(Beneath(one.root, one.path)):
            _put_one_back(w, one)


def _put_one_back(w: Writer, one: Trashed) -> None:
    known = files_of(w.db, one.id)
    forget(w, one.id)
    trash.put_back(one.root, one.token, one.path)
    w.undo_by(lambda: trash.put_away(one.root, one.path))
    for part, original_id in known.items():
        below = "/".join(piece for piece in (one.path, os.fsdecode(part)) if piece)
        path = Beneath(one.root, below)
        if is_taken(path):
            place_file(w, one.library_id, os.fsencode(below), file_stat(path), original_id)
