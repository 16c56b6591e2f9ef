"""What the rest of Haven asks for renditions: is it there, and if not, when.

    wanted = renditions.wanted(db, original_id, "small")
    data = renditions.find(wanted) or renditions.ask(wanted).result()

Each is made once however many ask for it. A picture that cannot be decoded has a tile as its rendition, and that is
kept like any other; what cannot be read just now has none.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from haven_fs.catalog import Catalog
from haven_fs.catalog.findings import GUESSED
from haven_fs.catalog.schema import LOCATED
from haven_fs.catalog.spelling import etag
from haven_fs.config import Settings
from haven_fs.errors import Refused
from haven_fs.library.beneath import placed
from haven_fs.renditions.cache import Cache, Key
from haven_fs.renditions.given import Given
from haven_fs.renditions.makers import CRASHED, Makers
from haven_fs.renditions.orders import Box, Made, NotNow, Order, Said
from haven_fs.renditions.sizes import What

logger = logging.getLogger(__name__)

FILE = "renditions.sqlite"
_MEGABYTE = 1 << 20
_GUESSED = tuple(filter(None, GUESSED))

__all__ = ["Asked", "Box", "NotNow", "Renditions", "Wanted", "What"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One rendition of one state of an original: `key` and `tag` are those of the cache.

    `readable`: its picture could be read when it was indexed.
    """

    key: Key
    tag: str
    order: Order
    kind: str
    format: str
    readable: bool = True


def forget_parts(settings: Settings) -> None:
    """Forget all parts that were cut out of pictures of a data folder, since they may show who is to be forgotten."""
    path = Path(settings["data_dir"]) / FILE
    if path.exists():
        with closing(Cache(path, 1 << 62)) as cache:
            cache.drop_parts()
            cache.scrub()


def forget_gone(catalog: Catalog, settings: Settings) -> None:
    """Forget what was made of originals that are gone, and leave none of it in the file."""
    Given(catalog).drop_gone()
    path = Path(settings["data_dir"]) / FILE
    if path.exists():
        with closing(Cache(path, 1 << 62)) as cache:
            _drop_gone(catalog, cache)
            cache.scrub()


def _drop_gone(catalog: Catalog, cache: Cache) -> None:
    with catalog.read() as db:
        there = {row[0] for row in db.execute("SELECT id FROM original WHERE gone IS NULL")}
    cache.drop([id_ for id_ in cache.originals() if id_ not in there])


