"""Indexing while serving: one thread that walks, watches and analyses, beside the threads that answer.

What keeps it from going on is said in the log, on the page and to `haven status`, until it goes on again. A catalog
that is damaged stops it for good; another thread reads the catalog through now and then to find that.
"""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from haven_fs.analysis.checksums import Leisure
from haven_fs.analysis.indexer import Indexer
from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog
from haven_fs.catalog.soundness import check_at_leisure
from haven_fs.catalog.trash import expire
from haven_fs.config import Settings
from haven_fs.errors import Refused, UserError
from haven_fs.library.trouble import OF_DISKS
from haven_fs.library.watch import Watcher
from haven_fs.plugins import Plugins
from haven_fs.renditions.renditions import Renditions

logger = logging.getLogger(__name__)

_WORKERS_WAIT = 15.0
_EXPIRE_EVERY = 3600.0
_LEISURE = 900.0
"""Seconds for which photos are looked at at leisure before another choice of model is looked for."""
_AFTER_TROUBLE, _LONGEST_REST = 5.0, 300.0
"""Seconds until indexing is tried again after an error, twice as long after each, and at most."""
_CHECK_AFTER, _CHECK_EVERY = 20.0, 3600.0
"""Seconds after the start, and between, when it is looked whether the catalog is to be read through."""
_LOOK_EVERY = 5.0
"""Seconds between looks whether the catalog is still the file that was opened, and can be written if it could not."""
_MODELS_EVERY = 30.0
"""Seconds after which another choice of model is noticed."""


