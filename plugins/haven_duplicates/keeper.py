"""Keeps /Review/Duplicates up to date in the background: compares what is new, groups what changed, reads whole files.

While photos are analysed, it takes a small share of the time, so that groups appear as photos come; the rest is done
when nothing else is due. No folder is ever waited for, and a listing finds what was there a moment ago.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from haven_duplicates.analyzer import LookAnalyzer
from haven_duplicates.facet import drop_pairs, set_state, state
from haven_duplicates.grouping import note_changes, put_pairs, regroup
from haven_duplicates.whole import read_unchecked
from haven_fs import MADE, Catalog, Progress, Refused, Settings, UserError

if TYPE_CHECKING:
    from haven_duplicates.codeindex import CodeIndex
    from haven_duplicates.details import Details

logger = logging.getLogger(__name__)

_AT_ONCE = 32
"""Photos that are compared in one go."""
_FILLED_AT_ONCE = 1000
_BUDGET = 0.25
"""Seconds that it works on at a time while photos are analysed."""
_REST = 19.0
"""How many times as long as it worked it then rests: a twentieth of the time is its share."""
_COUNT_EVERY = 60.0
_OLD_SPACE = "look:1"
"""Where vectors of version 1 of the analyzer are; nothing reads them any more."""
_NOT_LOOKED_AT = (
    "SELECT (SELECT count(*) FROM photo WHERE shown = 1) - (SELECT count(*) FROM analysis a CROSS JOIN photo p"
    " ON p.id = a.photo_id WHERE a.analyzer = ? AND a.version = ? AND p.shown = 1)"
)


class CopyKeeper:
    """The follower that keeps groups of copies. One process, one thread at a time."""

    name = "duplicates"
    analyzers = frozenset({LookAnalyzer.name})

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(str(settings["data_dir"])) / MADE / "copies"
        self._index: CodeIndex | None = None
        self._not_before = 0.0
        self._tidied = False
        self._counted = (-1, float("-inf"))  # the catalog's clock then, and when that was

    def follow(self, catalog: Catalog, photo_ids: Collection[int]) -> None:
        """Compare and group for a moment, if that was not done just now."""
        began = time.monotonic()
        if began < self._not_before:
            return
        end = began + _BUDGET
        for _ in chain(self._compare(catalog, briefly=True), regroup(catalog, lambda: time.monotonic() < end)):
            if time.monotonic() > end:
                break
        self._count(catalog, every=_COUNT_EVERY)
        self._not_before = time.monotonic() + _REST * (time.monotonic() - began)

    def idle(self, catalog: Catalog, progress: Progress, stopped: Callable[[], bool]) -> None:
        """Do all that is to be done."""
        if not self._tidied:
            self._tidied = True
            _drop_old_vectors(catalog)
        note_changes(catalog)
        with catalog.read() as db:
            new = db.execute("SELECT count(*) FROM copy_details WHERE id > ?", (state(db, "compared"),)).fetchone()[0]
            due = db.execute("SELECT count(*) FROM copy_due").fetchone()[0]
        if new or due:
            progress.begin("Comparing photos", new + due)
            # By turns: what is in a group already is compared by its best photo alone.
            for done in chain.from_iterable(
                chain((compared,), regroup(catalog, lambda: not stopped()))
                for compared in chain(self._compare(catalog), (0,))
            ):
                progress.advance(done)
                if stopped():
                    break
            progress.end()
        if not stopped() and read_unchecked(catalog, progress, stopped):
            for _ in regroup(catalog, lambda: not stopped()):
                pass
        self._count(catalog)

    def rest(self) -> None:
        """Write what is new in the index, and let it go."""
        index, self._index = self._index, None
        if index is not None:
            try:
                index.close()
            except OSError as error:
                logger.warning("The index of copies could not be written, and is filled again: %s", error)

    def _compare(self, catalog: Catalog, *, briefly: bool = False) -> Iterator[int]:
        """Compare photos that have new details, and give how many were, slice by slice.

        `briefly`: leave what takes long to a time when nothing is due: filling the index, and merging its files.
        """
        from haven_duplicates.comparing import Comparer

        while True:
            with catalog.read() as db:
                index = self._filled(db, _FILLED_AT_ONCE if briefly else None)
                if index is None:
                    return
                rows = _details(db, state(db, "compared"), _AT_ONCE)
                if not rows:
                    return
                last, ids = rows[-1][0], [photo_id for _, photo_id, _ in rows]
                new = [(photo_id, details) for _, photo_id, details in rows if details is not None]
                if last > index.last:
                    index.add(last, new)
                pairs = Comparer(db).copies_of(new, index) if new else set()
            with catalog.write(quiet=True) as w:
                drop_pairs(w.db, ids)
                put_pairs(w, pairs)
                w.db.executemany("INSERT OR IGNORE INTO copy_due VALUES (?)", [(id_,) for id_ in ids])
                set_state(w.db, "compared", last)
            try:
                index.flush(merge=not briefly)
            except OSError as error:
                logger.warning("The index of copies cannot be written now: %s", error)
            yield len(rows)

    def _filled(self, db: sqlite3.Connection, most: int | None) -> "CodeIndex | None":
        """Return the index with all details that were compared; None if it lacks more than `most`."""
        from haven_duplicates.codeindex import CodeIndex

        compared = state(db, "compared")
        if self._index is None or not self._index.is_there():
            token = db.execute("SELECT value FROM copy_state WHERE key = 'token'").fetchone()[0]
            self._index = CodeIndex(self._folder, token)
            if self._index.last > db.execute("SELECT coalesce(max(id), 0) FROM copy_details").fetchone()[0]:
                self._index.forget()  # an older catalog was put back
        if most is not None and compared - self._index.last > most:
            return None
        while self._index.last < compared:
            rows = _details(db, self._index.last, _FILLED_AT_ONCE)
            if not rows:
                break
            self._index.add(rows[-1][0], [(photo_id, found) for _, photo_id, found in rows if found is not None])
            self._index.flush()
        return self._index

    def _count(self, catalog: Catalog, *, every: float = 0.0) -> None:
        """Keep how many photos nobody has looked at, for the text in the folder."""
        seq, at = self._counted
        if time.monotonic() - at < every:
            return
        with catalog.read() as db:
            now = int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
            self._counted = now, time.monotonic()
            if now == seq:
                return
            due = db.execute(_NOT_LOOKED_AT, (LookAnalyzer.name, LookAnalyzer.version)).fetchone()[0]
            if due == state(db, "due"):
                return
        with catalog.write() as w:
            set_state(w.db, "due", due)


def _drop_old_vectors(catalog: Catalog) -> None:
    try:
        catalog.vectors.store.drop(_OLD_SPACE)
    except (UserError, Refused) as error:
        logger.info("What version 1 compared photos by stays in the store of vectors: %s", error)


def _details(db: sqlite3.Connection, after: int, most: int) -> "list[tuple[int, int, Details | None]]":
    """Return number, photo and details of the next rows; None for what cannot be read."""
    from haven_duplicates.details import Details

    found: list[tuple[int, int, Details | None]] = []
    query = "SELECT id, photo_id, data FROM copy_details WHERE id > ? ORDER BY id LIMIT ?"
    for number, photo_id, data in db.execute(query, (after, most)):
        try:
            found.append((number, photo_id, Details.loads(data)))
        except ValueError as error:
            logger.warning("The details of photo %d cannot be read: %s", photo_id, error)
            found.append((number, photo_id, None))
    return found
