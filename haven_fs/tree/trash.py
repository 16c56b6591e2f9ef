"""/Recently Removed: what was deleted or replaced in writable libraries, and photos that the owner has hidden.

Moved out of it, a thing is back. Nothing in it is ever erased by a program's DELETE, only by `haven purge` and by time.
"""

import mimetypes
import stat
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haven_fs.catalog import Writer, names
from haven_fs.catalog.brought import BEGUN, FINISHED, KIND, SAID
from haven_fs.catalog.settle import settle
from haven_fs.catalog.trash import Trashed, all_trashed, find_trashed, make_room
from haven_fs.catalog.wording import Words
from haven_fs.config import Settings
from haven_fs.hook import hookimpl
from haven_fs.library.beneath import Beneath
from haven_fs.library.ignore import is_noise
from haven_fs.library.trouble import ABSENT
from haven_fs.tree.aliases import Aliases
from haven_fs.tree.files import File, FileSet, Stamp
from haven_fs.tree.nodes import Entry, Folder, SmartFolder, View
from haven_fs.tree.photoset import PhotoSet

NAME = "Recently Removed"
KEPT = (
    "What is here is kept for a while and then erased. To have it back, move it out; to erase it now, give the command"
    " `haven purge`."
)
_PLACE = "recently removed"


@dataclass(frozen=True, slots=True)
class TrashPlace:
    """Something removed: all of `one`, or what is `path` below it."""

    one: Trashed
    path: str = ""

    @property
    def on_disk(self) -> Beneath:
        """Where its bytes are."""
        return self.one.place / self.path if self.path else self.one.place

    def child(self, name: str) -> "TrashPlace":
        """Return what has a name in this folder."""
        return TrashPlace(self.one, f"{self.path}/{name}" if self.path else name)


class TrashedFolder(Folder):
    """A folder that was removed, or one in it, as it lies on the disk."""

    refusal = KEPT

    def __init__(self, view: View, inside: TrashPlace) -> None:
        super().__init__(view)
        self.inside = inside

    def _children(self) -> list[Beneath]:
        try:
            return sorted(path for path in self.inside.on_disk.iterdir() if not is_noise(path.name))
        except OSError:
            return []

    def entries(self) -> Iterable[Entry]:
        """Return the folders in it."""
        return [Entry(names.shown(path.name), self.stamp()) for path in self._children() if path.is_dir()]

    def enter(self, name: str) -> Folder | None:
        """Return a folder in it."""
        for path in self._children():
            if names.fold(names.shown(path.name)) == names.fold(name) and path.is_dir():
                return TrashedFolder(self.view.below(names.shown(path.name)), self.inside.child(path.name))
        return None

    def extras(self) -> Sequence[File]:
        """Return the files in it."""
        found = (_file(self.view, self.inside.child(path.name), names.shown(path.name)) for path in self._children())
        return [file for file in found if file is not None]

    def find(self, name: str) -> TrashPlace | None:
        """Return what has a name in it."""
        for path in self._children():
            if names.fold(names.shown(path.name)) == names.fold(name):
                return self.inside.child(path.name)
        return None

    def stamp(self) -> Stamp:
        """Return when it was removed: nothing in it changes, but that something is brought back."""
        return Stamp(0, self.inside.one.seq, steady=True)


class TrashFolder(Folder):
    """/Recently Removed itself."""

    refusal = KEPT

    def _hidden(self) -> PhotoSet:
        return PhotoSet(shown=False).narrowed("p.id IN (SELECT photo_id FROM hidden)")

    def entries(self) -> Iterable[Entry]:
        """Return the folders that were removed."""
        return [Entry(one.name, Stamp(0, one.seq, steady=True)) for one in all_trashed(self.view.db) if one.is_folder]

    def enter(self, name: str) -> Folder | None:
        """Return a folder that was removed."""
        one = find_trashed(self.view.db, name)
        return TrashedFolder(self.view.below(one.name), TrashPlace(one)) if one is not None and one.is_folder else None

    def extras(self) -> Sequence[File]:
        """Return the files that were removed, and the hidden photos that were moved here under another name."""
        removed = (
            _file(self.view, TrashPlace(one), one.name) for one in all_trashed(self.view.db) if not one.is_folder
        )
        return [*(file for file in removed if file is not None), *self._aliases().files(self._hidden())]

    def files(self) -> FileSet:
        """Return the files of the photos that are hidden."""
        return self._aliases().rest(self._hidden().files())

    def opens(self) -> FileSet:
        """Return the same, by their display names."""
        return self._hidden().files()

    def find(self, name: str) -> TrashPlace | None:
        """Return the real file or folder of that name that was removed."""
        one = find_trashed(self.view.db, name)
        return TrashPlace(one) if one is not None else None

    def _aliases(self) -> Aliases:
        return Aliases(self.view, _PLACE)

    def hide(self, w: Writer, name: str, file: File) -> None:
        """Show a photo nowhere but here; its files stay as they are."""
        assert file.photo_id is not None
        make_room(w, name)
        w.db.execute(
            "INSERT INTO hidden (photo_id, at, by) VALUES (?, ?, ?) ON CONFLICT (photo_id) DO UPDATE SET found = 0",
            (file.photo_id, time.time(), w.by),
        )
        w.db.execute("DELETE FROM unhidden WHERE photo_id = ?", (file.photo_id,))
        self._aliases().put(w, name, file)
        settle(w, [file.photo_id])
        w.note_removal()
        w.correct("hidden", file.photo_id, name=name)

    def show_again(self, w: Writer, file: File) -> None:
        """Show a hidden photo again wherever it belongs."""
        assert file.photo_id is not None
        self._aliases().drop(w, file.photo_id)
        w.db.execute("DELETE FROM hidden WHERE photo_id = ?", (file.photo_id,))
        w.db.execute("INSERT OR IGNORE INTO unhidden VALUES (?)", (file.photo_id,))
        settle(w, [file.photo_id])
        w.note_removal()
        w.correct("shown again", file.photo_id)


def _file(view: View, inside: TrashPlace, name: str) -> File | None:
    """Return a removed file, None if it is none or not there."""
    path, one = inside.on_disk, inside.one
    try:
        state = path.lstat()
    except OSError as error:
        if error.errno in ABSENT:
            return None
        size, moment = one.size, round(one.at * 1e9)  # it is there, whatever the disk says of it now
    else:
        if not stat.S_ISREG(state.st_mode):
            return None
        size, moment = state.st_size, state.st_mtime_ns
    mime = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File.plain(name, path, one.root, size, moment, mime, away=one.away)


@hookimpl
def haven_words() -> Sequence[Words]:
    """Say how hiding photos is put, and moving them in, which is taken back to here."""
    return [
        Words("hidden", "{photo} is hidden", "{photos} are hidden"),
        Words("shown again", "{photo} is shown again", "{photos} are shown again"),
        Words(BEGUN, "Import from {name}", whole=True),
        Words(KIND, "{count} from {name}"),
        Words(FINISHED, "All of {name} is imported"),
        Words(SAID, "{photo} is known better by an import", "{photos} are known better by an import"),
    ]


@hookimpl
def haven_smart_folders(settings: Settings) -> Sequence[SmartFolder]:
    """Put what was removed into the tree."""
    return [SmartFolder(NAME, TrashFolder)]
