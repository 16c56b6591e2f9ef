"""What goes to a worker process: plain values, small, picklable. What comes back is in catalog/findings.py."""

import os
from dataclasses import dataclass

from haven_fs.catalog.findings import Seen
from haven_fs.library.beneath import Beneath


@dataclass(frozen=True, slots=True)
class File:
    """An original to look into: its row's `id`, its `path`, and its modification time.

    `wrote`: of a sidecar, what this catalog had Haven write into it, as Wrote.dumps has it.
    """

    id: int
    path: Beneath
    mtime_ns: int
    wrote: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """All files of one folder that share a stem: together they decide which of them are one photo.

    `notes`: what describes the whole folder, with its format.
    """

    dir_id: int
    stem: str
    files: tuple[File, ...]
    notes: tuple[tuple[Beneath, str], ...] = ()

    @property
    def seen(self) -> Seen:
        """What it is now, by which it is told later whether it still is."""
        files = frozenset((file.id, os.fsencode(file.path.name), file.mtime_ns) for file in self.files)
        return Seen(self.dir_id, self.stem, files)


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo due for some analyzers: its originals with their roles, which are due, and what describes its folder."""

    id: int
    files: tuple[tuple[str, File], ...]
    due: frozenset[str]
    notes: tuple[tuple[Beneath, str], ...] = ()
