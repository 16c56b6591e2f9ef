"""Brings the catalog up to date with the libraries: walk, look into what is new, ask the analyzers that are due.

First comes what needs only headers, so that dates and places are there in seconds; then what needs the picture. All
is committed in batches as it comes in, so that folders fill while one looks and a kill costs the last moments' work.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from haven_fs.analysis import due
from haven_fs.analysis.embeddings import put_vectors, redo_lost
from haven_fs.analysis.follower import Follower
from haven_fs.analysis.jobs import Group, Photo
from haven_fs.analysis.pool import LEISURE_NICENESS, Crashed, Pool, Workers
from haven_fs.analysis.progress import Progress
from haven_fs.analysis.scan import Scan
from haven_fs.analysis.worker import Job, analyze, look_into
from haven_fs.catalog import Catalog
from haven_fs.catalog.again import make_due
from haven_fs.catalog.behind import catch_up
from haven_fs.catalog.findings import Analysis, GroupFound, PhotoFound, Probe
from haven_fs.catalog.foldersaid import tell_of_folders
from haven_fs.catalog.libraries import Library, all_libraries
from haven_fs.catalog.photos import PhotoStore, photos_with_news, stale_originals
from haven_fs.catalog.replay import replay_for, replay_rest
from haven_fs.catalog.trash import adopt
from haven_fs.config import Settings
from haven_fs.errors import Refused
from haven_fs.library.seldom import Seldom
from haven_fs.library.trouble import OF_DISKS
from haven_fs.plugins import Plugins
from haven_fs.vectors.database import VectorsLost

if TYPE_CHECKING:
    from haven_fs.renditions.renditions import Renditions

logger = logging.getLogger(__name__)
_seldom = Seldom(logger)

_GROUPS_A_JOB = 64
_PHOTOS_A_JOB = 16
_COMMIT_EVERY = 0.25
_COMMIT_AT_LEISURE = 20.0
"""Seconds between commits of what nobody waits for: each one has finished listings be made anew."""
_IDLE_EVERY = 30.0
"""Seconds between questions to followers while photos are looked at at leisure, which may go on for days."""
_ROUNDS = 3
"""How often what is due is looked for again: files that changed while they were read are due anew."""
_CRASHED = "The program that reads files crashed on this one, twice. The file may be damaged."


class Indexer:
    """Works for one data folder. One at a time: it writes the catalog, whose lock its process must hold.

    `workers` do the jobs, processes of its own unless others are given. `renditions`: what keeps small pictures. `poll`
    is called between batches, so that a server can take notice of changes during a long run.
    """

    def __init__(
        self,
        catalog: Catalog,
        plugins: Plugins,
        settings: Settings,
        *,
        workers: Workers | None = None,
        progress: Progress | None = None,
        renditions: "Renditions | None" = None,
        poll: Callable[[], None] = lambda: None,
    ) -> None:
        self.catalog = catalog
        self.analyzers = plugins.analyzers(settings)
        self.followers = plugins.followers(settings)
        self._plugins, self._settings = plugins, settings
        self._workers = workers or Pool(settings, plugins.loaded)
        # One photo after another: what takes its time takes memory too.
        self._leisurely = workers or Pool(settings, plugins.loaded, niceness=LEISURE_NICENESS, workers=1)
        self._progress = progress or Progress()
        self._renditions = renditions
        self._poll = poll
        self._urgent: list[Group] = []
        self._caught_up = False
        self._news, self._replayed = True, False

    def run(self, *, accept_missing: bool = False) -> None:
        """Walk every library, do all that is due, and end the workers."""
        self.walk(accept_missing=accept_missing)
        try:
            try:
                self.work()
            except VectorsLost:  # they were damaged, and photos are due again
                self.work()
            self.work_at_leisure()
        finally:
            self.rest()

    def walk(self, *, accept_missing: bool = False) -> None:
        """Walk every library and note what is new, changed, moved or gone, and what is to be tried again."""
        libraries = self.libraries()
        robbed: set[int] = set()
        for library in libraries:
            if library.writable:
                try:
                    adopt(self.catalog, library)
                except OSError as error:
                    logger.error("What was removed from %s could not be looked through: %s", library.root, error)
            scan = Scan(self.catalog, library, accept_missing=accept_missing)
            scan.run()
            robbed = robbed - {library.id} | scan.robbed
        self._walk_again(robbed)
        last = max((library.walked or 0.0 for library in libraries), default=0.0)
        with self.catalog.write(quiet=True) as w:
            make_due(w, time.time(), last)

    def look_at(self, library_id: int, folders: Collection[str] | None) -> None:
        """Look again at folders of a library that changed, None for all of it; what is new there goes first."""
        for library in self.libraries():
            if library.id != library_id:
                continue
            scan = Scan(self.catalog, library)
            if scan.run(folders):
                with self.catalog.read() as db:
                    rows = db.execute(
                        "SELECT DISTINCT o.dir_id FROM original o JOIN dir d ON d.id = o.dir_id"
                        " WHERE o.probed = 0 AND o.gone IS NULL AND d.library_id = ? LIMIT 500",
                        (library.id,),
                    )
                    self._urgent += due.groups_in(db, [row[0] for row in rows])
            self._walk_again(scan.robbed)

    def _walk_again(self, library_ids: Collection[int]) -> None:
        """Walk libraries that files were moved out of: what they lack is known now, so they are not away for that."""
        for library in self.libraries():
            if library.id in library_ids:
                Scan(self.catalog, library).run()

    def libraries(self) -> list[Library]:
        """Return the libraries there are now."""
        with self.catalog.read() as db:
            return all_libraries(db)

    def counts(self) -> due.Counts:
        """Return what the catalog holds now."""
        with self.catalog.read() as db:
            return due.counts(db, self.analyzers)

    def work(self) -> None:
        """Do all that is due. The workers stay, for what may come next; `rest` ends them."""
        self._urgent.clear()
        if not self._caught_up:
            catch_up(self.catalog)
            self._caught_up = True
        redo_lost(self.catalog, self.analyzers)
        for _ in range(_ROUNDS):
            with self.catalog.read() as db:
                originals, _ = due.count(db, {})
            if originals:
                self._progress.begin("Reading files", originals)
                self._run(look_into, self._announced(due.all_groups(self.catalog), _GROUPS_A_JOB), self._put_groups)
                self._progress.end()
        tell_of_folders(self.catalog)
        soon, _ = due.by_urgency(self.analyzers)
        with self.catalog.read() as db:
            _, photos = due.count(db, soon)
        if photos:
            if self._renditions is not None:
                self._renditions.fit()
            self._progress.begin("Analysing photos", photos)
            batches = self._announced(due.photos(self.catalog, soon), _PHOTOS_A_JOB)
            self._run(analyze, batches, self._put_analyses)
            self._progress.end()
        with self.catalog.read() as db:
            pending = due.pending(db, self.analyzers)
        if not pending:
            self.drop_old_vectors()
            self.idle()
            if self._replay_rest():
                self.work()  # a photo that is shown again is to be looked at

    def _replay_rest(self) -> bool:
        """Do again what waited for all to be looked into: everything once a process, then what news may bring."""
        if not self._news:
            return False
        done = replay_rest(self.catalog, everything=not self._replayed)
        self._news, self._replayed = False, True
        return done > 0

    def work_at_leisure(self, interrupted: Callable[[], bool] = lambda: False) -> None:
        """Ask the analyzers that are for when nothing else is due, photo by photo, until `interrupted` or done.

        Ends the other workers first, and its own at the end: on a small machine there is memory for one of them.
        """
        _, later = due.by_urgency(self.analyzers)
        with self.catalog.read() as db:
            photos = due.due_photos(db, later)
        if not photos or interrupted():
            return
        self._workers.close()
        self._progress.begin("Looking closer", photos)
        try:
            batches = self._unhurried(due.photos(self.catalog, later), interrupted)
            self._run(analyze, batches, self._put_analyses, self._leisurely, _COMMIT_AT_LEISURE)
        finally:
            self._progress.end()
            self._leisurely.close()

    def _unhurried(self, photos: Iterable[Photo], interrupted: Callable[[], bool]) -> Iterator[list[Photo]]:
        """Give photos one by one until interrupted, and let followers do what is for quiet moments now and then."""
        asked = time.monotonic()
        for photo in photos:
            if interrupted():
                return
            if time.monotonic() - asked > _IDLE_EVERY:
                self.idle()
                asked = time.monotonic()
            yield [photo]

    def renew(self) -> None:
        """Ask the plugins again what they bring, since an owner may have chosen another model meanwhile."""
        versions = {name: analyzer.version for name, analyzer in self.analyzers.items()}
        self.analyzers = self._plugins.analyzers(self._settings)
        if versions != {name: analyzer.version for name, analyzer in self.analyzers.items()}:
            self.followers = self._plugins.followers(self._settings)
            self.rest()

    def drop_old_vectors(self) -> None:
        """Forget the vectors of models that are used no more, once those of the new one are all there.

        An analyzer that says in which `space` it embeds names it after itself, as "clip:demo-1a2b3c4d".
        """
        spaces = {name: a.space for name, a in self.analyzers.items()}
        for space in self.catalog.vectors.store.spaces():
            name = space.partition(":")[0]
            if spaces.get(name) not in (None, space):
                self.catalog.vectors.store.drop(space)
                with self.catalog.write() as w:
                    # The clock moves on, so that answers are made anew.
                    w.db.execute("UPDATE state SET value = value WHERE key = 'seq'")

    def indexed_spaces(self) -> set[str]:
        """Return the spaces in which the nearest of all photos are asked: analyzers say so by `indexed`."""
        return {a.space for a in self.analyzers.values() if a.space and a.indexed}

    def rest(self) -> None:
        """End the workers and give their memory back."""
        self._workers.close()
        self._leisurely.close()
        for follower in self.followers.values():
            follower.rest()

    def stop(self) -> None:
        """End a run soon, from another thread."""
        self._workers.stop()
        self._leisurely.stop()

    def _announced(self, items: Iterable[Any], size: int) -> Iterator[list[Any]]:
        """Give items in batches, and before each one do what was announced meanwhile."""
        for batch in _batches(items, size):
            self._poll()
            if self._urgent:
                urgent, self._urgent = self._urgent, []
                self._run(look_into, _batches(urgent, _GROUPS_A_JOB), self._put_groups)
            yield batch

    def _run(
        self,
        job: Job,
        batches: Iterable[Sequence[Any]],
        put: Callable[[list[tuple[Any, Any]]], None],
        workers: Workers | None = None,
        commit_every: float = _COMMIT_EVERY,
    ) -> None:
        ready: list[tuple[Any, Any]] = []
        committed = time.monotonic()
        for item, result in (workers or self._workers).run(job, batches):
            ready.append((item, result))
            if time.monotonic() - committed > commit_every:
                put(ready)
                ready, committed = [], time.monotonic()
        if ready:
            put(ready)

    def _put_groups(self, results: list[tuple[Group, Any]]) -> None:
        found: list[GroupFound] = []
        for group, result in results:
            self._progress.advance(len(group.files))
            if isinstance(result, Crashed):
                logger.warning("Reading %s crashed", group.files[0].path)
                result = GroupFound(
                    [Probe(file.id, "other", "", "application/octet-stream", b"") for file in group.files],
                    [PhotoFound(file.id, "other", unreadable=_CRASHED) for file in group.files],
                    seen=group.seen,
                )
            for id_, reason in result.troubles.items():
                path = next(file.path for file in group.files if file.id == id_)
                _seldom.say((path.top, reason), "%s: %s", path, reason, level=logging.INFO)
            found.append(result)
        with self.catalog.write() as w:
            said = PhotoStore(w).put_groups(found)
        self._news = True
        replay_for(self.catalog, said)
        self._tell_followers(said)

    def _put_analyses(self, results: list[tuple[Photo, Any]]) -> None:
        found: dict[int, dict[str, Analysis]] = {}
        seen = {file.id: file.mtime_ns for photo, _ in results for _, file in photo.files}
        with self.catalog.read() as db:
            stale = stale_originals(db, seen)
        for photo, result in results:
            self._progress.advance(1)
            if any(file.id in stale for _, file in photo.files):
                continue  # of a picture that was, and due again
            if isinstance(result, Crashed):
                versions = {name: self.analyzers[name].version for name in photo.due}
                found[photo.id] = {n: Analysis(v, failed=_CRASHED, unopened=True) for n, v in versions.items()}
            else:
                found[photo.id] = result[1]
        with self.catalog.read() as db:
            self.catalog.facets.screen(db, found)
        vectors = self.catalog.vectors.store.seq
        put_vectors(self.catalog, self.analyzers, found)
        with self.catalog.read() as db:
            same = self.catalog.vectors.store.seq == vectors
            news = photos_with_news(db, found) if same else found.keys()
        with self.catalog.write(quiet=not news) as w:
            PhotoStore(w).put_analyses(found, news)
            store = self.catalog.vectors.store
            w.db.execute("INSERT OR REPLACE INTO state VALUES ('vectors', ?)", (store.seq,))
            # If it is another by now, the photos before are due again: redo_lost.
            if store.born:
                w.db.execute("INSERT OR IGNORE INTO state VALUES ('vectors born', ?)", (store.born,))
        self._news = True
        self._keep_small_copies(found)
        self._tell_followers(found)

    def _keep_small_copies(self, found: dict[int, dict[str, Analysis]]) -> None:
        """Put the small pictures where those are found who look at the photos."""
        copies = {id_: a.small_copies for id_, said in found.items() for a in said.values() if a.small_copies}
        if self._renditions is None or not copies:
            return
        with self.catalog.read() as db:
            states = db.execute(
                "SELECT p.id, o.id, o.etag FROM photo p JOIN original o ON o.id = p.main_id"
                " WHERE p.id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(copies)),),
            ).fetchall()
        self._renditions.keep(
            [((original_id, what), tag, data) for id_, original_id, tag in states for what, data in copies[id_].items()]
        )

    def _tell_followers(self, said: dict[int, dict[str, Analysis]]) -> None:
        """Have those go on that work with what analyzers found; one that fails stops nobody else."""
        for follower in self.followers.values():
            photo_ids = [photo_id for photo_id, analyses in said.items() if follower.analyzers & analyses.keys()]
            if photo_ids:
                with _contained(follower):
                    follower.follow(self.catalog, photo_ids)

    def idle(self) -> None:
        """Have those work whose work is for when nothing else is due."""
        for follower in self.followers.values():
            with _contained(follower):
                follower.idle(self.catalog, self._progress, lambda: self._workers.stopping)


@contextmanager
def _contained(follower: Follower) -> Iterator[None]:
    """Log what a follower fails of, which stops nobody else."""
    try:
        yield
    except Refused as refused:
        logger.warning("The follower %s has stopped: %s", follower.name, refused.reason)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OF_DISKS:
            logger.warning("The follower %s has stopped: %s", follower.name, error)
        else:
            logger.exception("The follower %s failed", follower.name)


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
