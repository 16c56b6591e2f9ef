"""The libraries this data folder remembers: which folders of originals there are, and whether they are to be had."""

import json
import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Catalog, Writer
from haven_fs.catalog.disk import Mirror
from haven_fs.catalog.handover import hand_over
from haven_fs.catalog.librarylist import keep_list
from haven_fs.errors import UserError
from haven_fs.library.beneath import Beneath

NO_INBOX = "Haven has no folder for uploads yet. Start it with one, as in: haven serve --inbox DIR."


@dataclass(frozen=True, slots=True)
class Library:
    """One root of originals; `away` says in words why its files are not to be had now, None if they are.

    `inbox`: what is uploaded goes there. `mounts`: the folders, below the root, that other disks were mounted on.
    """

    id: int
    root: Path
    name: str
    writable: bool
    device: int | None
    away: str | None
    missing: int
    walked: float | None
    inbox: bool = False
    inode: int | None = None
    mounts: tuple[str, ...] = ()


def all_libraries(db: sqlite3.Connection) -> list[Library]:
    """Return the remembered libraries, in the order they were added."""
    rows = db.execute(
        "SELECT id, root, name, writable, inbox, device, inode, away, missing, walked, mounts FROM library"
        " WHERE gone IS NULL ORDER BY id"
    )
    return [
        Library(
            *(id_, Path(os.fsdecode(root)), name, bool(writable), device, away, missing, walked, bool(inbox), inode),
            tuple(json.loads(mounts)),
        )
        for id_, root, name, writable, inbox, device, inode, away, missing, walked, mounts in rows
    ]


def check_apart(folder: Path, data_dir: Path) -> None:
    """Raise UserError if photos and Haven's data folder would lie in one another; nothing has to be there yet."""
    root, data = folder.expanduser().resolve(), data_dir.expanduser().resolve()
    if data == root or data.is_relative_to(root):
        raise UserError(
            f"Haven's data folder {data} lies inside {root}. Give another with --data, outside your photos."
        )
    if root.is_relative_to(data):
        raise UserError(f"{root} lies inside Haven's own data folder. Choose the folder that holds your photos.")


def check_folder(folder: Path, *, new: bool = False) -> None:
    """Raise UserError if there is no such folder; `new`: it may be one that is yet to be made where it is to be."""
    root = folder.expanduser().resolve()
    if not root.is_dir() and not (new and root.parent.is_dir()):
        raise UserError(f"There is no folder {folder}. Check the path; a network disk must be mounted first.")


def add_library(catalog: Catalog, folder: Path, data_dir: Path) -> Library:
    """Remember `folder` as a library and return it; one that is known already is returned as it is.

    Nothing is written then, so a server whose disk is full can start. Raises UserError if it is no folder, or overlaps
    the data folder or another library.
    """
    root = folder.expanduser().resolve()
    check_folder(folder)
    check_apart(root, data_dir)
    with catalog.read() as db:
        if (there := _at(db, root)) is not None:
            return there
    with catalog.write() as w:
        known = all_libraries(w.db)
        for library in known:
            if library.root == root:
                return library
            if root.is_relative_to(library.root) or library.root.is_relative_to(root):
                raise UserError(
                    f"{root} overlaps the library {library.root}, which would show photos twice. "
                    f"Remove that first: haven libraries remove {library.name!r}"
                )
        taken = {names.fold(library.name) for library in known}
        name = names.free(names.portable(root.name or "Photos"), taken.__contains__)
        id_ = w.db.execute(
            "INSERT INTO library (root, name, fold) VALUES (?, ?, ?) ON CONFLICT (root) DO UPDATE SET gone = NULL,"
            " away = NULL, missing = 0, walked = NULL, name = excluded.name, fold = excluded.fold RETURNING id",
            (os.fsencode(root), name, names.fold(name)),
        ).fetchone()[0]
    with catalog.read() as db:
        keep_list(catalog.path.parent, db)
    return Library(id_, root, name, False, None, None, 0, None)


