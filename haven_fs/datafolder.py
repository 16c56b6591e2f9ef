"""The data folder: where the catalog, the settings and the lock are that make one Haven of them."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import filelock

from haven_fs.backup import backups
from haven_fs.catalog import Catalog
from haven_fs.config import load_settings
from haven_fs.errors import UserError
from haven_fs.library.rights import make_private
from haven_fs.plugins import Plugins
from haven_fs.tree.tree import Tree

logger = logging.getLogger(__name__)


class DataFolder:
    """One data folder with the plugins, those installed unless others are given, and the settings that go with it.

    Raises UserError if the settings are wrong.
    """

    def __init__(self, path: Path, plugins: Plugins | None = None) -> None:
        self.path = path.expanduser().absolute()
        self._said: dict[str, str] = {}
        self.plugins = plugins or Plugins()
        declared = self.plugins.settings()
        left_out = any(found.problem for found in self.plugins.found)
        self.settings: dict[str, Any] = load_settings(self.path, declared, lenient=left_out)

    @property
    def catalog_path(self) -> Path:
        """Where the catalog is."""
        return self.path / "catalog.sqlite"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the data folder: one process writes the catalog. Raises UserError if another one does."""
        try:
            make_private(self.path)
            lock = filelock.FileLock(self.path / "lock", timeout=0)
            lock.acquire()
        except filelock.Timeout as error:
            running = self.running()
            where = f" at {running['url']}" if running.get("url") else ""
            process = f" (process {running['pid']})" if running.get("pid") else ""
            raise UserError(
                f"Haven is already running on {self.path}{where}{process}. It finds new photos by itself. To use this"
                " command, stop it first, or choose another data folder with --data."
            ) from error
        except OSError as error:
            raise UserError(
                f"The data folder {self.path} cannot be used: {error.strerror}. Choose one with --data."
            ) from error
        try:
            self._announce({"pid": os.getpid()})
            yield
        finally:
            with suppress(OSError):
                (self.path / "running.json").unlink(missing_ok=True)
            lock.release()

    def announce(self, **facts: str) -> None:
        """Let other commands know where this process serves (`url`), and what is wrong (`trouble`)."""
        self._said.update(facts)
        self._announce({"pid": os.getpid(), **self._said})

    def _announce(self, facts: dict[str, Any]) -> None:
        """Write running.json, without which all else works."""
        path = self.path / "running.json"
        draft = path.with_name(f".{path.name}.part")
        try:
            draft.write_text(json.dumps(facts), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            logger.warning("%s cannot be written: %s", path, error.strerror)

    def running(self) -> dict[str, Any]:
        """Return what the process that holds the data folder said of itself; empty if none does."""
        try:
            facts = json.loads((self.path / "running.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return facts if isinstance(facts, dict) else {}

    def is_locked(self) -> bool:
        """Tell whether a process holds the data folder now."""
        if not (self.path / "lock").exists():
            return False
        try:
            with filelock.FileLock(self.path / "lock", timeout=0):
                return False
        except filelock.Timeout:
            return True

    @contextmanager
    def catalog(self, *, readonly: bool = False) -> Iterator[Catalog]:
        """Open the catalog; for writing the data folder must be `locked`."""
        with closing(self.open_catalog(readonly=readonly, chroma=self.settings["vectors.chroma"])) as catalog:
            yield catalog

    @contextmanager
    def catalog_beside(self, advice: str) -> Iterator[Catalog]:
        """Open the catalog to write to it in short transactions, also beside a server, which reads it anew each time.

        Raises UserError, with `advice`, if there is none yet.
        """
        if not self.catalog_path.exists():
            raise UserError(f"There is no catalog in {self.path} yet. {advice}")
        with closing(self.open_catalog()) as catalog:
            yield catalog

    def open_catalog(self, path: Path | None = None, *, readonly: bool = False, chroma: str = "off") -> Catalog:
        """Open a catalog with the facets that the plugins bring: this data folder's, or a copy of it at `path`.

        The one place that opens a catalog, since one that lacks a facet notes nothing of what is said by it.
        """
        facets = self.plugins.facets(self.settings)
        return Catalog(path or self.catalog_path, facets, readonly=readonly, chroma=chroma)

    def backups(self) -> list[Path]:
        """Return the backups of this data folder that are still there: what is erased here is erased there."""
        return backups(self.path)

    def tree(self, catalog: Catalog) -> Tree:
        """Return the tree over a catalog of this data folder."""
        return self.plugins.tree(catalog, self.settings)
