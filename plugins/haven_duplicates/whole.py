"""Reading whole files, to tell copies from files that only have the same size, beginning and end.

What all bytes of a file are, the catalog keeps in `checksum`, for which every file is read in time. Those that are in
one group since they may be copies are read first, when nothing else is due.
"""

import sqlite3
from collections.abc import Callable

from haven_duplicates.facet import set_state
from haven_fs import Catalog, Progress, take_checksums

_AT_ONCE = 100
_MEMBERS = (
    "FROM copy_member m CROSS JOIN photo p ON p.id = m.photo_id CROSS JOIN original o ON o.id = p.main_id"
    " CROSS JOIN dir d ON d.id = o.dir_id CROSS JOIN library l ON l.id = d.library_id"
    " LEFT JOIN checksum c ON c.original_id = o.id"
    " WHERE m.checked = 0 AND p.shown = 1 AND o.gone IS NULL AND l.away IS NULL"
)
_UNREAD = f"SELECT o.id {_MEMBERS} AND o.hashed IS NOT o.mtime_ns"
_READ = f"SELECT p.id, c.seen {_MEMBERS} AND c.seen > (SELECT value FROM copy_state WHERE key = 'read')"


def read_unchecked(catalog: Catalog, progress: Progress, stopped: Callable[[], bool]) -> bool:
    """Read files that may be copies of others and that nobody has read; return whether any were, here or elsewhere.

    Their photos are then to be grouped anew.
    """
    with catalog.read() as db:
        due = [id_ for (id_,) in db.execute(_UNREAD)]
    if due:
        progress.begin("Comparing copies", len(due))
        for at in range(0, len(due), _AT_ONCE):
            if stopped():
                break
            take_checksums(catalog, due[at : at + _AT_ONCE], stopped)
            progress.advance(len(due[at : at + _AT_ONCE]))
        progress.end()
    with catalog.read() as db:
        read = _read_since(db)
    if not read:
        return False
    with catalog.write(quiet=True) as w:
        w.db.executemany("INSERT OR IGNORE INTO copy_due VALUES (?)", [(photo_id,) for photo_id, _ in read])
        set_state(w.db, "read", max(seen for _, seen in read))
    return True


def _read_since(db: sqlite3.Connection) -> list[tuple[int, float]]:
    """Return the photos that were read since this was last asked, and when."""
    return db.execute(_READ).fetchall()
