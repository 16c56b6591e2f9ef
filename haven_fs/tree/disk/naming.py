"""Giving a file that has arrived its name and its row in the catalog, both in one transaction, or neither.

So whoever moves or removes the folder meanwhile comes before or after both: the file goes along, or its sender is told
that the folder is gone.
"""

import logging
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from haven_fs.catalog import Catalog, Writer
from haven_fs.catalog.disk import drop
from haven_fs.catalog.libraries import Library
from haven_fs.catalog.moving import file_at, file_stat
from haven_fs.catalog.spelling import etag
from haven_fs.errors import Refused
from haven_fs.library import beneath, fileops, storing
from haven_fs.library.headers import Values
from haven_fs.tree.disk.filing import Changing

logger = logging.getLogger(__name__)


class Cataloguer(Protocol):
    """Catalogs single files at once; under `haven serve` this is haven_fs.analysis.at_once. Raises OSError."""

    def put(
        self,
        library: Library,
        bring: Callable[[Writer], Path],
        changing: Changing | None = None,
        began: float | None = None,
    ) -> int:
        """Have `bring` put a file into its place and say where that is, catalog it, and return its original's id.

        Both are one transaction, `changing` or one of Haven's own. `began`: when it began to be sent, seconds since the
        epoch.
        """
        ...

    def look(self, original_id: int) -> None:
        """Analyze an original that is new or has new bytes, if it is due."""
        ...

    def values(self, path: Path, name: str, beside: Values, *, light: bool = True) -> dict[str, object]:
        """Return what analyzers of headers find of a photo, as `catalog.said.say` has it; `light`: the light ones only.

        `beside`: what sidecars say of it.
        """
        ...

    def taken(self, path: Path, name: str) -> datetime:
        """Return when the photo that will have this name was taken, as nearly as can be told, in its own clock."""
        ...


class Naming:
    """Names the files that arrive in the libraries of one catalog."""

    def __init__(self, catalog: Catalog, cataloguer: Cataloguer) -> None:
        self._catalog, self._cataloguer = catalog, cataloguer

    def give(
        self,
        draft: storing.Draft,
        library: Library,
        paths: Iterable[Path],
        changing: Changing | None = None,
        began: float | None = None,
    ) -> tuple[int, str]:
        """Give a finished draft the first of some paths that is free, and catalog it.

        Return its original's id, and the entity tag that it has there. If that is not possible, it is not there either.
        `changing`, `began`: see Cataloguer. Raises FileExistsError if no path is free, Refused, OSError.
        """
        named: list[Path] = []
        tag = ""

        def name(w: Writer) -> Path:
            nonlocal tag
            path = _move_to_first(draft.path, paths)
            named.append(path)
            w.undo_by(lambda: fileops.move(path, draft.path))
            stat = file_stat(path)
            tag = etag(stat.size, stat.mtime_ns)
            return path

        try:
            return self._cataloguer.put(library, name, changing, began), tag
        except BaseException:
            for path in named:
                self.take_back(library, path, draft)
            raise

    def take_back(self, library: Library, path: Path, draft: storing.Draft) -> None:
        """Remove a file that was a draft, since its sender is told that it is not there, and its row in the catalog.

        What somebody else has put there since stays.
        """
        below = os.fsencode(path.relative_to(library.root))
        try:
            if beneath.is_taken(path):
                state = path.lstat()
                if (state.st_dev, state.st_ino) != draft.inode:
                    return
                path.unlink()
                storing.sync_folder(path.parent)
            with self._catalog.read() as db:
                if file_at(db, library.id, below) is None:
                    return
            with self._catalog.write(undoing=True) as w:
                row = file_at(w.db, library.id, below)
                if row is not None and not beneath.is_taken(path):
                    drop(w, [row])
        except (OSError, Refused) as error:
            logger.error("%s was not taken, and could not be removed again: %s", path, error)


def _move_to_first(draft: Path, paths: Iterable[Path]) -> Path:
    """Move a draft to the first path where nothing is, and return that. Raises FileExistsError if there is none."""
    taken: FileExistsError | None = None
    for path in paths:
        try:
            fileops.move(draft, path)
        except FileExistsError as error:
            taken = error
        else:
            return path
    assert taken is not None
    raise taken
