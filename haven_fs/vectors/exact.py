"""Exact search: the question against every vector, or every vector of the photos asked for, with numpy.

Vectors stay float16 on the disk, mapped, and become float32 a few hundred at a time, so that a library of any size
takes a few megabytes of memory of its own. What the mapped copy does not have yet is read from the database, in the
same read transaction that says which rows there are: every search sees one state.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from haven_fs.vectors.database import Broken, Database
from haven_fs.vectors.kinds import Hits
from haven_fs.vectors.rowcopy import COPY_EVERY, HEADER_BYTES, Numbering, RowCopy, numbering, removed_rows, stored_rows

logger = logging.getLogger(__name__)

_ROWS_AT_ONCE = 512
_MOST = 0.5
"""The share of rows from which reading all in their order is faster than picking the wanted ones."""
_SAMPLES = 16

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Halves = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The rows of a space at one `seq`: each one's photo (-1: removed), and how to get from photos to their rows.

    `photos` are sorted; the rows of photo n are order[starts[n]:starts[n + 1]]. `mapped`: the first rows' vectors.
    """

    space: Numbering
    seq: int
    ids: Ints
    mapped: Halves
    photos: Ints
    starts: Ints
    order: Ints


class ExactSearch:
    """Searches the spaces of one store. Thread-safe: views are replaced, never changed.

    `repair(space, damaged)` is called when the mapped copy of a space is far behind or `damaged`, outside of any
    transaction; None if this process may not write.
    """

    def __init__(self, database: Database, folder: Path, repair: Callable[[str, bool], None] | None) -> None:
        self._database = database
        self._folder = folder
        self._repair = repair
        self._views: dict[str, _View] = {}
        self._distrusted: set[str] = set()

    def search(
        self,
        name: str,
        query: Floats,
        *,
        within: Ints | None = None,
        count: int | None = None,
        least: float | None = None,
    ) -> Hits:
        """Search as VectorStore.search says."""
        self._see_to_copy(name)
        with self._seeing(name) as (db, view):
            if db is None or view is None:
                return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
            question = np.ascontiguousarray(query, np.float32)
            if question.shape != (view.space.dim,) or not np.isfinite(question).all():
                raise ValueError(f"{name} has vectors of {view.space.dim} numbers, the question {question.shape}")
            chosen = None if within is None else _places(view.photos, np.asarray(within, np.int64))
            best = _best(view, _scores(db, view, question, chosen), chosen)
        return _ranked(view.photos if chosen is None else view.photos[chosen], best, count, least)

    def rescore(
        self, name: str, query: Floats, rows: Ints, count: int, *, token: str, beyond: int
    ) -> tuple[Hits, int] | None:
        """Score the photos of `rows` and of all rows from `beyond` on; also tell how many photos the former were.

        None if the rows are not of the numbering `token`.
        """
        with self._seeing(name) as (db, view):
            if db is None or view is None or view.space.token != token:
                return None
            found = np.unique(view.ids[rows[rows < beyond]])
            found = found[found >= 0]
            chosen = _places(view.photos, np.concatenate([found, view.ids[beyond:]]))
            best = _best(view, _scores(db, view, np.ascontiguousarray(query, np.float32), chosen), chosen)
        return _ranked(view.photos[chosen], best, count, None), len(found)

    def compare(self, name: str, queries: Floats, photo_ids: Ints) -> Floats:
        """Compare as VectorStore.compare says."""
        self._see_to_copy(name)
        found = np.full((len(queries), len(photo_ids)), np.nan, np.float32)
        with self._seeing(name) as (db, view):
            if db is None or view is None or not len(photo_ids):
                return found
            wanted = np.asarray(photo_ids, np.int64)
            chosen = _places(view.photos, wanted)
            scores = _scores(db, view, np.asfortranarray(queries.T, np.float32), chosen)
            rows = _best_rows(view, scores[:, 0], chosen)
            places = np.searchsorted(view.photos[chosen], wanted)
            places[places == len(chosen)] = 0
            there = view.photos[chosen][places] == wanted if len(chosen) else np.zeros(len(wanted), np.bool_)
            found[:, there] = scores[rows[places[there]]].T
        return found

    def matrix(self, name: str) -> tuple[Ints, Halves]:
        """Return what VectorStore.matrix does."""
        self._see_to_copy(name)
        with self._seeing(name) as (db, view):
            if db is None or view is None:
                return np.empty(0, np.int64), np.empty((0, 0), np.float16)
            vectors = view.mapped
            if len(vectors) < view.space.rows:
                vectors = np.zeros((view.space.rows, view.space.dim), np.float16)
                vectors[: len(view.mapped)] = view.mapped
                for rows, some in _beyond(db, view):
                    vectors[rows] = some
        return view.ids, vectors

    def _see_to_copy(self, name: str) -> None:
        if self._repair is not None:
            with self._seeing(name) as (_, view):
                damaged = view is not None and view.space.token in self._distrusted
                due = view is not None and view.space.rows - len(view.mapped) >= COPY_EVERY
            if due:
                self._repair(name, damaged)

    @contextmanager
    def _seeing(self, name: str) -> Iterator[tuple[sqlite3.Connection, _View] | tuple[None, None]]:
        """Give a read transaction and the space as it is in it; nothing if there is no such space."""
        with self._database.read() as db:
            space = numbering(db, name) if db else None
            if db is None or space is None:
                self._views.pop(name, None)
                yield None, None
            else:
                yield db, self._view(db, space)

    def _view(self, db: sqlite3.Connection, space: Numbering) -> _View:
        seq = int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
        old = self._views.get(space.name)
        if old is not None and (old.space.token != space.token or old.seq > seq):
            old = None
        if old is None:
            _check_width(db, space)
        mapped = self._mapped(db, space, old)
        if old is not None and old.seq == seq and len(mapped) == len(old.mapped):
            return old
        ids = _ids(db, space, old, RowCopy(self._folder, space).photo_ids(len(mapped)))
        if old is not None and ids is old.ids:
            view = replace(old, space=space, seq=seq, mapped=mapped)
        else:
            ids.flags.writeable = False
            live = np.flatnonzero(ids >= 0)
            order = live[np.argsort(ids[live], kind="stable")]
            photos, starts = np.unique(ids[order], return_index=True)
            view = _View(space, seq, ids, mapped, photos, np.append(starts, len(order)), order)
        self._views[space.name] = view
        return view

    def _mapped(self, db: sqlite3.Connection, space: Numbering, old: _View | None) -> Halves:
        copy = RowCopy(self._folder, space)
        whole = min(copy.whole(), space.rows)
        if old is not None and len(old.mapped) == whole:
            return old.mapped
        if whole and space.token not in self._distrusted:
            try:
                mapped = np.memmap(copy.vectors, "<f2", "r", HEADER_BYTES, (whole, space.dim))
                if _agrees(db, space, mapped, np.frombuffer(copy.photo_ids(whole), "<i8")):
                    return np.asarray(mapped)
            except (OSError, ValueError) as error:
                logger.debug("%s: %s", copy.vectors, error)
            logger.warning("The fast copy of the vectors %s is damaged and will not be used", space.name)
            self._distrusted.add(space.token)
        return np.empty((0, space.dim), np.float16)


