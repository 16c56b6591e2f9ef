"""Which files were shown in place of originals: one that is sent back is the photo that it was made of.

Nobody could find that out again, so it is a table of the catalog and not in the cache. A picture is told by all of its
bytes. A film is never made as a whole before somebody has read it to its end, so it is told by its head, which says
where each of its frames lies.
"""

import hashlib
import logging
import sqlite3
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.errors import Refused
from haven_fs.library.seldom import Seldom

logger = logging.getLogger(__name__)

_QUIET_SECONDS = 60.0


class Given:
    """The files that were shown, by their bytes. Thread-safe."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._log = Seldom(logger, _QUIET_SECONDS)

    def note(self, original_id: int, head: bytes, size: int) -> None:
        """Remember a file of `size` bytes that begins with `head`, or is it, and the original that it was made of."""
        row = (size, len(head) if len(head) < size else 0, _digest(head), original_id)
        query = "SELECT 1 FROM given WHERE size = ? AND upto = ? AND digest = ? AND original_id = ?"
        try:
            with self._catalog.read() as db:
                if not self._catalog.writable or db.execute(query, row).fetchone() is not None:
                    return
            with self._catalog.write(quiet=True) as w:
                w.db.execute("INSERT OR REPLACE INTO given VALUES (?, ?, ?, ?)", row)
        except (sqlite3.Error, Refused, OSError) as error:  # such as a full disk, which is no reason to show nothing
            self._log.say("note", "It could not be noted which photo a small copy is of: %s", error)

    def is_size(self, size: int) -> bool:
        """Tell whether any of them has that many bytes."""
        with self._catalog.read() as db:
            return db.execute("SELECT 1 FROM given WHERE size = ? LIMIT 1", (size,)).fetchone() is not None

    def original_of(self, path: Path) -> int | None:
        """Return the original that a file was made of, None if it is none of them. Raises OSError."""
        size = path.stat().st_size
        query = "SELECT upto, digest, original_id FROM given WHERE size = ? ORDER BY upto"
        with self._catalog.read() as db:
            rows = db.execute(query, (size,)).fetchall()
        digests: dict[int, bytes] = {}
        for upto, digest, original_id in rows:
            if upto not in digests:
                with path.open("rb") as file:
                    digests[upto] = _digest(file.read(upto or size))
            if digests[upto] == digest:
                return int(original_id)
        return None

    def drop_gone(self) -> None:
        """Forget those of originals that are gone."""
        gone = "SELECT 1 FROM original o WHERE o.id = given.original_id AND o.gone IS NULL"
        with self._catalog.write(quiet=True) as w:
            w.db.execute(f"DELETE FROM given WHERE NOT EXISTS ({gone})")


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
