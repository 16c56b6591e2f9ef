"""The record: `corrections.jsonl`, a line of JSON for each correction, for the day the catalog is lost.

A line is written and fsynced right after the commit. What could not be written then, because the process was killed or
the disk full, is written after the catalog's next write, or at the next start. A line is a row's if its number and time
are the row's, so a catalog that was lost, or went back to an older state, is noticed by the last lines of the file: it
has no rows for them. Such lines stay where they are, and what is said from then on comes after them. Each line names
its catalog, which bears a random name; one that went back takes a new name, that of before, the last number that both
share, and a random part: so a name and a number are never given to two corrections.
"""

import json
import logging
import os
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from haven_fs.catalog.schema import LOCATED

logger = logging.getLogger(__name__)

FILE = "corrections.jsonl"
_COLUMNS = "id, at, by, place, gesture, kind, photo_id, data"
_BLOCK = 1 << 16

Line = dict[str, Any]
"""One line of the record, read."""
Key = tuple[int, float]
"""What tells a correction from all others: its number in its catalog, and when it was said."""


class Compared(NamedTuple):
    """How the record and the catalog differ.

    `more`: how many corrections the record alone knows, said from `since` to `until`; `lacking`: how many it lacks.
    """

    more: int = 0
    since: float = 0.0
    until: float = 0.0
    lacking: int = 0


