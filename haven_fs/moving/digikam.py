"""digiKam's database, digikam4.db: ratings, captions, keywords, people with their faces, dates and positions.

digiKam's albums are the folders that the pictures lie in, so they are no albums here. The database is opened as it lies
there, and nothing is written beside it. Pictures are looked for where it says they are, then below the folders that are
given, then below its own. Faces that nobody has confirmed are left out.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from haven_fs.errors import UserError
from haven_fs.library.headers import Values
from haven_fs.library.plainnotes import said
from haven_fs.library.regions import REGIONS, NamedArea
from haven_fs.library.upright import turned_back
from haven_fs.moving.databases import reading
from haven_fs.moving.described import Export, Item, sidecar_of
from haven_fs.moving.sources import Entry

TITLE = "digiKam"
DATABASE = "digikam4.db"
_INTERNAL = "_Digikam_Internal_Tags_"
_NOBODY = ("unknownPerson", "unconfirmedPerson", "ignoredPerson")
_IMAGES = (
    "SELECT i.id, r.identifier, r.specificPath, a.relativePath, i.name, n.rating, n.creationDate, i.modificationDate,"
    " n.width, n.height, n.orientation, p.latitudeNumber, p.longitudeNumber, p.altitude"
    " FROM Images i JOIN Albums a ON a.id = i.album JOIN AlbumRoots r ON r.id = a.albumRoot"
    " LEFT JOIN ImageInformation n ON n.imageid = i.id LEFT JOIN ImagePositions p ON p.imageid = i.id"
    " WHERE i.status = 1 ORDER BY a.relativePath, i.name"
)


def read_digikam(paths: Sequence[Path]) -> Export:
    """Describe what a database says of pictures. Raises UserError."""
    database = next((one for path in paths for one in (path / DATABASE, path) if one.is_file()), None)
    if database is None:
        raise UserError(f"There is no {DATABASE} here. Give it, or the folder that it is in: that of your pictures.")
    export = Export(TITLE)
    folders = [*(path for path in paths if path.is_dir()), database.parent]
    with reading(
        database,
        is_open="digiKam still has its database open. Close digiKam, then do this again.",
        is_wrong=f"{database} is no database of digiKam that can be read",
    ) as db:
        _Database(db, export, folders).describe()
    return export


class _Database:
    def __init__(self, db: sqlite3.Connection, export: Export, folders: Sequence[Path]) -> None:
        self._db, self._export, self._folders = db, export, folders
        self._roots: dict[tuple[str, str], list[Path]] = {}
        self._tags: dict[int, tuple[int, str]] = {
            id_: (parent or 0, name) for id_, parent, name in db.execute("SELECT id, pid, name FROM Tags")
        }
        kinds: dict[int, set[str]] = defaultdict(set)
        for id_, kind in db.execute("SELECT tagid, property FROM TagProperties"):
            kinds[id_].add(kind)
        self._people = {id_ for id_, found in kinds.items() if "person" in found and not found.intersection(_NOBODY)}
        self._nobody = {id_ for id_, found in kinds.items() if found.intersection(_NOBODY)}

    def describe(self) -> None:
        """Make items of all pictures that are there."""
        tags = self._by_image("SELECT imageid, tagid FROM ImageTags")
        faces = self._by_image("SELECT imageid, tagid, value FROM ImageTagProperties WHERE property = 'tagRegion'")
        comments = self._by_image("SELECT imageid, type, comment FROM ImageComments WHERE type IN (1, 3)")
        for number, row in enumerate(self._db.execute(_IMAGES)):
            id_, identifier, specific, folder, name, *facts = row
            below = f"{folder.strip('/')}/{name}".lstrip("/")
            path = self._found(str(identifier or ""), str(specific or ""), below)
            if path is None:
                self._export.left_out.append((below, "it is not where digiKam says; give its folder as well"))
                continue
            entry = Entry(below, path.stat().st_size, (0, number), _opener(path), path)
            values = self._values(facts, tags[id_], faces[id_], comments[id_])
            self._export.items.append(Item(entry, folder.strip("/"), name, sidecar_of(values)))
            self._export.seen["photos and videos"] += 1
            self._export.seen["described by digiKam"] += bool(values)

    def _by_image(self, query: str) -> dict[int, list[tuple[Any, ...]]]:
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for id_, *row in self._db.execute(query):
            found[id_].append(tuple(row))
        return found

    def _found(self, identifier: str, specific: str, below: str) -> Path | None:
        """Return where a picture is, None if it is nowhere; links and paths that lead elsewhere are not followed."""
        if ".." in below.split("/"):
            return None
        key = identifier, specific
        if key not in self._roots:
            said_at = parse_qs(urlsplit(identifier).query).get("path", [""])[0]
            candidates = [Path(said_at) / specific.lstrip("/")] if said_at else []
            candidates += [Path(specific)] if specific.startswith("/") else []
            self._roots[key] = [*candidates, *self._folders]
        for root in self._roots[key]:
            path = root / below
            if path.is_file() and not path.is_symlink():
                return path
        return None

    def _values(
        self,
        facts: Sequence[Any],
        tags: Sequence[tuple[Any, ...]],
        faces: Sequence[tuple[Any, ...]],
        comments: Sequence[tuple[Any, ...]],
    ) -> Values:
        rating, created, modified, width, height, turned, latitude, longitude, altitude = facts
        ids = [id_ for (id_,) in tags if id_ in self._tags and not self._is_internal(id_)]
        areas = list(self._areas(faces, width, height, turned))
        people = [self._tags[id_][1] for id_ in ids if id_ in self._people] + [area.name for area in areas]
        values = said(
            # Where a file says no date, digiKam takes that of its last change.
            taken=created[:19] if created and (modified or "")[:19] != created[:19] else "",
            title=next((text or "" for kind, text in comments if kind == 3), ""),
            caption=next((text or "" for kind, text in comments if kind == 1), ""),
            keywords=[self._tags[id_][1] for id_ in ids if id_ not in self._people | self._nobody],
            people=dict.fromkeys(people),
            position=(latitude, longitude, altitude),
        )
        if isinstance(rating, int) and 0 < rating <= 5:
            values["xmp:Rating"] = str(rating)
        return {**values, REGIONS: areas} if areas else values

    def _is_internal(self, id_: int) -> bool:
        for _ in range(64):
            parent, name = self._tags.get(id_, (0, ""))
            if name == _INTERNAL:
                return True
            if not parent:
                return False
            id_ = parent
        return True

    def _areas(self, faces: Sequence[tuple[Any, ...]], width: Any, height: Any, turned: Any) -> Iterator[NamedArea]:
        """Give the faces that have a name; digiKam draws them on the upright picture, in pixels."""
        if not isinstance(width, int) or not isinstance(height, int) or width <= 0 or height <= 0:
            return
        orientation = turned if isinstance(turned, int) and 1 <= turned <= 8 else 1
        across, down = (height, width) if orientation >= 5 else (width, height)
        for id_, value in faces:
            if id_ not in self._people:
                continue
            try:
                rect = fromstring(value)
                x, y, w, h = (float(rect.get(side, "")) for side in ("x", "y", "width", "height"))
            except (ParseError, DefusedXmlException, TypeError, ValueError):
                continue
            box = (x / across, y / down, (x + w) / across, (y + h) / down)
            yield NamedArea(self._tags[id_][1], turned_back(box, orientation), (width, height))


def _opener(path: Path) -> Any:
    return lambda: path.open("rb")