class Asked(Future[bytes]):
    """A rendition to be; `wanted` says which."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__()
        self.wanted = wanted


class Renditions:
    """The renditions of one catalog, kept in the data folder. Thread-safe."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self._catalog = catalog
        self._settings = settings
        self.cache = Cache(Path(settings["data_dir"]) / FILE, self._bound())
        processes = int(settings["renditions.workers"]) or max(1, (os.cpu_count() or 1) // 2)
        self._makers = Makers(processes)
        self.given = Given(catalog)
        self._asked: dict[tuple[Key, str], Asked] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the processes and close the cache."""
        self._makers.stop()
        self.cache.close()

    def keep(self, small_copies: Sequence[tuple[Key, str, bytes]]) -> None:
        """Keep pictures for grids that were made while indexing, each with its key and tag."""
        self.cache.put(small_copies)

    def fit(self) -> None:
        """Fit the bound to the libraries as they are now."""
        self.cache.most = self._bound()

    def tidy(self) -> None:
        """Fit the bound, and forget what was made of originals that are gone."""
        self.fit()
        _drop_gone(self._catalog, self.cache)
        self.given.drop_gone()

    def wanted(
        self,
        db: sqlite3.Connection,
        original_id: int,
        what: What,
        tag: str = "",
        length: int = 0,
        box: Box | None = None,
    ) -> Wanted | None:
        """Return what is to be asked for, None if there is no such original.

        `tag`: of its state and of what is said of its photo, if that is part of it. `length`: bytes that it must have.
        `box`: the part of it to cut out.
        """
        row = db.execute(
            "SELECT o.etag, o.kind, o.format, d.path, o.file, l.root, p.unreadable IS NULL,"
            # What is guessed is no camera's time.
            f" iif(p.taken_source IN {_GUESSED}, NULL, p.taken), p.taken_offset, p.latitude, p.longitude,"
            f" p.rating FROM original o {LOCATED} LEFT JOIN photo p ON p.id = o.photo_id"
            " WHERE o.id = ? AND o.gone IS NULL",
            (original_id,),
        ).fetchone()
        if row is None:
            return None
        state, kind, format_, below, file, root, readable, *said = row
        name = what if box is None else f"{what} {','.join(f'{side:.4f}' for side in box)}"
        order = Order(what, placed(root, below, file), length, Said(*said) if length else Said(), box)
        return Wanted((original_id, name), tag or state, order, kind, format_, bool(readable))

    def wanted_film(self, db: sqlite3.Connection, original_id: int, tag: str) -> tuple[Wanted, str] | None:
        """Return what to ask for a film's segments by, see `segment_of`, and its plan; None if there is none."""
        wanted = self.wanted(db, original_id, "film", tag)
        row = db.execute("SELECT film FROM original WHERE id = ?", (original_id,)).fetchone()
        return (wanted, row[0]) if wanted is not None and row[0] else None

    @staticmethod
    def segment_of(wanted: Wanted, film: str, segment: int) -> Wanted:
        """Return what is to be asked for a segment of a film."""
        order = replace(wanted.order, film=film, segment=segment)
        return replace(wanted, key=(wanted.key[0], f"film {segment}"), order=order)

    def find(self, wanted: Wanted) -> bytes | None:
        """Return a rendition if it has been made."""
        return self.cache.get(wanted.key, wanted.tag)

    def ask(self, wanted: Wanted) -> Asked:
        """Have a rendition made. Raises NotNow if too much is asked for; so does the future, if it cannot be read."""
        with self._lock:
            asked = self._asked.get((wanted.key, wanted.tag))
            if asked is not None:
                return asked
            future = Asked(wanted)
            self._asked[wanted.key, wanted.tag] = future
        try:
            self._make(wanted, future)
        except BaseException:
            self._forget(wanted)
            raise
        return future

    def _make(self, wanted: Wanted, future: Asked) -> None:
        made = self._makers.make(wanted.order, wanted.kind, wanted.format)
        made.add_done_callback(lambda done: self._done(wanted, done, future))

    def _done(self, wanted: Wanted, done: "Future[Made]", future: Asked) -> None:
        error = None if done.cancelled() else done.exception()
        if done.cancelled() or error is not None:
            try:
                if isinstance(error, NotNow) and (moved := self._moved(wanted)) is not None:
                    self._make(moved, future)
                    return
            except (NotNow, Refused, sqlite3.Error) as other:
                logger.debug("%s is not looked for where it may be now: %s", wanted.order.path, other)
            self._forget(wanted)
            future.set_exception(error or NotNow("Haven is stopping."))
            return
        made = done.result()
        if made.problem:
            logger.info("%s is shown as a tile: %s", wanted.order.path, made.problem)
        # A tile in place of what could be read before may come of a disk that fails, and is tried again.
        may_pass = made.problem not in (None, CRASHED) and wanted.readable
        if self._is_as_asked(wanted) and not may_pass:
            self.cache.put([(wanted.key, wanted.tag, made.data)])
            if wanted.order.length:
                self.given.note(wanted.key[0], made.data, len(made.data))
        self._forget(wanted)
        future.set_result(made.data)

    def _moved(self, wanted: Wanted) -> Wanted | None:
        """Return the same of a file that somebody has moved, or was moving, when it was read; None if nobody has."""
        with self._catalog.at_rest(), self._catalog.read() as db:
            row = db.execute(
                f"SELECT l.root, d.path, o.file FROM original o {LOCATED} WHERE o.id = ? AND o.gone IS NULL",
                (wanted.key[0],),
            ).fetchone()
        path = placed(*row) if row is not None else wanted.order.path
        return None if path == wanted.order.path else replace(wanted, order=replace(wanted.order, path=path))

    def _is_as_asked(self, wanted: Wanted) -> bool:
        """Tell whether a file is still what its catalog row says: of another picture nothing is kept."""
        try:
            status = wanted.order.path.lstat()
        except OSError:
            return False
        return wanted.tag.startswith(etag(status.st_size, status.st_mtime_ns))

    def _forget(self, wanted: Wanted) -> None:
        with self._lock:
            self._asked.pop((wanted.key, wanted.tag), None)

    def _bound(self) -> int:
        """Return how many bytes may be kept: a share of the libraries, or what is too little to mind."""
        with self._catalog.read() as db:
            total = db.execute("SELECT ifnull(sum(size), 0) FROM original WHERE gone IS NULL").fetchone()[0]
        share = int(total * self._settings["renditions.percent"] / 100)
        return max(share, int(self._settings["renditions.least_megabytes"]) * _MEGABYTE)
