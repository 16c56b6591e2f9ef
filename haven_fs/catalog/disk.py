"""The catalog's mirror of what is on disk: folders and files as a walk found them, before anyone knows what they are.

Rows of originals live as long as the catalog. A file that moved keeps its row, a file that vanished leaves it marked
`gone`, and one that comes back with the same bytes gets it again, with its photo and all that was said about it.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from haven_fs.catalog import names
from haven_fs.catalog.catalog import Writer
from haven_fs.catalog.places import next_id
from haven_fs.catalog.spelling import etag, http_date, iso_date
from haven_fs.library.stems import stem_key
from haven_fs.library.text import as_text
from haven_fs.library.walk import FileStat

MOST_STIRRED = 5000
"""Files a walk looks at since only their ctime is another: half a minute on a slow disk. One command changes the rights
of a whole library."""


@dataclass(frozen=True, slots=True)
class Row:
    """An original on disk as the catalog knows it; `path` is below the library's root, as the file system spells it."""

    id: int
    dir_id: int
    path: bytes
    size: int


@dataclass(slots=True)
class Differences:
    """What one walk found to be other than the catalog says.

    `changed`: originals as the catalog has them, each with its file as it is now. `stirred`: the same of those of
    which only the disk's own time of change is another: a program may have written them anew and set their time back,
    or only their rights are others; see catalog/stirred.py. Of either kind, with the old inode and with another, there
    are at most MOST_STIRRED: the next walk finds the rest.
    """

    new: list[Row] = field(default_factory=list)
    missing: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, FileStat]] = field(default_factory=list)
    stirred: list[tuple[Row, FileStat]] = field(default_factory=list)


