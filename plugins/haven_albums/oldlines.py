"""What lines of the record say of albums and favourites that an older version wrote: they do not name the rows.

An album is known by its number in the catalog of the line. Which photos an album was made of is not said.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from haven_albums.nesting import ALBUM
from haven_fs import Change, names


def said_of_albums(line: Mapping[str, Any], photo: Any) -> Sequence[Change] | None:
    """Return the changes, told as in newer lines; None if they are not known."""
    kind, data = line["kind"], line["data"]

    def told(number: int) -> Any:
        return {ALBUM: [line.get("catalog", ""), number]} if number else number

    if kind == "album made":
        named = {"name": data["name"], "fold": names.fold(data["name"])}
        return [_row(ALBUM, {"id": told(data["album"])}, {"parent_id": told(data["parent"]), **named})]
    if kind in ("album renamed", "album moved"):
        after = {"name": data["name"], "fold": names.fold(data["name"])}
        if kind == "album moved":
            after["parent_id"] = told(data["parent"])
        return [{"table": ALBUM, "key": {"id": told(data["album"])}, "before": dict.fromkeys(after), "after": after}]
    if kind == "album removed":
        return [_row(ALBUM, {"id": told(data["album"])}, None)]
    if photo is None:
        return None

    def member(number: int) -> dict[str, Any]:
        return {"album_id": told(number), "photo_id": {"photo": photo}}

    if kind == "photo added to album":
        return [_row("album_photo", member(data["album"]), {"position": line["id"]})]
    if kind == "photo taken out of album":
        return [_row("album_photo", member(data["album"]), None)]
    if kind == "photo moved to album":
        there = _row("album_photo", member(data["album"]), {"position": line["id"]})
        return [_row("album_photo", member(data["before"]), None), there]
    return None


def said_of_favourites(line: Mapping[str, Any], photo: Any) -> Sequence[Change] | None:
    """Return the changes, told as in newer lines; None if they are not known."""
    says = {"photo made a favourite": 1, "photo no longer a favourite": 0}
    if photo is None or line["kind"] not in says:
        return None
    return [_row("favorite", {"photo_id": {"photo": photo}}, {"is_favorite": says[line["kind"]]})]


def _row(table: str, key: dict[str, Any], more: dict[str, Any] | None) -> Change:
    """Return a row that is there now, or is gone if nothing `more` is said of it."""
    before, after = (dict(key), None) if more is None else (None, {**key, **more})
    return {"table": table, "key": key, "before": before, "after": after}
