"""Bring the catalog's mirror in step with the disk: what is new, changed, moved, gone - and what is only away.

A disk that is not plugged in looks like a folder whose files were all deleted. So a root that is missing or empty, or
a walk that lost more than a tenth of a library, changes nothing: the library is marked away, its photos stay listed,
and the owner is told how to say that they really are deleted.
"""

import json
import logging
import os
import time
from collections.abc import Collection, Iterator

from haven_fs.catalog import Catalog
from haven_fs.catalog.disk import Mirror, Row, drop, note_ctimes
from haven_fs.catalog.exchange import Exchange
from haven_fs.catalog.identity import note_walk, take_up_former
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.respell import respell
from haven_fs.catalog.schema import LOCATED
from haven_fs.catalog.skipped import Counts, note_skipped
from haven_fs.catalog.stirred import tell_stirred
from haven_fs.library.beneath import placed
from haven_fs.library.ignore import RuleBook
from haven_fs.library.mounts import AWAY, Mounts
from haven_fs.library.seldom import Seldom
from haven_fs.library.text import as_text
from haven_fs.library.trouble import GONE
from haven_fs.library.walk import Listing, walk

logger = logging.getLogger(__name__)
_seldom = Seldom(logger)

FEW = 10
"""This many missing files are believed deleted however small the library is."""
_FILES_A_TRANSACTION = 2000


