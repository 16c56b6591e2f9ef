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
from typing import Any, NamedTuple

from haven_fs.catalog.changes import take_changes
from haven_fs.catalog.schema import LOCATED

logger = logging.getLogger(__name__)

FILE = "corrections.jsonl"
GESTURE = 10.0
"""Seconds: what one user does in one folder with smaller gaps is one gesture, if it is all one kind of act."""
_COLUMNS = "id, at, by, place, gesture, kind, photo_id, data"


class Act(NamedTuple):
    """What a transaction is part of: who does it, in which folder, and which kind of act it is.

    `kind` is a word or two, such as "put"; empty for what is an act of its own, such as giving somebody a name.
    """

    by: str
    place: str
    kind: str = ""


def gesture_of(db: sqlite3.Connection, act: Act) -> int | None:
    """Return the gesture that an act goes on with, None if it begins another.

    It does if another kind of act was the last there, or if that was taken back.

    Programs do photo by photo what a person does at once, so copying twelve photos is one gesture. Taking one of them
    out again is another, and so is each name that is given.
    """
    row = db.execute(
        "SELECT gesture, act, undone FROM correction WHERE by = ? AND at > ? AND place = ?"
        " ORDER BY at DESC, id DESC LIMIT 1",
        (act.by, time.time() - GESTURE, act.place),
    ).fetchone()
    if row is None or not act.kind or row[1] != act.kind or row[2] is not None:
        return None
    return int(row[0])


def note_correction(
    db: sqlite3.Connection, act: Act, gesture: int | None, kind: str, photo_id: int | None, data: dict[str, Any]
) -> tuple[int, int]:
    """Note what was said, with the rows that were changed since the last time; return its id and its gesture.

    `gesture`: the one it is part of, None if it begins one. `data`: plain values.
    """
    changes = json.dumps(take_changes(db), ensure_ascii=False)
    row = db.execute(
        "INSERT INTO correction (at, by, place, act, gesture, kind, photo_id, data, changes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (time.time(), *act, gesture or 0, kind, photo_id, json.dumps(data, ensure_ascii=False), changes),
    ).fetchone()
    id_ = int(row[0])
    if gesture is None:
        db.execute("UPDATE correction SET gesture = id WHERE id = ?", (id_,))
    return id_, gesture or id_


def note_rest(db: sqlite3.Connection) -> None:
    """Add to the last correction what was changed after it was noted, at the end of its transaction."""
    rest = take_changes(db)
    if rest:
        id_, changes = db.execute("SELECT id, changes FROM correction ORDER BY id DESC LIMIT 1").fetchone()
        together = json.dumps([*json.loads(changes), *rest], ensure_ascii=False)
        db.execute("UPDATE correction SET changes = ? WHERE id = ?", (together, id_))


def is_said_of(db: sqlite3.Connection, photo_id: int) -> bool:
    """Tell whether the owner has said something of a photo that was not taken back: of it alone, or with others."""
    alone = "SELECT 1 FROM correction WHERE photo_id = ? AND undone IS NULL LIMIT 1"
    together = (  # read only where the number is somewhere in the text, since one may be of thousands of photos
        "SELECT 1 FROM correction c, json_each(c.changes) change WHERE c.photo_id IS NULL AND c.undone IS NULL"
        " AND instr(c.changes, '\"photo_id\": ' || ?1) AND json_extract(change.value, '$.after.photo_id') = ?1 LIMIT 1"
    )
    return any(db.execute(query, (photo_id,)).fetchone() is not None for query in (alone, together))


class CorrectionsFile:
    """The lines beside the catalog. One process writes them: the one that writes the catalog."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last: int | None = None
        self._size = -1

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Append the corrections that the file has not; a disk that fails is logged, since the catalog has them."""
        try:
            if self._last is None or self._size != self._size_now():
                self._last = self._last_id()  # another process, such as `haven undo`, wrote there
            rows = db.execute(f"SELECT {_COLUMNS} FROM correction WHERE id > ? ORDER BY id", (self._last,)).fetchall()
            if rows:
                with self.path.open("ab") as file:
                    file.write(b"".join(_line(db, row) for row in rows))
                    file.flush()
                    os.fsync(file.fileno())
                self._last = int(rows[-1][0])
            self._size = self._size_now()
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

    def _size_now(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

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
    said: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
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
