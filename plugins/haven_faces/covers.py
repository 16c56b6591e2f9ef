"""A person's cover, folder.jpg: the best face, cut out with some room around it. Only if the setting says so.

File browsers and media players show it as the folder's picture. It is made by the process that indexes, from the photo
on disk, and lies in the data folder.
"""

import logging
import sqlite3
from pathlib import Path

from haven_faces.persons import shown_people
from haven_fs import Catalog, File, PhotoSet, Settings, View

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


Found = tuple[Path, tuple[float, float, float, float]]


def _best(db: sqlite3.Connection, person_id: int) -> Found | None:
    """Return the file and the box of a person's best face in a picture."""
    row = db.execute(
        "SELECT p.id, f.left, f.top, f.right, f.bottom FROM face f JOIN photo p ON p.id = f.photo_id"
        " JOIN original o ON o.id = p.main_id WHERE f.person_id = ? AND f.left IS NOT NULL AND f.frame = 0"
        " AND p.kind <> 'video' AND p.shown = 1 AND o.gone IS NULL"
        " ORDER BY f.quality * min(1, (f.bottom - f.top) * 4) DESC LIMIT 1",
        (person_id,),
    ).fetchone()
    main = next(PhotoSet().narrowed("p.id = ?", row[0]).main_files().files(db), None) if row else None
    return None if main is None else (main.path, tuple(row[1:]))


def _make(place: Path, path: Path, box: tuple[float, float, float, float]) -> None:
    """Cut a face out of a picture. Raises OSError, ValueError."""
    from haven_fs import Unreadable, open_picture  # decoders, which only making covers takes

    try:
        picture = open_picture(path)
    except Unreadable as error:
        raise ValueError(str(error)) from error
    width, height = picture.size
    left, top, right, bottom = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    half = max(right - left, bottom - top) * (0.5 + _ROOM)
    half = min(half, width / 2, height / 2)
    x = min(max((left + right) / 2, half), width - half)
    y = min(max((top + bottom) / 2, half), height - half)
    square = picture.crop((round(x - half), round(y - half), round(x + half), round(y + half)))
    square.thumbnail((_SIDE, _SIDE))
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.part")
    square.save(draft, "JPEG", quality=88)
    draft.replace(place)
