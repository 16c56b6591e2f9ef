"""One write transaction of the catalog, as it is handed to whoever writes: see `Catalog.write`."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from haven_fs.catalog.changes import watch_changes
from haven_fs.catalog.corrections import Act, erase_corrections, gesture_of, note_correction
from haven_fs.catalog.facets import Facets
from haven_fs.errors import Refused

logger = logging.getLogger(__name__)


class Writer:
    """One write transaction: its connection `db`, and `seq`, the clock's value for everything it changes.

    `act`: whose write it is, in which folder of the tree, and what it is part of. What an owner's transaction changes
    is noted, so that it can be taken back. `facets`: the plugins' parts of the catalog.
    """

    __slots__ = ("_act", "_gesture", "_undo", "_void", "corrected", "db", "facets", "removed", "seq")

    def __init__(self, db: sqlite3.Connection, seq: int, facets: Facets, act: Act, gesture: int | None = None) -> None:
        self.db = db
        self.seq = seq
        self.facets = facets
        self._act = act
        self._gesture = gesture
        self.removed = False
        self.corrected = False
        self._void: list[int] = []
        self._undo: list[Callable[[], object]] = []

    @property
    def by(self) -> str:
        """The user whose write it is, "" if nobody signed in or it is Haven's own."""
        return self._act.by

    @property
    def gesture(self) -> int | None:
        """The gesture that this is a part of, as far as anything was said; for a transaction that goes on with it."""
        return self._gesture

    def note_removal(self) -> None:
        """Say that something left a folder in this transaction, so that folders' modification times move on."""
        self.removed = True

    def undo_by(self, act: Callable[[], object]) -> None:
        """Have `act` put back what was done to a file just now, if this transaction is not committed after all.

        The last one is called first. What one raises is logged, and the others are called all the same.
        """
        self._undo.append(act)

    def undo(self) -> bool:
        """Put back what was done to files, and return whether anything was; for the catalog alone."""
        done = bool(self._undo)
        while self._undo:
            try:
                self._undo.pop()()
            except (OSError, Refused) as error:
                logger.error("What was done to a file could not be undone, and stays as it is: %s", error)
        return done

    def touch(self, photo_ids: Iterable[int]) -> None:
        """Say that photos show otherwise now, so that all folders they are in are new."""
        ids = json.dumps(list(photo_ids))
        self.db.execute("UPDATE photo SET seq = ? WHERE id IN (SELECT value FROM json_each(?))", (self.seq, ids))

    def correct(self, kind: str, photo_id: int | None = None, **data: Any) -> int:
        """Note what the owner says by what was changed since the last call; see haven_fs.catalog.corrections.

        `data`: plain values, among them those that the words for this kind name, see haven_fs.catalog.wording. Return
        the correction's id.
        """
        if not self.corrected:
            self.corrected = True
            self._gesture = self._gesture or gesture_of(self.db, self._act)
        if self._void:
            data["void"], self._void = self._void, []
        id_, self._gesture = note_correction(self.db, self._act, self._gesture, kind, photo_id, data)
        return id_

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what the block changes in a transaction of Haven's own, as if it were an owner's, for `correct`."""
        watch_changes(self.db, on=True)
        try:
            yield
        finally:
            watch_changes(self.db, on=False)

    def void(self, ids: Collection[int]) -> None:
        """Take corrections back without a word of their own: the next that is noted says that they are void."""
        query = "UPDATE correction SET undone = ? WHERE id IN (SELECT value FROM json_each(?))"
        self.db.execute(query, (time.time(), json.dumps(list(ids))))
        self._void += ids

    def erase_corrections(self, ids: Collection[int]) -> None:
        """Erase what the owner said, as if it never was; `Catalog.scrub` then takes it out of the record."""
        erase_corrections(self.db, ids)
