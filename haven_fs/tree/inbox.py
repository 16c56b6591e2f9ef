"""/Inbox: the folder on disk that uploads go to, with its real folders and files under their names on disk.

What is put here and is a photo of another library already is shown by the name that it was sent under, and not stored
a second time. An empty file is kept as a name only, for programs that make one before they write to it.
"""

import errno
import os
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from haven_fs.catalog import Writer, names
from haven_fs.catalog.disk import Mirror, touch
from haven_fs.catalog.libraries import NO_INBOX, Library, find_inbox
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.library.ignore import RuleBook
from haven_fs.library.storing import make_folders
from haven_fs.tree.nodes import Folder, SmartFolder, Text, View
from haven_fs.tree.originals import DiskFolder
from haven_fs.tree.photoset import File, PhotoSet
from haven_fs.tree.writes import Refused, folder_name

_HOW_TO = Text(
    "How to add photos.txt",
    "Haven has no folder yet that photos can be uploaded to. Start it with one:\r\n\r\n"
    "    haven serve --inbox DIR\r\n\r\n"
    "DIR is a folder of its own, outside your other photos. What you put here is kept there, and shows in Timeline,\r\n"
    "Places and wherever else it belongs.\r\n",
)


class InboxFolder(DiskFolder):
    """The inbox, or a folder in it."""

    refusal = "Put photos here, or make folders; other things are not done in the inbox."
    links = True

    def __init__(self, view: View, inbox: Library, dir_id: int, seq: int) -> None:
        super().__init__(view, dir_id, seq)
        self._inbox = inbox
        self._place = f"inbox {dir_id}"

    def enter(self, name: str) -> Folder | None:
        """Return a folder in it."""
        row = self.view.db.execute(
            "SELECT id, shown, seq FROM dir WHERE parent_id = ? AND shown_fold = ? AND gone IS NULL",
            (self._dir_id, names.fold(name)),
        ).fetchone()
        if row is None:
            return None
        return InboxFolder(self.view.below(row[1], key=f"inbox {row[0]}"), self._inbox, row[0], row[2])

    def extras(self) -> Sequence[File]:
        """Return the photos of other libraries that were put here, by the names that they were sent under."""
        rows = self.view.db.execute(
            "SELECT original_id, name FROM alias WHERE place = ? AND fold NOT IN"
            " (SELECT shown_fold FROM original WHERE dir_id = ? AND gone IS NULL) ORDER BY fold",
            (self._place, self._dir_id),
        ).fetchall()
        everything = PhotoSet().files()
        return [
            replace(file, name=name)
            for original_id, name in rows
            for file in everything.narrowed("o.id = ?", original_id).files(self.view.db)
        ]

    def on_disk(self) -> tuple[int | None, bytes]:
        """Return the inbox, and the path below its root."""
        return self._inbox.id, _path_of(self.view.db, self._dir_id)

    def disk_name(self, name: str) -> str | None:
        """Return what the real file of that name is called on disk, None if there is none."""
        row = self.view.db.execute(
            "SELECT file FROM original WHERE dir_id = ? AND shown_fold = ? AND gone IS NULL",
            (self._dir_id, names.fold(name)),
        ).fetchone()
        return os.fsdecode(row[0]) if row else None

    def check_upload(self, name: str) -> None:
        """Raise Refused if no file may have that name here."""
        check_disk_name(name)

    def stored(self, w: Writer, name: str, file: File) -> None:
        """Have a photo of another library answer by the name that it was sent under."""
        w.db.execute("DELETE FROM alias WHERE place = ? AND fold = ?", (self._place, names.fold(name)))
        there = w.db.execute(
            "SELECT 1 FROM original WHERE id = ? AND dir_id = ? AND shown_fold = ? AND gone IS NULL",
            (file.id, self._dir_id, names.fold(name)),
        ).fetchone()
        if there is None:
            w.db.execute(
                "INSERT INTO alias (place, fold, name, original_id) VALUES (?, ?, ?, ?)",
                (self._place, names.fold(name), name, file.id),
            )
        touch(w, [self._dir_id])

    def make_folder(self, w: Writer, name: str) -> None:
        """Make a folder on the disk. Raises Refused, OSError."""
        name = folder_name(name)
        check_disk_name(name)
        path = _path_of(w.db, self._dir_id)
        below = path + b"/" + os.fsencode(name) if path else os.fsencode(name)
        if RuleBook(str(self._inbox.root)).skips(os.fsdecode(below), folder=True):
            raise Refused(403, "Haven does not look into folders of this name. Choose another.")
        if not self._inbox.root.is_dir():
            raise Refused(503, f"The folder {self._inbox.root} is not there. Is its disk connected?")
        try:
            make_folders(self._inbox.root, os.fsdecode(below))
        except OSError as error:
            raise Refused(507 if error.errno in (errno.ENOSPC, errno.EDQUOT) else 403, _cannot(error)) from error
        Mirror(w, self._inbox.id, all_folders=False).add_folder(w, below)

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Show a photo of another library here no more."""
        dropped = w.db.execute(
            "DELETE FROM alias WHERE place = ? AND fold = ?", (self._place, names.fold(node.name))
        ).rowcount
        if not dropped:
            raise Refused(403, "Files in the inbox cannot be deleted here yet. Delete them on the disk.")
        touch(w, [self._dir_id])
        w.note_removal()


class NoInbox(Folder):
    """/Inbox where there is none: it says how to have one."""

    refusal = NO_INBOX

    def texts(self) -> Sequence[Text]:
        """Return how to have one."""
        return [_HOW_TO]


def open_inbox(view: View) -> Folder:
    """Open the inbox."""
    inbox = find_inbox(view.db)
    row = (
        inbox
        and view.db.execute(
            "SELECT id, seq FROM dir WHERE library_id = ? AND parent_id IS NULL AND gone IS NULL", (inbox.id,)
        ).fetchone()
    )
    return InboxFolder(view, inbox, row[0], row[1]) if inbox and row else NoInbox(view)


def check_disk_name(name: str) -> None:
    """Raise Refused if no file on a disk should have a name."""
    kept = unicodedata.normalize("NFC", name)
    if names.shown(name) != kept or len(kept.encode()) > 255:
        raise Refused(403, "This name has characters that not every program can show, or it is too long.")
    if kept.startswith("."):
        raise Refused(403, "A name that begins with a dot is hidden, and Haven does not look at such files.")


def _cannot(error: OSError) -> str:
    return f"The folder cannot be made on the disk: {error.strerror}."


def _path_of(db: sqlite3.Connection, dir_id: int) -> bytes:
    return bytes(db.execute("SELECT path FROM dir WHERE id = ?", (dir_id,)).fetchone()[0])


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the inbox into the tree."""
    return [SmartFolder("Inbox", open_inbox)]
