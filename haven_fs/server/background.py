"""Indexing while serving: one thread that walks, watches and analyses, beside the threads that answer."""

import logging
import threading
import time
from pathlib import Path

from haven_fs.analysis.checksums import Leisure
from haven_fs.analysis.indexer import Indexer
from haven_fs.analysis.progress import Progress
from haven_fs.catalog import Catalog
from haven_fs.catalog.trash import expire
from haven_fs.config import Settings
from haven_fs.library.watch import Watcher
from haven_fs.plugins import Plugins
from haven_fs.renditions.renditions import Renditions

logger = logging.getLogger(__name__)

_WORKERS_WAIT = 15.0
_EXPIRE_EVERY = 3600.0
_LEISURE = 900.0
"""Seconds for which photos are looked at at leisure before another choice of model is looked for."""
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
    ) -> None:
        self._catalog = catalog
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
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        """Begin to watch and to index."""
        self._watcher.start()
        self._thread.start()

    def stop(self) -> None:
        """End within about two seconds; what was in flight is due again at the next start."""
        self._stopping = True
        self._wake.set()
        self._watcher.stop()
        self._indexer.stop()
        self._catalog.vectors.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._indexer.rest()

    def _changed(self, root: Path, folders: set[str] | None) -> None:
        with self._lock:
            known = self._changes.get(root, set())
            self._changes[root] = None if folders is None or known is None else known | folders
        self._wake.set()

    def _take_changes(self) -> None:
        with self._lock:
            changes, self._changes = self._changes, {}
        for root, folders in changes.items():
            self._indexer.look_at(self._ids[root], folders)

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
        except Exception:
            if not self._stopping:
                logger.exception("Looking closer at photos stopped at an error; it will go on in a while")

    def _run(self) -> None:
        # Watching begins before the walk, so that what changes behind the walk's back is announced.
        self._watcher.wait_until_watching(timeout=10)
        walked = float("-inf")
        while not self._stopping:
            try:
                self._wake.clear()
                if time.monotonic() - walked >= self._rescan:
                    walked = time.monotonic()
                    self._indexer.walk(accept_missing=self._accept_missing)
                    self._accept_missing = False
                self._take_changes()
                self._indexer.renew()
                self._indexer.work()
                self._catalog.vectors.sync(self._indexer.indexed_spaces(), wait=False)
                self._expire()
            except Exception:
                if self._stopping:
                    return
                logger.exception("Indexing stopped at an error; it will go on with the next change or walk")
            # Changes come in flocks: the workers wait a while for the next one before their memory is given back.
            if not self._wake.wait(timeout=_WORKERS_WAIT):
                self._indexer.rest()
                self._work_at_leisure(walked + self._rescan)
                self._wake.wait(timeout=min(_MODELS_EVERY, max(1.0, walked + self._rescan - time.monotonic())))
