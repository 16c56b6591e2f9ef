"""What `haven export xmp` reads from the catalog, and how a sidecar gets to the disk whole or not at all."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from haven_fs.catalog.schema import LOCATED
from haven_fs.library.kinds import Kind
from haven_fs.library.placed import NotEditable
from haven_fs.library.xmp_write import Named


@dataclass(slots=True)
class KnownPhoto:
    """A photo and who is in it; `gone`: folded names that its sidecars must not say any more.

    `favorite`: whether the owner said that it is one, None if nobody said; `rated`: whether its files give five stars.
    """

    library_id: int
    file: str
    kind: Kind
    sidecars: list[str] = field(default_factory=list)
    people: list[Named] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    favorite: bool | None = None
    rated: bool = False

    def path(self, root: Path) -> Path:
        """Return the absolute path of the main file of a photo in the library at `root`."""
        return root / self.file


_FAVORITES = (
    "SELECT v.photo_id, v.is_favorite, coalesce(r.rating, 0) >= 5 FROM favorite v JOIN photo r ON r.id = v.photo_id"
)
_PHOTOS = (
    "SELECT o.photo_id, d.library_id, d.path, o.file, o.kind, o.format, o.mime FROM original o"
    f" {LOCATED} WHERE o.role = 'main' AND o.gone IS NULL AND l.gone IS NULL AND o.photo_id IN"
    " (SELECT f.photo_id FROM face f JOIN person q ON q.id = f.person_id WHERE q.name IS NOT NULL AND q.hidden = 0"
    "  UNION SELECT photo_id FROM not_person UNION SELECT photo_id FROM favorite) ORDER BY l.id, d.path, o.file"
)
_PEOPLE = (
    "SELECT f.photo_id, q.name, f.frame, f.left, f.top, f.right, f.bottom FROM face f JOIN person q"
    " ON q.id = f.person_id WHERE q.name IS NOT NULL AND q.hidden = 0 ORDER BY f.said DESC, f.quality DESC, f.id"
)
_GONE = (
    "SELECT n.photo_id, q.fold FROM not_person n JOIN person q ON q.id = n.person_id WHERE q.fold IS NOT NULL"
    " UNION ALL SELECT n.photo_id, a.fold FROM not_person n JOIN person_alias a ON a.person_id = n.person_id"
    " UNION ALL SELECT f.photo_id, a.fold FROM face f JOIN person_alias a ON a.person_id = f.person_id"
)
_SIDECARS = "SELECT photo_id, file FROM original WHERE role = 'sidecar' AND gone IS NULL"


def known_photos(db: sqlite3.Connection) -> list[KnownPhoto]:
    """Return the photos that the owner said something of which files can say: people, favourites; folder by folder."""
    found: dict[int, KnownPhoto] = {}
    for id_, library_id, folder, file, *kind in db.execute(_PHOTOS):
        path = os.fsdecode(folder + b"/" + file if folder else file)
        found[id_] = KnownPhoto(library_id, path, Kind(*kind))
    for id_, name, frame, *box in db.execute(_PEOPLE):
        if photo := found.get(id_):
            # A video is many pictures: a place in one of them is none in the film.
            placed = box[0] is not None and frame == 0 and photo.kind.kind != "video"
            photo.people.append(Named(name, (box[0], box[1], box[2], box[3]) if placed else None))
    for id_, fold in db.execute(_GONE):
        if photo := found.get(id_):
            photo.gone.add(fold)
    for id_, favorite, rated in db.execute(_FAVORITES):
        if photo := found.get(id_):
            photo.favorite, photo.rated = bool(favorite), bool(rated)
    for id_, file in db.execute(_SIDECARS):
        if photo := found.get(id_):
            photo.sidecars.append(os.fsdecode(file))
    return list(found.values())


def put_sidecar(path: Path, data: bytes, before: bytes | None) -> None:
    """Put `data` at `path`, on disk when this returns; who may read the file stays as it is.

    `before`: what is there, None for nothing. Raises NotEditable if that is not so any more or `path` is a link, and
    OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        raise NotEditable("it is a link to another file")
    draft = path.with_name(f".haven-{os.getpid()}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            if before is not None and os.name == "posix":
                now = path.stat()
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
    if os.name == "posix":
        with _opened(path.parent) as folder:
            os.fsync(folder)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
