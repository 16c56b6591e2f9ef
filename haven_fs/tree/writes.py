"""What folders of the tree may take: each ability is a small protocol, and a folder that lacks it refuses.

The methods run inside one write transaction of the catalog, and look again there at what they decide by: the folder
was opened in an older state. They raise Refused with the HTTP status and a sentence for the person who wrote.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from haven_fs.catalog import Writer
from haven_fs.tree.nodes import Text
from haven_fs.tree.photoset import File


class Refused(Exception):
    """A write that is not taken; `status` as in HTTP, and a sentence that says why and what to do instead."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


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
