"""A person's cover: the best face, cut out with some room around it."""

import sqlite3
from typing import Any

from haven_fs import Box, Cover, PhotoSet

_ROOM = 0.6
"""How much of a face's size is shown around it, at each side."""


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


def _square(face: Box, width: float, height: float) -> Box:
    """Return a square around a face, as shares of a picture of that size, moved so that it lies in the picture."""
    left, top, right, bottom = face[0] * width, face[1] * height, face[2] * width, face[3] * height
    half = max(right - left, bottom - top) * (0.5 + _ROOM)
    half = min(half, width / 2, height / 2)
    x = min(max((left + right) / 2, half), width - half)
    y = min(max((top + bottom) / 2, half), height - half)
    return (x - half) / width, (y - half) / height, (x + half) / width, (y + half) / height
