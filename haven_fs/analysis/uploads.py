"""Uploads: where a file that is sent goes, whether it is there already, and its way from a draft to a photo.

The order is what makes it safe. The draft is whole and synced before anything else; then it gets its name, which is
synced too; then it is catalogued; only then the sender is told. Killed in between there is a draft, which the next
start removes, or a whole file, which the next walk finds. One upload at a time goes through the last steps, so that
the same bytes sent twice at once are one photo; receiving is for as many as come.
"""

import filecmp
import logging
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haven_fs.analysis.at_once import AtOnce
from haven_fs.catalog import Catalog, names
from haven_fs.catalog.disk import Row, drop
from haven_fs.catalog.libraries import NO_INBOX, Library, all_libraries, find_inbox
from haven_fs.catalog.removed import keep_old
from haven_fs.catalog.schema import LOCATED
from haven_fs.config import Settings
from haven_fs.errors import AlreadyExists, Forbidden, Unavailable, UnsupportedType, UserError
from haven_fs.library import storing
from haven_fs.library.fingerprint import fingerprint
from haven_fs.library.ignore import RuleBook
from haven_fs.library.kinds import kind_of
from haven_fs.library.removing import reach
from haven_fs.plugins import Plugins

logger = logging.getLogger(__name__)

_PICTURES = ("image", "raw", "video")


@dataclass(frozen=True, slots=True)
class Stored:
    """Where uploaded bytes are: an original's row. `is_new`: they were stored; else they were there already."""

    original_id: int
    is_new: bool


