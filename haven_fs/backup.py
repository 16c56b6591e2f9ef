"""Copies of what cannot be computed again: what the owner said, kept searches and names, users, settings.

A backup is a folder that can be used as a data folder as it is. Vectors and models are left out: they are computed and
fetched again. Haven remembers where it made backups, so that what is to be forgotten is forgotten there too.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from haven_fs.catalog.record import FILE
from haven_fs.catalog.soundness import no_catalog
from haven_fs.errors import UserError
from haven_fs.library.fileops import rename_new
from haven_fs.library.rights import make_private
from haven_fs.library.storing import sync_folder
from haven_fs.library.whole import written_whole

LIST = "backups.json"
_FILES = (FILE, "haven.toml", "users.json", LIST)
_FOLDERS = ("tls",)


def backup(data: Path, into: Path, folders: Iterable[str] = ()) -> Path:
    """Copy the data folder's own things into a new folder in `into`, whole or not at all, and return it.

    `folders`: those of facets, see Facet.folders.

    It may be called while Haven serves. Raises UserError if there is nothing to copy or no room, or if `into` lies in a
    library.
    """
    catalog = data / "catalog.sqlite"
    if not catalog.exists():
        raise no_catalog(data, "There is nothing to back up.")
    place = into.expanduser().absolute() / f"haven-{datetime.now():%Y-%m-%d-%H%M%S}"
    draft, ours = place.with_name(f".{place.name}.part"), list[Path]()
    try:
        _check_apart(catalog, into)
        draft.mkdir(parents=True, mode=0o700)
        ours.append(draft)
        for name in _FILES:
            if (data / name).exists():
                shutil.copy2(data / name, draft / name)
        # After the record, so that the copy of the catalog knows all that the copy of the record says.
        _copy_database(catalog, draft / "catalog.sqlite")
        for name in (*_FOLDERS, *folders):
            if (data / name).is_dir():
                shutil.copytree(data / name, draft / name)
        make_private(draft)
        for path in draft.rglob("*"):
            if path.is_file():
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
        _remember(data, place)  # first: what is to be forgotten is forgotten there too
        rename_new(draft, place)
        ours.append(place)
        sync_folder(place.parent)
    except (OSError, sqlite3.Error) as error:
        for one in ours:
            shutil.rmtree(one, ignore_errors=True)
        if isinstance(error, FileExistsError):
            raise UserError(f"{place} already exists. Wait a second and try again.") from error
        raise UserError(f"The backup could not be written to {into}: {error}.") from error
    return place


def _check_apart(catalog: Path, into: Path) -> None:
    """Raise UserError if a folder lies among photos, where Haven writes nothing of its own."""
    folder = into.expanduser().resolve()
    with closing(sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro", uri=True)) as db:
        roots = [Path(os.fsdecode(root)) for (root,) in db.execute("SELECT root FROM library WHERE gone IS NULL")]
    for root in roots:
        if folder.is_relative_to(root):
            raise UserError(f"{into} lies in the library {root}. Choose a folder outside your photos.")


def backups(data: Path) -> list[Path]:
    """Return the backups of a data folder that are still where they were made."""
    try:
        said = json.loads((data / LIST).read_text(encoding="utf-8"))
        return [Path(one) for one in said if (Path(one) / "catalog.sqlite").exists()]
    except (OSError, ValueError, TypeError):
        return []


def _remember(data: Path, place: Path) -> None:
    known = data / LIST
    if known.exists() and not backups(data) and not _is_list(known):
        known.replace(known.with_name(f"{LIST}.damaged"))  # somebody may still make out what it said
    with written_whole(known) as file:
        file.write(json.dumps([str(one) for one in [*backups(data), place]]).encode() + b"\n")


def _is_list(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_text(encoding="utf-8")), list)
    except (OSError, ValueError):
        return False


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use, in one state."""
    there = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    here = sqlite3.connect(target)
    try:
        there.backup(here)
        if here.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the copy is incomplete")
    finally:
        here.close()
        there.close()
