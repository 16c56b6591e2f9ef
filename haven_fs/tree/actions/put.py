"""Files that are sent: deciding before the first byte arrives, receiving, and storing.

Receiving may take an hour, and holds neither a view of the tree, nor a transaction, nor memory. So the folder that
takes the file is opened twice, before and after; a photo that it no longer takes by then is removed again.
"""

import unicodedata
from dataclasses import dataclass
from functools import partial
from types import TracebackType, UnionType
from typing import Literal

from haven_fs.catalog.libraries import NO_INBOX, find_inbox
from haven_fs.errors import Conflict, Forbidden, NotPossible, TooLarge
from haven_fs.library.storing import Draft
from haven_fs.tree.actions.plan import NO_PARENT, PUT, READ_ONLY, Change, Done, Writing, refusal
from haven_fs.tree.disk.place import DiskPlace, in_words
from haven_fs.tree.disk.uploads import Stored
from haven_fs.tree.files import File, FileSet
from haven_fs.tree.junk import DRAFT, is_half, is_junk
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.writes import TakesFiles, TakesPhotos, TakesUploads, Upload, check_name

_EDITED = (
    "Haven shows this photo here and cannot change it. Save it under another name, or change it where it is: in"
    " Originals, if that library is writable, or in Inbox."
)
_ANY_SIZE = 1 << 62


@dataclass(frozen=True, slots=True)
class Put:
    """What a file that is sent to a path becomes.

    `kind`: "junk" of a system, a "file" that the folder keeps, one that is stored on the "disk", or a "photo" among
    others. `there`: the file that has the name now. `largest`: bytes that it may have. `target`: where it is stored on
    disk, in place of what is there if `over`. `links`: if the same bytes are a photo already, that is shown instead.
    """

    kind: Literal["junk", "file", "disk", "photo"]
    at: Located
    there: File | None
    largest: int = _ANY_SIZE
    target: DiskPlace | None = None
    over: bool = False
    links: bool = True

    @property
    def changes(self) -> tuple[Change, ...]:
        """The path that it changes, and which names its folder has if that is new."""
        return (Change(self.at, names=self.at.node is None),)

    @property
    def is_plain(self) -> bool:
        """Whether it is stored as in any folder of a disk, even if it is empty."""
        return self.kind == "disk" and not self.links

    @property
    def name(self) -> str:
        """The name that it gets."""
        return unicodedata.normalize("NFC", self.at.name)


def plan_put(tree: Tree, at: Located) -> Put:
    """Decide, by what is there, what a file sent to a path becomes. Raises Refused."""
    node, folder = at.node, at.parent
    if isinstance(node, Folder) or not at.path:
        raise NotPossible("There is a folder with this name. Choose another name.")
    if folder is None:
        raise Conflict(NO_PARENT)
    put = _plan(tree, at, node, folder) if node is None or isinstance(node, File) else None
    if put is None:
        raise refusal(at)
    if not tree.catalog.writable:
        raise Forbidden(READ_ONLY)
    return put


def _plan(tree: Tree, at: Located, node: File | None, folder: Folder) -> Put | None:
    name = unicodedata.normalize("NFC", at.name)
    takes = isinstance(folder, TakesFiles | TakesUploads | TakesPhotos)
    if is_junk(name):
        largest = tree.junk.largest
        if is_half(name):  # which gets its name when it is whole
            largest = folder.largest if isinstance(folder, TakesFiles) else _ANY_SIZE
        return Put("junk", at, node, largest) if takes else None
    if isinstance(folder, TakesFiles):
        return Put("file", at, node, folder.largest) if node is None or at.is_extra() else None
    file = None if is_placeholder(node) else node
    if tree.uploads is None and takes:
        raise Forbidden(READ_ONLY if not tree.catalog.writable else NO_INBOX)
    if isinstance(folder, TakesUploads):
        folder.check_upload(name)
        real = folder.real_name(name)
        target = folder.disk_place().child(real or name)
        return Put("disk", at, file, target=target, over=real is not None, links=folder.links)
    if isinstance(folder, TakesPhotos):
        if find_inbox(folder.view.db) is None:
            raise Forbidden(NO_INBOX)
        check_name(name)
        return Put("photo", at, file)
    return None


