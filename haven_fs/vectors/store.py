"""The vector store: every vector Haven has computed, in one SQLite file that is the truth, and exact search over it.

One process writes, under the lock of the data folder; any number of threads and processes read at the same time, each
search seeing one state. A killed process loses nothing it had committed. numpy is imported at the first search, and
nothing is made on disk before the first vector is put.
"""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from haven_fs.errors import Refused, Unavailable, UserError
from haven_fs.vectors.database import Broken, Database
from haven_fs.vectors.edits import Edit, as_json
from haven_fs.vectors.kinds import Hits, SpaceInfo, Vector
from haven_fs.vectors.rowcopy import COPY_EVERY, Numbering, RowCopy, numbering, tidy

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from haven_fs.vectors.exact import ExactSearch

logger = logging.getLogger(__name__)

_GAPS, _FEW = 0.3, 1000
"""The share of removed rows, and their number, above which the others move together."""
_MEMOS = 4096


class VectorStore:
    """The vectors in `folder`. Thread-safe. Raises UserError if they are a newer Haven's; see also Database.

    The caller of `put` and its like holds the lock of the data folder; with `readonly` only reading is possible.
    """

    def __init__(self, folder: Path, *, readonly: bool = False) -> None:
        self.folder = folder
        self.readonly = readonly
        self._database = Database(folder / "vectors.sqlite", readonly=readonly)
        self._exact: ExactSearch | None = None
        if not readonly:
            try:
                self._check_copies()
            except Unavailable:
                if self._database.path.exists():
                    raise
                self._check_copies()  # of a file that was damaged, and is gone

    def put(self, space: str, vectors: Iterable[Vector]) -> None:
        """Store vectors; of each photo named, they replace all it had in this space. One transaction.

        Raises UserError if their length is not that of the space's others or the disk is full, ValueError if data is
        no float16 vector of unit length or a photo has a part twice.
        """
        self.put_many([(space, list(vectors))])

    def put_many(self, items: Iterable[tuple[str, Sequence[Vector]]]) -> None:
        """Do as `put` does, for several spaces in one transaction."""
        spaces: dict[str, list[Vector]] = {}
        for space, vectors in items:
            if vectors:
                spaces.setdefault(space, []).extend(vectors)
        if not spaces:
            return
        with self._database.write() as db:
            edit = Edit(db)
            for space, vectors in spaces.items():
                edit.put(space, vectors)
        for space in spaces:
            self._keep_up(space)

    def remove(self, space: str, photo_ids: Iterable[int]) -> None:
        """Forget photos in one space; those that are not in it do no harm."""
        if self.numbering(space) is None:
            return
        with self._database.write() as db:
            Edit(db).remove(space, photo_ids)
        self._keep_up(space)

    def drop(self, space: str) -> None:
        """Forget a whole space and give its room on the disk back."""
        if self.numbering(space) is None:
            return
        with self._database.write() as db:
            was = Edit(db).drop(space)
        if was is not None:
            RowCopy(self.folder, was).discard()
            self._database.vacuum()

    def scrub(self) -> None:
        """Leave nothing on the disk of what was removed: the database is rewritten, the copies are made anew."""
        for space in self.spaces():
            with self._database.write() as db:
                was = Edit(db).close_gaps(space)
            if was is not None:
                RowCopy(self.folder, was).discard()
            self._keep_up(space, least=1)
        if self.spaces() or self._database.path.exists():
            self._database.rewrite()

    @property
    def seq(self) -> int:
        """A number that moves on with every change, also over restarts; 0 while nothing was ever put."""
        with self._database.read() as db:
            return int(db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0]) if db else 0

    @property
    def born(self) -> int:
        """A number that another file of vectors does not have, 0 while nothing was ever put."""
        with self._database.read() as db:
            row = db.execute("SELECT value FROM state WHERE key = 'born'").fetchone() if db else None
            return int(row[0]) if row else 0

    def spaces(self) -> dict[str, SpaceInfo]:
        """Return every space there is by its name."""
        with self._database.read() as db:
            rows = db.execute("SELECT name, dim, photos, rows - dead FROM space ORDER BY name") if db else ()
            return {name: SpaceInfo(*info) for name, *info in rows}

    def has(self, space: str, photo_ids: Iterable[int]) -> set[int]:
        """Return which of the photos have vectors in this space."""
        with self._database.read() as db:
            if db is None or (found := numbering(db, space)) is None:
                return set()
            query = "SELECT photo_id FROM vector WHERE space_id = ? AND photo_id IN (SELECT value FROM json_each(?))"
            return {photo_id for (photo_id,) in db.execute(query, (found.id, as_json(photo_ids)))}

    def get(self, space: str, photo_id: int) -> "npt.NDArray[np.float32]":
        """Return a photo's vectors, (parts, dim), in the order of their parts; no rows if it has none."""
        import numpy as np

        with self._database.read() as db:
            if db is None or (found := numbering(db, space)) is None:
                return np.empty((0, 0), np.float32)
            query = "SELECT data FROM vector WHERE space_id = ? AND photo_id = ? ORDER BY part"
            data = b"".join(data for (data,) in db.execute(query, (found.id, photo_id)))
        return np.frombuffer(data, "<f2").astype(np.float32).reshape(-1, found.dim)

    def search(
        self,
        space: str,
        query: "npt.NDArray[np.float32]",
        *,
        within: "npt.NDArray[np.int64] | None" = None,
        count: int | None = None,
        least: float | None = None,
    ) -> Hits:
        """Return the photos nearest to `query`, (dim,), compared with every vector there is: exact.

        `within`: only these photos. `count`: at most so many. `least`: only scores from there on. A space that is not
        there has no photos. Raises ValueError if the query has another dimension than the space or is not finite.
        """
        return self._searching().search(space, query, within=within, count=count, least=least)

    def compare(
        self, space: str, queries: "npt.NDArray[np.float32]", photo_ids: "npt.NDArray[np.int64]"
    ) -> "npt.NDArray[np.float32]":
        """Return the scores of photos for several `queries`, (n, dim), in one go: (n, photos), NaN of those not there.

        A photo of several parts has the scores of the one that is nearest to the first query.
        """
        return self._searching().compare(space, queries, photo_ids)

    def matrix(self, space: str) -> "tuple[npt.NDArray[np.int64], npt.NDArray[np.float16]]":
        """Return the photo id of every row, and the vectors, (rows, dim), mapped from the disk.

        A row that was removed has the photo id -1. Neither array may be written to.
        """
        self._keep_up(space, least=1)
        return self._searching().matrix(space)

    def gather(self, space: str, keys: "npt.NDArray[np.int64]") -> "npt.NDArray[np.float16]":
        """Return the vectors of these photos and parts, (keys, dim); of those that are not there, zeros.

        `keys`: (n, 2), a photo id and a part each.
        """
        import numpy as np

        with self._database.read() as db:
            if db is None or (found := numbering(db, space)) is None:
                return np.zeros((len(keys), 0), np.float16)
            vectors = np.zeros((len(keys), found.dim), "<f2")
            query = "SELECT data FROM vector WHERE space_id = ? AND photo_id = ? AND part = ?"
            for row, (photo_id, part) in enumerate(keys.tolist()):
                one = db.execute(query, (found.id, photo_id, part)).fetchone()
                if one:
                    if len(one[0]) != found.dim * 2:
                        raise Broken(f"the vectors of {space} are not as long as it says")
                    vectors[row] = np.frombuffer(one[0], "<f2")
        return vectors

    def _searching(self) -> "ExactSearch":
        if self._exact is None:
            from haven_fs.vectors.exact import ExactSearch

            self._exact = ExactSearch(self._database, self.folder, None if self.readonly else self._repair)
        return self._exact

    def _repair(self, space: str, damaged: bool) -> None:
        if damaged:
            with self._database.write() as db:
                was = Edit(db).renumber(space)
            if was is not None:
                RowCopy(self.folder, was).discard()
        self._keep_up(space)

    def numbering(self, space: str) -> Numbering | None:
        """Return how the rows of a space are numbered now, None if there is no such space."""
        with self._database.read() as db:
            return numbering(db, space) if db else None

    def rescore(
        self,
        space: str,
        query: "npt.NDArray[np.float32]",
        rows: "npt.NDArray[np.int64]",
        count: int,
        *,
        token: str,
        beyond: int,
    ) -> tuple[Hits, int] | None:
        """Return the best photos among those of some rows and of all from the row `beyond` on, scored as by `search`.

        With it, how many photos the former were. None if the rows are not of the numbering `token`.
        """
        return self._searching().rescore(space, query, rows, count, token=token, beyond=beyond)

    def recall(self, key: str) -> bytes | None:
        """Return what was last remembered under a key, None if it never was or was long ago."""
        with self._database.read() as db:
            row = db.execute("SELECT data FROM memo WHERE key = ?", (key,)).fetchone() if db else None
            return bytes(row[0]) if row else None

    def remember(self, key: str, data: bytes) -> None:
        """Keep some bytes, such as a text's embedding, among the last 4,096; if that is not possible, do without."""
        if self.readonly:
            return
        try:
            with self._database.write() as db:
                db.execute("INSERT OR REPLACE INTO memo (key, data) VALUES (?, ?)", (key, data))
                db.execute("DELETE FROM memo WHERE id <= (SELECT max(id) FROM memo) - ?", (_MEMOS,))
        except (UserError, Refused) as error:
            logger.info("%s is not remembered: %s", key, error)

    def _check_copies(self) -> None:
        """Distrust copies that have more rows than the database, in whose place an older one was put back."""
        with self._database.read() as db:
            names = [name for (name,) in db.execute("SELECT name FROM space")] if db else []
            spaces = [found for name in names if db and (found := numbering(db, name))]
        tokens = set()
        for space in spaces:
            if RowCopy(self.folder, space).whole() > space.rows:
                with self._database.write() as db:
                    Edit(db).renumber(space.name)
            else:
                tokens.add(space.token)
        tidy(self.folder, tokens)

    def _keep_up(self, space: str, *, least: int = COPY_EVERY) -> None:
        """Move rows together if too many are removed, and bring the mapped copy up if it is `least` rows behind."""
        if self.readonly:
            return
        with self._database.lock:
            with self._database.read() as db:
                found = numbering(db, space) if db else None
            if found is not None and found.dead > max(_FEW, found.rows * _GAPS):
                with self._database.write() as db:
                    was = Edit(db).close_gaps(space)
                if was is not None:
                    RowCopy(self.folder, was).discard()
            with self._database.read() as db:
                found = numbering(db, space) if db else None
                if db is None or found is None:
                    return
                copy = RowCopy(self.folder, found)
                try:
                    if found.rows - copy.whole() >= least:
                        copy.extend(db, found)
                except OSError as error:  # searches take from the database what it lacks
                    logger.warning("The fast copy of the vectors %s cannot be written: %s", space, error)

    def close(self) -> None:
        """Bring the copies up to date and close everything; no thread may be using the store."""
        if not self.readonly:
            for space in self.spaces():
                self._keep_up(space, least=1)
        self._exact = None
        self._database.close()

    def __enter__(self) -> "VectorStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
