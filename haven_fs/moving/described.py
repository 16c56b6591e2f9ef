"""What an export says, in the same words whichever program it is from: readers give it, the importer takes it."""

import io
from collections import Counter
from dataclasses import dataclass, field

from haven_fs.library.headers import Values
from haven_fs.library.xmp_new import packet_of
from haven_fs.moving.sources import Entry, Files


@dataclass(slots=True)
class Item:
    """A picture or film that is to move in.

    `folder`, `name`: where it goes, below the folder of the import. `notes`: the sidecar that describes it, in a format
    that haven_fs.library.beside reads. `albums`: keys of `Export.albums`. `again`: the same file is in the export
    already, as it seems; if so, it is not stored a second time.
    """

    entry: Entry
    folder: str
    name: str
    notes: Entry | None = None
    albums: list[str] = field(default_factory=list)
    again: bool = False


@dataclass(slots=True)
class Export:
    """All of an export. `title`: what it is called. `albums`: their titles by key. `seen`: counts of what was found, in
    words. `left_out`: paths with the reason. `files`: what is to be closed at the end.
    """

    title: str
    items: list[Item] = field(default_factory=list)
    albums: dict[str, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    files: Files = field(default_factory=Files)

    def close(self) -> None:
        """Close the archives that it is in."""
        self.files.close()


def sidecar_of(values: Values) -> Entry | None:
    """Return a sidecar that says `values`, for what came without one; None if there is nothing to say."""
    if not values:
        return None
    data = packet_of(values)
    return Entry("sidecar.xmp", len(data), (0, 0), lambda: io.BytesIO(data))
