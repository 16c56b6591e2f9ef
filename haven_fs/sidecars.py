"""What plugins have sidecars say of photos, so that other programs know it too: see `haven export xmp`.

The core knows how XMP says that somebody is in a picture, and how a property of any name is written; a plugin knows who
is in it, and which properties say what it knows.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from haven_fs.library.regions import Named
from haven_fs.library.xmp_texts import Text


@dataclass(slots=True)
class SidecarNotes:
    """What a photo's sidecar is to say; all else in one that is there already stays.

    `named`: who is in the photo, and where. `unnamed`: folded names that it must not give any more.

    Properties are named as in Metadata.beside, "dc:description". `texts`: properties that are one text; a function gets
    the text that is there, "" for none, and returns the one to be. `items`: texts that lists are to hold, among others.
    `gone`: of lists, a function that tells which of their texts are not to stay. What is not said any more in a later
    export is taken out again, as far as Haven wrote it.
    """

    named: list[Named] = field(default_factory=list)
    unnamed: set[str] = field(default_factory=set)
    texts: dict[str, Text] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)
    gone: dict[str, Callable[[str], bool]] = field(default_factory=dict)

    def add(self, other: "SidecarNotes") -> None:
        """Add what another source says; what is said already stays."""
        self.named += other.named
        self.unnamed |= other.unnamed
        self.texts = {**other.texts, **self.texts}
        for name, texts in other.items.items():
            self.items.setdefault(name, []).extend(texts)
        for name, is_gone in other.gone.items():
            known = self.gone.get(name)
            self.gone[name] = is_gone if known is None else lambda text, a=known, b=is_gone: a(text) or b(text)  # type: ignore[misc]


@runtime_checkable
class SidecarSource(Protocol):
    """What a plugin has sidecars say."""

    name: str

    def notes(self, db: sqlite3.Connection) -> Mapping[int, SidecarNotes]:
        """Return what is to be said of photos, by their ids; of all others nothing is."""
        ...


@runtime_checkable
class LibrarySource(SidecarSource, Protocol):
    """A source that knows more than photos can carry: it goes into a file of Haven's own in each library's folder."""

    def of_no_photo(self, db: sqlite3.Connection) -> Mapping[str, Sequence[str]]:
        """Return texts under names, which the plugin's facet hears of again in a catalog that is made anew."""
        ...


@runtime_checkable
class ListSource(SidecarSource, Protocol):
    """A source that knows of lists of photos too, such as albums: an export to a folder has a playlist of each."""

    def lists(self, db: sqlite3.Connection) -> Mapping[tuple[str, ...], Sequence[int]]:
        """Return photos in their order, by the names that lead to a list, such as ("Albums", "Summer", "Beach")."""
        ...
