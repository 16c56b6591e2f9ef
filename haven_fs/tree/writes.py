"""What folders of the tree may take: each ability is a small protocol, and a folder that lacks it refuses.

The methods run inside one write transaction of the catalog, and look again there at what they decide by: the folder
was opened in an older state. They raise a kind of Refused with a sentence for the person who wrote.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from haven_fs.catalog import Writer, names
from haven_fs.errors import Forbidden
from haven_fs.tree.disk.place import DiskPlace
from haven_fs.tree.files import File
from haven_fs.tree.nodes import Folder, Text


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sent, whole and on disk at `path`; whoever takes it moves or copies it, or leaves it."""

    path: Path
    size: int


@runtime_checkable
class MakesFolders(Protocol):
    """A folder in which folders can be made."""

    def make_folder(self, w: Writer, name: str) -> None:
        """Make a folder of that name, which nothing there has."""
        ...


@runtime_checkable
class Renamable(Protocol):
    """A folder that can get another name, where it is."""

    def rename(self, w: Writer, name: str) -> None:
        """Give the folder that name, which nothing beside it has."""
        ...


@runtime_checkable
class Removable(Protocol):
    """A folder that can be removed."""

    def remove(self, w: Writer) -> None:
        """Remove the folder; photos stay."""
        ...


@runtime_checkable
class LetsGo(Protocol):
    """A folder that what it lists can be taken out of; the photos themselves stay."""

    def take_out(self, w: Writer, node: File | Text) -> None:
        """List a file or a text no more."""
        ...


@runtime_checkable
class TakesPhotos(Protocol):
    """A folder that photos can be said to belong to: a fact, no bytes are copied."""

    def check_photo(self) -> None:
        """Raise Refused if no photo at all can be put here, so that none is sent in vain."""
        ...

    def put_photo(self, w: Writer, name: str, file: File) -> None:
        """Say that a photo belongs to what this folder is about; it answers here by that name."""
        ...

    def move_photo(self, w: Writer, name: str, file: File, source: Folder) -> bool:
        """Say that a photo belongs here rather than to `source`; False if that is no folder like this one."""
        ...

    def rename_photo(self, w: Writer, name: str, to: str, file: File) -> None:
        """Have a photo that was just written here under one name, for the time being, answer by another."""
        ...

    def set_time(self, w: Writer, name: str, file: File) -> None:
        """Have a photo that is here by a name show the time that `file` has."""
        ...


@runtime_checkable
class HasNames(Protocol):
    """A folder in which one photo may answer by several names: those that it was written under."""

    def has_another(self, file: File) -> bool:
        """Tell whether a file was written here under another name than the one it was found by."""
        ...

    def drop_name(self, w: Writer, file: File) -> None:
        """Have a file answer here by that name no more; it stays by the others."""
        ...


@runtime_checkable
class TakesFolders(Protocol):
    """A folder that another one like it can be moved into: which makes them one, or puts it there."""

    def take_folder(self, w: Writer, folder: Folder, name: str) -> None:
        """Take all that another folder is about, under that name if it stays a folder; it is there no more."""
        ...


@runtime_checkable
class TakesCopies(Protocol):
    """A folder that other folders can be copied into, with the photos that are in them then."""

    def put_folder(self, w: Writer, name: str, folder: Folder) -> None:
        """Keep what is in another folder, under a name that nothing here has."""
        ...


@runtime_checkable
class TakesTexts(Protocol):
    """A folder that keeps Haven's own small texts beside its photos, since programs copy whole folders file by file."""

    def put_text(self, w: Writer, name: str, text: Text) -> None:
        """Keep a text under that name, in place of one that was; `take_out` takes it out again."""
        ...


@runtime_checkable
class TakesFiles(Protocol):
    """A folder that takes files, and lists what it took among its `extras`."""

    largest: int
    """Bytes that a file may have."""

    def put_file(self, w: Writer, name: str, upload: Upload) -> None:
        """Keep an uploaded file under that name, in place of one that was."""
        ...

    def put_empty(self, w: Writer, name: str) -> None:
        """Keep a name that nothing there has for a program that will write to it; it says nothing yet."""
        ...

    def put_copy(self, w: Writer, name: str, file: File) -> None:
        """Take a file of the tree, under that name, in place of one that was."""
        ...

    def rename_file(self, w: Writer, name: str, other: str) -> None:
        """Give a file that was taken another name, in place of one that was."""
        ...

    def remove_file(self, w: Writer, name: str) -> None:
        """Forget a file that was taken."""
        ...


@runtime_checkable
class TakesUploads(Protocol):
    """A folder on disk that files can be written to."""

    links: bool
    """Whether bytes that a library already has as a photo are shown here rather than stored again."""

    def disk_place(self) -> DiskPlace:
        """Return where it is on disk."""
        ...

    def real_name(self, name: str) -> str | None:
        """Return what the file or folder of that name, in any spelling, is called on disk; None if there is none."""
        ...

    def check_upload(self, name: str) -> None:
        """Raise Refused if no file may have that name here."""
        ...

    def changed(self, w: Writer) -> None:
        """Note that what is listed here has changed."""
        ...

    def stored(self, w: Writer, name: str, file: File) -> None:
        """Show a file under the name it was written to, whether it is stored here or already was in a library."""
        ...

    def set_time(self, w: Writer, name: str, file: File) -> None:
        """Have a photo that is only shown here, by a name, show the time that `file` has."""
        ...


def check_name(name: str) -> None:
    """Raise Refused if no file can be written under a name."""
    if names.shown(name) != unicodedata.normalize("NFC", name) or len(name.encode(errors="replace")) > 255:
        raise Forbidden("Some programs cannot show this name. Choose a shorter or simpler one.")


def folder_name(name: str) -> str:
    """Return the name that a folder made by the owner gets. Raises Refused if not every system could show it."""
    kept = names.shown(name)
    if len(kept.encode()) > names.LONGEST:
        raise Forbidden(f"This name is too long: use at most {names.LONGEST} bytes, about as many letters.")
    if names.portable(kept) != kept or kept.count("\ufffd") != name.count("\ufffd"):
        raise Forbidden(
            'Not every system can show this name. Leave out \\ / : * ? " < > | and a space or dot at its end.'
        )
    return kept
