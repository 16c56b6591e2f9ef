"""What all bytes of the originals are, kept from the first look, to tell whether the disk still has them.

A file whose bytes are others is judged by what else changed. If its time did, somebody edited it, and the new bytes are
right from then on. If only its length did, and its end is as it was, a program wrote into it what is about the picture
and kept its time. Else the disk has damaged it, or an edit looks as if it had: that is said, and the bytes of before
stay those that are right until the file has them again, or the owner accepts the new ones.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.schema import LOCATED
from haven_fs.library.beneath import Beneath
from haven_fs.library.checksum import Checksum
from haven_fs.library.text import as_text

Verdict = Literal["new", "right", "edited", "damaged", "changed", "exchanged"]
"""`changed`: the catalog has yet to see that the file is another one now, so it is too early to judge. `exchanged`: it
has the bytes of another original, of the same length and time, so a walk could not see that."""

_COLUMNS = (
    "o.id, l.root, d.path, o.file, o.size, o.mtime_ns, c.size, c.mtime_ns, c.ctime_ns, c.digest, c.ending, c.seen,"
    " c.damaged"
)
_FROM = f"FROM original o {LOCATED} LEFT JOIN checksum c ON c.original_id = o.id"
_FROM_CHECKSUMS = (
    "FROM checksum c CROSS JOIN original o ON o.id = c.original_id CROSS JOIN dir d ON d.id = o.dir_id"
    " CROSS JOIN library l ON l.id = d.library_id"
)
_THERE = "o.gone IS NULL AND l.gone IS NULL AND l.away IS NULL"
_SAME_BYTES = (
    f"original o JOIN checksum k ON k.original_id = o.id {LOCATED} WHERE o.size = ?1 AND k.digest = ?2 AND {_THERE}"
)


class Kept(NamedTuple):
    """What is kept of a file: its checksum, when it was last right, and when it was found damaged, if it was."""

    checksum: Checksum
    seen: float
    damaged: float | None


class Target(NamedTuple):
    """An original to be read: where it is, its length and time as the catalog has them, and what is kept of it."""

    original_id: int
    root: Path
    below: str
    size: int
    mtime_ns: int
    kept: Kept | None

    @property
    def path(self) -> Path:
        """Where it is on disk."""
        return Beneath(self.root, self.below)


class Damage(NamedTuple):
    """A damaged original. `copy`: where an original with the right bytes is, if there is one."""

    path: str
    reason: str
    last_right: float
    found: float
    copy: str | None


def _target(row: Sequence[object]) -> Target:
    id_, root, folder, file, size, mtime_ns, *kept = row
    below = os.fsdecode(b"/".join(part for part in (folder, file) if part))  # type: ignore[misc]
    checksum = Kept(Checksum(*kept[:5]), *kept[5:]) if kept[3] is not None else None  # type: ignore[arg-type]
    return Target(id_, Path(os.fsdecode(root)), below, size, mtime_ns, checksum)  # type: ignore[arg-type]


def due(db: sqlite3.Connection, after: int, most: int) -> list[Target]:
    """Return originals whose bytes nobody has read since they came or changed, in the order of their ids."""
    query = (
        f"SELECT {_COLUMNS} {_FROM} WHERE o.hashed IS NOT o.mtime_ns AND {_THERE} AND o.id > ? ORDER BY o.id LIMIT ?"
    )
    return [_target(row) for row in db.execute(query, (after, most))]


def unseen_since(db: sqlite3.Connection, moment: float, most: int) -> list[Target]:
    """Return originals that were last read whole before a moment, those first of which that is longest ago."""
    query = (
        f"SELECT {_COLUMNS} {_FROM_CHECKSUMS}"
        f" WHERE c.seen < ? AND o.hashed IS o.mtime_ns AND {_THERE} ORDER BY c.seen LIMIT ?"
    )
    return [_target(row) for row in db.execute(query, (moment, most))]


def targets(
    db: sqlite3.Connection, library_id: int, below: bytes = b"", *, since: float | None, after: int = 0, most: int = -1
) -> list[Target]:
    """Return the next originals of a library, after an id, `below` a folder, or the one that is there.

    `since`: only those that were not found right since then.
    """
    folder, _, file = below.rpartition(b"/")
    query = (
        f"SELECT {_COLUMNS} {_FROM} WHERE d.library_id = ?1 AND {_THERE} AND o.id > ?2"
        " AND (?3 IS NULL OR c.seen IS NULL OR c.seen < ?3 OR c.damaged IS NOT NULL)"
        " AND (?4 = x'' OR d.path = ?4 OR d.path >= ?5 AND d.path < ?6 OR d.path = ?7 AND o.file = ?8)"
        " ORDER BY o.id LIMIT ?9"
    )
    bounds = below, below + b"/", below + b"0", folder, file
    return [_target(row) for row in db.execute(query, (library_id, after, since, *bounds, most))]


def damaged(db: sqlite3.Connection) -> list[Target]:
    """Return the originals that count as damaged and could be read now."""
    query = f"SELECT {_COLUMNS} {_FROM_CHECKSUMS} WHERE c.damaged IS NOT NULL AND {_THERE}"
    return [_target(row) for row in db.execute(query)]


def of_originals(db: sqlite3.Connection, original_ids: Iterable[int]) -> list[Target]:
    """Return some originals that are there."""
    query = f"SELECT {_COLUMNS} FROM json_each(?) j CROSS JOIN original o ON o.id = j.value {LOCATED}"
    query += f" LEFT JOIN checksum c ON c.original_id = o.id WHERE {_THERE}"
    return [_target(row) for row in db.execute(query, (json.dumps(list(original_ids)),))]


def judge(db: sqlite3.Connection, target: Target, now: Checksum) -> Verdict:
    """Return what has become of a file that has these bytes."""
    kept = target.kept
    if kept is not None and now.digest == kept.checksum.digest:
        return "right"
    if (now.size, now.mtime_ns) != (target.size, target.mtime_ns):
        return "changed"
    if kept is None:
        return "new"
    if kept.damaged is not None:
        return "damaged"  # whatever was written to it since
    before = kept.checksum
    was_annotated = now.size != before.size and now.ending == before.ending and now.ctime_ns != before.ctime_ns
    if now.mtime_ns != before.mtime_ns or was_annotated:
        return "edited"
    # Its own fingerprint tells a walk that it is another, once it looks.
    others = db.execute(
        f"SELECT 1 FROM {_SAME_BYTES} AND o.id <> ?3 AND o.fingerprint IS NOT"
        " (SELECT fingerprint FROM original WHERE id = ?3) LIMIT 1",
        (now.size, now.digest, target.original_id),
    )
    return "exchanged" if others.fetchone() is not None else "damaged"


def in_words(kept: Kept, now: Checksum) -> str:
    """Return why a file counts as damaged, and what to do."""
    before = kept.checksum
    if now.size < before.size:
        what = f"It is cut short: {now.size:,} of {before.size:,} bytes are there."
    elif now.ctime_ns == before.ctime_ns:
        what = "Its bytes are others, although nothing has written to it: the disk has damaged it."
    else:
        what = (
            "Its bytes changed without its time changing: the disk has damaged it, or a program edited it and kept its"
            " time."
        )
    return f"{what} It was last right on {datetime.fromtimestamp(kept.seen):%Y-%m-%d}."


def note(w: Writer, found: Iterable[tuple[Target, Checksum, Verdict]], *, now: float | None = None) -> None:
    """Keep what was found of originals that are still as they were then; the rest is looked at again."""
    at = time.time() if now is None else now
    damaged, healed = [], []
    for target, checksum, verdict in found:
        if verdict == "changed":
            continue
        if verdict == "exchanged":
            # A time that no file has: the next walk looks at its bytes, and finds whose they are.
            w.db.execute("UPDATE original SET mtime_ns = -1 WHERE id = ? AND gone IS NULL", (target.original_id,))
            continue
        if verdict == "damaged":
            assert target.kept is not None
            w.db.execute(
                "UPDATE checksum SET damaged = coalesce(damaged, ?), reason = ? WHERE original_id = ?",
                (at, in_words(target.kept, checksum), target.original_id),
            )
            damaged.append(target.original_id)
        elif _put(w, target.original_id, checksum, at) and target.kept is not None and target.kept.damaged is not None:
            healed.append(target.original_id)
        _note_read(w, target.original_id, checksum)
    touched = damaged + healed
    if touched:
        w.note_removal()
        ids = json.dumps(touched)
        photos = "SELECT photo_id FROM original WHERE id IN (SELECT value FROM json_each(?)) AND photo_id IS NOT NULL"
        w.touch(id_ for (id_,) in w.db.execute(photos, (ids,)).fetchall())


def is_news(found: Iterable[tuple[Target, Checksum, Verdict]]) -> bool:
    """Tell whether a folder shows what was found: new damage, or damage that is gone."""
    return any(
        (verdict == "damaged") != (one.kept is not None and one.kept.damaged is not None)
        for one, _, verdict in found
        if verdict not in ("changed", "exchanged")
    )


def _note_read(w: Writer, original_id: int, checksum: Checksum) -> None:
    """Have an original not be due again until it changes, damaged or not."""
    query = "UPDATE original SET hashed = mtime_ns WHERE id = ? AND size = ? AND mtime_ns = ?"
    w.db.execute(query, (original_id, checksum.size, checksum.mtime_ns))


def _put(w: Writer, original_id: int, checksum: Checksum, at: float) -> bool:
    query = "SELECT 1 FROM original WHERE id = ? AND gone IS NULL"
    if w.db.execute(query, (original_id,)).fetchone() is None:
        return False
    w.db.execute(
        "INSERT OR REPLACE INTO checksum (original_id, size, mtime_ns, ctime_ns, digest, ending, seen)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            original_id,
            checksum.size,
            checksum.mtime_ns,
            checksum.ctime_ns,
            checksum.digest,
            checksum.ending,
            at,
        ),
    )
    return True


def note_written(w: Writer, original_id: int, checksum: Checksum) -> None:
    """Keep what the bytes are that Haven itself has just written to an original."""
    if _put(w, original_id, checksum, time.time()):
        _note_read(w, original_id, checksum)


def accept(w: Writer, target: Target, checksum: Checksum) -> None:
    """Take a file's bytes for right, as the owner says."""
    w.db.execute("DELETE FROM checksum WHERE original_id = ?", (target.original_id,))
    note(w, [(target._replace(kept=None), checksum, "new")])
    w.touch(id_ for (id_,) in w.db.execute("SELECT photo_id FROM original WHERE id = ?", (target.original_id,)) if id_)


def damages(db: sqlite3.Connection) -> list[Damage]:
    """Return the originals that are damaged, by path."""
    rows = db.execute(
        "SELECT l.root, d.path, o.file, c.reason, c.seen, c.damaged, c.size, c.digest"
        f" {_FROM_CHECKSUMS}"
        " WHERE c.damaged IS NOT NULL AND o.gone IS NULL AND l.gone IS NULL"
    ).fetchall()
    return sorted(
        Damage(_path(place), reason, seen, damaged, _good_copy(db, size, digest))
        for *place, reason, seen, damaged, size, digest in rows
    )


def _good_copy(db: sqlite3.Connection, size: int, digest: bytes) -> str | None:
    """Return where an original is that has these bytes."""
    query = f"SELECT l.root, d.path, o.file FROM {_SAME_BYTES} AND k.damaged IS NULL AND o.hashed IS o.mtime_ns LIMIT 1"
    row = db.execute(query, (size, digest)).fetchone()
    return _path(row) if row else None


def _path(parts: Iterable[bytes]) -> str:
    return as_text(os.fsdecode(b"/".join(part for part in parts if part)))
