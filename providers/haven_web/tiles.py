"""The tiles of a grid: what is shown of a photo at a glance, read for some hundred photos in one query."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from haven_fs.catalog.spelling import picture_name
from haven_fs.tree.nodes import View
from haven_fs.tree.spoken import facets_led_by
from haven_web import words

_CAPTION = 120
"""Letters of a caption that a screen reader reads out with each tile."""
HAS_PICTURE = "(p.shown = 1 OR EXISTS (SELECT 1 FROM hidden h WHERE h.photo_id = p.id))"
"""SQL over a photo `p`: whether it is shown somewhere, be it in /Recently Removed."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo: its original by row id and entity tag, its name and that as a part of a URL, and what is known of it.

    `called`: its name wherever it is shown but in a folder of the disk, as a part of a URL. `day`: yyyymmdd, 0 if not
    known. `seconds`: of a video. `plain`: there is no picture of it to be had.
    """

    photo_id: int
    original_id: int
    etag: str
    href: str
    name: str
    called: str
    kind: str
    day: int
    seconds: float | None
    plain: bool
    format: str
    caption: str
    place: str

    @property
    def picture(self) -> str:
        """What stands for its content in the address of a picture of it, see haven_web.pictures."""
        return picture_name(self.original_id, self.etag)

    @property
    def is_video(self) -> bool:
        """Whether it is a film."""
        return self.kind == "video"

    @property
    def noun(self) -> str:
        """What kind of thing it is: "Photo", "Video"."""
        return "Video" if self.is_video else "Photo"

    @property
    def length(self) -> str:
        """How long a video is, "" of a photo."""
        return words.length(self.seconds) if self.is_video and self.seconds else ""

    @property
    def type(self) -> str:
        """What kind of file it is: "HEIC photo", "MP4 video", "File"."""
        kind = {"video": "video", "image": "photo", "raw": "RAW photo"}.get(self.kind, "file")
        return f"{self.format.upper()} {kind}" if self.format and self.kind != "other" else kind.capitalize()

    @property
    def alt(self) -> str:
        """What is read out for it: "Photo, 6 July 2024, Paris", "Video of 8 seconds, 6 July 2024"."""
        noun = f"{self.noun} of {words.spoken_length(self.seconds)}" if self.is_video and self.seconds else self.noun
        day = words.short_day(self.day) if self.day else self.name
        said = ", ".join(part for part in (noun, day, self.place) if part)
        return f"{said}: {self.caption}" if self.caption else said


def read_tiles(
    view: View, source: str, params: Sequence[Any], *, order: str = "", disk_names: bool = False
) -> list[Tile]:
    """Read tiles of what a query picks. `source`: its FROM and WHERE, of a photo `p` and its main original `o`."""
    name, href = ("o.shown", "o.shown_href") if disk_names else ("o.name", "o.href")
    where = facets_led_by(view.spoken, "in")[:1]
    place = (
        "(SELECT v.name FROM member m CROSS JOIN value v ON v.id = m.value_id"
        " WHERE m.photo_id = p.id AND v.facet = ? LIMIT 1)"
        if where
        else "NULL"
    )
    query = (
        f"SELECT p.id, o.id, o.etag, {href}, {name}, o.href, p.kind, p.day, p.duration,"
        f" p.unreadable IS NOT NULL OR NOT {HAS_PICTURE}, o.format, p.caption, {place} {source} {order}"
    )
    return [_tile(*row) for row in view.db.execute(query, (*where, *params))]


def _tile(
    photo_id: int,
    original_id: int,
    etag: str,
    href: str,
    name: str,
    called: str,
    kind: str,
    day: int | None,
    seconds: float | None,
    plain: int,
    format: str,
    caption: str | None,
    place: str | None,
) -> Tile:
    said = " ".join((caption or "").split())
    said = said if len(said) <= _CAPTION else f"{said[:_CAPTION].rstrip()}…"
    return Tile(
        photo_id, original_id, etag, href, name, called, kind, day or 0, seconds, bool(plain), format, said, place or ""
    )


def tiles_of(view: View, original_ids: Sequence[int], *, disk_names: bool = False) -> list[Tile]:
    """Return the tiles of main originals, in the order that they are given in."""
    source = (
        "FROM json_each(?) j CROSS JOIN original o ON o.id = j.value CROSS JOIN photo p ON p.id = o.photo_id"
        " WHERE o.gone IS NULL AND o.name IS NOT NULL"
    )
    ids = json.dumps(list(original_ids))
    return read_tiles(view, source, (ids,), order="ORDER BY j.key", disk_names=disk_names)


def main_of(db: sqlite3.Connection, photo_id: int) -> int | None:
    """Return the original that a photo is looked at by."""
    row = db.execute("SELECT main_id FROM photo WHERE id = ?", (photo_id,)).fetchone()
    return row[0] if row else None
