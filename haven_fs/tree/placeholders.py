"""Names that are kept for a program that will write to them: Explorer and Finder make an empty file first.

A placeholder is no photo and says nothing: it is listed where it was made, with no bytes, until the file itself comes,
somebody deletes it, or an hour has passed: then whoever wanted to write has given up. Folders that take files of their
own (TakesFiles) keep such names themselves.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from haven_fs.catalog import Writer, names
from haven_fs.tree.files import File
from haven_fs.tree.junk import INCOMING
from haven_fs.tree.nodes import View

MOST = 24_000
"""Names kept in all, as many as there may be locks; the oldest go first."""
_SPARE = 1000
"""How many go at a time, so that not each new name has to look for the oldest."""
KEPT = 3600.0
"""Seconds that a name is kept, as long as a lock may last."""
_EMPTY = "empty"
"""The file, in the data folder, that has no bytes, for all of them."""


def kept_since() -> int:
    """Return the moment of the catalog's clock before which names were made that are kept no more."""
    return int((time.time() - KEPT) * 1000)


class Placeholders:
    """The names that are kept in one folder."""

    def __init__(self, view: View) -> None:
        self._db = view.db
        self._place = "/".join(view.key)
        self._folder = Path(str(view.settings["data_dir"])) / INCOMING

    def files(self) -> Sequence[File]:
        """Return the names as files."""
        rows = self._db.execute(
            "SELECT name, seq, mtime_ns FROM kept_name WHERE parent = ? AND seq > ? ORDER BY fold",
            (self._place, kept_since()),
        ).fetchall()
        return [self._file(*row) for row in rows]

    def find(self, name: str) -> File | None:
        """Return the file of a name that is kept."""
        row = self._db.execute(
            "SELECT name, seq, mtime_ns FROM kept_name WHERE parent = ? AND fold = ? AND seq > ?",
            (self._place, names.fold(name), kept_since()),
        ).fetchone()
        return self._file(*row) if row else None

    def _file(self, name: str, seq: int, mtime_ns: int | None) -> File:
        shown_at = seq * 1_000_000 if mtime_ns is None else mtime_ns
        return File.plain(name, self._folder / _EMPTY, self._folder, 0, shown_at)

    def put(self, w: Writer, name: str, mtime_ns: int | None = None) -> None:
        """Keep a name, which shows a modification time, in nanoseconds since the epoch, if given. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / _EMPTY).touch()
        w.db.execute(
            "INSERT OR REPLACE INTO kept_name (parent, name, fold, seq, mtime_ns) VALUES (?, ?, ?, ?, ?)",
            (self._place, name, names.fold(name), w.seq, mtime_ns),
        )
        w.db.execute("DELETE FROM kept_name WHERE seq <= ?", (kept_since(),))
        if w.db.execute("SELECT count(*) FROM kept_name").fetchone()[0] > MOST:
            w.db.execute(
                "DELETE FROM kept_name WHERE (parent, fold) IN"
                " (SELECT parent, fold FROM kept_name ORDER BY seq LIMIT ?)",
                (_SPARE,),
            )

    def drop(self, w: Writer, name: str) -> bool:
        """Keep a name no more; return whether it was kept."""
        dropped = w.db.execute(
            "DELETE FROM kept_name WHERE parent = ? AND fold = ?",
            (self._place, names.fold(name)),
        ).rowcount
        if dropped:
            w.note_removal()
        return dropped > 0


def is_placeholder(node: object) -> bool:
    """Tell whether a file is a name that is kept and nothing more."""
    return isinstance(node, File) and not node.id and not node.size and node.path.name == _EMPTY
