"""/Inbox: the folder on disk that uploads go to, with its real folders and files under their names on disk.

What is put here and is a photo of another library already is shown by the name that it was sent under, and not stored
a second time. An empty file is kept as a name only, for programs that make one before they write to it.
"""

import unicodedata
from collections.abc import Sequence

from haven_fs.catalog import Writer
from haven_fs.catalog.libraries import NO_INBOX, find_inbox
from haven_fs.config import Setting, Settings
from haven_fs.hook import hookimpl
from haven_fs.tree.aliases import Aliases
from haven_fs.tree.disk.dated import wrong_template
from haven_fs.tree.files import File, FileSet
from haven_fs.tree.nodes import Folder, SmartFolder, Text, View
from haven_fs.tree.originals import WritableFolder

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
    def _aliases(self) -> Aliases:
        return Aliases(self.view, f"inbox {self.dir_id}")

    def extras(self) -> Sequence[File]:
        """Return the photos of other libraries that were put here, by the names that they were sent under.

        Hidden ones too: what synchronises with this folder would send them again and again.
        """
        lies_here = (
            "SELECT a.name FROM alias a JOIN original x ON x.dir_id = ? AND x.shown = a.name AND x.gone IS NULL"
            " WHERE a.place = 'inbox ' || x.dir_id"
        )
        taken = {name for (name,) in self.view.db.execute(lies_here, (self.dir_id,))}
        files = FileSet("FROM original o WHERE o.gone IS NULL AND o.name IS NOT NULL")
        return [file for file in self._aliases.pick(files) if file.name not in taken]

    def stored(self, w: Writer, name: str, file: File) -> None:
        """Have a photo of another library answer by the name that it was sent under."""
        self._aliases.drop_name(w, name)
        there = w.db.execute(
            "SELECT 1 FROM original WHERE id = ? AND dir_id = ? AND shown = ? AND gone IS NULL",
            (file.id, self.dir_id, unicodedata.normalize("NFC", name)),
        ).fetchone()
        if there is None:
            self._aliases.put(w, name, file, always=True)
        self.changed(w)

    def set_time(self, w: Writer, name: str, file: File) -> None:
        """Have a photo of another library show the time that it was sent with."""
        self.stored(w, name, file)

    def take_out(self, w: Writer, node: File | Text) -> None:
        """Show a photo of another library here no more."""
        self._aliases.drop_name(w, node.name)
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
def haven_settings() -> Sequence[Setting]:
    """Say in which folders of the inbox uploads are stored."""
    return [
        Setting(
            "inbox.template",
            "{year}/{year}-{month}",
            "The folder of the inbox for photos that were put into an album, a person or another smart folder; {year},"
            " {month} and {day} are when the photo was taken.",
            wrong=wrong_template,
        )
    ]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put the inbox into the tree."""
    return [SmartFolder("Inbox", open_inbox)]