class Scan:
    """One look at a library's disk. `run` returns how many originals are new, changed, moved or gone.

    `robbed`: other libraries from which originals turned out to have come here, and which should be looked at now.
    """

    def __init__(self, catalog: Catalog, library: Library, *, accept_missing: bool = False) -> None:
        self.catalog = catalog
        self.library = library
        self.accept_missing = accept_missing
        self.robbed: set[int] = set()

    def run(self, only: Collection[str] | None = None) -> int:
        """Look at the whole library, or at the folders `only` (paths below the root) and new ones in them."""
        try:
            state = self.library.root.stat()
        except OSError:
            self._mark_away(GONE.format(self.library.root))
            return 0
        with self.catalog.write() as w:
            mirror, self._undone = Mirror(w, self.library.id), self.catalog.undone
        known = mirror.known_folders()
        listed: set[bytes] = set()
        protected: set[bytes] = set()
        gone: set[bytes] = set()
        closed: dict[str, str] = {}
        skipped: dict[bytes, Counts] = {}
        mounts = Mounts(self.library.root, state.st_dev, () if self.accept_missing else self.library.mounts)
        for folder in mounts.away:
            protected.add(os.fsencode(folder))
            closed[as_text(folder)] = AWAY
        for listings in _in_batches(self._listings(only, known)):
            if reason := next((listing.error for listing in listings if not listing.path), None):
                self._mark_away(f"The folder {self.library.root} cannot be read: {reason}.")
                return 0
            with self.catalog.write() as w:
                for listing in listings:
                    path = os.fsencode(listing.path)
                    if mirror.is_newer(w, path) or self._was_fooled():
                        (listing,) = walk(self.library.root, only={listing.path})
                    if listing.path in mounts.away:
                        continue
                    skipped[path] = listing.skipped
                    if listing.error:
                        kind, at = (self.library.root, listing.error), self.library.root / listing.path
                        _seldom.say(kind, "%s cannot be listed: %s", at, listing.error)
                        protected.add(path)
                        closed[as_text(listing.path)] = listing.error
                    elif listing.gone:
                        gone.add(path)
                    else:
                        listed.add(path)
                        mounts.note(listing)
                        mirror.put(w, path, listing.files)
                        if only is not None:
                            children = {
                                path + b"/" + os.fsencode(f) if path else os.fsencode(f) for f in listing.folders
                            }
                            gone |= {p for p in known if p and _parent(p) == path and p not in children}
        if only is None:
            gone = {path for path in known - listed if not _is_below(path, protected)}
        else:
            gone = {path for path in known if _is_below(path, gone) and not _is_below(path, protected)}
        with self.catalog.write() as w:
            mirror.miss_folders(w, gone)
        if only is None:
            self._note_closed(closed, mounts.found | mounts.away)
        note_skipped(self.catalog, self.library.id, skipped, whole=only is None)
        return self._conclude(mirror, gone, state, whole=only is None)

    def _listings(self, only: Collection[str] | None, known: set[bytes]) -> Iterator[Listing]:
        if only is None:
            yield from walk(self.library.root)
            return
        # A folder that is new to the catalog was not announced with all that is in it.
        todo, done = set(only), set[str]()
        while todo:
            found: set[str] = set()
            for listing in walk(self.library.root, only=todo):
                yield listing
                paths = (f"{listing.path}/{name}" if listing.path else name for name in listing.folders)
                found.update(path for path in paths if os.fsencode(path) not in known)
            done |= todo
            todo = found - done

    def _conclude(self, mirror: Mirror, gone: set[bytes], state: os.stat_result, *, whole: bool) -> int:
        found, device, inode = mirror.found, state.st_dev, state.st_ino
        root = os.fsencode(self.library.root)
        untouched = tell_stirred(self.catalog, root, found)
        exchange = Exchange(self.library.id, root, found, whole=whole)
        exchange.read(self.catalog)
        with self.catalog.write() as w:
            if found.new:
                note_walk(w)
            note_ctimes(w, untouched)
            missing = [row for row in found.missing if mirror.is_as_walked(w, row.id)]
            gone = {path for path in gone if not mirror.is_newer(w, path)}
            if self._was_fooled():
                missing = [row for row in missing if not self._is_there(row.path)]
                gone = {path for path in gone if not self._is_there(path)}
            total = w.db.execute(
                f"SELECT count(*) FROM original o {LOCATED} WHERE l.id = ? AND o.gone IS NULL",
                (self.library.id,),
            ).fetchone()[0]
            # A mount point without its disk is not the folder that the disk had there.
            is_elsewhere = len(missing) == total and self.library.inode != inode
            doubtful = bool(missing) and (is_elsewhere or self.library.device not in (None, device))
            moved = exchange.resolve(w, missing, mirror.is_as_walked, doubtful=doubtful)
            missing = [row for row in missing if row.id not in moved]
            left = self._left_out(missing)
            total -= len(moved) + left
            away = None if self.accept_missing else self._away(len(missing) - left, total, device)
            if away is None:
                still = take_up_former(w, [row.id for row in missing])
                drop(w, [row for row in missing if row.id not in still])
                parents = mirror.drop_folders(w, gone)
                respell(w, parents | {row.dir_id for row in found.missing})
        # A look at a few folders may find that much is missing, but not that all is there again.
        if whole or (away and not self.library.away):
            with self.catalog.write(quiet=True) as w:
                w.db.execute(
                    "UPDATE library SET away = ?1, missing = ?, device = iif(?1 IS NULL, ?, device),"
                    " inode = iif(?1 IS NULL, ?, inode), walked = iif(?, ?, walked) WHERE id = ?",
                    (
                        away,
                        len(missing) if away else 0,
                        device,
                        inode,
                        whole,
                        time.time(),
                        self.library.id,
                    ),
                )
        if away and away != self.library.away:
            logger.warning("%s", away)
        self.robbed = exchange.others - {self.library.id}
        return len(found.new) + len(found.changed) + (0 if away else len(missing))

    def _left_out(self, missing: list[Row]) -> int:
        """Return how many files are missing since they are skipped now, by a rule or the owner's word: not gone."""
        if not missing:
            return 0
        book = RuleBook(self.library.root)
        return sum(book.skips(os.fsdecode(row.path), folder=False) for row in missing)

    def _was_fooled(self) -> bool:
        """Tell whether what the disk showed may have been undone since: no row tells."""
        return self.catalog.undone != self._undone

    def _is_there(self, path: bytes) -> bool:
        try:
            return placed(os.fsencode(self.library.root), path).exists(follow_symlinks=False)
        except OSError:
            return True  # as far as anyone can tell

    def _away(self, missing: int, total: int, device: int) -> str | None:
        """Return why missing files are not believed deleted, in words, or None if they are."""
        if not missing:
            return None
        root = as_text(str(self.library.root))
        hint = f"If you deleted them, run: haven index --accept-missing {root!r}"
        if missing == total:
            return f"{root} is empty, but it used to hold {total} files. Is its disk connected? {hint}"
        # Network disks, USB disks and some file systems get another device number with each mount: little by itself.
        if self.library.device not in (None, device) and missing * 2 > total:
            return (
                f"{missing} of {total} files are missing from {root}, which is on a different disk than before. {hint}"
            )
        if missing > FEW and missing * 10 > total:
            return f"{missing} of {total} files are missing from {root}. {hint}"
        return None

    def _mark_away(self, reason: str) -> None:
        reason = as_text(reason)
        if reason != self.library.away:
            logger.warning("%s", reason)
        with self.catalog.write(quiet=True) as w:
            w.db.execute("UPDATE library SET away = ?, walked = ? WHERE id = ?", (reason, time.time(), self.library.id))

    def _note_closed(self, closed: dict[str, str], mounts: set[str]) -> None:
        """Note which folders a whole walk could not list, and why, for who asks what cannot be read; and `mounts`."""
        noted = json.dumps(sorted(closed.items())), json.dumps(sorted(mounts))
        with self.catalog.write(quiet=True) as w:
            query = "UPDATE library SET closed = ?, mounts = ? WHERE id = ? AND (closed <> ?1 OR mounts <> ?2)"
            w.db.execute(query, (*noted, self.library.id))


def _parent(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]


def _is_below(path: bytes, tops: set[bytes]) -> bool:
    """Tell whether `path` is one of `tops` or lies under one."""
    if not tops:
        return False
    while path not in tops:
        if not path:
            return False
        path = _parent(path)
    return True


def _in_batches(listings: Iterator[Listing]) -> Iterator[list[Listing]]:
    """Group listings so that a transaction covers many small folders, and the first comes at once."""
    batch: list[Listing] = []
    files = 0
    for listing in listings:
        batch.append(listing)
        files += len(listing.files) + 1
        if files >= _FILES_A_TRANSACTION:
            yield batch
            batch, files = [], 0
    if batch:
        yield batch
