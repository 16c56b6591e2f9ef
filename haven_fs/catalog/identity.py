"""Which original a file is: a photo is its content and its history, not its path.

Where names and contents were exchanged, the contents decide: an original goes where its bytes are. Where a path has
new bytes and the old ones are nowhere, its file was edited, and stays the original that it was. The same holds if

- the new bytes came as a file of their own a moment ago, of which nobody has said anything: it `gives_way`,
- the old ones are kept beside it under a name that says so, as "a.jpg~" (haven_fs.library.backups), or
- the old file was set aside, another took its place, and then the old one was deleted (`take_up_former`).

All ways by which a path gets new content follow this: those that a walk finds (haven_fs.catalog.exchange), and those
that go through the tree (haven_fs.tree.disk.content).
"""

import json
import os
import sqlite3
import time
from collections.abc import Sequence

from haven_fs.catalog.another import differ
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.corrections import GESTURE, is_said_of
from haven_fs.catalog.disk import Row, drop, hide_if_empty, mark_due, touch
from haven_fs.catalog.photos import name_anew
from haven_fs.catalog.places import LATELY, RECENT, new_in, put_into, slot_of
from haven_fs.library.backups import is_backup

_WALKS = "walks"
_MOST = 50
"""How many walks are remembered: files of earlier ones count as found together."""


def gives_way(db: sqlite3.Connection, original_id: int, *, since: float | None = None, over: int | None = None) -> bool:
    """Tell whether a file whose bytes come to another's path is only the other's new content.

    It is, unless it was a photo for longer than saving a file takes, or the owner has said something about it. `since`:
    when the other left its path; then the file must have been made about then, or later. `over`: the other, if a walk
    met the bytes there; then the file must have been found by a later walk than that.
    """
    row = db.execute(
        "SELECT p.id, p.added FROM original o LEFT JOIN photo p ON p.id = o.photo_id WHERE o.id = ?", (original_id,)
    ).fetchone()
    if row is None or row[0] is None:
        return True
    first = time.time() - RECENT if since is None else since - GESTURE
    is_new = row[1] > first and (over is None or _came_later(db, row[1], over))
    return bool(is_new and not is_said_of(db, row[0]))


def note_walk(w: Writer) -> None:
    """Note that a walk found new files, which become photos from now on."""
    now = time.time()
    times = [*(at for at in _walks(w.db) if now - RECENT < at < now), now]
    w.db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (_WALKS, json.dumps(times[-_MOST:])))


def _came_later(db: sqlite3.Connection, added: float, over: int) -> bool:
    """Tell whether what became a photo then was found by a later walk than an original."""
    row = db.execute(
        "SELECT p.added FROM original o JOIN photo p ON p.id = o.photo_id WHERE o.id = ?", (over,)
    ).fetchone()
    return row is None or any(row[0] < at <= added for at in _walks(db))


def _walks(db: sqlite3.Connection) -> list[float]:
    row = db.execute("SELECT value FROM state WHERE key = ?", (_WALKS,)).fetchone()
    return json.loads(row[0]) if row else []


def let_go(w: Writer, known: int, original_id: int) -> None:
    """Drop the original whose bytes another one has now; what programs keep beside it moves over too."""
    w.db.execute("DELETE FROM property WHERE owner = ?", (f"original {original_id}",))
    w.db.execute("UPDATE property SET owner = ? WHERE owner = ?", (f"original {original_id}", f"original {known}"))
    dir_id, file, size, gone, photo_id = w.db.execute(
        "SELECT dir_id, file, size, gone, photo_id FROM original WHERE id = ?", (known,)
    ).fetchone()
    if gone is None:
        drop(w, [Row(known, dir_id, file, size)])
    elif photo_id is not None:
        hide_if_empty(w, photo_id)
    # Else what comes to where it was, or a copy of these bytes, would be taken for this original, come back.
    w.db.execute("DELETE FROM vacated WHERE original_id = ?", (known,))
    w.db.execute("UPDATE original SET fingerprint = NULL WHERE id = ?", (known,))


