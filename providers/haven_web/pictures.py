"""The pictures of a page: small ones for grids, larger ones to look at, and parts that stand for folders.

Their addresses name one content, `grid/ID-TAG.jpg`, so a browser keeps what it has for good. `make` is the only thing
here that opens an original.
"""

import io
import re
import sqlite3
from dataclasses import dataclass
from email.utils import formatdate

from haven_fs.catalog.spelling import etag
from haven_fs.errors import NotFound, Unavailable
from haven_fs.library.kinds import Kind, kind_of
from haven_fs.library.metadata import Unreadable
from haven_fs.library.picture import open_picture
from haven_fs.tree.cover import Cover
from haven_fs.tree.files import File, file_on_disk
from haven_web.answers import ASK_AGAIN, FOR_GOOD, Answer
from haven_web.tiles import picture_name

GRID, SCREEN = 320, 1920
"""The longer side of a small and of a large picture, in pixels."""
_QUALITY = 60
_NAME = re.compile(r"(grid|screen|crop)/(\d{1,18})-([0-9a-f-]+?)(?:-(\d{1,4},\d{1,4},\d{1,4},\d{1,4}))?\.jpg", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture of an original: its longer side in pixels at most; `box`, a part of it in per mille, or None."""

    original_id: int
    tag: str
    longest: int
    box: tuple[int, int, int, int] | None = None

    @classmethod
    def parse(cls, name: str) -> "Wanted | None":
        """Return what a path such as "grid/12-17f0a-3e8.jpg" asks for, None if that is nothing."""
        match = _NAME.fullmatch(name)
        if match is None or (match[1] == "crop") is not (match[4] is not None):
            return None
        box = None
        if match[4]:
            left, top, right, bottom = (int(side) for side in match[4].split(","))
            if not (0 <= left < right <= 1000 and 0 <= top < bottom <= 1000):
                return None
            box = left, top, right, bottom
        return cls(int(match[2]), match[3], SCREEN if match[1] == "screen" else GRID, box)


def cover_path(db: sqlite3.Connection, cover: Cover) -> str | None:
    """Return where the picture of a cover is, below the page's own folder; None if the original is gone."""
    row = db.execute("SELECT etag FROM original WHERE id = ? AND gone IS NULL", (cover.original_id,)).fetchone()
    if row is None:
        return None
    name = picture_name(cover.original_id, row[0])
    if cover.box is None:
        return f"grid/{name}.jpg"
    sides = [min(max(round(side * 1000), 0), 1000) for side in cover.box]
    return f"crop/{name}-{','.join(map(str, sides))}.jpg"


def find(db: sqlite3.Connection, wanted: Wanted) -> File:
    """Return the original that a picture is wanted of. Raises Refused if it is not shown or not to be had."""
    shown = db.execute(
        "SELECT 1 FROM original o JOIN photo p ON p.id = o.photo_id WHERE o.id = ? AND p.shown = 1",
        (wanted.original_id,),
    ).fetchone()
    file = file_on_disk(db, wanted.original_id) if shown else None
    if file is None:
        raise NotFound("There is no such picture.")
    if file.away:
        raise Unavailable(file.away)
    return file


def picture(file: File, wanted: Wanted) -> Answer:
    """Return the picture. Raises Refused if there is none to be had."""
    try:
        state = file.path.stat()
        data = make(file, wanted)
    except (Unreadable, OSError) as error:
        raise NotFound(f"There is no picture of {file.name}: {error}") from error
    same = picture_name(wanted.original_id, etag(state.st_size, state.st_mtime_ns)) == (
        f"{wanted.original_id}-{wanted.tag}"
    )
    modified = ("Last-Modified", formatdate(state.st_mtime, usegmt=True))
    return Answer(data, "image/jpeg", cache=FOR_GOOD if same else ASK_AGAIN, headers=(modified,))


def make(file: File, wanted: Wanted) -> bytes:
    """Return a JPEG of an original. Raises Unreadable, OSError."""
    kind: Kind = kind_of(file.path)
    box = wanted.box
    # A part is cut out of a picture in which it is as large as it is to be.
    shares = (box[2] - box[0], box[3] - box[1]) if box else (1000, 1000)
    image = open_picture(file.path, kind, min(round(wanted.longest * 1000 / max(*shares, 1)), 4 * SCREEN))
    if box is not None:
        width, height = image.size
        left, right = round(box[0] * width / 1000), round(box[2] * width / 1000)
        top, bottom = round(box[1] * height / 1000), round(box[3] * height / 1000)
        image = image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
        image.thumbnail((wanted.longest, wanted.longest))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return out.getvalue()
