"""PUT: what is decided before a byte is received, receiving, and what becomes of the file.

Nothing is held while a file comes, which may take an hour: neither a view of the tree, nor a transaction, nor memory.
So the folder is opened twice, before and after, and what is stored but not taken by then is removed again.
"""

import errno
import hashlib
import logging
import math
import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from haven_dav.send import BLOCK, Environ
from haven_dav.status import PreconditionFailed
from haven_fs.catalog import Writer, names
from haven_fs.catalog.libraries import NO_INBOX, find_inbox
from haven_fs.errors import (
    Conflict,
    DiskFailed,
    DiskFull,
    Forbidden,
    Malformed,
    NotPossible,
    TooLarge,
)
from haven_fs.tree.junk import is_half, is_junk
from haven_fs.tree.nodes import Folder, View
from haven_fs.tree.photoset import File, FileSet
from haven_fs.tree.placeholders import is_placeholder
from haven_fs.tree.tree import Located, Tree
from haven_fs.tree.uploads import Stored, TakesUploads
from haven_fs.tree.writes import TakesFiles, TakesPhotos, Upload

logger = logging.getLogger(__name__)

READ_ONLY = "This drive was opened for reading only. Changes are taken where `haven serve` runs."
THERE = "There is a folder or file of that name already."
NO_PARENT = "The folder this should go into is not there."
_EDITED = (
    "Haven shows this photo here and cannot change it. Save it under another name, or change it where it is: in"
    " Originals, if that can be written to, or in Inbox."
)
_ANY_SIZE = 1 << 62
_CHECKSUMS = {"md5": hashlib.md5, "sha1": hashlib.sha1, "sha256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a PUT is to do: keep the system's junk, give a file to its folder, store it there, or among the photos.

    `there`: what has the name now; `kept`: nothing has, but it is kept for a file that will come.
    """

    kind: Literal["junk", "file", "disk", "photo"]
    parts: list[str]
    there: File | None
    kept: bool = False
    library_id: int | None = None
    below: bytes = b""
    name: str = ""
    over: bool = False
    links: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether it is stored as in any folder of a disk, even if it is empty."""
        return self.kind == "disk" and not self.links

    @property
    def status(self) -> str:
        return "201 Created" if self.there is None and not self.kept else "204 No Content"


class Puts:
    """Answers PUT. `check_locks` raises Refused; `changing` opens an owner's transaction."""

    def __init__(
        self,
        tree: Tree,
        check_locks: Callable[[Environ, list[str]], None],
        changing: Callable[[Environ], AbstractContextManager[Writer]],
    ) -> None:
        self._tree = tree
        self._check_locks = check_locks
        self._changing = changing

    def answer(self, environ: Environ, parts: list[str]) -> str:
        """Take a file and return the status line. Raises Refused."""
        with self._tree.view() as view:
            plan = self._plan(environ, view, parts)
        length = _length(environ)
        if plan.kind == "junk":
            # Half a file that is named after when it is whole is as large as any.
            largest = _ANY_SIZE if is_half(parts[-1]) and plan.library_id is not None else self._tree.junk.largest
            with self._received(environ, largest) as upload:
                self._tree.junk.put(parts, upload)
            return plan.status
        if plan.kind == "file":
            return self._give(environ, plan)
        if length == 0 and not plan.is_plain:
            return self._keep_name(environ, plan)
        with _in_words():
            return self._store(environ, plan, length)

    def _plan(self, environ: Environ, view: View, parts: list[str]) -> _Plan:
        """Decide by what is there. Raises Refused, before the sender has begun if it waits for that."""
        node = self._tree.resolve(view, parts)
        parent = self._tree.resolve(view, parts[:-1]) if parts else None
        if isinstance(node, Folder) or not parts:
            raise NotPossible("PUT means nothing here.")
        if not isinstance(parent, Folder):
            raise Conflict(NO_PARENT)
        plan = self._plan_for(view, parts, node if isinstance(node, File) else None, parent)
        if plan is None or (node is not None and not isinstance(node, File)):
            raise Forbidden(parent.refusal)
        if not self._tree.catalog.writable:
            raise Forbidden(READ_ONLY)
        if "HTTP_CONTENT_RANGE" in environ:
            raise Malformed("A file must be sent whole: Content-Range is not understood here.")
        check_conditions(environ, node)
        self._check_locks(environ, parts)
        if plan.kind == "photo" and plan.there is not None and _length(environ) not in (None, plan.there.size):
            raise Forbidden(_EDITED)
        return plan

    def _plan_for(self, view: View, parts: list[str], node: File | None, parent: Folder) -> _Plan | None:
        name = unicodedata.normalize("NFC", parts[-1])
        takes = isinstance(parent, TakesFiles | TakesUploads | TakesPhotos)
        if is_junk(name):
            library_id = parent.on_disk()[0] if isinstance(parent, TakesUploads) else None
            return _Plan("junk", parts, node, library_id=library_id) if takes else None
        if isinstance(parent, TakesFiles):
            return _Plan("file", parts, node) if node is None or Located((), node, parent).is_extra() else None
        file = None if is_placeholder(node) else node
        if self._tree.uploads is None and takes:
            raise Forbidden(READ_ONLY if not self._tree.catalog.writable else NO_INBOX)
        if isinstance(parent, TakesUploads):
            parent.check_upload(name)
            real = parent.disk_name(name)
            library_id, below = parent.on_disk()
            over = real is not None
            return _Plan("disk", parts, file, node is not file, library_id, below, real or name, over, parent.links)
        if isinstance(parent, TakesPhotos):
            if find_inbox(view.db) is None:
                raise Forbidden(NO_INBOX)
            if names.shown(name) != name or len(name.encode()) > 255:
                raise Forbidden("Not every program could be told of this name. Choose a shorter or plainer one.")
            return _Plan("photo", parts, file, node is not file, name=name)
        return None

    # Files that the folder itself keeps, in the data folder

    def _give(self, environ: Environ, plan: _Plan) -> str:
        with self._tree.view() as view:
            parent = self._tree.resolve(view, plan.parts[:-1])
            largest = parent.largest if isinstance(parent, TakesFiles) else 0
        with self._received(environ, largest) as upload, self._tree.view() as view:
            parent = self._tree.resolve(view, plan.parts[:-1])
            if not isinstance(parent, TakesFiles):
                raise Conflict(NO_PARENT)
            with self._changing(environ) as w:
                parent.put_file(w, plan.parts[-1], upload)
        return plan.status

    @contextmanager
    def _received(self, environ: Environ, largest: int) -> Iterator[Upload]:
        """Give a request's body as a file on disk, which is gone at the end unless it was moved. Raises Refused."""
        length = _length(environ)
        too_large = TooLarge(f"A file may have {largest >> 20 or 1} MB here.")
        if length is not None and length > largest:
            raise too_large
        folder = self._tree.junk.folder
        path: Path | None = None
        try:
            with _in_words():
                folder.mkdir(parents=True, exist_ok=True)
                descriptor, name = tempfile.mkstemp(prefix=".part-", dir=folder)
                path = Path(name)
                size = 0
                with os.fdopen(descriptor, "wb") as file:
                    for block in _blocks(environ, length):
                        size += len(block)
                        if size > largest:
                            raise too_large
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
                if length is not None and size != length:
                    raise Malformed("The file was not sent to its end.")
                yield Upload(path, size)
        finally:
            if path is not None:
                path.unlink(missing_ok=True)

    # Files that are stored in a library

    def _keep_name(self, environ: Environ, plan: _Plan) -> str:
        """Keep the name of an empty file, which a program is about to write to; a file that is there stays."""
        if plan.there is None and not plan.kept:
            with self._tree.view() as view, self._tree.catalog.write() as w:
                self._tree.keep_name(w, self._still(view, plan), plan.parts[-1])
        return plan.status

    def _store(self, environ: Environ, plan: _Plan, length: int | None) -> str:
        assert self._tree.uploads is not None
        expected = environ.get("HTTP_X_EXPECTED_ENTITY_LENGTH", "")
        room = length if length is not None else int(expected) if expected.isdecimal() else None
        draft = self._tree.uploads.begin(plan.library_id, plan.below, room)
        try:
            checksum = _Checksum(environ)
            for block in _blocks(environ, length):
                draft.write(block)
                checksum.update(block)
            if length is not None and draft.size != length:
                raise Malformed("The file was not sent to its end.")
            checksum.check()
            if not draft.size and not plan.is_plain:
                return self._keep_name(environ, plan)
            mtime = _mtime(environ)
            draft.finish(mtime)
            if plan.kind == "disk":
                stored: Stored = self._tree.uploads.store(
                    draft, plan.library_id, plan.below, plan.name, over=plan.over, link=plan.links
                )
                self._show_on_disk(plan, stored)
            else:
                stored = self._tree.uploads.store_by_date(draft, plan.name)
                self._show_among_photos(environ, plan, stored)
        finally:
            draft.discard()
        self._tell(environ, stored, mtime)
        return plan.status

    def _show_on_disk(self, plan: _Plan, stored: Stored) -> None:
        """Have a file listed where it was put, if it is not just because it lies there."""
        if stored.is_new and plan.there is None and not plan.kept:
            return
        with self._tree.view() as view, self._tree.catalog.write() as w:
            parent = self._still(view, plan)
            self._tree.drop_name(w, parent, plan.parts[-1])
            if isinstance(parent, TakesUploads):
                parent.stored(w, unicodedata.normalize("NFC", plan.parts[-1]), _file(view, stored.original_id))

    def _show_among_photos(self, environ: Environ, plan: _Plan, stored: Stored) -> None:
        """Say that a photo belongs to the folder it was put into. Raises Refused, and then it is not stored either."""
        try:
            with self._tree.view() as view:
                parent, file = self._still(view, plan), _file(view, stored.original_id)
                if plan.there is not None and plan.there.photo_id != file.photo_id:
                    raise Forbidden(_EDITED)
                if plan.there is None and isinstance(parent, TakesPhotos):
                    files = parent.files()
                    listed = None if files is None else next(files.narrowed("o.id = ?", file.id).files(view.db), None)
                    with self._changing(environ) as w:
                        self._tree.drop_name(w, parent, plan.parts[-1])
                        parent.put_photo(w, plan.name, file)
                        if listed is not None:  # it goes on being listed by its own name too
                            parent.put_photo(w, listed.name, listed)
        except BaseException:
            if stored.is_new and self._tree.uploads is not None:
                self._tree.uploads.withdraw(stored.original_id)
            raise

    def _still(self, view: View, plan: _Plan) -> Folder:
        parent = self._tree.resolve(view, plan.parts[:-1])
        if not isinstance(parent, TakesUploads if plan.kind == "disk" else TakesPhotos) or not isinstance(
            parent, Folder
        ):
            raise Conflict(NO_PARENT)
        return parent

    def _tell(self, environ: Environ, stored: Stored, mtime: float | None) -> None:
        with self._tree.view() as view:
            file = _file(view, stored.original_id)
        headers = [("ETag", f'"{file.etag}"')]
        if mtime is not None and abs(file.mtime_ns / 1e9 - mtime) < 1:
            headers.append(("X-OC-Mtime", "accepted"))
        environ["haven.headers"] = headers


class _Checksum:
    """The checksum that a sender gives with a file (OC-Checksum: SHA1:...), if it is of a kind we know."""

    def __init__(self, environ: Environ) -> None:
        kind, _, self._wanted = environ.get("HTTP_OC_CHECKSUM", "").strip().partition(":")
        maker: Callable[..., Any] | None = _CHECKSUMS.get(kind.lower())
        self._digest = maker(usedforsecurity=False) if maker else None

    def update(self, block: bytes) -> None:
        if self._digest is not None:
            self._digest.update(block)

    def check(self) -> None:
        if self._digest is not None and self._digest.hexdigest() != self._wanted.strip().lower():
            raise Malformed("The file arrived damaged: its checksum is another than the one sent. Send it again.")


def _file(view: View, original_id: int) -> File:
    """Return an original by its row, under the name that it has on disk. Raises Refused if it is gone already."""
    one = FileSet("FROM original o WHERE o.id = ? AND o.gone IS NULL", (original_id,), disk_names=True)
    file = next(one.files(view.db), None)
    if file is None:
        raise Conflict("The file was removed from the disk while it was stored. Send it again.")
    return file


def _length(environ: Environ) -> int | None:
    """Return how long the body is said to be; None if it comes in chunks."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        return int(length)
    return None if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower() else 0


def _mtime(environ: Environ) -> float | None:
    try:
        mtime = float(environ.get("HTTP_X_OC_MTIME", ""))
    except ValueError:
        return None
    return mtime if math.isfinite(mtime) and 0 < mtime < 1 << 37 else None


def _blocks(environ: Environ, length: int | None) -> Iterator[bytes]:
    """Give a request's body, as far as it comes."""
    body = environ["wsgi.input"]
    left = length if length is not None else 1 << 62
    try:
        while left and (block := body.read(min(BLOCK, left))):
            left -= len(block)
            yield block
    except ValueError as error:  # what the framing of chunks says is wrong
        raise Malformed(f"The file was not sent as HTTP wants it. {error}") from error
    environ["wsgidav.all_input_read"] = 1


def check_conditions(environ: Environ, node: object) -> None:
    """Raise Refused if a request's If-Match or If-None-Match says that it is not to be done."""
    etag = f'"{node.etag}"' if isinstance(node, File) else None
    tags = environ.get("HTTP_IF_NONE_MATCH", "")
    if node is not None and (tags.strip() == "*" or (etag and etag in tags)):
        raise PreconditionFailed(THERE)
    match = environ.get("HTTP_IF_MATCH")
    if match is not None and (node is None or (match.strip() != "*" and (etag is None or etag not in match))):
        raise PreconditionFailed("The file is another one by now.")


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what goes wrong with disks and connections into Refused."""
    try:
        yield
    except (ConnectionError, TimeoutError) as error:
        logger.info("An upload was cut off: %s", error)
        raise Malformed("The file was not sent to its end.") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull("The disk is full. Make room on it, then send the file again.") from error
        if error.errno == errno.EFBIG:
            raise DiskFull("The disk cannot hold a file of this size.") from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Forbidden("Haven may not write there. Give the user it runs as the right to.") from error
        if error.errno == errno.ENAMETOOLONG:
            raise Forbidden("This name is too long for the disk. Choose a shorter one.") from error
        logger.warning("An upload failed", exc_info=True)
        raise DiskFailed(f"The file could not be stored: {error.strerror or error}.") from error
