"""The kinds of damage that docs/troubleshooting.md lists, each made on a data folder that nobody has open."""

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from helpers.damage import cut, overwrite, settle_log, spoil


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of damage: `name` as the documentation has it, and what makes it in a data folder.

    `starts`: whether `haven serve` starts with it. `repair`: whether `haven repair` has something to do. `doctor`: what
    `haven doctor` says of it, "" if it has nothing to say. `lost`: whether owners may have to say something again.
    `undo`: what puts right by hand what Haven cannot. `indexes`: whether `haven index` runs then. `album`: one that
    must be there at the end, besides what was there before.
    """

    name: str
    make: Callable[[Path], object]
    starts: bool = True
    repair: bool = False
    doctor: str = ""
    lost: bool = False
    undo: Callable[[Path], object] | None = None
    indexes: bool = True
    album: str = ""


def _foreign(data: Path) -> None:
    path = data / "catalog.sqlite"
    path.unlink()
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipe (name TEXT)")


def _newer(data: Path) -> None:
    with closing(sqlite3.connect(data / "catalog.sqlite")) as db:
        db.execute("PRAGMA user_version = 9999")


def _garbage(path: Path) -> None:
    path.write_bytes(os.urandom(max(path.stat().st_size if path.exists() else 0, 4096)))


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


def library_of(data: Path, *, inbox: bool = False) -> Path:
    """Return where the photos of a data folder are, or what is uploaded."""
    libraries = json.loads((data / "libraries.json").read_text())
    return Path(next(one["root"] for one in libraries if bool(one["inbox"]) is inbox))


def _as_folder(data: Path) -> None:
    (data / "catalog.sqlite").unlink()
    (data / "catalog.sqlite").mkdir()


def _killed(data: Path, *gone: str) -> None:
    """Say something to a server, kill it, and delete what is beside the catalog."""
    command = [sys.executable, "-m", "haven_fs", "serve", "--data", str(data), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    address = urlsplit(process.stdout.readline().split()[-1])
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=60)
    connection.request("MKCOL", "/Albums/Late")
    assert connection.getresponse().status == 201
    connection.close()
    process.kill()
    process.wait()
    process.stdout.close()
    for suffix in gone:
        (data / f"catalog.sqlite{suffix}").unlink()


def _another_record(data: Path) -> None:
    path = data / "corrections.jsonl"
    lines = []
    for raw in path.read_text().splitlines():
        line = json.loads(raw)
        line |= {"catalog": "another", "at": line["at"] - 1e6, "file": "/elsewhere/x.jpg", "fingerprint": "00" * 16}
        line.pop("photo", None)
        lines.append(json.dumps(line) + "\n")
    path.write_text("".join(lines))


def _older_record(data: Path) -> None:
    path = data / "corrections.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: len(lines) // 2]))


def _other_width(data: Path) -> None:
    with closing(sqlite3.connect(data / "vectors/vectors.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE space SET dim = dim / 2")


def _no_vectors(data: Path) -> None:
    shutil.rmtree(data / "vectors")


def _vectors_file(data: Path) -> None:
    _no_vectors(data)
    (data / "vectors").write_text("not a folder")


def _remove_file(data: Path) -> None:
    (data / "vectors").unlink()


def _no_users(data: Path) -> None:
    (data / "users.json").unlink(missing_ok=True)
    (data / "asks-for-passwords").write_text("")


def _unplug(data: Path) -> None:
    library = library_of(data)
    library.rename(library.with_name("unplugged"))


def _empty_mount(data: Path) -> None:
    _unplug(data)
    library_of(data).mkdir()


def _plug_in(data: Path) -> None:
    library = library_of(data)
    if library.exists():
        library.rmdir()
    library.with_name("unplugged").rename(library)


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
    Kind(
        "the catalog is text",
        lambda d: (d / "catalog.sqlite").write_text("This is no catalog.\n" * 99),
        False,
        True,
        "not a SQLite",
        True,
    ),
    Kind("a folder is in place of the catalog", _as_folder, False, doctor="is a folder", indexes=False),
    Kind("the catalog is missing", lambda d: (d / "catalog.sqlite").unlink(), doctor="The catalog is missing"),
    Kind("the catalog is another program's", _foreign, False, doctor="not a catalog of Haven", indexes=False),
    Kind("the catalog is of a newer Haven", _newer, False, doctor="newer", indexes=False),
    Kind("the write-ahead log is garbage", _bad_log, doctor="catalog.sqlite-wal is damaged"),
    Kind("the write-ahead log is missing after a kill", lambda d: _killed(d, "-wal", "-shm"), album="Late"),
    Kind("catalog.sqlite-shm is missing after a kill", lambda d: _killed(d, "-shm"), album="Late"),
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
    Kind("the vectors are of another width", _other_width),
    Kind("the folder of the vectors is missing", _no_vectors),
    Kind("a file is in place of the folder of the vectors", _vectors_file, doctor="in place of", undo=_remove_file),
    Kind("the mapped copy of the vectors", _copies),
    Kind("the small pictures are garbage", lambda d: _garbage(d / "renditions.sqlite"), doctor="small pictures"),
    Kind("the small pictures are cut in half", lambda d: cut(d / "renditions.sqlite"), doctor="small pictures"),
    Kind("users.json", lambda d: (d / "users.json").write_text("{"), False, doctor="users.json cannot be read"),
    Kind("users.json is empty", lambda d: (d / "users.json").write_text(""), False, doctor="users.json cannot be read"),
    Kind("users.json is garbage", lambda d: _garbage(d / "users.json"), False, doctor="users.json cannot be read"),
    Kind("users.json is deleted", _no_users, False, doctor="has none now"),
    Kind("haven.toml", lambda d: (d / "haven.toml").write_text("= ["), False, doctor="haven.toml", indexes=False),
    Kind("haven.toml is garbage", lambda d: _garbage(d / "haven.toml"), False, doctor="haven.toml", indexes=False),
    Kind("libraries.json", lambda d: (d / "libraries.json").write_text("["), doctor=""),
    Kind("running.json", lambda d: (d / "running.json").write_text("["), doctor="running.json is damaged"),
    Kind("backups.json", _backups, doctor="backups.json is damaged"),
    Kind("the record's last line is torn", _torn),
    Kind("lines of the record are garbage", _bad_lines, doctor="cannot be read. The catalog has all"),
    Kind("the record is cut in half", lambda d: cut(d / "corrections.jsonl"), doctor="lacks"),
    Kind("the record is an older one", _older_record, doctor="lacks"),
    Kind("the record is empty", lambda d: (d / "corrections.jsonl").write_bytes(b""), doctor="lacks"),
    Kind("the record is missing", lambda d: (d / "corrections.jsonl").unlink(), doctor="lacks"),
    Kind("the record is another Haven's", _another_record, doctor="that the catalog does not have"),
    Kind("the library's disk is not connected", _unplug, undo=_plug_in),
    Kind("the library's disk is not mounted, and its mount point is empty", _empty_mount, undo=_plug_in),
)
"""What can be damaged without a disk of its own; tests/dav/uploads has disks that are full or fail."""

DISKS = (
    "the data folder's disk is full",
    "it is full when Haven starts",
    "the library's disk is full",
    "the disk takes no writes",
    "the data folder's disk is mounted read-only when Haven starts",
    "the same, after a kill and without catalog.sqlite-shm",
    "photos or folders on a failing disk",
    "the library's disk goes away while Haven serves",
)
"""Kinds that a disk of its own is needed for.

tests/dav/test_dav_sick_disk.py has those of libraries, tests/catalog/test_catalog_frozen.py those of a start.
"""

SERVED = (
    "the catalog is cut short or overwritten while Haven serves",
    "the catalog is deleted, or an older copy takes its place, while Haven serves",
)
"""Kinds that only a server meets: tests/dav/test_dav_harmed_catalog.py."""


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
