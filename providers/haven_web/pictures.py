"""The pictures of a page: small ones for grids, larger ones to look at, and parts that stand for folders.

Their addresses name one content, `grid/ID-TAG.jpg`, so a browser keeps what it has for good. haven_fs.renditions makes
and keeps them.
"""

import re
import sqlite3
from dataclasses import dataclass
from typing import Literal

from haven_fs.catalog.spelling import picture_name
from haven_fs.errors import NotFound
from haven_fs.renditions.renditions import NotNow, Renditions
from haven_fs.renditions.renditions import Wanted as Rendition
from haven_fs.renditions.waiting import made_for
from haven_fs.tree.cover import Cover
from haven_web.answers import ASK_AGAIN, FOR_GOOD, Answer, Environ
from haven_web.tiles import HAS_PICTURE

_NAME = re.compile(
    r"(tile|grid|screen|crop)/(\d{1,18})-([0-9a-f-]+?)(?:-(\d{1,4},\d{1,4},\d{1,4},\d{1,4}))?\.jpg", re.ASCII
)
_WHATS: dict[str, Literal["tile", "grid", "screen"]] = {
    "tile": "tile",
    "grid": "grid",
    "screen": "screen",
    "crop": "grid",
}
_LATER = (("Retry-After", "1"),)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture of an original, in one of the sizes of haven_fs.renditions; `box`, a part of it in per mille, or None.

    `tag`: the state of the original that the address names.
    """

    original_id: int
    tag: str
    what: Literal["tile", "grid", "screen"]
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
        return cls(int(match[2]), match[3], _WHATS[match[1]], box)


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


def find(db: sqlite3.Connection, renditions: Renditions, wanted: Wanted) -> Rendition:
    """Return the rendition that a picture is. Raises Refused if the photo is not shown."""
    shown = db.execute(
        f"SELECT 1 FROM original o JOIN photo p ON p.id = o.photo_id WHERE o.id = ? AND {HAS_PICTURE}",
        (wanted.original_id,),
    ).fetchone()
    left, top, right, bottom = wanted.box or (0, 0, 0, 0)
    box = (left / 1000, top / 1000, right / 1000, bottom / 1000) if wanted.box else None
    found = renditions.wanted(db, wanted.original_id, wanted.what, box=box) if shown else None
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def picture(environ: Environ, renditions: Renditions, wanted: Wanted, found: Rendition) -> Answer:
    """Return the picture, or that it is not to be had now."""
    try:
        data = made_for(environ, renditions, found)
    except NotNow as error:
        if error.absent:
            raise NotFound("The photo is no longer on the disk.") from error
        return Answer(
            str(error).encode(),
            "text/plain; charset=utf-8",
            "503 Service Unavailable",
            cache="no-store",
            headers=_LATER,
        )
    same = picture_name(wanted.original_id, found.tag) == f"{wanted.original_id}-{wanted.tag}"
    return Answer(data, "image/jpeg", cache=FOR_GOOD if same else ASK_AGAIN)