class Background:
    """Keeps the catalog up to date until stopped. `start` and `stop` are for the server's main thread."""

    def __init__(
        self,
        catalog: Catalog,
        plugins: Plugins,
        settings: Settings,
        *,
        progress: Progress,
        renditions: Renditions,
        accept_missing: bool,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`tell`: is told what keeps indexing from going on, "" once it does."""
        self._catalog = catalog
        self._progress, self._tell = progress, tell
        self._accept_missing = accept_missing
        self._keep_days, self._expired = float(settings["removed.days"]), float("-inf")
        self._rescan = 60.0 * settings["index.rescan_minutes"]
        self._progress, self._leisure = progress, Leisure(catalog, float(settings["verify.days"]))
        self._renditions = renditions
        self._indexer = Indexer(
            catalog, plugins, settings, progress=progress, renditions=renditions, poll=self._take_changes
        )
        self._ids = {library.root: library.id for library in self._indexer.libraries()}
        self._watcher = Watcher(list(self._ids), self._changed)
        self._changes: dict[Path, set[str] | None] = {}  # None: the whole library
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._failures = 0
        self._thread = threading.Thread(target=self._watched, name="indexer", daemon=True)
        self._checker = threading.Thread(target=self._check, name="checker", daemon=True)

    def start(self) -> None:
        """Begin to watch and to index."""
        self._watcher.start()
        self._thread.start()
        self._checker.start()

    def stop(self) -> None:
        """End within about two seconds; what was in flight is due again at the next start."""
        self._stopping = True
        self._wake.set()
        self._watcher.stop()
        self._indexer.stop()
        self._catalog.vectors.stop()
        for thread in (self._thread, self._checker):
            if thread.is_alive():
                thread.join(timeout=10)
        self._indexer.rest()

    def _changed(self, root: Path, folders: set[str] | None) -> None:
        with self._lock:
            known = self._changes.get(root, set())
            self._changes[root] = None if folders is None or known is None else known | folders
        self._wake.set()

    def _take_changes(self) -> None:
        with self._lock:
            changes, self._changes = self._changes, {}
        while changes:
            root, folders = changes.popitem()
            try:
                self._indexer.look_at(self._ids[root], folders)
            except BaseException:
                for one, inside in ((root, folders), *changes.items()):
                    self._changed(one, inside)  # to be looked at once that is possible
                raise

    def _expire(self) -> None:
        """Erase what was removed long ago, and small pictures of what is gone."""
        if time.monotonic() - self._expired >= _EXPIRE_EVERY:
            self._expired = time.monotonic()
            expire(self._catalog, self._keep_days)
            self._renditions.tidy()

    def _work_at_leisure(self, until: float) -> None:
        """Look closer at photos, and read them whole, until something changes or the next walk is due."""
        renew = time.monotonic() + _LEISURE

        def interrupted() -> bool:
            return self._wake.is_set() or self._stopping or time.monotonic() > min(until, renew)

        try:
            self._indexer.work_at_leisure(interrupted)
            self._leisure.work(interrupted, self._progress)
        except (Refused, UserError) as error:
            self._say(str(error))
        except Exception as error:
            if not self._stopping and not self._say_of_disk(error):
                logger.exception("Looking closer at photos stopped at an error; it will go on in a while")

    def _say(self, trouble: str) -> None:
        """Say what keeps indexing from going on, once; "" that it goes on."""
        if self._catalog.trouble.damage is not None:
            trouble = self._catalog.trouble.damage
        if trouble != self._progress.trouble:
            self._progress.trouble = trouble
            if trouble:
                logger.error("Indexing has stopped: %s", trouble)
            self._tell(trouble)

    def _say_of_disk(self, error: Exception) -> bool:
        """Say what a disk is to blame for; return whether one is."""
        if not isinstance(error, OSError) or error.errno not in OF_DISKS:
            return False
        self._say(f"A disk said: {error}. It is tried again.")
        return True

    def _watched(self) -> None:
        try:
            self._run()
        except BaseException as error:
            self._say(f"The program that indexes photos has ended ({type(error).__name__}). Start Haven again.")
            raise

    def _check(self) -> None:
        """Read the catalog through now and then, while nobody is kept waiting by it."""
        due = time.monotonic() + _CHECK_AFTER
        looked = time.monotonic()
        while not self._stopping:
            try:
                if time.monotonic() - looked >= _LOOK_EVERY:
                    looked = time.monotonic()
                    self._catalog.look()
                    self._catalog.thaw()
                if time.monotonic() >= due:
                    due = time.monotonic() + _CHECK_EVERY
                    check_at_leisure(self._catalog, lambda: self._stopping)
            except Refused as refused:
                if self._catalog.trouble.damage is None:
                    logger.warning("The catalog could not be read through: %s", refused.reason)
            except Exception:
                logger.exception("The catalog could not be read through")
            if self._catalog.trouble.damage is not None:
                self._say("")
                return
            time.sleep(0.2)

    def _run(self) -> None:
        # Watching begins before the walk, so that what changes behind the walk's back is announced.
        self._watcher.wait_until_watching(timeout=10)
        walked = float("-inf")
        while not self._stopping:
            try:
                self._wake.clear()
                self._catalog.trouble.check()
                if time.monotonic() - walked >= self._rescan:
                    self._indexer.walk(accept_missing=self._accept_missing)
                    walked = time.monotonic()
                    self._accept_missing = False
                self._take_changes()
                self._indexer.renew()
                self._indexer.work()
                self._catalog.vectors.sync(self._indexer.indexed_spaces(), wait=False)
                self._expire()
                self._catalog.reserve.keep()  # it may have been given up, and there may be room again
                self._failures = 0
                self._say("")
            except (Refused, UserError) as error:
                if self._stopping:
                    return
                self._say(str(error))
            except Exception as error:
                if self._stopping:
                    return
                if not self._say_of_disk(error):
                    logger.exception("Indexing stopped at an error; it will go on with the next change or walk")
                    self._say(f"Indexing stopped at an error ({error}). It is tried again; the log says more.")
            if self._progress.trouble:
                self._rest_after_trouble()
                continue
            # Changes come in flocks: the workers wait a while for the next one before their memory is given back.
            if not self._wake.wait(timeout=_WORKERS_WAIT):
                self._indexer.rest()
                self._work_at_leisure(walked + self._rescan)
                self._wake.wait(timeout=min(_MODELS_EVERY, max(1.0, walked + self._rescan - time.monotonic())))

    def _rest_after_trouble(self) -> None:
        self._progress.end()
        self._indexer.rest()
        is_frozen = self._catalog.trouble.frozen.refusal is not None  # to look whether it still is costs nothing
        rest = _AFTER_TROUBLE if is_frozen else min(_AFTER_TROUBLE * 2**self._failures, _LONGEST_REST)
        until = time.monotonic() + rest
        self._failures = min(self._failures + 1, 10)
        while time.monotonic() < until and not self._stopping:
            time.sleep(0.2)