def set_aside(w: Writer, dir_id: int, file: bytes, began: float | None = None) -> tuple[int, float] | None:
    """Return the original that was moved out of a place to make room for what comes there now, and when it was.

    It was if it is kept beside it as a backup, or was deleted there by now, and left a moment before what comes `began`
    to be sent. None if there is none.
    """
    row = w.db.execute(
        "SELECT o.id, o.file, o.gone, v.at FROM vacated v JOIN original o ON o.id = v.original_id"
        " WHERE v.dir_id = ? AND v.file = ? AND v.at > ?",
        (dir_id, file, (time.time() if began is None else began) - LATELY),
    ).fetchone()
    if row is None or not _is_aside(w.db, row[0], dir_id):
        return None
    original_id, name, gone, at = row
    return (original_id, at) if gone is not None or is_backup(os.fsdecode(name), os.fsdecode(file)) else None


def _is_aside(db: sqlite3.Connection, original_id: int, dir_id: int) -> bool:
    """Tell whether an original is, or was when it was deleted, where programs set files aside that lay in a folder.

    That is beside the place, or in a backup of the folder, where no other original was. People move files elsewhere,
    and renumber and exchange them.
    """
    now_in, path, other, was_of_another = db.execute(
        "SELECT o.dir_id, d.path, e.path, EXISTS (SELECT 1 FROM vacated v WHERE v.dir_id = o.dir_id AND v.file = o.file"
        " AND v.original_id <> o.id) FROM original o JOIN dir d ON d.id = o.dir_id JOIN dir e ON e.id = ?"
        " WHERE o.id = ?",
        (dir_id, original_id),
    ).fetchone()
    if was_of_another or now_in == dir_id:
        return not was_of_another
    (above, _, name), (other_above, _, other_name) = path.rpartition(b"/"), other.rpartition(b"/")
    return above == other_above and is_backup(os.fsdecode(name), os.fsdecode(other_name))


def take_over(w: Writer, original_id: int, new: int) -> int | None:
    """Have an original be where another is, a new one that has its place now.

    Return the original that its old file is now, if that is kept as a backup.
    """
    there, place = slot_of(w, original_id), slot_of(w, new)
    is_gone = w.db.execute("SELECT gone IS NOT NULL FROM original WHERE id = ?", (original_id,)).fetchone()[0]
    put_into(w, {original_id: place}, [new])
    let_go(w, new, original_id)
    backup = None if is_gone else new_in(w, there)
    w.db.execute("DELETE FROM trash_file WHERE original_id = ?", (original_id,))
    w.db.execute("DELETE FROM vacated WHERE original_id = ?", (original_id,))
    for slot in (there, place):
        mark_due(w, slot[0], [slot[2]])
    touch(w, {there[0], place[0]})
    row = w.db.execute("SELECT photo_id FROM original WHERE id = ?", (original_id,)).fetchone()
    if row[0] is not None and not is_said_of(w.db, row[0]):
        name_anew(w, [original_id], is_final=True)  # it may have been named after where it was set aside
    return backup


def take_up_former(w: Writer, original_ids: Sequence[int]) -> set[int]:
    """Have originals whose files were deleted be what has lately taken the places that they were moved from.

    Programs set a file aside, write it anew and then delete the old one. Return the originals that are still there.
    What was deleted along with them, such as the folder they were in, has taken no place.
    """
    rows = w.db.execute(
        "SELECT v.original_id, v.dir_id, n.id, max(v.at), p.added FROM json_each(?1) j"
        " CROSS JOIN vacated v ON v.original_id = j.value"
        " LEFT JOIN original n ON n.dir_id = v.dir_id AND n.file = v.file AND n.gone IS NULL AND n.id <> v.original_id"
        " AND n.id NOT IN (SELECT value FROM json_each(?1))"
        " LEFT JOIN photo p ON p.id = n.photo_id GROUP BY v.original_id",
        (json.dumps(original_ids),),
    ).fetchall()
    still = set()
    for original_id, dir_id, new, at, added in rows:
        is_lately = max(at, added or 0.0) > time.time() - LATELY  # sending the new one may take a while
        if new is None or not is_lately or not _is_aside(w.db, original_id, dir_id):
            continue
        if gives_way(w.db, new, since=at) and not differ(w.db, original_id, new):
            w.db.execute("UPDATE original SET gone = ? WHERE id = ?", (w.seq, original_id))
            take_over(w, original_id, new)
            still.add(original_id)
    return still
