"""Films inside motion photos, listed beside them: IMG_1.jpg.mp4 is a part of the bytes of IMG_1.jpg.

It is how every client can play them, as it plays the video of a Live Photo. In folders of photos only: /Originals shows
the disk as it is. Nothing can be written to such a film, which is no file.
"""

import sqlite3
from dataclasses import replace

from haven_fs.errors import Forbidden
from haven_fs.tree.files import File, FileSet
from haven_fs.tree.looks import Look


class _Inside(Look):
    """The look that shows of a photo the film in it."""

    def of(self, db: sqlite3.Connection, file: File, *, disk_names: bool = False) -> File | None:
        """Return the film in a photo's file, None if there is none."""
        film = super().of(db, file, disk_names=disk_names) if file.id and not disk_names else None
        if film is None:
            return None
        (start,) = db.execute("SELECT inside_at FROM original WHERE id = ?", (film.id,)).fetchone()
        return replace(film, start=start)


_LOOK = _Inside(
    name="",
    seen="o.inside > 0",
    ending="'.mp4'",
    size="o.inside",
    etag="o.etag || '-m1'",
    mime="'video/mp4'",
    what="'inside'",
)


def films_of(db: sqlite3.Connection, photos: FileSet) -> FileSet | None:
    """Return the films in these photos; None if no photo at all has one, which costs nothing to know."""
    if db.execute("SELECT 1 FROM original WHERE inside > 0 LIMIT 1").fetchone() is None:
        return None
    return photos.seen_as(_LOOK)


def photo_names(name: str) -> list[str]:
    """Return what the photo may be called in which there is the film of a name; nothing if it is no such name."""
    return _LOOK.plain_names(name)[1:]


def film_in(db: sqlite3.Connection, photo: File) -> File | None:
    """Return the film in a photo's file as it is listed, None if there is none."""
    return _LOOK.of(db, photo)


def is_inside(node: object) -> bool:
    """Tell whether something in the tree is a film inside a photo."""
    return isinstance(node, File) and node.what == "inside"


def check_not_inside(*nodes: object) -> None:
    """Refuse a write to or of a film inside a photo. Raises Forbidden."""
    if any(map(is_inside, nodes)):
        raise Forbidden("This film is a part of the photo beside it. What is done to the photo is done to both.")