def add_inbox(catalog: Catalog, folder: Path, data_dir: Path) -> Library:
    """Remember `folder` as the library that takes uploads, in place of one that was; the older one stays a library.

    It is made if it is new and the folder it is in is there; nothing is written if it takes uploads already. Raises
    UserError if it cannot be made, or overlaps a library.
    """
    root = folder.expanduser().resolve()
    with catalog.read() as db:
        known = _at(db, root)
    if known is not None and known.inbox:
        return known
    if known is not None and not known.writable:
        raise UserError(
            f"{root} is a library whose files Haven never changes. Give another folder to --inbox, for uploads alone."
        )
    made = known is None and not root.exists()
    if made:
        try:
            Beneath(root.parent, root.name).mkdir()
        except OSError as error:
            raise UserError(
                f"The folder {root} for uploads cannot be made: {error.strerror}. Give one that is there to --inbox."
            ) from error
    try:
        library = add_library(catalog, folder, data_dir)
    except UserError:
        if made:
            root.rmdir()
        raise
    with catalog.write() as w:
        w.db.execute("UPDATE library SET inbox = id = ?, writable = writable OR id = ?", (library.id, library.id))
        Mirror(w, library.id, all_folders=False).add_folder(w, b"")
    with catalog.read() as db:
        keep_list(catalog.path.parent, db)
    return replace(library, writable=True, inbox=True)


def _at(db: sqlite3.Connection, root: Path) -> Library | None:
    return next((library for library in all_libraries(db) if library.root == root), None)


def find_inbox(db: sqlite3.Connection) -> Library | None:
    """Return the library that takes uploads, None if there is none."""
    return next((library for library in all_libraries(db) if library.inbox), None)


def find_library(db: sqlite3.Connection, library_id: int) -> Library:
    """Return a library by its row."""
    return next(library for library in all_libraries(db) if library.id == library_id)


def set_writable(w: Writer, name: str, *, writable: bool) -> Library:
    """Let real file operations be done in a library, or no more. Raises UserError.

    `name`: its name or its path. Its folders are listed anew, since what can be done in them is another now.
    """
    library = named_library(w.db, name)
    if library.inbox and not writable:
        raise UserError(f"{library.name} is where uploads go, and so must be writable.")
    w.db.execute("UPDATE library SET writable = ? WHERE id = ?", (writable, library.id))
    return replace(library, writable=writable)


def named_library(db: sqlite3.Connection, name: str) -> Library:
    """Return a library by its name or path. Raises UserError if there is none."""
    for library in all_libraries(db):
        if names.fold(library.name) == names.fold(name) or library.root == Path(name).expanduser().resolve():
            return library
    raise UserError(f"There is no library {name!r}. `haven libraries list` shows those there are.")


def expect_walks(catalog: Catalog) -> None:
    """Note at the start of a run that every library is still to be walked, so that nothing counts as settled before."""
    with catalog.write(quiet=True) as w:
        w.db.execute("UPDATE library SET walked = NULL")


def remove_library(catalog: Catalog, name: str) -> None:
    """Forget a library by its name or path: its originals are no longer shown. Nothing on disk is touched.

    Its rows stay, marked gone, so that adding the folder again brings back all that was known about its photos. Those
    that something was said of and that other libraries have copies of are these copies from now on.
    Raises UserError if there is none of that name.
    """
    with catalog.write() as w:
        library = named_library(w.db, name)
        hand_over(w, library.id)
        originals = "SELECT o.id FROM original o JOIN dir d ON d.id = o.dir_id WHERE d.library_id = ?"
        w.db.execute(
            "UPDATE photo SET shown = 0, unreadable = NULL, seq = ? WHERE id IN"
            f" (SELECT photo_id FROM original WHERE id IN ({originals}))",
            (w.seq, library.id),
        )
        w.db.execute(
            f"UPDATE original SET gone = ?, seq = ? WHERE id IN ({originals}) AND gone IS NULL",
            (w.seq, w.seq, library.id),
        )
        w.db.execute("UPDATE dir SET gone = ?, seq = ? WHERE library_id = ?", (w.seq, w.seq, library.id))
        w.db.execute("UPDATE library SET gone = ?, inbox = 0 WHERE id = ?", (w.seq, library.id))
        w.note_removal()
