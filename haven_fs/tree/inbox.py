"""/Inbox: the folder on disk that uploads go to, with its real folders and files under their names on disk.

What is put here and is a photo of another library already is shown by the name that it was sent under, and not stored
a second time. An empty file is kept as a name only, for programs that make one before they write to it.
"""

from collections.abc import Sequence
from dataclasses import replace

from haven_fs.catalog import Writer, names
from haven_fs.catalog.libraries import NO_INBOX, find_inbox
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, SmartFolder, Text, View
from haven_fs.tree.originals import WritableFolder
from haven_fs.tree.photoset import PhotoSet

_HOW_TO = Text(
    "How to add photos.txt",
    "Haven has no folder yet that photos can be uploaded to. Start it with one:\r\n\r\n"
    "    haven serve --inbox DIR\r\n\r\n"
    "DIR is a folder of its own, outside your other photos. What you put here is kept there, and shows in Timeline,\r\n"
    "Places and wherever else it belongs.\r\n",
)


class InboxFolder(WritableFolder):
    """The inbox, or a folder in it: real files, and photos of other libraries that were put here."""

    links = True

    def open_dir(self, view: View, dir_id: int, seq: int) -> Folder:
        """Return a folder in this one."""
        return InboxFolder(view, dir_id, seq)

    @property
    def _place(self) -> str:
        return f"inbox {self.dir_id}"

    def extras(self) -> Sequence[File]:
        """Return the photos of other libraries that were put here, by the names that they were sent under."""
        rows = self.view.db.execute(
            "SELECT original_id, name FROM alias WHERE place = ? AND fold NOT IN"
            " (SELECT shown_fold FROM original WHERE dir_id = ? AND gone IS NULL) ORDER BY fold",
            (self._place, self.dir_id),
        ).fetchall()
        everything = PhotoSet().files()
        return [
            replace(file, name=name)
            for original_id, name in rows
            for file in everything.narrowed("o.id = ?", original_id).files(self.view.db)
        ]

    def stored(self, w: Writer, name: str, file: File) -> None:
        """Have a photo of another library answer by the name that it was sent under."""
        w.db.execute("DELETE FROM alias WHERE place = ? AND fold = ?", (self._place, names.fold(name)))
        there = w.db.execute(
            "SELECT 1 FROM original WHERE id = ? AND dir_id = ? AND shown_fold = ? AND gone IS NULL",
            (file.id, self.dir_id, names.fold(name)),
        ).fetchone()
        if there is None:
            w.db.execute(
                "INSERT INTO alias (place, fold, name, original_id) VALUES (?, ?, ?, ?)",
                (self._place, names.fold(name), name, file.id),
            )
        self.changed(w)

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Show a photo of another library here no more."""
        w.db.execute("DELETE FROM alias WHERE place = ? AND fold = ?", (self._place, names.fold(node.name)))
        self.changed(w)
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
    return InboxFolder(view, *row) if row else NoInbox(view)


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the inbox into the tree."""
    return [SmartFolder("Inbox", open_inbox)]