def _check_width(db: sqlite3.Connection, space: Numbering) -> None:
    query = "SELECT length(data) FROM vector WHERE id >= ? AND id < ? LIMIT 1"
    row = db.execute(query, (space.base, space.base + space.rows)).fetchone()
    if row is not None and row[0] != space.dim * 2:
        raise Broken(f"the vectors of {space.name} are not as long as it says")


def _agrees(db: sqlite3.Connection, space: Numbering, mapped: Halves, ids: Ints) -> bool:
    """Tell whether some rows of the copy are what the database says."""
    for row in np.unique(np.linspace(0, len(mapped) - 1, _SAMPLES).astype(int)).tolist():
        stored = db.execute("SELECT photo_id, data FROM vector WHERE id = ?", (space.base + row,)).fetchone()
        if stored is not None and stored != (int(ids[row]), mapped[row].tobytes()):
            return False
    return True


def _ids(db: sqlite3.Connection, space: Numbering, old: _View | None, copied: bytes) -> Ints:
    """Return every row's photo id, -1 if it was removed: the old ones brought up to date, or `copied` ones."""
    known = np.frombuffer(copied, "<i8") if old is None else old.ids
    since = 0 if old is None else old.seq
    end = space.base + space.rows
    added = db.execute(
        "SELECT id, photo_id FROM vector WHERE id >= ? AND id < ?", (space.base + len(known), end)
    ).fetchall()
    gone = removed_rows(db, space, since, space.rows)
    if old is not None and not gone and len(known) == space.rows:
        return known
    ids = np.full(space.rows, -1, np.int64)
    ids[: len(known)] = known
    if added:
        rows, photos = np.array(added, np.int64).T
        ids[rows - space.base] = photos
    if gone:
        ids[gone] = -1
    return ids


def _places(photos: Ints, wanted: Ints) -> Ints:
    """Return where in sorted `photos` the wanted ones are, each once; those that are not there are left out."""
    if not len(photos):
        return np.empty(0, np.int64)
    wanted = np.unique(wanted)
    places = np.searchsorted(photos, wanted)
    places[places == len(photos)] = 0
    found: Ints = places[photos[places] == wanted]
    return found