class Record:
    """The lines beside a catalog. Several processes may write them in turn: who does holds the catalog's write lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last = 0
        self._seen: tuple[int, int] | None = None
        self.is_behind = False
        """Whether something could not be written; the catalog's next write tries again."""

    # Writing

    def catch_up(self, db: sqlite3.Connection) -> None:
        """Append the corrections that the file has not; what fails is logged and done later: the catalog has them."""
        try:
            with _alone(db):
                self._append(db)
            self.is_behind = False
        except (OSError, sqlite3.Error) as error:
            if not self.is_behind:
                logger.error("What was said cannot be written to %s; it will be tried again: %s", self.path, error)
            self.is_behind = True

    def rewrite(self, db: sqlite3.Connection, erase: Callable[[Line], bool]) -> None:
        """Make the file anew without what was erased from the catalog. Raises OSError.

        `erase`: whether a line that the catalog does not know is to go too. Lines that cannot be read go: nobody can
        tell what they say.
        """
        with _alone(db):
            if self.path.exists():
                draft = self.path.with_name(f".{self.path.name}.part")
                erased = _erased(db)
                with self.path.open("rb") as file, draft.open("wb") as kept:
                    for raw in file:
                        line = _read(raw)
                        if line and _key(line) not in erased and (_is_known(db, line) or not erase(line)):
                            kept.write(raw if raw.endswith(b"\n") else raw + b"\n")
                    _sync(kept)
                draft.replace(self.path)
                _sync_folder(self.path.parent)
            db.execute("DELETE FROM state WHERE key = 'erased'")
            self._append(db)

    def _append(self, db: sqlite3.Connection) -> None:
        if self._seen is None or self._seen != self._state():
            self._last = self._meet(db)  # a start, or another process, such as `haven undo`, wrote there
        rows = db.execute(
            f"SELECT (SELECT value FROM state WHERE key = 'catalog'), {_COLUMNS} FROM correction WHERE id > ?"
            " ORDER BY id",
            (self._last,),
        ).fetchall()
        if rows:
            self._write(b"".join(_line(db, row) for row in rows))
            self._last = int(rows[-1][1])
        self._seen = self._state()

    def _write(self, lines: bytes) -> None:
        is_new = not self.path.exists()
        with self.path.open("ab", buffering=0) as file:
            before = file.seek(0, os.SEEK_END)
            try:
                while lines:
                    lines = lines[file.write(lines) :]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)
                raise
        if is_new:
            _sync_folder(self.path.parent)

    def _state(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_ino, found.st_size

    # Whether it belongs to the catalog

    def _meet(self, db: sqlite3.Connection) -> int:
        """Return the number of the last correction in the file that the catalog has, 0 if it has none of them.

        Lines after it are of a catalog that was lost, or of what this one was before it went back.
        """
        own = db.execute("SELECT value FROM state WHERE key = 'catalog'").fetchone()[0]
        last = more = 0
        went_back = False
        if self.path.exists():
            with self.path.open("rb") as file:
                whole = _mended(self.path, file)
                erased = _erased(db)
                for raw in _backwards(file, whole):
                    line = _read(raw)
                    if line is None:
                        logger.warning("A line of %s cannot be read and is left as it is", self.path)
                    elif _is_known(db, line):
                        last = line["id"]
                        break
                    elif _key(line) not in erased:
                        more += 1
                        went_back |= line.get("catalog") == own
        if more:
            logger.info("%s has %d corrections after the last one that the catalog has", self.path, more)
            db.execute("INSERT OR REPLACE INTO state VALUES ('record', 'more')")
        if went_back:
            name = f"{own}/{last}/{secrets.token_hex(6)}"
            db.execute("UPDATE state SET value = ? WHERE key = 'catalog'", (name,))
        return last

    def unknown(self, db: sqlite3.Connection) -> Iterator[Line]:
        """Give the lines that the catalog has no rows for, those among them that are about to be erased."""
        return (line for line in self._lines() if not _is_known(db, line))

    def compare(self, db: sqlite3.Connection) -> Compared:
        """Compare the whole file with the catalog. Raises OSError."""
        rows = dict(db.execute("SELECT id, at FROM correction"))
        erased = _erased(db)
        found: set[int] = set()
        more: list[float] = []
        for line in self._lines():
            id_, at = _key(line)
            if rows.get(id_) == at:
                found.add(id_)
            elif (id_, at) not in erased:
                more.append(at)
        return Compared(len(more), min(more, default=0.0), max(more, default=0.0), len(rows) - len(found))

    def _lines(self) -> Iterator[Line]:
        if self.path.exists():
            with self.path.open("rb") as file:
                yield from (line for raw in file if (line := _read(raw)) is not None)

    def in_words(self, db: sqlite3.Connection, *, at_once: bool = False) -> str | None:
        """Return what the owner should know of corrections that the catalog lacks, None if there are none.

        `at_once`: read the file only if something was noticed when it was last opened. Raises OSError.
        """
        if at_once and db.execute("SELECT 1 FROM state WHERE key = 'record'").fetchone() is None:
            return None
        found = self.compare(db)
        if not found.more:
            return None
        since, until = (datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S") for at in (found.since, found.until))
        return (
            f"{self.path} has {found.more:,} change{'s' * (found.more != 1)} that the catalog does not have, made from"
            f" {since} to {until}: the catalog was lost, or is older than that file. If you have a backup from after"
            " that, restore it; else make what you miss again. Keep the file: nothing else says what they were. If you"
            " do not need it, move it away, and Haven starts a new one."
        )


@contextmanager
def _alone(db: sqlite3.Connection) -> Iterator[None]:
    """Keep other processes from writing catalog and file."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _read(raw: bytes) -> Line | None:
    try:
        line = json.loads(raw)
        id_, _ = _key(line)
        return dict(line) if 0 < id_ < 1 << 63 and isinstance(line["data"], dict) else None
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _key(line: Line) -> Key:
    return int(line["id"]), float(line["at"])


def _is_known(db: sqlite3.Connection, line: Line) -> bool:
    id_, at = _key(line)
    return db.execute("SELECT 1 FROM correction WHERE id = ? AND at = ?", (id_, at)).fetchone() is not None


def _erased(db: sqlite3.Connection) -> Collection[Key]:
    row = db.execute("SELECT value FROM state WHERE key = 'erased'").fetchone()
    return {(id_, at) for id_, at in json.loads(row[0])} if row else ()


def _mended(path: Path, file: BinaryIO) -> int:
    """Return where the last line ends, after its end was put right if a kill or a power cut tore it."""
    size = file.seek(0, os.SEEK_END)
    tail = next(_backwards(file, size), b"")
    if not size or tail.endswith(b"\n"):
        return size
    if _read(tail) is None:
        logger.warning("The last line of %s was cut short and is taken off", path)
        os.truncate(path, size - len(tail))
        return size - len(tail)
    with path.open("ab") as end:
        end.write(b"\n")
    return size + 1


def _backwards(file: BinaryIO, end: int) -> Iterator[bytes]:
    """Give the lines of a file before `end`, the last one first; only what is asked for is read."""
    rest = b""
    while end:
        start = max(end - _BLOCK, 0)
        file.seek(start)
        lines = (file.read(end - start) + rest).splitlines(keepends=True)
        rest, end = lines[0], start
        yield from reversed(lines[1:])
    if rest:
        yield rest


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _line(db: sqlite3.Connection, row: tuple[Any, ...]) -> bytes:
    """Return one correction as a line; its photo is named as it lies on the disk, since ids end with the catalog."""
    said: Line = dict(zip(("catalog", *_COLUMNS.split(", ")), row, strict=True))
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
