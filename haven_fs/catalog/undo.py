"""Taking back what the owner said: the rows that a correction changed become what they were.

The newest goes first, so that what was said since is taken back before what it built on. A row that has changed again
since stays as it is now, and is counted. Taking back is a correction itself, and so can be taken back.
"""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haven_fs.catalog.brought import follow_brought
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.changes import OWNED, Change, take_back, take_changes
from haven_fs.catalog.corrections import GESTURE, hold, mark
from haven_fs.catalog.disktrouble import is_trouble
from haven_fs.catalog.facets import photos_named
from haven_fs.catalog.history import FOR_GOOD, KIND, Correction
from haven_fs.catalog.migrations import tables_of_facets
from haven_fs.catalog.settle import settle
from haven_fs.catalog.values import drop_empty_values
from haven_fs.errors import UserError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: how many corrections and rows, and how many rows stay, since they changed again."""

    corrections: int
    restored: int
    left: int


def undo(w: Writer, chosen: Sequence[Correction], now: float) -> Undone:
    """Take corrections back, the newest first; those that were are passed over, unless an undo among them goes first.

    So of all that was said since a moment, what was so at that moment is so again.

    `w` must be an owner's transaction, see Catalog.write. Raises UserError, and then the transaction must not be
    committed, if one of them is about tables of a plugin that is away or fails.
    """
    todo = sorted((one for one in chosen if one.act != FOR_GOOD), key=lambda one: -one.id)
    noted = {one.id: _changes_of(w.db, one) for one in todo}
    _check_owners(w, [change for changes in noted.values() for change in changes])
    done: list[Change] = []
    taken: list[int] = []
    left = 0
    for one in todo:
        if w.db.execute("SELECT undone FROM correction WHERE id = ?", (one.id,)).fetchone()[0] is not None:
            continue
        changed, not_changed = take_back(w.db, noted[one.id], w.seq)
        done += changed
        left += not_changed
        taken.append(one.id)
        mark(w.db, [one.id], now, now)
        hold(w.db, [one.id])
    if taken:
        follow(w, done)
        w.note_removal()
        w.correct(KIND, corrections=taken)
    return Undone(len(taken), len(done), left)


def void_gesture(w: Writer, concerns: Callable[[str, Mapping[str, Any]], bool]) -> list[Change]:
    """Take back what the same user has just said bit by bit, since what is said now means the whole of it.

    Programs that delete a folder delete what is in it first. `concerns` tells by its kind and data whether a correction
    is such a bit; the newest are asked first, as far back as each follows the next within a gesture. Return what was
    done to rows; the caller sees to it that everything shows that, and notes what is said now.
    """
    done: list[Change] = []
    last = time.time()
    query = "SELECT id, at, kind, data, changes, undone FROM correction WHERE by = ? ORDER BY id DESC"
    void: list[tuple[int, str]] = []
    for id_, at, kind, data, changes, undone in w.db.execute(query, (w.by,)):
        if last - at > GESTURE:
            break
        if concerns(kind, json.loads(data)):
            last = at
            if undone is None:
                void.append((id_, changes))
    for _, changes in void:
        done += take_back(w.db, json.loads(changes), w.seq)[0]
    w.void([id_ for id_, _ in void])
    take_changes(w.db)  # of no correction of their own: the one that is noted next says which are void
    return done


def _changes_of(db: sqlite3.Connection, correction: Correction) -> list[Change]:
    row = db.execute("SELECT changes FROM correction WHERE id = ?", (correction.id,)).fetchone()
    changes: list[Change] = json.loads(row[0])
    return changes


def _check_owners(w: Writer, changes: Iterable[Change]) -> None:
    """Raise UserError if a change is of a table that nobody here knows how to go on with."""
    lacking = {change["table"] for change in changes} - w.facets.owned.keys()
    if lacking:
        owners = tables_of_facets(w.db)
        named = ", ".join(sorted({f'"{owners.get(table, table)}"' for table in lacking}))
        raise UserError(
            f"This cannot be undone now: the plugin that keeps {named} is not installed, or could not be loaded."
            " Install or repair it (`haven plugins` lists all), then try again; `haven undo ID` undoes other changes."
            " Nothing was changed."
        )


def _written(db: sqlite3.Connection, changes: Iterable[Change]) -> set[int]:
    """Return the photos whose files were written under a name, or are so again: a folder lists another name."""
    sides = (side for one in changes if one["table"] == "alias" for side in (one["before"], one["after"]) if side)
    originals = json.dumps([side["original_id"] for side in sides if "original_id" in side])
    query = "SELECT photo_id FROM original WHERE id IN (SELECT value FROM json_each(?)) AND photo_id IS NOT NULL"
    return {photo_id for (photo_id,) in db.execute(query, (originals,))}


def follow(w: Writer, done: Sequence[Change]) -> None:
    """Have everything show what rows say that were brought back, or were done again. Raises UserError."""
    follow_brought(w, done)
    photo_ids = photos_named(change for change in done if change["table"] in OWNED) | _written(w.db, done)
    try:
        more, facets = w.facets.follow(w, done)
    except Exception as error:
        if is_trouble(error):
            raise
        logger.exception("A plugin failed to go on with what was taken back")
        raise UserError(
            f"This cannot be undone now: a plugin failed ({error}). The log says more. Nothing was changed."
        ) from error
    settle(w, photo_ids | more)
    for facet in facets:
        drop_empty_values(w.db, facet)