def _rows_of(view: _View, chosen: Ints) -> Ints:
    """Return the rows of some photos, photo by photo."""
    lengths = view.starts[chosen + 1] - view.starts[chosen]
    before = np.cumsum(lengths) - lengths
    rows: Ints = view.order[np.arange(lengths.sum()) + np.repeat(view.starts[chosen] - before, lengths)]
    return rows


def _best(view: _View, scores: Floats, chosen: Ints | None) -> Floats:
    """Return the best score of every photo, or of every chosen one."""
    if chosen is None:
        rows, starts = view.order, view.starts[:-1]
    else:
        rows = _rows_of(view, chosen)
        lengths = view.starts[chosen + 1] - view.starts[chosen]
        starts = np.cumsum(lengths) - lengths
    if not len(rows):
        return np.empty(0, np.float32)
    best: Floats = np.maximum.reduceat(scores[rows], starts)
    return best


def _best_rows(view: _View, scores: Floats, chosen: Ints) -> Ints:
    """Return the row of every chosen photo that has its best score."""
    rows = _rows_of(view, chosen)
    lengths = view.starts[chosen + 1] - view.starts[chosen]
    order = np.lexsort((-scores[rows], np.repeat(np.arange(len(chosen)), lengths)))
    best: Ints = rows[order[np.cumsum(lengths) - lengths]]
    return best


def _beyond(db: sqlite3.Connection, view: _View) -> Iterator[tuple[Ints, Halves]]:
    """Give the rows that the mapped copy does not have, and their vectors."""
    for some in stored_rows(db, view.space, len(view.mapped)):
        vectors = np.frombuffer(b"".join(data for _, _, data in some), "<f2").reshape(len(some), view.space.dim)
        yield np.array([row for row, _, _ in some]), vectors


def _scores(db: sqlite3.Connection, view: _View, question: Floats, chosen: Ints | None) -> Floats:
    """Return the score of every row, at least those of the chosen photos; of others it may be anything.

    `question`: (dim,), or several as (dim, n); then every row has n scores.
    """
    scores = np.zeros((view.space.rows, *question.shape[1:]), np.float32)
    dot = _Dot(question)
    whole = len(view.mapped)
    rows = None if chosen is None else _rows_of(view, chosen)
    if rows is None or len(rows) > view.space.rows * _MOST:
        for start in range(0, whole, _ROWS_AT_ONCE):
            block = view.mapped[start : start + _ROWS_AT_ONCE]
            scores[start : start + len(block)] = dot(block)
    else:
        rows = np.sort(rows[rows < whole])  # in the order in which they lie on the disk
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            scores[some] = dot(view.mapped[some])
    for beyond, vectors in _beyond(db, view):
        for start in range(0, len(beyond), _ROWS_AT_ONCE):
            piece = slice(start, start + _ROWS_AT_ONCE)
            scores[beyond[piece]] = dot(vectors[piece])
    return scores


class _Dot:
    """Scalar products of float16 vectors with one question or several, computed in float32.

    numpy turns float16 into float32 at 400 million numbers a second, which takes ten times as long as the products. The
    bits of a float16, moved up by 13, are those of a float32 that is 2 ** 112 times too small; that is made up for in
    the question. All of it is exact, and four times as fast.
    """

    def __init__(self, question: Floats) -> None:
        self._question = question * np.float32(2.0**112)
        self._wide = np.zeros((_ROWS_AT_ONCE, len(question)), np.int32)

    def __call__(self, vectors: Halves) -> Floats:
        wide = self._wide[: len(vectors)]
        np.left_shift(vectors.view("<i2"), np.int32(13), out=wide, dtype=np.int32)
        np.bitwise_and(wide, np.int32(-0x70002000), out=wide)  # sign, 5 bits of exponent, 10 of mantissa
        # All of them, whatever is left in the others: the last bit of a sum depends on the shape of what is multiplied,
        # and a vector's score should not depend on which others it was compared with.
        floats, question = self._wide.view(np.float32), self._question
        if question.ndim == 1:
            products: Floats = floats @ question
        else:  # one by one, while the vectors are in the cache: a product of matrices waits for its threads longer
            products = np.stack([floats @ one for one in question.T], axis=1)
        return products[: len(vectors)]


def _ranked(photos: Ints, best: Floats, count: int | None, least: float | None) -> Hits:
    if least is not None:
        good = best >= least
        photos, best = photos[good], best[good]
    if count is not None and 0 < count < len(best):
        good = best >= np.partition(best, -count)[-count]
        photos, best = photos[good], best[good]
    order = np.argsort(-best, kind="stable")[: None if count is None else max(count, 0)]
    return Hits(photos[order], best[order])
