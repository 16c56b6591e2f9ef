"""Uploads: where a file that is sent goes, whether it is there already, and its way from a draft to a photo.

The order is what makes it safe. The draft is whole and synced before anything else; then it gets its name, which is
synced too, in the transaction that catalogues it; only then the sender is told. Killed in between there is a draft,
which the next start removes, or a whole file, which the next walk finds. What cannot be catalogued, such as when the
disk of the data folder is full, is taken out again before its sender is refused. One upload at a time goes through the
last steps, so that the same bytes sent twice at once are one photo; receiving is for as many as come.
"""

import logging
import os
import sqlite3
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import chain
from pathlib import Path
from typing import Protocol

from haven_fs.catalog import Catalog, names
from haven_fs.catalog.checksums import note_written
from haven_fs.catalog.libraries import NO_INBOX, Library, all_libraries, find_inbox
from haven_fs.catalog.places import LATELY
from haven_fs.catalog.schema import LOCATED
from haven_fs.config import Settings
from haven_fs.errors import AlreadyExists, Conflict, DiskFailed, Forbidden, Refused, UnsupportedType
from haven_fs.library import fileops, storing
from haven_fs.library.beneath import placed
from haven_fs.library.checksum import Checksum
from haven_fs.library.fingerprint import ending_of, fingerprint
from haven_fs.library.headers import Values
from haven_fs.library.ignore import RuleBook
from haven_fs.library.kinds import kind_of
from haven_fs.tree.disk.content import Arrival
from haven_fs.tree.disk.dated import dated_folder
from haven_fs.tree.disk.filing import Changing
from haven_fs.tree.disk.naming import Cataloguer, Naming
from haven_fs.tree.disk.place import DiskPlace, check_library, reach

logger = logging.getLogger(__name__)

_PICTURES = ("image", "raw", "video")
_BLOCK = 1 << 20


