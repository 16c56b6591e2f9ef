"""A library of Apple Photos (`Photos Library.photoslibrary`): its originals, and what its database says of them.

Read are dates with their zones, titles, descriptions, keywords, positions, favourites, people and albums, of the
versions of Photos since macOS 10.15, whose database is `database/Photos.sqlite`. It is opened as it lies there; nothing
is written beside it. What a version calls a table or column otherwise, or lacks, is left out. Pictures that are only in
iCloud are not here, which is said.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haven_fs.library.headers import Values
from haven_fs.library.plainnotes import local_time, said, text
from haven_fs.moving.databases import reading
from haven_fs.moving.described import Export, Item, sidecar_of
from haven_fs.moving.sources import Entry

DATABASE = "database/Photos.sqlite"
TITLE = "Apple Photos"
_EPOCH = 978_307_200
"""Seconds since 1970 at which Apple's clock starts: 2001-01-01 in UTC."""
_NOWHERE = -180.0
_USERS = 2
"""The kind of albums that people made."""
_ASSETS = (
    "SELECT a.Z_PK, a.ZUUID, a.ZDIRECTORY, a.ZFILENAME, b.ZORIGINALFILENAME, a.ZDATECREATED, b.ZTIMEZONEOFFSET,"
    " a.ZLATITUDE, a.ZLONGITUDE, a.ZFAVORITE, a.ZHIDDEN, a.ZTRASHEDSTATE, b.ZTITLE, {description}"
    " FROM ZASSET a LEFT JOIN ZADDITIONALASSETATTRIBUTES b ON b.ZASSET = a.Z_PK {join} ORDER BY a.Z_PK"
)


def is_photos_library(path: Path) -> bool:
    """Tell whether a folder is a library of Apple Photos."""
    return (path / DATABASE).is_file()


def read_photos_library(root: Path) -> Export:
    """Describe a library. Raises UserError."""
    database = root / DATABASE
    export = Export(TITLE)
    with reading(
        database,
        is_open="Photos still has its library open, or copied it so. Quit Photos, then do this again.",
        is_wrong=f"{database} is no database of Photos that Haven knows",
    ) as db:
        _Library(db, root, export).describe()
    return export


