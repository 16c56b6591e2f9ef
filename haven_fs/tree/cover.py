"""What stands for a folder where folders are shown as pictures: one of its photos, or a part of one.

Players and file browsers look for it as a file of the folder. It is no file on the disk, but a rendition of fixed
length.
"""

from dataclasses import dataclass, replace
from sqlite3 import Connection

from haven_fs.tree.files import File, file_on_disk
from haven_fs.tree.photoset import PhotoSet

FILE = "folder.jpg"
"""The name under which Kodi, Windows and most players know a folder's picture."""
LENGTH = 64 * 1024


@dataclass(frozen=True, slots=True)
class Cover:
    """An original by its row id; `box` is the part of the upright picture to show, None for all of it.

    A box is left, top, right and bottom as shares of the picture's width and height, from 0 to 1.
    """

    original_id: int
    box: tuple[float, float, float, float] | None = None


def newest(db: Connection, photos: PhotoSet) -> Cover | None:
    """Return the photo that came last into the library of those that can be looked at; None if there is none.

    It goes through them by id, the highest first, so the first that is tried mostly is the one; an index of days would
    have all of them sorted first.
    """
    row = db.execute(
        f"SELECT p.main_id FROM photo p NOT INDEXED WHERE {photos.condition} AND p.unreadable IS NULL"
        " ORDER BY p.id DESC LIMIT 1",
        photos.params,
    ).fetchone()
    return Cover(row[0]) if row else None


def cover_file(db: Connection, cover: Cover) -> File | None:
    """Return a cover as a file of its folder, None if the original is gone."""
    original = file_on_disk(db, cover.original_id)
    if original is None:
        return None
    part = "" if cover.box is None else "-" + ",".join(f"{side * 1000:.0f}" for side in cover.box)
    return replace(
        original,
        id=0,
        photo_id=None,
        name=FILE,
        size=LENGTH,
        etag=f"{original.etag}-c1{part}",
        mime="image/jpeg",
        what="cover",
        cover=cover,
    )
