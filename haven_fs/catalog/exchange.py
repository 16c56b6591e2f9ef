"""What a walk found at paths where the catalog has other bytes, or none: which originals those are now.

First the files are read that may be ones the catalog knows, while nothing is locked; then it is all decided and written
in one transaction, by the rules of haven_fs.catalog.identity. Costs follow what changed: a size that no lost file has
is looked up and no more.
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from haven_fs.catalog.another import is_another
from haven_fs.catalog.catalog import Catalog, Writer
from haven_fs.catalog.corrections import is_said_of
from haven_fs.catalog.disk import Differences, Row, hide_if_empty, mark_due, restat, stat_columns, touch
from haven_fs.catalog.identity import gives_way, let_go, set_aside, take_over
from haven_fs.catalog.lost import FoundFile, LostFile, found_files, known_sizes, lacks, lost_files, pair
from haven_fs.catalog.photos import name_anew
from haven_fs.catalog.places import RECENT, Slot, new_in, put_into, replace_row, slot_of
from haven_fs.catalog.trash import lately_removed
from haven_fs.library.backups import is_backup
from haven_fs.library.beneath import Beneath, placed
from haven_fs.library.fingerprint import fingerprint

_NEW = "o.probed = 0 AND o.photo_id IS NULL AND o.gone IS NULL"


class Exchange:
    """The differences of one walk of a library with `root`.

    Call `read` outside any transaction, then `resolve`. `others`: the libraries that originals came from. `backups`:
    the originals that old files are which programs kept when they saved.
    """

    def __init__(
        self,
        library_id: int,
        root: bytes,
        found: Differences,
        *,
        whole: bool = False,
    ) -> None:
        """`whole`: all of the library was walked, so files that a killed walk had found are among the new ones."""
        self._others_pictures: set[int] = set()
        self._library_id, self._root, self._whole = library_id, root, whole
        self._missing = found.missing
        self._new = [FoundFile(row.id, row.dir_id, _name(row.path), self._at(row.path), row.size) for row in found.new]
        self._changed = [
            FoundFile(row.id, row.dir_id, _name(row.path), self._at(row.path), stat.size, stat)
            for row, stat in found.changed
        ]
        self._old_sizes = {row.id: row.size for row, _ in found.changed}
        self._prints: dict[int, bytes] = {}
        self.others: set[int] = set()
        self.backups: list[int] = []

    def _at(self, path: bytes) -> Beneath:
        return placed(self._root, path)

    def read(self, catalog: Catalog) -> None:
        """Take the fingerprints of files that may be ones the catalog knows."""
        with catalog.read() as db:
            lost = {row.size for row in self._missing} | set(self._old_sizes.values())
            if self._whole:
                self._new += self._found_before(db)
            if lost:
                self._new += self._came_lately(db, lost)
            sizes = {one.size for one in (*self._new, *self._changed)}
            wanted = lost | known_sizes(db, sizes - lost)
        for one in (*self._new, *self._changed):
            # A file of the size it had may be as it was, but for its time.
            if one.id not in self._prints and one.size and one.size in {*wanted, self._old_sizes.get(one.id)}:
                try:
                    self._prints[one.id] = fingerprint(one.path, one.size)
                except OSError:
                    continue  # looking into it will say why

        with catalog.read() as db:
            self._others_pictures = {one.id for one in self._changed if is_another(db, one.id, one.path)}

    def _found_before(self, db: sqlite3.Connection) -> list[FoundFile]:
        """Return the files that a walk found which was killed before it knew what they are."""
        known = self._known()
        rows = found_files(db, f"{_NEW} AND l.id = ?", self._library_id)
        return [one for one, _ in rows if one.id not in known]

    def _known(self) -> set[int]:
        """Return the originals that this walk has said something of: none is to be two things at once."""
        return {one.id for one in (*self._new, *self._changed)} | {row.id for row in self._missing}

    def _came_lately(self, db: sqlite3.Connection, sizes: set[int]) -> list[FoundFile]:
        """Return the files of some sizes that came lately, here or to another library.

        A move to another disk is a copy first and a removal later: the copy may have been looked into in between.
        """
        known = self._known()
        found = []
        condition = f"o.size IN (SELECT value FROM json_each(?)) AND ({_NEW} AND l.id <> ? OR p.added > ?)"
        for one, print_ in found_files(db, condition, json.dumps(list(sizes)), self._library_id, time.time() - RECENT):
            # What somebody has spoken of is a photo of its own.
            is_own = one.photo_id is not None and is_said_of(db, one.photo_id)
            if one.id not in known and not is_own:
                found.append(one)
                if print_ is not None:
                    self._prints[one.id] = print_
        return found

    def resolve(
        self,
        w: Writer,
        missing: Sequence[Row],
        is_current: Callable[[Writer, int], bool],
        *,
        began: float | None = None,
        doubtful: bool = False,
    ) -> set[int]:
        """Bring the catalog in step with what was found; return those of the `missing` originals that are somewhere.

        `is_current`: tells whether an original is still as the walk met it. `began`: see set_aside. `doubtful`: what is
        missing may only be away, so that files which are photos already are copies and not where it went.
        """
        new = [one for one in self._new if _is_there(w, one) and not (doubtful and one.photo_id is not None)]
        changed = [one for one in self._changed if is_current(w, one.id)]
        same, lost = self._lost(w, missing, changed)
        comes = self._match(w, [*new, *(one for one in changed if one.id not in same)], lost, same)
        goes_to = {lost_one.id: one for one, lost_one in comes.items()}
        stay: list[FoundFile] = [one for one in changed if one.id in same]
        given_up: list[tuple[int, int]] = []
        for one in changed:
            if one.id in same:
                continue
            incoming, kept_as = comes.get(one), goes_to.get(one.id)
            is_kept = kept_as is not None and kept_as.dir_id == one.dir_id and kept_as.stat is None
            is_kept = is_kept and is_backup(os.fsdecode(kept_as.file), os.fsdecode(one.file))  # type: ignore[union-attr]
            if kept_as is not None and not is_kept:
                continue
            if kept_as is None and one.id in self._others_pictures:
                continue
            if incoming is not None and not _gives_way(w, incoming, one.id):
                continue
            stay.append(one)
            if kept_as is not None:
                del comes[kept_as]
            if incoming is not None:
                del comes[one]
                given_up += [(incoming.id, one.id)] if incoming.gone is None else []
        self._write(w, comes, changed, stay)
        for known, original_id in given_up:
            let_go(w, known, original_id)
        somewhere = {lost_one.id for lost_one in comes.values()} | {known for known, _ in given_up}
        return somewhere | self._take_up(w, [one for one in new if one not in comes and one.photo_id is None], began)

    def _take_up(self, w: Writer, new: Sequence[FoundFile], began: float | None) -> set[int]:
        """Have new files be what was at their paths until a moment ago, if they are its new content; return those."""
        taken_up: set[int] = set()
        if not w.db.execute(_LATELY, (time.time() - RECENT,)).fetchone()[0]:
            return taken_up
        for one in new:
            old = set_aside(w, one.dir_id, one.file, began)
            if old is None and began is None:
                # Sent just before a kill, after what was there was deleted; or saved so by a program on this computer.
                below = os.fsencode(one.path.below)
                old = lately_removed(w.db, None, self._library_id, below, time.time())
            if old is not None:
                backup = take_over(w, old[0], one.id)
                self.backups += [backup] if backup is not None else []
                taken_up.add(old[0])
        return taken_up

    def _lost(
        self, w: Writer, missing: Sequence[Row], changed: Sequence[FoundFile]
    ) -> tuple[set[int], dict[int, LostFile]]:
        """Return which changed files have the bytes that they had, and the originals whose bytes are elsewhere."""
        same: set[int] = set()
        empty = {row.id for row in missing}
        lost: dict[int, LostFile] = {}
        for one in lost_files(w.db, [*empty, *(one.id for one in changed)], empty):
            if one.fingerprint and self._prints.get(one.id) == one.fingerprint and one.id not in empty:
                same.add(one.id)
            else:
                lost[one.id] = one
        return same, lost

    def _match(
        self, w: Writer, found: Sequence[FoundFile], lost: dict[int, LostFile], same: set[int]
    ) -> dict[FoundFile, LostFile]:
        """Find the bytes of lost originals, and of such as were lost before, in files."""
        by_print: dict[bytes, list[FoundFile]] = {}
        for one in found:
            if one.id in self._prints:
                by_print.setdefault(self._prints[one.id], []).append(one)
        lost_by_print: dict[bytes, list[LostFile]] = {}
        for lost_one in lost.values():
            lost_by_print.setdefault(lost_one.fingerprint, []).append(lost_one)
        here = {one.id for one in found} | lost.keys() | same
        matched: dict[FoundFile, LostFile] = {}
        for print_, files in by_print.items():
            candidates = lost_by_print.get(print_, [])
            unknown = [one for one in files if one.photo_id is None]
            if unknown:
                # A file that nobody knows yet may be one that vanished long ago, or that another library lacks now.
                candidates = [*candidates, *self._lost_before(w, unknown[0].size, print_, here)]
            matched |= pair(files, candidates)
        return matched

    def _lost_before(self, w: Writer, size: int, print_: bytes, here: set[int]) -> Iterator[LostFile]:
        ids = [
            id_
            for (id_,) in w.db.execute(
                "SELECT id FROM original WHERE size = ?1 AND fingerprint = ?2 AND gone IS NOT NULL UNION ALL"
                " SELECT id FROM original WHERE size = ?1 AND fingerprint = ?2 AND gone IS NULL",
                (size, print_),
            )
            if id_ not in here
        ]
        for one in lost_files(w.db, ids, set(ids)):
            if one.gone is not None:
                yield one
            elif (lacking := lacks(w.db, one)) is not None:
                library_id, left_empty = lacking
                self.others.add(library_id)
                yield replace(one, left_empty=left_empty)

    def _write(
        self, w: Writer, comes: dict[FoundFile, LostFile], changed: Iterable[FoundFile], stay: Sequence[FoundFile]
    ) -> None:
        """Have each original where its bytes are. What has another's place, and no other, is in none any more."""
        stems = w.db.execute
        places: dict[int, Slot] = {}
        for one, lost_one in comes.items():
            places[lost_one.id] = slot_of(w, one.id, stat_columns(one.stat) if one.stat is not None else None)
        stays = {one.id for one in stay}
        leaving = [one for one in changed if one.id not in stays and one.id not in places]
        fresh = [
            slot_of(w, one.id, stat_columns(one.stat))
            for one in changed
            if one.id not in stays and one not in comes and one.stat is not None
        ]
        left = {(one.dir_id, one.stem) for one in lost_files(w.db, [*places, *(one.id for one in leaving)], set())}
        photos = [replace_row(w, one.id, lost.id) for one, lost in comes.items() if one.stat is None]
        photos += [photo_id for one in leaving for (photo_id,) in stems(_PHOTO, (one.id,)).fetchall()]
        put_into(w, places, [one.id for one in leaving])
        for slot in fresh:
            new_in(w, slot)
        for one in stay:
            assert one.stat is not None
            restat(w, one.id, one.stat)
            left.add((one.dir_id, stems("SELECT stem FROM original WHERE id = ?", (one.id,)).fetchone()[0]))
        left |= {(slot[0], slot[2]) for slot in chain(places.values(), fresh)}
        for dir_id, stem in left:
            mark_due(w, dir_id, [stem])
        touch(w, {dir_id for dir_id, _ in left})
        for photo_id in photos:
            if photo_id is not None:
                hide_if_empty(w, photo_id)
        for some in _batches(list(places)):
            name_anew(w, some)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + 500] for at in range(0, len(ids), 500))


_PHOTO = "SELECT photo_id FROM original WHERE id = ?"
_LATELY = "SELECT EXISTS (SELECT 1 FROM vacated) OR EXISTS (SELECT 1 FROM trash WHERE at > ?)"


def _gives_way(w: Writer, incoming: LostFile, over: int) -> bool:
    """Tell whether bytes that came to a path from a lost file are only what the file there was changed to."""
    if incoming.gone is not None:  # before this walk, and its bytes are here since somebody went back to them
        return incoming.photo_id is None or not is_said_of(w.db, incoming.photo_id)
    return incoming.left_empty and gives_way(w.db, incoming.id, over=over)


def _name(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _is_there(w: Writer, one: FoundFile) -> bool:
    """Tell whether an original is still where it was found: somebody may have moved it since."""
    query = "SELECT 1 FROM original WHERE id = ? AND dir_id = ? AND file = ? AND gone IS NULL"
    return w.db.execute(query, (one.id, one.dir_id, one.file)).fetchone() is not None
