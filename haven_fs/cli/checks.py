"""What `haven doctor` finds of damage in a data folder: one sentence a file, with what to do about it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from haven_fs import sqlitefile
from haven_fs.backup import LIST
from haven_fs.catalog import Catalog
from haven_fs.catalog.record import FILE as RECORD
from haven_fs.errors import UserError
from haven_fs.library.trouble import NO_ROOM
from haven_fs.renditions.renditions import FILE as RENDITIONS
from haven_fs.server.users import Users

REPAIR = "Stop Haven and run `haven repair`."


def check_files(data: Path) -> Iterator[str]:
    """Give what is wrong with the files of a data folder, but for the catalog itself."""
    yield from _check_writing(data)
    yield from _check_log(data / "catalog.sqlite")
    yield from _check_caches(data)
    yield from _check_users(data / "users.json")
    yield from _check_lists(data)
    yield from _check_lines(data / RECORD)


def check_catalog(catalog: Catalog) -> str | None:
    """Return what is damaged in a catalog that could be opened. Raises Refused."""
    with catalog.read() as db:
        said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    return None if said == "ok" else f"The catalog is damaged ({in_one_line(said)}). {REPAIR}"


def in_one_line(said: str) -> str:
    """Return what SQLite says of damage without its heading."""
    return said.removeprefix("*** in database main ***").strip().replace("\n", "; ")


def _check_writing(data: Path) -> Iterator[str]:
    try:
        sqlitefile.try_writing(data)
    except OSError as error:
        if error.errno in NO_ROOM:
            yield f"The disk of {data} is full, or a quota is used up. Make room: until then nothing can be changed."
        else:
            yield (
                f"Nothing can be written to {data}: {error.strerror}. See that its disk is healthy, and that Haven may"
                " write there: until then nothing can be changed."
            )


def _check_log(catalog: Path) -> Iterator[str]:
    try:
        if not sqlitefile.log_is_readable(catalog):
            yield (
                f"{catalog}-wal is damaged, so the catalog may lack what was last written to it. Start Haven: it finds"
                f" that again among your photos and in {RECORD}."
            )
    except OSError as error:
        yield f"{catalog}-wal cannot be read: {error.strerror}. See that its disk is healthy."


def _check_caches(data: Path) -> Iterator[str]:
    if (data / "vectors").is_file():
        yield f"{data / 'vectors'} is a file, in place of a folder. Move it away: `haven serve` makes the folder anew."
    for path, what in (
        (data / "vectors" / "vectors.sqlite", "what your photos show is worked out again"),
        (data / RENDITIONS, "small pictures are made again"),
    ):
        try:
            damage = _damage_of(path) if path.exists() else None
        except (sqlite3.OperationalError, OSError) as error:
            yield f"{path} cannot be read: {error}. See that its disk is healthy."
            continue
        if damage is not None:
            yield f"{path} is damaged ({damage}). There is nothing to do: `haven serve` deletes it, and {what}."


def _damage_of(path: Path) -> str | None:
    """Return what is wrong with the content of a database. Raises OperationalError and OSError if its disk is."""
    try:
        if (trouble := sqlitefile.trouble_of(path)) is not None:
            return trouble
        with closing(sqlitefile.reader(path)) as db:
            said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if said == "ok" else in_one_line(said)


def _check_users(path: Path) -> Iterator[str]:
    try:
        Users(path).names()
    except UserError as error:
        yield str(error)


def _check_lists(data: Path) -> Iterator[str]:
    if _is_unreadable(data / LIST, list):
        yield (
            f"{data / LIST} is damaged, so Haven does not know where your backups are: what you erase for good stays in"
            " them. Delete the file, and run `haven backup` again."
        )
    if _is_unreadable(data / "running.json", dict):
        yield f"{data / 'running.json'} is damaged. There is nothing to do: the next start writes it anew."


def _is_unreadable(path: Path, kind: type) -> bool:
    try:
        return not isinstance(json.loads(path.read_text(encoding="utf-8")), kind)
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True


def _check_lines(path: Path) -> Iterator[str]:
    unreadable = 0
    try:
        with path.open("rb") as file:
            for raw in file:
                try:
                    unreadable += not isinstance(json.loads(raw), dict)
                except (ValueError, RecursionError):
                    unreadable += 1
    except OSError:
        return  # if it is there, comparing it with the catalog says why
    if unreadable:
        lines = f"{unreadable:,} line{'s' * (unreadable != 1)}"
        yield (
            f"{lines} of {path} cannot be read. The catalog has all that they say unless it was lost too. Keep the"
            " file, and make a backup now: `haven backup FOLDER`."
        )
