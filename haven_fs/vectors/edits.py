"""What writing means in the tables of vectors.sqlite: rows are added, noted as removed, and moved together.

Every function works inside the caller's write transaction.
"""

import json
import math
import sqlite3
import struct
import uuid
from collections.abc import Iterable, Sequence

from haven_fs.errors import UserError
from haven_fs.vectors.database import tick
from haven_fs.vectors.kinds import Vector
from haven_fs.vectors.rowcopy import Numbering, numbering
from haven_fs.vectors.schema import ROW_BITS

_UNIT = 0.01
"""How far a vector's length may be from 1."""


class Edit:
    """One write transaction; the clock moves on at the first change, so that what changes nothing leaves it alone."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._seq: int | None = None

    @property
    def seq(self) -> int:
        """The clock's value for what this transaction changes."""
        self._seq = self._seq or tick(self._db)
        return self._seq

    def put(self, name: str, vectors: Iterable[Vector]) -> None:
        """Replace all vectors of the photos named. Raises UserError and ValueError as VectorStore.put does."""
        photos = _by_photo(vectors)
        if not photos:
            return
        space = numbering(self._db, name) or self._new_space(name, next(iter(photos.values()))[0])
        row, dead, added = space.rows, 0, 0
        for photo_id, parts in photos.items():
            for vector in parts:
                _check(vector, space)
            old = self._db.execute(
                "SELECT id, part, data FROM vector WHERE space_id = ? AND photo_id = ? ORDER BY part",
                (space.id, photo_id),
            ).fetchall()
            if [tuple(one[1:]) for one in old] == [(vector.part, vector.data) for vector in parts]:
                continue
            dead += self._remove_rows(id_ for id_, _, _ in old)
            added += not old
            self._db.executemany(
                "INSERT INTO vector VALUES (?, ?, ?, ?, ?)",
                [
                    (space.base + number, space.id, photo_id, vector.part, vector.data)
                    for number, vector in enumerate(parts, start=row)
                ],
            )
            row += len(parts)
        if row > space.rows and self.seq:
            self._db.execute(
                "UPDATE space SET rows = ?, dead = dead + ?, photos = photos + ? WHERE id = ?",
                (row, dead, added, space.id),
            )

    def _new_space(self, name: str, first: Vector) -> Numbering:
        if not first.data or len(first.data) % 2:
            raise ValueError(f"{len(first.data)} bytes are not a float16 vector")
        self._db.execute(
            "INSERT INTO space (name, dim, token) VALUES (?, ?, ?)", (name, len(first.data) // 2, _new_token())
        )
        space = numbering(self._db, name)
        assert space is not None
        return space

    def _remove_rows(self, ids: Iterable[int]) -> int:
        gone = [(id_,) for id_ in ids]
        if gone:
            self._db.executemany("DELETE FROM vector WHERE id = ?", gone)
            self._db.executemany(f"INSERT INTO removed VALUES (?, {self.seq})", gone)
        return len(gone)

    def remove(self, name: str, photo_ids: Iterable[int]) -> None:
        """Remove all vectors of these photos from one space."""
        space = numbering(self._db, name)
        if space is None:
            return
        rows = self._db.execute(
            "SELECT id, photo_id FROM vector WHERE space_id = ? AND photo_id IN (SELECT value FROM json_each(?))",
            (space.id, as_json(photo_ids)),
        ).fetchall()
        dead = self._remove_rows(id_ for id_, _ in rows)
        photos = len({photo_id for _, photo_id in rows})
        self._db.execute("UPDATE space SET dead = dead + ?, photos = photos - ? WHERE id = ?", (dead, photos, space.id))

    def drop(self, name: str) -> Numbering | None:
        """Remove a space and return what it was."""
        space = numbering(self._db, name)
        if space is not None and self.seq:
            end = space.base + (1 << ROW_BITS)
            for table in ("vector", "removed"):
                self._db.execute(f"DELETE FROM {table} WHERE id >= ? AND id < ?", (space.base, end))
            self._db.execute("DELETE FROM space WHERE id = ?", (space.id,))
        return space

    def close_gaps(self, name: str) -> Numbering | None:
        """Move the last rows into the gaps that removed ones left, and return what the space was."""
        space = self.renumber(name)
        if space is not None:
            middle, end = space.base + space.rows - space.dead, space.base + space.rows
            between = "WHERE id >= ? AND id < ? ORDER BY id"
            gaps = self._db.execute(f"SELECT id FROM removed {between}", (space.base, middle)).fetchall()
            last = self._db.execute(f"SELECT id FROM vector {between}", (middle, end)).fetchall()
            moves = [(gap, id_) for (gap,), (id_,) in zip(gaps, last, strict=True)]
            self._db.executemany("UPDATE vector SET id = ? WHERE id = ?", moves)
            self._db.execute("DELETE FROM removed WHERE id >= ? AND id < ?", (space.base, end))
            self._db.execute("UPDATE space SET rows = rows - dead, dead = 0 WHERE id = ?", (space.id,))
        return space

    def renumber(self, name: str) -> Numbering | None:
        """Give a space a new token, so that whoever keeps a copy begins again, and return what the space was."""
        space = numbering(self._db, name)
        if space is not None and self.seq:
            self._db.execute("UPDATE space SET token = ? WHERE id = ?", (_new_token(), space.id))
        return space


def as_json(photo_ids: Iterable[int]) -> str:
    """Return photo ids, also numpy's, as what SQLite's json_each reads: any number in one parameter."""
    return json.dumps([int(one) for one in photo_ids])


def _new_token() -> str:
    return uuid.uuid4().hex[:16]


def _by_photo(vectors: Iterable[Vector]) -> dict[int, Sequence[Vector]]:
    photos: dict[int, dict[int, Vector]] = {}
    for vector in vectors:
        parts = photos.setdefault(vector.photo_id, {})
        if vector.part in parts or vector.photo_id < 0:
            raise ValueError(f"photo {vector.photo_id} has part {vector.part} twice, or a negative id")
        parts[vector.part] = vector
    return {photo_id: [parts[part] for part in sorted(parts)] for photo_id, parts in photos.items()}


def _check(vector: Vector, space: Numbering) -> None:
    if len(vector.data) != space.dim * 2:
        raise UserError(
            f'The vectors "{space.name}" have {space.dim} numbers each, a new one {len(vector.data) / 2:g}. '
            "The model's files have been replaced by those of another model; install that one under its own name."
        )
    length = math.hypot(*struct.unpack(f"<{space.dim}e", vector.data))
    if not abs(length - 1) < _UNIT:
        raise ValueError(f"a vector of photo {vector.photo_id} has the length {length:g}, not 1")