class Uploads:
    """Takes the uploads of one data folder. Thread-safe. Raises Refused, and OSError if the disk fails."""

    def __init__(self, catalog: Catalog, plugins: Plugins, settings: Settings) -> None:
        self._catalog = catalog
        self._at_once = AtOnce(catalog, plugins, settings)
        self._template = str(settings["inbox.template"])
        self._lock = threading.Lock()
        try:
            _dated(self._template, datetime(2000, 1, 1))
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            raise UserError(
                f"The setting inbox.template is {self._template!r}, of which no folder can be made ({error})."
                " Use {year}, {month} and {day}, such as {year}/{year}-{month}."
            ) from error

    def begin(self, library_id: int | None, below: bytes, length: int | None) -> storing.Draft:
        """Return a draft in a folder of a library, of the inbox if that is None, for `length` bytes."""
        library = self._library(library_id)
        try:
            folder = reach(library.root, f"{os.fsdecode(below)}/x".lstrip("/")).parent
        except OSError as error:
            raise Forbidden(f"{error.strerror}.") from error
        return storing.Draft(folder, length)

    def store(
        self, draft: storing.Draft, library_id: int | None, below: bytes, name: str, *, over: bool, link: bool
    ) -> Stored:
        """Keep a finished draft in a folder of a library under a name.

        `over`: in place of the file of that name, which goes to /Recently Removed. `link`: if the same bytes are a
        photo of any library, that is it, and nothing is stored.
        """
        compared: dict[tuple[int, int], bool] = {}
        if link and not over:
            self._twin(draft, compared)  # which may take a while, and is remembered
        with self._lock:
            library = self._library(library_id)
            target = library.root / os.fsdecode(below) / name
            if over and target.is_file():
                return self._replace(draft, library, target)
            if link and (twin := self._twin(draft, compared)) is not None:
                return Stored(twin, False)
            _check_name(library, target)
            try:
                storing.place(draft.path, target)
            except FileExistsError as error:
                raise AlreadyExists(f"There is a file named {name} already.") from error
            return Stored(self._at_once.put(library, target), True)

    def store_by_date(self, draft: storing.Draft, name: str) -> Stored:
        """Keep a finished draft in the inbox, in the folder of its date, under this name or one made from it.

        Raises UnsupportedType of what is no picture or video.
        """
        if kind_of(draft.path, name).kind not in _PICTURES:
            raise UnsupportedType("This is no picture or video that Haven knows. Put other files into /Inbox.")
        compared: dict[tuple[int, int], bool] = {}
        self._twin(draft, compared)
        with self._lock:
            if (twin := self._twin(draft, compared)) is not None:
                return Stored(twin, False)
            library = self._library(None)
            below = _dated(self._template, self._at_once.taken(draft.path, name))
            folder = storing.make_folders(library.root, below)
            wanted = names.portable(name)
            _check_name(library, folder / wanted)
            try:
                target = folder / wanted
                storing.place(draft.path, target)
            except FileExistsError:
                target = self._place_numbered(draft.path, folder, wanted)
            stored = Stored(self._at_once.put(library, target), True)
        with self._catalog.read() as db:
            shown = db.execute(
                "SELECT p.shown FROM original o JOIN photo p ON p.id = o.photo_id WHERE o.id = ?", (stored.original_id,)
            ).fetchone()
        if not shown or not shown[0]:
            self.withdraw(stored.original_id)
            raise UnsupportedType(
                "This picture or video is damaged and cannot be shown. Put it into /Inbox to keep it."
            )
        return stored

    def look(self, original_id: int) -> None:
        """Look into an original that is new in the catalog, if it is due."""
        self._at_once.look(original_id)

    def withdraw(self, original_id: int) -> None:
        """Remove what was stored just now, since it was not taken after all."""
        with self._lock, self._catalog.write() as w:
            row = w.db.execute(
                f"SELECT o.dir_id, l.root, d.path, o.file, o.size FROM original o {LOCATED} WHERE o.id = ?",
                (original_id,),
            ).fetchone()
            if row is not None:
                _path(*row[1:4]).unlink(missing_ok=True)
                drop(w, [Row(original_id, row[0], row[3], row[4])])

    def sweep(self) -> None:
        """Remove what killed processes have left of uploads; called at the start, beside everything else."""
        with self._catalog.read() as db:
            libraries = [library for library in all_libraries(db) if library.writable]
        for library in libraries:
            if found := storing.sweep(library.root):
                logger.info("%d unfinished uploads were removed from %s", found, library.root)

    def _library(self, library_id: int | None) -> Library:
        with self._catalog.read() as db:
            if library_id is None:
                library = find_inbox(db)
            else:
                library = next((one for one in all_libraries(db) if one.id == library_id), None)
        if library is None:
            raise Forbidden(NO_INBOX)
        if not library.writable:
            raise Forbidden(f"Haven only reads the library {library.name}.")
        try:
            device = library.root.stat().st_dev
        except OSError as error:
            raise Unavailable(f"The folder {library.root} is not there. Is its disk connected?") from error
        # The empty folder where a disk is mounted, when it is not, must not fill up.
        if library.away and library.device not in (None, device):
            raise Unavailable(library.away)
        return library

    def _replace(self, draft: storing.Draft, library: Library, target: Path) -> Stored:
        if filecmp.cmp(draft.path, target, shallow=False):
            mtime = draft.path.stat().st_mtime_ns
            draft.discard()
            os.utime(target, ns=(mtime, mtime))
            return Stored(self._at_once.put(library, target), False)
        with self._catalog.write() as w:
            keep_old(w, library, os.fsencode(target.relative_to(library.root)))
        storing.replace_with(draft.path, target)
        return Stored(self._at_once.put(library, target), False)

    def _place_numbered(self, draft: Path, folder: Path, name: str) -> Path:
        for other in names.numbered(*names.split_ending(name)):
            try:
                storing.place(draft, folder / other)
            except FileExistsError:
                continue
            return folder / other
        raise AssertionError("numbers do not end")

    def _twin(self, draft: storing.Draft, compared: dict[tuple[int, int], bool]) -> int | None:
        """Return the original whose bytes a draft has, if it is a picture or video that is shown.

        `compared`: what was compared before, by row and modification time.
        """
        if not draft.size:
            return None
        print_ = fingerprint(draft.path, draft.size)
        with self._catalog.read() as db:
            rows = db.execute(
                "SELECT o.id, o.mtime_ns, l.root, d.path, o.file, o.photo_id, p.shown"
                f" FROM original o {LOCATED} LEFT JOIN photo p ON p.id = o.photo_id WHERE o.size = ? AND o.gone IS NULL"
                " AND l.gone IS NULL AND (o.fingerprint = ? AND o.kind IN ('image', 'raw', 'video') OR o.probed = 0)"
                " ORDER BY o.id",
                (draft.size, print_),
            ).fetchall()
        for id_, mtime_ns, *place, photo_id, shown in rows:
            path = _path(*place)
            if (id_, mtime_ns) not in compared:
                try:
                    same = fingerprint(path, draft.size) == print_ and filecmp.cmp(path, draft.path, shallow=False)
                except OSError:
                    same = False
                compared[id_, mtime_ns] = same
            if compared[id_, mtime_ns] and (shown if photo_id is not None else self._is_shown_now(id_)):
                return int(id_)
        return None

    def _is_shown_now(self, original_id: int) -> bool:
        """Look into a file that the indexer has not come to yet."""
        self._at_once.look(original_id)
        with self._catalog.read() as db:
            row = db.execute(
                "SELECT 1 FROM original o JOIN photo p ON p.id = o.photo_id WHERE o.id = ? AND p.shown = 1"
                " AND o.kind IN ('image', 'raw', 'video')",
                (original_id,),
            ).fetchone()
        return row is not None


def _path(root: bytes, below: bytes, file: bytes) -> Path:
    return Path(os.fsdecode(b"/".join(part for part in (root, below, file) if part)))


def _dated(template: str, date: datetime) -> str:
    """Return the folder that a template makes of a date. Raises what str.format does, and ValueError."""
    text = template.format(year=f"{date.year:04}", month=f"{date.month:02}", day=f"{date.day:02}")
    parts = [part for part in text.split("/") if part]
    if any(part.startswith(".") or names.portable(part) != part for part in parts):
        raise ValueError("there are characters in it that not every system can store")
    return "/".join(parts)


def _check_name(library: Library, target: Path) -> None:
    """Raise Forbidden if a walk would not show the file."""
    if RuleBook(str(library.root)).skips(target.relative_to(library.root).as_posix(), folder=False):
        raise Forbidden(
            "Haven does not look at files of this name: it begins with a dot, or a .havenignore leaves it out."
        )
