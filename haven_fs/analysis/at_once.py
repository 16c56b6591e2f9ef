"""Cataloguing one file at once, in the process that serves: what was uploaded shows before its upload is answered.

Only what costs milliseconds is done here: the row, the headers, and the analyzers that say they are `light`. The rest
is due by the same query as ever and comes from the workers. It works beside the indexer, which may find the file at
the same time: whoever comes second finds the first one's row, and the photo it made of it.
"""

import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from haven_fs.analysis import due
from haven_fs.analysis.analyzer import Analyzer, Sample
from haven_fs.analysis.worker import look_into
from haven_fs.catalog import Catalog, Writer
from haven_fs.catalog.disk import Mirror
from haven_fs.catalog.exchange import Exchange
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.photos import PhotoStore
from haven_fs.catalog.settle import TAGS
from haven_fs.config import Settings
from haven_fs.errors import Refused
from haven_fs.library.headers import Values
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
        self._asked: dict[str, Analyzer] | None = None
        self._lock = threading.Lock()

    def put(
        self,
        library: Library,
        bring: Callable[[Writer], Path],
        changing: Callable[[], AbstractContextManager[Writer]] | None = None,
        began: float | None = None,
    ) -> int:
        """Have a file come, and return its original's row. Raises what `bring` does, and OSError.

        `bring`: puts it into its place and says where that is, in the transaction that catalogues it. So whoever moves
        or removes its folder comes before or after both. `changing`: opens that transaction, if it is a user's.
        `began`: when it began to be sent, seconds since the epoch. Raises Refused if the catalog cannot be written,
        also if only part of what is to be said of the file could be.
        """
        with (changing or self._catalog.write)() as w:
            path = bring(w)
            below = path.parent.relative_to(library.root).as_posix()
            mirror = Mirror(w, library.id, all_folders=False)
            stat = FileStat.of(path.name, path.lstat())
            row = mirror.put_file(w, b"" if below == "." else os.fsencode(below), stat)
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

    def values(self, path: Path, name: str, beside: Values, *, light: bool = True) -> dict[str, object]:
        """Return what analyzers of headers find of a photo, as `catalog.said.say` has it; `light`: the light ones only.

        `beside`: what sidecars say of it.
        """
        found: dict[str, object] = {}
        try:
            metadata = read_metadata(path, kind_of(path, name))
        except (Unreadable, OSError):
            logger.debug("no headers in %s", path, exc_info=True)
            return found
        metadata.beside = beside
        sample = Sample(path.with_name(name), path.stat().st_mtime, metadata)
        tags: dict[str, list[tuple[str, str, str | None]]] = {}
        for analyzer in (self._analyzers() if light else self._of_headers()).values():
            try:
                facts = analyzer.analyze([sample])[0]
            except Exception:
                logger.debug("%s failed", analyzer.name, exc_info=True)
                continue
            found.update(facts.values)
            for tag in facts.tags:
                tags.setdefault(TAGS + tag.facet, []).append((tag.key, tag.name, tag.parent))
        return {**found, **tags}

    def taken(self, path: Path, name: str) -> datetime:
        """Return when a photo was taken that will have a name, as near as can be told, in its own clock."""
        clock = self.values(path, name, {}).get("taken")
        if isinstance(clock, int | float):
            return datetime.fromtimestamp(clock, UTC).replace(tzinfo=None)
        return datetime.fromtimestamp(path.stat().st_mtime)

    def _analyzers(self) -> dict[str, Analyzer]:
        return {name: analyzer for name, analyzer in self._of_headers().items() if analyzer.light}

    def _of_headers(self) -> dict[str, Analyzer]:
        with self._lock:
            if self._asked is None:
                asked = self._plugins.analyzers(self._settings)
                self._asked = {name: analyzer for name, analyzer in asked.items() if analyzer.needs == "metadata"}
            return self._asked