class _Library:
    def __init__(self, db: sqlite3.Connection, root: Path, export: Export) -> None:
        self._db, self._root, self._export = db, root, export
        self._tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        self._names: dict[str, list[str]] = {}

    def _columns(self, table: str) -> list[str]:
        return [name for _, name, *_ in self._db.execute(f"PRAGMA table_info({table})")]

    def _column(self, table: str, *wanted: str) -> str:
        """Return the first of some columns that a table has, "" if it has none."""
        columns = self._columns(table) if table in self._tables else []
        return next((one for one in wanted if one in columns), "")

    def describe(self) -> None:
        """Make items of all originals that are there."""
        albums, people, keywords = self._albums(), self._people(), self._keywords()
        joins = self._column("ZASSETDESCRIPTION", "ZASSETATTRIBUTES")
        query = _ASSETS.format(
            description="d.ZLONGDESCRIPTION" if joins else "NULL",
            join=f"LEFT JOIN ZASSETDESCRIPTION d ON d.{joins} = b.Z_PK" if joins else "",
        )
        for row in self._db.execute(query):
            id_, uuid, folder, file, original, *facts = row
            item = self._item(id_, (text(uuid), text(folder), text(file)), text(original) or text(file), facts)
            if item is not None:
                item.albums += albums[id_]
                item.notes = sidecar_of(_values(facts, people[id_], keywords[id_]))
        self._export.seen["albums"] = len({key for item in self._export.items for key in item.albums})

    def _item(self, id_: int, place: tuple[str, str, str], name: str, facts: list[Any]) -> Item | None:
        """Add a picture with its film and its edit; return it, None if it is left out."""
        uuid, folder, file = place
        *_, hidden, trashed, _, _ = facts
        below = f"originals/{folder}/{file}"
        if hidden == 1 or trashed == 1:
            why = "it is hidden in Apple's Photos" if hidden == 1 else "it is among the recently deleted"
            self._export.left_out.append((name, why))
            return None
        if ".." in below.split("/") or not (path := self._root / below).is_file() or path.is_symlink():
            self._export.left_out.append((name, "its original is not on this computer, but perhaps in iCloud"))
            return None
        stem, _, tail = name.rpartition(".")
        stem = stem or name
        item = self._add(path, id_, name if tail else f"{name}{path.suffix}", "photos and videos")
        for live in (path.with_name(f"{uuid}_3.mov"), path.with_name(f"{uuid}_3.MOV")):
            if live.is_file():
                self._add(live, id_, f"{stem}.mov", "films of live photos")
                break
        renders = self._root / "resources" / "renders" / folder
        for edit in sorted(renders.glob(f"{uuid}_1_201_a.*")) if uuid and ".." not in folder else ():
            self._add(edit, id_, f"{stem}_edited{edit.suffix}", "edited versions")
        return item

    def _add(self, path: Path, id_: int, name: str, what: str) -> Item:
        entry = Entry(
            path.relative_to(self._root).as_posix(), path.stat().st_size, (0, id_), lambda: path.open("rb"), path
        )
        item = Item(entry, path.parent.name, name)
        self._export.items.append(item)
        self._export.seen[what] += 1
        return item

    def _albums(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        if "ZGENERICALBUM" not in self._tables:
            return found
        rows = self._db.execute(
            "SELECT Z_PK, ZTITLE FROM ZGENERICALBUM WHERE ZKIND = ? AND ifnull(ZTRASHEDSTATE, 0) = 0 AND ZTITLE <> ''"
            " ORDER BY ZTITLE, Z_PK",
            (_USERS,),
        )
        self._export.albums = {str(id_): title for id_, title in rows}
        for table, album, asset in self._links("ALBUMS", "ASSETS"):
            for album_id, asset_id in self._db.execute(f"SELECT {album}, {asset} FROM {table} ORDER BY rowid"):
                if str(album_id) in self._export.albums:
                    found[asset_id].append(str(album_id))
        return found

    def _links(self, one: str, other: str) -> Iterator[tuple[str, str, str]]:
        """Give tables of two columns that link things, such as Z_28ASSETS: their numbers change with each version."""
        for table in sorted(self._tables):
            columns = self._columns(table) if table.startswith("Z_") and table.endswith((one, other)) else []
            first = next((name for name in columns if name.startswith("Z_") and name.endswith(one)), "")
            second = next((name for name in columns if name.startswith("Z_") and name.endswith(other)), "")
            if first and second:
                yield table, first, second

    def _people(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        asset = self._column("ZDETECTEDFACE", "ZASSETFORFACE", "ZASSET")
        person = self._column("ZDETECTEDFACE", "ZPERSONFORFACE", "ZPERSON")
        if asset and person and "ZPERSON" in self._tables:
            query = (
                f"SELECT f.{asset}, p.ZFULLNAME FROM ZDETECTEDFACE f JOIN ZPERSON p ON p.Z_PK = f.{person}"
                f" WHERE p.ZFULLNAME <> '' AND f.{asset} IS NOT NULL ORDER BY f.Z_PK"
            )
            for asset_id, name in self._db.execute(query):
                found[asset_id].append(name)
        return found

    def _keywords(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        if "ZKEYWORD" in self._tables:
            for table, attributes, keyword in self._links("ASSETATTRIBUTES", "KEYWORDS"):
                query = (
                    f"SELECT b.ZASSET, k.ZTITLE FROM {table} l JOIN ZKEYWORD k ON k.Z_PK = l.{keyword}"
                    f" JOIN ZADDITIONALASSETATTRIBUTES b ON b.Z_PK = l.{attributes} WHERE k.ZTITLE <> ''"
                )
                for asset_id, title in self._db.execute(query):
                    found[asset_id].append(title)
        return found


def _values(facts: list[Any], people: list[str], keywords: list[str]) -> Values:
    created, offset, latitude, longitude, favourite, _, _, title, description = facts
    placed = latitude is not None and longitude is not None and longitude > _NOWHERE
    return said(
        taken=local_time(created + _EPOCH, offset) if isinstance(created, int | float) else "",
        title=text(title),
        caption=text(description),
        keywords=dict.fromkeys(keywords),
        people=dict.fromkeys(people),
        position=(latitude, longitude, None) if placed else (None, None, None),
        favourite=favourite == 1,
    )
