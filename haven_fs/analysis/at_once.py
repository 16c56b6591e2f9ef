"""Cataloguing one file at once, in the process that serves: what was uploaded shows before its upload is answered.

Only what costs milliseconds is done here: the row, the headers, and the analyzers that say they are `light`. The rest
is due by the same query as ever and comes from the workers. It works beside the indexer, which may find the file at
the same time: whoever comes second finds the first one's row, and the photo it made of it.
"""

import logging
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from haven_fs.analysis import due
from haven_fs.analysis.analyzer import Analyzer, Sample
from haven_fs.analysis.worker import look_into
from haven_fs.catalog import Catalog
from haven_fs.catalog.disk import Mirror
from haven_fs.catalog.exchange import Exchange
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.photos import PhotoStore
from haven_fs.config import Settings
from haven_fs.errors import Refused
from haven_fs.library.kinds import kind_of
from haven_fs.library.metadata import Unreadable, read_metadata
from haven_fs.library.walk import FileStat
from haven_fs.plugins import Plugins

logger = logging.getLogger(__name__)


class AtOnce:
    """Catalogues files of one data folder. Thread-safe."""

    def __init__(self, catalog: Catalog, plugins: Plugins, settings: Settings) -> None:
        self._catalog = catalog
        self._plugins, self._settings = plugins, settings
        self._light: dict[str, Analyzer] | None = None
        self._lock = threading.Lock()

    def put(self, library: Library, path: Path, began: float | None = None) -> int:
        """Catalogue a file that has come or changed, and return its original's row. Raises OSError.

        `began`: when it began to be sent, seconds since the epoch. Raises Refused if the catalog cannot be written,
        also if only part of what is to be said of the file could be.
        """
        stat = FileStat.of(path.name, path.lstat())
        below = path.parent.relative_to(library.root).as_posix()
        folder = b"" if below == "." else os.fsencode(below)
        with self._catalog.write() as w:
            mirror = Mirror(w, library.id, all_folders=False)
            row = mirror.put_file(w, folder, stat)
        original_id = row.id
        if mirror.found.new:
            # A file that was here once, or lies elsewhere no more, is the photo that it was.
            exchange = Exchange(library.id, os.fsencode(library.root), mirror.found)
            exchange.read(self._catalog)
            with self._catalog.write() as w:
                original_id = next(iter(exchange.resolve(w, [], lambda *_: True, began=began)), row.id)
            for backup in exchange.backups:
                self.look(backup)
        self._look(original_id)
        return original_id

    def look(self, original_id: int) -> None:
        """Look into the group of files that an original is in, if it is due. What goes wrong leaves it due."""
        try:
            self._look(original_id)
        except Refused as refused:
            logger.warning("A file could not be analysed at once; the indexer will do it: %s", refused.reason)

    def _look(self, original_id: int) -> None:
        """Do what `look` does. Raises Refused if the catalog cannot be read or written."""
        try:
            with self._catalog.read() as db:
                group = due.group_of(db, original_id)
            if group is None:
                return
            (found,) = look_into([group], self._analyzers())
            if not found.troubles:
                with self._catalog.write() as w:
                    PhotoStore(w).put_groups([found])
        except Refused:
            raise
        except Exception:
            logger.exception("An upload could not be analysed at once; the indexer will do it")

    def taken(self, path: Path, name: str) -> datetime:
        """Return when a photo was taken that will have a name, as near as can be told, in its own clock."""
        status = path.stat()
        values: dict[str, object] = {}
        try:
            metadata = read_metadata(path, kind_of(path, name))
        except (Unreadable, OSError):
            logger.debug("no date in %s", path, exc_info=True)
        else:
            sample = Sample(path.with_name(name), status.st_mtime, metadata)
            for analyzer in self._analyzers().values():
                try:
                    values.update(analyzer.analyze([sample])[0].values)
                except Exception:
                    logger.debug("%s failed", analyzer.name, exc_info=True)
        clock = values.get("taken")
        if isinstance(clock, int | float):
            return datetime.fromtimestamp(clock, UTC).replace(tzinfo=None)
        return datetime.fromtimestamp(status.st_mtime)

    def _analyzers(self) -> dict[str, Analyzer]:
        with self._lock:
            if self._light is None:
                asked = self._plugins.analyzers(self._settings)
                self._light = {name: a for name, a in asked.items() if a.needs == "metadata" and a.light}
            return self._light
