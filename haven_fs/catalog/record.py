"""The record: `corrections.jsonl`, a line of JSON for each correction, for the day the catalog is lost.

A line is written and fsynced right after the commit. What could not be written then, because the process was killed or
the disk full, is written after the catalog's next write, or at the next start. A line is a row's if its number and time
are the row's, so a catalog that was lost, or went back to an older state, is noticed by the last lines of the file: it
has no rows for them. It takes them in (haven_fs.catalog.takein) and does again what they say
(haven_fs.catalog.replay). Each line names its catalog, which bears a random name; where something was said before a
record could be read that says more, the catalog takes a new name, that of before, the last number that both share, and
a random part: so a name and a number are never given to two corrections.
"""

import json
import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from haven_fs.catalog.portable import PHOTO, Portable, told_photo
from haven_fs.catalog.takein import id_of, is_related, take_in
from haven_fs.library.storing import sync_folder
from haven_fs.library.whole import written_whole

logger = logging.getLogger(__name__)

FILE = "corrections.jsonl"
_COLUMNS = "id, at, by, place, act, gesture, kind, photo_id, data"
_ROWS = (
    f"SELECT (SELECT value FROM state WHERE key = 'catalog'), {_COLUMNS}, changes, (SELECT json_group_array(json(told))"
    " FROM (SELECT told FROM waiting WHERE correction_id = correction.id AND what = 'change' ORDER BY n))"
    " FROM correction"
)
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
        self.portable: Portable | None = None
        """How changes are told; needed by whoever writes."""
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
                self._rewrite(db, renew=erase, erase=erase)
            db.execute("DELETE FROM state WHERE key = 'erased'")
            self._append(db)

    def _append(self, db: sqlite3.Connection) -> None:
        if self._seen is None or self._seen != self._state():
            if db.execute("SELECT 1 FROM state WHERE key = 'record_short'").fetchone() is not None:
                self._lengthen(db)
            self._last = self._meet(db)  # a start, or another process, such as `haven undo`, wrote there
        rows = db.execute(f"{_ROWS} WHERE id > ? ORDER BY id", (self._last,)).fetchall()
        if rows:
            self._write(b"".join(self._line(db, row) for row in rows))
            self._last = int(rows[-1][1])
        self._seen = self._state()

    def _lengthen(self, db: sqlite3.Connection) -> None:
        """Have lines that an older Haven wrote say what they changed, as far as the catalog knows."""
        if self.path.exists():
            self._rewrite(db, renew=lambda line: "changes" not in line)
        db.execute("DELETE FROM state WHERE key = 'record_short'")

    def _rewrite(
        self, db: sqlite3.Connection, *, renew: Callable[[Line], bool], erase: Callable[[Line], bool] | None = None
    ) -> None:
        """Make the file anew, with lines of what the catalog knows told again where they are to be `renew`ed."""
        erased = _erased(db)
        with self.path.open("rb") as file, written_whole(self.path) as kept:
            for raw in file:
                line = _read(raw)
                if line is None:
                    if erase is None:
                        kept.write(raw if raw.endswith(b"\n") else raw + b"\n")
                    continue
                if _key(line) in erased:
                    continue
                known = id_of(db, _key(line))
                if known is None and erase is not None and erase(line):
                    continue
                if known is not None and renew(line):
                    raw = self._line(db, db.execute(f"{_ROWS} WHERE id = ?", (known,)).fetchone(), like=line)
                kept.write(raw if raw.endswith(b"\n") else raw + b"\n")

    def _line(self, db: sqlite3.Connection, row: tuple[Any, ...], like: Line | None = None) -> bytes:
        """Return one correction as a line; `like`: the line that it is in place of, whose number it keeps.

        Its photo is named as it lies on the disk, since numbers end with the catalog.
        """
        *columns, changes, waits = row
        said: Line = dict(zip(("catalog", *_COLUMNS.split(", ")), columns, strict=True))
        said["data"] = json.loads(said["data"])
        if like is not None:
            said.update({name: like[name] for name in ("catalog", "id", "gesture") if name in like})
            said["data"].update({n: like["data"][n] for n in ("corrections", "void") if n in like["data"]})
        photo_id = said["photo_id"]
        if photo_id is not None and (told := told_photo(db, photo_id)):
            root, below, _, print_, _ = told
            said |= {"file": f"{root}/{below}", "fingerprint": print_, PHOTO: told}
        assert self.portable is not None
        said["changes"] = [*self.portable.tell(db, json.loads(changes)), *json.loads(waits)]
        if mentions := self.portable.mentioned(db, said["data"]):
            said["mentions"] = mentions
        return json.dumps(said, ensure_ascii=True).encode() + b"\n"

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
            sync_folder(self.path.parent)

    def _state(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return 0, 0
        return found.st_ino, found.st_size

    # Whether it belongs to the catalog

    def _meet(self, db: sqlite3.Connection) -> int:
        """Return the number of the last correction in the file, 0 if there is none; first take in what is unknown.

        Lines that the catalog lacks are of a catalog that was lost, or of what this one was before it went back.
        """
        if not self.path.exists():
            return 0
        with self.path.open("rb") as file:
            whole = _mended(self.path, file)
            erased = _erased(db)
            last = more = 0
            for raw in _backwards(file, whole):
                line = _read(raw)
                if line is None:
                    logger.warning("A line of %s cannot be read and is left as it is", self.path)
                elif (known := id_of(db, _key(line))) is not None:
                    last = known
                    break
                elif _key(line) not in erased:
                    more += 1
        unfinished = db.execute("SELECT 1 FROM state WHERE key = 'record'").fetchone()
        if not more and not unfinished:
            return last
        if not is_related(db, self.lines()):
            self._put_aside()
            return 0
        assert self.portable is not None
        taken = take_in(db, self.lines, erased, self.portable.rows)
        db.execute("DELETE FROM state WHERE key = 'record'")
        if taken:
            logger.warning(
                "%s has %d changes that the catalog lacks, which was lost or is an older one: they are done again as"
                " soon as the photos that they are about are found",
                self.path,
                taken,
            )
        return max((id_of(db, _key(line)) or 0 for line in self.lines()), default=0)

    def _put_aside(self) -> None:
        number = 1
        while (place := self.path.with_name(f"corrections.other-{number}.jsonl")).exists():
            number += 1
        self.path.rename(place)
        logger.error(
            "%s is of another Haven: it names other photos than this one has. It is kept as %s, and a new one is begun",
            self.path,
            place.name,
        )

    def find(self, db: sqlite3.Connection, line: Line) -> int | None:
        """Return the correction that a line is of, None if the catalog lacks it."""
        return id_of(db, _key(line))

    def compare(self, db: sqlite3.Connection) -> Compared:
        """Compare the whole file with the catalog. Raises OSError."""
        rows = set(db.execute("SELECT coalesce(line, id), at FROM correction"))
        erased = _erased(db)
        found: set[Key] = set()
        more: list[float] = []
        for line in self.lines():
            id_, at = _key(line)
            if (id_, at) in rows:
                found.add((id_, at))
            elif (id_, at) not in erased:
                more.append(at)
        return Compared(len(more), min(more, default=0.0), max(more, default=0.0), len(rows) - len(found))

    def lines(self) -> Iterator[Line]:
        """Give all lines of the file that can be read, the oldest first."""
        if self.path.exists():
            with self.path.open("rb") as file:
                yield from (line for raw in file if (line := _read(raw)) is not None)

    def in_words(self, db: sqlite3.Connection) -> str | None:
        """Return what the owner should know of lines that the catalog lacks, None if there are none. Raises OSError."""
        found = self.compare(db)
        if not found.more:
            return None
        since, until = (datetime.fromtimestamp(at).strftime("%Y-%m-%d %H:%M:%S") for at in (found.since, found.until))
        return (
            f"{self.path} has {found.more:,} change{'s' * (found.more != 1)} that the catalog does not have, made from"
            f" {since} to {until}: the catalog was lost, or is older than that file. They are made again when Haven is"
            " next started with `haven serve` or `haven index`. Keep the file until then."
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
