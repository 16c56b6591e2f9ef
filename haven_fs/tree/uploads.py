"""What the tree asks of whatever keeps uploaded files, which is haven_fs.analysis.uploads where `haven serve` runs."""

from typing import Protocol, runtime_checkable

from haven_fs.catalog import Writer
from haven_fs.library.storing import Draft
from haven_fs.tree.photoset import File


class Stored(Protocol):
    """Where uploaded bytes are. `is_new`: they were stored; else they were there already."""

    @property
    def original_id(self) -> int:
        """The original's row."""
        ...

    @property
    def is_new(self) -> bool:
        """Whether they were stored now."""
        ...


class Uploads(Protocol):
    """Keeps files that are sent. Raises Refused and OSError; no view may be open in the thread."""

    def begin(self, library_id: int | None, below: bytes, length: int | None) -> Draft:
        """Return a draft in a folder of a library, of the inbox if that is None, for `length` bytes."""
        ...

    def store(self, draft: Draft, library_id: int | None, below: bytes, name: str, *, over: bool, link: bool) -> Stored:
        """Keep a finished draft in a folder of a library under a name.

        `over`: in place of the file of that name, which goes to /Recently Removed. `link`: if the same bytes are a
        photo of any library, that is it, and nothing is stored.
        """
        ...

    def store_by_date(self, draft: Draft, name: str) -> Stored:
        """Keep a finished draft in the inbox, in the folder of its date, under this name or one made from it."""
        ...

    def look(self, original_id: int) -> None:
        """Look into an original that is new in the catalog, if it is due."""
        ...

    def withdraw(self, original_id: int) -> None:
        """Remove what was stored just now, since it was not taken after all."""
        ...


@runtime_checkable
class TakesUploads(Protocol):
    """A folder on disk that files can be uploaded to."""

    links: bool
    """Whether bytes that are a photo of a library already are shown here rather than stored again."""

    def on_disk(self) -> tuple[int | None, bytes]:
        """Return the library, None for the inbox, and the path below its root."""
        ...

    def disk_name(self, name: str) -> str | None:
        """Return what the real file of that name is called on disk, None if there is none."""
        ...

    def check_upload(self, name: str) -> None:
        """Raise Refused if no file may have that name here."""
        ...

    def changed(self, w: Writer) -> None:
        """Note that what is listed here is another by now."""
        ...

    def stored(self, w: Writer, name: str, file: File) -> None:
        """Have a file answer by the name that it was written under: it lies here, or was in a library already."""
        ...