class Receiving:
    """A file being received: `write` its blocks, then `finish`. What is not finished in its context leaves nothing."""

    def __init__(self, writing: Writing, put: Put, size: int | None) -> None:
        """`size`: how many bytes will come, if the sender says so. Raises Refused."""
        self._writing, self._tree, self._put = writing, writing.tree, put
        if size is not None and size > put.largest:
            raise self._too_large()
        if put.kind == "photo" and put.there is not None and size not in (None, put.there.size):
            raise Forbidden(_EDITED)
        with in_words():
            self._draft = self._begin(size)

    def _begin(self, size: int | None) -> Draft | None:
        if self._put.kind in ("junk", "file"):
            self._tree.junk.folder.mkdir(parents=True, exist_ok=True)
            return Draft(self._tree.junk.folder, size, prefix=DRAFT)
        if size == 0 and not self._put.is_plain:
            return None
        assert self._tree.uploads is not None
        return self._tree.uploads.begin(self._put.target.parent if self._put.target is not None else None, size)

    def __enter__(self) -> "Receiving":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._draft is not None:
            self._draft.discard()

    @property
    def size(self) -> int:
        """How many bytes have arrived."""
        return self._draft.size if self._draft is not None else 0

    def _too_large(self) -> TooLarge:
        return TooLarge(f"A file may have {self._put.largest >> 20 or 1} MB here.")

    def write(self, block: bytes) -> None:
        """Receive the next block. Raises Refused."""
        with in_words():
            if self._draft is None:
                self._draft = self._begin(None)
            assert self._draft is not None
            if self._draft.size + len(block) > self._put.largest:
                raise self._too_large()
            self._draft.write(block)

    def finish(self, mtime: float | None = None) -> Done:
        """Store the complete file. `mtime`: its modification time, in seconds since the epoch. Raises Refused."""
        with in_words():
            return self._finish(mtime)

    def _finish(self, mtime: float | None) -> Done:
        put, draft, created = self._put, self._draft, self._put.at.node is None
        if draft is None or (not draft.size and put.kind in ("disk", "photo") and not put.is_plain):
            return self._keep_name()
        draft.finish(mtime if put.kind in ("disk", "photo") else None)
        upload = Upload(draft.path, draft.size)
        if put.kind == "junk":
            self._tree.junk.put(put.at.path, upload)
            return Done(created)
        if put.kind == "file":
            self._give(upload)
            return Done(created)
        return Done(created, stored=self._store_on_disk(draft) if put.kind == "disk" else self._store_photo(draft))

    def _keep_name(self) -> Done:
        """Keep the name of an empty file, to which a program is about to write; an existing file stays."""
        created = self._put.at.node is None
        if created:
            with self._tree.view() as view, self._tree.catalog.write() as w:
                self._tree.keep_name(w, self._again(view, TakesUploads | TakesPhotos))
        return Done(created)

    def _give(self, upload: Upload) -> None:
        with self._tree.view() as view:
            at = self._again(view, TakesFiles)
            assert isinstance(at.parent, TakesFiles)
            with self._writing.transaction(at.path, PUT) as w:
                at.parent.put_file(w, at.name, upload)

    def _again(self, view: View, kind: UnionType | type) -> Located:
        """Locate the path anew. Raises Refused if its folder is no longer of a kind."""
        at = self._tree.locate(view, self._put.at.path)
        if not isinstance(at.parent, kind):
            raise Conflict(NO_PARENT)
        return at

    def _store_on_disk(self, draft: Draft) -> File:
        """Store a file where it was sent, and list it there if being there is not enough."""
        put, uploads = self._put, self._tree.uploads
        assert put.target is not None and uploads is not None
        changing = partial(self._writing.transaction, put.at.path, PUT)
        stored = uploads.store(draft, put.target, over=put.over, link=put.links, changing=changing)
        lies_there = put.over or (stored.is_new and put.at.node is None)
        with self._tree.view() as view:
            file = _file(view, stored)
            if not lies_there:
                at = self._again(view, TakesUploads)
                assert isinstance(at.parent, TakesUploads)
                with self._tree.catalog.write() as w:
                    self._tree.drop_name(w, at)
                    at.parent.stored(w, put.name, file)
        return file

    def _store_photo(self, draft: Draft) -> File:
        """Store a photo by its date and put it into the folder; if that is refused, do not keep it."""
        put, uploads = self._put, self._tree.uploads
        assert uploads is not None
        stored = uploads.store_by_date(draft, put.name)
        try:
            with self._tree.view() as view:
                file = _file(view, stored)
                if put.there is not None and put.there.photo_id != file.photo_id:
                    raise Forbidden(_EDITED)
                if put.there is None:
                    self._belong(view, file)
        except BaseException:
            if stored.is_new:
                uploads.withdraw(stored.original_id)
            raise
        return file

    def _belong(self, view: View, file: File) -> None:
        at = self._again(view, TakesPhotos)
        folder = at.parent
        assert folder is not None and isinstance(folder, TakesPhotos)
        files = folder.files()
        listed = None if files is None else next(files.narrowed("o.id = ?", file.id).files(view.db), None)
        with self._writing.transaction(at.path, PUT) as w:
            self._tree.drop_name(w, at)
            folder.put_photo(w, self._put.name, file)
            if listed is not None:  # it stays listed by its own name too
                folder.put_photo(w, listed.name, listed)


def _file(view: View, stored: Stored) -> File:
    """Return an original under its name on disk. Raises Refused if it is already gone."""
    one = FileSet("FROM original o WHERE o.id = ? AND o.gone IS NULL", (stored.original_id,), disk_names=True)
    file = next(one.files(view.db), None)
    if file is None:
        raise Conflict("The file was removed from the disk while it was stored. Send it again.")
    return file
