"""What stands for a person where folders are shown as pictures: the best face, with some room around it.

If the setting says so it is also a file, folder.jpg, which file browsers and media players show as the folder's
picture. That is made by the process that indexes, from the photo on disk, and lies in the data folder.
"""

import logging
import sqlite3
from pathlib import Path
from typing import Any

from haven_faces.persons import shown_people
from haven_fs import Box, Catalog, Cover, File, PhotoSet, Settings, View

logger = logging.getLogger(__name__)

NAME = "folder.jpg"
_SIDE = 512
_ROOM = 0.6
"""How much of a face's size is shown around it, at each side."""


def _place(settings: Settings, person_id: int) -> Path:
    return Path(settings["data_dir"]) / "covers" / f"{person_id}.jpg"


def cover(view: View, person_id: int) -> File | None:
    """Return a person's cover as a file of the tree, None if covers are not wanted or it is not made yet."""
    if not view.settings["people.covers"]:
        return None
    path = _place(view.settings, person_id)
    try:
        stat = path.stat()
    except OSError:
        return None
    return File.plain(NAME, path, path.parent, stat.st_size, stat.st_mtime_ns, "image/jpeg")


def remove_cover(settings: Settings, person_id: int) -> None:
    """Remove a person's cover, if there is one."""
    _place(settings, person_id).unlink(missing_ok=True)


def make_covers(catalog: Catalog, settings: Settings) -> None:
    """Make the covers that are wanted and lacking, and remove those of people who are not shown any more."""
    with catalog.read() as db:
        shown = {person.id for person in shown_people(db)}
        best = {person_id: _best(db, person_id) for person_id in shown if not _place(settings, person_id).exists()}
    folder = _place(settings, 0).parent
    for path in folder.glob("*.jpg"):
        if not path.stem.isdecimal() or int(path.stem) not in shown:
            path.unlink(missing_ok=True)
    for person_id, found in best.items():
        if found is not None:
            try:
                _make(_place(settings, person_id), *found)
            except (OSError, ValueError) as error:
                logger.info("No cover of person %d: %s", person_id, error)


Found = tuple[Path, Box]


def best_face_of(db: sqlite3.Connection, person_id: int, photos: PhotoSet) -> Cover | None:
    """Return a person's best face in these photos, with the room around it, as square as the picture lets it be."""
    row = _best_row(db, person_id, photos)
    if row is None:
        return None
    _, main_id, width, height, *face = row
    return Cover(main_id, _square((face[0], face[1], face[2], face[3]), width or 1, height or 1))


def _best_row(db: sqlite3.Connection, person_id: int, photos: PhotoSet) -> tuple[Any, ...] | None:
    """Return photo, original, width and height of the upright picture, and box of a person's best face."""
    turned = "coalesce(p.orientation, 1) >= 5"
    row: tuple[Any, ...] | None = db.execute(
        f"SELECT p.id, p.main_id, iif({turned}, p.height, p.width), iif({turned}, p.width, p.height),"
        " f.left, f.top, f.right, f.bottom FROM face f CROSS JOIN photo p ON p.id = f.photo_id"
        " CROSS JOIN original o ON o.id = p.main_id WHERE f.person_id = ? AND f.left IS NOT NULL AND f.frame = 0"
        f" AND p.kind <> 'video' AND o.gone IS NULL AND {photos.condition}"
        " ORDER BY f.quality * min(1, (f.bottom - f.top) * 4) DESC LIMIT 1",
        (person_id, *photos.params),
    ).fetchone()
    return row


def _best(db: sqlite3.Connection, person_id: int) -> Found | None:
    """Return the file and the box of a person's best face in a picture."""
    row = _best_row(db, person_id, PhotoSet())
    main = next(PhotoSet().narrowed("p.id = ?", row[0]).main_files().files(db), None) if row else None
    return None if main is None or row is None else (main.path, (row[4], row[5], row[6], row[7]))


def _square(face: Box, width: float, height: float) -> Box:
    """Return a square around a face, as shares of a picture of that size, moved so that it lies in the picture."""
    left, top, right, bottom = face[0] * width, face[1] * height, face[2] * width, face[3] * height
    half = max(right - left, bottom - top) * (0.5 + _ROOM)
    half = min(half, width / 2, height / 2)
    x = min(max((left + right) / 2, half), width - half)
    y = min(max((top + bottom) / 2, half), height - half)
    return (x - half) / width, (y - half) / height, (x + half) / width, (y + half) / height


def _make(place: Path, path: Path, box: Box) -> None:
    """Cut a face out of a picture. Raises OSError, ValueError."""
    from haven_fs import Unreadable, open_picture  # decoders, which only making covers takes

    try:
        picture = open_picture(path)
    except Unreadable as error:
        raise ValueError(str(error)) from error
    width, height = picture.size
    left, top, right, bottom = _square(box, width, height)
    square = picture.crop((round(left * width), round(top * height), round(right * width), round(bottom * height)))
    square.thumbnail((_SIDE, _SIDE))
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.part")
    square.save(draft, "JPEG", quality=88)
    draft.replace(place)
