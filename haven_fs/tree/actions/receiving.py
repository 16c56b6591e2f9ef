"""Receiving a file that is sent, and storing it.

Receiving may take an hour, and holds neither a view of the tree, nor a transaction, nor memory. So the folder that
takes the file is opened twice, before and after; a photo that it no longer takes by then is removed again.

Where there is no folder for uploads, what is sent into a smart folder must be a photo that a library has. A length that
none has is refused at once; else the file is received, compared byte by byte, and the photo is put there.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType, UnionType

from haven_fs.catalog import Writer
from haven_fs.catalog.libraries import NO_INBOX
from haven_fs.errors import Conflict, Forbidden, Refused, TooLarge
from haven_fs.library.storing import Draft
from haven_fs.tree.actions.plan import NO_PARENT, PUT, Done, Writing
from haven_fs.tree.actions.put import Put
from haven_fs.tree.disk.place import in_words
from haven_fs.tree.disk.uploads import Stored
from haven_fs.tree.files import File, file_on_disk
from haven_fs.tree.gestures import Sent
from haven_fs.tree.junk import DRAFT
from haven_fs.tree.nodes import View
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located
from haven_fs.tree.writes import TakesFiles, TakesPhotos, TakesUploads, Upload

logger = logging.getLogger(__name__)

_EDITED = (
    "Haven shows this photo here and cannot change it. Save it under another name, or change it where it is: in"
    " Originals, if that library is writable, or in Inbox."
)
_COPIES = (
    "Small and TV show copies, and cannot show a file as it was sent. Send it to the same folder of the drive itself."
)
_NO_COPY = "This is a copy that Small or TV shows of a photo. Copy the photo itself, on the drive."


class Receiving:
    """A file being received: `write` its blocks, then `finish`. What is not finished in its context leaves nothing."""

    def __init__(self, writing: Writing, put: Put, size: int | None) -> None:
        """`size`: how many bytes will come, if the sender says so. Raises Refused."""
        self._writing, self._tree, self._put = writing, writing.tree, put
        self._is_done = self._is_refused = False
        self._last: Callable[[], None] = lambda: None
        with self._refusing(), in_words():
            self._tree.catalog.trouble.check()
            is_other = put.kind == "photo" and put.there is not None and size not in (None, *put.sizes)
            into_copies = put.is_seen and bool(size)
            if (into_copies or is_other) and not self._may_be_copy(size or 0):
                raise Forbidden(_COPIES if into_copies else _EDITED)
            self._largest = self._most(size)
            self._draft = self._begin(size)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Note that the file is refused, if it is: what its sender then does to clean up means nothing."""
        try:
            yield
        except BaseException as error:
            self._is_refused = True
            self._writing.note_refused(self._put.at, error if isinstance(error, Refused) else None)
            raise

    def _may_be_copy(self, size: int) -> bool:
        """Tell whether a file of that many bytes may be one that Small or TV shows in place of a photo."""
        return self._tree.uploads is not None and self._tree.uploads.is_given_size(size)

    def _most(self, size: int | None) -> int:
        """Return how many bytes may come. Raises Refused if it is known that more will, or none that are wanted."""
        most = self._put.largest
        if self._put.known_only:
            assert self._tree.uploads is not None
            if size and not self._tree.uploads.is_known_size(size):
                raise Forbidden(NO_INBOX)
            most = self._tree.uploads.largest()
        if size is not None and size > most:
            raise self._too_large()
        return most

    def _begin(self, size: int | None) -> Draft | None:
        if self._put.kind in ("junk", "file") or (self._put.known_only and size != 0):
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
        self.discard()

    def discard(self) -> None:
        """Forget what came, unless it was stored; may be called twice."""
        if self._draft is not None:
            self._draft.discard()
        if not self._is_done and not self._is_refused:
            self._is_refused = True
            self._writing.note_refused(self._put.at, None)

    @property
    def size(self) -> int:
        """How many bytes have arrived."""
        return self._draft.size if self._draft is not None else 0

    def _too_large(self) -> Refused:
        if self._put.known_only:
            return Forbidden(NO_INBOX)
        return TooLarge(f"A file may have {self._put.largest >> 20 or 1} MB here.")

    def write(self, block: bytes | memoryview) -> None:
        """Receive the next block. Raises Refused."""
        with self._refusing(), in_words():
            if self._draft is None:
                self._draft = self._begin(None)
            assert self._draft is not None
            if self._draft.size + len(block) > self._largest:
                raise self._too_large()
            self._draft.write(block)

    def finish(self, mtime: float | None = None, last: Callable[[], None] | None = None) -> Done:
        """Store the complete file. `mtime`: its modification time, in seconds since the epoch. Raises Refused.

        `last`: is called, maybe more than once, when its bytes are in their place; if it raises OSError, they are not.
        """
        with self._refusing(), in_words():
            self._last = last or self._last
            done = self._finish(mtime)
            self._last()
        self._is_done = True
        self._tree.gestures.forget_refused(self._writing.by, self._put.at.path, all_=True)
        return done

    def _finish(self, mtime: float | None) -> Done:
        put, draft, created = self._put, self._draft, self._put.at.node is None
        if draft is None or (not draft.size and put.kind in ("disk", "photo") and not put.is_plain):
            if put.kind == "photo" and put.there is not None:
                raise Forbidden(_EDITED)
            return self._keep_name(mtime)
        # The disk's own clock ticks every few milliseconds, in which several files may come: no two are to look alike.
        draft.finish(mtime if mtime is not None and put.kind != "file" else time.time())
        upload = Upload(draft.path, draft.size)
        if put.is_seen and self._is_there_already(draft):
            return Done(created)
        if put.kind == "junk":
            self._tree.junk.put(put.at.path, upload)
            return Done(created)
        if put.kind == "file":
            self._give(upload)
            return Done(created)
        if put.kind == "disk":
            return Done(created, stored=self._store_on_disk(draft, mtime))
        return Done(created, stored=self._store_photo(draft, mtime))

    def _is_there_already(self, draft: Draft) -> bool:
        """Tell whether a copy that Small or TV shows is sent to where it is shown.

        False if it can go on as the photo it is of. Raises Forbidden of other files, and where it would be stored.
        """
        put, uploads = self._put, self._tree.uploads
        assert uploads is not None
        original_id = uploads.shown_as(draft)
        if original_id is None:
            raise Forbidden(_COPIES)
        if put.there is None and not put.is_plain:
            return False
        if put.there is None or put.there.id != original_id:
            raise Forbidden(_NO_COPY)
        return True

    def _keep_name(self, mtime: float | None) -> Done:
        """Keep the name of an empty file, to which a program is about to write; an existing file stays."""
        node = self._put.at.node
        if node is None or is_placeholder(node):
            mtime_ns = None if mtime is None else round(mtime * 1e9)
            with self._tree.view() as view, self._tree.catalog.write() as w:
                self._tree.keep_name(w, self._again(view, TakesUploads | TakesPhotos), mtime_ns)
        return Done(node is None)

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

    def _store_on_disk(self, draft: Draft, mtime: float | None) -> File | None:
        """Store a file where it was sent, and list it there if being there is not enough.

        None if somebody else has moved, removed or replaced it since: it had come, and where it went is their doing.
        """
        put, uploads = self._put, self._tree.uploads
        assert put.target is not None and uploads is not None
        stored = uploads.store(draft, put.target, over=put.over, link=put.links, changing=self._changing)
        if put.over or (stored.is_new and put.at.node is None):
            file = self._seen(stored, mtime)
        else:
            with self._kept(stored, draft), self._tree.view() as view:
                file = _there(_file(view, stored, mtime))
                at = self._again(view, TakesUploads)
                assert isinstance(at.parent, TakesUploads)
                with self._tree.catalog.write() as w:
                    self._tree.drop_name(w, at)
                    at.parent.stored(w, put.name, file)
                self._last()
        if put.at.node is None:
            self._tree.gestures.note_sent(self._writing.by, put.at.path, Sent(stored.original_id, stored.is_new))
        return file if file is None or stored.tag in ("", file.etag) else None

    def _seen(self, stored: Stored, mtime: float | None) -> File | None:
        """Return a file that has come, for the answer; None if it is gone, or the catalog does not tell now."""
        try:
            with self._tree.view() as view:
                return _file(view, stored, mtime)
        except Refused as refused:  # it has come all the same
            logger.warning("The answer to an upload says less: %s", refused.reason)
            return None

    @contextmanager
    def _changing(self) -> Iterator[Writer]:
        """The sender's transaction, in which the file comes."""
        with self._writing.transaction(self._put.at.path, PUT) as w:
            yield w
            self._last()

    def _store_photo(self, draft: Draft, mtime: float | None) -> File:
        """Store a photo by its date and put it into the folder; if that is refused, do not keep it."""
        put, uploads = self._put, self._tree.uploads
        assert uploads is not None
        stored = uploads.find(draft) if put.known_only else uploads.store_by_date(draft, put.name)
        if stored is None:
            raise Forbidden(NO_INBOX)
        with self._kept(stored, draft), self._tree.view() as view:
            file = _there(_file(view, stored, mtime))
            if put.there is not None and put.there.photo_id != file.photo_id:
                raise Forbidden(_EDITED)
            if put.there is None:
                self._belong(view, file)
            elif mtime is not None:
                self._note_time(view, file)
            self._last()
        if put.there is None:
            self._tree.gestures.note_sent(self._writing.by, put.at.path, Sent(stored.original_id, stored.is_new))
        return file

    @contextmanager
    def _kept(self, stored: Stored, draft: Draft) -> Iterator[None]:
        """Do not keep what was stored just now if the block raises: it is not where its sender wanted it."""
        try:
            yield
        except BaseException:
            if stored.is_new and self._tree.uploads is not None:
                self._tree.uploads.withdraw(stored.original_id, draft)
            raise

    def _note_time(self, view: View, file: File) -> None:
        """Have a photo that is there already show the time that it was sent with."""
        at = self._again(view, TakesPhotos)
        assert isinstance(at.parent, TakesPhotos)
        with self._tree.catalog.write() as w:
            at.parent.set_time(w, self._put.name, file)

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


def _there(file: File | None) -> File:
    """Return a file that is there. Raises Refused if it is gone again."""
    if file is None:
        raise Conflict("The file was removed from the disk while it was stored. Send it again.")
    return file


def _file(view: View, stored: Stored, mtime: float | None) -> File | None:
    """Return an original under its name on disk, with the time it was sent with; None if it is gone again."""
    file = file_on_disk(view.db, stored.original_id)
    if file is None or mtime is None or abs(file.mtime_ns / 1e9 - mtime) < 1:
        return file
    return file.shown_at(round(mtime * 1e9))