class Mirror:
    """One library's folders and files in one walk; call `put` for each folder listed, in write transactions.

    `all_folders`: False for a look at a few files, which need not know all folders that were there before.
    """

    def __init__(self, w: Writer, library_id: int, *, all_folders: bool = True) -> None:
        self.library_id = library_id
        self.found = Differences()
        # What is written through the tree while a walk runs is newer than what the walk lists.
        self._since = int(w.db.execute("SELECT value FROM state WHERE key = 'seq'").fetchone()[0])
        self._own: set[int] = set()
        self._dirs: dict[bytes, int] = {}
        self._stirred = {True: 0, False: 0}
        if all_folders:
            known = w.db.execute("SELECT path, id FROM dir WHERE library_id = ? AND gone IS NULL", (library_id,))
            self._dirs.update(known)

    def known_folders(self) -> set[bytes]:
        """Return the paths of the folders the catalog has, the root's among them."""
        return set(self._dirs)

    def add_folder(self, w: Writer, path: bytes) -> int:
        """Have a folder, and those above it, in the catalog; return its row."""
        return self._dir(w, path)

    def put_file(self, w: Writer, path: bytes, stat: FileStat) -> Row:
        """Bring one file of a folder in step, as `put` does with all of them."""
        dir_id = self._dir(w, path)
        prefix, file = path + b"/" if path else b"", os.fsencode(stat.name)
        row = w.db.execute(
            "SELECT id, size, mtime_ns, stem, ctime_ns FROM original WHERE dir_id = ? AND file = ? AND gone IS NULL",
            (dir_id, file),
        ).fetchone()
        if row is None:
            stems = self._insert(w, dir_id, prefix, [(file, stat)])
        elif row[1] != stat.size or row[2] != stat.mtime_ns or row[4] not in (None, stat.ctime_ns):
            stems = {row[3]}
            restat(w, row[0], stat)
        else:
            return Row(row[0], dir_id, prefix + file, stat.size)
        mark_due(w, dir_id, stems)
        touch(w, [dir_id])
        return self.found.new[-1] if row is None else Row(row[0], dir_id, prefix + file, stat.size)

    def is_newer(self, w: Writer, path: bytes) -> bool:
        """Tell whether something was done in a folder through the tree since the walk began: its listing may be old."""
        row = w.db.execute("SELECT seq FROM dir WHERE library_id = ? AND path = ?", (self.library_id, path)).fetchone()
        return row is not None and row[0] > self._since and row[0] not in self._own

    def put(self, w: Writer, path: bytes, files: Sequence[FileStat]) -> None:
        """Bring one folder in step: add what is new, note what changed or is missing.

        If the folder `is_newer`, it must have been listed within this transaction, in which nobody else writes.
        """
        dir_id = self._dir(w, path)
        known = {
            row[0]: row[1:]
            for row in w.db.execute(
                "SELECT file, id, size, mtime_ns, ctime_ns, seq, inode FROM original WHERE dir_id = ? AND gone IS NULL",
                (dir_id,),
            )
        }
        prefix = path + b"/" if path else b""
        fresh: list[tuple[bytes, FileStat]] = []
        first_seen: list[tuple[int, int]] = []
        for stat in files:
            file = os.fsencode(stat.name)
            row = known.pop(file, None)
            if row is None:
                fresh.append((file, stat))
            elif (row[1] != stat.size or row[2] != stat.mtime_ns) and row[4] <= self._since:
                self.found.changed.append((Row(row[0], dir_id, prefix + file, row[1]), stat))
            elif row[3] is None:  # indexed before Haven asked for it
                first_seen.append((stat.ctime_ns, row[0]))
            elif row[3] != stat.ctime_ns and row[4] <= self._since:
                is_same = row[5] == _signed(stat.inode)
                self._stirred[is_same] += 1
                if self._stirred[is_same] <= MOST_STIRRED:
                    self.found.stirred.append((Row(row[0], dir_id, prefix + file, row[1]), stat))
        note_ctimes(w, first_seen)
        for file, row in known.items():
            if row[4] <= self._since:
                self.found.missing.append(Row(row[0], dir_id, prefix + file, row[1]))
        stems = self._insert(w, dir_id, prefix, fresh)
        if stems:
            mark_due(w, dir_id, stems)
            self._touch(w, dir_id)

    def _touch(self, w: Writer, dir_id: int) -> None:
        """Note a change of this walk's own; only then, since a transaction that changes nothing leaves its seq free."""
        self._own.add(w.seq)
        touch(w, [dir_id])

    def _dir(self, w: Writer, path: bytes) -> int:
        if path in self._dirs:
            return self._dirs[path]
        known = w.db.execute(
            "SELECT id FROM dir WHERE library_id = ? AND path = ? AND gone IS NULL", (self.library_id, path)
        ).fetchone()
        if known is not None:  # added since the walk began, by an upload
            self._dirs[path] = known[0]
            return self._dirs[path]
        parent_path, _, file = path.rpartition(b"/")
        parent = self._dir(w, parent_path) if path else None
        folds = {
            row[0] for row in w.db.execute("SELECT shown_fold FROM dir WHERE parent_id = ? AND gone IS NULL", (parent,))
        }
        shown = names.free(names.shown(os.fsdecode(file)), folds.__contains__)
        self._dirs[path] = w.db.execute(
            "INSERT INTO dir (library_id, parent_id, path, shown, shown_fold, seq) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (library_id, path) DO UPDATE SET gone = NULL, shown = excluded.shown,"
            " shown_fold = excluded.shown_fold, seq = excluded.seq RETURNING id",
            (self.library_id, parent, path, shown, names.fold(shown), w.seq),
        ).fetchone()[0]
        self._touch(w, self._dirs[path])
        return self._dirs[path]

    def _insert(self, w: Writer, dir_id: int, prefix: bytes, fresh: list[tuple[bytes, FileStat]]) -> set[str]:
        if not fresh:
            return set()
        taken = {
            row[0] for row in w.db.execute("SELECT shown FROM original WHERE dir_id = ? AND gone IS NULL", (dir_id,))
        }
        first = next_id(w)
        rows, stems = [], set()
        for id_, (file, stat) in enumerate(fresh, start=first):
            stem = stem_of(stat.name)
            stems.add(stem)
            # On a disk, names that differ by case are two files, which bear them.
            shown = names.free(names.shown(stat.name), taken.__contains__, key=str)
            taken.add(shown)
            rows.append((id_, dir_id, file, stem, *stat_columns(stat), *_shown_columns(shown), w.seq))
            self.found.new.append(Row(id_, dir_id, prefix + file, stat.size))
        w.db.executemany(
            "INSERT INTO original (id, dir_id, file, stem, size, mtime_ns, inode, ctime_ns, etag, modified, created,"
            " shown, shown_fold, shown_href, shown_xml, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        return stems

    def is_as_walked(self, w: Writer, original_id: int) -> bool:
        """Tell whether an original was not written anew since the walk began."""
        query = "SELECT seq FROM original WHERE id = ? AND gone IS NULL"
        row = w.db.execute(query, (original_id,)).fetchone()
        return row is not None and row[0] <= self._since

    def miss_folders(self, w: Writer, paths: Iterable[bytes]) -> None:
        """Note every file in these folders, which are not on disk any more, as missing."""
        for path in paths:
            dir_id = self._dirs[path]
            prefix = path + b"/" if path else b""
            for file, id_, size in w.db.execute(
                "SELECT file, id, size FROM original WHERE dir_id = ? AND gone IS NULL AND seq <= ?",
                (dir_id, self._since),
            ):
                self.found.missing.append(Row(id_, dir_id, prefix + file, size))

    def drop_folders(self, w: Writer, paths: Iterable[bytes]) -> set[int]:
        """Mark folders as gone and return those they lay in; their files must have been dropped or moved before."""
        parents: set[int] = set()
        for path in sorted(paths, key=len, reverse=True):
            dir_id = self._dirs.pop(path)
            touch(w, [dir_id])
            gone = "UPDATE dir SET gone = ? WHERE id = ? RETURNING parent_id"
            parents.update(row[0] for row in w.db.execute(gone, (w.seq, dir_id)) if row[0] is not None)
        return parents


def stem_of(file: str) -> str:
    """Return what the catalog has as the stem of a file's name, which the files of one photo share."""
    return as_text(stem_key(file))


def note_ctimes(w: Writer, ctimes: Iterable[tuple[int, int]]) -> None:
    """Note when files changed last by the disk's clock, each with its original; nothing that is listed changes."""
    w.db.executemany("UPDATE original SET ctime_ns = ? WHERE id = ?", ctimes)


def stat_columns(stat: FileStat) -> tuple[int, int, int, int, str, str, str]:
    """Return what the catalog has of a file's state: size, mtime_ns, inode, ctime_ns, etag, modified, created."""
    return (
        stat.size,
        stat.mtime_ns,
        _signed(stat.inode),
        stat.ctime_ns,
        etag(stat.size, stat.mtime_ns),
        http_date(stat.mtime_ns),
        iso_date(stat.mtime_ns),
    )


def _signed(inode: int) -> int:
    """Return a file's number as SQLite can keep it; some network disks number files with all 64 bits."""
    return inode - (1 << 64) if inode >= 1 << 63 else inode


def _shown_columns(shown: str) -> tuple[str, str, str, str]:
    return shown, names.fold(shown), names.href(shown), names.xml(shown)


def touch(w: Writer, dir_ids: Iterable[int]) -> None:
    """Note a change in these folders and so in every folder above them."""
    for dir_id in dir_ids:
        w.db.execute(
            "WITH RECURSIVE up (id) AS (SELECT ? UNION ALL SELECT parent_id FROM dir JOIN up ON dir.id = up.id"
            " WHERE parent_id IS NOT NULL) UPDATE dir SET seq = ? WHERE id IN (SELECT id FROM up)",
            (dir_id, w.seq),
        )


def mark_due(w: Writer, dir_id: int, stems: Iterable[str]) -> None:
    """Make whole groups of files due to be looked into again, since together they decide what is one photo."""
    w.db.executemany(
        "UPDATE original SET probed = 0 WHERE dir_id = ? AND stem = ? AND gone IS NULL AND probed = 1",
        [(dir_id, stem) for stem in stems],
    )


def restat(w: Writer, original_id: int, stat: FileStat) -> None:
    """Note a file's state, which is another than before."""
    w.db.execute(
        "UPDATE original SET size = ?, mtime_ns = ?, inode = ?, ctime_ns = ?, etag = ?, modified = ?, created = ?,"
        " seq = ?, hashed = NULL WHERE id = ?",
        (*stat_columns(stat), w.seq, original_id),
    )
    query = "UPDATE photo SET seq = ? WHERE id = (SELECT photo_id FROM original WHERE id = ?)"
    w.db.execute(query, (w.seq, original_id))


def hide_if_empty(w: Writer, photo_id: int) -> None:
    """Show a photo no more if none of its files is there."""
    w.note_removal()
    w.db.execute(
        "UPDATE photo SET seq = ?, shown = 0, unreadable = NULL WHERE id = ? AND NOT EXISTS"
        " (SELECT 1 FROM original WHERE photo_id = photo.id AND gone IS NULL)",
        (w.seq, photo_id),
    )


def drop(w: Writer, rows: Sequence[Row]) -> None:
    """Mark originals as gone; photos left without any file are shown no more."""
    if not rows:
        return
    w.note_removal()
    for row in rows:
        stem, photo_id = w.db.execute(
            "UPDATE original SET gone = ?, seq = ? WHERE id = ? RETURNING stem, photo_id", (w.seq, w.seq, row.id)
        ).fetchone()
        mark_due(w, row.dir_id, [stem])
        hide_if_empty(w, photo_id)
    touch(w, {row.dir_id for row in rows})
