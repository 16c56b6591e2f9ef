"""Reading whole files, to tell copies from files that only have the same size, beginning and end.

Only those are read that may be copies of one another, when nothing else is due, and each once.
"""

import logging
import os
from collections.abc import Callable, Collection
from hashlib import blake2b
from pathlib import Path

from haven_fs import Catalog, Facet, Progress

logger = logging.getLogger(__name__)

_BLOCK = 1 << 20
_AT_ONCE = 100
_DUE = (
    "SELECT o.id, o.mtime_ns, o.size, l.root, d.path, o.file FROM original o JOIN photo p ON p.main_id = o.id"
    " JOIN dir d ON d.id = o.dir_id JOIN library l ON l.id = d.library_id"
    " LEFT JOIN whole_file w ON w.original_id = o.id AND w.mtime_ns = o.mtime_ns"
    " WHERE p.shown = 1 AND o.gone IS NULL AND l.away IS NULL AND w.original_id IS NULL AND o.fingerprint <> x''"
    " AND (o.size, o.fingerprint) IN (SELECT o.size, o.fingerprint FROM photo p JOIN original o ON o.id = p.main_id"
    " WHERE p.shown = 1 AND o.gone IS NULL GROUP BY 1, 2 HAVING count(*) > 1)"
)


class WholeFilesFacet(Facet):
    """What whole files are, of those that may be copies."""

    name = "duplicates"
    migrations = (
        """
    CREATE TABLE whole_file (               -- what all bytes of a file are, if there may be another like it
        original_id INTEGER PRIMARY KEY REFERENCES original,
        mtime_ns INTEGER NOT NULL,          -- of the file when it was read
        digest BLOB NOT NULL
    );
        """,
    )


class WholeFiles:
    """Reads the files that may be copies of one another; a follower of no analyzer."""

    name = "duplicates"
    analyzers: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._done = -1

    def follow(self, catalog: Catalog, photo_ids: Collection[int]) -> None:
        """Do nothing: reading can wait."""

    def idle(self, catalog: Catalog, progress: Progress, stopped: Callable[[], bool]) -> None:
        """Read what is new among the files that may be copies."""
        with catalog.read() as db:
            seq = int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
            due = db.execute(_DUE).fetchall() if seq != self._done else []
        if due:
            progress.begin("Comparing copies", len(due))
        for at in range(0, len(due), _AT_ONCE):
            read: list[tuple[int, int, bytes]] = []
            for id_, mtime_ns, size, *place in due[at : at + _AT_ONCE]:
                if stopped():
                    break
                digest = _digest(Path(os.fsdecode(b"/".join(part for part in place if part))), size, mtime_ns)
                read += [(id_, mtime_ns, digest)] if digest is not None else []
                progress.advance(1)
            with catalog.write() as w:
                w.db.executemany("INSERT OR REPLACE INTO whole_file VALUES (?, ?, ?)", read)
            if stopped():
                return
        if due:
            progress.end()
        self._done = _seq(catalog)

    def rest(self) -> None:
        """Do nothing: there is nothing to give back."""


def _seq(catalog: Catalog) -> int:
    with catalog.read() as db:
        return int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])


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
