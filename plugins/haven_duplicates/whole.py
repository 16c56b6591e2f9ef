"""Reading whole files, to tell copies from files that only have the same size, beginning and end.

Only those are read that are in one group since they may be copies, when nothing else is due, and each once.
"""

import logging
import os
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from haven_fs import Catalog, Progress, placed

logger = logging.getLogger(__name__)

_BLOCK = 1 << 20
_AT_ONCE = 100
_UNCHECKED = (
    "SELECT p.id, o.id, o.mtime_ns, o.size, l.root, d.path, o.file FROM copy_member m CROSS JOIN photo p"
    " ON p.id = m.photo_id CROSS JOIN original o ON o.id = p.main_id CROSS JOIN dir d ON d.id = o.dir_id"
    " CROSS JOIN library l ON l.id = d.library_id"
    " LEFT JOIN whole_file w ON w.original_id = o.id AND w.mtime_ns = o.mtime_ns"
    " WHERE m.checked = 0 AND p.shown = 1 AND o.gone IS NULL AND l.away IS NULL AND w.original_id IS NULL"
)


def read_unchecked(catalog: Catalog, progress: Progress, stopped: Callable[[], bool]) -> bool:
    """Read files that may be copies of others and that nobody has read; return whether any were.

    Their photos are then to be grouped anew.
    """
    with catalog.read() as db:
        due = db.execute(_UNCHECKED).fetchall()
    if not due:
        return False
    progress.begin("Comparing copies", len(due))
    for at in range(0, len(due), _AT_ONCE):
        read: list[tuple[int, int, bytes]] = []
        photos: list[tuple[int]] = []
        for photo_id, id_, mtime_ns, size, *place in due[at : at + _AT_ONCE]:
            if stopped():
                break
            digest = _digest(placed(*place), size, mtime_ns)
            if digest is not None:
                read.append((id_, mtime_ns, digest))
                photos.append((photo_id,))
            progress.advance(1)
        with catalog.write(quiet=True) as w:
            w.db.executemany("INSERT OR REPLACE INTO whole_file VALUES (?, ?, ?)", read)
            w.db.executemany("INSERT OR IGNORE INTO copy_due VALUES (?)", photos)
        if stopped():
            break
    progress.end()
    return True


def _digest(path: Path, size: int, mtime_ns: int) -> bytes | None:
    """Return what stands for all bytes of a file, None if it is another by now or cannot be read."""
    digest = blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
            state = os.fstat(file.fileno())
    except OSError as error:
        logger.info("%s cannot be compared with its copies now: %s", path, error)
        return None
    return digest.digest() if (state.st_size, state.st_mtime_ns) == (size, mtime_ns) else None
