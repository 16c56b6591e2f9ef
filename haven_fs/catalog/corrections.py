"""What the owner said by a write: one table, noted in the transaction that acts on it, and a plain file beside it.

The table is what Haven uses; the file, a line of JSON a correction, is for the day the catalog is lost: it is written
and fsynced right after the commit, and completed at the next start if the process was killed in between.
"""

import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from haven_fs.catalog.schema import LOCATED

logger = logging.getLogger(__name__)

FILE = "corrections.jsonl"
_COLUMNS = "id, at, by, kind, photo_id, data"


def note_correction(db: sqlite3.Connection, by: str, kind: str, photo_id: int | None = None, **data: Any) -> int:
    """Note what was said, and return its id. `data`: plain values, with what is needed to take it back."""
    row = db.execute(
        "INSERT INTO correction (at, by, kind, photo_id, data) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (time.time(), by, kind, photo_id, json.dumps(data, ensure_ascii=False)),
    ).fetchone()
    return int(row[0])


class CorrectionsFile:
    """The lines beside the catalog. One process writes them: the one that writes the catalog."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last: int | None = None

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Append the corrections that the file has not; a disk that fails is logged, since the catalog has them."""
        try:
            if self._last is None:
                self._last = self._last_id()
            rows = db.execute(f"SELECT {_COLUMNS} FROM correction WHERE id > ? ORDER BY id", (self._last,)).fetchall()
            if rows:
                with self.path.open("ab") as file:
                    file.write(b"".join(_line(db, row) for row in rows))
                    file.flush()
                    os.fsync(file.fileno())
                self._last = int(rows[-1][0])
        except OSError as error:
            logger.error("The corrections cannot be written to %s: %s", self.path, error)

    def rewrite(self, db: sqlite3.Connection) -> None:
        """Make the file anew from the table, which something was erased from. Raises OSError."""
        draft = self.path.with_name(f".{self.path.name}.part")
        with draft.open("wb") as file:
            for row in db.execute(f"SELECT {_COLUMNS} FROM correction ORDER BY id").fetchall():
                file.write(_line(db, row))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    def _last_id(self) -> int:
        """Return the id in the last whole line; a line that a kill cut short is taken off."""
        if not self.path.exists():
            return 0
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            os.truncate(self.path, len(whole))
        return max(_ids(whole.splitlines()), default=0)


def _ids(lines: Iterable[bytes]) -> Iterable[int]:
    for line in lines:
        try:
            yield int(json.loads(line)["id"])
        except (ValueError, KeyError, TypeError):
            logger.warning("A line of the corrections cannot be read and is left as it is")


def _line(db: sqlite3.Connection, row: tuple[Any, ...]) -> bytes:
    """Return one correction as a line; its photo is named as it lies on the disk, since ids end with the catalog."""
    said: dict[str, Any] = dict(zip(("id", "at", "by", "kind", "photo_id", "data"), row, strict=True))
    said["data"] = json.loads(said["data"])
    if said["photo_id"] is not None:
        where = db.execute(
            f"SELECT l.root, d.path, o.file, o.fingerprint FROM photo p JOIN original o ON o.id = p.main_id {LOCATED}"
            " WHERE p.id = ?",
            (said["photo_id"],),
        ).fetchone()
        if where:
            said["file"] = "/".join(os.fsdecode(part) for part in where[:3] if part)
            said["fingerprint"] = where[3].hex() if where[3] else None
    return json.dumps(said, ensure_ascii=True).encode() + b"\n"
