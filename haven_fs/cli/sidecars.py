"""What `haven export xmp` reads from the catalog, and how a sidecar gets to the disk whole or not at all."""

import contextlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from haven_fs.catalog.schema import LOCATED
from haven_fs.library.beneath import Beneath
from haven_fs.library.kinds import Kind
from haven_fs.library.placed import NotEditable
from haven_fs.library.storing import make_folders, sync_folder
from haven_fs.sidecars import SidecarNotes, SidecarSource

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class KnownPhoto:
    """A photo of which sidecars are to say something; `rated`: whether its files give five stars."""

    library_id: int
    file: str
    kind: Kind
    rated: bool
    notes: SidecarNotes
    sidecars: list[str] = field(default_factory=list)

    def path(self, root: Path) -> Beneath:
        """Return where it is."""
        return Beneath(root, self.file)


_PHOTOS = (
    "SELECT o.photo_id, coalesce(p.rating, 0) >= 5, d.library_id, d.path, o.file, o.kind, o.format, o.mime"
    " FROM json_each(?) j CROSS JOIN original o ON o.photo_id = j.value"
    f" JOIN photo p ON p.id = o.photo_id {LOCATED} WHERE o.role = 'main' AND o.gone IS NULL AND l.gone IS NULL"
    " ORDER BY l.id, d.path, o.file"
)
_SIDECARS = "SELECT photo_id, file FROM original WHERE role = 'sidecar' AND gone IS NULL"


def known_photos(db: sqlite3.Connection, sources: Iterable[SidecarSource]) -> list[KnownPhoto]:
    """Return the photos of which sidecars are to say something, folder by folder."""
    notes: dict[int, SidecarNotes] = {}
    for source in sources:
        try:
            all_said = source.notes(db)
        except Exception:
            logger.exception("What %s has sidecars say is left out", source.name)
            continue
        for id_, said in all_said.items():
            known = notes.setdefault(id_, SidecarNotes())
            known.named += said.named
            known.unnamed |= said.unnamed
            known.five_stars = said.five_stars if known.five_stars is None else known.five_stars
    found: dict[int, KnownPhoto] = {}
    for id_, rated, library_id, folder, file, *kind in db.execute(_PHOTOS, (json.dumps(list(notes)),)):
        path = os.fsdecode(folder + b"/" + file if folder else file)
        found[id_] = KnownPhoto(library_id, path, Kind(*kind), bool(rated), notes[id_])
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
    draft = path.with_name(f".haven-{os.getpid()}.part")
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
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
