"""The kinds of damage that docs/troubleshooting.md lists, each made on a data folder that nobody has open."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from helpers.damage import cut, overwrite, settle_log, spoil


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of damage: `name` as the documentation has it, and what makes it in a data folder.

    `starts`: whether `haven serve` starts with it. `repair`: whether `haven repair` has something to do. `doctor`: what
    `haven doctor` says of it, "" if it has nothing to say. `lost`: whether owners may have to say something again.
    """

    name: str
    make: Callable[[Path], object]
    starts: bool = True
    repair: bool = False
    doctor: str = ""
    lost: bool = False


def _foreign(data: Path) -> None:
    path = data / "catalog.sqlite"
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipe (name TEXT)")


def _newer(data: Path) -> None:
    with closing(sqlite3.connect(data / "catalog.sqlite")) as db:
        db.execute("PRAGMA user_version = 9999")


def _garbage(path: Path) -> None:
    path.write_bytes(os.urandom(max(path.stat().st_size, 4096)))


def _torn(data: Path) -> None:
    path = data / "corrections.jsonl"
    path.write_bytes(path.read_bytes()[:-20])


def _bad_lines(data: Path) -> None:
    path = data / "corrections.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[len(lines) // 2] = b"\0" * 200 + b"\n"
    path.write_bytes(b"".join(lines))


def _bad_log(data: Path) -> None:
    # A connection that does not close well leaves a log.
    copy = data / "catalog.sqlite-wal"
    copy.write_bytes(os.urandom(64 << 10))


def _copies(data: Path) -> None:
    for path in (data / "vectors").glob("*.f16"):
        cut(path)


def _backups(data: Path) -> None:
    (data / "backups.json").write_text("[")


KINDS = (
    Kind("a page of the catalog", lambda d: spoil(d / "catalog.sqlite", "album_photo"), repair=True, doctor="repair"),
    Kind("a page of an index", lambda d: spoil(d / "catalog.sqlite", "original_shown"), repair=True, doctor="repair"),
    Kind(
        "a page of garbage in the catalog",
        lambda d: spoil(d / "catalog.sqlite", "analysis", garbage=True),
        repair=True,
        doctor="repair",
    ),
    Kind("the catalog is cut short", lambda d: cut(d / "catalog.sqlite"), False, True, "end is missing", True),
    Kind("the catalog is empty", lambda d: (d / "catalog.sqlite").write_bytes(b""), False, True, "it is empty", True),
    Kind("the catalog is garbage", lambda d: _garbage(d / "catalog.sqlite"), False, True, "not a SQLite", True),
    Kind("its first page is zeros", lambda d: overwrite(d / "catalog.sqlite", 1), False, True, "not a SQLite", True),
    Kind("the catalog is another program's", _foreign, False, doctor="not a catalog of Haven"),
    Kind("the catalog is of a newer Haven", _newer, False, doctor="newer"),
    Kind("the write-ahead log is garbage", _bad_log, doctor="catalog.sqlite-wal is damaged"),
    Kind(
        "the vectors are cut in half", lambda d: cut(d / "vectors/vectors.sqlite"), doctor="vectors.sqlite is damaged"
    ),
    Kind(
        "a page of the vectors",
        lambda d: spoil(d / "vectors/vectors.sqlite", "vector"),
        doctor="vectors.sqlite is damaged",
    ),
    Kind(
        "the vectors are garbage", lambda d: _garbage(d / "vectors/vectors.sqlite"), doctor="vectors.sqlite is damaged"
    ),
    Kind("the mapped copy of the vectors", _copies),
    Kind("the small pictures are garbage", lambda d: _garbage(d / "renditions.sqlite"), doctor="small pictures"),
    Kind("the small pictures are cut in half", lambda d: cut(d / "renditions.sqlite"), doctor="small pictures"),
    Kind("users.json", lambda d: (d / "users.json").write_text("{"), False, doctor="users.json cannot be read"),
    Kind("haven.toml", lambda d: (d / "haven.toml").write_text("= ["), False, doctor="haven.toml"),
    Kind("running.json", lambda d: (d / "running.json").write_text("["), doctor="running.json is damaged"),
    Kind("backups.json", _backups, doctor="backups.json is damaged"),
    Kind("the record's last line is torn", _torn),
    Kind("lines of the record are garbage", _bad_lines, doctor="cannot be read. The catalog has all"),
    Kind("the record is missing", lambda d: (d / "corrections.jsonl").unlink(), doctor="lacks"),
)
"""What can be damaged without a disk of its own; tests/dav/uploads has disks that are full or fail."""

DISKS = ("the data folder's disk is full", "the library's disk is full", "the disk takes no writes")
"""Kinds that a disk of its own is needed for."""


def prepare(data: Path) -> None:
    """Have each database of a data folder in one file, so that damage hits what is in use."""
    for name in ("catalog.sqlite", "vectors/vectors.sqlite", "renditions.sqlite"):
        if (data / name).exists():
            settle_log(data / name)


def facts(data: Path) -> dict[str, list[object]]:
    """Return what owners said and what photos are called, by names that outlast a catalog."""
    queries = {
        "albums": "SELECT name FROM album ORDER BY 1",
        "in albums": "SELECT a.name, o.file FROM album_photo x JOIN album a ON a.id = x.album_id"
        " JOIN photo p ON p.id = x.photo_id JOIN original o ON o.id = p.main_id ORDER BY 1, 2",
        "favourites": "SELECT o.file FROM favorite f JOIN photo p ON p.id = f.photo_id"
        " JOIN original o ON o.id = p.main_id ORDER BY 1",
        "people": "SELECT name FROM person WHERE name IS NOT NULL ORDER BY 1",
        "searches": "SELECT parent, name FROM made ORDER BY 1, 2",
        "photos": "SELECT o.file, o.name, p.day FROM photo p JOIN original o ON o.id = p.main_id WHERE p.shown"
        " ORDER BY 1",
    }
    with closing(sqlite3.connect(f"file:{data}/catalog.sqlite?mode=ro", uri=True)) as db:
        return {name: [repr(row) for row in db.execute(query)] for name, query in queries.items()}
