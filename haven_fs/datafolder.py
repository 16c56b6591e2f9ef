"""The data folder: where the catalog, the settings and the lock are that make one Haven of them."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import filelock

from haven_fs.backup import backups
from haven_fs.catalog import Catalog
from haven_fs.catalog.disktrouble import READ_ONLY
from haven_fs.catalog.soundness import CATALOG, FIRST, no_catalog
from haven_fs.config import load_settings
from haven_fs.errors import UserError
from haven_fs.library.rights import make_private
from haven_fs.plugins import Plugins
from haven_fs.sqlitefile import is_readonly
from haven_fs.tree.tree import Tree

logger = logging.getLogger(__name__)

_LEFT = 3.0
"""Seconds that a process which was killed may leave the lock held."""


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
        return self.path / CATALOG

    def check_catalog(self, advice: str = FIRST) -> None:
        """Raise UserError if there is no catalog yet, with `advice`, or no more, with how it comes back."""
        if not self.catalog_path.exists():
            raise no_catalog(self.path, advice)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the data folder: one process writes the catalog. Raises UserError if another one does."""
        try:
            make_private(self.path)
            lock = filelock.FileLock(self.path / "lock", timeout=0)
            self._acquire(lock)
        except filelock.Timeout as error:
            running = self.running()
            where = f" at {running['url']}" if running.get("url") else ""
            process = f" (process {running['pid']})" if running.get("pid") else ""
            raise UserError(
                f"Haven is already running on {self.path}{where}{process}. It finds new photos by itself. To use this"
                " command, stop it first, or choose another data folder with --data."
            ) from error
        except OSError as error:
            if self._is_shown_only():
                raise UserError(READ_ONLY.format(self.path)) from error
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

    def _acquire(self, lock: filelock.BaseFileLock) -> None:
        """Take the lock. Raises filelock.Timeout if a process holds it."""
        try:
            lock.acquire()
        except filelock.Timeout:
            # One that was killed while it started another leaves the lock to that for a moment.
            import psutil  # which few commands have a use for

            holder = self.running().get("pid")
            if not isinstance(holder, int) or psutil.pid_exists(holder):
                raise
            lock.acquire(timeout=_LEFT)

    def announce(self, **facts: str) -> None:
        """Let other commands know where this process serves (`url`), and what is wrong (`trouble`)."""
        self._said.update(facts)
        self._announce({"pid": os.getpid(), **self._said})

    def _announce(self, facts: dict[str, Any]) -> None:
        """Write running.json, without which all else works."""
        if self._is_shown_only():
            return
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
        except OSError:  # of a disk that is read-only
            return False

    @contextmanager
    def catalog(self, *, readonly: bool = False, patient: bool = False) -> Iterator[Catalog]:
        """Open the catalog; for writing the data folder must be `locked`. See Catalog for `patient`."""
        chroma = self.settings["vectors.chroma"]
        with closing(self.open_catalog(readonly=readonly, patient=patient, chroma=chroma)) as catalog:
            yield catalog

    @contextmanager
    def served(self) -> Iterator[Catalog]:
        """Lock the data folder and open the catalog for a server, which shows what it can where nothing can be written.

        A folder on a disk that is read-only cannot be locked, and need not be: nobody writes to it.
        """
        with nullcontext() if self._is_shown_only() else self.locked(), self.catalog(patient=True) as catalog:
            yield catalog

    def _is_shown_only(self) -> bool:
        return self.catalog_path.exists() and is_readonly(self.path)

    @contextmanager
    def catalog_beside(self, advice: str) -> Iterator[Catalog]:
        """Open the catalog to write to it in short transactions, also beside a server, which reads it anew each time.

        Raises UserError, with `advice`, if there is none yet.
        """
        self.check_catalog(advice)
        with closing(self.open_catalog()) as catalog:
            yield catalog

    def open_catalog(
        self, path: Path | None = None, *, readonly: bool = False, patient: bool = False, chroma: str = "off"
    ) -> Catalog:
        """Open a catalog with the facets that the plugins bring: this data folder's, or a copy of it at `path`.

        The one place that opens a catalog, since one that lacks a facet notes nothing of what is said by it.
        """
        facets = self.plugins.facets(self.settings)
        return Catalog(path or self.catalog_path, facets, readonly=readonly, patient=patient, chroma=chroma)

    def backups(self) -> list[Path]:
        """Return the backups of this data folder that are still there: what is erased here is erased there."""
        return backups(self.path)

    def tree(self, catalog: Catalog) -> Tree:
        """Return the tree over a catalog of this data folder."""
        return self.plugins.tree(catalog, self.settings)
