"""What plugins have sidecars say of photos, so that other programs know it too: see `haven export xmp`.

The core knows how XMP says that somebody is in a picture and how many stars it has; a plugin knows who and which.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from haven_fs.library.regions import Named


@dataclass(slots=True)
class SidecarNotes:
    """What a photo's sidecar is to say; all else in one that is there already stays.

    `named`: who is in the photo, and where. `unnamed`: folded names that it must not give any more. `five_stars`:
    whether it is to give five stars, or fewer than five; None if it may give any.
    """

    named: list[Named] = field(default_factory=list)
    unnamed: set[str] = field(default_factory=set)
    five_stars: bool | None = None


@runtime_checkable
class SidecarSource(Protocol):
    """What a plugin has sidecars say."""

    name: str

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return what is to be said of photos, by their ids; of all others nothing is."""
        ...
