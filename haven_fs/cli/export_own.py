"""The file of Haven's own that `haven export xmp` puts into each library's folder: what was said of no photo."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.catalog.exported import BESIDE, note_own
from haven_fs.catalog.libraries import Library
from haven_fs.cli.exporting import Outcome
from haven_fs.cli.sidecars import put_sidecar
from haven_fs.errors import Refused
from haven_fs.library.beneath import Beneath
from haven_fs.library.ownnotes import LONGEST, NAME, parsed, written
from haven_fs.library.placed import NotEditable
from haven_fs.library.rights import users_umask
from haven_fs.sidecars import LibrarySource, SidecarSource


def said_of_no_photo(db: sqlite3.Connection, sources: Iterable[SidecarSource]) -> dict[str, Sequence[str]]:
    """Return what sources know that is of no photo."""
    found: dict[str, Sequence[str]] = {}
    for source in sources:
        if isinstance(source, LibrarySource):
            found.update(source.of_no_photo(db))
    return found


def put_own(
    catalog: Catalog,
    folder: Path | None,
    libraries: Iterable[Library],
    said: Mapping[str, Sequence[str]],
    outcome: Outcome,
) -> None:
    """Have each library's file say it: below `folder`, else in libraries that are writable. Nothing said is no file."""
    data = written(said) if any(said.values()) else None
    for library in libraries:
        if library.away or not (folder or library.writable):
            continue
        target = Beneath(folder, f"{library.name}/{NAME}") if folder else Beneath(library.root, NAME)
        try:
            before = _read(target)
            if before == data or (before is not None and not parsed(before)):
                continue
            if data is None:
                target.unlink()
            else:
                if catalog.writable:
                    with catalog.write(quiet=True) as w:
                        place = BESIDE if folder is None else str(folder)
                        note_own(w, place, library.id, NAME, sha256(data).hexdigest())
                if folder:
                    with users_umask():
                        folder.mkdir(parents=True, exist_ok=True)
                put_sidecar(target, data, before)
            outcome.written += 1
        except NotEditable as reason:
            outcome.skip(target, f"skipped, because {reason}.")
        except OSError as error:
            outcome.skip(target, f"could not be written: {error.strerror}.", error)
        except Refused as refused:
            outcome.skip(target, refused.reason)


def _read(path: Beneath) -> bytes | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        data: bytes = file.read(LONGEST + 1)
    return data
