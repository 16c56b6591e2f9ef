"""Applies what an export says: copies what no library has yet, and says the rest where a person would say it.

What describes a picture is copied beside it, so that all that an export says of it outlives the catalog, and is what a
file says: the owner's own word goes before it. Albums, and what is said of pictures that a library already has, are
corrections, made in the folders of the tree. All of it is one gesture, also if it was interrupted and begun again.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from haven_fs.catalog import Writer, names
from haven_fs.catalog.brought import BEGUN, FINISHED, begun, bring, is_brought
from haven_fs.errors import DiskFull, Refused
from haven_fs.library.beside import READERS
from haven_fs.library.headers import Values
from haven_fs.library.kinds import HEAD_SIZE, VIDEO_ENDINGS, ending, sniff
from haven_fs.library.plainnotes import moment_of
from haven_fs.library.stems import read_name
from haven_fs.library.storing import Draft, make_folders
from haven_fs.library.trouble import NO_ROOM
from haven_fs.moving.described import Export, Item
from haven_fs.moving.saying import Saying
from haven_fs.moving.sources import Entry
from haven_fs.tree.disk.place import DiskPlace
from haven_fs.tree.disk.uploads import Stored
from haven_fs.tree.tree import Tree

logger = logging.getLogger(__name__)

PLACE = "haven import"
_AT_ONCE = 50
"""Photos that are noted in one transaction."""


@dataclass(slots=True)
class Report:
    """What an import has done: photos and videos copied, known already, put into albums, of which more is said.

    `left_out`: paths with the reason. `failed`: a disk failed or is full, so that it should be done again.
    """

    copied: int = 0
    known: int = 0
    in_albums: int = 0
    said: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)
    failed: bool = False


class Importer:
    """Takes one export into a folder of a writable library.

    `source`: what the export is known by when it is imported again. `wanted`: what the folder is called, if that is
    free.
    """

    def __init__(self, tree: Tree, place: DiskPlace, export: Export, source: str, wanted: str) -> None:
        assert tree.uploads is not None
        self._catalog, self._uploads = tree.catalog, tree.uploads
        self._export, self._source = export, source
        with self._catalog.read() as db:
            self._gesture, folder = begun(db, source)
        self._begun = self._gesture is not None
        self._top = place.child(folder or names.free(wanted, lambda one: place.child(one).on_disk.exists(), key=str))
        self._saying = Saying(tree, self._writing)
        self._fresh: list[int] = []
        self._mine: set[int] = set()
        self.report = Report(left_out=list(export.left_out))

    @property
    def goes_on(self) -> bool:
        """Whether it goes on with an import that was interrupted."""
        return self._begun

    @property
    def folder(self) -> DiskPlace:
        """Where it copies to."""
        return self._top

    def run(self, advance: Callable[[int], object]) -> Report:
        """Do all of it; `advance` is called with how many files more are done."""
        albums: dict[str, dict[int, int]] = {key: {} for key in self._export.albums}
        for item in sorted(self._export.items, key=_comes_later):
            try:
                original_id = self._take(item)
            except Refused as refused:
                self._leave_out(item.entry, refused.reason)
                self.report.failed = self.report.failed or isinstance(refused, DiskFull)
            except OSError as error:
                self._leave_out(item.entry, error.strerror or str(error))
                self.report.failed = self.report.failed or error.errno in NO_ROOM
            else:
                if original_id is not None:
                    for key in item.albums:
                        albums[key].setdefault(original_id, len(albums[key]))
            if len(self._fresh) >= _AT_ONCE:
                self._note_fresh()
            advance(1)
        # What came later may have made one photo of two: only now it is certain which photo a file is.
        self._fresh = sorted(self._mine)
        self._note_fresh()
        for key, members in sorted(albums.items()):
            photo_ids = self._photos_of(members)
            try:
                self.report.in_albums += self._saying.put_into("Albums", self._export.albums[key], photo_ids)
            except Refused as refused:
                self.report.left_out.append((f"the album {self._export.albums[key]}", refused.reason))
        if self._begun and not self.report.failed:
            with self._writing() as w:
                w.correct(FINISHED, source=self._source, name=self._export.title)
        return self.report

    def _leave_out(self, entry: Entry, reason: str) -> None:
        self.report.left_out.append((entry.path, reason))

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        """Open a transaction that is part of this import's gesture."""
        with self._catalog.write(by="", place=PLACE, act="import", gesture=self._gesture) as w:
            if not self._begun:
                w.correct(BEGUN, source=self._source, name=self._export.title, folder=self._top.name)
            yield w
        self._begun, self._gesture = True, w.gesture

    # Files

    def _take(self, item: Item) -> int | None:
        """Have a file in a library, and return its original's row; None if it is no photo."""
        known = self._uploads.twin_by_sha1(item.entry.size, item.entry.sha1) if item.entry.sha1 is not None else None
        if known is None and item.entry.file is not None:
            known = self._uploads.twin_of(item.entry.file, item.entry.size)
        if known is not None:
            return self._is_there(known, item)
        folder = DiskPlace(self._top.library, f"{self._top.path}/{_portable(item.folder)}".rstrip("/"))
        make_folders(folder.library.root, folder.path)
        draft = self._received(folder, item.entry, moment_of(self._values(item)))
        try:
            known = self._uploads.twin_of(draft.path, draft.size)
            return self._is_there(known, item) if known is not None else self._store(draft, folder, item)
        finally:
            draft.discard()

    def _received(self, folder: DiskPlace, entry: Entry, mtime: float | None = None) -> Draft:
        draft = self._uploads.begin(folder, entry.size)
        try:
            for block in entry.blocks():
                draft.write(block)
            draft.finish(mtime)
        except BaseException:
            draft.discard()
            raise
        return draft

    def _store(self, draft: Draft, folder: DiskPlace, item: Item) -> int | None:
        name = names.free(
            _portable(item.name.replace("/", "_")), lambda one: folder.child(one).on_disk.exists(), key=str
        )
        beside = self._store_notes(folder, name, item)
        try:
            stored = self._keep(draft, folder.child(name))
        except BaseException:
            if beside is not None:
                self._uploads.withdraw(*beside)
            raise
        if not self._photos_of([stored.original_id]):
            return None
        self._came(stored.original_id)
        return stored.original_id

    def _came(self, original_id: int) -> None:
        self.report.copied += 1
        self._fresh.append(original_id)
        self._mine.add(original_id)

    def _store_notes(self, folder: DiskPlace, name: str, item: Item) -> tuple[int, Draft] | None:
        """Store what describes a file beside it, first, so that it is known when the file is looked into."""
        target = folder.child(f"{name}.{ending(item.notes.name)}" if item.notes is not None else name)
        if item.notes is None or target.on_disk.exists():
            return None
        draft = self._received(folder, item.notes)
        try:
            return self._keep(draft, target).original_id, draft
        finally:
            draft.discard()

    def _keep(self, draft: Draft, target: DiskPlace) -> Stored:
        return self._uploads.store(draft, target, over=False, link=False, changing=self._writing)

    def _is_there(self, original_id: int, item: Item) -> int | None:
        """Say of a photo that a library has what the export says of it, if it lacks that."""
        photo_ids, place = self._photos_of([original_id]), self._uploads.place_of(original_id)
        if not photo_ids or place is None:
            return None
        if original_id in self._mine:
            return original_id
        (photo_id,) = photo_ids
        with self._catalog.read() as db:
            if is_brought(db, photo_id):  # it came with all that is said of it
                self.report.known += not item.again
                return original_id
        if self._begun and place.within(self._top):  # it was copied before this was interrupted
            self._came(original_id)
            return original_id
        self.report.known += not item.again
        if values := self._values(item):
            self.report.said += self._saying.say_lacking(photo_id, values, self._uploads.values_of(place, values))
        return original_id

    def _values(self, item: Item) -> Values:
        """Return what is said of a file, in the words of XMP."""
        if item.notes is None:
            return {}
        data = b"".join(item.notes.blocks())
        reader = READERS.get(sniff(data[:HEAD_SIZE], item.notes.name).format)
        return reader(data, []) if reader is not None else {}

    def _photos_of(self, originals: Iterable[int]) -> list[int]:
        """Return the photos that originals are, in their order, each once."""
        query = (
            "SELECT o.photo_id FROM json_each(?) j CROSS JOIN original o ON o.id = j.value"
            " WHERE o.photo_id IS NOT NULL ORDER BY j.key"
        )
        with self._catalog.read() as db:
            return list(dict.fromkeys(row[0] for row in db.execute(query, (json.dumps(list(originals)),))))

    def _note_fresh(self) -> None:
        """Note that photos came by this import, so that taking it back takes them out again."""
        with self._catalog.read() as db:
            photo_ids = [photo_id for photo_id in self._photos_of(self._fresh) if not is_brought(db, photo_id)]
        if photo_ids:
            with self._writing() as w:
                bring(w, photo_ids, self._export.title)
        self._fresh.clear()


def _comes_later(item: Item) -> tuple[bool, bool, bool]:
    """Sort what may be a part of another photo behind that, so that the photo has its name.

    What nothing describes comes after what is described: of files with the same bytes, the first is stored.
    """
    is_part = read_name(item.name).said == "edit" or ending(item.name) in VIDEO_ENDINGS
    return item.again, is_part, item.notes is None


def _portable(folder: str) -> str:
    """Return a path that every system can store, in which nothing is hidden."""
    return "/".join(names.portable(part.lstrip(".") or "_") for part in folder.split("/") if part)