class Shown(Protocol):
    """Knows the files that were shown in place of originals; that is haven_fs.renditions.given."""

    def is_size(self, size: int) -> bool:
        """Tell whether a file of that many bytes was shown."""
        ...

    def original_of(self, path: Path) -> int | None:
        """Return the original in whose place a file with those bytes was shown, None if it was not."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """Where uploaded bytes are: an original's row. `is_new`: they were stored; else they were there already.

    `tag`: the entity tag that they got, where they were stored or replaced others.
    """

    original_id: int
    is_new: bool
    tag: str = field(default="", compare=False)


class Uploads:
    """Takes the uploads of one data folder. Thread-safe. Raises Refused, and OSError if the disk fails.

    No view may be open in the thread.
    """

    def __init__(
        self, catalog: Catalog, settings: Settings, cataloguer: Cataloguer, shown: Shown | None = None
    ) -> None:
        """`shown`: knows the files that were shown in place of originals, if any are."""
        self._catalog = catalog
        self._cataloguer = cataloguer
        self._naming = Naming(catalog, cataloguer)
        self._shown = shown
        self._template = str(settings["inbox.template"])
        self._lock = threading.Lock()

    def begin(self, folder: DiskPlace | None, size: int | None) -> storing.Draft:
        """Return a draft for `size` bytes in a folder of a library, or in the inbox if `folder` is None."""
        inside = DiskPlace(self._inbox(), "") if folder is None else DiskPlace(self._now(folder.library), folder.path)
        return storing.Draft(reach(inside.child("x")).parent, size)

    def is_known_size(self, size: int) -> bool:
        """Tell whether a picture or video in the libraries has that many bytes."""
        query = (
            f"SELECT 1 FROM original o {LOCATED} WHERE o.size = ? AND o.gone IS NULL AND l.gone IS NULL"
            " AND (o.kind IN ('image', 'raw', 'video') OR o.probed = 0) LIMIT 1"
        )
        with self._catalog.read() as db:
            known = db.execute(query, (size,)).fetchone() is not None
        return known or self.is_given_size(size)

    def is_given_size(self, size: int) -> bool:
        """Tell whether a file of that many bytes was shown in /Small or /TV."""
        return self._shown is not None and self._shown.is_size(size)

    def shown_as(self, draft: storing.Draft) -> int | None:
        """Return the original of which a finished draft is the copy that /Small or /TV shows, None if it is none."""
        return self._made_of(draft.path)

    def largest(self) -> int:
        """Return the bytes of the largest file in the libraries."""
        with self._catalog.read() as db:
            return int(db.execute("SELECT ifnull(max(size), 0) FROM original WHERE gone IS NULL").fetchone()[0])

    def find(self, draft: storing.Draft) -> Stored | None:
        """Return the photo in the libraries that has the bytes of a finished draft, None if none has."""
        twin = self._twin(draft.path, draft.size, {})
        return self._taken(twin) if twin is not None else None

    def twin_of(self, path: Path, size: int) -> int | None:
        """Return the original in the libraries that has the bytes of a file of `size` bytes, None if none has."""
        return self._twin(path, size, {})

    def twin_by_sha1(self, size: int, digest: bytes) -> int | None:
        """Return the picture or video in the libraries that has a length and a SHA-1, None if none has."""
        with self._catalog.read() as db:
            rows = db.execute(
                f"SELECT o.id, l.root, d.path, o.file FROM original o {LOCATED} WHERE o.size = ? AND o.gone IS NULL"
                " AND l.gone IS NULL AND o.kind IN ('image', 'raw', 'video') AND o.photo_id IS NOT NULL ORDER BY o.id",
                (size,),
            ).fetchall()
        for id_, *place in rows:
            with suppress(OSError), placed(*place).open("rb") as file:
                found = sha1(usedforsecurity=False)
                while block := file.read(_BLOCK):
                    found.update(block)
                if found.digest() == digest:
                    return int(id_)
        return None

    def values_of(self, place: DiskPlace, beside: Values) -> dict[str, object]:
        """Return what analyzers of headers would find of a file if a sidecar said `beside` of it. Raises OSError."""
        return self._cataloguer.values(place.on_disk, place.name, beside, light=False)

    def _taken(self, twin: int) -> Stored:
        """Return a photo that is there already. Raises Forbidden if the owner has hidden it."""
        with self._catalog.read() as db:
            query = "SELECT 1 FROM original o JOIN hidden h ON h.photo_id = o.photo_id WHERE o.id = ?"
            if db.execute(query, (twin,)).fetchone() is not None:
                raise Forbidden("This photo is hidden. To show it again, move it out of Recently Removed.")
        return Stored(twin, False)

    def place_of(self, original_id: int) -> DiskPlace | None:
        """Return where an original lies, None if it is gone."""
        with self._catalog.read() as db:
            row = db.execute(
                f"SELECT l.id, d.path, o.file FROM original o {LOCATED} WHERE o.id = ? AND o.gone IS NULL",
                (original_id,),
            ).fetchone()
            library = next((one for one in all_libraries(db) if row is not None and one.id == row[0]), None)
        return None if library is None else DiskPlace(library, os.fsdecode(b"/".join(part for part in row[1:] if part)))

    def store(self, draft: storing.Draft, target: DiskPlace, *, over: bool, link: bool, changing: Changing) -> Stored:
        """Store a finished draft at a place in a library.

        `over`: replace the file there; see haven_fs.tree.disk.content. `link`: if a library already has a photo with
        these bytes, use that and store nothing. `changing`: opens the sender's transaction.
        """
        stored = self._store(draft, target, over=over, link=link, changing=changing)
        self._keep_checksum(stored.original_id, draft)
        return stored

    def _keep_checksum(self, original_id: int, draft: storing.Draft) -> None:
        """Keep what the bytes of a file are that has arrived; if that fails, it is read for them at leisure."""
        try:
            place = self.place_of(original_id)
            state = place.on_disk.lstat() if place is not None else None
            if state is None or (state.st_dev, state.st_ino) != draft.inode:
                return  # what was there already has been taken, or it is another file by now
            ending = ending_of(draft.tail, draft.size)
            known = Checksum(draft.size, state.st_mtime_ns, state.st_ctime_ns, draft.sha256.digest(), ending)
            with self._catalog.write(quiet=True) as w:
                note_written(w, original_id, known)
        except (OSError, sqlite3.Error, Refused) as error:
            logger.debug("The checksum of an upload is taken later: %s", error)

    def _store(self, draft: storing.Draft, target: DiskPlace, *, over: bool, link: bool, changing: Changing) -> Stored:
        compared: dict[tuple[int, int], bool] = {}
        if link and not over:
            self._twin(draft.path, draft.size, compared)  # which may take a while, and is remembered
        with self._lock:
            target = DiskPlace(self._now(target.library), target.path)
            check_library(target.library)
            if over and target.is_file():
                if self._made_of(draft.path) is not None:
                    raise Forbidden("This is only the copy that Small or TV shows of a photo. The file here stays.")
                arrival = Arrival(draft.path, target, target)
                return self._arrive(arrival, changing, is_new=False)
            if link and (twin := self._twin(draft.path, draft.size, compared)) is not None:
                return Stored(twin, False)
            _check_name(target)
            if (back := self._put_back(draft, target, changing)) is not None:
                return back
            try:
                original_id, tag = self._naming.give(draft, target.library, [target.on_disk], changing, draft.began)
            except FileExistsError as error:
                raise AlreadyExists(f"There is already a file called {target.name}.") from error
            return Stored(original_id, True, tag)

    def _arrive(self, arrival: Arrival, changing: Changing, *, is_new: bool) -> Stored:
        with changing() as w:
            original_id = arrival.put_file(w)
            # Somebody else may replace it from now on, and then the tag that it has is that of other bytes.
            (tag,) = w.db.execute("SELECT etag FROM original WHERE id = ?", (original_id,)).fetchone()
        for one in (original_id, *arrival.others):
            self._cataloguer.look(one)
        return Stored(original_id, is_new, tag)

    def _put_back(self, draft: storing.Draft, target: DiskPlace, changing: Changing) -> Stored | None:
        """Store a draft where somebody has just removed a file, see disk.content; None if nobody has."""
        arrival = Arrival(draft.path, target, None, began=draft.began)
        with self._catalog.read() as db:
            # Whoever it was: the arrival looks at who writes.
            query = "SELECT 1 FROM trash WHERE library_id = ? AND path = ? AND at > ?"
            if not db.execute(query, (target.library.id, target.below, draft.began - LATELY)).fetchone():
                return None
        return self._arrive(arrival, changing, is_new=True)

    def store_by_date(self, draft: storing.Draft, name: str) -> Stored:
        """Keep a finished draft in the inbox, in the folder of its date, under this name or one made from it.

        Raises UnsupportedType of what is no picture or video.
        """
        if kind_of(draft.path, name).kind not in _PICTURES:
            raise UnsupportedType("This is not a picture or video that Haven knows. Other files can go into /Inbox.")
        compared: dict[tuple[int, int], bool] = {}
        self._twin(draft.path, draft.size, compared)
        with self._lock:
            if (twin := self._twin(draft.path, draft.size, compared)) is not None:
                return self._taken(twin)
            library = self._inbox()
            below = dated_folder(self._template, self._cataloguer.taken(draft.path, name))
            wanted = DiskPlace(library, below).child(names.portable(name))
            _check_name(wanted)
            with storing.new_folders(library.root, below) as folder:
                others = names.numbered(*names.split_ending(wanted.name))
                paths = chain([wanted.on_disk], (folder / other for other in others))
                stored = Stored(self._naming.give(draft, library, paths)[0], True)
        try:
            self._check_shown(stored.original_id)
        except Refused:
            self.withdraw(stored.original_id, draft)
            raise
        self._keep_checksum(stored.original_id, draft)
        return stored

    def _check_shown(self, original_id: int) -> None:
        """Raise Refused if what was stored just now is no photo that can be shown."""
        with self._catalog.read() as db:
            query = "SELECT p.shown FROM original o JOIN photo p ON p.id = o.photo_id WHERE o.id = ?"
            shown = db.execute(query, (original_id,)).fetchone()
        if shown is None:  # it could not be looked into
            raise DiskFailed("The disk did not give the file back. Check the disk, then send it again.")
        if not shown[0]:
            raise UnsupportedType(
                "This picture or video is damaged and cannot be shown. To keep it anyway, put it into /Inbox."
            )

    def look(self, original_id: int) -> None:
        """Analyze an original that is new or has new bytes, if it is due."""
        self._cataloguer.look(original_id)

    def withdraw(self, original_id: int, draft: storing.Draft) -> None:
        """Remove what was stored just now of a draft, since it was not taken after all."""
        with self._lock:
            with self._catalog.read() as db:
                row = db.execute(
                    f"SELECT l.id, l.root, d.path, o.file FROM original o {LOCATED} WHERE o.id = ? AND o.gone IS NULL",
                    (original_id,),
                ).fetchone()
            if row is not None:
                self._naming.take_back(self._library(row[0]), placed(*row[1:]), draft)

    def sweep(self) -> None:
        """Remove what killed processes have left of uploads; called at the start, beside everything else."""
        with self._catalog.read() as db:
            libraries = [library for library in all_libraries(db) if library.writable]
        for library in libraries:
            if found := storing.sweep(library.root):
                logger.info("Removed %d unfinished uploads from %s", found, library.root)

    def _inbox(self) -> Library:
        with self._catalog.read() as db:
            library = find_inbox(db)
        if library is None:
            raise Forbidden(NO_INBOX)
        check_library(library)
        return library

    def _now(self, library: Library) -> Library:
        """Return a library's current state: what we decided by may be an hour old."""
        return self._library(library.id)

    def _library(self, library_id: int) -> Library:
        with self._catalog.read() as db:
            now = next((one for one in all_libraries(db) if one.id == library_id), None)
        if now is None:
            raise Conflict("Haven does not know this library any more.")
        return now

    def _twin(self, file: Path, size: int, compared: dict[tuple[int, int], bool]) -> int | None:
        """Return the original whose bytes a file has, if it is a picture or video that can be shown.

        `compared`: what was compared before, by row and modification time.
        """
        if not size:
            return None
        print_ = fingerprint(file, size)
        with self._catalog.read() as db:
            rows = db.execute(
                "SELECT o.id, o.mtime_ns, l.root, d.path, o.file, o.photo_id,"
                " p.shown OR EXISTS (SELECT 1 FROM hidden h WHERE h.photo_id = p.id)"
                f" FROM original o {LOCATED} LEFT JOIN photo p ON p.id = o.photo_id WHERE o.size = ? AND o.gone IS NULL"
                " AND l.gone IS NULL AND (o.fingerprint = ? AND o.kind IN ('image', 'raw', 'video') OR o.probed = 0)"
                " ORDER BY o.id",
                (size, print_),
            ).fetchall()
        for id_, mtime_ns, *place, photo_id, shown in rows:
            path = placed(*place)
            if (id_, mtime_ns) not in compared:
                try:
                    same = fingerprint(path, size) == print_ and fileops.are_same(path, file)
                except OSError:
                    same = False
                compared[id_, mtime_ns] = same
            if compared[id_, mtime_ns] and (shown if photo_id is not None else self._is_shown_now(id_)):
                return int(id_)
        return self._made_of(file)

    def _made_of(self, path: Path) -> int | None:
        """Return the original that a file was made of, to be shown in its place; None if none is there."""
        id_ = self._shown.original_of(path) if self._shown is not None else None
        with self._catalog.read() as db:
            there = "SELECT 1 FROM original WHERE id = ? AND gone IS NULL AND photo_id IS NOT NULL"
            return id_ if db.execute(there, (id_,)).fetchone() is not None else None

    def _is_shown_now(self, original_id: int) -> bool:
        """Look into a file that the indexer has not come to yet."""
        self._cataloguer.look(original_id)
        with self._catalog.read() as db:
            row = db.execute(
                "SELECT 1 FROM original o JOIN photo p ON p.id = o.photo_id WHERE o.id = ? AND p.shown = 1"
                " AND o.kind IN ('image', 'raw', 'video')",
                (original_id,),
            ).fetchone()
        return row is not None


def _check_name(place: DiskPlace) -> None:
    """Raise Forbidden if a walk would not show the file."""
    if RuleBook(place.library.root).skips(place.path, folder=False):
        raise Forbidden(
            "Haven ignores files with this name, or in this folder: the name begins with a dot or is one that programs"
            " leave behind, or a .havenignore or .nomedia excludes it."
        )
