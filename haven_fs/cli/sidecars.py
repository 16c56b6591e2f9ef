"""What `haven export xmp` reads from the catalog, and how a sidecar gets to the disk whole or not at all."""

import contextlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haven_fs.catalog.disktrouble import is_trouble
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.schema import LOCATED
from haven_fs.cli import options
from haven_fs.errors import UserError
from haven_fs.library.beneath import Beneath
from haven_fs.library.kinds import Kind
from haven_fs.library.placed import NotEditable
from haven_fs.library.storing import draft_path, make_folders, replace_with
from haven_fs.sidecars import SidecarNotes, SidecarSource

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class KnownPhoto:
    """A photo of which sidecars are to say something, or did."""

    id: int
    library_id: int
    file: str
    kind: Kind
    notes: SidecarNotes
    sidecars: list[str] = field(default_factory=list)

    def path(self, root: Path) -> Beneath:
        """Return where it is."""
        return Beneath(root, self.file)


_PHOTOS = (
    "SELECT o.photo_id, d.library_id, d.path, o.file, o.kind, o.format, o.mime"
    " FROM json_each(?) j CROSS JOIN original o ON o.photo_id = j.value"
    f" {LOCATED} WHERE o.role = 'main' AND o.gone IS NULL AND l.gone IS NULL ORDER BY l.id, d.path, o.file"
)
_SIDECARS = "SELECT photo_id, file FROM original WHERE role = 'sidecar' AND gone IS NULL"


def all_notes(db: sqlite3.Connection, sources: Iterable[SidecarSource]) -> tuple[dict[int, SidecarNotes], set[str]]:
    """Return what is to be said of photos, by their ids, and the names of the sources that could say it.

    Raises what the catalog does if it cannot be read.
    """
    notes: dict[int, SidecarNotes] = {}
    heard: set[str] = set()
    for source in sources:
        try:
            all_said = source.notes(db)
        except Exception as error:
            if is_trouble(error):  # the plugin is not to blame, and half of it must not be written
                raise
            logger.exception("What %s has sidecars say is left out", source.name)
            continue
        heard.add(source.name)
        for id_, said in all_said.items():
            notes.setdefault(id_, SidecarNotes()).add(said)
    return notes, heard


def known_photos(db: sqlite3.Connection, notes: Mapping[int, SidecarNotes], more: Iterable[int]) -> list[KnownPhoto]:
    """Return the photos of which there are notes, and `more`, folder by folder."""
    found: dict[int, KnownPhoto] = {}
    for id_, library_id, folder, file, *kind in db.execute(_PHOTOS, (json.dumps([*notes.keys() | set(more)]),)):
        path = os.fsdecode(folder + b"/" + file if folder else file)
        found[id_] = KnownPhoto(id_, library_id, path, Kind(*kind), notes.get(id_) or SidecarNotes())
    for id_, file in db.execute(_SIDECARS):
        if photo := found.get(id_):
            photo.sidecars.append(os.fsdecode(file))
    return list(found.values())


def put_sidecar(path: Beneath, data: bytes, before: bytes | None) -> None:
    """Put `data` at `path`, on disk when this returns; who may read the file stays as it is.

    `before`: what is there, None for nothing. Raises NotEditable if that is not so any more or `path` is a link, and
    OSError.
    """
    make_folders(path.top, path.below.rpartition("/")[0])
    if path.is_symlink():
        raise NotEditable("it is a link to another file")
    draft = draft_path(path.parent)
    try:
        with draft.open("xb") as file:
            if before is not None and os.name == "posix":
                now = path.lstat()
                with contextlib.suppress(PermissionError):
                    os.fchown(file.fileno(), now.st_uid, now.st_gid)
                os.fchmod(file.fileno(), now.st_mode & 0o7777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if (path.read_bytes() if path.exists() else None) != before:
            raise NotEditable("another program changed it in the meantime")
        replace_with(draft, path)
    finally:
        with contextlib.suppress(OSError):  # what is left is a draft, as of uploads
            draft.unlink(missing_ok=True)


def export_folder(folder: Path, libraries: Sequence[Library], data: Path) -> Path:
    """Return where files may be exported to. Raises UserError where they would touch photos or Haven's own folder."""
    folder = folder.expanduser().resolve()
    for library in libraries:
        if folder.is_relative_to(library.root) or library.root.is_relative_to(folder):
            raise UserError(
                f"{folder} overlaps your photos in {library.root}. Choose a folder outside them. Sidecars can also be"
                " written next to the photos of writable libraries: haven export xmp --sidecars"
            )
    if folder.is_relative_to(data.resolve()):
        raise UserError(f"{folder} is inside Haven's own data folder. Choose another folder.")
    options.refuse_file(folder)
    return folder
