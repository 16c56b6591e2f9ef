"""Where originals lie: the row of an original goes to wherever its file went, whatever was there before."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from haven_fs.catalog.catalog import Writer

LATELY = 60.0
"""Seconds after which a removal stands, whatever is then written to its path."""
RECENT = 3600.0
"""Seconds for which a file may be one that a program has made on its way to another name, and for which it is
remembered where an original was before."""
_COLUMNS = (
    "dir_id, file, stem, size, mtime_ns, inode, ctime_ns, etag, modified, created,"
    " shown, shown_fold, shown_href, shown_xml"
)
_LAST = "last_original"
Slot = tuple[Any, ...]
"""A place and the file in it, as the catalog spells them: the values of those columns."""
_STAT = slice(3, 10)


def slot_of(w: Writer, original_id: int, stat: tuple[Any, ...] | None = None) -> Slot:
    """Return where an original is. `stat`: its file as it is now, if the catalog does not have that yet."""
    slot: Slot = w.db.execute(f"SELECT {_COLUMNS} FROM original WHERE id = ?", (original_id,)).fetchone()
    return slot if stat is None else (*slot[: _STAT.start], *stat, *slot[_STAT.stop :])


def put_into(w: Writer, places: Mapping[int, Slot], leaving: Iterable[int] = ()) -> None:
    """Have each of these originals in another place. `leaving`: originals that are in a place no more.

    Those that move give up their own places first, so that they can exchange them.
    """
    marks = [(w.seq, id_) for id_ in (*places, *leaving)]
    w.db.executemany("UPDATE original SET gone = ?1, seq = ?1 WHERE id = ?2", marks)
    vacate(w, [(id_, *slot[:2]) for id_, slot in places.items()])
    w.db.executemany(
        f"UPDATE original SET ({_COLUMNS}, gone, probed, seq) = ({','.join('?' * 14)}, NULL, 0, ?) WHERE id = ?",
        [(*slot, w.seq, id_) for id_, slot in places.items()],
    )


def vacate(w: Writer, moves: Iterable[tuple[int, int, bytes]]) -> None:
    """Remember where originals are, before they move: each with the folder and the name that it gets."""
    now = time.time()
    w.db.execute("DELETE FROM vacated WHERE at < ?", (now - RECENT,))
    w.db.executemany(
        "INSERT OR REPLACE INTO vacated SELECT dir_id, file, id, ? FROM original WHERE id = ?"
        " AND (dir_id, file) <> (?, ?)",
        [(now, *move) for move in moves],
    )


def next_id(w: Writer) -> int:
    """Return a number for an original that none ever had: what names a row must not come to mean another."""
    query = "SELECT max((SELECT ifnull(max(id), 0) FROM original), ifnull((SELECT value FROM state WHERE key = ?), 0))"
    return int(w.db.execute(query, (_LAST,)).fetchone()[0]) + 1


def replace_row(w: Writer, new: int, original_id: int) -> int | None:
    """Delete the row of an original that turned out to be another one, and return the photo it was taken for.

    What names it names the other one from now on.
    """
    w.db.execute("UPDATE OR REPLACE alias SET original_id = ? WHERE original_id = ?", (original_id, new))
    w.db.execute(
        "UPDATE OR REPLACE property SET owner = ? WHERE owner = ?", (f"original {original_id}", f"original {new}")
    )
    w.db.execute(
        "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)",
        (_LAST, new),
    )
    w.db.execute("DELETE FROM checksum WHERE original_id = ?", (new,))
    row = w.db.execute("DELETE FROM original WHERE id = ? RETURNING photo_id", (new,)).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def new_in(w: Writer, slot: Slot) -> int:
    """Add an original of which nothing is known but where it is, and return its row."""
    id_ = next_id(w)
    marks = ",".join("?" * 16)
    w.db.execute(f"INSERT INTO original (id, {_COLUMNS}, seq) VALUES ({marks})", (id_, *slot, w.seq))
    return id_
