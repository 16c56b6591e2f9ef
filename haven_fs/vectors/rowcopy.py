"""The row-aligned copy of a space: two plain files that exact search maps into memory. A cache of vectors.sqlite.

`<space>-<token>.f16` is a header and then every row's vector, `<space>-<token>.ids` every row's photo id. Rows are only
added, and only counted in the header once they are safely on disk; which rows have been removed since is for the
database to say. So whatever a killed process or a power cut leaves behind, rows that the header counts are right, and
a reader in any process takes the others from the database. A new numbering of rows (another token) is a new file:
Windows lets nobody replace one that is mapped.
"""

import logging
import os
import re
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from haven_fs.vectors.schema import ROW_BITS

logger = logging.getLogger(__name__)

COPY_EVERY = 1024
"""New rows until they go into the copy; so long searches read them from the database, in some 3 ms."""
HEADER_BYTES = 64
_HEADER = struct.Struct("<8sII16sQ")  # magic, version, dim, token, rows
_CRC = struct.Struct("<I")
_MAGIC = b"HAVENf16"
_VERSION = 1
_NO_PHOTO = (-1).to_bytes(8, "little", signed=True)


@dataclass(frozen=True, slots=True)
class Numbering:
    """A space as one read transaction sees it: `rows` numbered from 0, of which `dead` are removed."""

    id: int
    name: str
    dim: int
    token: str
    rows: int
    dead: int
    photos: int

    @property
    def base(self) -> int:
        """The id of row 0."""
        return self.id << ROW_BITS


def numbering(db: sqlite3.Connection, space: str) -> Numbering | None:
    """Return what the database says of a space, None if it has none of that name."""
    row = db.execute("SELECT id, name, dim, token, rows, dead, photos FROM space WHERE name = ?", (space,)).fetchone()
    return Numbering(*row) if row else None


def stored_rows(
    db: sqlite3.Connection, space: Numbering, start: int, at_once: int = 1024
) -> Iterator[list[tuple[int, int, bytes]]]:
    """Give row, photo id and vector of every row there is from `start` on, so many at a time."""
    cursor = db.execute(
        "SELECT id - ?, photo_id, data FROM vector WHERE id >= ? AND id < ? ORDER BY id",
        (space.base, space.base + start, space.base + space.rows),
    )
    while some := cursor.fetchmany(at_once):
        yield some


def removed_rows(
    db: sqlite3.Connection, space: Numbering, since: int, below: int, *, until: int = 1 << 62
) -> list[int]:
    """Return the rows below a number that were removed after the seq `since`, up to `until`."""
    query = "SELECT id - ? FROM removed WHERE seq > ? AND seq <= ? AND id >= ? AND id < ?"
    return [row for (row,) in db.execute(query, (space.base, since, until, space.base, space.base + below))]


class RowCopy:
    """The copy of one numbering of a space in `folder`."""

    def __init__(self, folder: Path, space: Numbering) -> None:
        self.dim, self.token = space.dim, space.token
        slug = re.sub(r"[^A-Za-z0-9.]+", "_", space.name)[:60]
        self.vectors = folder / f"{slug}-{space.token}.f16"
        self.ids = folder / f"{slug}-{space.token}.ids"

    def whole(self) -> int:
        """Return how many rows are whole; 0 if there is no usable copy."""
        try:
            with self.vectors.open("rb") as file:
                header = file.read(HEADER_BYTES)
                size = file.seek(0, os.SEEK_END)
            rows = self._parse(header)
            if rows and (size < HEADER_BYTES + rows * self.dim * 2 or self.ids.stat().st_size < rows * 8):
                return 0
        except OSError:
            return 0
        return rows

    def photo_ids(self, rows: int) -> bytes:
        """Return the photo ids of the first rows, 8 bytes each, little endian. Raises OSError."""
        if not rows:
            return b""
        with self.ids.open("rb") as file:
            return file.read(rows * 8)

    def _parse(self, header: bytes) -> int:
        packed = header[: _HEADER.size]
        if len(header) < HEADER_BYTES or header[_HEADER.size :][: _CRC.size] != _CRC.pack(zlib.crc32(packed)):
            return 0
        magic, version, dim, token, rows = _HEADER.unpack(packed)
        good = (magic, version, dim, token) == (_MAGIC, _VERSION, self.dim, self.token.encode())
        return int(rows) if good else 0

    def extend(self, db: sqlite3.Connection, space: Numbering) -> None:
        """Add the rows that the database has and the copy has not. Raises OSError, such as when the disk is full.

        Only the process that writes the database may call this, one thread at a time.
        """
        start = self.whole()
        if not start:
            for path in (self.vectors, self.ids):
                path.unlink(missing_ok=True)
                path.touch()
        nothing = bytes(self.dim * 2)
        with self.vectors.open("r+b") as vectors, self.ids.open("r+b") as ids:
            vectors.seek(HEADER_BYTES + start * len(nothing))
            ids.seek(start * 8)
            at = start
            for some in stored_rows(db, space, start):
                for row, photo_id, data in some:
                    if row > at:  # removed before it was ever copied
                        vectors.write(nothing * (row - at))
                        ids.write(_NO_PHOTO * (row - at))
                    vectors.write(data)
                    ids.write(photo_id.to_bytes(8, "little", signed=True))
                    at = row + 1
            vectors.write(nothing * (space.rows - at))
            ids.write(_NO_PHOTO * (space.rows - at))
            for file in (ids, vectors):
                file.flush()
                os.fsync(file.fileno())
            packed = _HEADER.pack(_MAGIC, _VERSION, self.dim, self.token.encode(), space.rows)
            vectors.seek(0)
            vectors.write((packed + _CRC.pack(zlib.crc32(packed))).ljust(HEADER_BYTES, b"\0"))

    def discard(self) -> None:
        """Remove the files, as far as the system lets us now."""
        for path in (self.vectors, self.ids):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                logger.debug("%s stays for now: %s", path, error)


def tidy(folder: Path, tokens: set[str]) -> None:
    """Remove copies of numberings that are no more."""
    for path in [*folder.glob("*-*.f16"), *folder.glob("*-*.ids")]:
        if path.stem.rpartition("-")[2] not in tokens:
            path.unlink(missing_ok=True)
